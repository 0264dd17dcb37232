"""The rows of a table that meet a set of touched keys: looked for by their keys alone, then fetched by their place.

What belongs here: finding such rows, once a pass. What does not: which keys a pass touches (identity/touched.py), by
which of them a table is restricted (its header), what becomes of the rows (following.py, duckdb.py).

A join of all columns decodes all of them for every row; fetched by place, 20 million orders of 50 columns give up
150,000 touched ones in a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.engines.engine import TOUCHED

if TYPE_CHECKING:
    from pipelines.database import Connection


def match_of(touched: str, key: Sequence[str] | None = None) -> str:
    """How a table t meets a touched set x: by the set's own columns, or by other columns or expressions over t."""
    mine = [part if "t." in part else f"t.{part}" for part in key or TOUCHED[touched]]
    return " and ".join(f"{one} = x.{other}" for one, other in zip(mine, TOUCHED[touched], strict=True))


def rows_by(table: str, touched: str, match: str, columns: str = "t.*") -> str:
    """SQL of the rows of a stored table t that meet a row x of `touched`."""
    places = f"select t.rowid from {table} as t semi join {touched} as x on {match}"
    return f"select {columns} from {table} as t where t.rowid in ({places})"


def forget_gathered(connection: Connection) -> None:
    """Begins a pass: no touched rows have been looked for yet."""
    connection.execute("create or replace temp table gathered (table_name varchar, meaning varchar, stands_in varchar)")


def gathered(connection: Connection, name: str, touched: str, match: str, done: int, source: str) -> str:
    """The temporary table of the rows of `name` that a pass after `done` touched, found among those of `source` unless
    this pass has found them before: several tables ask for the same ones."""
    asked = "select stands_in from temp.main.gathered where table_name = ? and meaning = ?"
    found = connection.execute(asked, [name, _meaning(source, match, done)]).fetchall()
    if found:
        return str(found[0][0])
    place = f"temp.main.touched_{name.replace('.', '_')}"
    connection.execute(f"create or replace temp table {place} as {rows_by(source, touched, match)}")
    note_gathered(connection, name, match, done, source, place)
    return place


def note_gathered(connection: Connection, name: str, match: str, done: int, source: str, place: str) -> None:
    """Says which temporary table holds these rows from now on."""
    connection.execute("delete from temp.main.gathered where table_name = ? or stands_in = ?", [name, place])
    connection.execute("insert into temp.main.gathered values (?, ?, ?)", [name, _meaning(source, match, done), place])


def _meaning(source: str, match: str, done: int) -> str:
    return f"{source} by {match} since {done}"
