"""Numbers of few people: hidden, and not to be found by taking the others off a total."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report import charts
from pipelines.report.blocks import chart_block
from pipelines.report.cells import Look, grid
from pipelines.report.shapes import OK, SMALL
from pipelines.report.small import grouped, not_to_be_told, told, without_few
from pipelines.report.words import load_words

K = 5


def hidden(*counts: int | None) -> list[int]:
    """Which of the counts are not shown."""
    return sorted(not_to_be_told([{"people": count} for count in counts], "people", K))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, 20, 30), []),
        ((10, 0, None), []),  # nobody is no group
        ((3, 20, 10), [0, 2]),  # the next one goes too: total - 20 - 10 was 3
        ((3, 4, 20), [0, 1]),  # of the two nobody can tell which is which
        ((1, 2, 9, 20), [0, 1, 2]),  # together they would still be fewer than five
        ((3,), [0]),
        ((3, None, 0), [0]),
    ],
)
def test_which_are_hidden(counts: tuple[int | None, ...], expected: list[int]) -> None:
    assert hidden(*counts) == expected


@given(st.lists(st.integers(0, 30), max_size=8))
def test_what_is_hidden_cannot_be_found_by_subtraction(counts: list[int]) -> None:
    """Whoever knows the total and all that is shown knows the sum of what is hidden, and no more."""
    gone = [counts[place] for place in hidden(*counts)]
    assert all(count >= K or count == 0 for place, count in enumerate(counts) if place not in hidden(*counts))
    is_all = len(gone) == len([count for count in counts if count])  # then there is nothing to subtract
    assert not gone or is_all or (len(gone) > 1 and sum(gone) >= K)


def test_a_table_of_parts() -> None:
    """The second smallest keeps its name and loses its numbers; its count is no `<5`."""
    spec: dict[str, Any] = {
        "id": "group_entry_path", "table": "metrics.group_entry", "columns": ["segment", "joins", "stay_30_rate"],
        "n": "joins", "rates": {"stay_30_rate": {"n": "mature_joins_30", "of": "joins", "is_alone": True}},
    }  # fmt: skip
    rows = [
        {"segment": path, "joins": n, "mature_joins_30": m, "stay_30_rate": 0.5}
        for path, n, m in (("qr", 3, 3), ("invite", 9, 9), ("profile", 40, 4), ("sms", 50, 45))
    ]
    shown = grid(spec, rows, Look(load_words("zh"), K))
    states = [[cell.state for cell in line] for line in shown.rows]
    assert states == [[OK, SMALL, SMALL], [OK, SMALL, SMALL], [OK, OK, SMALL], [OK, OK, OK]]
    assert [line[1].text for line in shown.rows][:2] == ["<5", "·"]


def test_a_rate_is_not_told_without_the_people_it_is_of() -> None:
    """Sixty people were asked about, and the sixty are hidden for the few buyers behind them."""
    spec: dict[str, Any] = {
        "id": "group_entry_path", "table": "metrics.group_entry", "columns": ["segment", "joins", "stay_30_rate"],
        "rates": {"stay_30_rate": {"n": "mature_joins_30", "of": "joins"}}, "behind": {"mature_joins_30": ["buyers"]},
    }  # fmt: skip
    row = {"segment": "qr", "joins": 90, "mature_joins_30": 60, "stay_30_rate": 0.5, "buyers": 2}
    (line,) = grid(spec, [row], Look(load_words("zh"), K)).rows
    assert [cell.state for cell in line] == [OK, OK, SMALL]
    assert line[2].text == "·"


def test_rows_of_several_totals() -> None:
    """Of Monday's three the few and the next are hidden; Tuesday's few are hidden alone, as nothing else is there."""
    rows = [
        {"day": day, "people": people, "amount": people * 10.5}
        for day, people in (("mon", 2), ("mon", 9), ("mon", 30), ("tue", 3), ("wed", 6), ("wed", 7))
    ]
    shown = without_few(rows, {"amount": {"people"}}, K, grouped(rows, "day"))
    assert [told(row["amount"]) for row in shown] == [None, None, 315, None, 63, 73.5]
    assert [row["people"] for row in shown] == [row["people"] for row in rows], "only what is named is hidden"


def test_a_bar_of_few_buyers_is_neither_drawn_nor_told() -> None:
    """On the first day two bought by private channels, and the unknown ones would tell of them; on the second nobody
    is few. No number of theirs is in the drawing, its words, or its table."""
    parts = {1: ((2, 2, 771.25), (40, 45, 900.0), (9, 9, 333.5)), 2: ((6, 6, 610.5), (40, 45, 800.0), (0, 12, 120.75))}
    rows = [
        {"date": date(2025, 6, day), "segment_by": "domain", "segment": segment, "paid_amount": amount, **counts}
        for day, several in parts.items()
        for segment, (buyers, orders, amount) in zip(("private", "public", "unknown"), several, strict=True)
        for counts in ({"paid_buyers": buyers, "paid_orders": orders},)
    ]
    chart = {**charts.definition("daily_amount"), "name": "daily_amount"}
    block: Any = chart_block(chart, rows, Look(load_words("zh"), K))
    for number in ("771", "333", "1,104", "1104"):
        assert number not in str(block.svg)
        assert number not in repr(block.grid)
    assert [title.partition("</title>")[0] for title in str(block.svg).split("<title>")[1:]] == [
        "2025-06-01 · 公域 ¥900",
        "2025-06-02 · 私域 ¥610.50 · 公域 ¥800 · 未知 ¥120.75",
    ]
