"""An analyst's own table, of which the effect of a treatment is asked: read, and refused with the line that is wrong.

What belongs here: CSV and Parquet as columns of a comparison, what is missing, what is no number. What does not: the
estimate (models/uplift.py), texts on a terminal (cli/uplift.py).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.masking import mask_words
from pipelines.spec.nearest import hint

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_MISSING = {"", "na", "n/a", "nan", "null", "none"}
_TREATED = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
SHOWN = 12  # letters of a cell that is told


class OwnTableError(ValueError):
    """The table cannot be asked this; the message says what was found, where, what was expected and what to do."""


@dataclass(frozen=True)
class OwnTable:
    """The rows that tell treatment and outcome; `notes` says what was left out."""

    treated: np.ndarray
    outcome: np.ndarray
    people: np.ndarray
    covariates: dict[str, np.ndarray]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """Columns of cells by header; `line`: the first row's, so that a mistake can be found."""

    path: Path
    columns: dict[str, list[Any]]
    lines: Sequence[int]
    word: str  # what a place in it is called

    def column(self, name: str) -> list[Any]:
        if name not in self.columns:
            raise OwnTableError(f"{self.path}: there is no column '{name}'; {hint(name, self.columns)}")
        return [None if _is_missing(cell) else cell for cell in self.columns[name]]

    def fault(self, name: str, place: int, expected: str) -> OwnTableError:
        cell = mask_words(str(self.columns[name][place]))[:SHOWN]
        where = f"{self.path}: {self.word} {self.lines[place]}, column {name}"
        return OwnTableError(f"{where}: found '{cell}'; expected {expected}")


def read_own(path: Path, treatment: str, outcome: str, covariates: Sequence[str], person: str = "") -> OwnTable:
    """The table of a CSV or Parquet file. `person`: the column that says whose a row is, where one has several rows."""
    _refuse_twice([treatment, outcome, *covariates])
    file = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    treated, happened = file.column(treatment), file.column(outcome)
    told = [place for place, pair in enumerate(zip(treated, happened, strict=True)) if None not in pair]
    notes = [_note(len(treated) - len(told), f"rows without {treatment} or {outcome} are left out")]
    groups = np.array([_as_treated(file, treatment, place) for place in told], dtype=bool)
    numbers = np.array([_as_number(file, outcome, place, "a number: the outcome") for place in told], dtype=float)
    known: dict[str, np.ndarray] = {}
    for name in covariates:
        known[name], missing = _covariate(file, name, told)
        notes.append(_note(missing, f"rows have no {name}; they stand as a group of their own in it"))
    people = np.array(_people(file.column(person), told)) if person else np.arange(len(told))
    return OwnTable(groups, numbers, people, known, tuple(note for note in notes if note))


def _people(cells: Sequence[Any], told: Iterable[int]) -> list[str]:
    """Whose each row is; a row that does not say is somebody of its own."""
    return [f"row {place}" if cells[place] is None else f"person {cells[place]}" for place in told]


def _refuse_twice(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise OwnTableError(
                f"the column '{name}' is named twice; treatment, outcome and covariates are different columns, and a "
                "covariate must have been known before the treatment"
            )


def _csv(path: Path) -> _File:
    from pipelines.ingest.encodings import UnknownEncodingError, encoding_of

    data = path.read_bytes()
    try:
        encoding, mark = encoding_of(data, is_cut=False)
    except UnknownEncodingError as error:
        raise OwnTableError(f"{path}: not a text in a known encoding; expected {error.expected}") from error
    reader = csv.reader(io.StringIO(data[mark:].decode(encoding, errors="replace"), newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    if not header:
        raise OwnTableError(f"{path}: the file is empty; expected a header and a row per person")
    if twice := [name for name in header if header.count(name) > 1]:
        raise OwnTableError(f"{path}: line 1: the column '{twice[0]}' stands twice; give each a name of its own")
    rows, lines = [], []
    try:
        for row in filter(None, reader):
            if len(row) != len(header):
                expected = f"expected {len(header)} as in the header, separated by commas"
                raise OwnTableError(f"{path}: line {reader.line_num}: {len(row)} cells; {expected}")
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise OwnTableError(f"{path}: line {reader.line_num}: not CSV: {error}") from error
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return _File(path, columns, lines, "line")


def _parquet(path: Path) -> _File:
    import pyarrow.parquet
    from pyarrow.lib import ArrowInvalid

    try:
        table = pyarrow.parquet.read_table(path)
    except ArrowInvalid as error:
        raise OwnTableError(f"{path}: not a Parquet file; expected one, or a CSV file named .csv") from error
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return _File(path, columns, range(1, table.num_rows + 1), "row")


def _is_missing(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip().lower() in _MISSING
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _as_treated(file: _File, name: str, place: int) -> bool:
    group = _TREATED.get(str(file.columns[name][place]).strip().lower())
    if group is None:
        raise file.fault(name, place, "1 (treated) or 0 (not): the treatment")
    return group


def _as_number(file: _File, name: str, place: int, expected: str) -> float:
    value = _number(file.columns[name][place])
    if value is None:
        raise file.fault(name, place, expected)
    return value


def _number(cell: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip()):
        return None
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _covariate(file: _File, name: str, told: Sequence[int]) -> tuple[np.ndarray, int]:
    """Numbers, or words where most cells are none; and how many are missing."""
    cells = file.column(name)
    filled = [place for place in told if cells[place] is not None]
    numbers = {place: value for place in filled if (value := _number(cells[place])) is not None}
    missing = len(told) - len(filled)
    if 2 * len(numbers) <= len(filled) and filled:
        words = [None if cell is None else str(cell).strip() for cell in _cells(cells, told)]
        return np.array(words, dtype=object), missing
    for place in filled:
        if place not in numbers:
            raise file.fault(name, place, "a number, as in most rows; empty where it is not known")
    return np.array([numbers.get(place, np.nan) for place in told], dtype=float), missing


def _cells(cells: Sequence[Any], places: Iterable[int]) -> list[Any]:
    return [cells[place] for place in places]


def _note(count: int, said: str) -> str:
    return f"{count:,} {said}" if count else ""
