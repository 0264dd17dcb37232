"""The average row of retention: what the worked example leaves out."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"start": ["order"], "back": ["order"], "period": "month", "mode": ["on_or_after"], "cohorts": "recurring"},
    {"period": "day", "mode": ["7", "30"], "min_count": 2, "week_starts": "sunday", "segments": ["all", "channel"]},
    {"period": "rolling_24h", "start": ["watch"], "segments": ["all"]},
]


def test_a_large_cohort_weighs_more_and_one_that_is_not_over_nothing():
    """Three of the first week, of whom nobody comes back in the next; one of the second, who does; one of the third, who has had no time."""
    rows = [("a", 6), ("b", 6), ("c", 6), ("d", 13), ("d", 20), ("e", 20)]
    given = world(
        {
            "events": [
                {"user_id": who, "event": "live_view", "event_at": f"2025-01-{day:02} 10:00:00"} for who, day in rows
            ]
        },
        as_of="2025-01-26",
    )
    answers(
        given,
        "retention_average",
        """
        | period_no | cohorts | mature_people | returned | retention_rate | mean_rate |
        | 0         | 3       | 5             | 5        | 1              | 1         |
        | 1         | 2       | 4             | 1        | 1/4            | 1/2       |
        | 2         | 1       | 3             | 0        | 0              | 0         |
        """,
        start="live_view",
        back="live_view",
        segments=["all"],
    )
