"""What a person must know of the data (quality.py) → a block of the report.

What belongs here: placing findings in cells. What does not: which there are, and their sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.quality import Finding
from pipelines.report.cells import cell, field_of
from pipelines.report.shapes import Cell, Grid, Told
from pipelines.report.words import Words

SHOWN = 8
TABLE = "ops.files"


def told_block(name: str, found: Sequence[Finding], words: Words) -> Told | None:
    """The findings, the most harmful first; None where there are none."""
    if not found:
        return None
    names = ("severity", "said", "rows", "amount", "remedy")
    fields = tuple(field_of(TABLE, f"told_{part}", words) for part in names)
    lines = tuple(
        (
            Cell(one.severity, words.value("severity", one.severity)),
            Cell(one.text[words.language], one.text[words.language]),
            cell(fields[2], one.rows, words),
            cell(fields[3], None if one.amount is None else float(one.amount), words),
            Cell(one.remedy[words.language], one.remedy[words.language]),
        )
        for one in found
    )
    title, note = (words(f"blocks.{name}.{part}") for part in ("title", "note"))
    return Told(name, Grid(name, title, note, TABLE, fields, lines), shown=SHOWN)
