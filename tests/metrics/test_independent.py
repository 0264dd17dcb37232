"""The same metrics computed a second way, person by person in plain Python, over random merchants.

What belongs here: slow, obvious implementations that share nothing with the SQL but the definitions. They start from the
canonical rows wherever a metric does not depend on the channel map.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from tests.metrics.random_world import AS_OF, random_world

LAST = date.fromisoformat(AS_OF)
END = datetime.combine(LAST + timedelta(days=1), time())
DAY = timedelta(days=1)
PASSIVE = {
    "push_delivered",
    "sms_delivered",
    "group_approve",
    "group_reject",
    "group_remove",
    "group_leave",
    "unfollow",
}
ENTRIES = {"group_join", "wecom_add", "member_join"}


@pytest.fixture(scope="module", params=[1, 2])
def merchant(request):
    return random_world(request.param)


@pytest.fixture(scope="module")
def orders(merchant):
    """Paid orders in order, each with whether it was kept."""
    refunded = Counter()
    for row in merchant.sql("select order_id, refund_amount from staging.refunds where refunded_at < '2024-06-30'"):
        refunded[row["order_id"]] += row["refund_amount"]
    found = []
    for row in merchant.sql("select * from staging.orders where paid_at < '2024-06-30' order by paid_at, order_id"):
        is_paid = row["status"] != "cancelled" and row["order_kind"] in ("normal", "deposit") and row["paid_amount"] > 0
        is_kept = is_paid and refunded[row["order_id"]] < row["paid_amount"]
        found.append({**row, "day": row["paid_at"].date(), "is_paid": is_paid, "is_kept": is_kept})
    return found


@pytest.fixture(scope="module")
def histories(orders):
    """Each buyer's kept orders in order."""
    kept = defaultdict(list)
    for order in orders:
        if order["is_kept"] and order["buyer_id"]:
            kept[order["buyer_id"]].append(order)
    return kept


@pytest.fixture(scope="module")
def activities(merchant, histories):
    """Each person's activities in order: (when, word)."""
    done = defaultdict(list)
    for row in merchant.sql("select user_id, event, event_at from staging.events where event_at < '2024-06-30'"):
        done[row["user_id"]].append((row["event_at"], row["event"]))
    for buyer, bought in histories.items():
        done[buyer] += [(order["paid_at"], "order") for order in bought]
    return {person: sorted(acts) for person, acts in done.items()}


def start_of(day: date, period: str, week_starts: str = "monday") -> date:
    if period == "month":
        return day.replace(day=1)
    if period == "week":
        return day - timedelta(days=(day.weekday() + (week_starts == "sunday")) % 7)
    return day


def end_of(start: date, period: str) -> date:
    if period == "month":
        return start_of(start + timedelta(days=31), "month") - DAY
    return start + timedelta(days=6) if period == "week" else start


def test_repurchase(merchant, histories):
    expected = defaultdict(lambda: [0, 0, 0])
    for bought in histories.values():
        days = sorted({order["day"] for order in bought})
        for window in (7, 30, 60):
            for segment in (("all", "all"), ("shop", bought[0]["shop_id"])):
                cell = expected[start_of(days[0], "month"), *segment, window]
                is_mature = (LAST - days[0]).days >= window
                cell[0] += 1
                cell[1] += is_mature
                cell[2] += is_mature and len(days) > 1 and (days[1] - days[0]).days <= window
    rows = merchant.rows("metrics.repurchase", segments=["all", "shop"], windows=[7, 30, 60])
    keys = ("cohort_month", "segment_by", "segment", "window_days")
    assert expected == {
        tuple(row[key] for key in keys): [row["buyers"], row["mature_buyers"], row["repeat_buyers"]] for row in rows
    }


@pytest.mark.parametrize("period", ["week", "month"])
def test_repurchase_period(merchant, histories, period):
    expected = defaultdict(lambda: [0, 0])

    def add(key, numerator, denominator=1):
        expected[key][0] += numerator
        expected[key][1] += denominator

    for bought in histories.values():
        for start in {start_of(order["day"], period) for order in bought}:
            following = end_of(start, period) + DAY
            inside = [order for order in bought if start_of(order["day"], period) == start]
            before = [order for order in bought if order["day"] < start]
            is_new = not before or (start - before[-1]["day"]).days > 365
            for segment in (("all", "all"), ("shop", bought[0]["shop_id"])):
                add((start, *segment, "R1"), len(inside) >= 2)
                add((start, *segment, "R1d"), len({order["day"] for order in inside}) >= 2)
                add((start, *segment, "R2"), len(inside) - (not before), len(inside))
                add((start, *segment, "R4"), len(bought) > 1)
                add((start, *segment, "R5"), any(start_of(order["day"], period) == following for order in bought))
                add((start, *segment, "R6"), is_new and len(inside) >= 2, int(is_new))
    rows = merchant.rows("metrics.repurchase_period", segments=["all", "shop"], period=period)
    keys = ("period", "segment_by", "segment", "variant")
    assert expected == {tuple(row[key] for key in keys): [row["numerator"], row["denominator"]] for row in rows}


QUESTIONS = {
    "private entry, any, week": {},
    "or later": {"mode": "on_or_after"},
    "weeks from Sunday": {"week_starts": "sunday"},
    "order, order, day": {"start": "order", "back": "order", "period": "day"},
    "order, order, week": {"start": "order", "back": "order"},
    "order, order, month": {"start": "order", "back": "order", "period": "month"},
    "order, order, Sunday": {"start": "order", "back": "order", "week_starts": "sunday"},
    "watching, watching, week": {"start": "live_view", "back": "live_view"},
    "twice or later, recurring": {
        "start": "any", "back": ["order", "live_view"], "mode": "on_or_after", "min_count": 2, "cohorts": "recurring",
    },
    "recurring months": {"start": ["live_view", "video_view"], "back": "order", "period": "month", "cohorts": "recurring"},
    "rolling": {"start": "order", "back": "any", "period": "rolling_24h"},
    "rolling, or later": {"start": "follow", "back": "any", "period": "rolling_24h", "mode": "on_or_after"},
    "brackets": {"start": "private_entry", "back": "order", "mode": [1, 7, 30], "period": "month"},
    "brackets, twice": {"start": "any", "back": "any", "mode": [3, 14], "period": "week", "min_count": 2},
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_retention(merchant, activities, question):
    asked = {
        "start": "private_entry",
        "back": "any",
        "period": "week",
        "mode": "on",
        "cohorts": "first",
        "min_count": 1,
    }
    asked |= {"week_starts": "monday"} | QUESTIONS[question]
    rows = merchant.rows("metrics.retention", segments=["all"], **asked)
    found = {(row["cohort"], row["period_no"]): (row["people"], row["mature_people"], row["returned"]) for row in rows}
    assert found == plain_retention(activities, **asked)
    assert sum(row["returned"] for row in rows) > 0


def plain_retention(activities, start, back, period, mode, cohorts, min_count, week_starts):
    """(cohort, period_no) → people, mature people, returned; cell by cell, person by person."""
    members = defaultdict(list)
    for acts in activities.values():
        starts = [when for when, word in acts if matches(word, start)]
        if cohorts == "first":
            starts = starts[:1]
        opened = {}
        for when in starts:
            opened.setdefault(start_of(when.date(), period, week_starts), when)
        for cohort, when in opened.items():
            members[cohort].append((when, [at for at, word in acts if at >= when and matches(word, back)]))
    cells = {}
    for cohort, people in members.items():
        for number in range(last_number(cohort, period, mode) + 1):
            times = [(is_over(cohort, when, number, period, mode), seen(cohort, when, backs, number, period, mode))
                     for when, backs in people]  # fmt: skip
            by_person = isinstance(mode, list) or period == "rolling_24h"
            returned = sum(count >= min_count and (over or not by_person) for over, count in times)
            cells[cohort, number] = (len(people), sum(over for over, _ in times), returned)
    return cells


def matches(word, wanted):
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return (
        word in wanted or ("any" in wanted and word not in PASSIVE) or ("private_entry" in wanted and word in ENTRIES)
    )


def place(cohort, period, day):
    """How many periods after the cohort's a day is."""
    if period == "month":
        return (day.year - cohort.year) * 12 + day.month - cohort.month
    return (day - cohort).days // (7 if period == "week" else 1)


def last_number(cohort, period, mode):
    return len(mode) if isinstance(mode, list) else place(cohort, period, LAST)


def bracket(mode, number):
    return (0, 0) if number == 0 else (1 if number == 1 else mode[number - 2] + 1, mode[number - 1])


def is_over(cohort, when, number, period, mode):
    if isinstance(mode, list):
        return when.date() + timedelta(days=bracket(mode, number)[1]) <= LAST
    if period == "rolling_24h":
        return when + timedelta(days=number + 1) <= END
    return place(cohort, period, LAST + DAY) > number


def seen(cohort, when, backs, number, period, mode):
    """How many back events a person has in a cell."""
    if isinstance(mode, list):
        first, last = bracket(mode, number)
        return sum(first <= (at.date() - when.date()).days <= last for at in backs)
    places = [(at - when) // DAY if period == "rolling_24h" else place(cohort, period, at.date()) for at in backs]
    return sum(found >= number if mode == "on_or_after" else found == number for found in places)


@pytest.mark.parametrize("period", ["day", "month"])
def test_daily_summary(merchant, orders, histories, period):
    expected = defaultdict(lambda: [set(), set(), set(), 0, 0])
    for order in orders:
        start = start_of(order["day"], period)
        for segment in (("all", "all"), ("shop", order["shop_id"])):
            cell = expected[start, *segment]
            buyer = order["buyer_id"]
            if order["is_paid"]:
                cell[3] += 1
                cell[4] += order["paid_amount"]
                cell[0].add(buyer)
            if order["is_kept"]:
                cell[1].add(buyer)
                if not any(0 < (start - other["day"]).days <= 365 for other in histories.get(buyer, ())):
                    cell[2].add(buyer)
    rows = merchant.rows("metrics.daily_summary", where="paid_orders > 0", segments=["all", "shop"], period=period)
    columns = ("paid_buyers", "buyers", "new_buyers", "paid_orders", "paid_amount")
    found = {(row["date"], row["segment_by"], row["segment"]): [row[column] for column in columns] for row in rows}
    assert found == {
        key: [*(len(people - {None}) for people in cell[:3]), *cell[3:]] for key, cell in expected.items() if cell[3]
    }


def test_conversion_and_public_to_private(merchant):
    reached, climbed, private = Counter(), Counter(), Counter()
    columns = ("first_public_at", "followed_at", "fan_club_at", "private_at", "first_order_at", "second_order_at")
    for person in merchant.sql("select * from core.people where first_public_at is not null"):
        moments = [person[column] for column in columns]
        first = moments[0]
        if (LAST - first.date()).days < 30:
            continue
        inside = [is_inside(first, moment, number, 30) for number, moment in enumerate(moments, start=1)]
        cohort = start_of(first.date(), "week")
        for number in range(1, 7):
            so_far = moments[:number]
            in_order = None not in so_far and so_far == sorted(so_far)
            reached[cohort, number] += inside[number - 1]
            climbed[cohort, number] += in_order and all(inside[:number])
        private[cohort] += inside[3]
    rows = merchant.rows("metrics.conversion", where="mature_people > 0", segments=["all"], within_days=[30])
    assert {(row["cohort_week"], row["step_no"]): row["people"] for row in rows} == climbed
    assert {(row["cohort_week"], row["step_no"]): row["reached_people"] for row in rows} == reached
    rows = merchant.rows("metrics.public_to_private", where="mature_people > 0", segments=["all"], within_days=[30])
    assert {row["cohort_week"]: row["private_people"] for row in rows} == private
    assert sum(private.values()) > 0


def is_inside(first, moment, number, window):
    if moment is None or moment < first:
        return False
    if number >= 5:
        return (moment.date() - first.date()).days <= window
    return moment - first <= timedelta(days=window)


def test_order_ladder(merchant, histories):
    gaps, reached = defaultdict(list), Counter()
    for bought in histories.values():
        days = sorted({order["day"] for order in bought})
        for number, day in enumerate(days, start=1):
            reached[number] += 1
            if number < len(days):
                gaps[number].append((days[number] - day).days)
    rows = merchant.rows("metrics.order_ladder", segments=["all"])
    assert {row["purchase_no"]: row["buyers"] for row in rows} == reached
    for row in rows:
        if gaps[row["purchase_no"]]:
            quartiles = np.percentile(gaps[row["purchase_no"]], [25, 50, 75])
            assert [row["gap_days_p25"], row["gap_days_p50"], row["gap_days_p75"]] == pytest.approx(list(quartiles))
