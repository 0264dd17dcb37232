"""`siyu status` as a page of the terminal.

What belongs here: layout and words. What does not: the figures (status.py), sentences about the data (quality.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.running import MARKS, to_be_deleted
from pipelines.cli.show import visible
from pipelines.cli.words import say, say_of, spoken
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
        said = say("  does not add up: {path}: {numbers}", path=fault["path"], numbers=_numbers(fault))
        out.print(said, style="bold red")
    _capped(out, [_refusal(one) for one in status["refused_files"]], at_most)
    if told := _told(status["findings"], is_whole=at_most is None):
        out.print("\n" + say("to know before believing the numbers"), style="dim")
        _capped(out, told, at_most)
    if status["reasons"]:
        out.print()
        out.print(_quarantine(status["reasons"]))
        out.print(say("siyu quarantine shows each of them with file, line and column."), style="dim")
    for one in status["messages"]:
        if one["why"]:
            said = say("  message: {receiver} did not get the {kind} report: {why}", **one)
            out.print(visible(said), style="bold red", soft_wrap=True)
    for check in status["checks"]["failed"]:
        said = say("  failed: {table_name}: {expected} ({observed})", **check)
        out.print(said, style="bold red")


def _refusal(refused: Row) -> str:
    expected = say("; expected {what}", what=refused["expected"]) if refused["expected"] else ""
    said = say(
        "  refused {path}: {reason}{expected}", path=refused["path"], reason=refused["reason"], expected=expected
    )
    return visible(said)


def _told(findings: Sequence[Row], is_whole: bool) -> list[str]:
    """A sentence each, and what to do where that was not said just before; refused files stand by their names above.

    `is_whole`: with every name that it is said of.
    """
    lines, last, language = [], "", spoken()
    for one in findings:
        if one["code"] != "file_refused":
            remedy = "" if one["remedy"][language] == last else f" {one['remedy'][language]}"
            lines.append(visible(f"  {MARKS[one['severity']]} {one['text'][language]}{remedy}"))
            last = one["remedy"][language]
            lines += [visible(f"      {', '.join(one['names'])}")] if is_whole and len(one["names"]) > 1 else []
    return lines


def _capped(out: Console, lines: Sequence[str], at_most: int | None) -> None:
    for line in lines[:at_most]:
        out.print(line, soft_wrap=True)
    if at_most is not None and len(lines) > at_most:
        out.print(say("  and {count} more: siyu status --all", count=len(lines) - at_most))


def _facts(status: dict[str, Any]) -> Grid:
    grid = _grid()
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    grid.add_row(say("home"), status["home"])
    grid.add_row(say("data until"), _freshness(status))
    grid.add_row(say("last run"), _run(status["last_run"]))
    if status["writer"]:
        going = say("process {process}; figures are those of the published snapshot", process=status["writer"])
        grid.add_row(say("running now"), going)
    if status["verdict"]:
        grid.add_row(say("data"), _verdict(status), style=_STYLES[status["verdict"]])
    asked, failed = status["checks"]["asked"], len(status["checks"]["failed"])
    passed = say("{passed} of {asked} passed, of what was loaded", passed=asked - failed, asked=asked)
    grid.add_row(say("checks"), passed if asked else say("none yet"))
    grid.add_row(say("published"), _snapshot(status["published"]))
    if status["messages"]:
        grid.add_row(say("messages"), "; ".join(visible(_message(one)) for one in status["messages"]))
    if status["waiting"]:
        one = "1 new file lies in landing; run `siyu run`"
        grid.add_row(say("waiting"), say_of(status["waiting"], one, "{count} new files lie in landing; run `siyu run`"))
    if status["deletion_requests"]:
        grid.add_row(say("to be deleted"), to_be_deleted(status["deletion_requests"]))
    return grid


def _verdict(status: dict[str, Any]) -> str:
    """How much of what lies in landing is in the numbers."""
    known, to_know = status["measure"], len(status["findings"])
    said = [*_shares(known), *([say("no order was read: amounts are unknown, not 0")] if known["orders"] == 0 else [])]
    if not said:
        said = [("" if status["verdict"] == "doubt" else "✓ ") + say("everything in landing was read")]
    return "; ".join(
        [*said, *_ends(status["clocks"]), *([say("{count} to know, below", count=to_know)] if to_know else [])]
    )


def _ends(clocks: Sequence[Row]) -> list[str]:
    """The sources that end before the others do."""
    ends = {visible(f"{row['kind']}.{row['platform']}"): row["known_until"] for row in clocks if row["known_until"]}
    early = [name for name, day in ends.items() if (max(ends.values()) - day).days > LATE_DAYS]
    return [say("{source} ends on {day}", source=name, day=ends[name]) for name in early[:ENDS_NAMED]]


def _shares(known: Row) -> list[str]:
    said = []
    if known["files_refused"]:
        said.append(say("{files_refused:,} of {files:,} files refused whole", **known))
    if known["rows_refused"]:
        rows = say("{rows_refused:,} of {rows_read:,} rows refused ({rows_refused_rate:.2%})", **known)
        said += [rows, _amount(known)]
    return said


def _amount(known: Row) -> str:
    if known["amount_refused"] is None:
        return say("their amount is not known")
    rate = known["amount_refused_rate"]
    share = say(" ({rate:.2%} of the amount)", rate=rate) if rate is not None else ""
    return say("¥{amount:,.2f} in them", amount=known["amount_refused"]) + share


def _freshness(status: dict[str, Any]) -> str:
    if not status["data_date"]:
        return say("nothing loaded yet; put files in {landing} and run `siyu run`", landing=status["landing"])
    behind = status["days_behind"]
    age = say("up to yesterday") if behind == 0 else say_of(behind, "1 day behind", "{count} days behind")
    return f"{status['data_date']} ({age})"


def _run(run: Row | None) -> str:
    if run is None:
        return say("none yet")
    took = f", {run['seconds']:.0f} s" if run["seconds"] is not None else ""
    message = f"; {run['message']}" if run["message"] else ""
    return f"{run['started_at']:%Y-%m-%d %H:%M}{took}, {say(run['status'])}{message}"


def _snapshot(published: dict[str, Any] | None) -> str:
    if published is None:
        return say("nothing yet")
    why = published["held_back"]
    held = say("; newer figures are held back: {why}", why=why) if why else ""
    return f"{published['warehouse']} ({published['published_at']:%Y-%m-%d %H:%M}){held}"


def _message(one: Row) -> str:
    """Of one receiver and kind of report: which day's was sent when, or that none was."""
    if one["sent_at"] is None:
        return say("{receiver}: no {kind} yet", **one)
    but = say(", but {but}", but=one["but"]) if one["but"] else ""
    sent = one["sent_at"][:16].replace("T", " ")
    return say("{receiver}: {kind} of {day}, sent {sent}{but}", **{**one, "sent": sent, "but": but})


def _files(status: dict[str, Any]) -> Grid:
    grid = _grid(header=True)
    for name in ("source", "files", "rows read", "= loaded", "+ superseded", "+ quarantined"):
        grid.add_column(say(name), justify="left" if name == "source" else "right", overflow="fold")
    for row in [*status["sources"], {"source": say("total"), **status["total"]}]:
        name = say("not recognised") if row["source"] is None else row["source"]
        grid.add_row(name, f"{row['files']:,}", *(f"{row[part]:,}" for part in PARTS))
    return grid


def _clocks(clocks: Sequence[Row]) -> Grid:
    """Each source by its own clock: no number reaches beyond it."""
    grid = _grid(header=True)
    for name in ("known until", "", "days behind", "rows", "newest file of"):
        grid.add_column(say(name) if name else "", justify="right" if name in ("days behind", "rows") else "left")
    for row in clocks:
        until = f"{row['known_until']}" + (say(", {day} in part", day=row["cut_date"]) if row["cut_date"] else "")
        file = f"{row['exported_at']:%Y-%m-%d %H:%M}" if row["exported_at"] else ""
        name = visible(f"{row['kind']}.{row['platform']}")
        grid.add_row(name, until, f"{row['days_behind']:,}", f"{row['rows']:,}", file)
    return grid


def _equation(status: dict[str, Any]) -> str:
    return f"{_numbers(status['total'])}  {say('✓ in every file') if status['adds_up'] else '✗'}"


def _numbers(row: Row) -> str:
    read, loaded, superseded, quarantined = (f"{row[part]:,}" for part in PARTS)
    return say(
        "{read} read = {loaded} loaded + {superseded} superseded + {quarantined} quarantined",
        read=read,
        loaded=loaded,
        superseded=superseded,
        quarantined=quarantined,
    )


def _quarantine(reasons: list[Row]) -> Grid:
    grid = _grid(header=True)
    grid.add_column(say("quarantined because"))
    grid.add_column(say("rows"), justify="right")
    grid.add_column(say("cells only"), justify="right")
    for row in reasons:
        grid.add_row(row["reason"], f"{row['refused_rows']:,}", f"{row['cells']:,}")
    return grid


def _grid(header: bool = False) -> Grid:
    from rich.table import Table as RichTable

    return RichTable(box=None, show_header=header, padding=(0, 2, 0, 0), header_style="dim")
