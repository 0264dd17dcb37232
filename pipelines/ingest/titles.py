"""What the lines above a header, or a file's name, say of all cells below: 单位：万元, 账户币种：USD, 订单（分）.csv.

What belongs here: finding a unit or a currency in them and refusing the file for it. What does not: the words
(units.py), units in the header itself (headers.py).

A title may mean all amounts of the table or some of them, so nothing is multiplied by it: whoever wrote it says it
again in the header, or converts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.headers import Match
from pipelines.ingest.text import UnreadableError
from pipelines.ingest.units import normalise, stated, vocabulary
from pipelines.privacy import mask_text

_LABEL = r"(?:单位|币种|币别|货币|units?|currency)"
_STATED = (
    re.compile(rf"{_LABEL}\s*[:=为是]?\s*([^)\]】。;]{{1,40}})"),
    re.compile(r"以(.{1,8}?)(?:为单位|计)"),
    re.compile(r"[(\[【]([^()\[\]【】]{1,20})[)\]】]"),
    re.compile(r"\bin ([a-z$€£¥]{1,12})\b"),
)
_ENDS_WITH_LABEL = re.compile(rf".*{_LABEL}\s*[:=]?", re.DOTALL)
_YUAN_FIRST = re.compile(r"^(?:人民币|rmb|cny)(?=.)")
_KINDS = ("amount", "number", "count")


def refuse_other_unit(match: Match, titles: Iterable[Sequence[str]], rows: int) -> None:
    """Raises UnreadableError where a line above the header states a unit that a column is not read in."""
    for line in titles:
        for word in _words_of(line):
            for header in _read_otherwise(match, word):
                raise UnreadableError(
                    "unit_above_header",
                    f"amounts in yuan and plain counts, or the unit in the header of each column that has it, such as "
                    f"{mask_text(header)}（万元）; a line above the header says {word!r}, and nobody knows of which "
                    "columns",
                    max(rows, 0),
                    word,
                    {"stated": word},
                )


def refuse_unit_in_name(match: Match, path: str, rows: int) -> None:
    """Raises UnreadableError where a file's, folder's or sheet's name states a unit that a column is not read in."""
    *folders, name = path.split("/")
    for part in (*folders, name.partition(".")[0]):
        for word in (*_words_of([part]), *_chunks_of(part)):
            for header in _read_otherwise(match, word):
                raise UnreadableError(
                    "unit_in_name",
                    f"amounts in yuan and plain counts, or the unit in the header of each column that has it, such as "
                    f"{mask_text(header)}（万元）; the name says {word!r}, and nobody knows of which columns: write it "
                    "there, or rename the file, folder or sheet where it means something else",
                    max(rows, 0),
                    word,
                    {"stated": word},
                )


def _chunks_of(name: str) -> Iterator[str]:
    """What stands between marks in a name: 订单_万元, orders-USD. Short Latin words may mean anything."""
    for chunk in re.split(r"[\W_]+", unicodedata.normalize("NFKC", name)):
        word = normalise(chunk)
        is_currency = chunk.isupper() and word in vocabulary()["currencies"]
        if is_currency or (not chunk.isascii() and (len(chunk) > 1 or word in vocabulary()["amounts"])):
            yield word


def _words_of(line: Sequence[str]) -> Iterator[str]:
    """What may be a unit: in a cell of its own, in brackets, behind a label; a label may stand in the cell before."""
    cells = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in line if cell and cell.strip()]
    for place, cell in enumerate(cells):
        if len(cell) > 1:
            yield normalise(cell)
        if _ENDS_WITH_LABEL.fullmatch(cell) and place + 1 < len(cells):
            cell = f"{cell} {cells[place + 1]}"
        for pattern in _STATED:
            for found in pattern.finditer(cell):
                for word in re.split(r"[\s,/、|:_-]+", found[1]):
                    yield normalise(word)


def _read_otherwise(match: Match, word: str) -> Iterator[str]:
    """Headers of columns that would be read in another unit than the word says."""
    for name in match.positions:
        if name not in match.units and is_other_unit(match.source.columns[name], word):
            yield match.header_of(name)


def is_other_unit(column: SourceColumn, word: str) -> bool:
    """Whether a normalised word is a unit or a currency that a column is not read in, where its header says none."""
    if column.type not in _KINDS:
        return False
    said = stated(word, column.type, column.unit) or stated(_YUAN_FIRST.sub("", word), column.type, column.unit)
    usual = column.unit or ("yuan" if column.type == "amount" else None)
    return said is not None and bool(said.currency or (said.unit and said.unit != usual))
