"""Which columns of a canonical table a file tells: a newer copy of a row replaces these and leaves the others alone.

What belongs here: telling from a plan, and the numbered sets of columns in ops.shapes. What does not: what becomes of
copies of different shapes (composing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.expressions import names_in_order, quoted
from pipelines.ingest.plan import Plan, Target

if TYPE_CHECKING:
    import duckdb

COMPOSED = 0  # the shape of a row put together from several copies


def told_columns(plan: Plan, target: Target) -> frozenset[str]:
    """Stored columns that the file itself tells; the rest are defaults, or made of columns that it does not have.

    An expression over several columns is told by the one of the same name, else by the first: a time of payment that
    is guessed from another time does not replace one that was told. The type of an id goes with the id, and whether a
    time has an hour with the time.
    """
    ids = dict(target.table.id_of_kind)
    for column in target.table.columns.values():
        if column.has_time_of is not None:
            ids[column.name] = column.has_time_of
    return frozenset(
        column.stored_as
        for column in target.table.columns.values()
        if _is_told(plan, target, ids.get(column.name, column.name))
    )


def _is_told(plan: Plan, target: Target, column: str) -> bool:
    expression = target.load.columns.get(column)
    if expression is None or expression.startswith("null::"):
        return False
    known = plan.match.source.all_columns
    names = [name for name in names_in_order(expression) if name in known]
    if not names:
        return True
    return (column if column in names else names[0]) in plan.readings


def untold_sql(target: Target, told: frozenset[str]) -> str:
    """SQL literal `,a,b,` of the columns that have a value although the file does not tell it; NULL for none."""
    untold = [c for c in target.table.stored if c not in told and not target.expression(c).startswith("null::")]
    return quoted(f",{','.join(untold)},") if untold else "null::varchar"


def is_told_sql(column: str, untold: str) -> str:
    """SQL: the value of a column was told, given the row's `untold`."""
    return f"not contains(coalesce({untold}, ''), ',{column},')"


def shape_of(connection: duckdb.DuckDBPyConnection, table: str, told: frozenset[str]) -> int:
    """The number of a set of columns, a new one the first time."""
    columns = sorted(told)
    found = connection.execute(
        "select shape from ops.shapes where table_name = ? and columns = ?::varchar[]", [table, columns]
    ).fetchone()
    if found is not None:
        return int(found[0])
    connection.execute(
        "insert into ops.shapes select coalesce(max(shape), 0) + 1, ?, ?::varchar[] from ops.shapes", [table, columns]
    )
    return shape_of(connection, table, told)


def shapes_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[int, frozenset[str]]:
    """Every set of columns that files of a table had so far."""
    rows = connection.execute("select shape, columns from ops.shapes where table_name = ?", [table]).fetchall()
    return {shape: frozenset(columns) for shape, columns in rows}
