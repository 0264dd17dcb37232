"""R3: first-time buyers who buy again on a later day within N days."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"windows": [1], "segments": ["festival"]}]


@pytest.fixture(scope="module")
def shop():
    return world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | order_kind | entry  | live_session_id | shop_id |
            | a1       | anna     | 2025-01-05 10:00:00 | 30          | normal     | 直播   | s1              | x       |
            | a2       | anna     | 2025-01-05 20:00:00 | 20          | normal     | 粉丝群 | -               | y       |
            | a3       | anna     | 2025-01-12 09:00:00 | 20          | normal     | 粉丝群 | -               | y       |
            | b1       | bo       | 2025-01-10 10:00:00 | 30          | normal     | 直播   | s1              | x       |
            | b2       | bo       | 2025-01-18 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | c1       | chen     | 2025-01-20 10:00:00 | 9.90        | sample     | 直播   | -               | x       |
            | c2       | chen     | 2025-01-25 10:00:00 | 30          | normal     | 粉丝群 | -               | x       |
            | d1       | ding     | 2025-01-08 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | d2       | ding     | 2025-02-03 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | e1       | emma     | 2025-01-09 10:00:00 | 30          | deposit    | 直播   | -               | x       |
            | e2       | emma     | 2025-01-11 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | f1       | fang     | 2025-01-15 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | f2       | fang     | 2025-01-16 10:00:00 | 30          | normal     | 直播   | -               | x       |
            | g1       | gao      | 2025-03-24 23:59:59 | 30          | normal     | 直播   | -               | x       |
            | h1       | hu       | 2025-03-25 00:00:00 | 30          | normal     | 直播   | -               | x       |
            | n1       | -        | 2025-01-06 10:00:00 | 30          | normal     | 直播   | -               | x       |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | d1       | 2025-01-09 10:00:00 | 30            |
            | r2        | e2       | 2025-02-20 10:00:00 | 30            |
            | r3        | f1       | 2025-02-20 10:00:00 | 12.50         |
            """,
            "events": """
            | user_id | event      | event_at            | group_id |
            | bo      | group_join | 2025-01-10 09:00:00 | g1       |
            """,
            "live_sessions": """
            | live_session_id | host_id | started_at          |
            | s1              | lili    | 2025-01-05 09:00:00 |
            """,
            "groups": """
            | group_id | follow_days_required |
            | g1       | 7                    |
            """,
        },
        as_of="2025-03-31",
    )


def test_two_orders_on_a_day_a_sample_a_refund_and_a_repurchase_refunded_later(shop):
    """anna: exactly 7 days later counts; bo needs 8; chen's sample is no first purchase and he never came back; ding's
    first order was refunded, so February is his first; emma's repurchase was refunded afterwards; fang's partly refunded
    order stays; the order without a buyer is nobody's."""
    answers(
        shop,
        "repurchase",
        """
        | cohort_month | window_days | variant | buyers | mature_buyers | repeat_buyers | repurchase_rate | is_mature |
        | 2025-01-01   | 7           | R3      | 5      | 5             | 2             | 0.4             | true      |
        | 2025-01-01   | 30          | R3      | 5      | 5             | 3             | 0.6             | true      |
        | 2025-02-01   | 7           | R3      | 1      | 1             | 0             | 0               | true      |
        | 2025-02-01   | 30          | R3      | 1      | 1             | 0             | 0               | true      |
        | 2025-03-01   | 7           | R3      | 2      | 1             | 0             | 0               | false     |
        | 2025-03-01   | 30          | R3      | 2      | 0             | 0             | -               | false     |
        """,
        segments=["all"],
        windows=[7, 30],
    )


def test_breakdowns_are_those_of_the_first_order(shop):
    answers(
        shop,
        "repurchase",
        """
        | segment_by   | segment    | buyers | repeat_buyers |
        | all          | all        | 5      | 3             |
        | channel      | live       | 4      | 3             |
        | channel      | fan_group  | 1      | 0             |
        | domain       | public     | 4      | 3             |
        | domain       | private    | 1      | 0             |
        | platform     | other      | 5      | 3             |
        | shop         | x          | 5      | 3             |
        | live_session | s1         | 2      | 2             |
        | live_session | none       | 3      | 1             |
        | host         | lili       | 2      | 2             |
        | host         | none       | 3      | 1             |
        | group        | g1         | 1      | 1             |
        | group        | none       | 4      | 2             |
        | threshold    | follow_7   | 1      | 1             |
        | threshold    | none       | 4      | 2             |
        | membership   | member     | 1      | 1             |
        | membership   | not_member | 4      | 2             |
        """,
        where="cohort_month = '2025-01-01' and segment_by <> 'festival'",
        windows=[30],
    )


def test_nobody_mature_gives_no_rate_and_a_small_cell_says_so(shop):
    answers(
        shop,
        "repurchase",
        """
        | cohort_month | buyers | mature_buyers | repeat_buyers | repurchase_rate | is_small |
        | 2025-01-01   | 5      | 0             | 0             | -               | true     |
        | 2025-02-01   | 1      | 0             | 0             | -               | true     |
        | 2025-03-01   | 2      | 0             | 0             | -               | true     |
        """,
        segments=["all"],
        windows=[365],
    )


def test_a_leap_day_is_a_day():
    """From 31 January to 1 March are 30 days in 2024 and 29 in 2025."""
    answers(
        world(
            {
                "orders": """
                | order_id | buyer_id | paid_at             | paid_amount |
                | a1       | anna     | 2024-01-31 10:00:00 | 30          |
                | a2       | anna     | 2024-03-01 10:00:00 | 30          |
                | b1       | bo       | 2025-01-31 10:00:00 | 30          |
                | b2       | bo       | 2025-03-01 10:00:00 | 30          |
                | c1       | chen     | 2024-02-29 10:00:00 | 30          |
                """
            },
            as_of="2025-03-31",
        ),
        "repurchase",
        """
        | cohort_month | window_days | buyers | repeat_buyers |
        | 2024-01-01   | 29          | 1      | 0             |
        | 2024-01-01   | 30          | 1      | 1             |
        | 2024-02-01   | 29          | 1      | 0             |
        | 2024-02-01   | 30          | 1      | 0             |
        | 2025-01-01   | 29          | 1      | 1             |
        | 2025-01-01   | 30          | 1      | 1             |
        """,
        segments=["all"],
        windows=[29, 30],
    )


THRESHOLDS = {
    "groups": """
    | platform | group_id | follow_days_required |
    | douyin   | g1       | 7                    |
    | wecom    | g1       | 30                   |
    """,
    "events": """
    | platform | user_id | event      | event_at            | group_id |
    | douyin   | anna    | group_join | 2025-01-02 08:00:00 | g1       |
    | wecom    | bo      | group_join | 2025-01-02 08:00:00 | g1       |
    | wecom    | chen    | group_join | 2025-01-02 08:00:00 | g9       |
    """,
    "orders": """
    | platform | order_id | buyer_id | paid_at             | paid_amount |
    | douyin   | a1       | anna     | 2025-01-03 13:00:00 | 30          |
    | wecom    | b1       | bo       | 2025-01-03 13:00:00 | 30          |
    | wecom    | c1       | chen     | 2025-01-03 13:00:00 | 30          |
    """,
}


@pytest.mark.parametrize("metric", ["repurchase", "repurchase_curve", "retention"])
def test_one_group_id_on_two_platforms_has_two_thresholds(metric):
    """g9 is in no list of groups."""
    given = world(THRESHOLDS, as_of="2025-01-04")
    people = "people" if metric == "retention" else "buyers"
    answers(
        given,
        metric,
        f"""
        | segment   | {people} |
        | follow_7  | 1        |
        | follow_30 | 1        |
        | unknown   | 1        |
        """,
        where={"repurchase": "window_days = 7", "repurchase_curve": "day = 0", "retention": "period_no = 0"}[metric],
        segments=["threshold"],
    )
