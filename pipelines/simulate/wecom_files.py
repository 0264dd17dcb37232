"""WeCom files: lists of the members of its groups, pages of the staff's customers, as the API answers.

What belongs here: the records and which file is made when. What does not: who is in WeCom (`tables/crossers.sql`,
`tables/wecom_stays.sql`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipelines.simulate import planted, world
from pipelines.simulate.files import EPOCH, File

if TYPE_CHECKING:
    from pipelines.database import Connection

PAGE = 100  # customers in a response
MADE_BEFORE = timedelta(days=6) - timedelta(hours=10)  # the world begins
Row = dict[str, Any]


def member_lists(connection: Connection, first_day: date) -> list[File]:
    """groupchat/get of every group, one response a line, one file a round. Staff are always in it."""
    members: dict[tuple[datetime, int], list[Row]] = {}
    for taken, group, *member in world.ask(connection, "wecom_members"):
        members.setdefault((taken, group), []).append(_member(*member))
    rounds = connection.execute("select taken_at from world.lists order by taken_at").fetchall()
    files = []
    made = datetime.combine(first_day, datetime.min.time()) - MADE_BEFORE
    for (taken,) in rounds:
        lines = [
            _group(number, name, members.get((taken, number), []), made) for number, name, _ in planted.WECOM_GROUPS
        ]
        files.append(File("wecom_group_members", f"群成员_{taken:%Y-%m-%d %H%M}.jsonl", taken, None, lines))
    return files


def _group(number: int, name: str, members: list[Row], made: datetime) -> str:
    created = _seconds(made + timedelta(hours=number))
    staff = {"userid": planted.WECOM_STAFF, "type": 1, "join_time": created, "join_scene": 1, "name": "栖木小林"}
    chat = {
        "chat_id": f"wrQimuGroup{number:021d}",
        "name": name,
        "owner": planted.WECOM_STAFF,
        "create_time": created,
        "notice": "每周三上新",
        "member_list": [staff, *members],
        "admin_list": [{"userid": planted.WECOM_STAFF}],
    }
    return json.dumps({"errcode": 0, "errmsg": "ok", "group_chat": chat}, ensure_ascii=False)


def _member(member: str, union: str | None, joined: int, scene: int) -> Row:
    """A customer; a key that says nothing is left out, as in the API's own answers."""
    known = {"unionid": union} if union else {}
    invited = {"invitor": {"userid": planted.WECOM_STAFF}} if scene == 1 else {}
    place = {"join_time": joined, "join_scene": scene}
    return {"userid": member, "type": 2, **known, **place, **invited, "group_nickname": "", "name": "微信用户"}


def contact_pages(connection: Connection, last_day: date) -> list[File]:
    """batch/get_by_user, all pages in one file, pulled after the last day; none where staff have no customer."""
    made = datetime(last_day.year, last_day.month, last_day.day, 9) + timedelta(days=1)
    lines = list(_pages([_contact(*contact) for contact in world.ask(connection, "wecom_contacts")]))
    return [File("wecom_contacts", f"get_by_user_{made:%Y%m%d%H%M}.jsonl", made, None, lines)] if lines else []


def _pages(contacts: list[Row]) -> Iterator[str]:
    left, page = iter(contacts), 0
    while several := list(islice(left, PAGE)):
        page += 1
        cursor = f"cursor{page}" if page * PAGE < len(contacts) else ""
        answer = {"errcode": 0, "errmsg": "ok", "external_contact_list": several, "next_cursor": cursor}
        yield json.dumps(answer, ensure_ascii=False)


def _contact(contact: str, union: str | None, added: int, phone: str) -> Row:
    known = {"unionid": union} if union else {}
    follow = {"userid": planted.WECOM_STAFF, "remark": "", "createtime": added, "tag_id": [], "remark_mobiles": [phone]}
    return {
        "external_contact": {"external_userid": contact, "name": "微信用户", "type": 1, "gender": 0, **known},
        "follow_info": {**follow, "add_way": 1, "state": "parcel_card"},
    }


def _seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())
