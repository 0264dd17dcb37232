"""What the report's own queries make of several rows, counted anew from the demo's snapshot: sums, and pivots.

What belongs here: blocks of report.yaml that pivot or add up. What does not: columns taken over as they are, which
tests/report/test_same_numbers.py follows from the page into the workbook.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.report.words import load_words
from pipelines.warehouse import Snapshot, open_warehouse
from tests.report.reading import Node, read_page


@pytest.fixture(scope="module")
def page(demo_home: Path) -> Node:
    (file,) = (demo_home / "published" / "reports").glob("daily-????-??-??.html")
    return read_page(file.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def snapshot(demo_home: Path):
    with open_warehouse(demo_home) as opened:
        yield opened


def lines(page: Node, block: str) -> list[Node]:
    return page.by_id(block).all("tbody")[0].all("tr")


def name(line: Node) -> str:
    return line.all("th")[0].text.strip()


def told(line: Node, column: str) -> list[float]:
    return line.numbers(column)


def test_value_by_cohort_is_the_cohorts_own_after_as_many_months(page: Node, snapshot: Snapshot) -> None:
    """A number stands where the whole cohort's months are over, and only there."""
    rows = snapshot.table("value_by_cohort")
    rows = rows[rows["segment_by"] == "all"]
    shown = 0
    for line in lines(page, "value_by_cohort"):
        mine = rows[rows["cohort_month"].dt.strftime("%Y-%m") == name(line)].set_index("month_no")
        for months in (1, 3, 6, 12):
            is_over = months in mine.index and mine.loc[months, "is_mature"]
            wanted = [float(mine.loc[months, "net_per_person_amount"])] if is_over else []
            assert told(line, f"net_{months}_amount") == wanted, (name(line), months)
            shown += len(wanted)
    assert shown > 20


def test_kinds_of_customers_add_up(page: Node, snapshot: Snapshot) -> None:
    buyers = snapshot.table("customer_value")
    buyers = buyers[buyers["segment_by"] == "all"]
    words, found = load_words("zh"), {}
    for segment, mine in buyers.groupby("rfm_segment"):
        sums = mine[["monetary_amount", "clv_amount"]].astype(float).sum()
        found[words.value("rfm_segment", str(segment))] = [len(mine), *sums]
    for line in lines(page, "rfm"):
        shown = [told(line, column)[0] for column in ("buyers", "monetary_amount", "clv_amount")]
        assert shown == pytest.approx(found.pop(name(line)))
    assert found == {}


def test_each_model_of_attribution_stands_in_its_column(page: Node, snapshot: Snapshot) -> None:
    """Of the newest month that is over for the chain, too; what fewer than five purchases brought is not told."""
    rows, words = snapshot.table("attribution"), load_words("zh")
    month = rows.loc[rows["is_mature"] & (rows["model"] == "markov"), "month"].max()
    rows = rows[rows["month"] == month].assign(channel=rows["channel"].replace("none", "untouched"))
    cells = {(words.value("channel", r.channel), r.model): float(r.net_amount) for r in rows.itertuples()}
    shown = 0
    for line in lines(page, "attribution"):
        for model in ("first", "last", "linear", "shapley", "markov"):
            for value in told(line, f"{model}_amount"):
                assert value == cells[name(line), model], (name(line), model)
                shown += 1
    assert shown > 40


def test_the_effect_is_told_in_points(page: Node, snapshot: Snapshot) -> None:
    rows = snapshot.table("private_uplift")
    rows = rows[(rows["segment_by"] == "all") & (rows["unit"] == "share")]
    wanted = {float(one) for one in rows["effect"].dropna()}
    shown = [value for line in lines(page, "uplift_share") for value in told(line, "effect")]
    assert sorted(shown) == pytest.approx(sorted(100 * one for one in wanted))
    assert len(shown) == 6


def test_reconciliation_adds_up_its_days_and_its_causes(page: Node, snapshot: Snapshot) -> None:
    days = snapshot.table("reconciliation")
    last = pd.Timestamp(snapshot.as_of)
    days = days[days["why"].isna() & (days["date"] > last - pd.Timedelta(days=90)) & (days["date"] <= last)]
    causes = ["subsidies", "refunds", "cancelled", "samples", "unidentified", "time_of_day", "unknown_orders"]
    columns = ["platform_value", "our_value", "difference", *causes, "fees", "unsettled", "remainder"]
    words = load_words("zh")
    sums = {
        words.value("platform_measure", str(measure)): mine
        for (_, measure), mine in days.groupby(["platform", "measure"])
    }
    for line in lines(page, "reconciliation"):
        mine = sums.pop(line.all("th")[1].text.strip())
        shown = {column: sum(told(line, column)) for column in columns}
        for column in columns:
            assert shown[column] == pytest.approx(float(mine[column].astype(float).sum()), abs=0.005), column
        parts = sum(shown[column] for column in (*causes, "fees", "unsettled", "remainder"))
        assert parts == pytest.approx(shown["difference"], abs=0.005)
        assert told(line, "compared_days") == [len(mine)]
    assert sums == {}


def test_forecasts_stand_beside_each_other_by_day(page: Node, snapshot: Snapshot) -> None:
    rows = snapshot.table("forecast")
    rows = rows[rows["segment_by"] == "all"].set_index(["metric", rows["date"].dt.strftime("%Y-%m-%d")])
    # Days in or after a festival are told without a number, so how many are shown depends on the demo's last day.
    left = (
        rows.loc["paid_amount", ["expected", "low_80", "high_80"]].count().sum()
        + rows.loc["members", "expected"].count()
    )
    assert left >= 28
    for line in lines(page, "forecast"):
        for column, metric, of in (
            ("amount_expected", "paid_amount", "expected"),
            ("amount_low", "paid_amount", "low_80"),
            ("amount_high", "paid_amount", "high_80"),
            ("members_expected", "members", "expected"),
        ):
            for value in told(line, column):
                wanted = float(rows.loc[(metric, name(line)), of])
                assert value == pytest.approx(round(wanted) if metric == "members" else wanted)
                left -= 1
    assert left == 0


def test_a_numerator_stands_beside_its_denominator_also_where_that_is_a_column(page: Node, snapshot: Snapshot) -> None:
    """Else "n = 1,537" would stand below 7.8 % of 19,825 people."""
    rows = snapshot.table("platform_overlap")
    shared = rows[rows["other_platform"] == "all"].sort_values("people", ascending=False).iloc[0]
    cell = next(one for one in lines(page, "platform_overlap")[0].all("td") if one.numbers("shared_rate"))
    (small,) = cell.all("small")
    assert [small.numbers("shared_people"), small.numbers("people")] == [[shared["shared_people"]], [shared["people"]]]
    assert "n=" not in small.text


def test_a_sessions_page_counts_its_orders_and_joins(demo_home: Path, snapshot: Snapshot) -> None:
    """Of every channel of every session, from core; and each group's joins, from memberships."""
    (file,) = (demo_home / "published" / "reports").glob("daily-*-live_session.html")
    sessions = {node["id"]: node for node in read_page(file.read_text(encoding="utf-8")).all("article")}
    sold = snapshot.connection.execute("""
        select cast(sum(paid_amount) as double), count(*), count(distinct person_id) from core.orders
        where live_session_id is not null and order_kind in ('normal', 'deposit') and paid_amount > 0
        group by platform, live_session_id, channel
    """).fetchall()
    joined = snapshot.connection.execute("""
        select count(*) from core.memberships where live_session_id is not null and group_id is not null
        group by platform, live_session_id, group_id
    """).fetchall()
    shown = {"session_channels": 0, "session_groups": 0}
    for place, node in sessions.items():
        for row in node.all("tr"):
            if place.endswith("-session_channels") and told(row, "paid_amount"):
                counted = [told(row, column)[0] for column in ("paid_amount", "paid_orders", "paid_buyers")]
                assert any(counted == pytest.approx(list(one)) for one in sold), place
                shown["session_channels"] += 1
            if place.endswith("-session_groups") and told(row, "joins"):
                assert (told(row, "joins")[0],) in joined
                shown["session_groups"] += 1
    assert min(shown.values()) > 0, shown
