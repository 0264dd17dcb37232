"""What a file would be, column by column and row by row, without loading it.

The file goes through the very loader, into a warehouse in memory that is then forgotten: what is said here is what a
run would do with it, alone in an empty landing folder.

What belongs here: asking and gathering. What does not: how it is printed (cli/check.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.database import connect
from pipelines.ingest.cells.reading import SCALES
from pipelines.ingest.creating import create_staging
from pipelines.ingest.headers import Match
from pipelines.ingest.landing import Found
from pipelines.ingest.loading import FileResult, load_file
from pipelines.ingest.notices import Notice
from pipelines.ingest.own_sources import OwnFile
from pipelines.ingest.sources import load_sources, sources_of
from pipelines.ingest.told_paths import told_path
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

REFUSED_SHOWN = 5
# Of units that are not plain at sight.
_UNITS = {"fen": "fen (0.01 yuan)", "jiao": "jiao (0.1 yuan)", "ms": "milliseconds", "s": "seconds"}


@dataclass(frozen=True)
class ColumnCheck:
    """One column of the file: what it becomes, or that nobody reads it."""

    header: str
    becomes: tuple[str, ...] = ()  # table.column
    unit: str = ""
    note: str = ""


@dataclass
class FileCheck:
    """What a run would make of one file."""

    path: str
    source: str | None
    title: dict[str, str]
    why: str
    result: FileResult
    columns: list[ColumnCheck] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)  # the first refused rows and cells
    cells: int = 0  # cells set aside in rows that would be loaded

    @property
    def loads(self) -> bool:
        """Whether every row would be loaded."""
        return self.result.status == "loaded" and not self.result.rows_quarantined


def check_file(file: Path, settings: Settings, folder: str | None = None) -> FileCheck:
    """Reads a file as a run would, had it lain in landing/<folder>/ (without one: where it lies, or nowhere telling).

    Raises FileNotFoundError. Nothing is written but to a temporary folder.
    """
    with loaded_apart(file, settings, folder) as (_, checked):
        return checked


@contextmanager
def loaded_apart(
    file: Path, settings: Settings, folder: str | None = None, *more: OwnFile
) -> Iterator[tuple[Connection, FileCheck]]:
    """The same, with the warehouse in memory that it was loaded into. `more`: mappings as if the home had them, too."""
    file = file.expanduser().resolve()
    status = file.stat()
    found = Found(file, told_path(_place(file, settings, folder), b""), status.st_size, status.st_mtime_ns)
    with sources_of(settings, *more), tempfile.TemporaryDirectory(prefix="siyu-check-") as home:
        connection = connect()
        try:
            create_staging(connection)
            scratch = Path(home) / "scratch"
            scratch.mkdir()
            # a home of its own: the merchant's key is neither needed nor made
            apart = settings.model_copy(update={"home": Path(home)})
            result = load_file(connection, apart, found, None, scratch)
            yield connection, _gathered(connection, found.path, result)
        finally:
            connection.close()


def _place(file: Path, settings: Settings, folder: str | None) -> str:
    if folder is not None:
        return f"{folder.strip('/')}/{file.name}"
    landing = settings.landing.resolve()
    return file.relative_to(landing).as_posix() if file.is_relative_to(landing) else file.name


def _gathered(connection: Any, path: str, result: FileResult) -> FileCheck:
    match = result.match
    columns = "line, sheet, sheet_row, column_name, reason, found, expected, is_cell"
    refused = connection.execute(
        f"select {columns} from ops.quarantine order by is_cell, line nulls first, column_name limit {REFUSED_SHOWN}"
    ).fetchall()
    cells = connection.execute("select count(*) from ops.quarantine where is_cell").fetchall()[0][0]
    source = load_sources()[match.source.name] if match else None
    return FileCheck(
        path=path,
        source=source.name if source else None,
        title=source.title if source else {},
        why=match.why if match else "",
        result=result,
        columns=_columns(match) if match else [],
        notices=result.notices,
        refused=[dict(zip(columns.split(", "), row, strict=True)) for row in refused],
        cells=cells,
    )


def _columns(match: Match) -> list[ColumnCheck]:
    """Every column of the header, in its order."""
    becomes = match.source.becomes
    read: dict[int, list[str]] = {}
    for name, places in match.positions.items():
        for place in (*places, *([match.dates[name]] if name in match.dates else [])):
            read.setdefault(place, []).append(name)
    columns = []
    for place, header in enumerate(match.header):
        if match.seen is not None and header not in match.seen:
            continue
        names = read.get(place, [])
        targets = tuple(dict.fromkeys(target for name in names for target in becomes.get(name, ())))
        columns.append(ColumnCheck(header, targets, _unit(match, names), _note(match, header, names, targets)))
    return columns


def _unit(match: Match, names: list[str]) -> str:
    said = []
    for name in names:
        column = match.source.columns[name]
        unit = match.units.get(name, column.unit) or ("yuan" if column.type == "amount" else "")
        unit = f"{unit} ({SCALES[unit]}{' yuan' if column.type == 'amount' else ''})" if unit in SCALES else unit
        said += [_UNITS.get(unit, unit)] if unit else []
        said += [f"time zone {match.zones[name]}"] if name in match.zones else []
    return ", ".join(dict.fromkeys(said))


def _note(match: Match, header: str, names: list[str], targets: tuple[str, ...]) -> str:
    if not names:
        told = any(notice.subject == header for notice in match.notices)
        return "not read: see below" if told else "known, and left alone" if header.strip() else "no name"
    if any(match.source.columns[name].type == "personal" for name in names):
        return "personal: never read"
    return "" if targets else "read to check the row, kept nowhere"
