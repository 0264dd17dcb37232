"""What of the demo's world is told by files made of samples: which purchases, events and members are theirs.

What belongs here: schema `planted` about that, made of assets/demo/files.yaml. What does not: the people
(`tables/*.sql`), the files (told_files.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Any

from pipelines.simulate.pattern_files import EVENTS, DemoFile, demo_files, demo_pattern, platform_of

# source → platform, group and door of the members that its list tells
LISTED = {
    "member_lists": ("wechat", "栖木老客群", "other"),
    "canonical_group_members": ("wecom", "wrQimuListedMembers", "qr"),
    "mochat_group_members": ("wecom", "7", "qr"),
}
Table = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]


def planted_tables() -> Iterator[Table]:
    """(name, columns, rows) of `elsewhere`, `told_events` and `listed`."""
    yield "elsewhere", ("place", "shop", "platform", "paid_fen"), _elsewhere()
    yield "told_events", ("source", "event", "events", "above"), _told_events()
    above, rows = 0, []
    for name, one in _telling("list_members"):
        rows.append((name, *LISTED[name], one.copies, above))
        above += one.copies
    yield "listed", ("source", "platform", "group_id", "door", "members", "above"), rows


@cache
def prices() -> dict[str, Decimal]:
    """What the order of each shop's sample was paid with, by source."""
    return {name: _price(name) for name, _ in _telling("orders")}


def _price(name: str) -> Decimal:
    (paid,) = [row["paid_amount"] for table, row in demo_pattern(name).given_rows if table == "orders"]
    return Decimal(paid)


def _elsewhere() -> list[tuple[Any, ...]]:
    """An order of each shop, then a second one of each, and so on, so that a small world has something of most."""
    shops = [[(name, platform_of(name), int(prices()[name] * 100))] * one.copies for name, one in _telling("orders")]
    rows = [row for turn in zip_longest(*shops) for row in turn if row is not None]
    return [(place, *row) for place, row in enumerate(rows, start=1)]


def _told_events() -> list[tuple[Any, ...]]:
    """Where several files tell one word, each tells events of its own: the first so many, then the next."""
    above: Counter[str] = Counter()
    rows = []
    for name, one in _telling(*EVENTS):
        rows.append((name, one.tells, one.copies, above[one.tells]))
        above[one.tells] += one.copies
    return rows


def _telling(*words: str) -> Iterator[tuple[str, DemoFile]]:
    return ((name, one) for name, one in demo_files().items() if one.file and one.tells in words)
