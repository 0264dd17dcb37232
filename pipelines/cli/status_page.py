"""`siyu status` as a page of the terminal.

What belongs here: layout and words. What does not: the figures (status.py), sentences about the data (quality.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.running import LANGUAGE, MARKS, to_be_deleted
from pipelines.cli.show import visible
from pipelines.state import Row

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

PARTS = ("rows_read", "rows_loaded", "rows_superseded", "rows_quarantined")
LATE_DAYS, ENDS_NAMED = 2, 3
_STYLES = {"alarm": "bold red", "doubt": "yellow", "told": "", "well": "green"}


def show(out: Console, status: dict[str, Any], at_most: int | None) -> None:
    """Prints the figures; of findings and refused files `at_most` so many each, None: all."""
    out.print(_facts(status))
    if status["sources"]:
        out.print()
        out.print(_files(status))
        out.print(_equation(status), style="" if status["adds_up"] else "bold red")
    if status["clocks"]:
        out.print()
        out.print(_clocks(status["clocks"]))
    for fault in status["faults"]:
        out.print(f"  does not add up: {fault['path']}: {_numbers(fault)}", style="bold red")
    _capped(out, [_refusal(one) for one in status["refused_files"]], at_most)
    if told := _told(status["findings"], is_whole=at_most is None):
        out.print("\nto know before believing the numbers", style="dim")
        _capped(out, told, at_most)
    if status["reasons"]:
        out.print()
        out.print(_quarantine(status["reasons"]))
        out.print("siyu quarantine shows each of them with file, line and column.", style="dim")
    for check in status["checks"]["failed"]:
        out.print(f"  failed: {check['table_name']}: {check['expected']} ({check['observed']})", style="bold red")


def _refusal(refused: Row) -> str:
    expected = f"; expected {refused['expected']}" if refused["expected"] else ""
    return visible(f"  refused {refused['path']}: {refused['reason']}{expected}")


def _told(findings: Sequence[Row], is_whole: bool) -> list[str]:
    """A sentence each, and what to do where that was not said just before; refused files stand by their names above.

    `is_whole`: with every name that it is said of.
    """
    lines, last = [], ""
    for one in findings:
        if one["code"] != "file_refused":
            remedy = "" if one["remedy"][LANGUAGE] == last else f" {one['remedy'][LANGUAGE]}"
            lines.append(visible(f"  {MARKS[one['severity']]} {one['text'][LANGUAGE]}{remedy}"))
            last = one["remedy"][LANGUAGE]
            lines += [visible(f"      {', '.join(one['names'])}")] if is_whole and len(one["names"]) > 1 else []
    return lines


def _capped(out: Console, lines: Sequence[str], at_most: int | None) -> None:
    for line in lines[:at_most]:
        out.print(line, soft_wrap=True)
    if at_most is not None and len(lines) > at_most:
        out.print(f"  and {len(lines) - at_most} more: siyu status --all")


def _facts(status: dict[str, Any]) -> Grid:
    grid = _grid()
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("home", status["home"])
    grid.add_row("data until", _freshness(status))
    grid.add_row("last run", _run(status["last_run"]))
    if status["writer"]:
        grid.add_row("running now", f"process {status['writer']}; figures are those of the published snapshot")
    if status["verdict"]:
        grid.add_row("data", _verdict(status), style=_STYLES[status["verdict"]])
    asked, failed = status["checks"]["asked"], len(status["checks"]["failed"])
    grid.add_row("checks", f"{asked - failed} of {asked} passed, of what was loaded" if asked else "none yet")
    grid.add_row("published", _snapshot(status["published"]))
    if status["waiting"]:
        one = status["waiting"] == 1
        grid.add_row("waiting", f"{status['waiting']} new file{' lies' if one else 's lie'} in landing; run `siyu run`")
    if status["deletion_requests"]:
        grid.add_row("to be deleted", to_be_deleted(status["deletion_requests"]))
    return grid


def _verdict(status: dict[str, Any]) -> str:
    """How much of what lies in landing is in the numbers."""
    known, to_know = status["measure"], len(status["findings"])
    said = [*_shares(known), *(["no order was read: amounts are unknown, not 0"] if known["orders"] == 0 else [])]
    if not said:
        said = [("" if status["verdict"] == "doubt" else "✓ ") + "everything in landing was read"]
    return "; ".join([*said, *_ends(status["clocks"]), *([f"{to_know} to know, below"] if to_know else [])])


def _ends(clocks: Sequence[Row]) -> list[str]:
    """The sources that end before the others do."""
    ends = {visible(f"{row['kind']}.{row['platform']}"): row["known_until"] for row in clocks if row["known_until"]}
    early = [name for name, day in ends.items() if (max(ends.values()) - day).days > LATE_DAYS]
    return [f"{name} ends on {ends[name]}" for name in early[:ENDS_NAMED]]


def _shares(known: Row) -> list[str]:
    said = []
    if known["files_refused"]:
        said.append(f"{known['files_refused']:,} of {known['files']:,} files refused whole")
    if known["rows_refused"]:
        rows = f"{known['rows_refused']:,} of {known['rows_read']:,} rows refused ({known['rows_refused_rate']:.2%})"
        said += [rows, _amount(known)]
    return said


def _amount(known: Row) -> str:
    if known["amount_refused"] is None:
        return "their amount is not known"
    rate = known["amount_refused_rate"]
    return f"¥{known['amount_refused']:,.2f} in them" + (f" ({rate:.2%} of the amount)" if rate is not None else "")


def _freshness(status: dict[str, Any]) -> str:
    if not status["data_date"]:
        return f"nothing loaded yet; put files in {status['landing']} and run `siyu run`"
    behind = status["days_behind"]
    age = "up to yesterday" if behind == 0 else f"{behind} day{'' if behind == 1 else 's'} behind"
    return f"{status['data_date']} ({age})"


def _run(run: Row | None) -> str:
    if run is None:
        return "none yet"
    took = f", {run['seconds']:.0f} s" if run["seconds"] is not None else ""
    message = f"; {run['message']}" if run["message"] else ""
    return f"{run['started_at']:%Y-%m-%d %H:%M}{took}, {run['status']}{message}"


def _snapshot(published: dict[str, Any] | None) -> str:
    if published is None:
        return "nothing yet"
    held = f"; newer figures are held back: {published['held_back']}" if published["held_back"] else ""
    return f"{published['warehouse']} ({published['published_at']:%Y-%m-%d %H:%M}){held}"


def _files(status: dict[str, Any]) -> Grid:
    grid = _grid(header=True)
    for name in ("source", "files", "rows read", "= loaded", "+ superseded", "+ quarantined"):
        grid.add_column(name, justify="left" if name == "source" else "right", overflow="fold")
    for row in [*status["sources"], {"source": "total", **status["total"]}]:
        name = "not recognised" if row["source"] is None else row["source"]
        grid.add_row(name, f"{row['files']:,}", *(f"{row[part]:,}" for part in PARTS))
    return grid


def _clocks(clocks: Sequence[Row]) -> Grid:
    """Each source by its own clock: no number reaches beyond it."""
    grid = _grid(header=True)
    for name in ("known until", "", "days behind", "rows", "newest file of"):
        grid.add_column(name, justify="right" if name in ("days behind", "rows") else "left")
    for row in clocks:
        until = f"{row['known_until']}" + (f", {row['cut_date']} in part" if row["cut_date"] else "")
        file = f"{row['exported_at']:%Y-%m-%d %H:%M}" if row["exported_at"] else ""
        name = visible(f"{row['kind']}.{row['platform']}")
        grid.add_row(name, until, f"{row['days_behind']:,}", f"{row['rows']:,}", file)
    return grid


def _equation(status: dict[str, Any]) -> str:
    return f"{_numbers(status['total'])}  {'✓ in every file' if status['adds_up'] else '✗'}"


def _numbers(row: Row) -> str:
    read, loaded, superseded, quarantined = (f"{row[part]:,}" for part in PARTS)
    return f"{read} read = {loaded} loaded + {superseded} superseded + {quarantined} quarantined"


def _quarantine(reasons: list[Row]) -> Grid:
    grid = _grid(header=True)
    grid.add_column("quarantined because")
    grid.add_column("rows", justify="right")
    grid.add_column("cells only", justify="right")
    for row in reasons:
        grid.add_row(row["reason"], f"{row['refused_rows']:,}", f"{row['cells']:,}")
    return grid


def _grid(header: bool = False) -> Grid:
    from rich.table import Table as RichTable

    return RichTable(box=None, show_header=header, padding=(0, 2, 0, 0), header_style="dim")
