"""Traps of time: people who are no longer there, windows that are not over, gaps that have not ended, weeks over the new
year, days of 23 hours. Each is a small world with our answer, by hand, and the wrong one of a plausible query.

What belongs here: what goes wrong when time passes. What does not: counting (test_counting.py), cause (test_cause.py).
"""

import pytest

from pipelines.metrics import find_metric
from tests.metrics.asking import answers
from tests.soundness.naive import naive
from tests.worlds import world


def test_retention_asks_those_who_left_too():
    """Survivorship. Three join in one week, two leave, Anna is there in the next week: one in three. Of today's members one
    in one."""
    club = world(
        {
            "events": """
            | user_id | event       | event_at            | group_id |
            | anna    | group_join  | 2025-01-01 10:00:00 | g1       |
            | bo      | group_join  | 2025-01-01 10:00:00 | g1       |
            | chen    | group_join  | 2025-01-01 10:00:00 | g1       |
            | bo      | group_leave | 2025-01-03 10:00:00 | g1       |
            | chen    | group_leave | 2025-01-04 10:00:00 | g1       |
            | anna    | live_view   | 2025-01-08 10:00:00 | -        |
            """
        },
        as_of="2025-01-12",
    )
    answers(
        club,
        "retention",
        "| people | mature_people | returned | retention_rate |\n| 3 | 3 | 1 | 1/3 |",
        where="period_no = 1",
        segments=["all"],
    )
    active = "count(*) filter (where last_active_at >= timestamp '2025-01-06')"
    assert naive(club, f"select {active}, count(*) from core.people where is_member") == (1, 1)


def test_value_per_person_counts_those_who_never_bought():
    """Three become private, Anna alone buys, for 90: 30 per person, and not the 90 of the buyers."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-01 10:00:00 | g1       |
            | bo      | group_join | 2025-01-01 10:00:00 | g1       |
            | chen    | group_join | 2025-01-01 10:00:00 | g1       |
            """,
            "orders": "| order_id | buyer_id | paid_at | paid_amount |\n| a1 | anna | 2025-01-10 10:00:00 | 90 |",
        },
        as_of="2025-03-31",
    )
    answers(
        club,
        "value_by_cohort",
        "| people | mature_people | net_amount | net_per_person_amount |\n| 3 | 3 | 90 | 30 |",
        start="private",
        months=1,
        segments=["all"],
    )
    assert naive(club, "select avg(net_amount) from core.people where first_order_at is not null") == (90,)


def test_a_cohort_that_had_no_time_yet_has_no_rate():
    """Of January's two buyers one came back within 30 days. March's two have had some ten days: nothing is known of them,
    and not that they do not come back."""
    shop = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-02 10:00:00 | 30          |
            | a2       | anna     | 2025-01-12 10:00:00 | 30          |
            | b1       | bo       | 2025-01-05 10:00:00 | 30          |
            | c1       | chen     | 2025-03-20 10:00:00 | 30          |
            | d1       | ding     | 2025-03-22 10:00:00 | 30          |
            """
        },
        as_of="2025-03-31",
    )
    answers(
        shop,
        "repurchase",
        """
        | cohort_month | buyers | mature_buyers | repeat_buyers | repurchase_rate | is_mature |
        | 2025-01-01   | 2      | 2             | 1             | 1/2             | true      |
        | 2025-03-01   | 2      | 0             | 0             | -               | false     |
        """,
        windows=[30],
        segments=["all"],
    )
    so_far = "select avg(case when second_order_at is null then 0 else 1 end) from core.people where first_order_at"
    assert naive(shop, f"{so_far} < timestamp '2025-02-01'") == (0.5,)
    assert naive(shop, f"{so_far} >= timestamp '2025-03-01'") == (0,)


# Nothing changes but the day on which one looks: all buy on 1 January, and again after 10, 20, 60 and 100 days.
AGAIN = """
| order_id | buyer_id | paid_at             | paid_amount |
| a1       | anna     | 2025-01-01 10:00:00 | 30          |
| b1       | bo       | 2025-01-01 10:00:00 | 30          |
| c1       | chen     | 2025-01-01 10:00:00 | 30          |
| d1       | ding     | 2025-01-01 10:00:00 | 30          |
| a2       | anna     | 2025-01-11 10:00:00 | 30          |
| b2       | bo       | 2025-01-21 10:00:00 | 30          |
| c2       | chen     | 2025-03-02 10:00:00 | 30          |
| d2       | ding     | 2025-04-11 10:00:00 | 30          |
"""


@pytest.fixture(scope="module")
def looks():
    """The shop as it looks after 30 days, and after half a year."""
    return world({"orders": AGAIN}, as_of="2025-01-31"), world({"orders": AGAIN}, as_of="2025-06-30")


def test_how_soon_people_buy_again_does_not_grow_with_waiting(looks):
    """After 30 days the mean gap of those who came back is 15 days, after half a year 47.5. The curve says the same of the
    first 30 days on both days, and nothing of later ones on the first."""
    known = """
    | day | at_risk | events | repeat_probability |
    | 10  | 4       | 1      | 1/4                |
    | 20  | 3       | 1      | 1/2                |
    | 30  | 2       | 0      | 1/2                |
    """
    early, late = looks
    answers(early, "repurchase_curve", known, where="day in (10, 20, 30, 60)", segments=["all"])
    later = "| 60  | 2       | 1      | 3/4                |\n"
    answers(late, "repurchase_curve", f"{known.rstrip()}\n{later}", where="day in (10, 20, 30, 60)", segments=["all"])
    gaps = "select avg(date_diff('day', first_order_at, second_order_at)) from core.people"
    assert (naive(early, gaps), naive(late, gaps)) == ((15,), (47.5,))


def test_the_ladder_says_that_its_gaps_are_of_those_who_went_on_so_far(looks):
    """Of a fixed number of days its rate stands still while next_rate and the gaps grow, which their descriptions say."""
    for look, next_buyers, gap in zip(looks, (2, 4), (15, 40), strict=True):
        answers(
            look,
            "order_ladder",
            f"| buyers | next_buyers | gap_days_p50 | mature_buyers | mature_next_rate |\n| 4 | {next_buyers} | {gap} | 4 | 0.5 |",
            where="purchase_no = 1",
            within_days=20,
            segments=["all"],
        )
    columns = find_metric("order_ladder").columns
    for name in ("gap_days_p25", "gap_days_p50", "gap_days_p75"):
        assert "so far" in columns[name].description
        assert "截至目前" in columns[name].zh_description


def test_a_week_over_the_new_year_is_one_week():
    """31 December and 2 January are one week, which is number 1 of 2025. By the calendar's year and the week's number the
    former stands beside 3 January 2024."""
    shop = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2024-01-03 10:00:00 | 30          |
            | b1       | bo       | 2024-12-31 10:00:00 | 30          |
            | c1       | chen     | 2025-01-02 10:00:00 | 30          |
            """
        },
        as_of="2025-01-05",
    )
    answers(
        shop,
        "daily_summary",
        """
        | date       | buyers |
        | 2024-01-01 | 1      |
        | 2024-12-30 | 2      |
        """,
        where="buyers > 0",
        period="week",
        segments=["all"],
    )
    weeks = "select year(paid_at) as y, week(paid_at) as w, count(*) as buyers from staging.orders group by y, w"
    assert naive(shop, f"select list([y, w, buyers] order by y) from ({weeks})") == ([[2024, 1, 2], [2025, 1, 1]],)


@pytest.mark.parametrize(
    ("touched_at", "joined_at", "within_a_day", "by_the_clock"),
    [
        # the clocks go forward: 24 h 15 min by the clock are 23 h 15 min
        ("2026-03-07 23:30:00", "2026-03-08 23:45:00", 1, 0),
        # and back: 23 h 45 min are 24 h 45 min
        ("2025-11-01 23:30:00", "2025-11-02 23:15:00", 0, 1),
    ],
)
def test_a_day_has_24_hours_where_clocks_are_changed(touched_at, joined_at, within_a_day, by_the_clock):
    events = f"""
    | user_id | event      | event_at   | group_id |
    | ann     | ad_click   | {touched_at} | -        |
    | ann     | group_join | {joined_at} | g1       |
    """
    club = world({"events": events}, as_of="2026-03-31", timezone="America/New_York")
    answers(
        club,
        "public_to_private",
        f"| mature_people | private_people |\n| 1 | {within_a_day} |",
        within_days=[1],
        segments=["all"],
    )
    clock = "select count(*) filter (where date_diff('second', first_public_at, private_at) <= 86400) from core.people"
    assert naive(club, clock) == (by_the_clock,)
