"""How the rows of a breakdown make up the row of all: what a column's `over_segments` may say, and what it means.

What belongs here: the words, what each promises, in which tables. What does not: any column (the headers in assets/).

Promised is of every cell of a table, its key without the breakdown: of each breakdown that the table has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipelines.spec.header import Column
    from pipelines.spec.table_file import TableFile

OverSegments = Literal["sum", "distinct", "part", "within", "apart"]
BREAKDOWN = ("segment_by", "segment", "segment_platform")
PROMISES = {
    "sum": "the rows of a breakdown add up to the row of all",
    "distinct": "counted once in each row: the rows of a breakdown add up to as much as the row of all or more",
    "part": "what a breakdown has no row for stands in the row of all alone: its rows add up to that or less",
    "within": "no row of a breakdown is above the row of all; they do not add up",
    "apart": "each row's own; the rows of a breakdown do not add up",
}
_COUNTED = ("person", "membership", "order", "event", "piece", "id", "row", "yuan")


def is_counted(column: Column) -> bool:
    """A count of things or an amount of money, which may add up; no rate, no amount per head, no duration."""
    return column.type in ("bigint", "decimal(18,2)") and column.unit in _COUNTED and column.of is None


def refuse_unless_counted(column: Column) -> None:
    """Raises ValueError where a column says how its rows add up and is nothing that could."""
    if column.over_segments != "sum" and not is_counted(column):
        raise ValueError("over_segments: is for a count or an amount that `of` does not divide")


def promised(table: TableFile) -> dict[str, OverSegments]:
    """What the columns of a table with breakdowns promise; of any other none."""
    if not {"segment_by", "segment"} <= set(table.key):
        return {}
    told = {name: column for name, column in table.columns.items() if name not in table.key}
    return {name: column.over_segments for name, column in told.items() if is_counted(column)}
