"""Lines of a table that are none of its rows: its header once more, rows of totals.

What belongs here: knowing such a line when it is seen. What does not: what a file does then (csv_rows.py, tables.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from pipelines.ingest.headers import normalise_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.sources import load_sources

# After NFKC and without white space. `小计（3单）` and `合计:` are totals; `总计划` is not.
_WORDS = "(?:本页|当页|全部)?(?:合计|总计|小计|共计|累计|汇总|总和|合計|總計|小計)|grandtotal|subtotal|total|sum"
_TOTALS = re.compile(rf"(?:{_WORDS})(?:[:：(（\[【].*)?", re.IGNORECASE)
_LONGEST = 20
_FIRST_LETTERS = "[合总小共累汇總本当全GgSsTt]"


def is_totals(cells: Sequence[str | None], telling: Iterable[int]) -> bool:
    """Whether the line says that it adds up the others: in the first cell that says anything, or where a key stands."""
    first = next((cell for cell in cells if cell and not cell.isspace()), None)
    return _says_total(first) or any(_says_total(cells[place]) for place in telling if place < len(cells))


def _says_total(cell: str | None) -> bool:
    if not cell or len(cell) > _LONGEST or cell[:1].isdigit():
        return False
    text = "".join(unicodedata.normalize("NFKC", cell).strip("\ufeff'\"=").split())
    return _TOTALS.fullmatch(text) is not None


def totals_notice(lines: list[int]) -> Notice:
    """One notice for all such lines of a file."""
    where = ", ".join(map(str, lines[:5])) + (", …" if len(lines) > 5 else "")
    said = f"{len(lines)} rows of totals (line {where}) were left out: they add up other rows and are none themselves"
    return Notice("totals_row", said, f"line {lines[0]}", len(lines), "aside")


def is_header_like(cells: Sequence[str | None], header: frozenset[str]) -> bool:
    """Whether a line is a header once more, or another one: at least two cells and half of all are names of columns."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        return False
    names = _names()
    known = sum(1 for cell in filled if cell in names or cell in header or cell.strip(' \t"\ufeff') in names)
    return known >= 2 and 2 * known >= len(filled)


@cache
def _names() -> frozenset[str]:
    columns = (column for source in load_sources().values() for column in source.columns.values())
    names = {name for column in columns for name in column.names}
    return frozenset(names | {normalise_header(name) for name in names})


def suspects_sql(telling: Iterable[int], places: Iterable[int], header: tuple[str, ...]) -> tuple[str, ...]:
    """SQL over c0, c1, …: lines that may be such a one, and hold nothing that a plain reading would doubt.

    A time or a number gives any header away; a table of nothing but ids and words needs to be asked.
    """
    totals = [_totals_sql(f"c{place}") for place in sorted({0, *telling})]
    totals += [f"(c0 = '' and {_totals_sql('c1')})"] if len(header) > 1 else []
    named = [f"c{place} = '{header[place].replace(chr(39), chr(39) * 2)}'" for place in sorted(set(places))[:2]]
    return (*totals, *([f"({' and '.join(named)})"] if named else []))


def _totals_sql(x: str) -> str:
    """Ids begin with digits, nearly all of them: a comparison is all that they cost."""
    return f"({x} >= 'G' and strlen({x}) < 60 and regexp_matches({x}, '^{_FIRST_LETTERS}'))"
