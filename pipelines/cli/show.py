"""Rows of an answer as text: a table to read, CSV for a spreadsheet, JSON for a program.

What belongs here: widths, quoting, types → text. What does not: which rows (the commands).
"""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TextIO

from pipelines.cli.words import say, say_of

if TYPE_CHECKING:
    from pipelines.database import Connection

Format = Literal["table", "csv", "json"]

# A spreadsheet takes such a cell for a formula (OWASP); the last four are their full-width twins.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOTHING = "-"
_FETCH = 10_000


@dataclass(frozen=True)
class Rows:
    """An answer: column names, and rows that are read only once."""

    columns: list[str]
    rows: Iterable[Sequence[Any]]


def answer(cursor: Connection) -> Rows:
    """The rows of an executed statement, fetched bit by bit; equal column names get a number.

    The first rows are fetched here and now: what fails does so before anything is printed.
    """
    first = cursor.fetchmany(_FETCH)
    rest = itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(_FETCH), []))
    return Rows(_distinct(column[0] for column in cursor.description or ()), itertools.chain(first, rest))


def _distinct(names: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct


def write(rows: Rows, form: Format, limit: int = 0, out: TextIO | None = None) -> None:
    """The rows in the given form on `out` (standard output). `limit` (0 = none) cuts a table, never CSV or JSON."""
    stream = out or sys.stdout
    writers: dict[str, Callable[[Rows, TextIO, int], None]] = {"table": _table, "csv": _csv, "json": _json}
    writers[form](rows, stream, limit)


def _csv(rows: Rows, out: TextIO, _: int) -> None:
    """RFC 4180, lines ending with LF; text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out.write(",".join(_quoted(harmless(name)) for name in rows.columns) + "\n")
    for row in rows.rows:
        out.write(",".join(_csv_cell(value) for value in row) + "\n")


def _csv_cell(value: Any) -> str:
    """One cell; nothing is an empty one, empty text a quoted one."""
    if value is None:
        return ""
    plain = to_plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(plain, dict | list):
        return _quoted(harmless(json.dumps(plain, ensure_ascii=False)))
    return _quoted(harmless(plain)) if isinstance(plain, str) else "" if plain is None else str(plain)


def _quoted(text: str) -> str:
    """Quoted where it must be. (The csv module leaves a carriage return bare when lines end with LF.)"""
    if text and not any(mark in text for mark in ',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text.lstrip(" \u3000").startswith(_FORMULA) else text


def _json(rows: Rows, out: TextIO, _: int) -> None:
    """A list of objects, one a line: dates in ISO 8601, amounts and rates as numbers, nothing as null."""
    out.write("[")
    for number, row in enumerate(rows.rows):
        entry = {name: to_plain(value) for name, value in zip(rows.columns, row, strict=True)}
        out.write((",\n " if number else "\n ") + json.dumps(entry, ensure_ascii=False, allow_nan=False))
    out.write("\n]\n")


def to_plain(value: Any) -> Any:
    """A value of DuckDB as one that JSON knows; NaN and infinities are nothing."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep="T")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.hex() if isinstance(value, bytes) else str(value)


def _table(rows: Rows, out: TextIO, limit: int) -> None:
    """Aligned columns where they fit the terminal, else one short block of lines per row."""
    iterator = iter(rows.rows)
    shown = list(itertools.islice(iterator, limit)) if limit else list(iterator)
    more = sum(1 for _ in iterator) if limit else 0
    if not rows.columns:
        return
    cells = [[cell(value) for value in row] for row in shown]
    right = [all(_is_number(row[n]) for row in shown if row[n] is not None) for n in range(len(rows.columns))]
    widths = [max(map(text_width, [name, *(row[n] for row in cells)])) for n, name in enumerate(rows.columns)]
    room = terminal_width(out)
    if cells and room and sum(widths) + 2 * (len(widths) - 1) > room:
        _records(rows.columns, cells, out, room)
    else:
        _aligned(rows.columns, cells, widths, right, out)
    out.write(_footer(len(shown), more))


def _aligned(columns: list[str], cells: list[list[str]], widths: list[int], right: list[bool], out: TextIO) -> None:
    for line in (columns, ["─" * width for width in widths], *cells):
        padded = [pad(text, width, left) for text, width, left in zip(line, widths, right, strict=True)]
        out.write("  ".join(padded).rstrip() + "\n")


def _records(columns: list[str], cells: list[list[str]], out: TextIO, room: int) -> None:
    width = max(map(text_width, columns))
    for number, row in enumerate(cells, 1):
        out.write(f"── {number} ".ljust(min(room, 40), "─") + "\n")
        for name, text in zip(columns, row, strict=True):
            out.write(f"{pad(name, width)}  {_cut(text, max(room - width - 2, 10))}\n")


def _footer(shown: int, more: int) -> str:
    total = say_of(shown + more, "1 row", "{count} rows")
    if not more:
        return f"({total})\n"
    cut = say("{total}, the first {shown} shown; --limit 0 or --format csv gives all", total=total, shown=shown)
    return f"({cut})\n"


def cell(value: Any) -> str:
    """One value for people: no control characters, no needless digits, '-' for nothing."""
    if value is None:
        return _NOTHING
    if isinstance(value, Decimal):
        return format(value, "f")
    plain = to_plain(value)
    if plain is None:
        return _NOTHING
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="auto")
    if isinstance(plain, dict | list):
        return visible(json.dumps(plain, ensure_ascii=False))
    return visible(plain) if isinstance(plain, str) else _short(plain)


def place(row: dict[str, Any]) -> str:
    """Where in its file a refused row stands: its line, or its sheet and the row there; "" if it is no row."""
    if row["sheet"]:
        return say("sheet {sheet}, row {row}", sheet=row["sheet"], row=row["sheet_row"])
    return say("line {line}", line=row["line"]) if row["line"] is not None else ""


def visible(text: str) -> str:
    """Text in which nothing can move a terminal's cursor, change its colours or turn the writing direction."""
    return text if text.isprintable() else "".join(c if _is_harmless(c) else ascii(c)[1:-1] for c in text)


def _is_harmless(character: str) -> bool:
    """Printable, a wide or unbreakable space, or what joins the parts of one emoji."""
    return unicodedata.category(character) == "Zs" or character.isprintable() or character == "\u200d"


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def text_width(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, width: int, to_the_right: bool = False) -> str:
    """Text filled with spaces to a width on the terminal."""
    space = " " * max(0, width - text_width(text))
    return space + text if to_the_right else text + space


def _cut(text: str, width: int) -> str:
    if text_width(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip() + "…"


def terminal_width(out: TextIO) -> int:
    """Columns of the terminal behind `out`, or what COLUMNS says; 0 for a pipe or a file, where nothing need fit."""
    return shutil.get_terminal_size().columns if out.isatty() or os.environ.get("COLUMNS") else 0
