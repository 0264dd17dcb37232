"""The demo's files that are made of samples, for people, orders and days of its world.

What belongs here: which old id of a sample becomes whose, what links an id of such a file to its person. What does not:
who is chosen (`tables/*.sql`, `queries/told_*.sql`), how rows are copied (patterns.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.simulate import planted, world
from pipelines.simulate.asking import Row
from pipelines.simulate.files import File, line
from pipelines.simulate.other_files import IDENTITY_HEADER
from pipelines.simulate.pattern_cells import OWN, PEOPLE
from pipelines.simulate.pattern_files import EVENTS, DemoFile, as_file, demo_files, demo_pattern, platform_of
from pipelines.simulate.patterns import Copy, Pattern
from pipelines.simulate.respelling import is_phone, other_id

if TYPE_CHECKING:
    from pipelines.database import Connection

LINKS = "账号对照_其他平台.csv"
KEPT = {*PEOPLE, *(name.partition(".")[2] for name in OWN)}  # who is not told to be somebody else stays who he is
# columns of a question that are no canonical column
ASIDE = ("told_at", "person", "open_id", "link_phone", "link_shop_id", "account", "account_type")


@dataclass
class Told:
    """Files made of samples, and what is true of them.

    `accounts`: (person, platform, kind of id, id) that no other file shows. `sources`: by source its file, its copies
    and, of a shop's orders, what they were paid with in all.
    """

    files: list[File] = field(default_factory=list)
    accounts: list[tuple[int, str, str, str]] = field(default_factory=list)
    sources: dict[str, Row] = field(default_factory=dict)
    links: dict[tuple[str, ...], datetime] = field(default_factory=dict)  # ids that are one person → since when
    orders: dict[str, list[Row]] = field(default_factory=dict)  # shop → its orders with their ids


def told_files(connection: Connection, last_day: date) -> Told:
    """One file of each source of assets/demo/files.yaml that has one of its sample, as far as the world has people for
    it; and the merchant's map of the ids in them. The accounts that they show are added to `world.accounts`."""
    told = Told()
    made = datetime(last_day.year, last_day.month, last_day.day, 12) + timedelta(days=1)
    for name, demo in demo_files().items():
        rows = list(_asked(connection, told, name, demo, last_day)) if demo.file else []
        if rows:
            _tell(told, name, demo, rows, made)
    links = sorted((since, link) for link, since in told.links.items())
    lines = [line([*link, f"{since:%Y-%m-%d %H:%M:%S}", "member_card"]) for since, link in links]
    told.files += [File("identities", LINKS, made, IDENTITY_HEADER, lines)] if lines else []
    for account in dict.fromkeys(told.accounts):
        connection.execute("insert into world.accounts select ?, ?, ?, ?, ?", [account[0], *account])
    return told


def _asked(connection: Connection, told: Told, name: str, demo: DemoFile, last_day: date) -> Iterator[Row]:
    """What each copy tells: canonical columns, and those of ASIDE."""
    if demo.tells == "with_orders":
        yield from told.orders.get(demo.of, [])[-demo.copies :]
        return
    question = "told_event" if demo.tells in EVENTS else f"told_{demo.tells}"
    known = {"source": name, "tells": demo.tells, "copies": demo.copies, "last_day": last_day}
    known |= {"author_id": planted.AUTHOR_ID, "shop_name": planted.SHOP_NAME}
    found = world.execute(connection, world.question(question), known)
    names = [column[0] for column in found.description or []]
    yield from (dict(zip(names, row, strict=True)) for row in found.fetchall())


def _tell(told: Told, name: str, demo: DemoFile, rows: list[Row], made: datetime) -> None:
    pattern = demo_pattern(name)
    people = {person: number for number, person in enumerate(dict.fromkeys(row.get("person") for row in rows), 1)}
    copies = []
    for number, row in enumerate(rows, 1):
        ids = _ids(name, pattern, row, people[row.get("person")])
        later = row["told_at"] - pattern.anchor if row.get("told_at") and pattern.anchor else timedelta()
        copies.append(Copy(number, later, ids))
        _link(told, name, pattern, row, copies[-1])
    if demo.tells == "orders":
        old = _old(pattern, "order_id")
        told.orders[name] = [
            {"told_at": row["told_at"] + timedelta(days=1), "person": row["person"], "order_id": copy.id_of(old)}
            for row, copy in zip(rows, copies, strict=True)
            if old
        ]
    file = as_file(pattern, pattern.copied(copies), name, demo.file, made, demo.encoding)
    told.files.append(file)
    told.sources[name] = {"file": file.path, "tells": demo.tells, "copies": len(copies)}


def _ids(name: str, pattern: Pattern, row: Row, person: int) -> dict[str, str]:
    """Old id → new: what the row says, the person's own on this platform where it says none; the others stay."""
    ids = {old: old for column in KEPT for old in pattern.old_of(column)}
    if own := _own(name, pattern):
        ids[own.old] = row["open_id"] if own.is_open_id_of(row) else other_id(own.old, person)
    said: dict[str, str] = {}
    phones = [old for old in pattern.old_ids if is_phone(old)]
    for column, value in row.items():
        if column not in ASIDE and value is not None and (old := _old(pattern, column)):
            said.setdefault(old, value)  # a number may be that of an order or of an item: it is the order's
    return ids | said | dict.fromkeys(phones if row.get("phone") else [], str(row.get("phone")))


def _old(pattern: Pattern, canonical: str) -> str | None:
    """The id of the sample that becomes a canonical column: the one that its rows show, else the first of the file."""
    olds = pattern.old_of(canonical)
    shown = [row[canonical] for _, row in pattern.given_rows if row.get(canonical) in olds]
    return next(iter([*shown, *olds]), None)


@dataclass(frozen=True)
class _Own:
    """By which id a sample's rows name their person, where it is no phone."""

    platform: str
    kind: str
    old: str

    def is_open_id_of(self, row: Row) -> bool:
        """Of Douyin's applications the world knows everybody's id; elsewhere it is made up."""
        return self.kind == "open_id" and bool(row.get("open_id"))


def _own(name: str, pattern: Pattern) -> _Own | None:
    demo, given = demo_files()[name], [row for _, row in pattern.given_rows]
    for column in ("buyer_id", "user_id"):
        old = _old(pattern, column)
        if old is None or is_phone(old) or any(row.get(f"{column}_type") == "phone" for row in given):
            continue
        samples = [row for sample in pattern.source.samples for rows in sample.gives.values() for row in rows]
        kinds = [demo.id_type, *(str(row.get(f"{column}_type") or "") for row in samples), "user_id"]
        platforms = [demo.platform, *(str(row.get("platform") or "") for row in given)]
        return _Own(next(filter(None, platforms), "") or platform_of(name), next(filter(None, kinds)), old)
    return None


def _link(told: Told, name: str, pattern: Pattern, row: Row, copy: Copy) -> None:
    """The account that the copy shows, and the line that links it where nothing in the file does."""
    if "person" not in row:
        return
    if row.get("account"):
        account = (platform_of(name), row["account_type"], row["account"])
        told.accounts.append((row["person"], *account))
        if row.get("link_shop_id"):
            told.links[(*account, "douyin", "doudian_open_id", row["link_shop_id"])] = row["told_at"]
        return
    own = _own(name, pattern)
    if own is None or own.is_open_id_of(row):
        return
    account = (own.platform, own.kind, copy.id_of(own.old))
    told.accounts.append((row["person"], *account))
    is_linked = demo_files()[name].tells == "with_orders" or (row.get("phone") and pattern.old_of("phone"))
    if not is_linked:
        by_phone = (own.platform, "phone", str(row.get("phone") or row.get("link_phone")))
        known_as = ("douyin", "open_id", row["open_id"]) if row.get("open_id") else by_phone
        told.links.setdefault((*account, *known_as), row["told_at"])
