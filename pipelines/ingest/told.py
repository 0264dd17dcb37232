"""What a loaded file's rows say that a person should know: times after the file's own, event words that nobody knows.

What belongs here: looking over the rows once they are read. What does not: refused rows (rows.py), unread columns and
sheets (formats), and where a person reads it (quality.py).
"""

from __future__ import annotations

import difflib
from datetime import timedelta
from typing import TYPE_CHECKING

from pipelines.event_words import load_event_words
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Facts, Plan, Target
from pipelines.ingest.staging import Column
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

MOST_WORDS = 20
GRACE = timedelta(days=1)  # for time zones and clocks that are a little off


def told_of_rows(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str, facts: Facts, settings: Settings
) -> list[Notice]:
    """Notices of one level of a file, made from its relation of read rows."""
    notices = []
    for target in plan.targets:
        notices += _ahead(connection, plan, target, rows, facts)
        for column in target.table.columns.values():
            if column.spellings and column.stored_as in target.varying:
                notices += _own_words(connection, target, column, rows, settings)
    return notices


def _ahead(connection: duckdb.DuckDBPyConnection, plan: Plan, target: Target, rows: str, facts: Facts) -> list[Notice]:
    """Times later than the file itself: a wrong year, or a clock that is wrong."""
    columns = [c for c in target.table.columns.values() if c.stored_as in target.varying and c.has_happened]
    if not columns:
        return []
    limit = f"timestamp '{facts.version_at + GRACE}'"
    counts = ", ".join(f"count(*) filter (where {target.expression(c.stored_as)} > {limit})" for c in columns)
    found = connection.execute(f"select {counts} from {rows} t where {target.condition()}").fetchone() or ()
    return [
        Notice(
            "future_time",
            f"{count} rows say a time after the file itself was written ({facts.version_at:%Y-%m-%d %H:%M}); "
            "they are in no number until that day has come: look at the year and the day in this column",
            plan.header_of(target, column.name),
            count,
            "aside",
        )
        for column, count in zip(columns, found, strict=True)
        if count
    ]


def _own_words(
    connection: duckdb.DuckDBPyConnection, target: Target, column: Column, rows: str, settings: Settings
) -> list[Notice]:
    word = target.expression(column.stored_as)
    known = [*load_event_words(), *settings.private_entry_events]
    found = connection.execute(
        f"select {word} as word, count(*) as rows from {rows} t where {target.condition()} "
        f"and not list_contains($1, {word}) group by word order by rows desc, word limit {MOST_WORDS}",
        [known],
    ).fetchall()
    return [Notice("unknown_event_word", _said(word, known), word, count) for word, count in found]


def _said(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    meant = f"did you mean {near[0]}? " if near else ""
    return (
        f"{meant}the event word is none of Siyu's, so it means nothing but itself; see docs/accepted.md for the words, "
        "or name it in private_entry_events if it is an entry into the private domain"
    )
