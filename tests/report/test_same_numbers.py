"""The same number everywhere: page = workbook = the snapshot's tables; what is too early or too small is no number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.report import words, write_report
from tests.report import merchant
from tests.report.reading import Line, Node, block_of, numbers_of, read_page, read_workbook


@pytest.fixture(scope="module")
def warehouse(snapshot: SimpleNamespace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        yield connection


def rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in warehouse.execute(sql).fetchall()]


def few(column: str, of: str) -> str:
    """A rate that fewer than five people stand behind is not shown."""
    return f"case when {of} >= 5 then {column} end"


# Blocks whose rows the test asks for by itself: the columns shown, and where they come from.
TABLES = {
    "order_ladder": (
        ["purchase_no", "buyers", few("mature_next_rate", "mature_buyers"), few("mature_buyers", "mature_buyers")],
        "from metrics.order_ladder where segment_by = 'all' and purchase_no <= 8 and buyers >= 5 order by purchase_no",
    ),
    "live_performance": (
        ["paid_amount", "viewers", "buyers", "view_buy_rate", "follow_rate", "private_entries", "gpm_amount", "roi"],
        "from metrics.live_performance where started_date > date '2025-07-14' order by paid_amount desc, started_at",
    ),
    "repurchase_curve": (
        ["day", "repeat_probability", "repeat_probability_low", "repeat_probability_high", "at_risk"],
        "from metrics.repurchase_curve where segment_by = 'all' and at_risk >= 5 order by day",
    ),
    "membership_survival": (
        ["day", "survival", "survival_low", "survival_high", "at_risk"],
        "from metrics.membership_survival where segment_by = 'all' and at_risk >= 5 order by day",
    ),
    "identity": (
        ["ids", "people", "cut_hubs", "orders", "match_rate"],
        "from metrics.identity_quality where 'all' in (platform, id_type) order by platform = 'all' desc, id_type",
    ),
    "files": (
        ["rows_read", "rows_loaded", "rows_superseded", "rows_quarantined"],
        "from ops.files order by file_source",
    ),
}


@pytest.mark.parametrize("block", TABLES)
def test_a_table_shows_what_the_snapshot_holds(
    weekly: SimpleNamespace, warehouse: duckdb.DuckDBPyConnection, block: str
) -> None:
    expressions, source = TABLES[block]
    lines = [line for line in weekly.page.by_id(block).all("tr") if line.all("data")]
    for expression in expressions:
        column = expression.split(" then ")[-1].removesuffix(" end")
        known = [float(v) for (v,) in rows(warehouse, f"select {expression} {source}") if v is not None]
        shown = [v for line in lines if line.numbers("buyers") or block != "order_ladder" for v in line.numbers(column)]
        assert shown == known, column


def test_days_are_drawn_of_enough_buyers_alone(weekly: SimpleNamespace, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of a day's parts by domain: at least two are hidden, or none, and no shown one is of fewer than five."""
    sql = """
        select date, coalesce(paid_amount, 0), coalesce(paid_buyers, 0), paid_orders from metrics.daily_summary
        where segment_by = 'domain' and date > date '2025-07-02' order by date, segment
    """
    lines = [line for line in weekly.page.by_id("daily_amount").all("tr") if line.all("th", scope="row")]
    known = rows(warehouse, sql)
    assert len(lines) == len(known)
    hidden = Counter[date]()
    for line, (day, amount, buyers, orders) in zip(lines, known, strict=True):
        if shown := line.numbers("paid_amount"):
            assert shown == [amount]
            assert not 0 < buyers < 5
            assert not 0 < orders < 5
        else:
            hidden[day] += 1
    assert hidden
    days = dict(rows(warehouse, "select date, paid_amount from metrics.daily_summary where segment_by = 'all'"))
    few = "select date from metrics.daily_summary where segment_by = 'all' and least(paid_buyers, paid_orders) < 5"
    untold = {str(day) for (day,) in rows(warehouse, few)}
    drawn = [title.text for title in weekly.page.by_id("daily_amount").all("title")]
    assert len({text[:10] for text in drawn}) == len(drawn), "one place to ask a day"
    whole = {text[:10]: re.search(r"共 (¥[\d,.]+)", text) for text in drawn}
    assert not untold & {day for day, found in whole.items() if found}
    for day, found in whole.items():
        assert not found or found[1] == words.number(days[date.fromisoformat(day)], "amount", "zh")


MATRICES = {
    "retention": ("cohort", "period_no", "retention_rate", "returned", "mature_people"),
    "repurchase": ("cohort_month", "window_days", "repurchase_rate", "repeat_buyers", "mature_buyers"),
    "repurchase_period": ("variant", "period", "repurchase_rate", "numerator", "denominator"),
}


@pytest.mark.parametrize("block", MATRICES)
def test_a_heat_map_shows_rates_where_they_are_known(
    weekly: SimpleNamespace, warehouse: duckdb.DuckDBPyConnection, block: str
) -> None:
    """Each cell is the table's rate; too early or too small is a mark with a look of its own, and no number at all."""
    row, column, value, _, of = MATRICES[block]
    found = {
        (str(r), str(c)): (rate, n, whole)
        for r, c, rate, n, whole in rows(
            warehouse, f"select {row}, {column}, {value}, {of}, is_mature from metrics.{block} where segment_by = 'all'"
        )
    }
    seen = Counter[str]()
    for place, cell in _cells(weekly.page.by_id(block)):
        rate, n, whole = found.get(place, (None, None, False))
        state = "small" if n and n < 5 else "immature" if rate is None else "number"
        seen[state] += 1
        if state == "number":
            assert cell.numbers() == [rate], place
            assert ("partial" in cell.classes) is not whole, place
            assert cell["data-n"] == str(n)
        else:
            assert state in cell.classes, place
            assert cell.all("data") == []
            assert "0" not in cell.text
    assert seen.keys() >= {"immature", "number"}


def _cells(article: Node) -> Iterator[tuple[tuple[str, str], Node]]:
    heads = [n["data-v"] for n in article.all("th", scope="col") if n["data-v"]]
    for line in article.all("tbody")[0].all("tr"):
        name = next(n["data-v"] for n in line.walk() if n["data-v"])
        cells = [n for n in line.all("td") if "size" not in n.classes]
        yield from (((name, head), cell) for head, cell in zip(heads, cells, strict=True))


def test_immature_cells_are_no_zero_in_the_workbook(weekly: SimpleNamespace) -> None:
    block = block_of(weekly.book, "各首购月的复购率（R3）")
    rates = block[block.index(next(line for line in block if line.values[0] == "复购率")) + 2 :][:8]
    assert "…" in [line.values[7] for line in rates], "nobody is mature for 365 days"
    assert not [line for line in rates if 0 in line.values[2:]]


def test_page_and_workbook_hold_the_same_numbers(weekly: SimpleNamespace) -> None:
    assert _compare(weekly.page, weekly.book) >= 21


def test_so_do_the_demos(demo_home: Path) -> None:
    """The demo merchant's own daily report, as `siyu run` wrote it."""
    (page,) = (demo_home / "published" / "reports").glob("daily-????-??-??.html")
    tree = read_page(page.read_text(encoding="utf-8"))
    assert _compare(tree, read_workbook(page.with_suffix(".xlsx"))) > 15
    assert page.stat().st_size < 1_500_000


def _compare(page: Node, book: dict[str, list[Line]]) -> int:
    """Block by block: every number of the page stands in the workbook's block of the same title. Counts the blocks."""
    blocks = [n for n in page.walk() if "block" in n.classes]
    for article in blocks:
        shown = Counter(map(_written, article.numbers()))
        written = Counter(numbers_of(block_of(book, article.all("h3")[0].text)))
        assert not shown - written, article["id"]
        if article.all("table") and "matrix" not in article.all("table")[0].classes and not article.all("ol"):
            assert shown == written, article["id"]
    return len(blocks)


def _written(value: float) -> float:
    """A number as a workbook keeps it: with 16 digits."""
    return float(f"{value:.16G}")


def test_tiles_are_the_workbooks_overview(weekly: SimpleNamespace) -> None:
    overview = {line.values[0]: line for line in weekly.book["概览"] if len(line.values) > 6}
    tiles = [n for n in weekly.page.walk() if "tile" in n.classes]
    assert len(tiles) == 13
    for tile in tiles:
        label = tile.all("h3")[0].all("a")[0].text.removesuffix("i")
        value = next(n for n in tile.walk() if "value" in n.classes).numbers()
        before = [v for n in tile.all("span", class_="before") for v in n.numbers()]
        shown = [*value, *before, *tile.numbers("change")]
        assert [_written(v) for v in shown] == numbers_of([overview[label]]), label


def test_tiles_agree_with_orders_and_events(weekly: SimpleNamespace, warehouse: duckdb.DuckDBPyConnection) -> None:
    """The week so far and the same days of the week before, counted anew from core."""
    for tile, sql in {
        "paid_amount": "select sum(paid_amount) from core.orders where {days}",
        "net_amount": "select sum(net_amount) from core.orders where {days}",
        "buyers": "select count(distinct person_id) from core.orders where {days}",
        "private_entries": "select count(*) from core.people where {private}",
    }.items():
        now, before = (rows(warehouse, sql.format(**_days(first)))[0][0] for first in ("2025-08-11", "2025-08-04"))
        article = weekly.page.by_id(f"tile-{tile}")
        column = {"buyers": "paid_buyers"}.get(tile, tile)
        assert article.numbers(column) == [pytest.approx(float(now)), pytest.approx(float(before))], tile


def test_what_refunds_will_lower_is_compared_with_nothing_yet(weekly: SimpleNamespace) -> None:
    """The week before has had a week more of refunds: beside it, this one would look better than it is."""
    for tile in ("net_amount", "new_buyers"):
        article = weekly.page.by_id(f"tile-{tile}")
        (compared,) = [n for n in article.walk() if n["data-compare"]]
        assert compared.classes == ["none"]
        assert compared.numbers("change") == []
        assert "仍会有退款" in article.text
    assert next(n for n in weekly.page.by_id("tile-net_amount").walk() if "value" in n.classes).numbers()


def test_the_ladders_private_step_is_what_the_tile_counts(weekly: SimpleNamespace, snapshot: SimpleNamespace) -> None:
    """All cohorts of `public_to_private` in seven days; the tile is the newest of them that is over."""
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        ((reached, people),) = rows(
            connection,
            "select sum(private_people)::bigint, sum(mature_people)::bigint from metrics.public_to_private "
            "where segment_by = 'all' and window_days = 7",
        )
        ((newest, newest_people),) = rows(
            connection,
            "select private_people, mature_people from metrics.public_to_private where segment_by = 'all' "
            "and window_days = 7 and is_mature order by cohort_week desc limit 1",
        )
    step = weekly.page.by_id("ladder").all("li")[3]
    assert "入私域" in step.text
    assert (step.numbers("reached_people"), step.numbers("mature_people")) == ([reached], [people])
    assert step.numbers("reached_rate") == [reached / people]
    assert step.numbers("window_days") == [7]
    tile = weekly.page.by_id("tile-public_to_private_7")
    assert (tile.numbers("private_people")[0], tile.numbers("mature_people")[0]) == (newest, newest_people)
    assert "是其中最近一周的人走到第四步的比例，所以两个数不同" in weekly.page.by_id("ladder").text


def _days(first: str) -> dict[str, str]:
    span = f"between date '{first}' and date '{first}' + 2"
    return {"days": f"paid_date {span}", "private": f"cast(private_at as date) {span}"}


def test_few_people_are_not_shown(weekly: SimpleNamespace, warehouse: duckdb.DuckDBPyConnection) -> None:
    """A group of one to four people keeps its name and loses its numbers, on the page and in the workbook."""
    small = rows(
        warehouse, "select group_name from metrics.group_health where date = '2025-08-13' and members between 1 and 4"
    )
    assert small, "the little merchant has a tiny group"
    name = small[0][0]
    line = next(r for r in weekly.page.by_id("group_health").all("tr") if name in r.text)
    assert line.numbers() == []
    assert "<5" in line.text
    written = next(one for one in block_of(weekly.book, "各群近况") if one.values[0] == name)
    assert numbers_of([written]) == []


def test_two_peoples_numbers_stand_nowhere(snapshot: SimpleNamespace, weekly: SimpleNamespace, out: Path) -> None:
    """What two people paid, each and together, a head, by channel and by group: in no text, attribute or cell, and not
    to be found by taking the shown channels off the total. Of a day on which nobody else bought it is the total."""
    daily = write_report(snapshot.path, out, snapshot.settings, "daily", date=date(2025, 8, 12))
    for files in (weekly.files, daily):
        text, book = files.html.read_text(encoding="utf-8"), read_workbook(files.workbook)
        whole = sum(merchant.THEIR_ORDERS)
        theirs = (*merchant.THEIR_ORDERS, whole / 2, *([whole] if files is weekly.files else []))
        for number in theirs:
            for spelt in (f"{number:.2f}", f"{number:,.2f}", f"{number:.0f}", f"{number:,.0f}"):
                assert spelt not in text, spelt
        found = {round(value) for lines in book.values() for value in numbers_of(lines)}
        assert not found & {round(number) for number in theirs}
        page = read_page(text)
        line = next(row for row in page.by_id("group_health").all("tr") if merchant.THEIR_GROUP in row.text)
        assert line.numbers() == []
    total = weekly.page.by_id("tile-paid_amount").numbers("paid_amount")[0]
    channels = [row for row in weekly.page.by_id("channels").all("tr") if row.all("th", scope="row")]
    shown = [value for row in channels for value in row.numbers("paid_amount")]
    assert len(channels) - len(shown) > 1
    assert abs(total - sum(shown) - whole) > 1


def test_names_in_the_workbook_are_text(weekly: SimpleNamespace) -> None:
    """openpyxl would show a formula as such (read_workbook refuses any); the name stands there as it was."""
    names = [line.values[0] for line in block_of(weekly.book, "各群近况")]
    assert "=cmd|' /C calc'!A1" in names
    assert [line.values[0] for line in block_of(weekly.book, "被隔离的行")][4] == "=1+1"


def test_headings_carry_their_definitions(weekly: SimpleNamespace) -> None:
    head = next(line for line in block_of(weekly.book, "买过几次的人还会再买") if "买过这么多次的人" in line.values)
    assert all(head.notes[: len([v for v in head.values if v])])
    assert "metrics.order_ladder.mature_next_rate" in "".join(head.notes)
    meanings = weekly.book["口径"]
    assert ["R3", "复购率"] in [line.values[:2] for line in meanings]


def test_an_earlier_day_knows_nothing_of_later_ones(snapshot: SimpleNamespace, out: Path) -> None:
    day = date(2025, 6, 30)
    files = write_report(snapshot.path, out, snapshot.settings, "monthly", date=day)
    page = read_page(files.html.read_text(encoding="utf-8"))
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        ((paid,),) = rows(connection, "select sum(paid_amount) from core.orders where paid_month = date '2025-06-01'")
    assert page.by_id("tile-paid_amount").numbers("paid_amount")[0] == pytest.approx(paid)
    overview, header = page.by_id("overview").text, page.all("header")[0].text
    assert "周期未完" not in overview
    assert "数据已滞后" not in overview, "a look back on purpose is not late"
    assert "2025-06" in header
    assert "晚" not in header
    assert max(n["data-v"] for n in page.by_id("daily_amount").all("span") if n["data-c"] == "date") == "2025-06-30"
    assert day < merchant.AS_OF
