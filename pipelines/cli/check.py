"""`siyu check`: what a file is, what becomes of each column, which rows would be refused; nothing is loaded.

What belongs here: the text and the exit code. What does not: the reading (ingest/checking.py).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from pipelines.cli.mistakes import UserError
from pipelines.cli.words import say
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.ingest.checking import ColumnCheck, FileCheck

FINE, REFUSED = 0, 3


def check(home: Path | None, file: Path, folder: str | None, as_json: bool) -> int:
    """Prints what a run would make of a file; 3 when it, or some row of it, would be refused."""
    from pipelines.ingest.checking import check_file

    if not file.expanduser().is_file():
        said = say("{file}: there is no such file. Expected a file to read; `siyu check --help` says more.", file=file)
        raise UserError(said)
    settings = load_settings(home)
    checked = check_file(file, settings, folder)
    if checked.result.reason == "password" and not as_json and (password := _asked()):
        reading = settings.reading.model_copy(update={"passwords": (*settings.reading.passwords, password)})
        checked = check_file(file, settings.model_copy(update={"reading": reading}), folder)
        if checked.result.reason != "password":
            fits = "The password fits: put it under [reading] passwords of siyu.toml, and runs will open the file."
            print(say(fits) + "\n")
    print(json.dumps(_as_dict(checked), ensure_ascii=False, indent=1, default=str) if as_json else _text(checked))
    return FINE if checked.loads else REFUSED


def _asked() -> SecretStr | None:
    """A password from whoever sits at the terminal; nothing shows it."""
    if not sys.stdin.isatty():
        return None
    given = getpass(say("The workbook has a password (Enter: go on without): "))
    return SecretStr(given) if given else None


def _as_dict(checked: FileCheck) -> dict[str, Any]:
    result = checked.result
    return {
        "path": checked.path,
        "source": checked.source,
        "title": checked.title,
        "why": checked.why,
        "loads": checked.loads,
        "status": result.status,
        "rows_read": result.rows_read,
        "rows_refused": result.rows_quarantined,
        "cells_set_aside": checked.cells,
        "columns": [asdict(column) for column in checked.columns],
        "notices": [asdict(notice) for notice in checked.notices],
        "refused": checked.refused,
    }


def _text(checked: FileCheck) -> str:
    from pipelines.cli.show import visible

    lines = [f"{checked.path}: {_what(checked)}", ""]
    width = max((_width(column.header) for column in checked.columns), default=0)
    lines += [_column(column, width) for column in checked.columns]
    lines += ["", *_rows(checked)]
    told = [notice.said for notice in checked.notices]
    lines += ["", say("Not used, or only on an assumption:"), *(f"  {said}" for said in told)] if told else []
    return "\n".join(visible(line) for line in lines)


def _what(checked: FileCheck) -> str:
    if checked.source is None:
        return say("would be refused")
    title = f"{checked.title['zh']} · {checked.title['en']}"
    why = checked.why or say("it fits no other")
    return say("{title} (mapping {source}), because {why}", title=title, source=checked.source, why=why)


def _column(column: ColumnCheck, width: int) -> str:
    said = ", ".join(column.becomes)
    said += say(" in {unit}", unit=column.unit) if said and column.unit else ""
    said = "; ".join(filter(None, [said, column.note]))
    return f"  {column.header}{' ' * (width - _width(column.header))}  → {said}"


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _rows(checked: FileCheck) -> list[str]:
    result = checked.result
    fine = result.rows_read - result.rows_quarantined
    counted = "{rows:,} rows: {fine:,} would be loaded, {refused:,} refused."
    lines = [say(counted, rows=result.rows_read, fine=fine, refused=result.rows_quarantined)]
    if checked.cells:
        lines.append(say("{count:,} cells would be set aside in rows that are loaded.", count=checked.cells))
    lines += [f"  {_refusal(row)}" for row in checked.refused]
    more = result.rows_quarantined + checked.cells - len(checked.refused)
    if checked.refused and more > 0 and checked.source is not None:
        lines.append(
            say("  … and {count:,} more; `siyu quarantine` lists them all once the file was loaded", count=more)
        )
    return lines


def _refusal(row: dict[str, Any]) -> str:
    from pipelines.cli.show import place

    where = place(row) or say("the file")
    where += say(", column {column}", column=row["column_name"]) if row["column_name"] else ""
    found = say("found {found}; ", found=row["found"]) if row["found"] else ""
    said = say("{where}: {reason}: {found}expected {expected}", **{**row, "where": where, "found": found})
    return said + (say(" [only the cell]") if row["is_cell"] else "")
