"""What becoming private caused: who is compared with whom, by hand; and what was planted, found again.

What belongs here: the panel over a few people, the table over a planted merchant. What does not: the mathematics
(tests/models/test_uplift.py).
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.building import values
from pipelines.database import connect
from pipelines.metrics import query
from pipelines.settings import Settings
from pipelines.simulate.joining import Joining, fill
from pipelines.tables import load_tables
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
FEW = {"within_days": [14], "segments": ["all"], "most_joiners": 20, "most_people": 30, "controls_per_joiner": 1}
QUESTIONS = [{**FEW, "least_joiners": 10, "least_outcomes": 2}]

# --- who is compared with whom, and what is known of them -----------------------------------------------------------

# Weeks begin on Mondays: 2025-03-03, 03-10, 03-17 … Data begin on 2025-01-27, so the first landmark is 02-24.
EVENTS = """
| user_id | event      | event_at            |
| early   | live_view  | 2025-01-27 10:00:00 |
| ann     | live_view  | 2025-02-20 20:00:00 |
| ann     | live_like  | 2025-02-20 20:30:00 |
| ann     | live_view  | 2025-02-25 20:00:00 |
| ann     | group_join | 2025-03-05 12:00:00 |
| ann     | live_view  | 2025-03-07 20:00:00 |
| ann     | live_view  | 2025-03-23 20:00:00 |
| bo      | live_view  | 2025-02-21 20:00:00 |
| bo      | follow     | 2025-02-22 08:00:00 |
| bo      | live_view  | 2025-03-24 20:00:00 |
| dee     | live_view  | 2025-02-22 20:00:00 |
| cai     | live_view  | 2025-03-04 09:00:00 |
| cai     | group_join | 2025-03-04 09:30:00 |
"""
ORDERS = """
| order_id | buyer_id | paid_at             | paid_amount |
| o1       | ann      | 2025-03-01 10:00:00 | 30          |
| o2       | ann      | 2025-03-08 10:00:00 | 50          |
| o3       | ann      | 2025-03-10 00:00:00 | 70          |
| o4       | ann      | 2025-03-23 10:00:00 | 90          |
| o5       | ann      | 2025-03-24 10:00:00 | 11          |
| o6       | bo       | 2025-03-02 10:00:00 | 40          |
| o9       | dee      | 2025-03-02 11:00:00 | 40          |
| o7       | cai      | 2025-03-12 10:00:00 | 20          |
| o8       | cai      | 2025-03-26 10:00:00 | 25          |
"""


@pytest.fixture(scope="module")
def few():
    return world({"events": EVENTS, "orders": ORDERS}, as_of="2025-04-20")


def panel(built, where, **parameters):
    """Rows that private_uplift is fitted on."""
    built.connection  # noqa: B018 - builds core
    table = load_tables()["metrics.private_uplift"].inputs["panel"]
    given = {**table.parameters, **values(built.settings, built.as_of), "within_days": [14], **parameters}
    text = table.render(given)
    columns = "person_id, landmark, outcome, is_treated, is_placebo, value, stage, first_visit_acts, recent_views, "
    columns += "recent_acts, days_since_act, purchases, spent_before, days_since_order, has_followed"
    people = built.sql("select id_value, person_id from core.identities")
    names = {row["person_id"]: row["id_value"] for row in people}
    rows = built.sql(f"select {columns} from ({text}) as p where {where} order by landmark, outcome")
    return [{**row, "person_id": names[row["person_id"]], "landmark": str(row["landmark"])[5:]} for row in rows]


def seen(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


def test_joiners_of_a_week_against_those_still_outside_whatever_they_do_later(few):
    """Ann joins in the week of 3 March. Cai joins in it, too, but was never seen before it: nothing could be known of
    them. Bo and Dee have been known as long as Ann, bought as Ann did, and could have joined; Early could have, too, but
    has been known for five weeks and never bought."""
    where = "landmark = date '2025-03-03' and outcome = 'spend' and not is_placebo"
    expected = [("ann", True), ("bo", False), ("dee", False)]
    assert seen(panel(few, where, controls_per_joiner=2), "person_id", "is_treated") == expected
    assert len(panel(few, where, controls_per_joiner=1)) == 2


def test_a_week_in_which_nobody_joined_compares_nobody(few):
    assert seen(panel(few, "outcome = 'spend' and not is_placebo", controls_per_joiner=9), "landmark")[0] == ("03-03",)
    assert seen(panel(few, "outcome = 'spend' and not is_placebo", controls_per_joiner=9), "landmark")[-1] == ("03-03",)


def test_what_is_known_of_ann_is_of_before_the_week_and_what_came_of_it_of_after(few):
    """Before 3 March: two acts in the first visit and one view later, all in four weeks; one purchase of 30, two days
    before. Joining on the 5th, the view of the 7th and the order of the 8th are neither. From the 10th on, 14 days: 70
    at midnight and 90 on the 23rd; the order of the 24th is too late, and so is Bo's view."""
    (ann,) = panel(few, "is_treated and outcome = 'spend' and not is_placebo")
    known = ("first_visit_acts", "recent_acts", "recent_views", "days_since_act", "purchases", "spent_before",
             "days_since_order", "stage", "has_followed")  # fmt: skip
    assert [ann[name] for name in known] == [2, 3, 2, 6, 1, 30, 2, "buyers", False]
    assert ann["value"] == 70 + 90
    watched = panel(few, "outcome = 'live_attendance' and not is_placebo", controls_per_joiner=2)
    assert seen(watched, "person_id", "value") == [("ann", 1), ("bo", 0), ("dee", 0)]


def test_who_was_inside_at_the_first_order_against_who_was_not(few):
    """Bo was seen before the first order and not inside; Cai inside, but of before joining only the first view is known.
    Ann bought first on 1 March, before joining. Within 14 days Ann bought again, on the 8th; Cai on the 14th day."""
    rows = panel(few, "outcome = 'repurchase' and not is_placebo")
    expected = [("ann", False, 1), ("bo", False, 0), ("cai", True, 1), ("dee", False, 0)]
    assert seen(rows, "person_id", "is_treated", "value") == expected
    acts = {row["person_id"]: row["first_visit_acts"] for row in rows}
    assert acts == {"ann": 2, "bo": 1, "cai": 1, "dee": 1}
    (r3,) = few.rows("metrics.repurchase", where="segment_by = 'all'", windows=[14])
    assert r3["repeat_buyers"] == sum(row["value"] for row in rows)


def test_a_window_that_is_not_over_is_not_there(few):
    """From 10 March to 20 April, the last day known, are 42 days."""
    where = "is_treated and outcome = 'spend' and not is_placebo"
    assert seen(panel(few, where, within_days=[42]), "person_id", "value") == [("ann", 70 + 90 + 11)]
    assert panel(few, where, within_days=[43]) == []


def test_the_placebo_of_a_week_ends_four_weeks_before_it():
    """Joined in the week of 14 April: the 14 days to 16 March, and known of before is what came before 3 March."""
    later = EVENTS.replace("2025-03-05 12:00:00", "2025-04-16 12:00:00")
    built = world({"events": later, "orders": ORDERS}, as_of="2025-05-20")
    (ann,) = panel(built, "is_treated and outcome = 'spend' and is_placebo")
    assert (ann["landmark"], ann["value"], ann["spent_before"], ann["recent_views"]) == ("04-14", 50 + 70, 30, 2)


LATE = {"p1": "04-12", "p2": "04-13", "p3": "04-26", "p4": "04-27"}


def test_the_placebo_of_a_first_order_is_who_joined_only_after_the_window():
    """First orders on 1 March: 14 days, and four weeks left out, are over on 12 April. Who joins on that day or before is
    neither; on 13 to 26 April one is treated, later a control so far, as one is who never joins."""
    events = [{"user_id": who, "event": "live_view", "event_at": datetime(2025, 2, 20, 20)} for who in [*LATE, "p5"]]
    events += [
        {"user_id": who, "event": "group_join", "event_at": datetime.fromisoformat(f"2025-{day} 12:00")}
        for who, day in LATE.items()
    ]
    orders = [
        {"order_id": who, "buyer_id": who, "paid_at": datetime(2025, 3, 1, 10), "paid_amount": 10}
        for who in [*LATE, "p5"]
    ]
    built = world({"events": events, "orders": orders}, as_of="2025-05-31")
    rows = panel(built, "outcome = 'repurchase' and is_placebo")
    assert seen(rows, "person_id", "is_treated") == [("p2", True), ("p3", True), ("p4", False), ("p5", False)]


def test_nothing_changes_before_a_week_is_over():
    """From 10 March to 20 April are six weeks. On Saturday the 19th the sixth is not over, so it counts no more than on
    Sunday the 13th; on Saturday the 26th, as much as on Sunday the 20th, though orders of every day are known and Fay
    joined on Friday."""
    fay = "| fay | live_view | 2025-02-21 20:00:00 |\n| fay | group_join | 2025-04-25 20:00:00 |\n"
    daily = "".join(f"| d{day} | early | 2025-04-{day} 10:00:00 | 1 |\n" for day in range(10, 28))
    given = {"events": EVENTS + fay, "orders": ORDERS + daily}
    months = {day: world(given, as_of=f"2025-04-{day}") for day in (13, 19, 20, 26, 27)}

    def told(day, days, outcome):
        where = f"not is_placebo and outcome = '{outcome}'"
        return panel(months[day], where, within_days=[days], controls_per_joiner=9)

    assert [bool(told(day, 42, "spend")) for day in (13, 19, 20)] == [False, False, True]
    for days, outcome in itertools.product((14, 42), ("spend", "repurchase")):
        assert (told(19, days, outcome), told(26, days, outcome)) == (told(13, days, outcome), told(20, days, outcome))
    asked = {"where": "outcome = 'spend'", "segments": ["all"], "within_days": [14]}
    joiners = {day: month.rows("metrics.private_uplift", **asked)[0]["joiners"] for day, month in months.items()}
    assert joiners == {13: 2, 19: 2, 20: 2, 26: 2, 27: 3}


# --- what was planted -----------------------------------------------------------------------------------------------

MERCHANT = Joining(seed=11, people=2_500)
ASKED = {"within_days": [30], "segments": ["all"], "controls_per_joiner": 2}


def asked(merchant, **parameters):
    connection = connect()
    fill(connection, merchant)
    found = query(connection, "private_uplift", {**ASKED, **parameters}, Settings(home=Path("nowhere")), merchant.as_of)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return {row["outcome"]: row for row in rows}


@pytest.fixture(scope="module")
def told():
    return asked(MERCHANT)


@pytest.mark.parametrize("outcome", ["spend", "live_attendance"])
def test_what_was_planted_lies_in_the_interval(told, outcome):
    row, truth = told[outcome], MERCHANT.caused(outcome, 30)
    assert row["effect_low"] < truth < row["effect_high"]
    assert row["naive_difference"] > 1.15 * truth
    assert (row["verdict"], row["reason"]) == ("caused", None)
    assert row["placebo_low"] < 0 < row["placebo_high"]
    assert row["furthest_after"] < 0.1 < row["furthest_before"]


def test_the_sentence_says_the_row(told):
    row = told["live_attendance"]
    points = [f"{100 * row[name]:.1f}" for name in ("naive_difference", "effect", "effect_low", "effect_high")]
    assert row["said_en"] == (
        "In the 30 days after the week in which they joined, the share of joiners who came to a live session was "
        "{} points above that of people known as long who had not joined by then; of that, {} points ({} to {}) is "
        "caused by joining, the rest is who these people are."
    ).format(*points)
    assert row["said_zh"] == (
        "入私域后 30 天，加入的人来看直播的比例比当时还没加入的同类人高 {} 个百分点；其中 {} 个百分点（{} 至 {}）是入私域带来的，其余是这些人本来就不同。"
    ).format(*points)


def test_where_joiners_were_others_already_it_is_not_called_caused():
    """These watched more before they joined, and no covariate tells why: the past gives it away."""
    row = asked(replace(MERCHANT, watchful=0.25, watch_more=0.0, people=1_500), least_joiners=100)["live_attendance"]
    assert row["placebo_low"] > 0
    assert (row["verdict"], row["reason"]) == ("doubtful", "placebo")
    assert "must not be read as one" in row["said_en"]


def test_of_few_people_nothing_is_estimated_and_it_is_said(few):
    rows = few.rows("metrics.private_uplift", within_days=[14], segments=["all"], least_joiners=10)
    told = {row["outcome"]: row for row in rows}
    assert {row["reason"] for row in rows} == {"too_few_treated"}
    assert all(row["effect"] is None and row["verdict"] == "refused" for row in rows)
    assert told["spend"]["said_en"] == "Nothing is estimated: 1 joiners whose window is over, 10 needed."
    assert (told["spend"]["joiners"], told["spend"]["joiners_seen_before"], told["spend"]["treated"]) == (2, 1, 1)
    inside = told["repurchase"]
    assert (inside["joiners"], inside["joiners_seen_before"], inside["treated"]) == (1, 1, 1)


def test_without_people_every_outcome_is_refused():
    rows = world({}).rows("metrics.private_uplift")
    assert {(row["verdict"], row["segment"]) for row in rows} == {("refused", "all")}
    assert len(rows) == 3 * 3
