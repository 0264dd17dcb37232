"""Parquet: its columns as text.

What belongs here: types of Parquet. What does not: what the text means (cells).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.headers import Match
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.staging import quoted
from pipelines.ingest.text import UnreadableError


def open_parquet(path: Path, folders: tuple[str, ...]) -> Opened:
    call = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    header, cells, rows = _vetted_parquet(call)
    verdict = choose(header, folders, "parquet")
    if not isinstance(verdict, Match):
        raise refusal(verdict, header, rows, folders)
    named = ", ".join(f"{cell} as c{n}" for n, cell in enumerate(cells))
    relation = f"(select file_row_number + 1 as line, file_row_number + 1 as rec, {named} from {call})"
    return Opened(match=verdict, encoding="parquet", relation=relation, numbered=True, expected=rows)


def _vetted_parquet(call: str) -> tuple[list[str], list[str], int]:
    """Header, SQL of each cell, number of rows; the whole file is read once in a database of its own.

    What damaged files do to DuckDB may go as far as making the database unusable.
    """
    import duckdb

    try:
        with duckdb.connect() as apart:
            described = apart.execute(f"describe select * exclude (file_row_number) from {call}").fetchall()
            cells = [_parquet_cell(name, sql_type) for name, sql_type, *_ in described]
            counted = apart.execute(f"select count(hash({', '.join(cells)})) from {call}").fetchall()
    except duckdb.Error as error:
        raise UnreadableError("unreadable", "a complete Parquet file; this one is cut off or damaged") from error
    return [row[0] for row in described], cells, counted[0][0]


def _parquet_cell(name: str, sql_type: str) -> str:
    """SQL of a column's text; what is nested in it becomes JSON, so that it is known for nested."""
    column = '"' + name.replace('"', '""') + '"'
    if sql_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")) or sql_type.endswith("]"):
        return f"to_json({column})::varchar"
    return f"replace(cast({column} as varchar), chr(0), '')"
