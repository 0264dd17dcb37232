"""The funnel: small cases by hand, and a random merchant whose people are walked through one by one (walks_by_hand)."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

from pipelines.spec.table_file import TableError
from tests.metrics.asking import answers
from tests.metrics.walks_by_hand import Asked, funnel
from tests.worlds import world

SEGMENTS = ["all", "channel", "domain", "platform", "live_session", "host", "group", "threshold", "entry_path"]
# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"segments": SEGMENTS, "cohort_period": "all", "exclude": ["group_leave|group_remove"]},
    {"steps": ["any", "any", "order"], "order": "strict", "within": "12h", "cohort_period": "day"},
    {"steps": ["watch", "private_entry", "order"], "order": "any", "cohort_period": "month", "exclude": ["push_click"]},
    {"steps": ["order", "order[paid_amount>=20]"], "cohorts": "first", "week_starts": "sunday", "within": "8w"},
]


@pytest.fixture(scope="module")
def club():
    """Monday 6 January 2025. Each person is one case; the tests say which."""
    return world(
        {
            "events": """
            | user_id | event       | event_at            | live_session_id | group_id |
            | anna    | live_view   | 2025-01-06 10:00:00 | s1              | -        |
            | anna    | live_view   | 2025-01-06 12:00:00 | s2              | -        |
            | anna    | group_join  | 2025-01-06 12:30:00 | -               | g1       |
            | bo      | live_view   | 2025-01-06 10:00:00 | s1              | -        |
            | bo      | gift        | 2025-01-06 10:10:00 | -               | -        |
            | bo      | group_join  | 2025-01-06 10:20:00 | -               | g1       |
            | bo      | group_leave | 2025-01-06 10:25:00 | -               | g1       |
            | chen    | group_join  | 2025-01-06 10:00:00 | -               | g1       |
            | chen    | live_view   | 2025-01-06 10:00:00 | s1              | -        |
            | ding    | group_join  | 2025-01-06 10:00:00 | -               | g1       |
            | ding    | live_view   | 2025-01-06 10:05:00 | s1              | -        |
            | emma    | live_view   | 2025-01-06 10:00:00 | s1              | -        |
            | emma    | live_view   | 2025-01-14 10:00:00 | s2              | -        |
            | emma    | group_join  | 2025-01-14 11:00:01 | -               | g1       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-06 13:00:00 | 30          |
            | b1       | bo       | 2025-01-06 10:30:00 | 30          |
            | b2       | bo       | 2025-01-06 10:30:00 | 90          |
            | b3       | bo       | 2025-01-07 09:00:00 | 30          |
            | c1       | chen     | 2025-01-06 11:00:00 | 30          |
            """,
        },
        as_of="2025-01-31",
    )


ASKED = {"steps": ["watch", "group_join", "order"], "within": "1h", "cohort_period": "all"}


def test_the_last_start_before_the_next_step_counts(club):
    """anna's second view leads her on, her first is over by then. Of one second the steps come in their order: chen joined and
    watched in one. ding joined before she watched. emma's join is a second too late."""
    answers(
        club,
        "funnel",
        """
        | cohort     | step_no | step       | cohort_people | previous_people | people | rate_from_first | rate_from_previous | seconds_p25 | seconds_p50 | seconds_p75 | average_seconds |
        | 2025-01-06 | 1       | watch      | 5             | 5               | 5      | 1               | 1                  | 0           | 0           | 0           | 0               |
        | 2025-01-06 | 2       | group_join | 5             | 5               | 3      | 3/5             | 3/5                | 600         | 1200        | 1500        | 1000            |
        | 2025-01-06 | 3       | order      | 5             | 3               | 3      | 3/5             | 1                  | 2700        | 3600        | 3600        | 3000            |
        """,
        **ASKED,
    )


def test_strictly_in_order_nothing_else_may_lie_between(club):
    """bo gave a gift before he joined. Leaving is no act of one's own; it would not have mattered."""
    answers(
        club,
        "funnel",
        """
        | step_no | people |
        | 1       | 5      |
        | 2       | 2      |
        | 3       | 2      |
        """,
        order="strict",
        **ASKED,
    )


def test_in_any_order_so_many_different_steps(club):
    """Everybody did one; anna, bo, chen and ding two, emma never two within an hour. Three: anna, bo and chen."""
    answers(
        club,
        "funnel",
        """
        | step_no | step   | people | seconds_p50 |
        | 1       | 1 of 3 | 5      | 0           |
        | 2       | 2 of 3 | 4      | 750         |
        | 3       | 3 of 3 | 3      | 3600        |
        """,
        order="any",
        **ASKED,
    )


def test_what_is_excluded_ends_an_attempt_where_it_stands(club):
    """bo left before he ordered, so he stays at the second step."""
    answers(
        club,
        "funnel",
        """
        | step_no | people |
        | 1       | 5      |
        | 2       | 3      |
        | 3       | 2      |
        """,
        exclude=["group_leave"],
        **ASKED,
    )


def test_each_step_asks_for_an_act_of_its_own(club):
    """bo's first two orders are of one second, and they are two; a purchase is a day with one, his second 22 and a half hours later."""
    expected = """
    | step_no | people |
    | 1       | 3      |
    | 2       | {}     |
    """
    asked = {"within": "7d", "cohort_period": "all"}
    answers(club, "funnel", expected.format(1), steps=["order", "order"], **asked)
    answers(club, "funnel", expected.format(0), steps=["order", "order"], exclude=["order"], **asked)
    answers(club, "funnel", expected.format(1), steps="purchase,purchase", **asked)
    answers(club, "funnel", expected.format(0), steps="purchase,purchase", within="22h", cohort_period="all")


def test_conditions_on_the_row(club):
    answers(
        club,
        "funnel",
        """
        | step_no | people |
        | 1       | 5      |
        | 2       | 1      |
        """,
        steps=["live_view[live_session_id=s1|s3]", "order[paid_amount>=90]"],
        within="1h",
        cohort_period="day",
        cohorts="first",
    )


def test_by_every_week_with_a_start_or_by_the_first_ever(club):
    """emma begins in two weeks."""
    asked = {"steps": ["watch", "group_join"], "within": "2h"}
    weeks = """
    | cohort     | step_no | people |
    | 2025-01-06 | 1       | 5      |
    | 2025-01-06 | 2       | 3      |
    | 2025-01-13 | 1       | 1      |
    | 2025-01-13 | 2       | 1      |
    """
    first = """
    | cohort     | step_no | people |
    | 2025-01-06 | 1       | 5      |
    | 2025-01-06 | 2       | 2      |
    """
    answers(club, "funnel", weeks, **asked)
    answers(club, "funnel", first, cohorts="first", **asked)


def test_by_where_the_start_was(club):
    answers(
        club,
        "funnel",
        """
        | segment_by | segment | people |
        | channel    | live    | 3      |
        | group      | g1      | 3      |
        | entry_path | other   | 3      |
        """,
        "step_no = 2",
        segments=["channel", "group", "entry_path"],
        **ASKED,
    )


def test_a_window_that_is_not_over_is_in_no_rate():
    """bo's seven days end in the last second that is known, anna's one second later."""
    given = world(
        {
            "events": """
            | user_id | event     | event_at            |
            | anna    | live_view | 2025-01-07 00:00:00 |
            | bo      | live_view | 2025-01-06 23:59:59 |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-08 10:00:00 | 30          |
            | b1       | bo       | 2025-01-13 23:59:59 | 30          |
            """,
        },
        as_of="2025-01-13",
    )
    answers(
        given,
        "funnel",
        """
        | cohort     | step_no | cohort_people | mature_people | people | is_mature |
        | 2025-01-06 | 1       | 2             | 1             | 1      | false     |
        | 2025-01-06 | 2       | 2             | 1             | 1      | false     |
        """,
        steps=["watch", "order"],
        within="7d",
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"steps": ["order"] * 9}, "parameter 'steps' has 9 items; expected at most 8"),
        ({"steps": "order[amount>=3]"}, "there is no column 'amount' to compare; did you mean 'net_amount'"),
        ({"within": "7"}, "'within' is '7'; expected one of: a duration such as 90s, 15min, 2h, 7d"),
        ({"within": "11000d"}, "'within' is '11000d'"),
    ],
)
def test_what_it_does_not_take_is_refused(club, asked, said):
    with pytest.raises(TableError, match=said.replace("[", r"\[").replace("(", r"\(")):
        club.rows("metrics.funnel", **asked)


# --- a random merchant, person by person ----------------------------------------------------------------------------

FIRST, AS_OF = datetime(2025, 1, 6), "2025-02-02"
PASSIVE = ("push_delivered", "group_leave")
WORDS = ("live_view", "live_view", "follow", "gift", "product_click", *PASSIVE)


@pytest.fixture(scope="module")
def many():
    """150 people who do a few things in bursts of seconds: ties, repeats, several attempts; in two of four weeks at least."""
    return _merchant(random.Random(44), people=150, most=14)


@pytest.fixture(scope="module")
def busy():
    """20 people who do so much that some of them take eight steps."""
    return _merchant(random.Random(45), people=20, most=80)


def _merchant(chance, people, most):
    acts = defaultdict(list)
    for number in range(people):
        begins = [chance.randrange(27 * 86400) for _ in range(chance.randrange(1, 4))]
        for _ in range(chance.randrange(1, most)):
            at = FIRST + timedelta(seconds=chance.choice(begins) + chance.choice((0, 1, 2, 3, 5, 60, 3600, 86400)))
            amount = chance.choice((10, 20))
            acts[f"u{number}"].append({"word": chance.choice((*WORDS, "order", "order")), "at": at, "amount": amount})
    events, orders = [], []
    for person, did in acts.items():
        for act in did:
            place = f"{len(events)}-{len(orders)}"
            if act["word"] == "order":
                paid = {"order_id": place, "buyer_id": person, "paid_at": act["at"], "paid_amount": act["amount"]}
                orders.append(paid)
            else:
                events.append({"event_id": place, "user_id": person, "event": act["word"], "event_at": act["at"]})
    return world({"events": events, "orders": orders}, as_of=AS_OF), acts


def _is(*words):
    return lambda act: act["word"] in words


def _month(day: date) -> date:
    return day.replace(day=1)


QUESTIONED = {
    "in order": ({"steps": ["live_view", "follow", "order"], "within": "1h"}, Asked([_is("live_view"), _is("follow"), _is("order")], timedelta(hours=1))),
    "two of one word": ({"steps": ["order", "live_view", "order"], "within": "2d"}, Asked([_is("order"), _is("live_view"), _is("order")], timedelta(days=2))),
    "words that overlap": (
        {"steps": ["live_view|order", "order[paid_amount>=20]", "order|follow"], "within": "3s"},
        Asked([_is("live_view", "order"), lambda act: act["word"] == "order" and act["amount"] >= 20, _is("order", "follow")], timedelta(seconds=3)),
    ),
    "strictly": (
        {"steps": ["live_view", "order", "order"], "within": "1d", "order": "strict"},
        Asked([_is("live_view"), _is("order"), _is("order")], timedelta(days=1), "strict"),
    ),
    "with an end": (
        {"steps": ["live_view", "follow", "order"], "within": "4d", "exclude": ["gift|group_leave"]},
        Asked([_is("live_view"), _is("follow"), _is("order")], timedelta(days=4), excluded=_is("gift", "group_leave")),
    ),
    "no repeat of the start": (
        {"steps": ["live_view", "order"], "within": "4d", "exclude": ["live_view"], "cohorts": "first"},
        Asked([_is("live_view"), _is("order")], timedelta(days=4), excluded=_is("live_view"), cohorts="first"),
    ),
    "in any order": (
        {"steps": ["live_view", "follow", "order"], "within": "1min", "order": "any"},
        Asked([_is("live_view"), _is("follow"), _is("order")], timedelta(minutes=1), "any"),
    ),
    "in any order, with an end": (
        {"steps": ["live_view", "follow|gift", "gift|order"], "within": "2d", "order": "any", "exclude": ["product_click"], "cohort_period": "month"},
        Asked([_is("live_view"), _is("follow", "gift"), _is("gift", "order")], timedelta(days=2), "any", _is("product_click"), period=_month),
    ),
    "the first start, in any order": (
        {"steps": ["follow", "order"], "within": "1h", "order": "any", "cohorts": "first"},
        Asked([_is("follow"), _is("order")], timedelta(hours=1), "any", cohorts="first"),
    ),
    "of five steps, by month": (
        {"steps": ["gift|order", "order", "order", "live_view", "order"], "within": "2w", "cohort_period": "month"},
        Asked(
            [_is("gift", "order"), _is("order"), _is("order"), _is("live_view"), _is("order")],
            timedelta(weeks=2),
            period=_month,
        ),
    ),
    "of five steps, with an end": (
        {"steps": ["any[channel!=x]", "order", "live_view", "order", "follow"], "within": "9d", "exclude": ["gift"]},
        Asked(
            [lambda act: act["word"] not in PASSIVE, _is("order"), _is("live_view"), _is("order"), _is("follow")],
            timedelta(days=9),
            excluded=_is("gift"),
        ),
    ),
}  # fmt: skip


EIGHT = ["live_view", "follow", "gift", "product_click", "order[paid_amount>=20]", "order[paid_amount<20]", "group_leave", "push_delivered"]  # fmt: skip
TESTS = [*map(_is, EIGHT[:4]), *(lambda act, n=n: act["word"] == "order" and act["amount"] == n for n in (20, 10)), *map(_is, EIGHT[6:])]  # fmt: skip
QUESTIONED_OF_EIGHT = {
    "in order": ({"steps": EIGHT, "within": "3w"}, Asked(TESTS, timedelta(weeks=3))),
    "in any order": ({"steps": EIGHT, "within": "2d", "order": "any"}, Asked(TESTS, timedelta(days=2), "any")),
}


@pytest.mark.parametrize("question", QUESTIONED)
def test_as_walked_person_by_person(many, question):
    assert sum(_as_walked(many, *QUESTIONED[question]).values()) > 90


@pytest.mark.parametrize("question", QUESTIONED_OF_EIGHT)
def test_of_eight_steps(busy, question):
    """Some take each of them."""
    people = _as_walked(busy, *QUESTIONED_OF_EIGHT[question])
    assert {step for (_, step), number in people.items() if number > 1} == set(range(1, 9))


def _as_walked(given, parameters, asked):
    """People by cohort and step, after they and how long they took were found the same person by person."""
    merchant, acts = given
    # what is merely delivered, and leaving, is no act of one's own
    own = {
        name: [act for act in did if asked.order != "strict" or act["word"] not in PASSIVE]
        for name, did in acts.items()
    }
    columns = ("cohort_people", "mature_people", "people", "seconds_p50")
    rows = merchant.rows("metrics.funnel", **parameters)
    found = {(row["cohort"], row["step_no"]): [row[column] for column in columns] for row in rows}
    assert found == funnel(own, asked, datetime.fromisoformat(AS_OF) + timedelta(days=1))
    return {key: people for key, (_, _, people, _) in found.items()}
