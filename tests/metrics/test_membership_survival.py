"""Kaplan-Meier share of private memberships still open."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"horizon_days": 10, "segments": ["kind"]}]


@pytest.fixture(scope="module")
def club():
    """Stays: anna 0 days, anna again 3 days; bo 2 days (removed); chen open for 4; ding's WeCom open for 2; emma open for 3."""
    return world(
        {
            "events": """
            | user_id | event        | event_at            | group_id | entry_path |
            | anna    | group_join   | 2024-02-27 08:00:00 | g1       | qr         |
            | anna    | group_leave  | 2024-02-27 08:00:00 | g1       | -          |
            | anna    | group_join   | 2024-02-28 08:00:00 | g1       | qr         |
            | anna    | group_leave  | 2024-03-02 07:00:00 | g1       | -          |
            | bo      | group_join   | 2024-02-28 08:00:00 | g1       | invite     |
            | bo      | group_remove | 2024-03-01 23:00:00 | g1       | -          |
            | chen    | group_join   | 2024-02-28 08:00:00 | g1       | qr         |
            | chen    | group_join   | 2024-02-29 08:00:00 | g1       | qr         |
            | ding    | wecom_add    | 2024-03-01 08:00:00 | -        | -          |
            | emma    | group_join   | 2024-02-29 08:00:00 | g2       | qr         |
            """,
            "groups": """
            | group_id | fan_level_required |
            | g1       | 3                  |
            """,
        },
        as_of="2024-03-03",
    )


def test_same_second_leave_rejoin_and_open_stays(club):
    """Day 0: 1 of 6 leaves at the very second of joining. Day 2: 1 of 5, and ding is only followed that far. Day 3: 1 of 3,
    emma is followed that far. Day 4: chen alone, still in."""
    answers(
        club,
        "membership_survival",
        """
        | day | memberships | at_risk | left | censored | survival |
        | 0   | 6           | 6       | 1    | 0        | 5/6      |
        | 1   | 6           | 5       | 0    | 0        | 5/6      |
        | 2   | 6           | 5       | 1    | 1        | 2/3      |
        | 3   | 6           | 3       | 1    | 1        | 4/9      |
        | 4   | 6           | 1       | 0    | 1        | 4/9      |
        """,
        segments=["all"],
    )


def test_breakdowns_and_a_platform_that_tells_no_leaves(club):
    answers(
        club,
        "membership_survival",
        """
        | segment_by | segment | day | at_risk | left | survival | is_leave_recorded |
        | kind       | group   | 2   | 4       | 1    | 3/5      | true              |
        | kind       | wecom   | 2   | 1       | 0    | 1        | false             |
        | entry_path | qr      | 2   | 3       | 0    | 3/4      | true              |
        | entry_path | invite  | 2   | 1       | 1    | 0        | true              |
        | entry_path | wecom   | 2   | 1       | 0    | 1        | false             |
        | threshold  | fan_3   | 2   | 3       | 1    | 1/2      | true              |
        | threshold  | unknown | 2   | 1       | 0    | 1        | false             |
        | threshold  | none    | 2   | 1       | 0    | 1        | false             |
        | group      | g1      | 2   | 3       | 1    | 1/2      | true              |
        | group      | g2      | 2   | 1       | 0    | 1        | false             |
        | group      | none    | 2   | 1       | 0    | 1        | false             |
        """,
        where="day = 2 and segment_by in ('kind', 'entry_path', 'threshold', 'group')",
    )
