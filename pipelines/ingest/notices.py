"""What a file says and we did not use, or only assumed: told by name, never dropped in silence.

What belongs here: the shape of such a notice and writing it down. What does not: refused rows and cells
(ops.quarantine), and where a person reads it (quality.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipelines.privacy import mask_text

if TYPE_CHECKING:
    from pipelines.database import Connection

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Notice:
    """One thing that a person should know of a file.

    `code`: a stable word. `subject`: the header, sheet or word that it is about, personal values masked. `said`: one
    sentence with what to do. `rows`: how many rows it concerns, None where it is not about rows. `severity`: `aside` -
    something of the file is in no number; `told` - it was used, on an assumption that a person should know. `facts`:
    what stands in `said` beside the subject, by name, so that it can be said in another language
    (assets/reports/advice.yaml).
    """

    code: str
    said: str
    subject: str | None = None
    rows: int | None = None
    severity: Literal["aside", "told"] = "told"
    facts: Mapping[str, str | int] = field(default_factory=dict, hash=False)


def facts_text(facts: Mapping[str, str | int]) -> str | None:
    """As they stand in the ledger: JSON, personal values masked."""
    if not facts:
        return None
    return json.dumps({name: mask_text(str(value)) for name, value in facts.items()}, ensure_ascii=False)


def write_notices(connection: Connection, told: Iterable[tuple[int, str, Notice]]) -> None:
    """Enters them in ops.notices with the number and path of their file, masked once more."""
    rows = [
        (
            file_id,
            path,
            notice.code,
            notice.subject and mask_text(notice.subject)[:LONGEST_SUBJECT],
            notice.rows,
            mask_text(notice.said),
            notice.severity,
            facts_text(notice.facts),
        )
        for file_id, path, notice in told
    ]
    if rows:
        columns = ("bigint", "varchar", "varchar", "varchar", "bigint", "varchar", "varchar", "varchar")
        listed = ", ".join(f"unnest(?::{sql_type}[])" for sql_type in columns)
        connection.execute(
            f"insert into ops.notices select {listed}", [list(column) for column in zip(*rows, strict=True)]
        )


def add_to_notices(connection: Connection, file_id: int, notice: Notice) -> None:
    """Enters what became known of a file loaded before; the same thing told again only counts its rows."""
    known = (
        connection.execute(
            "update ops.notices set rows = rows + ? where file_id = ? and code = ? and subject = ?",
            [notice.rows, file_id, notice.code, notice.subject],
        ).fetchall()
    )[0][0]
    path = connection.execute("select path from ops.files where file_id = ?", [file_id]).fetchone()
    if not known and path is not None:
        write_notices(connection, [(file_id, path[0], notice)])
