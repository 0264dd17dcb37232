"""The sentences at the top of the report: when a rule speaks, and of which rows; which of them lead."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipelines.report.findings import Known, findings, quiet
from pipelines.report.model import Comparison, Finding, Section, Tile
from pipelines.report.shapes import Cell, Field, Grid
from pipelines.report.source import Row
from pipelines.report.words import load_words


def thresholds(*rows: tuple[str, str, int, int]) -> Section:
    """The table of thresholds: word, label, how many of how many joins were still there after 30 days."""
    cells = tuple(
        (Cell(word, label), Cell(stayed / of, f"{stayed / of:.1%}", of=Cell(of, str(of))))
        for word, label, stayed, of in rows
    )
    fields = (Field("segment", "入群门槛", "text"), Field("stay_30_rate", "30天留群率", "rate"))
    return Section("groups", "", "", (Grid("group_entry_threshold", "", "", "metrics.group_entry", fields, cells),))


def told(known: Known, kind: str = "monthly", slot: str = "") -> list[str]:
    return [one.text for one in findings(known, kind, load_words("zh")) if slot in ("", one.slot)]


def said(*sections: Section, tiles: tuple[Tile, ...] = (), kind: str = "monthly") -> list[str]:
    return told(Known.of(tiles, sections), kind)


def test_no_threshold_is_compared_as_well() -> None:
    """75.0 % of 100 stay where nothing is asked; the row of groups that nobody listed names no threshold."""
    section = thresholds(
        ("none", "无门槛", 75, 100),
        ("follow_1", "关注满 1 天", 90, 100),
        ("unknown", "未知", 5, 100),
        ("fan_9", "九级", 40, 40),
    )
    assert said(section) == [
        "新建的群可以先试“关注满 1 天”这个门槛：进来的人 30 天后还在的有 90.0%（n=100），“无门槛”只有 75.0%（n=100）；"
        "门槛高来的人也少，两边一起看。"
    ]
    assert said(section, kind="daily") == said(section, kind="weekly") == [], "once a month is enough"


def test_what_chance_explains_is_not_said() -> None:
    assert said(thresholds(("none", "无门槛", 75, 100), ("follow_1", "关注满 1 天", 80, 100))) == []


def test_the_farthest_apart_of_many_differ_by_luck_sooner() -> None:
    """Of two, 75 and 89 of 100 differ by more than chance; as the ends of eight that are alike they do not."""
    two = [("none", "无门槛", 75, 100), ("follow_1", "关注满 1 天", 89, 100)]
    between = [(f"follow_{n}", f"关注满 {n} 天", 80 + n % 3, 100) for n in range(2, 8)]
    assert len(said(thresholds(*two))) == 1
    assert said(thresholds(*two, *between)) == []


def headline(name: str, now: float, before: float, **more: Any) -> Tile:
    """A tile beside the week before."""
    by = now / before - 1
    earlier = Comparison(
        *("previous_week", "较上周", "", Cell(before, f"{before:,}"), by, f"{by:+.1%}", (), "up", "rate"),
        is_sure=more.pop("is_sure", True),
    )
    field, cell = Field(name, "", "count"), Cell(now, f"{now:,}")
    tile = Tile(name, "", "metrics.daily_summary", field, cell, False, (), "06-22 – 06-28", (earlier,))
    return replace(tile, **more)


@pytest.mark.parametrize(
    ("tile", "expected"),
    [
        (headline("new_buyers", 500, 400), ["06-22 – 06-28 新客 500 人，较上周多 100 人（25.0%），超出日常波动。"]),
        (headline("new_buyers", 300, 400), ["06-22 – 06-28 新客 300 人，较上周少 100 人（25.0%），超出日常波动。"]),
        (headline("new_buyers", 420, 400), []),  # too little to speak of
        (headline("new_buyers", 500, 400, is_sure=False), []),  # days differ by as much anyway
        (headline("new_buyers", 500, 400, is_complete=False), []),  # the week is not over
    ],
)
def test_a_sentence_needs_more_than_chance_and_a_whole_period(tile: Tile, expected: list[str]) -> None:
    assert said(tiles=(tile,)) == expected


def test_a_headline_with_an_arrow_is_never_said_not_to_have_moved() -> None:
    """The demo's page once said that no number had moved, under a cost that had risen by half."""
    words = load_words("zh")
    calm = headline("paid_amount", 9, 8, label="支付金额")
    calm = replace(calm, comparisons=(replace(calm.comparisons[0], direction="chance"),))
    risen = headline("cost", 35, 22, label="新增成本")
    assert quiet((calm,), words) == "各项指标都没有超出日常波动的变化。"
    assert quiet((calm, risen), words) == "新增成本有变化；其余指标都没有超出日常波动的变化。"
    assert quiet((replace(calm, comparisons=()),), words) == "没有可作比较的数字，原因写在各数字下面。"


def test_one_sentence_says_what_and_one_why_and_the_others_stand_behind() -> None:
    tiles = (headline("new_buyers", 500, 400), headline("private_entries", 90, 60), headline("paid_amount", 9, 9))
    why = Finding("多播了 3 场。", "why_private_entries", "why")
    known = Known.of(tiles, (), whys={"private_entries": why, "new_buyers": Finding("", "", "why")})
    found = findings(known, "weekly", load_words("zh"))
    assert [(one.slot, one.link) for one in found] == [
        ("what", "tile-private_entries"),
        ("why", "why_private_entries"),
        ("more", "tile-new_buyers"),
    ]


def group(name: str, leaves: int, usual: int, **more: Any) -> Row:
    """A group of whom so many left in a week, and so many in the four weeks before."""
    row = {"group_name": name, "leaves": leaves, "now": leaves, "usual": usual, "now_days": 7, "usual_days": 28}
    return {**row, "usual_leaves": round(usual / 4), "variant": "plain", **more}


def errand(*rows: Row, small_group: int = 5) -> list[str]:
    known = Known(rows={"group_leaves": rows}, days="06-24 – 06-30", small_group=small_group)
    return told(known, "daily", "todo")


def test_the_group_that_loses_more_than_usual_is_named() -> None:
    """38 in a week where 15 are usual; another loses more, as it always does."""
    pushed = {"variant": "pushed", "leaves_after_push": 26, "push_date": date(2026, 6, 27)}
    rows = (group("福利7群", 38, 60, **pushed), group("大群", 90, 350), group("静群", 2, 4))
    assert errand(*rows) == [
        "问一问“福利7群”：06-24 – 06-30 掉了 38 人（同样天数平时约 15 人），其中 26 人在推送后 24 小时内离开，"
        "最多的一天是 2026-06-27；看看那天推了什么。"
    ]
    assert errand(*rows, small_group=50) == [], "of fewer than may be told nothing is said"


@pytest.mark.parametrize(
    "rows",
    [
        [group("a", 9, 4)],  # too few
        [group("a", 19, 60)],  # within chance
        [group("a", 200, 600)],  # beyond chance, and no half as much again
        [group("a", 25, 60), *(group(f"g{n}", 15, 60) for n in range(19))],  # the worst of twenty
        [group("a", 38, 0, usual_days=0)],  # nobody knows what is usual
    ],
)
def test_no_errand_without_more_than_chance(rows: list[Row]) -> None:
    assert errand(*rows) == []


def test_luck_sends_a_manager_to_a_group_one_week_in_twenty_at_most() -> None:
    """Ten groups that lose about four a day, for 400 weeks."""
    dice = random.Random(3)
    weeks = 400
    sent = sum(
        bool(errand(*(group(f"g{n}", _poisson(dice, 28), _poisson(dice, 112)) for n in range(10))))
        for _ in range(weeks)
    )
    assert sent / weeks < 0.05


def _poisson(dice: random.Random, mean: float) -> int:
    """How many come while a clock of so many ticks runs."""
    at, count = dice.expovariate(1), 0
    while at < mean:
        at, count = at + dice.expovariate(1), count + 1
    return count
