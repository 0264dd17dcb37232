"""The rest of landing: webhook records, group lists, and the canonical tables as plain CSV.

What belongs here: which file is made when, and its header. What does not: the lines (`queries/*.sql`), who joined what
(`tables/*.sql`).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.simulate import planted, world
from pipelines.simulate.files import File

if TYPE_CHECKING:
    from pipelines.database import Connection

EVENT_HEADER = (
    "platform,event_id,user_id,user_id_type,event,event_at,group_id,live_session_id,campaign_id,message_id,entry_path,"
    "source,medium,entry"
)
IDENTITY_HEADER = "platform,id_type,id_value,linked_platform,linked_type,linked_value,observed_at,method"
# folder (and query), file name, encoding, header
TABLES = [
    ("pushes", "群推送.csv", "utf-8-sig",
     "platform,message_id,sent_at,kind,group_id,campaign_id,sent,delivered,opened,clicked,cost_amount"),
    ("ad_spend", "投放日报.csv", "utf-8",
     "platform,account_id,ad_id,date,cost_amount,campaign_id,live_session_id,impressions,clicks,new_followers,orders,"
     "paid_amount"),
    ("campaigns", "活动.csv", "utf-16", "platform,campaign_id,name,kind,starts_at,ends_at,budget_amount"),
    ("group_days", "群日报.csv", "utf-8",
     "platform,group_id,date,members,joins,leaves,active_members,messages,red_packets,announcements"),
]  # fmt: skip


def webhook_files(connection: Connection) -> list[File]:
    """group_fans_event records as `siyu listen` kept them, one file a month."""
    files: dict[date, File] = {}
    for month, record in world.ask(connection, "webhook", owner=planted.OWNER_OPEN_ID):
        if month not in files:
            name = f"group_fans_event_{month:%Y-%m}.jsonl"
            files[month] = File("group_fans_events", name, _month_after(month))
        files[month].lines.append(record)
    return list(files.values())


def group_lists(connection: Connection, first_day: date, last_day: date) -> list[File]:
    """The group list as pulled in the middle and at the end of the year, one group a line."""
    files = []
    for day in (first_day + (last_day - first_day) // 2, last_day):
        members = dict(
            connection.execute("select group_no, members from world.group_days where day = ?", [day]).fetchall()
        )
        ids = dict(connection.execute("select group_no, group_id(group_no) from planted.groups").fetchall())
        lines = [_group_record(group, ids[group[0]], members[group[0]], first_day) for group in planted.GROUPS]
        name = f"group_fans_list_{day:%Y%m%d}.jsonl"
        files.append(File("group_list", name, _noon(day + timedelta(days=1)), None, lines))
    return files


def _group_record(
    group: tuple[int, str, int, int, bool, float, float, str | None], group_id: str, members: int, first_day: date
) -> str:
    number, name, follow_days, fan_level, needs_approval, _, _, webhook_type = group
    limits = [f"关注群主超过{follow_days}天" if follow_days > 1 else "关注群主"] * (follow_days > 0)
    limits += [f"粉丝团等级≥{fan_level}级"] * (fan_level > 0)
    made = first_day - timedelta(days=11 - number % 10)
    created = datetime.combine(made, datetime.min.time()) - datetime(1970, 1, 1, 8)
    record = {
        "group_id": group_id,
        "group_name": name,
        "description": "",
        "owner_open_id": planted.OWNER_OPEN_ID,
        "exist_num": members,
        "max_num": 500,
        "status": "Normal",
        "tags": None,
        "entry_limit": limits or None,
        "group_type": int(webhook_type or 2),
        "relation_type": follow_days,
        "fans_limit": fan_level,
        "active_fans": 0,
        "allow_invite": int(number in (1, 5)),
        "open_audit_switch": 1 if needs_approval else 2,
        "show_at_profile": int(number in (2, 3)),
        "create_time": int(created.total_seconds()),
    }
    return json.dumps(record, ensure_ascii=False)


def event_files(connection: Connection) -> list[File]:
    """The merchant's own log by month: .csv.gz in odd months; the first month names no event ids."""
    files: dict[date, File] = {}
    for month, line in world.ask(connection, "events"):
        if month not in files:
            name = f"互动日志_{month:%Y-%m}.csv" + ".gz" * (month.month % 2)
            files[month] = File("events", name, _month_after(month), EVENT_HEADER)
        files[month].lines.append(line)
    first = files[min(files)]
    first.header = _without_id(EVENT_HEADER)
    first.lines = [_without_id(line) for line in first.lines]
    return list(files.values())


def _without_id(line: str) -> str:
    platform, _, rest = line.split(",", 2)
    return f"{platform},{rest}"


def identity_files(connection: Connection, last_day: date) -> list[File]:
    """The merchant's map of ids, one file a quarter; at the end what the mini-program knows of its buyers."""
    files: dict[str, File] = {}
    mini: list[str] = []
    for moment, is_mini, line in world.ask(connection, "identities"):
        if is_mini:
            mini.append(line)
            continue
        quarter = (moment.month - 1) // 3 + 1
        key = f"{moment.year}Q{quarter}"
        if key not in files:
            after = date(moment.year + quarter // 4, quarter * 3 % 12 + 1, 1)
            files[key] = File("identities", f"账号对照_{key}.csv", _noon(after), IDENTITY_HEADER)
        files[key].lines.append(line)
    if mini:
        made = _noon(last_day + timedelta(days=1))
        files["mini"] = File("identities", "小程序用户.csv", made, IDENTITY_HEADER, mini)
    return list(files.values())


def table_files(connection: Connection, last_day: date) -> list[File]:
    """Canonical CSV of pushes, ad spend, campaigns and group days."""
    noon = _noon(last_day + timedelta(days=1))
    return [
        File(folder, name, noon, header, [line for (line,) in world.ask(connection, folder)], encoding)
        for folder, name, encoding, header in TABLES
    ]


def _month_after(month: date) -> datetime:
    return _noon((month + timedelta(days=32)).replace(day=1))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)
