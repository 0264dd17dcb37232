"""Who met another threshold when they joined, as far as records tell."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"start_date": "2024-03-01", "end_date": "2024-05-31"}]


@pytest.fixture(scope="module")
def club():
    """g1 asks for level 5. anna's level was told as 3, then 9; bo only joined the fan club; chen's level was told after he had
    joined the group. On kuaishou no file tells any level. ding had unfollowed, followed again and joined 7 days after
    that to the second; emma a second later."""
    return world(
        {
            "groups": """
            | platform | group_id | follow_days_required | fan_level_required |
            | douyin   | g1       | 0                    | 5                  |
            | douyin   | g2       | 0                    | 0                  |
            """,
            "events": """
            | platform | user_id | event          | event_at            | group_id | value |
            | douyin   | anna    | fan_club_level | 2025-01-01 10:00:00 | -        | 3     |
            | douyin   | anna    | fan_club_level | 2025-01-05 10:00:00 | -        | 9     |
            | douyin   | anna    | group_join     | 2025-01-05 10:00:00 | g1       | -     |
            | douyin   | bo      | fan_club_join  | 2025-01-01 10:00:00 | -        | -     |
            | douyin   | bo      | group_join     | 2025-01-06 10:00:00 | g1       | -     |
            | douyin   | chen    | group_join     | 2025-01-06 10:00:00 | g1       | -     |
            | douyin   | chen    | fan_club_level | 2025-01-07 10:00:00 | -        | 12    |
            | kuaishou | kim     | fan_club_join  | 2025-01-01 10:00:00 | -        | -     |
            | kuaishou | kim     | group_join     | 2025-01-06 10:00:00 | k1       | -     |
            | douyin   | ding    | follow         | 2024-01-01 10:00:00 | -        | -     |
            | douyin   | ding    | unfollow       | 2024-06-01 10:00:00 | -        | -     |
            | douyin   | ding    | follow         | 2025-01-01 10:00:00 | -        | -     |
            | douyin   | ding    | follow         | 2025-01-03 10:00:00 | -        | -     |
            | douyin   | ding    | group_join     | 2025-01-08 10:00:00 | g2       | -     |
            | douyin   | emma    | follow         | 2025-01-01 10:00:00 | -        | -     |
            | douyin   | emma    | group_join     | 2025-01-08 10:00:01 | g2       | -     |
            | douyin   | fang    | follow         | 2025-01-01 10:00:00 | -        | -     |
            | douyin   | fang    | unfollow       | 2025-01-07 10:00:00 | -        | -     |
            | douyin   | fang    | group_join     | 2025-01-08 10:00:00 | g2       | -     |
            """,
            "orders": """
            | platform | order_id | buyer_id | paid_at             | paid_amount |
            | douyin   | e0       | emma     | 2025-01-08 10:00:00 | 10          |
            | douyin   | d1       | ding     | 2025-02-07 23:00:00 | 10          |
            | douyin   | f1       | fang     | 2025-02-08 00:00:00 | 10          |
            """,
        },
        as_of="2025-02-10",
    )


def test_a_level_is_the_one_last_told_and_where_levels_are_told_who_only_joined_has_the_first(club):
    answers(
        club,
        "threshold_frontier",
        """
        | group_id | level | asked_level | is_asked | joins | least_joins | most_joins | unknown_joins | met_mature_joins | short_mature_joins | why         |
        | g1       | 1     | 5           | false    | 3     | 3           | -          | 1             | 2                | 0                  | below_asked |
        | g1       | 3     | 5           | false    | 3     | 3           | -          | 1             | 1                | 1                  | below_asked |
        | g1       | 5     | 5           | true     | 3     | 3           | 3          | 1             | 1                | 1                  | -           |
        | g1       | 9     | 5           | false    | 3     | 1           | 2          | 1             | 1                | 1                  | -           |
        | g1       | 12    | 5           | false    | 3     | 0           | 1          | 1             | 0                | 2                  | -           |
        | k1       | 1     | -           | false    | 1     | 1           | 1          | 0             | 1                | 0                  | -           |
        | k1       | 3     | -           | false    | 1     | -           | -          | 1             | 0                | 0                  | no_record   |
        """,
        where="requirement = 'fan_level' and group_id <> 'g2' and level <= case when group_id = 'k1' then 3 else 12 end",
    )


def test_following_counts_from_the_last_beginning_and_must_last_longer_than_so_many_days(club):
    """emma followed for 7 days and a second, ding for 7 days to the second; fang no longer. emma had bought in the second before she
    joined; ding buys on day 30, fang on day 31."""
    answers(
        club,
        "threshold_frontier",
        """
        | level | asked_level | joins | least_joins | most_joins | met_prospects | met_first_orders | met_first_order_rate | short_prospects | short_first_orders | short_first_order_rate |
        | 1     | 0           | 3     | 2           | 2          | 1             | 1                | 1                    | 1               | 0                  | 0                      |
        | 7     | 0           | 3     | 1           | 1          | 0             | 0                | -                    | 2               | 1                  | 0.5                    |
        | 30    | 0           | 3     | 0           | 0          | 0             | 0                | -                    | 2               | 1                  | 0.5                    |
        | 60    | 0           | 3     | 0           | 0          | 0             | 0                | -                    | 2               | 1                  | 0.5                    |
        """,
        where="requirement = 'follow_days' and group_id = 'g2'",
    )


def test_joins_of_a_range_of_days(club):
    answers(
        club,
        "threshold_frontier",
        """
        | group_id | joins |
        | g1       | 2     |
        | k1       | 1     |
        """,
        where="requirement = 'follow_days' and level = 7",
        start_date="2025-01-06",
        end_date="2025-01-06",
    )
