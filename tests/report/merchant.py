"""A little merchant whose snapshot the report is tested on: a few hundred people, made by one seed, names that bite.

What belongs here: rows and the snapshot file. What does not: what the report must say of them.
"""

from __future__ import annotations

import hashlib
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.core import begin_pass, refresh_core
from pipelines.database import connect
from pipelines.facts import build_facts
from pipelines.ingest.creating import create_staging
from pipelines.ingest.staging import load_staging
from pipelines.metrics import metric_tables, refresh_metric
from pipelines.settings import Settings

Row = dict[str, Any]
START, AS_OF = datetime(2025, 1, 6), date(2025, 8, 13)  # a Wednesday: the last week is not over
DAYS = (AS_OF - START.date()).days
HOSTILE = {
    "g1": "福利群",
    "g2": "<script>alert('x')</script>",
    "g3": "=cmd|' /C calc'!A1",
    "g4": "夜猫\u202e子\u2066群\x07",
    "g5": '"><img src=http://x.test/a>',
}
TINY = ("u1", "u2", "u3")  # the only members of g5
# Two people alone in a group, alone in a channel, each with one order: what a report must not tell of.
TWO, THEIR_GROUP, THEIR_ORDERS = ("two1", "two2"), "两人群", (77123.45, 61987.13)
CHECKS = (("core.orders", "unique"), ("metrics.retention", "between"))


def build(path: Path, without: tuple[str, ...] = (), refused: tuple[str, ...] = ()) -> Settings:
    """Writes the snapshot, `without` some staging tables' rows; returns the settings it was built with.

    `refused`: files that were refused whole, in the place of the order file.
    """
    settings = Settings(home=path.parent, merchant_name="云上茶铺 <b>&旗舰店")
    connection = connect(path)
    create_staging(connection)
    for name, rows in _staging(random.Random(11)).items():
        if name not in without:
            _put(connection, name, rows)
    _bookkeeping(connection)
    if refused:
        _refuse(connection, refused)
    core_pass = begin_pass(connection, settings, AS_OF, full=True)
    for _ in refresh_core(connection, settings, core_pass):
        pass
    build_facts(connection, settings, AS_OF)
    for table in metric_tables():
        refresh_metric(connection, table, settings, AS_OF)
    connection.execute("checkpoint")
    connection.close()
    return settings


def _staging(dice: random.Random) -> dict[str, list[Row]]:
    made: dict[str, list[Row]] = {"orders": [], "events": [], "refunds": []}
    made["groups"] = [
        {"group_id": g, "name": name, "follow_days_required": days, "fan_level_required": level, "created_at": START}
        for (g, name), days, level in zip(HOSTILE.items(), (0, 7, 0, 30, 1), (0, 5, 0, 0, 0), strict=True)
    ]
    made["live_sessions"] = [_session(dice, number) for number in range(DAYS // 6)]
    for number in range(900):
        _person(dice, f"u{number}", made)
    _two(made)
    for name in ("events", "orders", "refunds"):
        moment = {"events": "event_at", "orders": "paid_at", "refunds": "refunded_at"}[name]
        made[name] = [row for row in made[name] if row[moment].date() <= AS_OF]
    return made


def _two(made: dict[str, list[Row]]) -> None:
    made["groups"].append({"group_id": "g6", "name": THEIR_GROUP, "created_at": START})
    at = datetime(2025, 8, 12, 10)
    for user, amount in zip(TWO, THEIR_ORDERS, strict=True):
        _event(made, user, "group_join", at, group_id="g6", entry_path="sms")
        order = {"order_id": f"O{user}", "paid_at": at + timedelta(hours=1), "paid_amount": amount}
        made["orders"].append({**order, "entry": "短信", "buyer_id": user, "status": "completed"})


def _session(dice: random.Random, number: int) -> Row:
    viewers, started = dice.randint(900, 4000), START + timedelta(days=2 + number * 6, hours=19)
    buyers = viewers // 60
    people = {"viewers": viewers, "exposed_people": viewers * 5, "buyers": buyers, "new_followers": viewers // 40}
    more = {"new_fan_club": viewers // 90, "new_group_members": viewers // 150, "product_clicked_people": viewers // 5}
    money = {"paid_amount": buyers * 88.5, "refund_amount": buyers * 5.25, "ad_cost_amount": buyers * 20.0}
    name = {"live_session_id": f"L{number}", "title": f"第{number}场 <i>", "host_id": "小雨", "views": viewers * 2}
    return {
        **name,
        "started_at": started,
        "ended_at": started + timedelta(hours=4),
        "orders": buyers,
        **people,
        **more,
        **money,
    }


def _person(dice: random.Random, user: str, made: dict[str, list[Row]]) -> None:
    seen = START + timedelta(days=dice.random() * DAYS)
    source, live = dice.choice(["live", "live", "video", "ad"]), f"L{min(int((seen - START).days // 6), DAYS // 6 - 1)}"
    word = {"live": "live_view", "video": "video_view", "ad": "ad_click"}[source]
    _event(made, user, word, seen, source=source, **({"live_session_id": live} if source == "live" else {}))
    joined = _join(dice, user, seen, made) if dice.random() < 0.4 or user in TINY else None
    if dice.random() < (0.6 if joined else 0.3):
        _orders(dice, user, joined or seen, "fan_group" if joined else source, made)


def _join(dice: random.Random, user: str, seen: datetime, made: dict[str, list[Row]]) -> datetime:
    group = "g5" if user in TINY else dice.choices(["g1", "g2", "g3", "g4"], [9, 5, 3, 2])[0]
    at = seen + timedelta(hours=dice.expovariate(1 / 40))
    _event(made, user, "follow", at - timedelta(minutes=5))
    _event(made, user, "fan_club_join", at - timedelta(minutes=3))
    _event(made, user, "group_join", at, group_id=group, entry_path=dice.choice(["live_fan_club", "profile", "qr"]))
    for _ in range(dice.randint(0, 8)):
        _event(made, user, "group_message", at + timedelta(days=dice.expovariate(1 / 20)), group_id=group)
    if dice.random() < 0.35 and group != "g5":
        _event(made, user, "group_leave", at + timedelta(days=dice.expovariate(1 / 25)), group_id=group)
    return at


def _orders(dice: random.Random, user: str, since: datetime, entry: str, made: dict[str, list[Row]]) -> None:
    at, number = since + timedelta(days=dice.expovariate(1 / 9)), 0
    while at.date() <= AS_OF and number < 9:
        number += 1
        order = {
            "order_id": f"O{user}-{number}",
            "paid_at": at,
            "paid_amount": round(dice.uniform(20, 300), 2),
            "entry": entry,
        }
        made["orders"].append({**order, "buyer_id": user if dice.random() < 0.95 else None, "status": "completed"})
        if dice.random() < 0.08:
            refund = {
                "refund_id": f"R{user}-{number}",
                "order_id": order["order_id"],
                "refunded_at": at + timedelta(days=3),
            }
            made["refunds"].append({**refund, "refund_amount": order["paid_amount"]})
        if dice.random() > 0.5:
            return
        at += timedelta(days=1 + dice.expovariate(1 / 30))


def _event(made: dict[str, list[Row]], user: str, event: str, at: datetime, **more: Any) -> None:
    made["events"].append({"user_id": user, "event": event, "event_at": at.replace(microsecond=0), **more})


def _put(connection: Any, name: str, rows: list[Row]) -> None:
    """Rows into staging at once, with the defaults and the provenance that ingest would give them."""
    import pandas as pd

    columns = load_staging()[name].columns
    defaults = {c: column.default for c, column in columns.items() if column.default is not None}
    filled = []
    for number, row in enumerate(rows, start=2):
        own = {"event_id": hashlib.md5(repr(row).encode()).hexdigest()} if name == "events" else {}
        known = {"file_source": name, "file_id": 1, "file_row": number, "version_at": START}
        filled.append({**defaults, **row, **own, **known, "platform": "douyin"})
    frame = pd.DataFrame(filled)  # noqa: F841 (DuckDB reads it by its name)
    connection.execute(f"insert into staging.{name} by name select * from frame")


def _refuse(connection: Any, paths: tuple[str, ...]) -> None:
    connection.execute("delete from ops.files where file_source = 'orders'; delete from ops.quarantine")
    for number, path in enumerate(paths, start=10):
        connection.execute(
            "insert into ops.files by name select ? as file_id, ? as path, 7 as rows_read, 0 as rows_loaded, "
            "0 as rows_superseded, 7 as rows_quarantined, 'quarantined' as status, now()::timestamp as loaded_at",
            [number, path],
        )
        connection.execute(
            "insert into ops.quarantine by name select ? as file_id, ? as path, 'unknown_header' as reason, "
            "7 as rows, false as is_cell",
            [number, path],
        )


def _bookkeeping(connection: Any) -> None:
    connection.execute("""
        insert into ops.files by name
        select *, 'loaded' as status, timestamp '2025-08-14 06:30' as loaded_at from (values
            (1, 'orders', 'a.csv', 1000, 970, 10, 20),
            (2, 'events', 'b.csv', 3000, 2990, 0, 10)
        ) as f (file_id, file_source, path, rows_read, rows_loaded, rows_superseded, rows_quarantined);
        insert into ops.quarantine by name
            select 1 as file_id, '<b>订单编号' as column_name, '=1+1' as reason, false as is_cell, 20 as rows;
        create table ops.checks (
            run_id varchar, table_name varchar, check_name varchar, passed boolean, blocking boolean,
            observed varchar, expected varchar, checked_at timestamp
        );
    """)
    for check in CHECKS:
        connection.execute(
            "insert into ops.checks values ('r1', ?, ?, true, true, '7 rows', '<i>0 rows', now())", check
        )
