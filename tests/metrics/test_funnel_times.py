"""How long a step of a funnel took; what the worked example leaves out."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

SEGMENTS = ["all", "channel", "domain", "platform", "live_session", "host", "group", "threshold", "entry_path"]
# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"order": "any", "cohort_period": "day", "exclude": ["group_leave|group_remove"], "segments": SEGMENTS},
    {"order": "strict", "cohort_period": "month", "cohorts": "first", "steps": ["any", "any"]},
    {"cohort_period": "all", "bins": ["2h", "4w"], "week_starts": "sunday"},
    {"week_starts": "sunday", "order": "ordered"},
]


@pytest.fixture(scope="module")
def hour():
    """anna orders at once, bo after exactly a minute, chen a second later, ding at the very end of an hour."""
    watched = "\n".join(
        f"| {name} | live_view | 2025-01-06 20:00:00 |" for name in ("anna", "bo", "chen", "ding", "emma")
    )
    return world(
        {
            "events": f"| user_id | event | event_at |\n{watched}",
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a        | anna     | 2025-01-06 20:00:00 | 30          |
            | b        | bo       | 2025-01-06 20:01:00 | 30          |
            | c        | chen     | 2025-01-06 20:01:01 | 30          |
            | d        | ding     | 2025-01-06 21:00:00 | 30          |
            | e        | emma     | 2025-01-06 21:00:01 | 30          |
            """,
        },
        as_of="2025-01-31",
    )


def test_a_span_holds_its_upper_end_and_the_last_one_ends_with_the_window(hour):
    answers(
        hour,
        "funnel_times",
        """
        | bin_no | from_seconds | to_seconds | step_people | people | people_so_far | rate_so_far |
        | 1      | 0            | 60         | 4           | 2      | 2             | 2/5         |
        | 2      | 60           | 3600       | 4           | 2      | 4             | 4/5         |
        """,
        steps=["watch", "order"],
        within="1h",
        bins=["1min", "7d"],
    )
