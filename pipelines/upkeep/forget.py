"""A person forgotten: every row of theirs out of the warehouse, and marks by which later files' rows are left out.

What belongs here: whose ids go together, deleting, writing the warehouse anew without them. What does not: rewriting
files of landing (landing_lines.py), leaving rows out when files are read (ingest/forgotten.py).

Core, facts, metrics, snapshot and report are made anew from what is left, so aggregates add up again. The warehouse
becomes another file: a deleted row's bytes would stay in the old one until something is written over them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.forgotten import MADE, ORDER, Id, Place, places_of
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.platforms import load_platforms
from pipelines.privacy import load_key, normalise_phone, phone_key
from pipelines.settings import Settings
from pipelines.spec.literals import quoted
from pipelines.spec.nearest import hint
from pipelines.upkeep.landing_lines import Rewritten, forget_in_landing
from pipelines.warehouse import Warehouse, open_for_writing, replaced_warehouse

if TYPE_CHECKING:
    from pipelines.database import Connection

RECEIPTS = "receipts"
# Made anew by the next run, from what is left.
_MADE_AGAIN = ("core", "facts", "metrics")
_OF_PASSES = ("core_passes", "table_state", "touched_nodes", "touched_people", "touched_orders", "findings")


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
    """Deletes people from landing and from the warehouse. Core and what is published are for a run to make anew.

    Landing comes first: stopped there, core still knows which ids go together, and the same call goes on. Raises
    WarehouseBusy while a run goes on.
    """
    key = load_key(settings.key_path)
    with open_for_writing(settings) as warehouse:
        connection = warehouse.connection
        ids = sorted({one for who in people for one in ids_of(connection, who.id(key))})
        _note_ids(connection, ids)
        orders = orders_of(connection)
        marks = _mark(warehouse, [*ids, *orders], key)
    done = Forgotten(len(ids), len(orders))
    told(f"{len(ids)} ids and {len(orders)} orders are theirs")
    texts = [*(who.text for who in people), *(one.value for one in ids if one.kind != "phone")]
    numbers = [one.value.rpartition("\x1f")[2] for one in orders]
    done.landing = forget_in_landing(settings, marks, texts, numbers, told)
    with replaced_warehouse(settings) as (warehouse, target):
        _note_ids(warehouse.connection, [*ids, *orders])
        with warehouse.transaction() as connection:
            done.rows = delete_rows(connection)
        told(f"{done.total} rows of the warehouse are theirs")
        _write_anew(warehouse.connection, target)
    for aside in settings.home.glob(f"{settings.warehouse_path.name}.broken-*"):
        aside.unlink()  # a warehouse that was set aside holds them, too
    done.receipt = _receipt(settings, done)
    return done


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


def _note_ids(connection: Connection, ids: Iterable[Id]) -> None:
    connection.execute("create or replace temp table gone (platform varchar, kind varchar, value varchar)")
    connection.executemany("insert into gone values (?, ?, ?)", [list(one) for one in ids])


def _mark(warehouse: Warehouse, ids: list[Id], key: bytes) -> list[str]:
    """From now on files' rows of these ids are left out."""
    marks = [one.mark(key) for one in ids]
    with warehouse.transaction() as connection:
        connection.execute(MADE)
        connection.execute("delete from ops.forgotten where list_contains(?, mark)", [marks])
        connection.execute("insert into ops.forgotten select unnest(?), ?", [marks, warehouse.settings.today()])
    return marks


def delete_rows(connection: Connection) -> Counter[str]:
    """Deletes what is of the ids and orders in temp table gone; rows by table. The ledger's sums hold afterwards."""
    deleted: Counter[str] = Counter()
    connection.execute(
        "create or replace temp table gone_rows "
        "(file_id bigint, file_source varchar, table_name varchar, is_standing boolean)"
    )
    for schema, table in _loaded():
        named = f"{schema}.{table.name}"
        if theirs := " or ".join(_is_gone(place.sql("t.{}".format)) for place in places_of(table)):
            connection.execute(
                f"insert into gone_rows select file_id, file_source, {quoted(table.name)}, {schema == 'staging'} "
                f"from {named} t where ({theirs}) and file_row is not null"
            )
            deleted[named] += _delete(connection, named, theirs)
        for column in table.columns.values():
            if column.of_other and column.hashed_when:
                other = Place("platform", column.hashed_when, column.stored_as).sql("t.{}".format)
                connection.execute(f"update {named} t set {column.stored_as} = null where {_is_gone(other)}")
    _settle_ledger(connection)
    deleted += _delete_elsewhere(connection)
    return +deleted


def _loaded() -> Iterator[tuple[str, StagingTable]]:
    for table in load_staging().values():
        yield "staging", table
        yield "superseded", table


def orders_of(connection: Connection) -> list[Id]:
    """The orders that rows of the ids in temp table gone are of."""
    found: set[Id] = set()
    for schema, table in _loaded():
        places = list(places_of(table))
        for order in (place for place in places if place.kind == ORDER):
            theirs = " or ".join(_is_gone(place.sql("t.{}".format)) for place in places if place.kind != ORDER)
            if theirs:
                number = ", ".join(order.sql("t.{}".format))
                rows = connection.execute(f"select distinct {number} from {schema}.{table.name} t where {theirs}")
                found.update(Id(*row) for row in rows.fetchall() if row[2])
    return sorted(found)


def _is_gone(names: tuple[str, str, str]) -> str:
    platform, kind, value = names
    return f"({value} is not null and ({platform}, {kind}, {value}) in (select (platform, kind, value) from gone))"


def _delete(connection: Connection, table: str, condition: str) -> int:
    return int(connection.execute(f"delete from {table} t where {condition}").fetchall()[0][0])


def _settle_ledger(connection: Connection) -> None:
    """A physical row that went is read no more: read = loaded + superseded + quarantined holds as before."""
    counting = [[name, table] for name, source in load_sources().items() for table in source.counting]
    connection.execute("create or replace temp table counting (file_source varchar, table_name varchar)")
    connection.executemany("insert into counting values (?, ?)", counting)
    connection.execute("""
        update ops.files f set
            rows_read = rows_read - least(g.standing, rows_loaded) - least(g.replaced, rows_superseded),
            rows_loaded = rows_loaded - least(g.standing, rows_loaded),
            rows_superseded = rows_superseded - least(g.replaced, rows_superseded)
        from (
            select file_id, count(*) filter (where is_standing) as standing,
                count(*) filter (where not is_standing) as replaced
            from gone_rows semi join counting using (file_source, table_name) group by file_id
        ) g where f.file_id = g.file_id
    """)


def _delete_elsewhere(connection: Connection) -> Counter[str]:
    """Lists of members, orders that wait, and whatever quarantine and notices show of the ids."""
    deleted: Counter[str] = Counter()
    member = "member in (select kind || chr(31) || value from gone)"
    for table in ("list_members", "departures"):
        deleted[f"ops.{table}"] = _delete(connection, f"ops.{table}", member)
    order = Place("platform", ORDER, "order_id", is_fixed=True, shop="shop_id").sql("t.{}".format)
    deleted["ops.waiting"] = _delete(connection, "ops.waiting", _is_gone(order))
    # a phone is masked there; an id is looked for as a word of its own, unless it is so short that any word may be it
    shown = "exists (select 1 from gone g where length(g.value) >= 4 and g.kind not in ('phone', 'order') and ({}))"
    word = "regexp_matches({}, '(^|[^A-Za-z0-9_])' || regexp_escape(g.value) || '($|[^A-Za-z0-9_])')"
    in_quarantine = shown.format(" or ".join(word.format(f"coalesce(t.{c}, '')") for c in ("raw_text", "found")))
    in_lines = f"t.line is not null and {in_quarantine}"
    connection.execute(f"""
        update ops.files f set rows_read = rows_read - q.n, rows_quarantined = rows_quarantined - q.n
        from (select file_id, sum(rows) as n from ops.quarantine t where {in_lines} group by 1) q
        where f.file_id = q.file_id
    """)
    deleted["ops.quarantine"] = _delete(connection, "ops.quarantine", in_lines)
    # the line of a whole file stands for all its rows: it stays, without what it shows
    connection.execute(f"update ops.quarantine t set found = '***' where t.line is null and {in_quarantine}")
    in_notices = shown.format(" or ".join(word.format(f"coalesce(t.{c}, '')") for c in ("subject", "said", "facts")))
    deleted["ops.notices"] = _delete(connection, "ops.notices", in_notices)
    return deleted


def _write_anew(connection: Connection, target: Path) -> None:
    """All that no run makes again, in a new file at `target`, in the order of its rows."""
    from pipelines.database import SCHEMAS, STORAGE_VERSION
    from pipelines.ingest.creating import create_staging

    (own,) = connection.execute("select current_database()").fetchall()[0]
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? and not temporary order by all",
        [own],
    ).fetchall()
    connection.execute(f"attach {quoted(target)} as fresh (storage_version '{STORAGE_VERSION}')")
    connection.execute("use fresh")
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    create_staging(connection)
    for schema, name in tables:
        if schema not in _MADE_AGAIN and name not in _OF_PASSES:
            _copy(connection, f"{own}.{schema}.{name}", schema, name)
    connection.execute("checkpoint fresh")
    connection.execute(f"use {own}")
    connection.execute("detach fresh")


def _copy(connection: Connection, source: str, schema: str, name: str) -> None:
    there = "select 1 from duckdb_tables() where database_name = 'fresh' and schema_name = ? and table_name = ?"
    if connection.execute(there, [schema, name]).fetchone():
        connection.execute(f"insert into fresh.{schema}.{name} by name select * from {source}")
    else:
        connection.execute(f"create table fresh.{schema}.{name} as from {source}")


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
