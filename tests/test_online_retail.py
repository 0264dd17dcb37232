"""A real foreign shop, half a million lines, from landing to the monthly cohort matrix; counted again in pandas."""

from __future__ import annotations

import shutil
from datetime import date

import pandas as pd
import pytest

from pipelines.run import run
from pipelines.settings import load_settings
from pipelines.warehouse import open_warehouse

LINES = 541_909
LAST_DAY = date(2011, 12, 9)


@pytest.fixture(scope="module")
def shop(few_tables, real_data, tmp_path_factory):
    home = tmp_path_factory.mktemp("retail")
    folder = home / "landing" / "shop_lines"
    folder.mkdir(parents=True)
    shutil.copy(real_data / "online_retail.csv.gz", folder)
    run(load_settings(home))
    with open_warehouse(home) as warehouse:
        yield warehouse


def test_every_line_is_accounted_for(shop):
    row = shop.sql("select rows_read, rows_loaded, rows_superseded, rows_quarantined from ops.files").iloc[0]
    assert row.rows_read == LINES == row.rows_loaded + row.rows_superseded + row.rows_quarantined
    assert row.rows_quarantined == shop.sql("select sum(rows) as n from ops.quarantine where not is_cell")["n"][0]
    assert shop.as_of == LAST_DAY


def test_the_monthly_cohort_matrix_is_the_one_counted_independently(shop, real_data):
    ours = shop.metric("retention", start="order", back="order", period="month", segments="all")
    matrix = {(row.cohort.date(), row.period_no): (row.people, row.returned) for row in ours.itertuples()}
    expected = cohort_matrix(pd.read_csv(real_data / "online_retail.csv.gz", dtype=str))
    assert len(expected) > 80
    assert {cell: matrix.get(cell) for cell in expected} == expected
    assert sum(returned for _, returned in matrix.values()) == sum(returned for _, returned in expected.values())


def cohort_matrix(lines: pd.DataFrame) -> dict[tuple[date, int], tuple[int, int]]:
    """{(month of first order, months later): (people of the cohort, of them with an order)}, over kept orders."""
    lines = lines.assign(
        cents=(lines.Quantity.astype(float) * lines.UnitPrice.astype(float) * 100).round().astype(int),
        at=pd.to_datetime(lines.InvoiceDate),
        customer=lines.CustomerID.str.removesuffix(".0"),
    )
    sold = lines[lines.InvoiceNo.str.fullmatch(r"\d+") & (lines.cents >= 0)]
    orders = sold.groupby("InvoiceNo").agg(cents=("cents", "sum"), at=("at", "min"), customer=("customer", "max"))
    orders = orders[orders.customer.notna()].sort_values("at")
    refunded = refunds_by_order(orders, sold, lines[lines.InvoiceNo.str.startswith("C") & lines.customer.notna()])
    kept = orders[(orders.cents > 0) & (refunded.reindex(orders.index).fillna(0) < orders.cents)]
    month = kept["at"].dt.year * 12 + kept["at"].dt.month - 1
    first = month.groupby(kept.customer).transform("min")
    cells = pd.DataFrame({"first": first, "later": month - first, "customer": kept.customer}).drop_duplicates()
    people = cells[cells.later == 0].groupby("first").size()
    counted = cells.groupby(["first", "later"]).size()
    return {(date(f // 12, f % 12 + 1, 1), later): (int(people[f]), int(n)) for (f, later), n in counted.items()}


def refunds_by_order(orders: pd.DataFrame, sold: pd.DataFrame, credited: pd.DataFrame) -> pd.Series:
    """Each credit line goes to the customer's latest earlier order with the product, else to their latest earlier."""
    products = sold.groupby("InvoiceNo").StockCode.agg(set)
    by_customer = {
        customer: [(row.at, number, row.Index) for number, row in enumerate(rows.itertuples())]
        for customer, rows in orders.groupby("customer")
    }
    refunds: dict[str, int] = {}
    for line in credited.itertuples():
        earlier = [order for at, _, order in by_customer.get(line.customer, []) if at <= line.at]
        latest = sorted(earlier, key=lambda order: (line.StockCode in products[order], orders.loc[order, "at"], order))
        if latest:
            refunds[latest[-1]] = refunds.get(latest[-1], 0) - line.cents
    return pd.Series(refunds, dtype=float)
