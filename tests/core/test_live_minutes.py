"""core.live_minutes: the curve of a session, and which session it is of. Given rows, expected rows."""

import pytest

from tests.worlds import table, world

SESSIONS = """
| platform | live_session_id | account_id | started_at          | ended_at            |
| douyin   | l1              | a1         | 2025-01-05 20:00:20 | 2025-01-05 22:00:10 |
| douyin   | l2              | a1         | 2025-01-05 22:00:40 | 2025-01-05 23:00:00 |
| douyin   | l3              | a2         | 2025-01-05 21:00:00 | 2025-01-05 21:30:00 |
"""


def sessions_of(minutes, sessions=SESSIONS):
    built = world({"live_sessions": sessions, "live_minutes": minutes})
    rows = built.rows("core.live_minutes", order="account_id, minute_at")
    return [(str(row["minute_at"])[11:16], row["live_session_id"], row["is_session_told"]) for row in rows]


def test_a_minute_is_of_the_accounts_session_that_ran_then():
    """The one that began within it runs in it; of two that share a minute nobody knows which it is of."""
    minutes = """
    | platform | account_id | minute_at           |
    | douyin   | a1         | 2025-01-05 19:59:00 |
    | douyin   | a1         | 2025-01-05 20:00:00 |
    | douyin   | a1         | 2025-01-05 21:10:00 |
    | douyin   | a1         | 2025-01-05 22:00:00 |
    | douyin   | a1         | 2025-01-05 22:01:00 |
    | douyin   | a1         | 2025-01-05 23:00:00 |
    """
    assert sessions_of(minutes) == [
        ("19:59", None, False),
        ("20:00", "l1", False),
        ("21:10", "l1", False),
        ("22:00", None, False),
        ("22:01", "l2", False),
        ("23:00", None, False),
    ]


def test_without_an_account_it_is_of_the_only_session_of_the_platform():
    minutes = """
    | platform | minute_at           |
    | douyin   | 2025-01-05 20:30:00 |
    | douyin   | 2025-01-05 20:59:00 |
    | douyin   | 2025-01-05 21:00:00 |
    | kuaishou | 2025-01-05 21:40:00 |
    """
    assert sessions_of(minutes) == [
        ("20:30", "l1", False),
        ("20:59", "l1", False),
        ("21:00", None, False),
        ("21:40", None, False),
    ]


def test_a_session_that_the_file_names_is_that_whatever_ran():
    minutes = """
    | platform | account_id | live_session_id | minute_at           |
    | douyin   | a1         | l9              | 2025-01-05 20:30:00 |
    """
    assert sessions_of(minutes) == [("20:30", "l9", True)]


@pytest.mark.parametrize(("minute", "found"), [("20:10", "l1"), ("20:40", None)])
def test_a_session_whose_end_nobody_tells_may_have_run(minute, found):
    """Beside it no other one is certain, and it is none by itself."""
    sessions = """
    | platform | live_session_id | account_id | started_at          | ended_at            |
    | douyin   | l1              | a1         | 2025-01-05 20:00:00 | 2025-01-05 21:00:00 |
    | douyin   | l2              | a1         | 2025-01-05 20:30:00 | -                   |
    """
    minutes = f"""
    | platform | account_id | minute_at           |
    | douyin   | a1         | 2025-01-05 {minute}:00 |
    """
    assert sessions_of(minutes, sessions) == [(minute, found, False)]


def test_how_long_a_span_is():
    """By the rows of the file: of one row nobody knows."""
    minutes = """
    | account_id | minute_at           |
    | a1         | 2025-01-05 20:00:00 |
    | a1         | 2025-01-05 20:01:00 |
    | a1         | 2025-01-05 20:05:00 |
    | a2         | 2025-01-05 20:00:00 |
    | a2         | 2025-01-05 21:00:00 |
    | a3         | 2025-01-05 20:00:00 |
    """
    rows = world({"live_minutes": minutes}).rows("core.live_minutes", order="account_id, minute_at")
    assert [(row["account_id"], row["span_seconds"]) for row in rows] == [
        ("a1", 60),
        ("a1", 60),
        ("a1", 60),
        ("a2", 3600),
        ("a2", 3600),
        ("a3", None),
    ]


def test_an_hour_is_of_the_session_that_ran_in_it():
    sessions = """
    | platform | live_session_id | account_id | started_at          | ended_at            |
    | douyin   | l1              | a1         | 2025-01-05 20:40:00 | 2025-01-05 21:20:00 |
    """
    minutes = """
    | platform | account_id | minute_at           |
    | douyin   | a1         | 2025-01-05 19:00:00 |
    | douyin   | a1         | 2025-01-05 20:00:00 |
    | douyin   | a1         | 2025-01-05 21:00:00 |
    """
    assert sessions_of(minutes, sessions) == [("19:00", None, False), ("20:00", "l1", False), ("21:00", "l1", False)]


def test_figures_stand_as_they_are_up_to_as_of():
    minutes = """
    | account_id | minute_at           | online_people | viewers | comments | paid_amount |
    | a1         | 2025-01-05 23:59:00 | 480           | 41      | -        | 0           |
    | a1         | 2025-01-06 00:00:00 | 300           | 2       | 1        | 5           |
    """
    built = world({"live_minutes": minutes}, as_of="2025-01-05")
    expected = table("""
    | live_session_id | online_people | viewers | comments | paid_amount |
    | -               | 480           | 41      | -        | 0.00        |
    """)
    found = [{name: row[name] for name in expected[0]} for row in built.rows("core.live_minutes")]
    assert found == expected
