"""Small hand-written worlds: given canonical rows, the whole core in memory, ready to be asked.

What belongs here: reading a table written as text, putting rows into staging, running core. What does not: expected
rows; those stand in each test, where an analyst can check them by eye.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.building import Pass, refresh
from pipelines.core import begin_pass, core_tables
from pipelines.ingest.staging import load_staging
from pipelines.metrics import query
from pipelines.settings import SOURCE_KINDS, Settings
from pipelines.tables import load_tables
from tests.warehouses import empty_warehouse

Row = dict[str, Any]


@dataclass
class World:
    """An in-memory warehouse with core, of which each table is built once it is asked for."""

    warehouse: Any
    settings: Settings
    as_of: date
    is_known: bool = False
    waiting: dict[str, Pass] = field(default_factory=dict)  # tables of core that are not built yet

    @property
    def connection(self) -> Any:
        """The warehouse with the whole of core."""
        self._build(set(self.waiting))
        return self.warehouse

    def sql(self, text: str) -> list[Row]:
        """The rows of a SELECT, over the tables of core that it names or, where it names none, over all."""
        named = set(re.findall(r"\b(?:core|facts|metrics)\.\w+", text))
        self._build(needed_core(named) if named else set(self.waiting))
        return self._rows(text)

    def _rows(self, text: str) -> list[Row]:
        relation = self.warehouse.sql(text)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    def rows(self, name: str, where: str = "true", order: str = "all", **parameters: Any) -> list[Row]:
        """A core table's rows, or a metric's with parameters; sorted by all columns unless `order` says otherwise."""
        if name.startswith("metrics."):
            if "order" in load_tables()[name].parameters and order != "all":  # the order of a funnel's steps
                parameters, order = {**parameters, "order": order}, "all"
            self._build(needed_core({name}))
            relation = query(self.warehouse, name, parameters, self.settings, self.as_of)
            relation.create_view("asked", replace=True)
            return self._rows(f"select * from asked where {where} order by {order}")
        return self.sql(f"select * from {name} where {where} order by {order}")

    def refresh(self, as_of: str | date | None = None, full: bool = False) -> World:
        """Core brought up to what staging holds now."""
        day = date.fromisoformat(str(as_of)) if as_of else self.as_of
        core_pass = begin_pass(self.connection, self.settings, day, full)
        self.waiting = {table.qualified: core_pass for table in core_tables()}
        self.as_of = core_pass.as_of
        return self

    def _build(self, names: set[str]) -> None:
        for name in [name for name in self.waiting if name in names]:
            refresh(self.warehouse, load_tables()[name], self.settings, self.waiting.pop(name))
            if name == "core.source_days" and self.is_known:
                tell_every_day(self.warehouse, self.as_of)


def needed_core(names: set[str]) -> set[str]:
    """The tables of core that these tables are or read, however far below."""
    tables, found = load_tables(), set[str]()
    while names:
        found |= names
        names = {below for name in names if name in tables for below in tables[name].dependencies} - found
    return {name for name in found if name.startswith("core.")}


def world(
    staging: dict[str, list[Row] | str] | None = None, as_of: str = "2025-12-31", is_known: bool = True, **settings: Any
) -> World:
    """A world from canonical rows by staging table (lists of dicts, or tables written as text), with its core built.

    The rows are all that happened: every source is known on every day up to as_of. With is_known = False each source is
    known as far as its rows go, as it is with files.
    """
    built = empty_world(as_of, **settings)
    built.is_known = is_known
    for name, rows in (staging or {}).items():
        put(built.warehouse, name, table(rows) if isinstance(rows, str) else rows)
    return built.refresh(full=True)


def empty_world(as_of: str = "2025-12-31", **settings: Any) -> World:
    """A world without rows and without core, for tests that let rows arrive bit by bit."""
    return World(empty_warehouse(), Settings(home=Path("nowhere"), **settings), date.fromisoformat(as_of))


def on_every_thread(built: World) -> World:
    """A world whose tables are built as a run builds them, on all threads that there are."""
    built.warehouse.execute("reset threads")
    return built


def tell_every_day(connection: Any, as_of: date) -> None:
    """Lets every source tell of every day from the first one in the world to as_of."""
    connection.execute(
        """
        insert into core.source_days
        select k.kind, p.platform, null, d.day, 1, true, null, null
        from unnest(?) as k (kind), (select distinct platform from core.source_days) as p,
            (select unnest(generate_series(min(date), ?, interval 1 day))::date as day from core.source_days) as d
        where not exists (from core.source_days s
            where s.kind = k.kind and s.platform = p.platform and s.date = d.day)
        """,
        [list(SOURCE_KINDS), as_of],
    )


def arrive(connection: Any, rows: list[tuple[str, Row]], file_id: int) -> None:
    """Rows of several tables arriving as one file: of each key the newest `version_at` stands, the other does not."""
    for name in {name for name, _ in rows}:
        put(connection, name, [row for table_name, row in rows if table_name == name], file_id)
        key = ", ".join([*load_staging()[name].key_sql(str), "file_source"][: None if _per_source(name) else -1])
        ranked = f"row_number() over (partition by {key} order by version_at desc, file_id desc) > 1"
        connection.execute(f"""
            insert into superseded.{name} by name
                select *, {file_id} as superseded_by from staging.{name} qualify {ranked};
            delete from staging.{name} where rowid in (select rowid from staging.{name} qualify {ranked});
        """)


def _per_source(name: str) -> bool:
    return load_staging()[name].versions == "newest_per_source"


def put(connection: Any, name: str, rows: list[Row], file_id: int = 1) -> None:
    """Canonical rows straight into staging, with the defaults and the provenance that ingest would give them."""
    columns = load_staging()[name].columns
    connection.execute(
        "insert into ops.files by name select ? as file_id, 'world' as path, 0 as rows_read where ? not in "
        "(select file_id from ops.files)",
        [file_id, file_id],
    )
    filled = [_filled(name, columns, row, file_id, number) for number, row in enumerate(rows, start=2)]
    # one statement for rows of the same columns and types: in one of mixed types some values would be cast twice
    for typed, alike in groupby(filled, key=lambda row: [(c, type(value)) for c, value in row.items()]):
        cells = [cell for row in alike for cell in row.values()]
        marks = "(" + ", ".join("?" for _ in typed) + ")"
        listed = ", ".join(f'"{c}"' for c, _ in typed)
        marks = ", ".join([marks] * (len(cells) // len(typed)))
        connection.execute(f"insert into staging.{name} ({listed}) values {marks}", cells)


def _filled(name: str, columns: Any, row: Row, file_id: int, number: int) -> Row:
    filled = {c: column.default for c, column in columns.items() if column.default is not None} | row
    filled |= {
        c: filled[column.default_from] for c, column in columns.items() if column.default_from and c not in filled
    }
    if name == "events" and "event_id" not in filled:
        filled["event_id"] = hashlib.md5(repr(sorted(row.items())).encode()).hexdigest()
    if "phone" in filled:
        filled["phone_key"] = filled.pop("phone")
    filled = {"file_source": "world", "version_at": datetime(2025, 1, 1)} | filled
    return filled | {"file_id": file_id, "file_row": number}


def table(text: str) -> list[Row]:
    """Rows from a table written with bars; the first line names the columns, an empty cell or '-' is NULL.

    Numbers, dates, times and true/false are read as such; ids stay text when they do not look like one of these.
    """
    lines = [line.strip().strip("|") for line in text.strip().splitlines() if not set(line.strip()) <= set("|-: ")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(cells[0], map(_value, row), strict=True)) for row in cells[1:]]


def _value(text: str) -> Any:
    if text in ("", "-"):
        return None
    if text in ("true", "false"):
        return text == "true"
    for read in (int, Decimal, date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text)
        except (ValueError, ArithmeticError):
            continue
    return text
