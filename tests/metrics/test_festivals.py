"""What festivals brought, beside the ordinary days before them; which days are ordinary."""

from __future__ import annotations

from datetime import date

import pytest

from tests.metrics.asking import answers, same_rows
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"before_days": 14, "least_baseline_days": 3, "shadow_days": 2, "segments": ["all", "shop"]}]

# 618 lasts from 31 May to 20 June; before it 1 and 2 May are holidays, and 31 May 2025 is the Dragon Boat Festival.
ORDERS = """
| order_id | buyer_id | paid_at    | paid_amount | shop_id | source |
| b0       | bo       | 2025-04-01 | 70          | x       | 直播   |
| b1       | bo       | 2025-05-02 | 1000        | x       | 直播   |
| b2       | bo       | 2025-05-06 | 100         | x       | 直播   |
| b3       | bo       | 2025-05-20 | 125         | x       | 粉丝群 |
| c1       | cai      | 2025-05-28 | 100         | x       | 直播   |
| a1       | ann      | 2025-05-31 | 300         | x       | 粉丝群 |
| b4       | bo       | 2025-06-18 | 330         | y       | 直播   |
| d1       | di       | 2025-06-20 | 200         | y       | 直播   |
| d2       | di       | 2025-07-25 | 50          | y       | 直播   |
| a2       | ann      | 2025-06-30 | 50          | y       | 直播   |
| c2       | cai      | 2025-08-26 | 50          | y       | 直播   |
"""
EVENTS = """
| user_id | event      | event_at   | group_id |
| ann     | group_join | 2025-05-30 | g1       |
"""


@pytest.fixture(scope="module")
def shop():
    return world({"orders": ORDERS, "events": EVENTS}, as_of="2025-08-28")


@pytest.fixture(scope="module")
def rows(shop):
    return shop.rows("metrics.festivals", segments=["all", "shop"])


def of_618(rows, segment_by):
    return [row for row in rows if row["festival"] == "618" and row["segment_by"] == segment_by]


def test_a_festival_beside_the_ordinary_days_of_four_weeks(rows):
    """3 to 30 May: 3 to 5 May belong to the holiday of 1 May, 31 May begins the festival: 25 days with 325 yuan. The
    festival has 21: 325 / 25 × 21 = 273, and brought 830."""
    same_rows(
        of_618(rows, "all"),
        """
        | festival_name | year | first_date | last_date  | known_days | baseline_days | paid_amount | baseline_amount | daily_amount | baseline_daily_amount | expected_amount | times_usual_rate | is_complete |
        | 618大促       | 2025 | 2025-05-31 | 2025-06-20 | 21         | 25            | 830         | 325             | 39.52        | 13                    | 273             | 830/273          | true        |
        """,
    )


def test_who_came_and_whether_they_came_back(rows):
    """ann and di bought first in the festival: ann again after 30 days, di after 35. cai, before it, after 90. On 28 August
    90 days are over for who first bought up to 30 May."""
    same_rows(
        of_618(rows, "all"),
        """
        | new_buyers | first_buyers | mature_30_buyers | repeat_30_buyers | repurchase_30_rate | mature_90_buyers | repurchase_90_rate | is_mature | is_small |
        | 2          | 2            | 2                | 1                | 0.5                | 0                | -                  | false     | true     |
        """,
    )
    same_rows(
        of_618(rows, "all"),
        """
        | baseline_new_buyers | baseline_first_buyers | baseline_mature_30_buyers | baseline_repeat_30_buyers | baseline_mature_90_buyers | baseline_repeat_90_buyers | baseline_repurchase_90_rate |
        | 1                   | 1                     | 1                         | 0                         | 1                         | 1                         | 1                           |
        """,
    )


def test_private_shares_by_channel_and_by_membership(rows):
    same_rows(
        of_618(rows, "all"),
        """
        | private_channel_amount | private_channel_share_rate | baseline_private_channel_amount | baseline_private_channel_share_rate | member_amount | member_share_rate | baseline_member_share_rate |
        | 300                    | 300/830                    | 125                             | 125/325                             | 300           | 300/830           | 0                          |
        """,
    )


def test_a_shop_that_opened_in_the_festival_has_nothing_to_be_compared_with(rows):
    same_rows(
        of_618(rows, "shop"),
        """
        | segment | paid_amount | known_days | baseline_days | baseline_amount | times_usual_rate | is_complete |
        | x       | 300         | 21         | 25            | 325             | 300/273          | true        |
        | y       | 530         | 3          | 0             | -               | -                | false       |
        """,
    )


def test_a_channel_brought_nothing_before_its_first_order(shop):
    """The group sold first on 20 May: 125 yuan in 25 known days make 105 of 21. A shop is not there before its first order."""
    same_rows(
        of_618(shop.rows("metrics.festivals", segments=["channel"]), "channel"),
        """
        | segment   | paid_amount | known_days | baseline_days | baseline_amount | expected_amount |
        | fan_group | 300         | 21         | 25            | 125             | 105             |
        | live      | 530         | 21         | 25            | 200             | 168             |
        """,
    )


def test_while_a_festival_lasts_it_is_compared_with_nothing(rows):
    """818 is over: four weeks with 50 yuan before it, 50 / 28 × 11. 99 began on 28 August: before it eight ordinary days
    up to 7 August and two after the shadow of 818, with 50 yuan."""
    same_rows(
        [row for row in rows if row["festival"] in ("818", "99") and row["segment_by"] == "all"],
        """
        | festival_name | known_days | paid_amount | baseline_days | expected_amount | times_usual_rate | is_complete |
        | 818好物节     | 11         | 0           | 28            | 19.64           | 0                | true        |
        | 99大促        | 1          | 0           | 10            | 5               | -                | false       |
        """,
    )


def test_a_festival_in_which_the_data_begins_is_not_complete():
    answers(
        world(
            {"orders": "| order_id | buyer_id | paid_at | paid_amount |\n| a1 | ann | 2025-11-05 | 10 |"},
            as_of="2025-11-20",
        ),
        "festivals",
        """
        | festival  | first_date | known_days | paid_amount | baseline_days | times_usual_rate | is_complete |
        | double_11 | 2025-11-04 | 7          | 10          | 0             | -                | false       |
        """,
        segments=["all"],
    )


CAMPAIGNS = """
| campaign_id | name     | kind     | starts_at  | ends_at    |
| c1          | 双11     | festival | 2025-10-09 | 2025-11-14 |
| c2          | 宠粉日   | festival | 2025-05-20 | 2025-05-21 |
| c3          | 宠粉日   | festival | 2025-06-20 | 2025-06-22 |
| c4          | 全年会员 | festival | 2025-01-01 | 2025-12-31 |
| c5          | 直播周   | live     | 2025-04-20 | 2025-04-21 |
"""


def test_a_merchants_own_festivals_are_its_campaigns():
    """Named as one of the table they give its days; another has the days that are free; a year is no festival. Before the
    second 宠粉日 lies 618, and before that the seven days after the first."""
    shop = world({"orders": ORDERS, "campaigns": CAMPAIGNS}, as_of="2025-08-28")
    rows = shop.sql("""
        select festival, min(date) as first_date, max(date) as last_date from core.calendar
        where festival is not null and date between '2025-05-01' and '2025-11-30' group by festival order by first_date
    """)
    assert [tuple(row.values()) for row in rows] == [
        ("宠粉日", date(2025, 5, 20), date(2025, 6, 22)),
        ("618", date(2025, 5, 31), date(2025, 6, 20)),
        ("818", date(2025, 8, 8), date(2025, 8, 18)),
        ("99", date(2025, 8, 28), date(2025, 9, 9)),
        ("double_11", date(2025, 10, 9), date(2025, 11, 14)),
    ]
    answers(
        shop,
        "festivals",
        """
        | festival_name | first_date | last_date  | known_days | paid_amount | baseline_days |
        | 宠粉日        | 2025-05-20 | 2025-05-21 | 2          | 125         | 23            |
        | 宠粉日        | 2025-06-21 | 2025-06-22 | 2          | 0           | 2             |
        """,
        where="festival = '宠粉日'",
        segments=["all"],
    )
