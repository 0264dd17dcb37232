"""Rows with an oddly spelled cell, one by one: each cell in its plainest spelling, or its fault.

What belongs here: walking over rows in Python and writing them down again for DuckDB. What does not: the spellings
(cells), and what a table asks of a row (planning.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.ingest.cells.reading import Unread
from pipelines.ingest.file_columns import FileColumn
from pipelines.ingest.formats.values import plain_breaks
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan
from pipelines.masking import mask_words
from pipelines.privacy import MASK, mask_letters
from pipelines.spec.literals import quoted

Row = tuple[int, int, tuple[str | None, ...]]  # line, record, cells
_FAULTS = ("line", "rec", "column_name", "reason", "found", "expected", "is_cell")
LINE_BITS = 32  # of a record's number; the rest says which of several files it is from
LONGEST_RAW = 20_000


@dataclass(frozen=True)
class Straightened:
    """Two relations on disk: rows in their plainest spelling, and the faults of the cells that have none."""

    rows: str
    faults: str
    counts: Counter[int]  # rows by the number of their file
    blank: int  # rows whose cells are all empty: spreadsheets export them, they are no data
    notices: list[Notice]  # what was taken off cells
    customs: frozenset[str]  # another country's, that its cells prove, and that are not reckoned with yet
    unusual: set[int]  # numbers of files of which something is to be told, or whose cells are in doubt


def straighten_rows(
    plan: Plan, rows: Iterable[Row], scratch: Path, name: str, skip_blank: bool, written: Sequence[datetime] = ()
) -> Straightened:
    """Writes `<name>-rows.csv` and `<name>-faults.csv` in the scratch folder.

    `written`: when each of several files was written, whose number stands in the upper bits of a row's record.
    """
    columns, number = _columns(plan), -1
    counts: Counter[int] = Counter()
    blank = 0
    unusual: set[int] = set()
    targets = [scratch / f"{name}-{part}.csv" for part in ("rows", "faults")]
    with (
        open(targets[0], "w", encoding="utf-8", newline="") as kept,
        open(targets[1], "w", encoding="utf-8", newline="") as wrong,
    ):
        writer = _Writer(plan, columns, csv.writer(kept, lineterminator="\n"), csv.writer(wrong, lineterminator="\n"))
        for row in rows:
            _, rec, cells = row
            if skip_blank and not any(cell and not cell.isspace() for cell in cells):
                blank += 1
                continue
            counts[rec >> LINE_BITS] += 1
            if written and rec >> LINE_BITS != number:
                unusual |= _unusual(number, columns)
                number = rec >> LINE_BITS
                columns = _columns(plan, written[number])
            writer.write(row, columns)
    unusual |= _unusual(number, columns)
    names = ["line", "rec", "refused", "faulty", "hidden", "raw_text", *(f"x_{column.name}" for column in columns)]
    types = {"line": "BIGINT", "rec": "BIGINT", "refused": "BOOLEAN", "hidden": "BOOLEAN"}
    return Straightened(
        rows=scratch_relation(targets[0], {column: types.get(column, "VARCHAR") for column in names}),
        faults=scratch_relation(
            targets[1], {c: "BOOLEAN" if c == "is_cell" else types.get(c, "VARCHAR") for c in _FAULTS}
        ),
        counts=counts,
        blank=blank,
        **told_by(plan, columns),
        unusual=unusual,
    )


def told_by(plan: Plan, columns: list[FileColumn]) -> dict[str, Any]:
    """What columns have met: notices and customs of Straightened."""
    return {
        "notices": [
            *(column.told_labels() for column in columns if column.labelled),
            *(column.told_stars() for column in columns if column.starred),
            *(column.told_years() for column in columns if column.guessed),
        ],
        "customs": frozenset().union(*(column.customs for column in columns)) - plan.customs,
    }


def _columns(plan: Plan, written: datetime | None = None) -> list[FileColumn]:
    return [FileColumn(plan, name, written) for name in plan.readings]


def _unusual(number: int, columns: list[FileColumn]) -> set[int]:
    return {number} if any(column.is_unusual for column in columns) else set()


class _Writer:
    """Writes rows with their cells straightened, and the faults of those that have no reading."""

    def __init__(self, plan: Plan, columns: list[FileColumn], rows: Any, faults: Any) -> None:
        self.rows, self.faults = rows, faults
        self.shown = shown_places(plan)
        self.typed = {place for column in columns if column.is_typed for place in column.places}

    def write(self, row: Row, columns: list[FileColumn]) -> None:
        line, rec, cells = row
        values = [column.straighten(cells) for column in columns]
        unread = [(c, value) for c, value in zip(columns, values, strict=True) if isinstance(value, Unread)]
        hide = any(column.holds_words(cells) for column, _ in unread)
        for column, fault in unread:
            found = column.shown(cells, hide)
            self.faults.writerow([line, rec, column.header, fault.reason, found, fault.expected, not column.refuses])
        refused = any(column.refuses for column, _ in unread)
        faulty = "|".join(["", *(column.name for column, _ in unread), ""])
        raw = _raw(cells, self.shown, self.typed if hide else None)
        plain = ["" if isinstance(value, Unread) else plain_breaks(value or "") for value in values]
        self.rows.writerow([line, rec, refused, faulty, hide, raw, *plain])


def shown_places(plan: Plan) -> list[bool]:
    """Which cells may be shown as raw text: those of declared columns that are not personal."""
    shown = [False] * len(plan.match.header)
    for name, places in plan.match.positions.items():
        column = plan.match.source.all_columns[name]
        if column.type not in ("personal", "phone") and column.holds != "phone":
            for place in (*places, *([plan.match.dates[name]] if name in plan.match.dates else [])):
                shown[place] = True
    return shown


def _raw(cells: tuple[str | None, ...], shown: list[bool], slipped: set[int] | None) -> str:
    """The row as it stood, undeclared and personal cells hidden; masked once more before it is kept.

    `slipped`: a word stands where a time or a number should, so any cell may hold a name; places of the typed ones.
    """
    parts = []
    for place, (cell, is_shown) in enumerate(zip(cells, shown, strict=False)):
        text = (cell or "")[:LONGEST_RAW] if is_shown else MASK if cell else ""
        if slipped is not None and is_shown:
            text = mask_words(text) if place in slipped else mask_letters(text)
        parts.append(plain_breaks(text))
    return ",".join(parts)[:LONGEST_RAW]


def raw_text_sql(plan: Plan) -> str:
    """SQL over a file's own cells: the same text as `_raw`."""
    parts = [
        f"coalesce(c{place}, '')" if open_ else f"case when c{place} <> '' then '***' else '' end"
        for place, open_ in enumerate(shown_places(plan))
    ]
    return f"concat_ws(',', {', '.join(parts)})"


def scratch_relation(path: Path, columns: dict[str, str]) -> str:
    """SQL of a relation: what was written down for DuckDB, by the types of its columns."""
    spec = ", ".join(f"'{name}': '{sql_type}'" for name, sql_type in columns.items())
    return (
        f"read_csv({quoted(str(path))}, columns = {{{spec}}}, auto_detect = false, header = false, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '\x01', max_line_size = 4000000)"
    )
