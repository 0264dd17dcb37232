"""Rows under one key that are no copies of each other: numbers given anew each day, or in each shop.

What belongs here: telling such rows from corrections, and what is said of them. What does not: which of the two stands
(merging.py, clashes.py).
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Target
from pipelines.ingest.staging import Column
from pipelines.privacy import mask_text


def differs_sql(target: Target, told: frozenset[str], one: Callable[[str], str], other: Callable[[str], str]) -> str:
    """SQL: of two rows, as `one` and `other` say a column, two of what copies share differ, or the only one.

    Of a time its day counts, or its minute (`to_minute`). What is not told differs from nothing. False for tables whose
    copies need share nothing.
    """
    columns, shared = target.table.columns, target.table.copies_share
    if shared is None or shared.unless in told:
        return "false"
    tests = [
        _differ(column, one(column.stored_as), other(column.stored_as), shared.to_minute)
        for column in (columns[name] for name in shared.columns)
    ]
    differing = " + ".join(f"coalesce(({test})::int, 0)" for test in tests)
    return f"{differing} >= {min(2, len(tests))}"


def _differ(column: Column, a: str, b: str, to_minute: bool) -> str:
    if column.type != "timestamp":
        return f"{a}::{column.sql_type} <> {b}::{column.sql_type}"
    days = f"{a}::date <> {b}::date"
    has_hours = " and ".join(f"{x}::time not in ('00:00:00', '23:59:59')" for x in (a, b))
    return f"{days} or {has_hours} and abs(epoch({a}::timestamp) - epoch({b}::timestamp)) >= 60" if to_minute else days


def other_rows(target: Target, rows: int, example: str | None) -> Notice:
    """What a person should know of it; the sentence is the same of every file, the example one of its facts."""
    table, shared = target.table, target.table.copies_share
    assert shared is not None
    number, unless = table.key[-1], shared.unless
    if unless:
        others = " and another ".join(shared.columns)
        text = (
            f"{rows} rows are of a {number} that another file tells with another {others}, and neither says its "
            f"{unless}: only the newest counts. If they are two, give both files a column {unless}; if it was "
            "corrected, nothing is to do"
        )
        return Notice("other_figures", text, table.name, rows, facts={"column": unless})
    text = (
        f"{rows} rows have a {number} that stands in another file with another {' or '.join(shared.columns)}: "
        "probably another thing under a number given twice, and only the newest counts. If another shop sold it, give "
        "a column shop_id or a folder per shop; if numbers begin anew each day, put the day before them; if it was "
        "corrected, nothing is to do"
    )
    return Notice("other_row", text, number, rows, facts={"example": mask_text(example)} if example else {})
