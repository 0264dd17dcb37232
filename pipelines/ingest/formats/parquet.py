"""Parquet: its columns as text.

What belongs here: types of Parquet. What does not: what the text means (cells).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.text import UnreadableError
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


def open_parquet(path: Path, folders: tuple[str, ...]) -> Opened:
    """Every column as text. Raises UnreadableError."""
    call = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    vetted = _vetted_parquet(path, call)
    verdict = choose(vetted.header, folders, "parquet")
    if not isinstance(verdict, Match):
        raise refusal(verdict, vetted.header, vetted.rows, folders)
    named = ", ".join(f"{cell} as c{n}" for n, cell in enumerate(vetted.cells))
    relation = f"(select file_row_number + 1 as line, file_row_number + 1 as rec, {named} from {call})"
    opened = Opened(match=verdict, encoding="parquet", relation=relation, numbered=True, expected=vetted.rows)
    opened.notices += [notice for place, notice in vetted.notices.items() if place in verdict.places]
    return opened


@dataclass
class _Vetted:
    header: list[str]
    cells: list[str]  # SQL of each column's text
    rows: int
    notices: dict[int, Notice] = field(default_factory=dict)  # by place in the header


def _vetted_parquet(path: Path, call: str) -> _Vetted:
    """The whole file is read once in a database of its own.

    What damaged files do to DuckDB may go as far as making the database unusable.
    """
    import duckdb

    try:
        with duckdb.connect() as apart:
            described = apart.execute(f"describe select * exclude (file_row_number) from {call}").fetchall()
            legacy = _int96_places(apart, path)
            is_wall_clock = bool(legacy) and _is_by_impala(apart, path)
            instants = set() if is_wall_clock else legacy
            cells = [_cell(name, kind, place in instants) for place, (name, kind, *_) in enumerate(described)]
            counted = apart.execute(f"select count(hash({', '.join(cells)})) from {call}").fetchall()
    except duckdb.Error as error:
        raise UnreadableError("unreadable", "a complete Parquet file; this one is cut off or damaged") from error
    header = [row[0] for row in described]
    notices = {place: _legacy_notice(header[place], is_wall_clock) for place in legacy}
    return _Vetted(header, cells, counted[0][0], notices)


def _int96_places(apart: Connection, path: Path) -> set[int]:
    """Places of the columns of Parquet's old type for times, which says of itself neither instant nor wall clock."""
    nodes = apart.execute(f"select type, num_children from parquet_schema({quoted(str(path))})").fetchall()[1:]
    places, place, open_nodes = set(), 0, 0
    for kind, children in nodes:
        if not open_nodes:
            if kind == "INT96":
                places.add(place)
            place, open_nodes = place + 1, 1
        open_nodes += (children or 0) - 1
    return places


def _is_by_impala(apart: Connection, path: Path) -> bool:
    """Impala is the one writer that keeps the wall clock in INT96; Spark and Hive write the instant."""
    row = apart.execute(f"select created_by from parquet_file_metadata({quoted(str(path))})").fetchone()
    return row is not None and str(row[0]).lower().startswith("impala")


def _legacy_notice(name: str, is_wall_clock: bool) -> Notice:
    read = "the wall clock, as Impala writes it" if is_wall_clock else "an instant, and shown in the business time zone"
    said = f"column {name} holds times of Parquet's old type INT96; they were read as {read}: compare one of them"
    return Notice("int96_times", said, name, facts={"read_as": "wall_clock" if is_wall_clock else "instant"})


def _cell(name: str, sql_type: str, is_instant: bool) -> str:
    """SQL of a column's text; what is nested in it becomes JSON, so that it is known for nested."""
    column = '"' + name.replace('"', '""') + '"'
    if is_instant and sql_type.startswith("TIMESTAMP"):
        return f"cast(timezone('UTC', cast({column} as timestamp)) as varchar)"
    if sql_type == "FLOAT":  # keeps seven digits: a longer number was another one once
        return f"case when abs({column}) >= 16777216 then printf('%e', {column}::double) else {column}::varchar end"
    if sql_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")) or sql_type.endswith("]"):
        return f"to_json({column})::varchar"
    return f"replace(cast({column} as varchar), chr(0), '')"
