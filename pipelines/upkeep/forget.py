"""A person forgotten: every row of theirs out of landing and the warehouse, and marks by which later rows are left out.

What belongs here: who is meant, the order of the steps, the receipt. What does not: which rows are theirs and taking
them out (theirs.py), the warehouse as another file (fresh_file.py), rewriting files of landing (landing_lines.py),
leaving rows out when files are read (ingest/forgotten.py).

Core and facts change by what was theirs, as they do by a new day's files; metrics, snapshot and report are made anew by
a run. The warehouse becomes another file: a deleted row's bytes would stay in the old one until something is written
over them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.forgotten import MADE, Id
from pipelines.modes import publish_file
from pipelines.platforms import load_platforms
from pipelines.privacy import load_key, normalise_phone, phone_key
from pipelines.report.html import without_orders
from pipelines.reported import forget_days
from pipelines.settings import Settings
from pipelines.spec.nearest import hint
from pipelines.upkeep import theirs
from pipelines.upkeep.fresh_file import write_anew
from pipelines.upkeep.landing_lines import Rewritten, forget_in_landing
from pipelines.warehouse import Warehouse, open_for_writing, replaced_warehouse

if TYPE_CHECKING:
    from pipelines.database import Connection

RECEIPTS = "receipts"


class NobodyNamed(ValueError):
    """What was given names no id; the message says what is expected."""


@dataclass(frozen=True)
class Who:
    """What somebody is known by: a phone's full number, or one id of a platform."""

    platform: str
    kind: str
    text: str  # as people write it; never shown

    @classmethod
    def of_phone(cls, text: str) -> Who:
        """Raises NobodyNamed for what is no full mainland mobile number."""
        number = normalise_phone(text.strip())
        if number is None:
            raise NobodyNamed("this is no full mainland mobile number; expected 11 digits")
        return cls("any", "phone", number)

    @classmethod
    def of_id(cls, text: str) -> Who:
        """PLATFORM:TYPE:VALUE. Raises NobodyNamed."""
        platform, _, rest = text.strip().partition(":")
        kind, _, value = rest.partition(":")
        if not value or platform not in load_platforms():
            known = hint(platform, load_platforms(), otherwise="platforms")
            raise NobodyNamed(f"expected PLATFORM:TYPE:VALUE, such as douyin:open_id:…; {known}")
        return cls.of_phone(value) if kind == "phone" else cls(platform, kind, value)

    def id(self, key: bytes) -> Id:
        """As core.identities has it."""
        return Id(self.platform, self.kind, phone_key(self.text, key) if self.kind == "phone" else self.text)


@dataclass
class Forgotten:
    """What went: rows by table, files of landing, and what somebody has to do by hand."""

    ids: int
    orders: int
    rows: Counter[str] = field(default_factory=Counter)
    landing: Rewritten = field(default_factory=Rewritten)
    receipt: Path | None = None

    @property
    def total(self) -> int:
        return self.rows.total()


def forget_person(settings: Settings, who: Who, told: Callable[[str], None] = lambda _: None) -> Forgotten:
    """One person: see forget_people."""
    return forget_people(settings, [who], told)


def forget_people(settings: Settings, people: Sequence[Who], told: Callable[[str], None] = lambda _: None) -> Forgotten:
    """Deletes people from landing and from the warehouse. Metrics and what is published are for a run to make anew.

    Landing comes first: stopped there, core still knows which ids go together, and the same call goes on. Raises
    WarehouseBusy while a run goes on.
    """
    key = load_key(settings.key_path)
    with open_for_writing(settings) as warehouse:
        connection = warehouse.connection
        ids = sorted({one for who in people for one in ids_of(connection, who.id(key))})
        theirs.note(connection, ids)
        orders = theirs.orders_of(connection)
        marks = _mark(warehouse, [*ids, *orders], key)
    done = Forgotten(len(ids), len(orders))
    told(f"{len(ids)} ids and {len(orders)} orders are theirs")
    texts = [*(who.text for who in people), *(one.value for one in ids if one.kind != "phone")]
    numbers = [one.bare for one in orders]
    done.landing = forget_in_landing(settings, marks, texts, numbers, told)
    with replaced_warehouse(settings) as (warehouse, target):
        theirs.note(warehouse.connection, [*ids, *orders])
        with warehouse.transaction() as connection:
            forget_days(connection)
            done.rows = theirs.take_out(connection)
        told(f"{done.total} rows of the warehouse are theirs")
        has_followed = theirs.follow(warehouse.connection, settings)
        write_anew(warehouse.connection, target, with_core=has_followed)
    for aside in settings.home.glob(f"{settings.warehouse_path.name}.broken-*"):
        aside.unlink()  # a warehouse that was set aside holds them, too
    _take_orders_off_pages(settings)
    done.receipt = _receipt(settings, done)
    return done


def _take_orders_off_pages(settings: Settings) -> None:
    """Pages of reports list single orders: of all reports that were written, as theirs may be among them."""
    for file in settings.reports.glob("*-????-??-??-*.html"):
        page = file.read_text(encoding="utf-8")
        cut = without_orders(page)
        if cut != page:
            partial = file.with_name(f".{file.name}.partial")
            partial.write_text(cut, encoding="utf-8")
            publish_file(partial, settings)
            partial.rename(file)


def ids_of(connection: Connection, one: Id) -> list[Id]:
    """All ids of the person whom an id names; of an id that is nobody's or that nobody knows, that id alone."""
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'core' and table_name = 'identities'"
    ).fetchone():
        return [one]
    rows = connection.execute(
        "select platform, id_type, id_value from core.identities where person_id = (select person_id from "
        "core.identities where (platform, id_type, id_value) = (?, ?, ?)) order by all",
        list(one),
    ).fetchall()
    return [Id(*row) for row in rows] or [one]


def _mark(warehouse: Warehouse, ids: list[Id], key: bytes) -> list[str]:
    """From now on files' rows of these ids are left out."""
    marks = [one.mark(key) for one in ids]
    with warehouse.transaction() as connection:
        connection.execute(MADE)
        connection.execute("delete from ops.forgotten where list_contains(?, mark)", [marks])
        connection.execute("insert into ops.forgotten select unnest(?), ?", [marks, warehouse.settings.today()])
    return marks


def _receipt(settings: Settings, done: Forgotten) -> Path:
    """What was done and when, without the value: who asks may be shown it."""
    now = settings.today()
    folder = settings.home / RECEIPTS
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"forgotten-{now:%Y%m%dT%H%M%S}.json"
    said = {
        "forgotten_at": now.isoformat(" ", "seconds"),
        "ids": done.ids,
        "orders": done.orders,
        "rows": dict(sorted(done.rows.items())),
        "files_rewritten": done.landing.rewritten,
        "lines_blanked": done.landing.lines,
        "files_left": done.landing.left,
    }
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def forget_old_snapshots(settings: Settings) -> int:
    """Removes every published copy but the current one; how many. They hold the person."""
    from pipelines.upkeep.manifest import manifest_path

    current = settings.snapshot_path.resolve()
    old = [path for path in settings.published.glob("siyu-*.duckdb") if path != current]
    for path in old:
        path.unlink()
        manifest_path(path).unlink(missing_ok=True)
    return len(old)
