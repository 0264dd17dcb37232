"""A move known only by its day beside one known by its hour: the stay ends where it ended. Given rows, expected rows."""

from __future__ import annotations

import pytest

from tests.worlds import world

JOIN = {"user_id": "u1", "event": "group_join", "group_id": "g1", "event_at_has_time": True}
LEAVE = {**JOIN, "event": "group_leave"}
DAY = {"event_at": "2025-03-17 00:00:00", "event_at_has_time": False}
THREE = {"event_at": "2025-03-17 15:00:00"}
BEFORE = {**JOIN, "event_at": "2025-03-10 10:00:00"}


def stays(*events):
    """From when to when, of each stay."""
    given = [{"event_id": f"e{number}", **event} for number, event in enumerate(events)]
    built = world({"events": given})
    rows = built.rows("core.memberships", order="joined_at")
    return [(str(row["joined_at"])[5:], row["left_at"] and str(row["left_at"])[5:]) for row in rows]


@pytest.mark.parametrize(
    ("join", "leave", "expected"),
    [
        (DAY, THREE, ("03-17 15:00:00", "03-17 15:00:00")),
        (THREE, DAY, ("03-17 15:00:00", "03-17 23:59:59")),
        (DAY, DAY, ("03-17 23:59:59", "03-17 23:59:59")),
        (DAY, {"event_at": "2025-03-18 09:00:00"}, ("03-17 23:59:59", "03-18 09:00:00")),
        (DAY, {"event_at": "2025-03-16 09:00:00"}, ("03-17 23:59:59", None)),
    ],
)
def test_the_stay_ends_on_that_day_whichever_has_the_hour(join, leave, expected):
    assert stays({**JOIN, **join}, {**LEAVE, **leave}) == [expected]
    assert stays({**LEAVE, **leave}, {**JOIN, **join}) == [expected]


@pytest.mark.parametrize(("joined", "left"), [("wecom_add", "wecom_remove"), ("group_join", "group_remove")])
def test_of_whatever_kind_of_stay(joined, left):
    ((_, left_at),) = stays({**JOIN, **DAY, "event": joined}, {**LEAVE, **THREE, "event": left})
    assert left_at == "03-17 15:00:00"


def test_a_leave_of_another_group_ends_nothing_here():
    assert stays({**JOIN, **DAY}, {**LEAVE, **THREE, "group_id": "g2"}) == [("03-17 23:59:59", None)]


def test_a_later_join_of_that_day_with_its_hour_is_another_stay():
    four = {**JOIN, "event_at": "2025-03-17 16:00:00"}
    assert stays({**JOIN, **DAY}, {**LEAVE, **THREE}, four) == [
        ("03-17 15:00:00", "03-17 15:00:00"),
        ("03-17 16:00:00", None),
    ]


def test_who_was_inside_before_has_left_too():
    assert stays(BEFORE, {**JOIN, **DAY}, {**LEAVE, **THREE}) == [("03-10 10:00:00", "03-17 15:00:00")]


def test_who_is_missing_in_a_list_and_joined_again_that_day_is_inside():
    """Nobody told the leave: it is known by the list's time only, and a join of that day is in a later list."""
    missing = {**LEAVE, **THREE, "is_inferred": True}
    assert stays(BEFORE, {**JOIN, **DAY}, missing) == [
        ("03-10 10:00:00", "03-17 15:00:00"),
        ("03-17 23:59:59", None),
    ]
    assert stays({**JOIN, **DAY}, missing) == [("03-17 15:00:00", "03-17 15:00:00")]


def test_a_leave_that_a_list_shows_lies_between_two_lists():
    """Between the last list with the person and the first without; not before the person joined."""
    gone = {**LEAVE, "event_at": "2025-03-20 09:00:00", "is_inferred": True, "happened_after": "2025-03-18 09:00:00"}

    def left(*events):
        rows = world({"events": [{"event_id": f"e{n}", **event} for n, event in enumerate(events)]}).rows(
            "core.memberships", order="joined_at"
        )
        return [(row["is_left_inferred"], row["left_after"] and str(row["left_after"])) for row in rows]

    assert left(BEFORE, gone) == [(True, "2025-03-18 09:00:00")]
    assert left({**BEFORE, "event_at": "2025-03-19 10:00:00"}, gone) == [(True, "2025-03-19 10:00:00")]
    assert left(BEFORE, {**LEAVE, **THREE}) == [(False, None)]
    assert left(BEFORE) == [(None, None)]
