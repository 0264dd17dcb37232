"""Rows with an oddly spelled cell, one by one: each cell in its plainest spelling, or its fault.

What belongs here: walking over rows in Python and writing them down again for DuckDB. What does not: the spellings
(cells), and what a table asks of a row (planning.py).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.ingest.apart import end_of_range, joined
from pipelines.ingest.cells.alone import is_labelled
from pipelines.ingest.cells.customs import custom_proved
from pipelines.ingest.cells.moments import is_without_year
from pipelines.ingest.cells.reading import LENGTH_OF_DAY, Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.ingest.formats.values import plain_breaks
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan
from pipelines.ingest.staging import quoted
from pipelines.masking import mask_words
from pipelines.privacy import MASK, mask_letters, mask_start, mask_text

Row = tuple[int, int, tuple[str | None, ...]]  # line, record, cells
_FAULTS = ("line", "rec", "column_name", "reason", "found", "expected", "is_cell")
_LETTERS = re.compile(r"[^\W\d_]{2}")
LINE_BITS = 32  # of a record's number; the rest says which of several files it is from
LONGEST_FOUND = 200
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
    shown = _shown_places(plan)
    typed = {place for column in columns if column.is_typed for place in column.places}
    # A word where a time or a number should be: the cells may have slipped, and it may be a name.
    guards = plan.match.source.has_personal
    counts: Counter[int] = Counter()
    blank = 0
    unusual: set[int] = set()
    targets = [scratch / f"{name}-{part}.csv" for part in ("rows", "faults")]
    with (
        open(targets[0], "w", encoding="utf-8", newline="") as kept,
        open(targets[1], "w", encoding="utf-8", newline="") as wrong,
    ):
        out, faults = csv.writer(kept, lineterminator="\n"), csv.writer(wrong, lineterminator="\n")
        for line, rec, cells in rows:
            if skip_blank and not any(cell and not cell.isspace() for cell in cells):
                blank += 1
                continue
            counts[rec >> LINE_BITS] += 1
            if written and rec >> LINE_BITS != number:
                unusual |= {number} if any(column.is_unusual for column in columns) else set()
                number = rec >> LINE_BITS
                columns = _columns(plan, written[number])
            values = [column.straighten(cells) for column in columns]
            unread = [(c, value) for c, value in zip(columns, values, strict=True) if isinstance(value, Unread)]
            hide = guards and any(column.holds_words(cells) for column, _ in unread)
            for column, fault in unread:
                mask = mask_text if not hide else mask_words if column.is_typed else mask_letters
                found = mask_start(column.cell(cells) or "", LONGEST_FOUND, mask)
                faults.writerow(
                    [line, rec, column.header, fault.reason, plain_breaks(found), fault.expected, not column.refuses]
                )
            refused = any(column.refuses for column, _ in unread)
            faulty = "|".join(["", *(column.name for column, _ in unread), ""])
            raw = _raw(cells, shown, typed if hide else None)
            plain = ["" if isinstance(value, Unread) else plain_breaks(value or "") for value in values]
            out.writerow([line, rec, refused, faulty, hide, raw, *plain])
    unusual |= {number} if any(column.is_unusual for column in columns) else set()
    names = ["line", "rec", "refused", "faulty", "hidden", "raw_text", *(f"x_{column.name}" for column in columns)]
    types = {"line": "BIGINT", "rec": "BIGINT", "refused": "BOOLEAN", "hidden": "BOOLEAN"}
    return Straightened(
        rows=_relation(targets[0], {column: types.get(column, "VARCHAR") for column in names}),
        faults=_relation(targets[1], {c: "BOOLEAN" if c == "is_cell" else types.get(c, "VARCHAR") for c in _FAULTS}),
        counts=counts,
        blank=blank,
        notices=[
            *(column.told_labels() for column in columns if column.labelled),
            *(column.told_years() for column in columns if column.guessed),
        ],
        customs=frozenset().union(*(column.customs for column in columns)) - plan.customs,
        unusual=unusual,
    )


def _columns(plan: Plan, written: datetime | None = None) -> list[_Column]:
    return [_Column(plan, name, written) for name in plan.readings]


class _Column:
    """One column of the mapping over the file's cells."""

    def __init__(self, plan: Plan, name: str, written: datetime | None) -> None:
        column = plan.match.source.all_columns[name]
        self.name = name
        reading = plan.readings[name]
        self.reading: Reading = replace(reading, modified_at=written) if written is not None else reading
        self.places = plan.places(name)
        self.header = plan.match.header_of(name)
        self.refuses = plan.refuses(name)
        self.remove = re.compile(column.remove) if column.remove else None
        self.part = column.part
        self.date = plan.match.dates.get(name)
        self.labelled = 0
        self.guessed: list[str] = []  # days whose year the file's own time gave: the first and the last
        self.without_year = 0
        self.customs: set[str] = set()  # that its cells prove
        self.midnights: set[bool] = set()  # whether its times are

    def cell(self, cells: tuple[str | None, ...]) -> str | None:
        """The first of its cells that says anything; a time of day with its date, where that stands apart."""
        found = self._first(cells)
        if self.date is None:
            return found
        date = cells[self.date]
        return joined(None if date in self.reading.empty else date, found, self.reading.strip)

    def _first(self, cells: tuple[str | None, ...]) -> str | None:
        for place in self.places:
            if cells[place] not in (None, *self.reading.empty):
                return cells[place]
        return None

    @property
    def is_typed(self) -> bool:
        """Whether a time or a number should stand here."""
        return self.reading.kind not in ("id", "word", "text", "json", "phone")

    def holds_words(self, cells: tuple[str | None, ...]) -> bool:
        """Whether letters stand where a time or a number should."""
        return self.is_typed and _LETTERS.search(self.cell(cells) or "") is not None

    def straighten(self, cells: tuple[str | None, ...]) -> str | Unread | None:
        cell = self.cell(cells)
        if cell is not None and self.remove is not None:
            cell = self.remove.sub("", cell)
        if self.reading.labels and cell and is_labelled(cell, self.reading):
            self.labelled += 1
        value = end_of_range(cell, self.part, self.reading) if self.part else straighten(cell, self.reading)
        if isinstance(value, Unread):
            self.customs |= {custom} if (custom := custom_proved(cell, self.reading)) else set()
        elif value is not None and self.reading.kind == "timestamp" and len(value) > LENGTH_OF_DAY:
            self.midnights.add(value.endswith(" 00:00:00"))
        if self.reading.kind in ("timestamp", "date") and isinstance(value, str) and cell and is_without_year(cell):
            self.without_year += 1
            day = value[:LENGTH_OF_DAY]
            self.guessed = [min([day, *self.guessed]), max([day, *self.guessed])]
        return value

    @property
    def is_unusual(self) -> bool:
        """Whether the file has to be looked at by itself."""
        return bool(self.labelled or self.customs or self.guessed) or self.midnights == {True}

    def told_years(self) -> Notice:
        """That days without a year were taken as the latest such days before the file's own time."""
        first, last = self.guessed
        said = (
            f"{self.without_year} times have no year: taken as the latest such days before the file was written, "
            f"{first} to {last}; if that is another year, write it into the cells"
        )
        return Notice(
            "year_guessed", said, self.header, self.without_year, facts={"first_day": first, "last_day": last}
        )

    def told_labels(self) -> Notice:
        """That the header's own name stood before ids, and was taken off."""
        said = f"{self.labelled} cells repeat the column's name before the id; it was taken off: look at one of them"
        return Notice("label_taken_off", said, self.header, self.labelled)


def _shown_places(plan: Plan) -> list[bool]:
    """Which cells may be shown as raw text: those of declared columns that are not personal."""
    shown = [False] * len(plan.match.header)
    for name, places in plan.match.positions.items():
        if plan.match.source.all_columns[name].type not in ("personal", "phone"):
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
        for place, open_ in enumerate(_shown_places(plan))
    ]
    return f"concat_ws(',', {', '.join(parts)})"


def _relation(path: Path, columns: dict[str, str]) -> str:
    spec = ", ".join(f"'{name}': '{sql_type}'" for name, sql_type in columns.items())
    return (
        f"read_csv({quoted(str(path))}, columns = {{{spec}}}, auto_detect = false, header = false, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '\x01', max_line_size = 4000000)"
    )
