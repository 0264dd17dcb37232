"""Lines of a table that are none of its rows: its header once more, rows of totals.

What belongs here: knowing such a line when it is seen. What does not: the words (assets/totals_words.yaml), and what a
file does then (csv_rows.py, tables.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from pipelines.ingest.headers import normalise_header
from pipelines.ingest.layout import TotalsPlaces
from pipelines.ingest.notices import Notice
from pipelines.ingest.own_sources import Own, at_work
from pipelines.ingest.sources import load_sources
from pipelines.privacy import mask_text
from pipelines.spec.reading import Strict, read


class _TotalsWords(Strict):
    sums: tuple[str, ...]
    alone: tuple[str, ...]
    whole: tuple[str, ...]
    whole_of: tuple[str, ...]


WORDS = read(Path(__file__).parents[2] / "assets" / "totals_words.yaml", _TotalsWords)
# `小计（3单）` and `合计:` are totals; `总计划` is not.
_SUMS, _ALONE, _WHOLE_WORDS, _WHOLE_OF = ("|".join(words) for _, words in WORDS)
_WORDS = f"(?:本页|当页|全部)?(?:{_SUMS}|{_ALONE})"
_COUNTED = "共[0-9]+个?[单笔条行件人]"
_BEFORE = r"[(\[【《<*=—-]*"
_BEHIND = r"[)\]】》>]*(?:[:：(（\[【].*)?"
_TOTALS = re.compile(rf"{_BEFORE}(?:{_WORDS}|{_COUNTED})[*=—-]*{_BEHIND}", re.IGNORECASE)
_ENDS_IN_TOTALS = re.compile(rf".*(?:{_SUMS})[*=—-]*{_BEHIND}")  # 一店小计, 本日累计: of an id, never of a name
_WHOLE = re.compile(rf"{_BEFORE}(?:{_WHOLE_WORDS})(?:{_WHOLE_OF})?[*=—-]*{_BEHIND}", re.IGNORECASE)
LONGEST_TOTALS = 20
_FIRST_LETTERS = "[合总小共累汇總本当全场日平均店GgSsTt(（【《<*=—-]"
_FIRST_OF_WHOLE = "[全整所不Aa(（【《<*=—-]"


def is_totals(cells: Sequence[str | None], places: TotalsPlaces) -> bool:
    """Whether the line says that it adds up the others: in its first cell, or where it can be said.

    A row without any id of its own is none; it may say so in any cell, of columns that nobody reads too.
    """
    first = next((place for place, cell in enumerate(cells) if cell and not cell.isspace()), None)
    if first is None:
        return False
    asked = [(first, _TOTALS), *((p, _TOTALS) for p in places.words)]
    asked += [(p, _ENDS_IN_TOTALS) for p in places.ids | places.typed]
    asked += [(p, _WHOLE) for p in places.moments]
    if places.keys and not any(cells[place] for place in places.keys if place < len(cells)):
        asked += [(p, _ENDS_IN_TOTALS) for p in range(len(cells))]
    return any(_says_total(cells[place], words) for place, words in asked if place < len(cells))


def is_whole(cells: Sequence[str | None], places: TotalsPlaces) -> bool:
    """Whether the line of a table of days is of all groups, all accounts …: it adds up those that have a name."""
    return any(_says_total(cells[place], _WHOLE) for place in places.whole if place < len(cells))


def _says_total(cell: str | None, words: re.Pattern[str]) -> bool:
    if not cell or len(cell) > LONGEST_TOTALS or (cell[:1].isdigit() and cell.isascii()):
        return False
    text = "".join(unicodedata.normalize("NFKC", cell).strip("\ufeff'\"=").split())
    return words.fullmatch(text) is not None


def may_say_totals(cell: str) -> bool:
    """Whether a line with this cell may be one of totals, wherever it stands."""
    return any(_says_total(cell, words) for words in (_TOTALS, _ENDS_IN_TOTALS, _WHOLE))


def says_totals(cell: str) -> bool:
    """Whether a cell says that its row adds up others."""
    return _says_total(cell, _TOTALS)


def totals_in_sql(cells: Iterable[str]) -> str:
    """SQL: whether one of some cells says so."""
    return f"regexp_matches(concat_ws(chr(31), {', '.join(cells)}), '(^|\\x1f)\\s*(?i:{_WORDS})')"


def totals_notice(lines: list[int], sheets: tuple[tuple[str, int], ...] = ()) -> Notice:
    """One notice for all such lines of a file. `sheets`: see Opened."""
    where = ", ".join(map(str, lines[:5])) if not sheets else "; ".join(place_of(line, sheets) for line in lines[:5])
    where = ("" if sheets else "line ") + where + (", …" if len(lines) > 5 else "")
    said = f"{len(lines)} rows of totals ({where}) were left out: they add up other rows and are none themselves"
    return Notice("totals_row", said, place_of(lines[0], sheets), len(lines), "aside")


def place_of(line: int, sheets: tuple[tuple[str, int], ...]) -> str:
    """Where a line of a file is: of several sheets, the one and its row."""
    if before := [(above, name) for name, above in sheets if above < line]:
        above, name = max(before)
        return f"sheet {mask_text(name)}, row {line - above}"
    return f"line {line}"


def whole_notice(lines: list[int], sheets: tuple[tuple[str, int], ...] = ()) -> Notice:
    """Where a file has no other rows than such."""
    said = (
        f"{len(lines)} rows are of all together (全部), and the file has no others: they count under that name; "
        "beside files that tell the single ones the same is counted twice: then take this file away"
    )
    return Notice("whole_alone", said, place_of(lines[0], sheets), len(lines))


def is_header_like(cells: Sequence[str | None], header: frozenset[str]) -> bool:
    """Whether a line is a header once more, or another one: at least two cells and half of all are names of columns."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        return False
    known = sum(is_column_name(cell, header) for cell in filled)
    return known >= 2 and 2 * known >= len(filled)


def is_column_name(cell: str, header: frozenset[str]) -> bool:
    """Whether a cell is the name of a column: of this file or of any mapping."""
    names = known_names()
    return cell in names or cell in header or cell.strip(' \t"\ufeff') in names


def known_names() -> frozenset[str]:
    """Every name of a column that a mapping knows, as it stands and normalised."""
    return _known_names(at_work())


@lru_cache(maxsize=16)
def _known_names(_own: Own) -> frozenset[str]:
    columns = (column for source in load_sources().values() for column in source.columns.values())
    names = {name for column in columns for name in column.names}
    return frozenset(names | {normalise_header(name) for name in names})


def suspects_sql(places: TotalsPlaces, read: Iterable[int], header: tuple[str, ...]) -> tuple[str, ...]:
    """SQL over c0, c1, …: lines that may be such a one, and hold nothing that a plain reading would doubt.

    A time or a number gives any header away; a table of nothing but ids and words needs to be asked.
    """
    totals = [_totals_sql(f"c{place}") for place in sorted({0, *places.plain})]
    totals += [_ends_in_totals_sql(f"c{place}") for place in sorted(places.ids)]
    totals += [f"(c0 = '' and {_totals_sql('c1')})"] if len(header) > 1 else []
    totals += [_totals_sql(f"c{place}", _FIRST_OF_WHOLE, "A") for place in sorted(places.whole)]
    named = [f"c{place} = '{header[place].replace(chr(39), chr(39) * 2)}'" for place in sorted(set(read))[:2]]
    return (*totals, *([f"({' and '.join(named)})"] if named else []))


def _totals_sql(x: str, first: str = _FIRST_LETTERS, least: str = "G") -> str:
    """Ids begin with digits, nearly all of them: a comparison is all that they cost."""
    return f"({x} >= '{least}' and strlen({x}) < 60 and regexp_matches({x}, '^{first}'))"


def _ends_in_totals_sql(x: str) -> str:
    """Of letters and digits only, as nearly all ids are, none is asked."""
    return f"case when strlen({x}) <> length({x}) then regexp_matches({x}, '[合总小共累總]\\s*[计計]') else false end"
