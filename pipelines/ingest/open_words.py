"""Words that a merchant may add to: what a person did, what kind of id this is.

What belongs here: the spelling that we keep as SQL, and which words are known. What does not: the tables of words
(assets), and closed columns (canonical_columns.py).
"""

from __future__ import annotations

from pipelines.event_words import load_event_words, spellings
from pipelines.id_types import LEFT_OUT, PHONE, id_type_words, load_id_types
from pipelines.ingest.cells.plainly import among_sql, list_sql
from pipelines.ingest.staging import Column
from pipelines.settings import Settings
from pipelines.spec.literals import quoted


def kept_word(value: str, column: Column) -> str:
    """SQL: a word in small letters, or the word that another spelling of it means."""
    if column.spellings == "id_types":
        return id_type(value)
    if column.spellings == "event_words":
        # other spellings are no plain letters
        plain = f"strlen({value}) = length({value})"
        return f"case when {plain} then lower({value}) else {_swapped(value, value, spellings())} end"
    return f"lower({value})"


def id_type(value: str) -> str:
    """SQL: the kind of id that a word means; one that nobody knows is itself."""
    swapped = _swapped(_bare(value), value, id_type_words())
    return f"case when {among_sql(value, tuple(load_id_types()))} then {value} else {swapped} end"


def is_phone_type(value: str) -> str:
    """SQL: whether a word means that ids are phone numbers."""
    return among_sql(_bare(value), tuple(word for word, kind in id_type_words().items() if kind == PHONE))


def known_words(column: Column, settings: Settings) -> list[str]:
    """What means more than itself in a column."""
    return (
        [*load_id_types()] if column.spellings == "id_types" else [*load_event_words(), *settings.private_entry_events]
    )


def _bare(value: str) -> str:
    return f"translate(lower({value}), {quoted(LEFT_OUT)}, '')"


def _swapped(asked: str, value: str, words: dict[str, str]) -> str:
    # a map, since planning a CASE of a hundred words costs more than reading a small file
    return f"coalesce(map({list_sql(tuple(words))}, {list_sql(tuple(words.values()))})[{asked}], lower({value}))"
