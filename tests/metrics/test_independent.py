"""The metrics of buyers and of the ladder computed a second way, person by person in plain Python, over random merchants.

What belongs here: slow, obvious implementations that share nothing with the SQL but the definitions, in every breakdown.
What does not: the people and orders that they start from (plain.py), groups, live sessions and ids
(test_independent_groups.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from math import ceil, isclose
from statistics import median

import numpy as np
import pytest

from tests.metrics.plain import DAY, ENTRIES, PASSIVE, Merchant, end_of, start_of
from tests.metrics.random_world import ending_apart, random_rows, random_world


@pytest.fixture(scope="module", params=["defaults", "own settings", "sources that end apart"])
def world(request):
    if request.param == "defaults":
        return random_world(1)
    if request.param == "sources that end apart":
        return random_world(6, rows=ending_apart(random_rows(6)))
    return random_world(2, week_starts="sunday", new_buyer_lookback_days=20, identity_hub_limit=2)


@pytest.fixture(scope="module")
def merchant(world):
    return Merchant(world)


def rows_by(world, metric, keys, columns, where="true", **parameters):
    """The metric's rows as {key: values}."""
    rows = world.rows(f"metrics.{metric}", where=where, **parameters)
    return {tuple(row[key] for key in keys): [row[column] for column in columns] for row in rows}


def is_rate(found, over, under):
    return found is None if not under else isclose(found, over / under)


def test_repurchase(world, merchant):
    expected = defaultdict(lambda: [0, 0, 0])
    for bought in merchant.histories.values():
        days = sorted({order["day"] for order in bought})
        known = merchant.known("orders", bought[0]["platform"])
        for window in (7, 30, 60):
            for segment in merchant.of_order(bought[0]).items():
                cell = expected[merchant.start_of(days[0], "month"), *segment, window]
                is_mature = days[0] + window * DAY <= known
                cell[0] += 1
                cell[1] += is_mature
                cell[2] += is_mature and len(days) > 1 and days[1] - days[0] <= window * DAY
    keys = ("cohort_month", "segment_by", "segment", "window_days")
    columns = ("buyers", "mature_buyers", "repeat_buyers")
    assert rows_by(world, "repurchase", keys, columns, windows=[7, 30, 60]) == expected


def test_repurchase_curve(world, merchant):
    durations = defaultdict(list)
    for bought in merchant.histories.values():
        days = sorted({order["day"] for order in bought})
        known = merchant.known("orders", bought[0]["platform"])
        is_repeat = len(days) > 1 and days[1] <= known
        followed = ((days[1] if is_repeat else known) - days[0]).days
        for segment in merchant.of_order(bought[0]).items():
            durations[segment].append((max(followed, 0), is_repeat))
    columns = ("at_risk", "events", "censored")
    assert rows_by(world, "repurchase_curve", ("segment_by", "segment", "day"), columns) == at_risk(durations)


def at_risk(durations):
    """(segment, day) → observed up to the day, ended on it, no longer observed after it."""
    return {
        (*segment, day): [
            sum(duration >= day for duration, _ in observed),
            sum(duration == day and has_ended for duration, has_ended in observed),
            sum(duration == day and not has_ended for duration, has_ended in observed),
        ]
        for segment, observed in durations.items()
        for day in range(max(duration for duration, _ in observed) + 1)
    }


@pytest.mark.parametrize("period", ["week", "month"])
def test_repurchase_period(world, merchant, period):
    expected = defaultdict(lambda: [0, 0])
    known = {}

    def add(key, numerator, denominator=1):
        expected[key][0] += numerator
        expected[key][1] += denominator

    breakdowns = ("all", "channel", "domain", "platform", "shop", "live_session", "host", "membership")
    for bought in merchant.histories.values():
        segments = merchant.of_order(bought[0])
        for start in {merchant.start_of(order["day"], period) for order in bought}:
            following = end_of(start, period) + DAY
            inside = [order for order in bought if merchant.start_of(order["day"], period) == start]
            before = [order for order in bought if order["day"] < start]
            is_new = merchant.is_new(bought[0]["person"], start)
            sold_until = min(merchant.known("orders", order["platform"]) for order in inside)
            for segment in ((name, segments[name]) for name in breakdowns):
                known[start, *segment] = min(known.get((start, *segment), merchant.as_of), sold_until)
                add((start, *segment, "R1"), len(inside) >= 2)
                add((start, *segment, "R1d"), len({order["day"] for order in inside}) >= 2)
                add((start, *segment, "R2"), len(inside) - (not before), len(inside))
                add((start, *segment, "R4"), len(bought) > 1)
                add(
                    (start, *segment, "R5"),
                    any(merchant.start_of(order["day"], period) == following for order in bought),
                )
                add((start, *segment, "R6"), is_new and len(inside) >= 2, int(is_new))
    rows = world.rows("metrics.repurchase_period", period=period)
    keys = ("period", "segment_by", "segment", "variant")
    assert expected == {tuple(row[key] for key in keys): [row["numerator"], row["denominator"]] for row in rows}
    for row in rows:
        over = end_of(row["period"], period)
        over = end_of(over + DAY, period) if row["variant"] == "R5" else over
        assert row["is_mature"] == (over <= known[row["period"], row["segment_by"], row["segment"]])
        assert is_rate(row["repurchase_rate"], row["numerator"], row["is_mature"] and row["denominator"])


def test_order_ladder(world, merchant):
    gaps, reached = defaultdict(list), defaultdict(lambda: [0, 0, 0, 0])
    breakdowns = ("all", "channel", "domain", "platform", "shop", "live_session", "host", "membership")
    for bought in merchant.histories.values():
        days = sorted({order["day"] for order in bought})
        segments = merchant.of_order(bought[0])
        places = {order["day"]: order["platform"] for order in reversed(bought)}
        for number, day in enumerate(days, start=1):
            gap = (days[number] - day).days if number < len(days) else None
            is_mature = day + 30 * DAY <= merchant.known("orders", places[day])
            for segment in ((name, segments[name]) for name in breakdowns):
                cell = reached[*segment, number]
                cell[0] += 1
                cell[1] += gap is not None
                cell[2] += is_mature
                cell[3] += is_mature and gap is not None and gap <= 30
                gaps[*segment, number] += [gap] if gap is not None else []
    rows = world.rows("metrics.order_ladder", within_days=30)
    columns = ("buyers", "next_buyers", "mature_buyers", "mature_next_buyers")
    keys = ("segment_by", "segment", "purchase_no")
    assert rows_by(world, "order_ladder", keys, columns, within_days=30) == reached
    for row in rows:
        found = [row["gap_days_p25"], row["gap_days_p50"], row["gap_days_p75"]]
        mine = gaps[tuple(row[key] for key in keys)]
        assert found == (pytest.approx(list(np.percentile(mine, [25, 50, 75]))) if mine else [None] * 3)
        assert is_rate(row["mature_next_rate"], row["mature_next_buyers"], row["mature_buyers"])


QUESTIONS = {
    "private entry, any, week": {},
    "or later": {"mode": "on_or_after"},
    "weeks from Sunday": {"week_starts": "sunday"},
    "order, order, day": {"start": "order", "back": "order", "period": "day"},
    "order, order, week": {"start": "order", "back": "order"},
    "order, order, month": {"start": "order", "back": "order", "period": "month"},
    "order, order, Sunday": {"start": "order", "back": "order", "week_starts": "sunday"},
    "order, order, or later, twice": {"start": "order", "back": "order", "mode": "on_or_after", "min_count": 2},
    "watching, watching, week": {"start": "live_view", "back": "live_view"},
    "watching, watching, every month": {
        "start": "live_view", "back": "live_view", "period": "month", "cohorts": "recurring",
    },
    "twice or later, recurring": {
        "start": "any", "back": ["order", "live_view"], "mode": "on_or_after", "min_count": 2, "cohorts": "recurring",
    },
    "recurring months": {"start": ["live_view", "video_view"], "back": "order", "period": "month", "cohorts": "recurring"},
    "rolling": {"start": "order", "back": "any", "period": "rolling_24h"},
    "rolling, or later": {"start": "follow", "back": "any", "period": "rolling_24h", "mode": "on_or_after"},
    "rolling, recurring, twice": {
        "start": "order", "back": "any", "period": "rolling_24h", "cohorts": "recurring", "min_count": 2,
    },
    "brackets": {"start": "private_entry", "back": "order", "mode": [1, 7, 30], "period": "month"},
    "brackets, twice": {"start": "any", "back": "any", "mode": [3, 14], "period": "week", "min_count": 2},
    "brackets, recurring": {"start": "live_view", "back": ["order"], "mode": [7, 30], "cohorts": "recurring"},
}  # fmt: skip
DEFAULTS = {
    "start": "private_entry", "back": "any", "period": "week", "mode": "on", "cohorts": "first", "min_count": 1,
    "week_starts": "monday",
}  # fmt: skip


@pytest.fixture(scope="module")
def activities(merchant):
    """Each person's events and kept orders in order: (when, word, platform)."""
    return {
        person: sorted((act["at"], act["word"], act["platform"]) for act in acts if act.get("is_kept", True))
        for person, acts in merchant.acts.items()
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_retention(world, merchant, activities, question):
    asked = DEFAULTS | QUESTIONS[question]
    columns = ("people", "mature_people", "returned")
    found = rows_by(world, "retention", ("cohort", "period_no"), columns, segments=["all"], **asked)
    assert found == plain_retention(merchant, activities, **asked)
    assert sum(row[2] for row in found.values()) > 0


def plain_retention(merchant, activities, start, back, period, mode, cohorts, min_count, week_starts):
    """(cohort, period_no) → people, mature people, returned; cell by cell, person by person."""
    members = defaultdict(list)
    for acts in activities.values():
        starts = [(when, where) for when, word, where in acts if matches(word, start)]
        if cohorts == "first":
            starts = starts[:1]
        opened = {}
        for when, where in starts:
            opened.setdefault(start_of(when.date(), period, week_starts), (when, where))
        for cohort, (when, where) in opened.items():
            backs = [at for at, word, _ in acts if at >= when and matches(word, back)]
            members[cohort].append((when, back_known(merchant, back, where), backs))
    cells = {}
    for cohort, people in members.items():
        for number in range(last_number(merchant.as_of, cohort, period, mode) + 1):
            times = [(is_over(known, cohort, when, number, period, mode), seen(cohort, when, backs, number, period, mode))
                     for when, known, backs in people]  # fmt: skip
            by_person = isinstance(mode, list) or period == "rolling_24h" or any(over for over, _ in times)
            returned = sum(count >= min_count and (over or not by_person) for over, count in times)
            cells[cohort, number] = [len(people), sum(over for over, _ in times), returned]
    return cells


def back_known(merchant, back, platform):
    """Until when a platform's people are known to come back, or not."""
    words = [back] if isinstance(back, str) else back
    kinds = {"orders" if word == "order" else "memberships" if word == "private_entry" else "events" for word in words}
    return min(merchant.known(kind, platform) for kind in kinds | ({"orders"} if "any" in words else set()))


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


def last_number(as_of, cohort, period, mode):
    return len(mode) if isinstance(mode, list) else place(cohort, period, as_of)


def bracket(mode, number):
    return (0, 0) if number == 0 else (1 if number == 1 else mode[number - 2] + 1, mode[number - 1])


def is_over(known, cohort, when, number, period, mode):
    if isinstance(mode, list):
        return when.date() + timedelta(days=bracket(mode, number)[1]) <= known
    if period == "rolling_24h":
        return when + timedelta(days=number + 1) <= when.combine(known + DAY, when.min.time())
    return place(cohort, period, known + DAY) > number


def seen(cohort, when, backs, number, period, mode):
    """How many back events a person has in a cell."""
    if isinstance(mode, list):
        first, last = bracket(mode, number)
        return sum(first <= (at.date() - when.date()).days <= last for at in backs)
    places = [(at - when) // DAY if period == "rolling_24h" else place(cohort, period, at.date()) for at in backs]
    return sum(found >= number if mode == "on_or_after" else found == number for found in places)


def test_retention_in_every_breakdown(world, merchant):
    """The default: the start is the first private entry, whose stay and event carry the breakdowns."""
    expected = defaultdict(lambda: [0, 0, 0, 0])
    for person, milestones in merchant.people.items():
        if not milestones["private"]:
            continue
        acts = merchant.acts[person]
        start = min(
            (act for act in acts if act["word"] in ENTRIES),
            key=lambda act: (act["at"], act["word"], act["platform"], act["channel"]),
        )
        cohort = merchant.start_of(start["at"].date(), "week")
        backs = {place(cohort, "week", act["at"].date()) for act in acts
                 if act["at"] >= start["at"] and act.get("is_kept", True) and act["is_active"]}  # fmt: skip
        stay = merchant.of_stay(milestones["private"])
        threshold = stay["threshold"] if stay["kind"] == "group" else "none"
        segments = {name: start[name] for name in ("channel", "domain", "platform")} | {"threshold": threshold}
        segments |= {name: stay[name] for name in ("all", "entry_path", "group", "live_session", "host")}
        known = back_known(merchant, "any", start["platform"])
        for segment in segments.items():
            for number in range(place(cohort, "week", merchant.as_of) + 1):
                cell = expected[cohort, *segment, number]
                over = is_over(known, cohort, start["at"], number, "week", "on")
                cell[0] += 1
                cell[1] += over
                cell[2] += over and number in backs
                cell[3] += number in backs
    keys = ("cohort", "segment_by", "segment", "period_no")
    found = rows_by(world, "retention", keys, ("people", "mature_people", "returned"))
    assert found == {key: [*cell[:2], cell[2] if cell[1] else cell[3]] for key, cell in expected.items()}


@pytest.mark.parametrize("period", ["day", "week", "month", "range"])
def test_daily_summary_sales(world, merchant, period):
    asked = {"period": period}
    first, last = min(merchant.festivals), merchant.as_of
    if period == "range":
        first, last = first + 40 * DAY, first + 70 * DAY
        asked |= {"start_date": first, "end_date": last}
    expected = defaultdict(lambda: [set(), set(), set(), 0, 0, 0, 0, 0, 0, 0])
    breakdowns = ("all", "channel", "domain", "platform", "shop", "live_session", "host", "membership")
    for order in merchant.orders:
        if not order["is_paid_order"] or not first <= order["day"] <= last:
            continue
        start = first if period == "range" else merchant.start_of(order["day"], period)
        segments = {name: merchant.of_order(order)[name] for name in breakdowns} | {
            "group": order["group_id"] or "none"
        }
        for segment in segments.items():
            cell = expected[start, *segment]
            cell[0].add(order["person"])
            if order["is_kept"]:
                cell[1].add(order["person"])
                if merchant.is_new(order["person"], start):
                    cell[2].add(order["person"])
            cell[3] += 1
            cell[4] += order["is_kept"]
            cell[5] += order["paid_amount"]
            cell[6] += order["refund_amount"]
            cell[7] += order["paid_amount"] if order["person"] else 0
            cell[8] += order["paid_amount"] if order["domain"] == "private" else 0
            cell[9] += order["paid_amount"] if order["was_member"] else 0
    columns = ("paid_buyers", "buyers", "new_buyers", "paid_orders", "orders", "paid_amount", "refund_amount",
               "identified_amount", "private_channel_amount", "member_amount")  # fmt: skip
    keys = ("date", "segment_by", "segment")
    found = rows_by(world, "daily_summary", keys, columns, where="paid_orders > 0", **asked)
    assert found == {key: [*_people_of(cell), *cell[3:-1], _of_members(cell)] for key, cell in expected.items()}


def _people_of(cell):
    """Payers, buyers and new buyers; where there are orders and none names a person, nobody knows."""
    payers, buyers, new = (len(people - {None}) for people in cell[:3])
    is_nobody = cell[4] > 0 and buyers == 0
    return [payers or None, None if is_nobody else buyers, None if is_nobody else new]


def _of_members(cell):
    return cell[-1] if cell[0] - {None} else None


@pytest.mark.parametrize("period", ["day", "month"])
def test_daily_summary_members(world, merchant, period):
    """Who is in at each period's end, counted anew from all stays."""
    breakdowns = ("all", "platform", "live_session", "host", "group")
    columns = ("private_entries", "joins", "leaves", "memberships", "members")
    rows = world.rows("metrics.daily_summary", where="joins is not null", segments=list(breakdowns), period=period)
    stays = defaultdict(list)
    for stay in merchant.stays:
        for name in breakdowns:
            stays[name, merchant.of_stay(stay)[name]].append(stay)
    entered = Counter()
    for milestones in merchant.people.values():
        if milestones["private"]:
            segments = merchant.of_stay(milestones["private"])
            for name in breakdowns:
                entered[merchant.start_of(milestones["private_at"].date(), period), name, segments[name]] += 1
    for row in rows:
        start, end = row["date"], min(end_of(row["date"], period), merchant.as_of)
        mine = stays[row["segment_by"], row["segment"]]
        joined = [stay for stay in mine if stay["joined_at"].date() <= end]
        inside = [stay for stay in joined if not stay["left_at"] or stay["left_at"].date() > end]
        assert [row[column] for column in columns] == [
            entered.pop((start, row["segment_by"], row["segment"]), 0),
            sum(stay["joined_at"].date() >= start for stay in joined),
            sum(bool(stay["left_at"]) and start <= stay["left_at"].date() <= end for stay in mine),
            len(inside),
            len({stay["person"] for stay in inside}),
        ]
    assert not entered


LADDER = ("public", "followed_at", "fan_club_at", "private_at", "first_order_at", "second_order_at")


def test_conversion(world, merchant):
    expected = defaultdict(lambda: [0, 0, 0, 0, []])
    for milestones in merchant.people.values():
        if not milestones["public"]:
            continue
        touch = milestones["public"]
        moments = [touch["at"], *(milestones[step] for step in LADDER[1:])]
        for window in (0, 1, 7, 30):
            events, moves, orders = (
                merchant.known(kind, touch["platform"]) for kind in ("events", "memberships", "orders")
            )
            until = [events] * 3 + [min(events, moves)] + [min(events, moves, orders)] * 2
            inside = [is_inside(touch["at"], moment, step, window) for step, moment in enumerate(moments, start=1)]
            for segment in merchant.of_touch(touch).items():
                for step in range(1, 7):
                    is_mature = touch["at"].date() + window * DAY <= until[step - 1]
                    so_far = moments[:step]
                    climbed = None not in so_far and so_far == sorted(so_far) and all(inside[:step])
                    cell = expected[merchant.start_of(touch["at"].date(), "week"), *segment, window, step]
                    cell[0] += 1
                    cell[1] += is_mature
                    cell[2] += is_mature and climbed
                    cell[3] += is_mature and inside[step - 1]
                    if is_mature and climbed:
                        days = [
                            days_after(touch["at"], moment, number) for number, moment in enumerate(so_far, start=1)
                        ]
                        cell[4].append(max(days))
    columns = ("cohort_people", "mature_people", "people", "reached_people", "median_days")
    keys = ("cohort_week", "segment_by", "segment", "window_days", "step_no")
    found = rows_by(world, "conversion", keys, columns, within_days=[0, 1, 7, 30])
    assert found == {key: [*cell[:4], median(cell[4]) if cell[4] else None] for key, cell in expected.items()}
    for row in world.rows("metrics.conversion", within_days=[30]):
        assert is_rate(row["rate_from_first"], row["people"], row["mature_people"])
        assert is_rate(row["rate_from_previous"], row["people"], row["previous_people"])
        assert row["people"] <= row["previous_people"] <= row["mature_people"]


def days_after(first, moment, step):
    """Orders by dates; events in days begun, 0 on the same date."""
    if step >= 5 or moment.date() == first.date():
        return (moment.date() - first.date()).days
    return ceil((moment - first) / DAY)


def is_inside(first, moment, step, window):
    if moment is None or moment < first:
        return False
    if step >= 5 or window == 0:
        return (moment.date() - first.date()).days <= window
    return moment - first <= window * DAY


def test_public_to_private(world, merchant):
    expected = defaultdict(lambda: [0, 0, 0, 0, []])
    for milestones in merchant.people.values():
        if not milestones["public"]:
            continue
        first, private = milestones["public"]["at"], milestones["private_at"]
        for window in (0, 1, 7, 30):
            is_mature = first.date() + window * DAY <= merchant.known("memberships", milestones["public"]["platform"])
            for segment in merchant.of_touch(milestones["public"]).items():
                cell = expected[merchant.start_of(first.date(), "week"), *segment, window]
                cell[0] += 1
                cell[1] += private is not None and private < first
                cell[2] += is_mature
                if is_mature and is_inside(first, private, 4, window):
                    cell[3] += 1
                    cell[4].append(days_after(first, private, 4))
    columns = ("people", "already_private_people", "mature_people", "private_people", "median_days")
    keys = ("cohort_week", "segment_by", "segment", "window_days")
    found = rows_by(world, "public_to_private", keys, columns)
    assert found == {key: [*cell[:4], median(cell[4]) if cell[4] else None] for key, cell in expected.items()}


def test_cost_per_private_member(world, merchant):
    spent = Counter()
    for row in merchant.rows["ad_spend"]:
        if row["date"] <= merchant.as_of:
            session = row["live_session_id"]
            segments = {
                "all": "all",
                "platform": row["platform"],
                "festival": merchant.festivals[row["date"]] or "none",
            }
            if session:
                segments |= {"live_session": session, "host": merchant.host(row["platform"], session)}
            for segment in segments.items():
                spent[merchant.start_of(row["date"], "week"), *segment] += row["cost_amount"]
    compared = 0
    for row in world.rows("metrics.public_to_private", within_days=[7]):
        cost = spent.get((row["cohort_week"], row["segment_by"], row["segment"]))
        assert row["cost_amount"] == cost
        if cost is not None and row["is_mature"] and row["private_people"]:
            assert float(row["cost_per_private_amount"]) == pytest.approx(
                float(cost) / row["private_people"], abs=0.005
            )
            compared += 1
        else:
            assert row["cost_per_private_amount"] is None
    assert compared > 5
