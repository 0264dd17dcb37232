"""Parquet: its columns as text.

What belongs here: types of Parquet. What does not: what the text means (cells).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.text import UnreadableError, too_much_unpacked
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.settings import ReadingLimits


def open_parquet(path: Path, folders: tuple[str, ...], scratch: Path, limits: ReadingLimits) -> Opened:
    """A copy of the file in which every column is text. Raises UnreadableError.

    The file itself is read once, in a database of its own: what damaged files do to DuckDB may go as far as making the
    database unusable, and some can be read in one way and not in another.
    """
    import duckdb

    target = scratch / "text.parquet"
    try:
        with duckdb.connect(config={"temp_directory": str(scratch)}) as apart:
            _refuse_too_large(apart, path, limits)
            return _copied(apart, path, folders, target)
    except duckdb.Error as error:
        if target.name in str(error):
            raise  # of a disk of ours
        raise UnreadableError("unreadable", "a complete Parquet file; this one is cut off or damaged") from error


def _refuse_too_large(apart: Connection, path: Path, limits: ReadingLimits) -> None:
    """By what the file says of itself: nothing is unpacked yet."""
    said = f"select coalesce(sum(total_uncompressed_size), 0) from parquet_metadata({quoted(str(path))})"
    [(size,)] = apart.execute(said).fetchall()
    if size > limits.unpacked_bytes:
        raise too_much_unpacked(limits)


def _copied(apart: Connection, path: Path, folders: tuple[str, ...], target: Path) -> Opened:
    call = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    described = apart.execute(f"describe select * exclude (file_row_number) from {call}").fetchall()
    header = [row[0] for row in described]
    verdict = choose(header, folders, "parquet")
    if not isinstance(verdict, Match):
        [(count,)] = apart.execute(f"select count(*) from {call}").fetchall()
        raise refusal(verdict, header, count, folders)
    legacy = _int96_places(apart, path)
    is_wall_clock = bool(legacy) and _is_by_impala(apart, path)
    instants = set() if is_wall_clock else legacy
    cells = [f"{_cell(name, kind, n in instants)} as c{n}" for n, (name, kind, *_) in enumerate(described)]
    rows = f"select file_row_number + 1 as line, {', '.join(cells)} from {call}"
    [(count,)] = apart.execute(f"copy ({rows}) to {quoted(str(target))} (format parquet)").fetchall()
    relation = f"(select line, line as rec, * exclude (line) from read_parquet({quoted(str(target))}))"
    opened = Opened(match=verdict, encoding="parquet", relation=relation, numbered=True, expected=count)
    opened.notices += [_legacy_notice(header[place], is_wall_clock) for place in legacy if place in verdict.places]
    return opened


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
