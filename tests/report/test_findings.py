"""The sentences at the top of the report: when a rule speaks, and of which rows."""

from __future__ import annotations

from dataclasses import replace

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


def test_the_farthest_apart_of_many_differ_by_luck_sooner() -> None:
    """Of two, 75 and 89 of 100 differ by more than chance; as the ends of eight that are alike they do not."""
    two = [("none", "无门槛", 75, 100), ("follow_1", "关注满 1 天", 89, 100)]
    between = [(f"follow_{n}", f"关注满 {n} 天", 80 + n % 3, 100) for n in range(2, 8)]
    assert len(said(thresholds(*two))) == 1
    assert said(thresholds(*two, *between)) == []


def new_buyers(now: int, before: int, days: int = 7, before_days: int = 7, **more: bool) -> Tile:
    """The tile of new buyers beside the week before."""
    by = now / before - 1
    is_sure, is_complete = more.get("is_sure", True), more.get("is_complete", True)
    earlier = Comparison(
        *("previous_week", "较上周", "", Cell(before, str(before)), by, f"{by:+.1%}", (), "up", "rate"),
        is_sure=is_sure,
        days=before_days,
    )
    field, cell = Field("new_buyers", "新客数", "count"), Cell(now, str(now))
    tile = Tile("new_buyers", "新客数", "metrics.daily_summary", field, cell, False, (), "", (earlier,))
    return replace(tile, is_complete=is_complete, days=days)


@pytest.mark.parametrize(
    ("tile", "expected"),
    [
        (new_buyers(500, 400), ["新客 500 人，较上周增加 25.0%。"]),
        (new_buyers(300, 400), ["新客 300 人，较上周减少 25.0%。"]),
        (new_buyers(440, 400), []),  # too little to speak of
        (new_buyers(500, 400, is_sure=False), []),  # days differ by as much anyway
        (new_buyers(500, 400, is_complete=False), []),  # the week is not over
        (new_buyers(310, 280, 31, 28), []),  # +10.7 %, and not one more a day
        (new_buyers(420, 280, 30, 28), ["日均新客 14 人，较上周（日均 10 人）增加 40.0%。"]),
    ],
)
def test_a_sentence_needs_more_than_chance_a_whole_period_and_equal_lengths(tile: Tile, expected: list[str]) -> None:
    assert said(tiles=(tile,)) == expected
