"""Lists inside JSON records as relations: each entry with the cells of the record, and of the list, around it.

What belongs here: taking lists apart. What does not: records (json.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.formats.json_paths import extracted, names_of_cells, path_sql, positions_of
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.wrappers import list_sql
from pipelines.ingest.grammar import Source
from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice

if TYPE_CHECKING:
    from pipelines.database import Connection


def list_columns(source: Source, inside: str | None, document: str) -> list[str]:
    """SQL: the lists that stand directly in a document, and whether anything stands there."""
    columns = []
    for name, child in source.each.items():
        if child.inside == inside:
            there = f"json_extract({document}, {path_sql(child.path)})"
            columns.append(f"{list_sql(there)} as l_{name}")
            columns.append(f"coalesce(json_extract_string({there}, '$'), '') <> '' as h_{name}")
    return columns


def add_lists(connection: Connection, opened: Opened, prefix: str, inside: str | None = None) -> None:
    """The lists of the records, then the lists in those: temp table <prefix>_list_<name> each, known to `opened`."""
    source = opened.match.source
    outer = opened.match if inside is None else opened.child_matches[inside]
    table = f"{prefix}_cells" if inside is None else f"{prefix}_list_{inside}"
    for name, child in source.each.items():
        if child.inside != inside:
            continue
        width = len(outer.header)
        more, found, cells = extracted({key: column.names for key, column in child.columns.items()}, "child", width)
        kept = ", ".join(["line", "rec", names_of_cells(width), cells, *list_columns(source, name, "child")])
        connection.execute(
            f"create or replace temp table {prefix}_list_{name} as select {kept} from ("
            f"select *, {found} as found from (select *, unnest(l_{name}) as child from {table}))"
        )
        places = dict(outer.positions)
        places |= {key: tuple(p + width for p in at) for key, at in positions_of(child.columns, more).items()}
        opened.children[name] = f"(select line, rec, {names_of_cells(width + len(more))} from {prefix}_list_{name})"
        opened.child_matches[name] = Match(source, places, {}, (*outer.header, *more))
        opened.notices += _unread(connection, table, name, child.path)
        add_lists(connection, opened, prefix, name)


def _unread(connection: Connection, table: str, name: str, path: str) -> list[Notice]:
    """Records that have something where the list should be, and it is none."""
    row = connection.execute(f"select count(*) from {table} where l_{name} is null and h_{name}").fetchone()
    if not row or not row[0]:
        return []
    said = f"{path}: {row[0]} records have something else than a list there; nothing of it was read"
    return [Notice("list_not_read", said, path, row[0], "aside")]
