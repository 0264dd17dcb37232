"""What the people acquired in a month have brought, at equal ages."""

import pytest

from tests.metrics.asking import answers
from tests.metrics.random_world import random_world
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"start": "public", "months": 2, "segments": ["all", "channel"]},
    {"start": "private", "months": 3, "segments": ["domain"]},
    {"start": "order", "months": 14, "segments": ["platform"]},
]

# Ann watches and buys, Bo only watches, Cai joins a group and buys much later, Di is new in February.
EVENTS = """
| platform | user_id | event      | event_at         | entry  | group_id |
| douyin   | ann     | live_view  | 2025-01-05 10:00 | 直播   | -        |
| douyin   | bo      | live_view  | 2025-01-10 10:00 | 直播   | -        |
| douyin   | cai     | group_join | 2025-01-20 10:00 | -      | g        |
| douyin   | di      | live_view  | 2025-02-15 10:00 | 直播   | -        |
"""
ORDERS = """
| platform | order_id | buyer_id | paid_at    | paid_amount | entry |
| douyin   | a1       | ann      | 2025-01-05 | 90          | 直播  |
| douyin   | a2       | ann      | 2025-02-04 | 60          | 直播  |
| douyin   | a3       | ann      | 2025-02-05 | 30          | 直播  |
| douyin   | c1       | cai      | 2025-03-21 | 120         | -     |
| douyin   | d1       | di       | 2025-02-15 | 40          | 直播  |
"""
SPEND = """
| platform | account_id | ad_id | date       | cost_amount |
| douyin   | a          | 1     | 2025-01-03 | 120         |
| douyin   | a          | 1     | 2025-02-03 | 500         |
"""


@pytest.fixture(scope="module")
def shop():
    return world({"events": EVENTS, "orders": ORDERS, "ad_spend": SPEND}, as_of="2025-04-15")


def test_who_never_bought_counts_in_the_denominator_and_only_equal_ages_are_compared(shop):
    """January: three people. Within 30 days Ann brought 90 + 60 (4 February is her 30th day); within 60 also 30, and Cai,
    on her 60th day, 120. 120 of spend on three people is 40 each, paid back within the first month. On 15 April
    Cai has been there for 85 days, Di for 59."""
    answers(
        shop,
        "value_by_cohort",
        """
        | cohort_month | month_no | people | mature_people | orders | net_amount | net_per_person_amount | cost_per_person_amount | payback_month | is_mature |
        | 2025-01-01   | 1        | 3      | 3             | 2      | 150        | 50                    | 40                     | 1             | true      |
        | 2025-01-01   | 2        | 3      | 3             | 4      | 300        | 100                   | 40                     | 1             | true      |
        | 2025-01-01   | 3        | 3      | 2             | 3      | 180        | 90                    | 40                     | 1             | false     |
        | 2025-02-01   | 1        | 1      | 1             | 1      | 40         | 40                    | 500                    | -             | true      |
        | 2025-02-01   | 2        | 1      | 0             | 0      | 0          | -                     | 500                    | -             | false     |
        """,
        where="not (cohort_month = '2025-02-01' and month_no = 3)",
        segments=["all"],
        months=3,
    )


def test_by_the_domain_and_from_another_start(shop):
    answers(
        shop,
        "value_by_cohort",
        """
        | cohort_month | segment | people | net_per_person_amount | cost_amount |
        | 2025-01-01   | private | 1      | 0                     | -           |
        | 2025-01-01   | public  | 2      | 75                    | -           |
        | 2025-02-01   | public  | 1      | 40                    | -           |
        """,
        months=1,
        segments=["domain"],
    )
    answers(
        shop,
        "value_by_cohort",
        """
        | cohort_month | people | net_per_person_amount |
        | 2025-01-01   | 1      | 150                   |
        | 2025-02-01   | 1      | 40                    |
        """,
        where="mature_people > 0",
        months=1,
        segments=["all"],
        start="order",
    )
    answers(
        shop, "value_by_cohort", "| people | net_per_person_amount |\n| 1 | 120 |",
        where="month_no = 2", months=2, segments=["all"], start="private",
    )  # fmt: skip


def test_what_came_in_after_fees_is_told_once_every_order_is_settled():
    """Of Ann's first two orders 85 and 55 came in, 140 of 150 and of three people 46.67 each; a3 is not settled yet."""
    settled = [
        {"platform": "douyin", "movement_id": f"m{n}", "settled_at": "2025-03-01", "amount": amount, "order_id": order}
        for n, (order, amount) in enumerate([("a1", 90), ("a1", -5), ("a2", 55), (None, -1000), ("unknown", 7)])
    ]
    answers(
        world({"events": EVENTS, "orders": ORDERS, "settlements": settled}, as_of="2025-04-15"),
        "value_by_cohort",
        """
        | month_no | orders | settled_orders | settled_net_amount | settled_amount | received_rate | contribution_per_person_amount | cost_per_person_amount |
        | 1        | 2      | 2              | 150                | 140            | 14/15         | 46.67                          | -                      |
        | 2        | 4      | 2              | 150                | 140            | 14/15         | -                              | -                      |
        """,
        where="cohort_month = '2025-01-01'",
        months=2,
        segments=["all"],
    )


def test_everybody_and_every_yuan_is_in_some_cohort():
    """Followed up long enough, the cohorts together hold all people and all net amounts of core.people."""
    merchant = random_world(9)
    rows = merchant.rows("metrics.value_by_cohort", segments=["all"], months=1)
    assert sum(row["people"] for row in rows) == len(merchant.rows("core.people"))
    merchant.connection.execute("update core.known set known_until = date '2030-01-01'")
    rows = merchant.rows("metrics.value_by_cohort", where="month_no = 6", segments=["all"], months=6)
    assert [{"net": sum(row["net_amount"] for row in rows)}] == merchant.sql(
        "select sum(net_amount) as net from core.people"
    )
