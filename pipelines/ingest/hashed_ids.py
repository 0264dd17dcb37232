"""Ids that are somebody's phone, or hold it: what kind they are, and the keyed hash that stands for them.

What belongs here: SQL over an id of a canonical row and the word for its kind. What does not: what a phone's own cell
may say (cells/phones.py), the hash itself (privacy.py).

A phone is one person whatever column tells it, so an id that plainly is one is of the kind `phone`. An id that only
holds one (小红13812345678) is its holder's own word: it stays what it is, and is kept as the hash of its whole text.
"""

from __future__ import annotations

from pipelines.ingest.open_words import is_phone_type
from pipelines.privacy import has_phone_sql, normalise_phone_sql, phone_key_sql

_SHORTEST = 11


def kind_sql(word: str, told: str, value: str) -> str:
    """The kind of an id: the word for what the row tells, or phone where it plainly is one."""
    return f"case when {is_phone_type(told)} or {_plainly(value)} then 'phone' else {word} end"


def hashed_sql(value: str, kind: str, key: bytes) -> str:
    """The id as it is kept: a phone as its key (NULL where that number is nobody's), text around a phone as a hash."""
    phone, whole = phone_key_sql(f"({normalise_phone_sql(value)})", key), phone_key_sql(value, key)
    is_phone = f"{is_phone_type(kind)} or {_plainly(value)}"
    return f"case when {is_phone} then {phone} when {_holds_phone(value)} then {whole} else {value} end"


def _plainly(r: str) -> str:
    prefixed = f"starts_with({r}, '86') or starts_with({r}, '0086') or contains({r}, ' ') or contains({r}, '-')"
    doubtful = (
        f"(strlen({r}) = 11 and {r} >= '13' and {r} < '2') or {r} < '0' "
        f"or (strlen({r}) between 12 and 20 and {r} < '9' and ({prefixed}))"
    )
    full = rf"regexp_full_match({r}, '(\+86|0086|86)?[ -]?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}')"
    return f"case when {doubtful} then {full} else false end"


def _holds_phone(r: str) -> str:
    """Programs' ids are digits; only what has letters is looked through."""
    is_word = f"strlen({r}) > {_SHORTEST} and ({r} >= 'A' or strlen({r}) <> length({r}))"
    return f"case when {is_word} then {has_phone_sql(r)} else false end"
