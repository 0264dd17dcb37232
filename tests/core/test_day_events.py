"""One event told twice, once with its hour and once with its day only, is one event. Given rows, expected rows."""

from __future__ import annotations

import pytest

from tests.worlds import world

COLUMNS = ("event_id", "user_id", "event", "event_at", "event_at_has_time", "group_id", "untold")
DAY = ("d", "u1", "group_join", "2025-03-01 00:00:00", "false", "g1", ",event_id,")
HOUR = ("h", "u1", "group_join", "2025-03-01 10:20:00", "true", "g1", ",event_id,")


def events(*rows: tuple[str, ...]):
    table = "\n".join("| " + " | ".join(row) + " |" for row in (COLUMNS, *rows))
    built = world({"events": table})
    return [row["event_id"] for row in built.rows("core.events", order="event_id")]


def other(row: tuple[str, ...], **changes: str) -> tuple[str, ...]:
    return tuple(changes.get(column, value) for column, value in zip(COLUMNS, row, strict=True))


@pytest.mark.parametrize("row", [DAY, other(DAY, event_at="2025-03-01 09:00:00")])
def test_the_row_with_the_hour_stands(row):
    assert events(row, HOUR) == ["h"]


@pytest.mark.parametrize("event", ["follow", "live_view", "group_leave", "our_own_word"])
def test_whatever_was_done(event):
    assert events(other(DAY, event=event), other(HOUR, event=event)) == ["h"]


def test_several_hours_of_one_day_all_stand():
    assert events(DAY, HOUR, other(HOUR, event_id="i", event_at="2025-03-01 22:00:00")) == ["h", "i"]


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": "u2"},
        {"event": "group_leave"},
        {"group_id": "g2"},
        {"group_id": "-"},
        {"event_at": "2025-03-02 10:20:00"},
        {"event_at_has_time": "false"},
    ],
)
def test_another_event_is_another(changes):
    assert events(DAY, other(HOUR, **changes)) == ["d", "h"]


def test_two_ids_of_the_platforms_own_are_two_events():
    assert events(other(DAY, untold="-"), other(HOUR, untold="-")) == ["d", "h"]
    assert events(DAY, other(HOUR, untold="-")) == ["h"]
    assert events(other(DAY, untold="-"), HOUR) == ["h"]


def test_a_stay_ends_although_a_row_of_its_day_has_no_hour():
    """The day's last second would be after the leave: joined again, and never left."""
    table = "\n".join(
        "| " + " | ".join(row) + " |"
        for row in (COLUMNS, DAY, HOUR, other(HOUR, event_id="l", event="group_leave", event_at="2025-03-01 11:00:00"))
    )
    built = world({"events": table})
    assert [str(row["left_at"]) for row in built.rows("core.memberships")] == ["2025-03-01 11:00:00"]
