"""core.session_funnels: what teams typed by hand, as it stands. Given rows, expected rows."""

from tests.worlds import table, world


def columns(rows, *names):
    return [{name: row[name] for name in names} for row in rows]


def test_blank_stays_unknown_and_a_typed_zero_stays_zero():
    built = world(
        {
            "session_funnels": """
            | platform | account_id | host_id | started_at          | viewers | added_contacts | gmv_amount |
            | douyin   | a1         | h1      | 2025-01-05 20:00:00 | 6400    | 95             | 12800.50   |
            | douyin   | a1         | h2      | 2025-01-05 20:00:00 | 900     | -              | -          |
            | douyin   | a1         | h3      | 2025-01-06 20:00:00 | 100     | 0              | 0          |
            """
        }
    )
    expected = table("""
    | host_id | started_at          | viewers | added_contacts | gmv_amount |
    | h1      | 2025-01-05 20:00:00 | 6400    | 95             | 12800.50   |
    | h2      | 2025-01-05 20:00:00 | 900     | -              | -          |
    | h3      | 2025-01-06 20:00:00 | 100     | 0              | 0          |
    """)
    assert columns(built.rows("core.session_funnels", order="host_id"), *expected[0]) == expected


def test_more_may_open_the_link_than_joined_the_group():
    built = world(
        {
            "session_funnels": """
            | account_id | started_at          | new_group_members | link_clicked_people |
            | a1         | 2025-01-05 20:00:00 | 210               | 260                 |
            """
        }
    )
    expected = [{"platform": "other", "host_id": "", "new_group_members": 210, "link_clicked_people": 260}]
    assert columns(built.rows("core.session_funnels"), *expected[0]) == expected


def test_everything_after_as_of_is_ignored():
    built = world(
        {
            "session_funnels": """
            | account_id | started_at          | viewers |
            | a1         | 2025-01-05 23:59:59 | 1       |
            | a1         | 2025-01-06 00:00:00 | 2       |
            """
        },
        as_of="2025-01-05",
    )
    assert columns(built.rows("core.session_funnels"), "viewers") == [{"viewers": 1}]
