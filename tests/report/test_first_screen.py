"""The first screen: five numbers with their change and their line, what the data is worth, and nothing said twice."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.finding import Finding
from pipelines.quality import Measure, Quality
from pipelines.report import compose
from pipelines.report.chip import chip_of
from pipelines.report.model import Check, Report
from pipelines.report.periods import Period, Span
from pipelines.report.source import open_source
from pipelines.report.spark import drawn, of_days, spans
from pipelines.report.words import load_words


@pytest.fixture(scope="module")
def reports(snapshot: SimpleNamespace) -> dict[str, Report]:
    """One of each kind, of one snapshot."""
    with open_source(snapshot.path, snapshot.settings, None) as source:
        return {kind: compose(source, kind, "zh") for kind in ("daily", "weekly", "monthly")}


FIVE = ["paid_amount", "private_channel_share", "private_entries", "repurchase_30", "cost_per_private"]


def test_five_numbers_stand_first_and_equal_the_snapshot(reports: dict[str, Report], snapshot: SimpleNamespace) -> None:
    """Of the last whole week, counted from its days."""
    report = reports["weekly"]
    with open_source(snapshot.path, snapshot.settings, None) as source:
        (counted,) = source.rows("""
            select sum(paid_amount) as paid, sum(private_channel_amount) as private, sum(private_entries) as entries
            from metrics.daily_summary
            where segment_by = 'all' and date between date '2025-08-04' and date '2025-08-10'
        """)
    assert [tile.id for tile in report.first_tiles] == FIVE
    assert report.period.current == Span(date(2025, 8, 4), date(2025, 8, 10))
    paid, share, entries = (tile.cell.value for tile in report.first_tiles[:3])
    assert paid == pytest.approx(float(counted["paid"]))
    assert share == pytest.approx(float(counted["private"] / counted["paid"]))
    assert entries == counted["entries"]


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
def test_a_line_ends_in_its_number(reports: dict[str, Report], kind: str) -> None:
    for tile in reports[kind].first_tiles:
        if tile.spark is None:
            assert tile.id == "cost_per_private", "nothing was spent on advertising"
            continue
        span, value = tile.spark.points[-1]
        assert value == pytest.approx(tile.cell.value), tile.id
        assert tile.is_cohort or span == reports[kind].period.current
        assert tile.spark.label in str(tile.spark.svg)


def test_the_parts_of_a_change_end_in_the_headlines_own(reports: dict[str, Report]) -> None:
    """The table's last row is the tile: what it is, was, and the change; each split above adds up to it."""
    seen = 0
    for report in reports.values():
        blocks = {block.id: block for section in report.sections for block in section.blocks}
        for tile in report.tiles:
            table: Any = blocks.get(f"why_{tile.id}")
            if table is None:
                continue
            *parts, whole = table.rows
            before, now, by = (cell.value for cell in whole[2:])
            assert (now, before) == (tile.cell.value, tile.comparisons[0].cell.value)
            for title in {row[0].text for row in parts}:
                assert sum(row[4].value for row in parts if row[0].text == title) == pytest.approx(by, abs=0.02)
                seen += 1
    assert seen > 4


def test_what_is_compared_is_of_equal_age_and_length(reports: dict[str, Report]) -> None:
    assert [reports[kind].period.before[0] for kind in ("daily", "weekly", "monthly")] == [
        "days_before",
        "previous_week",
        "days_before",
    ]
    cohort = reports["weekly"].first_tiles[3]
    assert (cohort.span, cohort.comparisons[0].span) == ("2025-06 首购的人", "2025-05"), "thirty days are over for both"


def test_a_day_that_sells_little_stands_behind_its_week(reports: dict[str, Report]) -> None:
    daily = reports["daily"]
    assert daily.period.current == Span(date(2025, 8, 7), date(2025, 8, 13))
    assert re.match(r"2025-08-13（周三）当天：支付 ¥[\d,.]+（\d+ 单），新入私域 \d+ 人。", daily.day)
    assert reports["weekly"].day == ""


def test_no_sentence_stands_in_two_reports(reports: dict[str, Report]) -> None:
    said = [one.text for kind in ("daily", "weekly", "monthly") for one in reports[kind].findings]
    assert len(said) == len(set(said))


def test_no_word_has_two_numbers(reports: dict[str, Report]) -> None:
    """A label stands over one number only, among all headlines of a report."""
    for kind in ("daily", "weekly", "monthly"):
        labels = [tile.label for tile in reports[kind].tiles]
        assert len(labels) == len(set(labels))


WORDS = load_words("zh")
WELL = (Check("core.orders", "unique", True, True, "", ""),)


def told(is_doubt: bool = False, is_alarm: bool = False) -> Finding:
    text = {"zh": "", "en": ""}
    return Finding("r", "r", "told", "s", (), 1, None, text, text, is_doubt=is_doubt, is_alarm=is_alarm)


@pytest.mark.parametrize(
    ("findings", "measure", "late", "expected"),
    [
        ([], {}, 0, ("good", "数据齐全")),
        ([told(), told()], {}, 0, ("told", "数据可用 · 2 条须知")),
        (
            [told(is_doubt=True)],
            {"rows_read": 1000, "rows_refused": 23},
            0,
            ("doubt", "数据有 1 处疑问 · 2.3% 的行没读进来"),
        ),
        (
            [told(is_doubt=True)],
            {"amount_loaded": Decimal(900), "amount_refused": Decimal(100), "rows_read": 9, "rows_refused": 1},
            0,
            ("doubt", "数据有 1 处疑问 · 缺 10.0% 金额"),
        ),
        ([], {}, 3, ("doubt", "数据晚 3 天")),
        ([told(is_alarm=True)], {}, 3, ("bad", "缺整个来源")),
    ],
)
def test_the_chip_judges_the_data(findings: Any, measure: Any, late: int, expected: tuple[str, str]) -> None:
    chip = chip_of(Quality(Measure(**measure), tuple(findings)), WELL, (), late, WORDS)
    assert (chip.mood, chip.text) == expected


def test_passed_checks_alone_are_no_praise() -> None:
    failed = Check("core.orders", "unique", False, True, "", "")
    assert chip_of(Quality(), (), (), 0, WORDS).text == "没有检查记录"
    assert chip_of(Quality(), (*WELL, failed), (failed,), 0, WORDS).text == "2 项检查未通过"


class Days:
    """A source of daily rows alone: a value a day, of which some days are not known."""

    def __init__(self, values: dict[date, float | None]) -> None:
        self.values = values

    def table_of_days(self, columns: list[str], days: Span) -> dict[date, dict[str, Any]]:
        known = {"is_sales_known": True, "is_members_known": True}
        return {
            day: {**dict.fromkeys(columns, value), **known, "is_sales_known": value is not None}
            for day, value in self.values.items()
            if days.first <= day <= days.last
        }


PAID: dict[str, Any] = {"column": "paid_amount", "n": "paid_orders", "reads": ["sales"]}


def test_a_line_has_a_gap_where_a_day_is_not_known() -> None:
    """Twelve weeks of ten a day; in the tenth one day is not known: no lower week, a gap."""
    last = date(2025, 6, 29)
    period = Period("weekly", Span(last - timedelta(days=6), last), {}, True)
    values: dict[date, float | None] = {last - timedelta(days=n): 10.0 for n in range(84)}
    values[last - timedelta(days=16)] = None
    asker: Any = Days(values)
    points = of_days(asker, PAID, period, 5)
    assert [value for _, value in points] == [70.0] * 9 + [None] + [70.0] * 2
    spark = drawn(points, "amount", WORDS)
    assert spark is not None
    assert spark.label == "最近 12 期：最低 ¥70，最高 ¥70"
    assert str(spark.svg).count("M") == 2, "two lines with a gap between them"


def test_a_share_of_few_people_is_no_point_of_a_line() -> None:
    last = date(2025, 6, 30)
    period = Period("daily", Span(last, last), {}, True)
    asker: Any = Days({last - timedelta(days=n): float(4 + n % 2) for n in range(28)})
    spec = {**PAID, "column": "private_channel_share_rate", "part": "private_channel_amount", "of": "paid_amount"}
    assert [value for _, value in of_days(asker, spec, period, 5)] == [1.0, None] * 14


def test_months_of_a_line_are_calendar_months() -> None:
    found = spans(Period("monthly", Span(date(2025, 3, 1), date(2025, 3, 31)), {}, True))
    assert (found[0], found[-2], len(found)) == (
        Span(date(2024, 3, 1), date(2024, 3, 31)),
        Span(date(2025, 2, 1), date(2025, 2, 28)),
        13,
    )
    running = Period("weekly", Span(date(2025, 3, 31), date(2025, 4, 2)), {}, False)
    assert spans(running)[-1] == Span(date(2025, 3, 24), date(2025, 3, 30)), "a week that is not over would be a fall"
