"""Rows → the bytes of a file in every format that landing takes, and ready-made rows.

What belongs here: writing CSV, workbooks, JSON Lines and Parquet. What does not: dirt; each test shows its own.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Cells = Sequence[Any]


def csv_text(rows: list[Row], delimiter: str = ",") -> str:
    """A header from the first row's names, then the rows."""
    text = io.StringIO()
    out = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    out.writerow(rows[0])
    out.writerows(row.values() for row in rows)
    return text.getvalue()


def workbook(sheets: dict[str, list[Cells]], merged: Sequence[str] = ()) -> bytes:
    """A workbook of rows of cells by sheet; `merged` ranges are of the first sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sheet(rows: list[Row]) -> bytes:
    """A workbook of one sheet, header first."""
    return workbook({"Sheet1": [list(rows[0]), *(list(row.values()) for row in rows)]})


def json_lines(rows: list[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, default=_told) + "\n" for row in rows)


def _told(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def parquet(rows: list[Row], **types: Any) -> bytes:
    """Types are inferred by pyarrow; `types` says otherwise for some columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array([row[name] for row in rows], types.get(name)) for name in rows[0]}
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def packed(text: str) -> bytes:
    return gzip.compress(text.encode())
