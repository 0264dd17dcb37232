"""Groups, stays, live sessions and ids computed a second way, one by one in plain Python, over random merchants.

What belongs here: slow, obvious implementations that share nothing with the SQL but the definitions. What does not: the
people and orders that they start from (plain.py), buyers and the ladder (test_independent.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.metrics.plain import DAY, PASSIVE, Merchant, end_of, start_of
from tests.metrics.random_world import ending_apart, random_rows, random_world
from tests.metrics.test_independent import at_risk, is_rate, rows_by

PLAYS = {"link_mic", "sticker", "screenshot", "pk", "vote"}  # done in a group, and no message to it


@pytest.fixture(scope="module", params=["whole", "sources that end apart"])
def world(request):
    rows = random_rows(3)
    return random_world(3, rows=rows if request.param == "whole" else ending_apart(rows))


@pytest.fixture(scope="module")
def merchant(world):
    return Merchant(world)


def test_membership_survival(world, merchant):
    durations = defaultdict(list)
    for stay in merchant.stays:
        known = merchant.known("memberships", stay["platform"])
        has_left = stay["left_at"] is not None and stay["left_at"].date() <= known
        last = stay["left_at"].date() if has_left else known
        for segment in merchant.of_stay(stay).items():
            durations[segment].append((max((last - stay["joined_at"].date()).days, 0), has_left))
    expected = at_risk(durations)
    rows = world.rows("metrics.membership_survival")
    keys = ("segment_by", "segment", "day")
    found = {tuple(row[key] for key in keys): [row[c] for c in ("at_risk", "left", "censored")] for row in rows}
    assert found == expected
    for row in rows:
        survival = 1.0
        for day in range(row["day"] + 1):
            observed, left, _ = expected[row["segment_by"], row["segment"], day]
            survival *= 1 - left / observed
        assert row["survival"] == pytest.approx(survival, abs=1e-9)


def test_group_entry(world, merchant):
    expected = defaultdict(Counter)

    def add(month, row, **counts):
        """Counts in the finest cell and in each roll-up of it."""
        path, threshold, platform, group = row["entry_path"], row["threshold"], row["platform"], row["group_id"]
        host = merchant.host(platform, row["live_session_id"])
        cells = (
            ("all", "all", "all", "all", "all", "all"),
            ("entry_path", path, path, "all", "all", "all"),
            ("threshold", threshold, "all", threshold, "all", "all"),
            ("group", group, "all", threshold, platform, group),
            ("platform", platform, "all", "all", platform, "all"),
            ("live_session", row["live_session_id"] or "none", "all", "all", "all", "all"),
            ("host", host, "all", "all", "all", "all"),
            ("entry_path_threshold_group", f"{path} | {threshold} | {group}", path, threshold, platform, group),
        )
        for cell in cells:
            expected[month, *cell].update(counts)

    for month, row, counts in [*applications(merchant), *joins(merchant)]:
        add(month, row, **counts)
    keys = ("month", "segment_by", "segment", "entry_path", "threshold", "platform", "group_id")
    columns = ("applications", "approved_applications", "approvals", "joins", "mature_joins_7", "stayed_7",
               "mature_joins_30", "stayed_30", "mature_joins_90", "stayed_90", "prospects_30", "first_orders_30",
               "repeat_prospects_90", "repurchases_90")  # fmt: skip
    found = rows_by(world, "group_entry", keys, columns)
    assert found == {key: [counts[column] for column in columns] for key, counts in expected.items()}
    for row in world.rows("metrics.group_entry"):
        assert is_rate(row["approval_rate"], row["approved_applications"], row["applications"])
        assert is_rate(row["stay_30_rate"], row["stayed_30"], row["mature_joins_30"])
        assert is_rate(row["first_order_30_rate"], row["first_orders_30"], row["prospects_30"])
        assert is_rate(row["repurchase_90_rate"], row["repurchases_90"], row["repeat_prospects_90"])
        assert not row["is_mature"] or end_of(row["month"], "month") + 90 * DAY <= merchant.as_of


def applications(merchant):
    """(month, row, counts) of each application and each approval."""
    ranks = {"group_apply": 1, "group_approve": 2, "group_reject": 2, "group_join": 3}
    turns = defaultdict(list)
    for event in merchant.events:
        if event["word"] in ranks and event["person"]:
            turns[event["person"], event["platform"], event["group_id"]].append(event)
    for mine in turns.values():
        mine.sort(key=lambda e: (e["at"], ranks[e["word"]], e["event_id"]))
        for before, event, after in zip([None, *mine], mine, [*mine[1:], None], strict=False):
            path = event["entry_path"]
            if event["word"] == "group_approve" and before and before["word"] == "group_apply":
                path = path or before["entry_path"]
            row = {**event, "entry_path": path or "other"}
            row["threshold"] = merchant.threshold(event["platform"], event["group_id"])
            month = start_of(event["at"].date(), "month")
            if event["word"] == "group_apply":
                is_approved = after is not None and after["word"] in ("group_approve", "group_join")
                yield month, row, {"applications": 1, "approved_applications": int(is_approved)}
            if event["word"] == "group_approve":
                yield month, row, {"approvals": 1}


def joins(merchant):
    """(month, stay, counts) of each stay in a group."""
    for stay in merchant.stays:
        if stay["kind"] != "group":
            continue
        joined, left = stay["joined_at"], stay["left_at"]
        person = merchant.people[stay["person"]]
        counts = {"joins": 1}
        for days in (7, 30, 90):
            if joined.date() + days * DAY <= merchant.known("memberships", stay["platform"]):
                counts[f"mature_joins_{days}"] = 1
                counts[f"stayed_{days}"] = int(left is None or left - joined > days * DAY)
        for name, order, days in (
            ("prospects_30", "first_order_at", 30),
            ("repeat_prospects_90", "second_order_at", 90),
        ):
            ordered = person[order]
            is_mature = joined.date() + days * DAY <= merchant.known("orders", stay["platform"])
            if is_mature and not (ordered and ordered < joined):
                counts[name] = 1
                reached = "first_orders_30" if days == 30 else "repurchases_90"
                counts[reached] = int(bool(ordered) and ordered.date() <= joined.date() + days * DAY)
        yield start_of(joined.date(), "month"), stay, counts


def test_group_health(world, merchant):
    rows = world.rows("metrics.group_health", where="measured_by = 'events'")
    seen_moves = {(stay["platform"], stay["group_id"]) for stay in merchant.stays if stay["group_id"]}
    told = {(row["platform"], row["group_id"]) for row in merchant.rows["group_days"]}
    gaps = days_in_gaps(world)
    compared = 0
    for row in rows:
        group = (row["platform"], row["group_id"])
        assert row["threshold"] == merchant.threshold(*group)
        if group in seen_moves - told and row["date"] not in gaps[group[0]]:
            compared += 1
            wanted = one_day(merchant, *group, row["date"])
            assert {column: row[column] for column in wanted} == wanted
    assert compared > 300


def days_in_gaps(world):
    """platform → days of which joins, leaves or orders are not known."""
    found = defaultdict(set)
    for gap in world.rows("core.data_gaps", where="kind in ('memberships', 'orders')"):
        found[gap["platform"]] |= {gap["first_date"] + n * DAY for n in range(gap["days"])}
    return found


def one_day(merchant, platform, group, day):
    """What people did in a group on a day."""
    stays = [s for s in merchant.stays if (s["platform"], s["group_id"]) == (platform, group)]
    left = [s["left_at"] for s in stays if s["left_at"] and s["left_at"].date() == day]
    members = sum(s["joined_at"].date() <= day and not (s["left_at"] and s["left_at"].date() <= day) for s in stays)
    joined = sum(s["joined_at"].date() == day for s in stays)
    events = [
        e for e in merchant.events if (e["platform"], e["group_id"]) == (platform, group) and e["at"].date() == day
    ]
    active = {e["person"] for e in events if e["word"] not in PASSIVE | {"group_join", "group_apply"}} - {None}
    pushed = [
        p
        for p in merchant.rows["pushes"]
        if (p["platform"], p["group_id"]) == (platform, group) and p["kind"] not in PLAYS
    ]
    today = [p for p in pushed if p["sent_at"].date() == day]
    kept = [o for o in merchant.orders if o["is_kept"] and o["day"] == day]
    here = [o for o in kept if (o["platform"], o["group_id"]) == (platform, group)]
    members_here = [o for o in kept if o["member_group"] == (platform, group)]
    after_push = sum(any(timedelta(0) <= at - p["sent_at"] <= DAY for p in pushed) for at in left)
    return {
        "members_before": members - joined + len(left),
        "joins": joined,
        "leaves": len(left),
        "members": members,
        "present_members": members + len(left),
        "active_members": len(active),
        "messages": sum(e["word"] == "group_message" for e in events),
        "red_packet_opens": sum(e["word"] == "red_packet_open" for e in events),
        "pushes": len(today),
        "red_packets": sum(p["kind"] == "red_packet" for p in today),
        "orders": len(here),
        "buyers": len({o["person"] for o in here} - {None}),
        "paid_amount": sum(o["paid_amount"] for o in here),
        "member_orders": len(members_here),
        "member_amount": sum(o["paid_amount"] for o in members_here),
        "leaves_after_push": after_push,
        "leaves_after_push_rate": after_push / len(left) if left else None,
    }


def test_live_performance(world, merchant):
    rows = world.rows("metrics.live_performance")
    assert len(rows) == len(merchant.sessions)
    for row in rows:
        session = merchant.sessions[row["platform"], row["live_session_id"]]
        wanted = of_session(merchant, session)
        assert {column: row[column] for column in wanted} == wanted
        assert row["gpm_amount"] == per_head(row["paid_amount"], row["views"], 1000)
        is_comparable = session["viewers"] is not None or session["paid_amount"] is None
        assert row["uv_value_amount"] == (per_head(row["paid_amount"], row["viewers"]) if is_comparable else None)
        assert row["new_followers"] is None or is_rate(row["follow_rate"], row["new_followers"], row["viewers"])


def of_session(merchant, session):
    key = (session["platform"], session["live_session_id"])
    acts = [e for e in merchant.events if (e["platform"], e["live_session_id"]) == key and e["person"]]
    viewed = {}
    for act in acts:
        if act["word"] == "live_view":
            viewed.setdefault(act["person"], act["at"])
    sold = [o for o in merchant.orders if (o["platform"], o["live_session_id"]) == key and o["is_paid_order"]]
    buyers = {o["person"] for o in sold} - {None}
    from_members = [o for o in sold if o["was_member"]]
    firsts = {id(bought[0]) for bought in merchant.histories.values()}
    spent = [a["cost_amount"] for a in merchant.rows["ad_spend"]
             if (a["platform"], a["live_session_id"]) == key and a["date"] <= merchant.as_of]  # fmt: skip
    pushes = [
        p
        for p in merchant.rows["pushes"]
        if timedelta(0) <= session["started_at"] - p["sent_at"] <= DAY and p["kind"] not in PLAYS
    ]
    entered = [p["private"] for p in merchant.people.values() if p["private"]]
    is_told = session["paid_amount"] is not None
    amount = session["paid_amount"] if is_told else (sum(o["paid_amount"] for o in sold) if sold else None)
    named = sum(o["paid_amount"] for o in sold if o["person"])
    per_buyer = per_head(amount, session["buyers"]) if session["buyers"] is not None else per_head(named, len(buyers))
    return {
        "viewers": session["viewers"] or len(viewed) or None,
        "orders": session["orders"] or len(sold) or None,
        "paid_amount": amount,
        "refund_amount": session["refund_amount"]
        if is_told
        else (sum(o["refund_amount"] for o in sold) if sold else None),
        "ad_cost_amount": sum(spent) if spent else None,
        "average_per_buyer_amount": per_buyer,
        "identified_viewers": len(viewed),
        "member_viewers": sum(bool(merchant.stays_at(person, at)) for person, at in viewed.items()),
        "private_entries": sum((s["platform"], s["live_session_id"]) == key for s in entered),
        "matched_orders": len(sold),
        "matched_buyers": len(buyers),
        "matched_amount": sum(o["paid_amount"] for o in sold),
        "matched_refund_amount": sum(o["refund_amount"] for o in sold),
        "member_orders": len(from_members),
        "member_amount": sum(o["paid_amount"] for o in from_members),
        "new_buyers": sum(id(o) in firsts for o in sold),
        "pushes_before": len(pushes),
    }


def test_a_session_is_mature_while_sessions_are_told(world, merchant):
    """Sessions of Douyin end on 1 June, of Taobao only just: after that nobody restates them. Our own amounts wait for refunds."""
    last = {"douyin": date(2024, 6, 1), "taobao": merchant.as_of}
    for row in world.rows("metrics.live_performance"):
        is_told = merchant.sessions[row["platform"], row["live_session_id"]]["paid_amount"] is not None
        until = last[row["platform"]] if is_told else merchant.as_of
        assert row["is_mature"] == (row["started_date"] + 30 * DAY <= until)


def per_head(amount, heads, times=1):
    """Yuan per head, half a cent up."""
    if amount is None or not heads:
        return None
    return Decimal(int(Decimal(amount) * times * 200 + heads) // (heads * 2)) / 100


def test_identity_quality(world, merchant):
    expected = {}
    sizes = Counter(merchant.person_of.values())
    ids = [(node[0], node[1], merchant.person_of.get(node)) for node in merchant.graph]
    for platform in {"all"} | {one[0] for one in ids} | {order["platform"] for order in merchant.orders}:
        for id_type in {"all"} | {one[1] for one in ids}:
            mine = [person for where, kind, person in ids if platform in ("all", where) and id_type in ("all", kind)]
            kept = [o for o in merchant.orders if o["is_kept"] and platform in ("all", o["platform"])]
            if not mine and (id_type != "all" or not kept):
                continue
            linked = sum(person is not None and sizes[person] > 1 for person in mine)
            row = [len(mine), len(set(mine) - {None}), linked, mine.count(None)]
            missing = [order["paid_amount"] for order in kept if not order["person"]]
            is_told = id_type == "all" and kept
            expected[platform, id_type] = [*row, *((len(kept), len(missing), sum(missing)) if is_told else [None] * 3)]
    columns = ("ids", "people", "linked_ids", "cut_hubs", "orders", "orders_without_buyer", "amount_without_buyer")
    assert rows_by(world, "identity_quality", ("platform", "id_type"), columns) == expected
