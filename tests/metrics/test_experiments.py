"""Groups drawn at random: who is in which, what is counted, when nothing is told; by hand."""

from __future__ import annotations

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"within_days": [10], "least_people": 2, "control_share": 0.5}]

EVENTS = """
| user_id | event         | event_at            | campaign_id | message_id |
| t1      | test_group    | 2025-03-01 09:00:00 | spring      |            |
| t2      | test_group    | 2025-03-01 09:00:00 | spring      |            |
| t3      | test_group    | 2025-03-01 09:00:00 | spring      |            |
| c1      | control_group | 2025-03-01 09:00:00 | spring      |            |
| c2      | control_group | 2025-03-01 09:00:00 | spring      |            |
| both    | test_group    | 2025-03-01 09:00:00 | spring      |            |
| both    | control_group | 2025-03-02 09:00:00 | spring      |            |
| c1      | live_view     | 2025-03-07 20:00:00 |             |            |
| late    | test_group    | 2025-03-25 09:00:00 |             | m7         |
| later   | control_group | 2025-03-25 09:00:00 |             | m7         |
"""
# o1 came before the group was drawn, o4 on the eighth day.
ORDERS = """
| order_id | buyer_id | paid_at             | paid_amount |
| o1       | t1       | 2025-03-01 08:00:00 | 500         |
| o2       | t1       | 2025-03-01 10:00:00 | 10          |
| o3       | t2       | 2025-03-07 10:00:00 | 20          |
| o4       | t3       | 2025-03-08 10:00:00 | 500         |
| o5       | c1       | 2025-03-02 10:00:00 | 2           |
| o6       | both     | 2025-03-02 10:00:00 | 900         |
"""


@pytest.fixture(scope="module")
def shop():
    return world({"events": EVENTS, "orders": ORDERS}, as_of="2025-03-28")


def test_means_and_their_difference(shop):
    """Test 10, 20, 0: mean 10, variance 100; control 2, 0: mean 1, variance 2. The error is √(100/3 + 2/2) = 5.859 with
    (100/3 + 1)² / ((100/3)²/2 + 1²/1) = 2.118 degrees, of which t is 4.081: 9 ± 23.91."""
    answers(
        shop,
        "experiments",
        """
        | outcome         | unit  | test_people | control_people | in_both | test_mean | control_mean | effect | verdict |
        | spend           | yuan  | 3           | 2              | 1       | 10        | 1            | 9      | chance  |
        | purchase        | share | 3           | 2              | 1       | 2/3       | 1/2          | 1/6    | chance  |
        | live_attendance | share | 3           | 2              | 1       | 0         | 1/2          | -1/2   | chance  |
        """,
        where="experiment = 'spring'",
        within_days=[7],
        least_people=2,
    )
    (spend,) = shop.rows(
        "metrics.experiments", where="experiment = 'spring' and outcome = 'spend'", within_days=[7], least_people=2
    )
    assert (spend["effect_low"], spend["effect_high"]) == pytest.approx((9 - 23.91, 9 + 23.91), abs=0.01)
    assert spend["said_en"] == (
        "In the 7 days after they were assigned, the test group spent 9.0 yuan more per head than the control group; "
        "that cannot be told from chance (−14.9 to 32.9)."
    )


def test_what_is_refused_and_why(shop):
    """Three and two people are fewer than 50. Of the push m7 seven days are not over on the 28th. Planned were 9 controls
    in 10 people of which 2 in 5 came: (1/10)³ and more by chance, 0.00856."""
    rows = shop.rows("metrics.experiments", where="outcome = 'spend'", within_days=[7])
    assert [(row["experiment"], row["verdict"], row["reason"]) for row in rows] == [
        ("m7", "refused", "not_over"),
        ("spring", "refused", "too_few_test"),
    ]
    assert rows[0]["said_en"] == "Nothing to tell yet: the 7 days after they were assigned are not over."
    assert rows[1]["said_en"] == "Nothing is estimated: 3 people of the test group whose window is over, 50 needed."
    where = "experiment = 'spring' and outcome = 'spend'"
    (row,) = shop.rows("metrics.experiments", where=where, within_days=[7], least_people=2, control_share=0.9)
    assert row["sizes_p"] == pytest.approx(0.00856)
    assert row["verdict"] == "chance"
    (row,) = shop.rows("metrics.experiments", where=where, within_days=[7], least_people=2, control_share=0.99)
    assert (row["verdict"], row["reason"], row["effect"]) == ("refused", "uneven_groups", None)


def test_being_drawn_is_no_activity(shop):
    """Who was only drawn into a group has done nothing."""
    active = shop.rows("core.people", where="last_active_at is not null")
    assert len(active) == 5  # t1, t2, t3, c1 and both
