"""One column of a mapping over the cells of one file: each cell straightened, and what they say together.

What belongs here: which cell is meant, and what all cells of a column prove or want told. What does not: the spellings
(cells), walking over rows (straightening.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.ingest.apart import end_of_range, joined
from pipelines.ingest.cells.alone import is_labelled
from pipelines.ingest.cells.customs import custom_proved
from pipelines.ingest.cells.moments import is_without_year
from pipelines.ingest.cells.nobody import MASKED, is_starred
from pipelines.ingest.cells.reading import LENGTH_OF_DAY, Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.ingest.formats.values import plain_breaks
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan
from pipelines.masking import mask_words
from pipelines.privacy import MASK, mask_letters, mask_start, mask_text

_LETTERS = re.compile(r"[^\W\d_]{2}")


LONGEST_FOUND = 200
MOST_KNOWN, LONGEST_KNOWN = 20_000, 100  # cells of a column that are remembered, and how long each may be


@dataclass(frozen=True)
class _Straight:
    """A cell in its plainest spelling, or its fault, and what is counted of such cells."""

    value: str | Unread | None
    is_labelled: bool
    is_starred: bool
    is_without_year: bool


class FileColumn:
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
        self.starred = 0  # names of which a star hides a part
        self.guessed: list[str] = []  # days whose year the file's own time gave: the first and the last
        self.without_year = 0
        self.customs: set[str] = set()  # that its cells prove
        self.midnights: set[bool] = set()  # whether its times are
        self.known: dict[str | None, _Straight] = {}  # most columns say the same few things again and again

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

    @property
    def is_phone(self) -> bool:
        """Whether a phone should stand here: of such a cell nothing is shown."""
        return self.reading.kind == "phone" or self.reading.holds == "phone"

    def holds_words(self, cells: tuple[str | None, ...]) -> bool:
        """Whether letters stand where a time or a number should."""
        return self.is_typed and _LETTERS.search(self.cell(cells) or "") is not None

    def shown(self, cells: tuple[str | None, ...], hides_words: bool) -> str:
        """What may be shown of a cell that has no reading.

        `hides_words`: one stands in the row where a time or a number should; the cells may have slipped, and it may be
        a name.
        """
        mask = mask_text if not hides_words else mask_words if self.is_typed else mask_letters
        found = MASK if self.is_phone else mask_start(self.cell(cells) or "", LONGEST_FOUND, mask)
        return plain_breaks(found)

    def straighten(self, cells: tuple[str | None, ...], times: int = 1) -> str | Unread | None:
        """The cell of a row, or of as many rows."""
        cell = self.cell(cells)
        known = self.known.get(cell)
        if known is None:
            known = self._straight(cell)
            if len(self.known) < MOST_KNOWN and len(cell or "") <= LONGEST_KNOWN:
                self.known[cell] = known
        self.labelled += times * known.is_labelled
        self.starred += times * known.is_starred
        self.without_year += times * known.is_without_year
        return known.value

    def _straight(self, cell: str | None) -> _Straight:
        """What a cell says, and what of it is told of the file."""
        if cell is not None and self.remove is not None:
            cell = self.remove.sub("", cell)
        value = end_of_range(cell, self.part, self.reading) if self.part else straighten(cell, self.reading)
        if isinstance(value, Unread):
            self.customs |= {custom} if (custom := custom_proved(cell, self.reading)) else set()
        elif value is not None and self.reading.kind == "timestamp" and len(value) > LENGTH_OF_DAY:
            self.midnights.add(value.endswith(" 00:00:00"))
        is_time = self.reading.kind in ("timestamp", "date") and isinstance(value, str)
        lacks_year = is_time and is_without_year(cell or "")
        if lacks_year:
            day = str(value)[:LENGTH_OF_DAY]
            self.guessed = [min([day, *self.guessed]), max([day, *self.guessed])]
        text = cell or ""
        return _Straight(
            value,
            is_labelled=bool(self.reading.labels and text) and is_labelled(text, self.reading),
            is_starred=bool(self.reading.names_person and text) and is_starred(text) and MASKED not in text,
            is_without_year=lacks_year,
        )

    @property
    def is_unusual(self) -> bool:
        """Whether the file has to be looked at by itself."""
        return bool(self.labelled or self.starred or self.customs or self.guessed) or self.midnights == {True}

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

    def told_stars(self) -> Notice:
        """That masked names are nobody's."""
        said = f"{self.starred} names have a star in the place of letters; such a name is nobody's: export the id"
        return Notice("masked_names", said, self.header, self.starred, "aside")

    def told_labels(self) -> Notice:
        """That the header's own name stood before ids, and was taken off."""
        said = f"{self.labelled} cells repeat the column's name before the id; it was taken off: look at one of them"
        return Notice("label_taken_off", said, self.header, self.labelled)
