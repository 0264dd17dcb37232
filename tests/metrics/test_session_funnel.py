"""The funnel that teams type of a session: rates over their own denominators, and beside it what is known otherwise."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"match_minutes": 3}]

SESSIONS = """
| platform | live_session_id | account_id | host_id | started_at          | viewers | new_group_members | new_followers | paid_amount |
| douyin   | s1              | 88         | lili    | 2025-01-10 20:01:37 | 6412    | 205               | 31            | 900         |
| douyin   | s2              | 88         | mei     | 2025-01-11 20:00:00 | -       | -                 | -             | -           |
| douyin   | s3              | 99         | lili    | 2025-01-12 20:00:00 | -       | -                 | -             | -           |
| douyin   | s4              | 77         | lili    | 2025-01-12 20:10:00 | -       | -                 | -             | -           |
"""
TYPED = """
| platform | account_id | host_id | started_at       | live_session_id | viewers | new_group_members | link_clicked_people | added_contacts | valid_contacts | new_followers | gmv_amount |
| douyin   | 旗舰店     | lili    | 2025-01-10 20:00 | -               | 6400    | 200               | 260                 | 80             | 60             | 32            | 800        |
| douyin   | 旗舰店     | mei     | 2025-01-11 20:05 | s2              | 1800    | 1                 | -                   | 0              | -              | -             | 0          |
| douyin   | 旗舰店     | lili    | 2025-01-12 20:05 | -               | 100     | 2                 | -                   | 1              | -              | -             | -          |
| douyin   | 旗舰店     | lili    | 2025-01-13 20:00 | -               | 50      | 0                 | 5                   | 2              | 1              | -             | -          |
| douyin   | 旗舰店     | lili    | 2025-01-14 20:00 | s9              | 50      | 5                 | -                   | -              | -              | -             | -          |
"""
EVENTS = """
| platform | user_id | event      | event_at            | group_id | live_session_id |
| douyin   | anna    | live_view  | 2025-01-10 20:05:00 | -        | s1              |
| douyin   | bo      | live_view  | 2025-01-10 20:06:00 | -        | s1              |
| douyin   | anna    | group_join | 2025-01-10 20:07:00 | g1       | s1              |
| douyin   | bo      | group_join | 2025-01-11 20:06:00 | g1       | s2              |
| douyin   | chen    | group_join | 2025-01-11 20:07:00 | g1       | s2              |
| wecom    | wm1     | wecom_add  | 2025-01-10 21:00:00 | -        | s1              |
| wecom    | wm2     | wecom_add  | 2025-01-11 20:30:00 | -        | s2              |
"""
ORDERS = """
| platform | order_id | buyer_id | paid_at             | paid_amount | live_session_id |
| douyin   | o1       | anna     | 2025-01-10 20:30:00 | 500         | s1              |
| douyin   | o2       | -        | 2025-01-10 20:40:00 | 250         | s1              |
| douyin   | o3       | bo       | 2025-01-11 20:40:00 | 30          | s2              |
"""


@pytest.fixture(scope="module")
def stage():
    return world(
        {"live_sessions": SESSIONS, "session_funnels": TYPED, "events": EVENTS, "orders": ORDERS}, as_of="2025-01-31"
    )


def test_each_step_over_the_one_that_teams_divide_it_by(stage):
    """Blank is NULL, and so is what nothing can be divided by; more may open the link than joined."""
    answers(
        stage,
        "session_funnel",
        """
        | started_at          | group_join_rate | link_click_rate | contact_add_rate | click_add_rate | view_add_rate | contact_valid_rate | follow_rate | uv_value_amount |
        | 2025-01-10 20:00:00 | 200/6400        | 1.3             | 0.4              | 80/260         | 80/6400       | 0.75               | 0.005       | 0.13            |
        | 2025-01-11 20:05:00 | 1/1800          | -               | 0                | -              | 0             | -                  | -           | 0               |
        | 2025-01-13 20:00:00 | 0               | -               | -                | 0.4            | 0.04          | 0.5                | -           | -               |
        """,
        where="viewers <> 100 and coalesce(live_session_id, '') <> 's9'",
    )


def test_what_the_platform_and_our_own_rows_say_of_the_same_session(stage):
    """Nobody's follow names a session, so there is nothing to set the followers against. Of s2 our rows know two who
    joined where one was typed, one added where none was, and an order where nothing was sold."""
    answers(
        stage,
        "session_funnel",
        """
        | live_session_id | matched_by | platform_viewers | platform_new_group_members | platform_new_followers | platform_paid_amount | identified_viewers | identified_group_members | identified_contacts | identified_followers | matched_orders | matched_amount |
        | s1              | start      | 6412             | 205                        | 31                     | 900                  | 2                  | 1                        | 1                   | -                    | 2              | 750            |
        | s2              | id         | -                | -                          | -                      | -                    | 0                  | 2                        | 1                   | -                    | 1              | 30             |
        """,
        where="live_session_id in ('s1', 's2')",
    )
    answers(
        stage,
        "session_funnel",
        """
        | live_session_id | viewers_difference | group_members_difference | contacts_difference | followers_difference | amount_difference |
        | s1              | 6398               | 199                      | 79                  | -                    | 50                |
        | s2              | 1800               | -1                       | -1                  | -                    | -30               |
        """,
        where="live_session_id in ('s1', 's2')",
    )
    told = stage.rows("metrics.session_funnel", "live_session_id in ('s1', 's2')")
    assert {row["live_session_id"]: row["contradicted"] for row in told} == {
        "s1": "",
        "s2": "new_group_members, added_contacts, gmv_amount",
    }


def test_a_session_that_is_not_found_is_compared_with_nothing(stage):
    """Two began near 20:05 on the 12th, none on the 13th; s9 stands nowhere else."""
    answers(
        stage,
        "session_funnel",
        """
        | started_at          | live_session_id | matched_by | sheet_rows | identified_viewers | matched_amount | viewers_difference |
        | 2025-01-12 20:05:00 | -               | several    | 1          | -                  | -              | -                  |
        | 2025-01-13 20:00:00 | -               | none       | 1          | -                  | -              | -                  |
        | 2025-01-14 20:00:00 | s9              | unknown    | 1          | -                  | -              | -                  |
        """,
        where="started_at >= timestamp '2025-01-12'",
    )


def test_how_near_in_time_is_near_is_asked(stage):
    """One of them began within five minutes, and none within one."""
    found = {
        minutes: stage.rows("metrics.session_funnel", "started_at = '2025-01-12 20:05:00'", match_minutes=minutes)[0]
        for minutes in (1, 5)
    }
    assert [(n, row["matched_by"], row["live_session_id"]) for n, row in found.items()] == [
        (1, "none", None), (5, "several", None),
    ]  # fmt: skip


RELAY = """
| platform | account_id | host_id | started_at       | live_session_id | viewers | gmv_amount |
| douyin   | a          | lili    | 2025-01-10 20:00 | s1              | 400     | 300        |
| douyin   | a          | mei     | 2025-01-10 22:00 | s1              | 200     | 100        |
"""


def test_of_several_rows_of_one_session_no_difference_is_told(stage):
    """They may be its parts, or each the whole."""
    relay = world(
        {"live_sessions": SESSIONS, "session_funnels": RELAY, "events": EVENTS, "orders": ORDERS}, as_of="2025-01-31"
    )
    answers(
        relay,
        "session_funnel",
        """
        | host_id | sheet_rows | matched_amount | amount_difference | viewers_difference |
        | lili    | 2          | 750            | -                 | -                  |
        | mei     | 2          | 750            | -                 | -                  |
        """,
    )


def test_before_the_next_day_is_known_nothing_is_compared():
    """A session may last beyond midnight."""
    given = {"live_sessions": SESSIONS, "session_funnels": TYPED, "events": EVENTS, "orders": ORDERS}
    found = world(given, as_of="2025-01-10").rows("metrics.session_funnel")
    assert [(row["viewers"], row["identified_viewers"], row["matched_amount"]) for row in found] == [(6400, None, None)]


def test_whose_a_contact_is_stays_unknown_where_two_platforms_have_the_number():
    """WeCom has no sessions, and s1 is a number of Douyin's and of Kuaishou's."""
    other = SESSIONS + "| kuaishou | s1 | 5 | yan | 2025-01-20 20:00:00 | - | - | - | - |\n"
    given = {"live_sessions": other, "session_funnels": TYPED, "events": EVENTS, "orders": ORDERS}
    rows = world(given, as_of="2025-01-31").rows("metrics.session_funnel", "live_session_id in ('s1', 's2')")
    assert {row["live_session_id"]: row["identified_contacts"] for row in rows} == {"s1": None, "s2": 1}
