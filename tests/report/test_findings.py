"""The sentences at the top of the report: when a rule speaks, and of which rows."""

from __future__ import annotations

import pytest

from pipelines.report.findings import findings
from pipelines.report.model import Cell, Comparison, Field, Grid, Section, Tile
from pipelines.report.words import load_words


def thresholds(*rows: tuple[str, str, int, int]) -> Section:
    """The table of thresholds: word, label, how many of how many joins were still there after 30 days."""
    cells = tuple(
        (Cell(word, label), Cell(stayed / of, f"{stayed / of:.1%}", of=Cell(of, str(of))))
        for word, label, stayed, of in rows
    )
    fields = (Field("segment", "入群门槛", "text"), Field("stay_30_rate", "30天留群率", "rate"))
    return Section("groups", "", "", (Grid("group_entry_threshold", "", "", "metrics.group_entry", fields, cells),))


def said(*sections: Section, tiles: tuple[Tile, ...] = ()) -> list[str]:
    return [finding.text for finding in findings(tiles, sections, load_words("zh"))]


def test_no_threshold_is_compared_as_well() -> None:
    """75.0 % of 100 stay where nothing is asked; the row of groups that nobody listed names no threshold."""
    section = thresholds(
        ("none", "无门槛", 75, 100),
        ("follow_1", "关注满 1 天", 90, 100),
        ("unknown", "未知", 5, 100),
        ("fan_9", "九级", 40, 40),
    )
    assert said(section) == [
        "30 天留群率最高的入群门槛是“关注满 1 天”（90.0%，n=100），"
        "最低的是“无门槛”（75.0%，n=100）；n 不足 50 的不参与比较。"
    ]


def test_what_chance_explains_is_not_said() -> None:
    assert said(thresholds(("none", "无门槛", 75, 100), ("follow_1", "关注满 1 天", 80, 100))) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (40, 50, []),  # +25 %, but 10 more or fewer of 90 are chance
        (400, 500, ["新客 500 人，较上周增加 25.0%。"]),
    ],
)
def test_a_count_must_move_by_more_than_chance(before: int, now: int, expected: list[str]) -> None:
    change = now / before - 1
    against = Comparison(
        "previous_week", "较上周", "", Cell(before, str(before)), change, f"{change:+.1%}", (), "up", "rate"
    )
    shown = Field("new_buyers", "新客数", "count")
    tile = Tile(
        "new_buyers",
        "新客数",
        "metrics.daily_summary",
        shown,
        Cell(now, str(now)),
        False,
        (),
        "",
        (against,),
        "",
        False,
    )
    assert said(tiles=(tile,)) == expected
