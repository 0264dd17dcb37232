"""Traps of cause: steps nobody took in that order, what came before its cause, members who had to buy to become members,
and what falls back by itself after a festival. Each is a small world with our answer, by hand, and a plausible wrong one.

What belongs here: what our tables say where nothing was caused. What does not: the estimate of an effect; the worlds that
it must pass stand in planted.py, whose trap is proved here.
"""

import pytest

from tests.metrics.asking import answers
from tests.soundness import planted
from tests.soundness.naive import naive
from tests.worlds import world


def test_a_funnel_of_independent_counts_is_no_funnel():
    """Anna takes every step; Ding only watches; Emma joined before she watched, Bo and Chen without. Four joins over three
    touches are 133 %; of the three who were touched one joined after it."""
    club = world(
        {
            "events": """
            | user_id | event         | event_at            | group_id |
            | anna    | live_view     | 2025-01-06 10:00:00 | -        |
            | anna    | follow        | 2025-01-06 10:01:00 | -        |
            | anna    | fan_club_join | 2025-01-06 10:02:00 | -        |
            | anna    | group_join    | 2025-01-06 10:03:00 | g1       |
            | bo      | group_join    | 2025-01-06 12:00:00 | g1       |
            | chen    | group_join    | 2025-01-07 12:00:00 | g1       |
            | ding    | live_view     | 2025-01-07 10:00:00 | -        |
            | emma    | group_join    | 2025-01-06 09:00:00 | g1       |
            | emma    | live_view     | 2025-01-06 10:00:00 | -        |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-06 11:00:00 | 30          |
            | c1       | chen     | 2025-01-07 13:00:00 | 30          |
            """,
        },
        as_of="2025-01-19",
    )
    answers(
        club,
        "conversion",
        """
        | step        | mature_people | people | reached_people | rate_from_first |
        | public      | 3             | 3      | 3              | 1               |
        | follow      | 3             | 1      | 1              | 1/3             |
        | fan_club    | 3             | 1      | 1              | 1/3             |
        | private     | 3             | 1      | 1              | 1/3             |
        | first_order | 3             | 1      | 1              | 1/3             |
        """,
        where="step_no <= 5",
        within_days=[7],
        segments=["all"],
    )
    answers(
        club,
        "public_to_private",
        "| people | already_private_people | private_people |\n| 3 | 1 | 1 |",
        within_days=[7],
        segments=["all"],
    )
    each = "count(distinct person_id) filter (where event = '{}')"
    counts = ", ".join(each.format(event) for event in ("live_view", "group_join"))
    assert naive(club, f"select {counts} from core.events") == (3, 4)


def test_what_was_bought_before_the_join_is_not_of_a_member():
    """Anna pays 100 and joins an hour later, by the card in the parcel; Bo joins and then pays 30. Of 130 members bought 30;
    of those who had not bought one joined, and bought. By who is a member now it is all of it, and two of two."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-06 11:00:00 | g1       |
            | bo      | group_join | 2025-01-06 09:00:00 | g1       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-06 10:00:00 | 100         |
            | b1       | bo       | 2025-01-06 10:00:00 | 30          |
            """,
        },
        as_of="2025-02-28",
    )
    answers(
        club,
        "daily_summary",
        "| paid_amount | member_amount | member_share_rate |\n| 130 | 30 | 3/13 |",
        where="date = '2025-01-06'",
        segments=["all"],
    )
    answers(
        club,
        "group_entry",
        "| joins | prospects_30 | first_orders_30 |\n| 2 | 1 | 1 |",
        segments=["all"],
    )
    answers(
        club,
        "repurchase",
        """
        | segment    | buyers |
        | member     | 1      |
        | not_member | 1      |
        """,
        windows=[7],
        segments=["membership"],
    )
    now = "from core.people where is_member"
    assert naive(club, f"select sum(paid_amount) {now}") == (130,)
    assert naive(club, f"select count(first_order_at), count(*) {now}") == (2, 2)


def test_who_had_to_buy_again_to_become_a_member_is_no_member_who_buys_again():
    """Immortal time. Four buy on 1 January, two of them again on the 15th, and these two join by the card in that parcel.
    Joining changed nothing: of four who were no members two came back, and members have brought nothing since. By who is a
    member now two of two members came back, and nobody else."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-16 10:00:00 | g1       |
            | bo      | group_join | 2025-01-16 10:00:00 | g1       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-01 10:00:00 | 30          |
            | b1       | bo       | 2025-01-01 10:00:00 | 30          |
            | c1       | chen     | 2025-01-01 10:00:00 | 30          |
            | d1       | ding     | 2025-01-01 10:00:00 | 30          |
            | a2       | anna     | 2025-01-15 10:00:00 | 30          |
            | b2       | bo       | 2025-01-15 10:00:00 | 30          |
            """,
        },
        as_of="2025-03-31",
    )
    answers(
        club,
        "repurchase",
        "| segment | buyers | mature_buyers | repeat_buyers |\n| not_member | 4 | 4 | 2 |",
        windows=[30],
        segments=["membership"],
    )
    answers(
        club,
        "value_by_cohort",
        "| people | mature_people | net_amount |\n| 2 | 2 | 0 |",
        start="private",
        months=1,
        segments=["all"],
    )
    by_membership = "select count(second_order_at), count(*) from core.people where is_member = {}"
    assert naive(club, by_membership.format(True)) == (2, 2)
    assert naive(club, by_membership.format(False)) == (0, 2)


# At the festival everybody spends 200; afterwards one of two buys for 50, member or not.
FESTIVAL = """
| order_id | buyer_id | paid_at             | paid_amount |
| a1       | anna     | 2025-11-11 10:00:00 | 200         |
| b1       | bo       | 2025-11-11 10:00:00 | 200         |
| c1       | chen     | 2025-11-11 10:00:00 | 200         |
| d1       | ding     | 2025-11-11 10:00:00 | 200         |
| a2       | anna     | 2025-12-01 10:00:00 | 50          |
| c2       | chen     | 2025-12-01 10:00:00 | 50          |
"""


def test_what_falls_after_a_festival_falls_for_everybody():
    """Regression to the mean. Anna and Bo join on the festival's morning. Members spent 400 on that day and 50 in the month
    after: as if joining had cost seven eighths. Those who did not join fell alike; side by side there is no difference."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-11-11 09:00:00 | g1       |
            | bo      | group_join | 2025-11-11 09:00:00 | g1       |
            """,
            "orders": FESTIVAL,
        },
        as_of="2026-01-31",
    )
    answers(
        club,
        "repurchase",
        """
        | segment    | mature_buyers | repeat_buyers | repurchase_rate |
        | member     | 2             | 1             | 1/2             |
        | not_member | 2             | 1             | 1/2             |
        """,
        windows=[30],
        segments=["membership"],
    )
    spent = """
        select sum(o.paid_amount) filter (where o.paid_date = date '2025-11-11') as at_the_festival,
          sum(o.paid_amount) filter (where o.paid_date > date '2025-11-11') as afterwards
        from core.orders as o inner join core.people as p using (person_id) where p.is_member = {}
    """
    assert naive(club, spent.format(True)) == (400, 50)
    assert naive(club, spent.format(False)) == (400, 50)


@pytest.mark.parametrize("trap", [planted.immortal_time, planted.after_the_festival])
def test_the_planted_worlds_are_traps(trap):
    """Joining does nothing in them, by construction, and the naive comparison says that it does, whatever the seed."""
    for seed in range(3):
        merchant = trap(seed, people=800)
        assert len(merchant.joined) > 100
        assert abs(merchant.naive_difference()) > 4 * merchant.standard_error()
