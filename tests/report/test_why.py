"""A change taken apart: the parts of every split add up to it, and one part speaks only where it explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.asking import Asker
from pipelines.report.cells import Look
from pipelines.report.changes import Change, _said, block
from pipelines.report.model import Comparison, Tile
from pipelines.report.periods import Span
from pipelines.report.shapes import Cell, Field
from pipelines.report.why import Part, Split, rounded, splits
from pipelines.report.words import load_words

NOW, BEFORE = Span(date(2025, 6, 9), date(2025, 6, 15)), Span(date(2025, 6, 2), date(2025, 6, 8))
PAID = {"id": "paid_amount", "metric": "daily_summary", "column": "paid_amount", "n": "paid_orders"}
CHANNEL = {"id": "channel", "tile": "paid_amount", "rule": "parts", "by": "channel", "people": ("paid_buyers",)}
PEOPLE = {"id": "people", "tile": "paid_amount", "rule": "heads", "amount": "identified_amount", "heads": "paid_buyers"}
FESTIVAL = {"id": "festival", "tile": "paid_amount", "rule": "days", "sql": "names"}


@dataclass
class World:
    """A source of one metric: rows of both weeks by breakdown and value, and the days with their festivals."""

    now: dict[tuple[str, str], dict[str, Any]]
    before: dict[tuple[str, str], dict[str, Any]]
    days: list[dict[str, Any]] = field(default_factory=list)
    names: dict[date, str] = field(default_factory=dict)

    def metric(self, _: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.now if parameters["start_date"] == NOW.first else self.before
        return [{"segment_by": by, "segment": value, **row} for (by, value), row in rows.items()]

    def rows(self, sql: str, **given: Any) -> list[dict[str, Any]]:
        if sql == "names":
            return [{"date": day, "name": name} for day, name in self.names.items()]
        return [
            row
            for row in self.days
            if given["first"] <= row["date"] <= given["last"] and row.get("segment") == given.get("segment")
        ]

    def has_read(self, _: str) -> bool:
        return True


def week(channels: dict[str, tuple[float, int]], identified: float | None = None) -> dict[tuple[str, str], Any]:
    """Rows of a week: by channel what was paid and by how many, and the whole."""
    whole = sum(amount for amount, _ in channels.values())
    buyers = sum(people for _, people in channels.values())
    rows = {("channel", name): {"paid_amount": amount, "paid_buyers": n} for name, (amount, n) in channels.items()}
    total = {
        "paid_amount": whole,
        "paid_buyers": buyers,
        "identified_amount": whole if identified is None else identified,
    }
    return {**rows, ("all", "all"): total}


def tile(world: World) -> Tile:
    now, before = (rows["all", "all"]["paid_amount"] for rows in (world.now, world.before))
    earlier = Comparison(
        "previous_week", "较上周", "06-02 – 06-08", Cell(before, ""), now - before, "", (), "up", "rate", is_sure=True
    )
    shown = Field("paid_amount", "支付金额", "amount")
    return Tile(
        "paid_amount", "支付金额", "metrics.daily_summary", shown, Cell(now, ""), False, (), "06-09 – 06-15", (earlier,)
    )


def taken(world: World, *specs: dict[str, Any], few: int = 5) -> list[Split]:
    asker: Any = Asker(world)  # type: ignore[arg-type]
    return splits(asker, tile(world), PAID, specs, (NOW, BEFORE), few)


def parts(split: Split) -> list[tuple[str, float]]:
    return [(part.key, round(part.by, 2)) for part in split.parts]


def spoken(world: World, spec: dict[str, Any]) -> str:
    """The sentence of one split, '' where none of its parts explains the change."""
    (split,) = taken(world, spec)
    asker: Any = Asker(world)  # type: ignore[arg-type]
    part = split.speaking(asker, spec, (NOW, BEFORE), "paid_amount")
    change = Change(tile(world), (split,), {spec["id"]: {}})
    return _said(part, split, change, load_words("zh")) if part else ""


GREW = World(
    week({"live": (9000, 60), "search": (3300, 33), "sms": (50, 1)}),
    week({"live": (6000, 40), "search": (3000, 30), "sms": (100, 2)}),
)


def test_by_channel_few_people_are_told_with_the_next_ones() -> None:
    """Two people by SMS: with search they are one part, of which nobody can find theirs."""
    (split,) = taken(GREW, CHANNEL)
    assert parts(split) == [("live", 3000), ("", 250)]
    assert [(part.before, part.now) for part in split.parts] == [(6000, 9000), (3100, 3350)]


def test_more_people_and_more_a_head() -> None:
    """100 people paid 100 each, now 120 pay 110: 20 × 100 more by their number, 120 × 10 by what each pays; orders of
    nobody known brought 200 less."""
    now, before = week({"live": (13500, 120)}, identified=13200), week({"live": (10500, 100)}, identified=10000)
    (split,) = taken(World(now, before), PEOPLE)
    assert parts(split) == [("more", 2000), ("each", 1200), ("others", -200)]
    assert [dict(part.facts) for part in split.parts[:2]] == [{"now": 120, "before": 100}, {"now": 110, "before": 100}]


def day(number: int, amount: float, **more: Any) -> dict[str, Any]:
    known = {"is_sales_known": True, "is_members_known": True}
    return {"date": date(2025, 6, number), "paid_amount": amount, **known, **more}


def festival_week(on_festival: float, ordinary: float) -> World:
    """Four days of 618 in the week, none in the week before."""
    names = {date(2025, 6, number): "618" for number in (9, 10, 11, 12)}
    days = [day(n, on_festival if date(2025, 6, n) in names else ordinary) for n in range(2, 16)]
    sums = (sum(one["paid_amount"] for one in days[7:]), sum(one["paid_amount"] for one in days[:7]))
    return World(*(week({"live": (whole, 50)}) for whole in sums), days, names)


def test_618_is_named_when_it_is_618() -> None:
    """Its days bring 300, others 100: four of them are 800 more, and that is all that changed."""
    world = festival_week(300, 100)
    (split,) = taken(world, FESTIVAL)
    assert parts(split) == [("618", 800), ("others", 0)]
    assert spoken(world, FESTIVAL) == (
        "多的 ¥800 里，¥800 来自618大促：本期有 4 天，对比期 0 天；这些天日均 ¥300，平日 ¥100。"
    )


def test_a_festival_that_brings_nothing_is_not_named() -> None:
    world = festival_week(100, 100)
    world.now["all", "all"]["paid_amount"] = 800
    assert spoken(world, FESTIVAL) == ""


def test_the_part_that_explains_it_is_named_with_the_rest() -> None:
    assert spoken(GREW, CHANNEL) == "多的 ¥3,250 里，直播渠道多了 ¥3,000（¥6,000 → ¥9,000），其余合计多 ¥250。"
    fell = World(GREW.before, GREW.now)
    assert spoken(fell, CHANNEL) == "少的 ¥3,250 里，直播渠道少了 ¥3,000（¥9,000 → ¥6,000），其余合计少 ¥250。"


@pytest.mark.parametrize(
    ("now", "before"),
    [
        # everything grew alike: that most of it is live says only that live was most of it before
        ({"live": (9000, 60), "search": (3300, 30)}, {"live": (6000, 60), "search": (2200, 30)}),
        # what one part won another lost
        ({"live": (9000, 60), "search": (1000, 30)}, {"live": (6000, 60), "search": (3900, 30)}),
        # three parts, none of them half
        (
            {"live": (2400, 60), "search": (1400, 30), "mall": (1400, 30)},
            {"live": (2000, 60), "search": (1000, 30), "mall": (1000, 30)},
        ),
        # orders of which nobody knows the channel are no reason
        ({"live": (1000, 60), "unknown": (5000, 30)}, {"live": (1000, 60), "unknown": (500, 30)}),
    ],
)
def test_what_explains_nothing_is_silent(now: dict[str, Any], before: dict[str, Any]) -> None:
    assert spoken(World(week(now), week(before)), CHANNEL) == ""


def test_a_part_whose_days_swing_as_much_anyway_is_silent() -> None:
    """Live brought 3,000 more, in one day of the seven."""
    swings = [day(n, 300.0 if n % 2 else 1400.0, segment="live") for n in range(2, 9)]
    swings += [day(n, 300.0 if n % 2 else 1500.0, segment="live") for n in range(9, 15)]
    swings.append(day(15, 4000.0, segment="live"))
    assert spoken(World(GREW.now, GREW.before, swings), CHANNEL) == ""
    steady = [day(n, (850.0 if n < 9 else 1280.0) + n, segment="live") for n in range(2, 16)]
    assert spoken(World(GREW.now, GREW.before, steady), CHANNEL)


def test_values_that_are_no_parts_of_the_whole_are_left_out() -> None:
    now = {**GREW.now, ("all", "all"): {**GREW.now["all", "all"], "paid_amount": 12000.0}}
    assert taken(World(now, GREW.before), CHANNEL) == []


AMOUNTS = st.dictionaries(
    st.sampled_from(["live", "search", "mall", "ad", "sms", "wecom", "video", "none"]),
    st.tuples(st.integers(0, 10**7).map(lambda fen: fen / 100), st.integers(0, 40)),
    min_size=1,
)


@given(AMOUNTS, AMOUNTS, st.integers(0, 100))
def test_the_parts_of_every_split_add_up_to_the_change(now: Any, before: Any, share: int) -> None:
    """Whatever was sold by whom: in the split, and to the cent in the table that is printed."""
    world = World(*(week(one, sum(amount for amount, _ in one.values()) * share / 100) for one in (now, before)))
    whole = tile(world)
    change = whole.cell.value - whole.comparisons[0].cell.value
    found = taken(world, CHANNEL, PEOPLE)
    for split in found:
        assert sum(part.by for part in split.parts) == pytest.approx(change, abs=0.01)
        assert round(sum(part.by for part in rounded(split.parts)), 2) == pytest.approx(change, abs=0.02)
        assert all(
            people == 0 or people >= 5 for part in split.parts if split.rule == "parts" for people in part.people
        )
    if found:
        shown = block(Change(whole, tuple(found), {"channel": {}, "people": {}}), Look(load_words("zh"), 5))
        titles = {row[0].text for row in shown.rows[:-1]}
        for title in titles:
            by = [row[4].value for row in shown.rows if row[0].text == title]
            assert sum(by) == pytest.approx(shown.rows[-1][4].value, abs=0.02)


def test_rounding_is_left_to_the_last_part() -> None:
    thirds = [Part(name, 100 / 3) for name in "abc"]
    assert [part.by for part in rounded(thirds)] == [33.33, 33.33, 33.34]
