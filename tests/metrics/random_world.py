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
AS_OF = "2024-06-29"
WORDS = ("live_view", "live_view", "video_view", "group_message", "red_packet_open", "push_delivered", "push_click")
ENTRIES = ("直播", "粉丝群", "推荐", "广告", None)


def random_world(seed: int, people: int = 250, **settings: Any) -> World:
    """Orders, refunds, events, groups, sessions, pushes and spend of `people` people over 150 days (with a leap day)."""
    chance = random.Random(seed)
    world = empty_world(AS_OF, **settings)
    for name, rows in _rows(chance, people).items():
        _insert(world, name, rows)
    return world.refresh(full=True)


def _moment(chance: random.Random, first: int = 0) -> datetime:
    """A moment on or after a day; coarse, so that events of one second meet."""
    day = chance.randrange(first, DAYS)
    return FIRST_DAY + timedelta(days=day, hours=chance.randrange(24), minutes=30 * chance.randrange(2))


def _rows(chance: random.Random, people: int) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {
        name: [] for name in ("orders", "refunds", "events", "pushes", "ad_spend", "group_days")
    }
    rows["groups"] = [
        {"group_id": f"g{n}", "name": f"群{n}", "follow_days_required": 7 * (n % 2), "fan_level_required": 5 * (n // 2)}
        for n in range(4)
    ]
    rows["live_sessions"] = [
        {
            "live_session_id": f"s{n}",
            "host_id": f"h{n % 2}",
            "started_at": FIRST_DAY + timedelta(days=12 * n, hours=20),
            "viewers": None if n % 3 == 0 else 100 + n,
            "views": None if n % 3 == 0 else 150 + n,
        }
        for n in range(12)
    ]
    for n in range(people):
        _person(chance, f"u{n}", rows)
    for n in range(30):
        rows["pushes"].append(
            {
                "message_id": f"m{n}",
                "sent_at": _moment(chance),
                "group_id": f"g{n % 4}",
                "kind": "live_notice",
                "delivered": 9,
            }
        )
        rows["ad_spend"].append(
            {"date": _moment(chance).date(), "account_id": "a", "ad_id": f"ad{n}", "cost_amount": 7 * n}
        )
    rows["group_days"] += [
        {"group_id": "g9", "date": (FIRST_DAY + timedelta(days=n)).date(), "members": 50 + n % 7, "joins": n % 5}
        for n in range(20)
    ]
    return rows


def _person(chance: random.Random, user: str, rows: dict[str, list[Row]]) -> None:
    start = chance.randrange(DAYS)
    for number in range(chance.choice((0, 1, 1, 2, 3, 6))):
        order = f"{user}-{number}"
        kind = chance.choice(("normal",) * 8 + ("sample", "deposit"))
        rows["orders"].append(
            {
                "order_id": order,
                "buyer_id": None if chance.random() < 0.05 else user,
                "paid_at": _moment(chance, start),
                "paid_amount": 0 if kind == "sample" else chance.choice((10, 20, 35.55)),
                "order_kind": kind,
                "status": chance.choice(("paid",) * 9 + ("cancelled",)),
                "entry": chance.choice(ENTRIES),
                "shop_id": chance.choice(("a", "b")),
                "live_session_id": chance.choice((None, "s1", "s2")),
                "group_id": chance.choice((None, None, "g1")),
            }
        )
        if chance.random() < 0.15:
            amount = chance.choice((10, 5))
            refund = {
                "refund_id": order,
                "order_id": order,
                "refunded_at": _moment(chance, start),
                "refund_amount": amount,
            }
            rows["refunds"].append(refund)
    for number in range(chance.choice((0, 2, 5, 12))):
        session = chance.choice((None, "s3", "s4"))
        event = {
            "event": chance.choice(WORDS),
            "group_id": chance.choice((None, "g1", "g2")),
            "live_session_id": session,
        }
        rows["events"].append(
            {"user_id": user, "event_id": f"{user}-{number}", "event_at": _moment(chance, start), **event}
        )
    steps = (
        "group_apply",
        "group_approve",
        "follow",
        "fan_club_join",
        "group_join",
        "group_leave",
        "group_join",
        "wecom_add",
    )
    for number, word in enumerate(chance.sample(steps, chance.randrange(6))):
        event = {
            "event": word,
            "group_id": chance.choice(("g0", "g1", "g2", "g3")),
            "live_session_id": chance.choice((None, "s5")),
        }
        if word in ("follow", "fan_club_join", "wecom_add"):
            event["group_id"] = None
        path = chance.choice((None, "qr", "invite"))
        step = {
            "user_id": user,
            "event_id": f"{user}-step{number}",
            "event_at": _moment(chance, start),
            "entry_path": path,
        }
        rows["events"].append({**step, **event})


def _insert(world: World, name: str, rows: list[Row]) -> None:
    """Many rows at once, with the defaults and the provenance that ingest would give them."""
    import pandas as pd

    columns = load_staging()[name].columns
    defaults = {key: column.default for key, column in columns.items() if column.default is not None}
    kept = {"file_source": "random", "version_at": FIRST_DAY, "file_id": 1}
    frame = pd.DataFrame([{**defaults, **row, **kept, "file_row": number} for number, row in enumerate(rows, start=2)])
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
