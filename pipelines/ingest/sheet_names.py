"""What the name of a visible sheet says: that its rows do not count (已作废, 备份, draft).

What belongs here: knowing such a name, and which of a workbook's sheets are then read. What does not: the words
(assets/sheet_names.yaml), hidden sheets (formats/sheets.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipelines.ingest.notices import Notice
from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_text
from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[2] / "assets" / "sheet_names.yaml"
_PARTS = re.compile(r"[\W_]+|(?<=[a-z])(?=[^a-z])|(?<=[^a-z])(?=[a-z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)")


def is_uncounted(name: str) -> bool:
    """Whether a sheet's name says that it does not count: such a word by itself, or before or behind other words."""
    words = _words()
    parts = [part for part in _PARTS.split(unicodedata.normalize("NFKC", name).lower()) if part]
    return any(
        part in words["alone"] or part.startswith(tuple(words["before"])) or part.endswith(tuple(words["behind"]))
        for part in parts
        if part not in words["unless"]
    )


def left_out(rows: Mapping[str, int]) -> tuple[set[str], list[Notice]]:
    """Which of the sheets that fit are set aside, and what is told; given how many rows each has.

    The only sheet with rows is read whatever its name says. Raises UnreadableError where several have rows and
    none of them counts: together they may hold every order twice.
    """
    named = [name for name in rows if is_uncounted(name)]
    if not named:
        return set(), []
    filled = [name for name in rows if rows[name]]
    if all(name in named for name in filled):
        if len(filled) > 1:
            raise _none_counts(filled, rows)
        return set(named) - set(filled), [Notice("uncounted_sheet_read", _READ, name) for name in filled]
    return set(named), [Notice("uncounted_sheet", _LEFT, name, rows[name], "aside") for name in named]


_READ = (
    "the sheet's name says that it does not count, but no other one has rows: it was read; if it does not count, take "
    "the file out of landing"
)
_LEFT = (
    "the sheet's name says that it does not count, so it was left alone; give it another name if its rows should count"
)


def _none_counts(names: list[str], rows: Mapping[str, int]) -> UnreadableError:
    shown = ", ".join(map(mask_text, names))
    return UnreadableError(
        "no_counted_sheet",
        f"a sheet that counts; by their names ({shown}) none of these does: rename the one that does, take the others "
        "out",
        sum(rows.values()),
        shown,
        {"sheets": shown},
    )


@cache
def _words() -> dict[str, frozenset[str]]:
    given = read_yaml(FILE.read_text(encoding="utf-8"))
    return {key: frozenset(map(str.lower, words)) for key, words in given.items()}
