"""Questions to the world's tables, answered as dictionaries. What belongs here: that; what does not: any question."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.database import Connection

Row = dict[str, Any]


class World:
    """The world's tables and its last day."""

    def __init__(self, connection: Connection, last_day: date) -> None:
        self.connection = connection
        self.last_day = last_day

    def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """The rows of a query; `$last_day` is always known."""
        wanted = parameters | ({"last_day": self.last_day} if "$last_day" in sql else {})
        result = self.connection.execute(sql, wanted)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str, **parameters: Any) -> Row:
        """The only row of a query."""
        (row,) = self.rows(sql, **parameters)
        return row

    def counted(self, sql: str) -> dict[str, int]:
        """A query of two columns as a dictionary."""
        return dict(self.connection.execute(sql).fetchall())


def total(rows: list[Row], name: str) -> int:
    """The sum of one column."""
    return sum(row[name] for row in rows)
