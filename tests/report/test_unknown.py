"""What was not read is unknown: no zero, no arrow, no sentence, no green on the page."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.report import charts, write_report
from pipelines.report.asking import Asker
from pipelines.report.cells import Look
from pipelines.report.model import Tile
from pipelines.report.periods import Period, Span
from pipelines.report.tiles import _Making
from pipelines.report.words import load_words
from tests.report import merchant
from tests.report.reading import numbers_of, read_page, read_workbook


@pytest.fixture(scope="module")
def joins_only(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The little merchant's joins and messages; its order files were all refused."""
    path = tmp_path_factory.mktemp("joins") / "siyu.duckdb"
    settings = merchant.build(path, without=("orders", "refunds"), refused=("orders/a.csv", "orders/b.csv"))
    files = write_report(path, path.parent / "out", settings)
    page = read_page(files.html.read_text(encoding="utf-8"))
    return SimpleNamespace(page=page, book=read_workbook(files.workbook))


def test_without_orders_no_amount_is_nought(joins_only: SimpleNamespace) -> None:
    text = joins_only.page.all("main")[0].text
    assert not re.search(r"¥0(?![\d,.])|¥0\.00", text)
    for tile in ("paid_amount", "net_amount", "buyers", "new_buyers", "private_channel_share", "member_share"):
        article = joins_only.page.by_id(f"tile-{tile}")
        assert article.numbers() == [], tile
        assert "没有读到这些天的订单：未知，不是 0" in article.text
    assert joins_only.page.by_id("tile-members").numbers("members"), "what was read is shown"
    assert joins_only.page.by_id("group_health").numbers("members")
    assert joins_only.page.by_id("group_health").numbers("member_amount") == []
    assert joins_only.page.by_id("group_health").numbers("member_orders") == []


def test_without_orders_the_page_begins_with_an_alarm(joins_only: SimpleNamespace) -> None:
    banner, behind = (n for n in joins_only.page.walk() if "banner" in n.classes)
    assert (banner.classes, banner["role"]) == (["banner", "bad"], "alert")
    assert "✓" not in banner.text
    assert "没有读到任何订单" in banner.text
    assert "3 个文件中 2 个被整份拒收" in behind.text
    chip = next(n for n in joins_only.page.walk() if "chip" in n.classes)
    assert (chip.classes, chip.text, chip["href"]) == (["chip", "bad"], "缺整个来源", "#section-quality")
    told = joins_only.page.by_id("to_know")
    assert [n.classes for n in told.all("li")][:2] == [["refused"], ["refused"]]
    assert "没有读到任何订单" in told.all("li")[0].text
    overview = [line.values[0] for line in joins_only.book["概览"]]
    assert any(str(text).startswith("没有读到任何订单") for text in overview)
    assert not any("全部通过" in str(text) for text in overview)


def test_the_workbook_holds_no_nought_either(joins_only: SimpleNamespace) -> None:
    tiles = {line.values[0]: line for line in joins_only.book["概览"] if len(line.values) > 6}
    assert numbers_of([tiles["支付金额"]]) == []


def test_days_without_orders_are_drawn_as_not_read(snapshot: SimpleNamespace, tmp_path: Path) -> None:
    """A hole of four days: no bars, a stretch with its name, and dashes in the table; the days around it stand."""
    path = Path(shutil.copy(snapshot.path, tmp_path / "siyu.duckdb"))
    hole = "date between date '2025-07-20' and date '2025-07-23'"
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table metrics.daily_summary add column if not exists is_sales_known boolean")
        connection.execute(f"update metrics.daily_summary set is_sales_known = not ({hole})")
        connection.execute(f"update metrics.daily_summary set paid_amount = null where {hole}")
    page = read_page(write_report(path, tmp_path / "out", snapshot.settings).html.read_text(encoding="utf-8"))
    chart = page.by_id("daily_amount")
    (gap,) = [n for n in chart.all("rect") if n["fill"] == charts.definitions()["palette"]["gap"]]
    assert float(gap["width"].rstrip("%")) == pytest.approx(100 * 4 / 42, abs=0.1)
    assert "没有读到" in [n.text for n in chart.all("text")]
    days = [line for line in chart.all("tr") if "2025-07-21" in line.text]
    assert days
    assert all(line.numbers("paid_amount") == [] and "–" in line.text for line in days)
    assert not [n for n in chart.all("title") if n.text.startswith("2025-07-21")]


@dataclass
class Days:
    """A source of one metric whose days are given: column values by first day asked for."""

    given: dict[date, dict[str, Any]]
    daily: list[dict[str, Any]] = field(default_factory=list)

    def metric(self, _: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"segment_by": "all", "segment": "all", **self.given[parameters["start_date"]]}]

    def rows(self, _: str, **__: Any) -> list[dict[str, Any]]:
        return self.daily

    def has_read(self, _: str) -> bool:
        return True


NOW, BEFORE = Span(date(2025, 6, 9), date(2025, 6, 15)), Span(date(2025, 6, 2), date(2025, 6, 8))


def tile(now: dict[str, Any], before: dict[str, Any], small_group: int = 5, **spec: Any) -> Tile:
    asked = {"id": "paid_amount", "metric": "daily_summary", "column": "paid_amount", "n": "paid_orders", **spec}
    source: Any = Days({NOW.first: now, BEFORE.first: before})
    period = Period("weekly", NOW, {"previous_week": BEFORE}, True)
    return _Making(Asker(source), period, Look(load_words("zh"), small_group)).of_days(asked)


WHOLE = {"paid_amount": 900.0, "paid_orders": 60, "is_sales_known": True}


def test_whole_weeks_are_compared() -> None:
    (compared,) = tile(WHOLE, {**WHOLE, "paid_amount": 600.0}, reads=("sales",)).comparisons
    assert (compared.change, compared.direction) == (0.5, "up")


@pytest.mark.parametrize("which", ["now", "before"])
def test_a_week_with_days_that_are_not_known_is_compared_with_nothing(which: str) -> None:
    lacking = {**WHOLE, "paid_amount": 300.0, "is_sales_known": False}
    made = tile(*((lacking, WHOLE) if which == "now" else (WHOLE, lacking)), reads=("sales",))
    (compared,) = made.comparisons
    assert (compared.change, compared.direction) == (None, "none")
    assert (made.cell.value, compared.cell.value) == ((300.0, 900.0) if which == "now" else (900.0, None))
    assert ("并不齐全" in made.note) is (which == "now")


def test_a_week_of_which_nothing_is_known_has_no_number() -> None:
    made = tile({"paid_amount": None, "paid_orders": None, "is_sales_known": False}, WHOLE, reads=("sales",))
    assert (made.cell.value, made.cell.text, made.comparisons[0].change) == (None, "–", None)
    assert made.note == "没有读到这些天的订单：未知，不是 0"


@pytest.mark.parametrize(
    ("unknown", "value", "note"),
    [
        (900.0, None, "金额的 100.0% 渠道未知"),  # no order says where it came from: 20 % private would be a guess
        (300.0, 0.2, "金额的 33.3% 渠道未知"),
        (9.0, 0.2, ""),
    ],
)
def test_a_share_of_what_nobody_told_the_channel_of(unknown: float, value: float | None, note: str) -> None:
    amounts = {"private_channel_amount": 180.0, "unknown_channel_amount": unknown}
    row = {**WHOLE, **amounts, "private_channel_share_rate": 0.2}
    spec = {"of": "paid_amount", "part": "private_channel_amount", "unknown": "unknown_channel_amount"}
    made = tile(row, row, column="private_channel_share_rate", **spec)
    assert (made.cell.value, made.parts[0][1].value is None) == (value, value is None)
    assert made.note == note


@pytest.mark.parametrize(("people", "shown"), [(1, False), (4, False), (5, True)])
def test_no_rate_of_fewer_than_small_group(people: int, shown: bool) -> None:
    """0 of 1 was 0.0 % once."""
    row = {"private_channel_share_rate": 0.0, "paid_orders": people, "paid_amount": 10.0, "private_channel_amount": 0.0}
    spec = {"column": "private_channel_share_rate", "of": "paid_amount", "part": "private_channel_amount"}
    made = tile(row, row, **spec)
    assert (made.cell.value is not None, made.comparisons[0].cell.value is not None) == (shown, shown)
    assert all((part.value is not None) is shown for _, part in made.parts)


@pytest.mark.parametrize(
    ("now", "small_group", "is_compared"),
    [
        ({"paid_orders": 4, "paid_buyers": 4}, 5, False),
        ({"paid_orders": 60, "paid_buyers": 2}, 5, False),  # two people's sixty orders
        ({"paid_orders": 60, "paid_buyers": None}, 5, True),  # nobody known: sixty orders
        ({"paid_orders": 60, "paid_buyers": 40}, 50, False),  # whatever is big enough to compare
        ({"paid_orders": 60, "paid_buyers": 40}, 5, True),
    ],
)
def test_what_few_people_paid_in_all_is_told_and_compared_with_nothing(
    now: dict[str, Any], small_group: int, is_compared: bool
) -> None:
    """The shop's own total is no group's; what it changed by would say what chance does."""
    few, many = {**WHOLE, **now}, {**WHOLE, "paid_buyers": 55}
    made = tile(few, many, small_group, behind=("paid_buyers",))
    earlier = tile(many, few, small_group, behind=("paid_buyers",)).comparisons[0]
    assert (made.cell.text, earlier.cell.text) == ("¥900", "¥900")
    assert (earlier.change is not None) is is_compared


@pytest.mark.parametrize(
    ("now", "value", "note"),
    [
        ({"paid_buyers": None}, None, "这些天的订单没有一单认得出买家：未知，不是 0"),
        ({"paid_buyers": 3}, 3, "样本较少，不作升降判断"),
        ({"paid_buyers": 5}, 5, "样本较少，不作升降判断"),
        ({"paid_buyers": 0, "paid_orders": 0}, 0, "样本较少，不作升降判断"),
        ({"paid_buyers": None, "is_sales_known": False}, None, "没有读到这些天的订单：未知，不是 0"),
    ],
)
def test_no_order_names_its_buyer(now: dict[str, Any], value: int | None, note: str) -> None:
    spec = {"id": "buyers", "column": "paid_buyers", "n": "paid_buyers", "reads": ["sales"], "people_of": "paid_orders"}
    made = tile({**WHOLE, **now}, {**WHOLE, "paid_buyers": 50}, **spec)
    assert (made.cell.value, made.note) == (value, note)
    assert made.comparisons[0].change is None
