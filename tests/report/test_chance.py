"""More than chance or not: each test against figures worked out elsewhere, and against luck itself."""

from __future__ import annotations

import random

import pytest

from pipelines.report.chance import counts_differ, differ, differ_by_day, is_unusual


def test_shares() -> None:
    assert not differ(12, 100, 9, 100)
    assert differ(30, 100, 9, 100)
    assert not differ(0, 50, 0, 50)


def test_shares_picked_from_many() -> None:
    """z = 2.56 is beyond 1.96 for a pair, and within 3.12 for the ends of eight (28 pairs)."""
    assert differ(89, 100, 75, 100)
    assert not differ(89, 100, 75, 100, among=8)


@pytest.mark.parametrize(
    ("days", "others", "expected"),
    [
        ([100, 120, 90, 110, 80, 105, 95], [130, 150, 120, 140, 110, 135, 125], True),  # scipy: p = 0.0008
        ([100, 120, 90, 110, 80, 105, 95], [110, 130, 100, 120, 90, 115, 105], False),  # p = 0.17
        ([100, 20, 300, 10, 80, 505, 95], [200, 40, 600, 20, 160, 800, 190], False),  # twice as much, in a wild shop
        ([100, 100, 100, 100], [200, 200, 200, 200], False),  # four days tell nothing of how days differ
        ([100] * 5, [200] * 5, True),
        ([100] * 5, [100] * 5, False),
    ],
)
def test_days_of_two_spans(days: list[float], others: list[float], expected: bool) -> None:
    assert differ_by_day(days, others) is expected


def test_a_single_day_is_held_against_days_like_it() -> None:
    usual = [100.0, 120, 90, 110, 80, 105, 95, 100]
    assert not is_unusual(125, usual)
    assert is_unusual(160, usual)
    assert not is_unusual(160, usual[:3])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((38, 7, 60, 28), True),  # 38 in a week where 15 are usual; scipy's binomtest(38, 98, 7/35): p = 2e-05
        ((19, 7, 60, 28), False),  # p = 0.40
        ((275, 6129, 229, 7677), True),  # people for so much advertising; p = 6e-06
        ((240, 6129, 280, 7677), False),  # p = 0.43
        ((0, 7, 0, 28), False),
    ],
)
def test_counts_over_their_own_days_or_yuan(counts: tuple[float, ...], expected: bool) -> None:
    assert counts_differ(*counts) is expected


def test_a_count_picked_from_many_needs_more() -> None:
    """z = 2.17 is beyond 1.96, and within 3.02 for the highest of twenty."""
    assert counts_differ(25, 7, 60, 28)
    assert not counts_differ(25, 7, 60, 28, among=20)


def test_luck_is_called_more_than_luck_one_time_in_twenty() -> None:
    dice = random.Random(5)
    weeks = [[dice.gauss(1000, 300) for _ in range(14)] for _ in range(2000)]
    called = sum(differ_by_day(days[:7], days[7:]) for days in weeks) / len(weeks)
    unusual = sum(is_unusual(days[0], days[1:9]) for days in weeks) / len(weeks)
    assert called == pytest.approx(0.05, abs=0.015)
    assert unusual == pytest.approx(0.05, abs=0.015)
