"""Which columns of a canonical table a copy of a row tells: it replaces these of an older copy and leaves the others.

A copy tells what its file has a column for and its cell is not empty in: platforms mask and blank what they once told.

What belongs here: telling from a plan and a row, and the numbered sets of columns in ops.shapes. What does not: what
becomes of copies that tell different columns (composing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pipelines.ingest.expressions import names_in_order
from pipelines.ingest.plan import Plan, Target
from pipelines.ingest.staging import StagingTable
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

COMPOSED = 0  # the shape of a row put together from several copies


def told_columns(plan: Plan, target: Target) -> frozenset[str]:
    """Stored columns that the file itself tells; the rest are defaults, or made of columns that it does not have.

    An expression over several columns is told by the one of the same name, else by the first: a time of payment that
    is guessed from another time does not replace one that was told.
    """
    owners = _owners(target.table)
    return frozenset(
        column.stored_as
        for column in target.table.columns.values()
        if _is_told(plan, target, owners.get(column.name, column.name))
    )


def _owners(table: StagingTable) -> dict[str, str]:
    """Columns that are told with another: the type of an id with the id, whether a time has an hour with the time."""
    owners = dict(table.id_of_kind)
    for column in table.columns.values():
        if column.has_time_of is not None:
            owners[column.name] = column.has_time_of
    return owners


def not_empty_sql(table: StagingTable, row: str) -> str:
    """SQL: the list of columns in which a row is not empty."""
    owners = _owners(table)
    names = {column.stored_as: owners.get(column.name, column.stored_as) for column in table.columns.values()}
    listed = ", ".join(f"case when {row}.{owner} is not null then {quoted(name)} end" for name, owner in names.items())
    return f"list_filter([{listed}], lambda name: name is not null)"


def lacks_sql(table: StagingTable, one: Callable[[str], str], other: Callable[[str], str]) -> str:
    """SQL: the one row is empty in a column in which the other is not, as each says a column."""
    own = [column for column in table.stored if column not in table.key]
    return "(" + " or ".join(f"{one(column)} is null and {other(column)} is not null" for column in own) + ")"


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


def shape_of(connection: Connection, table: str, told: frozenset[str]) -> int:
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


def shapes_of(connection: Connection, table: str) -> dict[int, frozenset[str]]:
    """Every set of columns that files of a table had so far."""
    rows = connection.execute("select shape, columns from ops.shapes where table_name = ?", [table]).fetchall()
    return {shape: frozenset(columns) for shape, columns in rows}


def mixes_sql(connection: Connection, table: StagingTable, shape: int) -> str:
    """SQL: each of the two copies tells columns that the other does not, or the standing one is composed."""
    shapes = shapes_of(connection, table.name)
    mine = shapes[shape]
    covered = _among(number for number, columns in shapes.items() if columns <= mine)
    covering = _among(number for number, columns in shapes.items() if columns >= mine)
    whole = "true" if mine >= table.stored.keys() - set(table.key) else "false"
    return (
        f"coalesce(shape, -1) = {COMPOSED} or not goes_back and not went_back and case when wins "
        f"then lacks or not coalesce(shape in ({covered}), {whole}) "
        f"else standing_lacks or not coalesce(shape in ({covering}), true) end"
    )


def _among(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, [-1, *sorted(numbers)]))
