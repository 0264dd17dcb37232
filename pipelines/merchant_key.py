"""The merchant's key and the warehouse that was loaded with it: neither goes on without the other.

What belongs here: which key a warehouse knows, refusing any other, taking a new one. What does not: reading and making
the key, what it hashes (privacy.py), emptying the warehouse (steps/from_landing.py).

A phone is known by its hash with this key. With another key everybody known by phone becomes somebody else, and those
whose orders go on are two people, which no later run could mend.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.privacy import load_key
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection


class KeyLost(RuntimeError):
    """secret.key is not there, or is not the one that the warehouse was loaded with."""


def need_its_key(connection: Connection, settings: Settings) -> None:
    """Raises KeyLost unless secret.key is the one that this warehouse was loaded with.

    An empty warehouse takes the key that is there, or a new one; so does one of an earlier release whose key is there.
    """
    known = _known(connection)
    if not settings.key_path.exists() and (known or _has_files(connection)):
        raise KeyLost(f"{settings.key_path}: the key is not there. {_WHAT_TO_DO}")
    mark = fingerprint_of(load_key(settings.key_path))
    if known and mark != known:
        raise KeyLost(f"{settings.key_path}: this is not the key that the warehouse was loaded with. {_WHAT_TO_DO}")
    if not known:
        remember(connection, mark)


_WHAT_TO_DO = (
    "With another one everybody known by phone would become somebody else, and be counted twice. Put the original file "
    "back from a backup. If there is none, `siyu key new` makes another key and reads everything in landing again."
)


def fingerprint_of(key: bytes) -> str:
    """Tells one key from another and nothing else about it: 16 hexadecimal characters."""
    return hmac.new(key, b"siyu: which key is this", hashlib.sha256).hexdigest()[:16]


def remember(connection: Connection, mark: str) -> None:
    """From now on the warehouse goes with the key of this fingerprint."""
    connection.execute("create or replace table ops.merchant_key as select ? as fingerprint", [mark])


def take_new(settings: Settings, now: datetime) -> Path | None:
    """A new key in the place of the old one, which is set aside under the returned name; None where there was none."""
    aside = None
    if settings.key_path.exists():
        aside = settings.key_path.with_name(f"{settings.key_path.name}.until-{now:%Y%m%dT%H%M%S}")
        settings.key_path.rename(aside)
    load_key(settings.key_path)
    return aside


def _known(connection: Connection) -> str | None:
    connection.execute("create table if not exists ops.merchant_key (fingerprint varchar)")
    row = connection.execute("select fingerprint from ops.merchant_key").fetchone()
    return row[0] if row else None


def _has_files(connection: Connection) -> bool:
    return bool(connection.execute("select count(*) > 0 from ops.files").fetchall()[0][0])
