"""Pooled rates: over sessions that tell both, told apart from those that do not, and conflicts counted."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"period": "all"}]


def test_only_pairs_are_divided_and_conflicts_are_counted():
    """s1 and s2 overlap on one account. s2's followers are counted from our rows, its groups by the platform: no pair. Of s3 we know
    the one viewer and the one follower by name: ours go by ours. s4 had nobody."""
    answers(
        world(
            {
                "live_sessions": """
                | live_session_id | account_id | started_at          | ended_at            | viewers | new_followers | new_group_members |
                | s1              | a1         | 2025-01-10 20:00:00 | 2025-01-10 22:00:00 | 200     | 20            | 5                 |
                | s2              | a1         | 2025-01-10 21:00:00 | 2025-01-10 23:00:00 | 100     | -             | 4                 |
                | s3              | a2         | 2025-01-11 21:00:00 | -                   | -       | -             | -                 |
                | s4              | a2         | 2025-01-12 21:00:00 | -                   | 0       | 0             | 0                 |
                """,
                "events": """
                | user_id | event      | event_at            | live_session_id | group_id |
                | anna    | live_view  | 2025-01-10 21:01:00 | s2              | -        |
                | anna    | follow     | 2025-01-10 21:02:00 | s2              | -        |
                | bo      | live_view  | 2025-01-11 21:01:00 | s3              | -        |
                | bo      | follow     | 2025-01-11 21:02:00 | s3              | -        |
                """,
            },
            as_of="2025-01-31",
        ),
        "live_rates",
        """
        | month      | measure    | basis         | sessions | counted_sessions | left_out_sessions | conflicting_sessions | immature_sessions | numerator | denominator | rate    | why    |
        | 2025-01-01 | follow     | viewers       | 4        | 3                | 1                 | 2                    | 3                 | 22        | 301         | 22/301  | -      |
        | 2025-01-01 | group      | new_followers | 4        | 1                | 3                 | 1                    | 1                 | 5         | 20          | 0.25    | -      |
        | 2025-01-01 | gpm        | views         | 4        | 0                | 4                 | 0                    | 0                 | -         | -           | -       | untold |
        """,
        where="segment_by = 'all' and concat(measure, basis) in ('followviewers', 'groupnew_followers', 'gpmviews')",
    )
