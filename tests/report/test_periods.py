"""Which days a report is about: whole ones, and others as long and of the same weekdays to hold them against."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.periods import Calendar, Span, period

LUNAR = tuple(map(date.fromisoformat, ("2024-02-10", "2025-01-29", "2026-02-17")))
BEGINS = Calendar(first_day=date(2024, 1, 1))


def days(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("kind", "day", "current", "compared"),
    [
        (
            "daily",
            "2025-03-05",
            ("2025-03-05", "2025-03-05"),
            {"week_before": "2025-02-26", "year_before": "2024-03-06"},
        ),
        # Wednesday: the week that was over on Sunday
        (
            "weekly",
            "2025-04-02",
            ("2025-03-24", "2025-03-30"),
            {"previous_week": "2025-03-17", "year_before": "2024-03-25"},
        ),
        (
            "weekly",
            "2025-03-30",
            ("2025-03-24", "2025-03-30"),
            {"previous_week": "2025-03-17", "year_before": "2024-03-25"},
        ),
        # a month of 31 days: as many of the same weekdays, five weeks before
        (
            "monthly",
            "2025-06-10",
            ("2025-05-01", "2025-05-31"),
            {"days_before": "2025-03-27", "year_before": "2024-05-02"},
        ),
        (
            "monthly",
            "2025-06-30",
            ("2025-06-01", "2025-06-30"),
            {"days_before": "2025-04-27", "year_before": "2024-06-02"},
        ),
        # the leap day, and nothing compared with days before the data begins
        ("monthly", "2024-02-29", ("2024-02-01", "2024-02-29"), {}),
        ("monthly", "2024-03-31", ("2024-03-01", "2024-03-31"), {"days_before": "2024-01-26"}),
    ],
)
def test_periods(kind: str, day: str, current: tuple[str, str], compared: dict[str, str]) -> None:
    found = period(kind, date.fromisoformat(day), BEGINS)
    assert found.current == days(*current)
    assert {name: str(span.first) for name, span in found.compared.items()} == compared
    assert found.is_complete


@given(
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.booleans(),
    st.booleans(),
)
def test_spans_are_as_long_of_the_same_weekdays_and_apart(kind: str, day: date, so_far: bool, is_small: bool) -> None:
    """Whatever the day; but by the lunar new year, which falls on another weekday every year."""
    found = period(kind, day, Calendar(lunar_new_years=LUNAR, is_day_small=is_small), so_far)
    assert found.current.last <= day
    for name, span in found.compared.items():
        assert span.days == found.current.days
        assert span.last < found.current.first
        assert name == "spring_before" or span.first.weekday() == found.current.first.weekday()


def test_a_small_day_leads_with_its_week() -> None:
    found = period("daily", date(2025, 6, 30), Calendar(is_day_small=True))
    assert (found.current, found.day) == (days("2025-06-24", "2025-06-30"), date(2025, 6, 30))
    assert found.before == ("days_before", days("2025-06-17", "2025-06-23"))
    young = Calendar(first_day=date(2025, 6, 26), is_day_small=True)
    assert period("daily", date(2025, 6, 30), young).current == days("2025-06-30", "2025-06-30")


def test_what_is_not_over_is_told_where_one_asks_or_nothing_else_is() -> None:
    so_far = period("weekly", date(2025, 4, 2), so_far=True)
    assert (so_far.current, so_far.is_complete) == (days("2025-03-31", "2025-04-02"), False)
    assert so_far.before == ("previous_week", days("2025-03-24", "2025-03-26"))
    young = period("monthly", date(2025, 4, 9), Calendar(first_day=date(2025, 3, 20)))
    assert (young.current, young.is_complete) == (days("2025-04-01", "2025-04-09"), False)


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        ("weekly", "2026-02-22", "2025-01-28"),  # the week of 17 February 2026 by that of 29 January 2025: 384 days
        ("monthly", "2026-02-28", "2025-01-13"),
        ("weekly", "2026-01-25", "2024-12-31"),  # goods for it sell weeks before
    ],
)
def test_near_the_lunar_new_year_a_year_is_compared_by_it(kind: str, day: str, expected: str) -> None:
    found = period(kind, date.fromisoformat(day), Calendar(lunar_new_years=LUNAR))
    assert str(found.compared["spring_before"].first) == expected
    assert "year_before" not in found.compared


def test_a_week_may_start_on_sunday() -> None:
    found = period("weekly", date(2025, 1, 4), Calendar(week_starts="sunday"))
    assert found.current == days("2024-12-29", "2025-01-04")
    assert found.current.first + timedelta(days=6) == found.current.last
