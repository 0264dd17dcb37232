"""Times that are all midnight: a spreadsheet shows a day as 2026/3/1 0:00, which says no hour.

What belongs here: which columns of one level of a file are such. What does not: what a day without an hour counts as
(assets/core).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan

if TYPE_CHECKING:
    from pipelines.database import Connection


def day_columns(connection: Connection, plan: Plan, rows: str) -> dict[str, Notice]:
    """Outputs that say an hour was told, although every time of the file is a midnight; each with its notice."""
    found = {}
    for target in plan.targets:
        for column in target.table.columns.values():
            time = column.has_time_of
            if time in target.varying and column.name in target.varying:
                says, at = target.expression(column.name), target.expression(time)
                said = f"from {rows} t where {target.condition()} and {says}"
                # the first row that is none ends the search
                if connection.execute(f"select 1 {said} and {at} <> {at}::date limit 1").fetchone() is None:
                    count = connection.execute(f"select count(*) {said}").fetchall()[0][0]
                    if count:
                        found[f"s{target.index}_{column.name}"] = _notice(plan.header_of(target, time), count)
    return found


def _notice(header: str, count: int) -> Notice:
    said = f"all {count} times of this column are midnight; they were taken as days without an hour"
    return Notice("days_as_midnight", said, header, count)
