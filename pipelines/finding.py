"""One thing to know of the data, and ops.findings, where a run that judged its data keeps what it found beside it.

What belongs here: keeping, reading and forgetting. What does not: finding (quality.py). An analyst may read the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pipelines.database import transaction

if TYPE_CHECKING:
    from pipelines.database import Connection

Severity = Literal["refused", "aside", "told"]


@dataclass(frozen=True)
class Finding:
    """One thing to know. `text` and `remedy` (what to do) by language; `amount` in yuan where it is known.

    `names`: everything that it is said of, where that is more than the subject; the text names the first few.

    `is_doubt`: some number is not what it seems, for rows that are missing from it. `is_alarm`: a whole source is
    missing, or stopped coming through; a run then ends with a warning. `is_light`: it stands behind what is not.
    """

    rule: str
    code: str
    severity: Severity
    subject: str
    names: tuple[str, ...]
    rows: int | None
    amount: Decimal | None
    text: Mapping[str, str]
    remedy: Mapping[str, str]
    is_doubt: bool = False
    is_alarm: bool = False
    is_light: bool = False

    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        return asdict(self)


COLUMNS = {
    "rule": "varchar",
    "code": "varchar",
    "severity": "varchar",
    "subject": "varchar",
    "names": "varchar[]",
    "rows": "bigint",
    "amount": "decimal(18, 2)",
    "text": "map(varchar, varchar)",
    "remedy": "map(varchar, varchar)",
    "is_doubt": "boolean",
    "is_alarm": "boolean",
    "is_light": "boolean",
}
COMMENT = "要知道的事 — What to know of the data before believing the numbers, one row per thing"
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)


def keep(connection: Connection, findings: Iterable[Finding]) -> None:
    """All of them, in their order, for every later look at the same data."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    with transaction(connection):  # half of them would be taken for all
        connection.execute(f"create or replace table ops.findings ({typed})")
        connection.execute(f"comment on table ops.findings is '{COMMENT}'")
        for one in findings:
            values = [getattr(one, name) for name in COLUMNS]
            connection.execute(f"insert into ops.findings values ({', '.join('?' * len(values))})", values)


def kept(connection: Connection) -> list[Finding]:
    """Those of this warehouse or snapshot, in their order."""
    rows = connection.execute(f"select {NAMES} from ops.findings order by rowid").fetchall()
    given = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [Finding(**{**one, "names": tuple(one["names"])}) for one in given]


def forget(connection: Connection) -> None:
    """Data is about to change: what was found in it may soon be untrue."""
    connection.execute("drop table if exists ops.findings")
