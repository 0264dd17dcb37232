"""One group on one day."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"push_hours": 1}]


def test_a_group_measured_by_its_peoples_events():
    """anna leaves 24 hours after the push to the second, bo a second later. Both of anna's messages are one active member; the
    join itself and a message delivered are not activity."""
    club = world(
        {
            "groups": """
            | group_id | name   | follow_days_required | created_at          |
            | g1       | 老客群 | 7                    | 2025-01-01 08:00:00 |
            """,
            "events": """
            | user_id | event           | event_at            | group_id |
            | anna    | group_join      | 2025-01-02 08:00:00 | g1       |
            | bo      | group_join      | 2025-01-02 08:00:00 | g1       |
            | chen    | group_join      | 2025-01-02 09:00:00 | g1       |
            | anna    | group_message   | 2025-01-02 10:00:00 | g1       |
            | anna    | group_message   | 2025-01-02 10:00:01 | g1       |
            | chen    | red_packet_open | 2025-01-02 12:00:00 | g1       |
            | bo      | push_delivered  | 2025-01-02 12:00:00 | g1       |
            | anna    | group_leave     | 2025-01-03 12:00:00 | g1       |
            | bo      | group_remove    | 2025-01-03 12:00:01 | g1       |
            """,
            "pushes": """
            | message_id | sent_at             | group_id | kind       |
            | m1         | 2025-01-02 12:00:00 | g1       | red_packet |
            | m2         | 2025-01-01 12:00:00 | g1       | text       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | group_id | entry |
            | a1       | anna     | 2025-01-02 13:00:00 | 30.50       | g1       | -     |
            | a2       | anna     | 2025-01-02 14:00:00 | 10          | -        | 直播  |
            | n1       | -        | 2025-01-02 15:00:00 | 5           | g1       | -     |
            | c1       | chen     | 2025-01-03 15:00:00 | 0           | g1       | -     |
            """,
        },
        as_of="2025-01-04",
    )
    answers(
        club,
        "group_health",
        """
        | group_id | group_name | threshold | date       | measured_by | members_before | joins | leaves | members | net_growth | net_growth_rate | leave_rate |
        | g1       | 老客群     | follow_7  | 2025-01-01 | events      | 0              | 0     | 0      | 0       | 0          | -               | -          |
        | g1       | 老客群     | follow_7  | 2025-01-02 | events      | 0              | 3     | 0      | 3       | 3          | -               | 0          |
        | g1       | 老客群     | follow_7  | 2025-01-03 | events      | 3              | 0     | 2      | 1       | -2         | -2/3            | 2/3        |
        | g1       | 老客群     | follow_7  | 2025-01-04 | events      | 1              | 0     | 0      | 1       | 0          | 0               | 0          |
        """,
    )
    answers(
        club,
        "group_health",
        """
        | date       | present_members | active_members | active_rate | messages | red_packets | red_packet_opens | pushes | leaves_after_push | known_leaves | leaves_after_push_rate |
        | 2025-01-01 | 0               | 0              | -           | 0        | 0           | 0                | 1      | 0                 | 0            | -                      |
        | 2025-01-02 | 3               | 2              | 2/3         | 2        | 1           | 1                | 1      | 0                 | 0            | -                      |
        | 2025-01-03 | 3               | 0              | 0           | 0        | 0           | 0                | 0      | 1                 | 2            | 0.5                    |
        | 2025-01-04 | 1               | 0              | 0           | 0        | 0           | 0                | 0      | 0                 | 0            | -                      |
        """,
    )
    answers(
        club,
        "group_health",
        """
        | date       | orders | buyers | paid_amount | member_orders | member_amount |
        | 2025-01-01 | 0      | 0      | 0           | 0             | 0             |
        | 2025-01-02 | 2      | 1      | 35.50       | 2             | 40.50         |
        | 2025-01-03 | 0      | 0      | 0           | 0             | 0             |
        | 2025-01-04 | 0      | 0      | 0           | 0             | 0             |
        """,
    )


def test_a_group_of_which_the_platform_tells_only_sums():
    """On the 3rd it tells 108 after 100 + 12 joins: four must have left. On the 4th nothing is told, which is not the
    same as nothing; on the 5th there is no day before to compare with, and its own leaves stand."""
    answers(
        world(
            {
                "group_days": """
                | group_id | date       | members | joins | leaves | active_members | messages | red_packets |
                | g1       | 2025-01-02 | 100     | -     | -      | 20             | 50       | 2           |
                | g1       | 2025-01-03 | 108     | 12    | -      | -              | -        | -           |
                | g1       | 2025-01-05 | 109     | 3     | 2      | 0              | 0        | 0           |
                | g1       | 2025-01-09 | 999     | 0     | 0      | 0              | 0        | 0           |
                """
            },
            as_of="2025-01-05",
        ),
        "group_health",
        """
        | date       | measured_by | members_before | joins | leaves | members | net_growth | is_leaves_estimated | active_members | active_rate | messages |
        | 2025-01-02 | group_days  | -              | -     | -      | 100     | -          | false               | 20             | 0.2         | 50       |
        | 2025-01-03 | group_days  | 100            | 12    | 4      | 108     | 8          | true                | -              | -           | -        |
        | 2025-01-04 | events      | 108            | -     | -      | -       | -          | false               | -              | -           | -        |
        | 2025-01-05 | group_days  | -              | 3     | 2      | 109     | 1          | false               | 0              | 0           | 0        |
        """,
    )


def test_one_group_id_on_two_platforms_is_two_groups():
    """anna is in Douyin's g1, bo in WeCom's; nobody of Taobao's is known, which has its threshold all the same."""
    answers(
        world(
            {
                "groups": """
                | platform | group_id | follow_days_required |
                | douyin   | g1       | 7                    |
                | wecom    | g1       | 0                    |
                | taobao   | g1       | 30                   |
                """,
                "events": """
                | platform | user_id | event      | event_at            | group_id |
                | douyin   | anna    | group_join | 2025-01-02 08:00:00 | g1       |
                | wecom    | bo      | group_join | 2025-01-02 08:00:00 | g1       |
                """,
                "identities": """
                | platform | id_type | id_value | linked_platform | linked_type | linked_value |
                | wecom    | user_id | bo       | douyin          | user_id     | bo           |
                """,
                "orders": """
                | platform | order_id | buyer_id | paid_at             | paid_amount |
                | douyin   | a1       | anna     | 2025-01-02 13:00:00 | 30          |
                | douyin   | b1       | bo       | 2025-01-02 14:00:00 | 10          |
                """,
                "group_days": "| platform | group_id | date | members |\n| taobao | g1 | 2025-01-02 | 100 |",
            },
            as_of="2025-01-02",
        ),
        "group_health",
        """
        | platform | group_id | threshold | members | member_orders | member_amount |
        | douyin   | g1       | follow_7  | 1       | 1             | 30            |
        | wecom    | g1       | none      | 1       | 1             | 10            |
        | taobao   | g1       | follow_30 | 100     | 0             | 0             |
        """,
    )


def test_a_group_whose_members_are_told_and_not_who_came_grows_by_the_difference():
    """It grows by 8, then shrinks by 3, and who came and who left nobody tells. A silent group beside one that talks has
    no active members; how many members it has is not known, as no join is."""
    answers(
        world(
            {
                "group_days": """
                | group_id | date       | members |
                | g1       | 2025-01-02 | 100     |
                | g1       | 2025-01-03 | 108     |
                | g1       | 2025-01-04 | 105     |
                """,
                "events": "| user_id | event | event_at | group_id |\n| anna | group_message | 2025-01-04 10:00:00 | g3 |",
                "pushes": "| message_id | sent_at | group_id |\n| m1 | 2025-01-04 10:00:00 | g2 |",
            },
            as_of="2025-01-04",
        ),
        "group_health",
        """
        | group_id | date       | members | joins | leaves | net_growth | net_growth_rate | active_members | messages |
        | g1       | 2025-01-02 | 100     | -     | -      | -          | -               | 0              | 0        |
        | g1       | 2025-01-03 | 108     | -     | -      | 8          | 0.08            | 0              | 0        |
        | g1       | 2025-01-04 | 105     | -     | -      | -3         | -3/108          | 0              | 0        |
        | g2       | 2025-01-04 | -       | -     | -      | -          | -               | 0              | 0        |
        | g3       | 2025-01-04 | -       | -     | -      | -          | -               | 1              | 1        |
        """,
    )


def test_messages_that_the_platform_counts_do_not_hide_the_members_whom_events_know():
    answers(
        world(
            {
                "group_days": "| group_id | date | messages |\n| g1 | 2025-01-03 | 40 |",
                "events": "| user_id | event | event_at | group_id |\n| anna | group_join | 2025-01-02 10:00:00 | g1 |",
            },
            as_of="2025-01-03",
        ),
        "group_health",
        """
        | date       | measured_by | members_before | joins | leaves | members | net_growth | active_members | messages |
        | 2025-01-02 | events      | 0              | 1     | 0      | 1       | 1          | -              | -        |
        | 2025-01-03 | group_days  | 1              | 0     | 0      | 1       | 0          | -              | 40       |
        """,
    )


def test_nobody_is_missing_where_the_joins_explain_the_growth():
    answers(
        world(
            {
                "group_days": """
                | group_id | date       | members | joins |
                | g1       | 2025-01-02 | 100     | -     |
                | g1       | 2025-01-03 | 108     | 8     |
                """
            },
            as_of="2025-01-03",
        ),
        "group_health",
        """
        | date       | joins | leaves | net_growth | is_leaves_estimated |
        | 2025-01-02 | -     | -      | -          | false               |
        | 2025-01-03 | 8     | 0      | 8          | false               |
        """,
    )


def test_a_leave_follows_a_push_of_the_last_day_too():
    """The push of the day after as_of is not known, nor is bo's leaving."""
    answers(
        world(
            {
                "events": """
                | user_id | event       | event_at            | group_id |
                | anna    | group_join  | 2025-01-02 08:00:00 | g1       |
                | bo      | group_join  | 2025-01-02 08:00:00 | g1       |
                | anna    | group_leave | 2025-01-03 12:00:00 | g1       |
                | bo      | group_leave | 2025-01-04 12:00:00 | g1       |
                """,
                "pushes": """
                | message_id | sent_at             | group_id |
                | m1         | 2025-01-03 11:00:00 | g1       |
                | m2         | 2025-01-04 11:00:00 | g1       |
                """,
            },
            as_of="2025-01-03",
        ),
        "group_health",
        """
        | date       | members | pushes | leaves | leaves_after_push |
        | 2025-01-02 | 2       | 0      | 0      | 0                 |
        | 2025-01-03 | 1       | 1      | 1      | 1                 |
        """,
    )


def test_what_is_played_in_a_group_is_no_push():
    """A vote or a link-mic reaches nobody who is not there; an announcement does."""
    answers(
        world(
            {
                "events": """
                | user_id | event       | event_at            | group_id |
                | anna    | group_join  | 2025-01-02 08:00:00 | g1       |
                """,
                "pushes": """
                | message_id | sent_at             | group_id | kind         |
                | m1         | 2025-01-03 11:00:00 | g1       | vote         |
                | m2         | 2025-01-03 12:00:00 | g1       | link_mic     |
                | m3         | 2025-01-03 13:00:00 | g1       | announcement |
                | m4         | 2025-01-03 14:00:00 | g1       | -            |
                """,
            },
            as_of="2025-01-03",
        ),
        "group_health",
        """
        | date       | pushes |
        | 2025-01-02 | 0      |
        | 2025-01-03 | 2      |
        """,
    )


def test_a_leave_that_only_lists_show_follows_no_push():
    """Bo's moment is told; of Anna's leave only the two lists are known between which it lies."""
    left = {"event": "group_leave", "group_id": "g1"}
    answers(
        world(
            {
                "events": [
                    {
                        "event_id": "1",
                        "user_id": "anna",
                        "event": "group_join",
                        "event_at": "2025-01-02 08:00:00",
                        "group_id": "g1",
                    },
                    {
                        "event_id": "2",
                        "user_id": "bo",
                        "event": "group_join",
                        "event_at": "2025-01-02 08:00:00",
                        "group_id": "g1",
                    },
                    {"event_id": "3", "user_id": "bo", "event_at": "2025-01-03 20:00:00", **left},
                    {
                        "event_id": "4",
                        "user_id": "anna",
                        "event_at": "2025-01-03 23:00:00",
                        "is_inferred": True,
                        "happened_after": "2025-01-02 23:00:00",
                        **left,
                    },
                ],
                "pushes": "| message_id | sent_at | group_id |\n| m1 | 2025-01-03 19:00:00 | g1 |",
            },
            as_of="2025-01-03",
        ),
        "group_health",
        """
        | date       | leaves | known_leaves | leaves_after_push | leaves_after_push_rate |
        | 2025-01-02 | 0      | 0            | 0                 | -                      |
        | 2025-01-03 | 2      | 1            | 1                 | 1                      |
        """,
    )
