"""A random merchant, small but with everything that makes metrics hard, for comparing with independent implementations.

What belongs here: random canonical rows, seeded. What does not: any expected number.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from pipelines.ingest.staging import load_staging
from tests.worlds import World, empty_world

Row = dict[str, Any]
FIRST_DAY = datetime(2024, 2, 1)
DAYS = 150
DAYS_AFTER = 6  # rows that are not known yet at as_of
AS_OF = "2024-06-29"
# Sources that end before as_of: kind and platform → last day. Joins and leaves on Douyin end before its other events.
ENDS = {("orders", "taobao"): "2024-05-15", ("events", "taobao"): "2024-04-30", ("memberships", "douyin"): "2024-06-05"}
EXPORTED_ON_THE_LAST_DAY = 2
PLATFORMS = ("douyin", "taobao")
WORDS = (
    "live_view",
    "live_view",
    "video_view",
    "ad_click",
    "group_message",
    "red_packet_open",
    "push_delivered",
    "push_click",
)
STEPS = (
    "group_apply", "group_approve", "group_reject", "follow", "unfollow", "fan_club_join", "group_join", "group_leave",
    "group_join", "group_remove", "wecom_add", "wecom_remove", "member_join",
)  # fmt: skip
MOVES = ("group_join", "group_leave", "group_remove", "wecom_add", "wecom_remove", "member_join")
ENTRIES = ("直播", "粉丝群", "推荐", "广告", None)


def random_world(
    seed: int, people: int = 250, as_of: str = AS_OF, rows: dict[str, list[Row]] | None = None, **settings: Any
) -> World:
    """A world of random_rows, or of `rows` made of them."""
    world = empty_world(as_of, **settings)
    for name, given in (rows or random_rows(seed, people)).items():
        _insert(world, name, given)
    world.connection.execute(
        "insert into ops.files by name select ? as file_id, 'half a day' as path, 0 as rows_read, ? as modified_at",
        [EXPORTED_ON_THE_LAST_DAY, datetime.fromisoformat(f"{as_of} 10:00:00")],
    )
    return world.refresh(full=True)


def ending_apart(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The same rows without those after ENDS, the orders of Douyin on the last day told by a file of that morning."""
    orders = [_of_file(row) for row in rows["orders"] if _is_told(row, "orders", row["paid_at"])]
    events = [
        row
        for row in rows["events"]
        if _is_told(row, "events", row["event_at"])
        and (row["event"] not in MOVES or _is_told(row, "memberships", row["event_at"]))
    ]
    return rows | {"orders": orders, "events": events}


def _is_told(row: Row, kind: str, moment: datetime) -> bool:
    return str(moment)[:10] <= ENDS.get((kind, row["platform"]), "9999")


def _of_file(row: Row) -> Row:
    is_last = row["platform"] == "douyin" and str(row["paid_at"])[:10] == AS_OF
    return row | ({"file_id": EXPORTED_ON_THE_LAST_DAY} if is_last else {})


def _moment(chance: random.Random, first: int = 0) -> datetime:
    """A moment on or after a day; coarse, so that events of one second meet."""
    day = chance.randrange(first, DAYS + DAYS_AFTER)
    return FIRST_DAY + timedelta(days=day, hours=chance.randrange(24), minutes=30 * chance.randrange(2))


def random_rows(seed: int, people: int = 250) -> dict[str, list[Row]]:
    """Orders, refunds, events, groups, sessions, pushes, spend and links of `people` people over 150 days (with a leap
    day) and some days more. Accounts on two platforms share ids; some of them are one person."""
    chance = random.Random(seed)
    rows: dict[str, list[Row]] = {
        name: [] for name in ("orders", "refunds", "events", "identities", "pushes", "ad_spend", "group_days")
    }
    rows["groups"] = [
        {
            "platform": PLATFORMS[n % 5 == 4],
            "group_id": f"g{n % 5 % 4}" if n < 5 else f"g{n}",
            "name": f"群{n}",
            "follow_days_required": 7 * (n % 2),
            "fan_level_required": 5 * (n // 2 % 2),
        }
        for n in range(8)
    ]
    rows["live_sessions"] = [_session(n) for n in range(15)]
    rows["session_funnels"] = [_typed(session, n) for n, session in enumerate(rows["live_sessions"][:12])]
    for n in range(people):
        _person(chance, n, rows)
    for n in range(30):
        push = {"message_id": f"m{n}", "sent_at": _moment(chance), "group_id": f"g{n % 4}", "platform": "douyin"}
        rows["pushes"].append({**push, "kind": chance.choice(("live_notice", "red_packet")), "delivered": 9})
        spend = {"date": _moment(chance).date(), "account_id": "a", "ad_id": f"ad{n}", "cost_amount": 7 * n}
        rows["ad_spend"].append({**spend, "live_session_id": chance.choice((None, "s1", "s3")), "platform": "douyin"})
    rows["group_days"] = [
        {
            "group_id": group,
            "platform": "douyin",
            "date": (FIRST_DAY + timedelta(days=n)).date(),
            "members": None if group == "g3" else 50 + n % 7,
            "joins": n % 5 if n % 3 else None,
            "leaves": n % 2 if n % 4 == 0 else None,
            "active_members": n if n % 6 == 0 else None,
        }
        for group in ("g9", "g3")
        for n in range(20)
        if n % 9
    ]
    _around(rows, people)
    rows["settlements"] = [_settlement(n, order) for n, order in enumerate(rows["orders"]) if _is_settled(order)]
    return rows


def _around(rows: dict[str, list[Row]], people: int) -> None:
    """What draws nothing by chance: levels in the fan club, plays around sessions, two sessions that cannot both be, a
    curve, and what a platform says of its days."""
    for n in range(0, people, 3):
        account = {"platform": "douyin", "user_id": f"u{n}", "user_id_type": "user_id", "event_id": f"u{n}-level"}
        at = FIRST_DAY + timedelta(days=n % 40, hours=n % 24)
        rows["events"].append({**account, "event": "fan_club_level", "event_at": at, "value": float(n % 14)})
    for n, push in enumerate(rows["pushes"]):
        push |= {"sent": 10, "opened": n % 6, "clicked": n % 3, "participants": n % 4 or None, "live_session_id": None}
    for n in range(12):
        at = FIRST_DAY + timedelta(days=11 * n, hours=19 + n % 5, minutes=30)
        told = {"sent": 10, "delivered": 9, "opened": n % 6, "clicked": n % 3, "participants": n % 4 or None}
        named = {"platform": "douyin", "group_id": f"g{n % 4}", "live_session_id": f"s{n}" if n % 2 else None}
        play = {"message_id": f"play{n}", "sent_at": at, "kind": ("link_mic", "red_packet", "live_notice")[n % 3]}
        rows["pushes"].append({**play, **named, **told})
    again = {**rows["live_sessions"][3], "live_session_id": "s20"}
    again |= {name: again[name] + timedelta(hours=1) for name in ("started_at", "ended_at")}
    rows["live_sessions"].append(again)
    rows["live_minutes"] = [
        {
            "platform": "douyin",
            "account_id": f"a{n % 2}",
            "live_session_id": "" if n % 3 else f"s{n}",
            "minute_at": FIRST_DAY + timedelta(days=11 * n, hours=20, minutes=minute),
            "online_people": 40 + minute,
            "paid_amount": 10 * minute if n % 2 else None,
        }
        for n in range(6)
        for minute in range(0, 90, 10)
    ]
    rows["platform_days"] = _platform_days(rows["orders"])


def _platform_days(orders: list[Row]) -> list[Row]:
    """Sales of three shops, one of which no order names; on some days other than they were, or only partly told."""
    sold: dict[tuple[Any, Any], list[Row]] = {}
    for order in orders:
        if order["paid_at"] and order["platform"] == "douyin" and order["status"] != "unpaid":
            sold.setdefault((order["shop_id"] or "nowhere", order["paid_at"].date()), []).append(order)
    return [
        {
            "platform": "douyin",
            "shop_id": shop,
            "date": day,
            "user_paid_amount": sum(map(_amount, of_day)) + (5 if n % 7 == 0 else 0),
            "paid_amount": sum(map(_amount, of_day)) + n % 5,
            "platform_subsidy_amount": n % 5 if n % 3 else None,
            "orders": len(of_day),
            "buyers": len({order["buyer_id"] for order in of_day}),
            "refund_amount": n % 11 if n % 2 else None,
            "refund_of_day_amount": n % 13 if n % 4 else None,
        }
        for n, ((shop, day), of_day) in enumerate(sorted(sold.items()))
    ]


def _amount(order: Row) -> float:
    return float(order["paid_amount"]) if order["order_kind"] in ("normal", "deposit") else 0.0


def _is_settled(order: Row) -> bool:
    return bool(order["paid_at"]) and str(order["paid_at"])[:10] < "2024-04-20"


def _settlement(n: int, order: Row) -> Row:
    """What came in of it, a twentieth of it kept by the platform."""
    told = {"platform": order.get("platform", "other"), "shop_id": order.get("shop_id"), "order_id": order["order_id"]}
    return {
        **told,
        "movement_id": f"m{n}",
        "settled_at": order["paid_at"],
        "amount": round(0.95 * float(order["paid_amount"] or 0), 2),
    }


def _session(n: int) -> Row:
    told = n % 3
    return {
        "platform": PLATFORMS[n >= 12],
        "live_session_id": f"s{n % 12}",
        "host_id": f"h{n % 4}" if n % 5 else None,
        "started_at": FIRST_DAY + timedelta(days=11 * n, hours=20),
        "ended_at": FIRST_DAY + timedelta(days=11 * n, hours=22) if n % 4 else None,
        "account_id": f"a{n % 2}",
        "viewers": 100 + n if told else None,
        "views": 150 + n if told else None,
        "new_followers": n if told else None,
        "orders": 10 if told == 1 else None,
        "buyers": 9 if told == 1 else None,
        "paid_amount": 99.95 + n if told == 1 else None,
        "refund_amount": 3 * n if told == 1 else None,
    }


def _typed(session: Row, n: int) -> Row:
    """What a team typed of a session, by its number or by its host and a time near its start."""
    told = {"platform": session["platform"], "account_id": "a", "host_id": session["host_id"] or ""}
    told["started_at"] = session["started_at"] + timedelta(minutes=n)
    told["live_session_id"] = session["live_session_id"] if n % 2 else None
    counts = {
        "viewers": 500,
        "new_group_members": 40,
        "link_clicked_people": 50,
        "added_contacts": 20 if n % 3 else None,
    }
    counts |= {"valid_contacts": 15 if n % 3 else None, "new_followers": n, "gmv_amount": 99.95 * n if n % 4 else None}
    return told | counts


def _person(chance: random.Random, n: int, rows: dict[str, list[Row]]) -> None:
    """Somebody with an account on Douyin, perhaps one on Taobao, perhaps a phone; what joins them is told, or is not."""
    start = chance.randrange(DAYS)
    accounts = [{"platform": "douyin", "user_id": f"u{n}", "user_id_type": "user_id"}]
    if chance.random() < 0.3:
        accounts.append({"platform": "taobao", "user_id": f"u{n + chance.randrange(2)}", "user_id_type": "user_id"})
        if chance.random() < 0.5:
            rows["identities"].append(_link(accounts, chance))
    phone = "courier" if n % 12 == 0 else chance.choice((None, None, f"p{n}", f"p{n // 2}"))
    if phone and chance.random() < 0.2:
        accounts.append({"platform": "other", "user_id": phone, "user_id_type": "phone"})
    for number in range(chance.choice((0, 1, 1, 2, 3, 6))):
        _order(chance, f"u{n}-{number}", chance.choice(accounts), phone, start, rows)
    for number in range(chance.choice((0, 2, 5, 12))):
        event = {
            "event": chance.choice(WORDS),
            "group_id": chance.choice((None, "g1", "g2")),
            "live_session_id": chance.choice((None, "s3", "s4", "s5")),
            "entry": chance.choice((None, None, "粉丝群", "广告")),
        }
        at = _moment(chance, start)
        rows["events"].append({**chance.choice(accounts), "event_id": f"u{n}-{number}", "event_at": at, **event})
    for number, word in enumerate(chance.sample(STEPS, chance.randrange(9))):
        event = {
            "event": word,
            "group_id": chance.choice(("g0", "g1", "g2", "g3", "g6")) if word.startswith("group") else None,
            "live_session_id": chance.choice((None, "s5")),
            "entry_path": chance.choice((None, "qr", "invite")),
        }
        at = _moment(chance, start)
        rows["events"].append({**chance.choice(accounts), "event_id": f"u{n}-step{number}", "event_at": at, **event})


def _link(accounts: list[Row], chance: random.Random) -> Row:
    one, other = accounts
    return {
        "platform": one["platform"],
        "id_type": one["user_id_type"],
        "id_value": one["user_id"],
        "linked_platform": other["platform"],
        "linked_type": other["user_id_type"],
        "linked_value": other["user_id"],
        "observed_at": chance.choice((None, _moment(chance))),
    }


def _order(
    chance: random.Random, order: str, account: Row, phone: str | None, start: int, rows: dict[str, list[Row]]
) -> None:
    kind = chance.choice(("normal",) * 8 + ("sample", "deposit"))
    is_named = chance.random() > 0.05
    rows["orders"].append(
        {
            "platform": account["platform"],
            "order_id": order,
            "buyer_id": account["user_id"] if is_named else None,
            "buyer_id_type": account["user_id_type"] if is_named else None,
            "phone_key": phone if chance.random() < 0.7 else None,
            "paid_at": _moment(chance, start),
            "paid_amount": 0 if kind == "sample" else chance.choice((10, 20, 35.55)),
            "order_kind": kind,
            "status": chance.choice(("paid",) * 18 + ("cancelled", "unpaid")),
            "entry": chance.choice(ENTRIES),
            "traffic_type": chance.choice((None, None, "广告")),
            "shop_id": chance.choice(("a", "b", None)),
            "live_session_id": chance.choice((None, "s1", "s2", "s3")),
            "group_id": chance.choice((None, None, "g1")),
        }
    )
    for number in range(chance.choice((0, 0, 0, 0, 1, 2))):
        rows["refunds"].append(
            {
                "platform": account["platform"],
                "refund_id": f"{order}-{number}",
                "order_id": order,
                "refunded_at": _moment(chance, start),
                "refund_amount": chance.choice((10, 5)),
                "status": chance.choice(("succeeded", "succeeded", "requested")),
            }
        )


def _insert(world: World, name: str, rows: list[Row]) -> None:
    """Many rows at once, with the defaults and the provenance that ingest would give them."""
    import pandas as pd

    columns = load_staging()[name].columns
    defaults = {key: column.default for key, column in columns.items() if column.default is not None}
    kept = {"file_source": "random", "version_at": FIRST_DAY, "file_id": 1}
    frame = pd.DataFrame(
        [{**defaults, **kept, **row, "file_row": number} for number, row in enumerate(rows, start=2)], dtype="object"
    )
    for key, column in columns.items():
        if column.default_from and key not in frame:
            frame[key] = frame[column.default_from]
    world.connection.register("random_rows", frame)
    world.connection.execute(f"insert into staging.{name} by name select * from random_rows")
    world.connection.unregister("random_rows")
    world.connection.execute(
        "insert into ops.files by name select 1 as file_id, 'random' as path, 0 as rows_read "
        "where not exists (from ops.files)"
    )
