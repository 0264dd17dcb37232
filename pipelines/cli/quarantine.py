"""`siyu quarantine`: every row and cell that was refused, where it stands and what to do about it.

What belongs here: choosing and ordering the rows. What does not: why a row is refused (ingest, assets/sources).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pipelines.cli.show import Rows, place, write
from pipelines.cli.words import say, say_of
from pipelines.settings import load_settings
from pipelines.state import look

COLUMNS = (
    "path",
    "line",
    "sheet",
    "sheet_row",
    "column_name",
    "reason",
    "found",
    "expected",
    "raw_text",
    "is_cell",
    "rows",
    "quarantined_at",
)


def show_quarantine(home: Path | None, as_csv: bool, reason: str | None, path: str | None, limit: int) -> None:
    """Prints refused rows, as blocks to read or as CSV. Personal values were masked when they were set aside."""
    found = _rows(home, reason, path)
    if as_csv:
        write(Rows(list(COLUMNS), found), "csv")
        return
    for row in found[: limit or None]:
        print(_block(dict(zip(COLUMNS, row, strict=True))))
    shown = min(len(found), limit) if limit else len(found)
    more = "" if shown == len(found) else say(", the first {shown} shown; --csv or --limit 0 gives all", shown=shown)
    total = say_of(len(found), "1 record", "{count} records")
    print(f"({total}{more})" if found else say("Nothing is in quarantine."))


def _rows(home: Path | None, reason: str | None, path: str | None) -> list[tuple[Any, ...]]:
    settings = load_settings(home)
    with look(settings) as state:
        if state is None or not state.has("ops.quarantine"):
            nothing = "{home}: nothing was loaded yet; `siyu run` loads {landing}."
            print(say(nothing, home=settings.home, landing=settings.landing), file=sys.stderr)
            return []
        if state.writer:
            going = "A run is going on (process {process}); this is the state before it."
            print(say(going, process=state.writer), file=sys.stderr)
        known = set(state.connection.table("ops.quarantine").columns)  # an older version knew fewer
        columns = ", ".join(name if name in known else f"null as {name}" for name in COLUMNS)
        return state.connection.execute(
            f"select {columns} from ops.quarantine "
            "where ($reason is null or reason = $reason) and ($path is null or contains(path, $path)) "
            "order by path, line nulls first, column_name nulls first, reason",
            {"reason": reason, "path": path},
        ).fetchall()


def _block(row: dict[str, Any]) -> str:
    """One refusal in three lines: where, what and why, the row as it stood."""
    from pipelines.cli.show import visible

    where = ", ".join(filter(None, [row["path"], place(row)]))
    where += f", column {row['column_name']}" if row["column_name"] else ""
    count = f" ({row['rows']:,} rows)" if row["rows"] and row["rows"] > 1 else ""
    kept = " [only the cell; the row is loaded]" if row["is_cell"] else ""
    lines = [f"{where}: {row['reason']}{count}{kept}"]
    found = f"found {row['found']}" if row["found"] else ""
    expected = f"expected {row['expected']}" if row["expected"] else ""
    lines += [f"    {'; '.join(filter(None, [found, expected]))}"]
    if row["raw_text"]:
        lines.append(f"    | {row['raw_text'][:200]}")
    return "\n".join(visible(line) for line in lines if line.strip())
