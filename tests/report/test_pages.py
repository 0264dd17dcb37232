"""Pages of single things: there for each, linked both ways, their numbers the snapshot's, down to a line of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.report import html, write_report
from pipelines.report.pages_spec import page_kinds
from pipelines.report.words import day, moment
from tests.report import merchant
from tests.report.reading import Node, read_page

KINDS = ("live_session", "group", "campaign", "cohort", "month")


@pytest.fixture(scope="module")
def single(weekly: SimpleNamespace) -> dict[str, Node]:
    """The pages by the name of their file."""
    return {path.name: read_page(path.read_text(encoding="utf-8")) for path in weekly.files.pages}


@pytest.fixture(scope="module")
def warehouse(snapshot: SimpleNamespace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        yield connection


def of_kind(single: dict[str, Node], kind: str) -> Node:
    return next(page for name, page in single.items() if name.endswith(f"-{kind}.html"))


def leaves(page: Node) -> list[Node]:
    return [node for node in page.all("article") if "leaf" in node.classes]


def leaf(page: Node, name: str) -> Node:
    """The page of a thing by what its head says."""
    return next(one for one in leaves(page) if name in one.all("h2")[0].text)


def block(page: Node, name: str) -> Node | None:
    return next((one for one in page.all("article") if one["id"].endswith(f"-{name}")), None)


def test_each_kind_has_a_file(single: dict[str, Node], weekly: SimpleNamespace) -> None:
    stem = weekly.files.html.stem
    there = {name.removeprefix(f"{stem}-").removesuffix(".html") for name in single}
    assert there == set(page_kinds()) - {"campaign"} | ({"campaign"} & there)
    assert {"live_session", "group", "cohort", "month"} <= there <= set(KINDS)


def test_every_link_leads_somewhere(single: dict[str, Node], weekly: SimpleNamespace) -> None:
    """Of the report and of all pages: a file that is there, and in it a place that is there."""
    files = {weekly.files.html.name: weekly.page, **single}
    places = {name: {n["id"] for n in page.walk() if n["id"]} for name, page in files.items()}
    for name, page in files.items():
        assert len([n for n in page.walk() if n["id"]]) == len(places[name]), "an id stands once"
        for link in page.all("a"):
            file, _, place = link["href"].partition("#")
            if file == "index.html":
                continue
            assert (file or name) in files, link["href"]
            assert not place or place in places[file or name], (name, link["href"])


def test_a_row_of_the_report_leads_to_its_page_and_back(single: dict[str, Node], weekly: SimpleNamespace) -> None:
    """Every session and group with a row has a page, with the row's numbers and a link to the block that has it."""
    home = weekly.files.html.name
    for kind, block_id in (("live_session", "live_performance"), ("group", "group_health")):
        page = of_kind(single, kind)
        rows = [row for row in weekly.page.by_id(block_id).all("tr") if row.all("th", scope="row")]
        assert [row for row in rows if row.all("data")]
        for row in rows:
            (link,) = [a["href"] for a in row.all("a") if "page-link" in a.classes]
            one = page.by_id(link.partition("#")[2])
            assert f"{home}#{block_id}" in {a["href"] for a in one.all("a")}
            head = next(n for n in one.all("dl") if "head" in n.classes)
            assert head.numbers() == row.numbers(), one.all("h2")[0].text
        assert len(leaves(page)) == len(rows), "and no other page"


def test_a_heat_maps_line_leads_to_its_cohort(single: dict[str, Node], weekly: SimpleNamespace) -> None:
    lines = weekly.page.by_id("repurchase").all("th", scope="row")
    months = {line.text: line.all("a")[0]["href"] for line in lines}
    assert months
    for month, link in months.items():
        assert of_kind(single, "cohort").by_id(link.partition("#")[2]).all("h2")[0].text == month


def test_numbers_are_the_snapshots(single: dict[str, Node], warehouse: duckdb.DuckDBPyConnection) -> None:
    """Counted here from core, not from what the page asks."""
    session = leaf(of_kind(single, "live_session"), "第33场")
    groups = block(session, "session_groups")
    assert groups is None, "no join of this merchant names a session"
    found = warehouse.execute("""
        select month, joins, stayed_30 / nullif(mature_joins_30, 0) from metrics.group_entry
        where segment_by = 'group' and group_id = 'g1' and joins >= 5 order by month desc
    """).fetchall()
    months = block(leaf(of_kind(single, "group"), merchant.HOSTILE["g1"]), "group_months")
    assert months is not None
    shown = [row for row in months.all("tr") if row.numbers("joins")]
    assert [row.numbers("joins") for row in shown] == [[float(joins)] for _, joins, _ in found]

    (march,) = warehouse.execute("""
        select cast(sum(paid_amount) as double), count(*), count(distinct person_id) from core.orders
        where order_kind in ('normal', 'deposit') and paid_amount > 0 and paid_month = date '2025-03-01'
    """).fetchall()
    head = next(n for n in leaf(of_kind(single, "month"), "2025-03").all("dl") if "head" in n.classes)
    assert tuple(head.numbers(name)[0] for name in ("paid_amount", "paid_orders", "paid_buyers")) == march
    channels = block(leaf(of_kind(single, "month"), "2025-03"), "month_channels")
    assert channels is not None
    assert sum(channels.numbers("paid_orders")) <= march[1]


def orders_of(page: Node) -> list[tuple[str, float, str]]:
    """Time, amount and place of the orders that a page lists."""
    found = block(page, "page_orders")
    if found is None:
        return []
    cells = [{n["data-c"]: n for n in row.walk() if n["data-c"]} for row in found.all("tr")]
    return [(c["paid_at"].text, float(c["paid_amount"]["value"]), c["place"].text) for c in cells if c]


def test_a_number_leads_to_its_line_in_a_file(single: dict[str, Node], warehouse: duckdb.DuckDBPyConnection) -> None:
    """The newest orders of a month, each with the file and line in which staging says it stood."""
    found = warehouse.execute("""
        select paid_at, cast(paid_amount as double), 'a.csv:' || file_row from staging.orders
        where paid_at >= '2025-03-01' and paid_at < '2025-04-01' order by paid_at desc, order_id limit 10
    """).fetchall()
    assert len(found) == 10
    expected = [(moment(at), amount, place) for at, amount, place in found]
    assert orders_of(leaf(of_kind(single, "month"), "2025-03")) == expected


def test_of_few_buyers_no_order_is_listed(single: dict[str, Node]) -> None:
    """Two people alone in a group: their group's page tells neither what they paid nor any order."""
    page = leaf(of_kind(single, "group"), merchant.THEIR_GROUP)
    assert orders_of(page) == []
    text = page.text
    for amount in merchant.THEIR_ORDERS:
        assert f"{amount:,.0f}" not in text
        assert str(amount) not in text


def test_a_merchant_may_list_no_orders_at_all(snapshot: SimpleNamespace, out: Any) -> None:
    settings = snapshot.settings.model_copy(update={"orders_on_pages": 0})
    files = write_report(snapshot.path, out, settings, "weekly", so_far=True)
    for path in files.pages:
        assert "page_orders" not in path.read_text(encoding="utf-8")


def test_orders_can_be_taken_off_a_page_that_was_written(weekly: SimpleNamespace) -> None:
    """As forgetting a person does to all reports: nothing else goes."""
    for path in weekly.files.pages:
        text = path.read_text(encoding="utf-8")
        before, after = read_page(text), read_page(html.without_orders(text))
        ids = [n["id"] for n in before.walk() if n["id"]]
        assert [n["id"] for n in after.walk() if n["id"]] == [one for one in ids if "page_orders" not in one]
        assert len(after.all("data")) < len(before.all("data")) or not any("page_orders" in i for i in ids)


def test_names_are_text_and_nothing_is_loaded(weekly: SimpleNamespace, single: dict[str, Node]) -> None:
    page = of_kind(single, "group")
    heads = [one.all("h2")[0].text for one in leaves(page)]
    assert "<script>alert('x')</script>" in heads
    assert "夜猫子群" in heads
    assert [n.tag for n in page.walk() if n.tag in ("script", "img", "iframe", "link")] == ["script"]
    for path in weekly.files.pages:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bsrc\s*=|url\(|@import|fetch\(", text.replace("&lt;img src=http://x.test/a&gt;", ""))
        assert "default-src 'none'" in text


def test_one_report_with_all_its_pages_is_small_enough_to_send(weekly: SimpleNamespace) -> None:
    assert sum(path.stat().st_size for path in (weekly.files.html, *weekly.files.pages)) < 8_000_000


def test_a_group_day_is_the_same_on_its_page(single: dict[str, Node], warehouse: duckdb.DuckDBPyConnection) -> None:
    days = block(leaf(of_kind(single, "group"), merchant.HOSTILE["g1"]), "group_days")
    assert days is not None
    found = warehouse.execute("""
        select date, members, joins from metrics.group_health
        where group_id = 'g1' and date > date '2025-08-13' - 14 and date <= date '2025-08-13' order by date desc
    """).fetchall()
    rows = [row for row in days.all("tr") if row.numbers("members")]
    assert [row.all("th")[0].text for row in rows] == [day(date, "zh") for date, _, _ in found]
    assert [row.numbers("members") for row in rows] == [[float(members)] for _, members, _ in found]


def test_a_campaigns_channels_are_of_enough_buyers(
    single: dict[str, Node], warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Counted here from core: also of a channel in which nobody bought for the first time, but two came back."""
    found = warehouse.execute("""
        select f.festival_name, o.channel, cast(sum(o.paid_amount) as double), count(distinct o.person_id)
        from metrics.festivals as f inner join core.orders as o on o.paid_date between f.first_date and f.last_date
        where f.segment_by = 'all' and o.order_kind in ('normal', 'deposit') and o.paid_amount > 0 group by all
    """).fetchall()
    amounts = {round(amount, 2): people for _, _, amount, people in found}
    shown = 0
    for one in leaves(of_kind(single, "campaign")):
        channels = block(one, "campaign_channels")
        for row in channels.all("tr") if channels else ():
            if row.numbers("paid_amount"):
                assert amounts[round(row.numbers("paid_amount")[0], 2)] >= 5
                shown += 1
    assert shown > 2
    assert min(amounts.values()) < 5, "and there are channels of fewer"
