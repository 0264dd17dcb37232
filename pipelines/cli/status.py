"""`siyu status`: does everything add up, and how fresh is it.

What belongs here: the figures and their layout. What does not: how they came about (ingest, runs, checks).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines.cli.show import to_plain
from pipelines.cli.state import Row, State, look
from pipelines.cli.terminal import console
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

_PARTS = ("rows_read", "rows_loaded", "rows_superseded", "rows_quarantined")


def show_status(home: Path | None, as_json: bool) -> None:
    """Prints the state of one home directory, for people or as one JSON object."""
    settings = load_settings(home)
    status = gather(settings)
    if as_json:
        print(json.dumps(to_plain(status), ensure_ascii=False, indent=1))
    else:
        _print(console(), status)


def gather(settings: Settings) -> dict[str, Any]:
    """Every figure, as plain values; `adds_up` says that each file's rows read are all accounted for."""
    with look(settings) as state:
        inside = _inside(state, settings) if state else _nothing(settings)
    return {"home": str(settings.home), "landing": str(settings.landing), **inside, "published": _published(settings)}


def _nothing(settings: Settings) -> dict[str, Any]:
    from pipelines.ingest.landing import find_files

    nothing: dict[str, Any] = dict.fromkeys(("writer", "last_run", "data_date", "days_behind"))
    nothing |= {"sources": [], "total": _total([]), "adds_up": True, "faults": [], "refused_files": []}
    return nothing | {"reasons": [], "checks": {"asked": 0, "failed": []}, "waiting": len(find_files(settings.landing))}


def _inside(state: State, settings: Settings) -> dict[str, Any]:
    sources = _sources(state) if state.has("ops.files") else []
    faults = _faults(state) if sources else []
    day = _data_date(state)
    return {
        "writer": state.writer,
        "data_date": day,
        "days_behind": (settings.today().date() - timedelta(days=1) - day).days if day else None,
        "last_run": _last_run(state),
        "sources": sources,
        "total": _total(sources),
        "adds_up": not faults,
        "faults": faults,
        "refused_files": _refused(state) if sources else [],
        "reasons": _reasons(state) if sources else [],
        "waiting": _waiting(state, settings) if sources else 0,
        "checks": _checks(state),
    }


def _sources(state: State) -> list[Row]:
    """Rows by source; files that no source recognised stand under NULL."""
    return state.rows("""
        select file_source as source, count(*) as files, sum(rows_read)::bigint as rows_read,
            sum(rows_loaded)::bigint as rows_loaded, sum(rows_superseded)::bigint as rows_superseded,
            sum(rows_quarantined)::bigint as rows_quarantined
        from ops.files group by all order by source nulls last
    """)


def _total(sources: list[Row]) -> Row:
    return {"files": sum(row["files"] for row in sources)} | {
        part: sum(row[part] for row in sources) for part in _PARTS
    }


def _faults(state: State) -> list[Row]:
    """Files whose rows are not all accounted for; there should never be one."""
    return state.rows("""
        with refused as (
            select file_id, (sum(rows) filter (where not is_cell))::bigint as refused from ops.quarantine group by all
        )
        select f.path, f.rows_read, f.rows_loaded, f.rows_superseded, f.rows_quarantined,
            coalesce(r.refused, 0) as rows_in_quarantine
        from ops.files as f left join refused as r on f.file_id = r.file_id
        where f.rows_read <> f.rows_loaded + f.rows_superseded + f.rows_quarantined
            or f.rows_quarantined <> coalesce(r.refused, 0)
        order by f.path
    """)


def _refused(state: State) -> list[Row]:
    """Files refused whole, as they lie in landing now: not those whose place a later one has taken."""
    return state.rows("""
        with newest as (select * from ops.files qualify row_number() over (partition by path order by file_id desc) = 1)
        select f.path, min(q.reason) as reason, min(q.expected) as expected
        from newest as f left join ops.quarantine as q on f.file_id = q.file_id
        where f.status = 'quarantined' group by f.path order by f.path
    """)


def _reasons(state: State) -> list[Row]:
    """Refused rows, and cells of rows that were loaded, by reason; further faults of one row are not counted again."""
    return state.rows("""
        select reason, coalesce(sum(rows) filter (where not is_cell), 0)::bigint as refused_rows,
            count(*) filter (where is_cell) as cells
        from ops.quarantine group by reason order by refused_rows desc, cells desc, reason
    """)


def _waiting(state: State, settings: Settings) -> int:
    from pipelines.ingest.landing import find_new

    return len(find_new(state.connection, settings))


def _data_date(state: State) -> date | None:
    if not state.has("core.as_of"):
        return None
    rows = state.rows("select as_of from core.as_of")
    return rows[0]["as_of"] if rows else None


def _last_run(state: State) -> Row | None:
    if not state.has("ops.runs"):
        return None
    runs = state.rows("select * from ops.runs order by started_at desc limit 1")
    if not runs:
        return None
    run = runs[0]
    if run["status"] == "running" and state.writer is None:
        # nobody holds the warehouse: its process died, which the next run will enter
        run |= {"status": "killed", "message": "its process ended without a word; the next run goes on from there"}
    seconds = (run["finished_at"] - run["started_at"]).total_seconds() if run["finished_at"] else None
    kept = ("run_id", "started_at", "finished_at", "status", "as_of", "files_loaded", "message")
    return {name: run[name] for name in kept} | {"seconds": seconds}


def _checks(state: State) -> dict[str, Any]:
    """The newest result of every check."""
    if not state.has("ops.checks"):
        return {"asked": 0, "failed": []}
    newest = state.rows("""
        select table_name, check_name, passed, blocking, observed, expected from ops.checks
        qualify row_number() over (partition by table_name, check_name order by checked_at desc, rowid desc) = 1
        order by all
    """)
    return {"asked": len(newest), "failed": [row for row in newest if not row["passed"]]}


def _published(settings: Settings) -> dict[str, Any] | None:
    from pipelines.checks import read_hold

    if not settings.snapshot_path.exists():
        return None
    path = settings.snapshot_path.resolve()
    held = read_hold(settings)
    reports = sorted(settings.reports.glob("*.html"), key=lambda file: file.stat().st_mtime)
    return {
        "warehouse": str(settings.snapshot_path),
        "snapshot": path.name,
        "published_at": _business_time(path, settings),
        "newest_report": str(reports[-1]) if reports else None,
        "held_back": held.reason if held else None,
    }


def _business_time(path: Path, settings: Settings) -> datetime:
    zone = ZoneInfo(settings.timezone)
    return datetime.fromtimestamp(path.stat().st_mtime, zone).replace(tzinfo=None, microsecond=0)


def _print(out: Console, status: dict[str, Any]) -> None:
    out.print(_facts(status))
    if status["sources"]:
        out.print()
        out.print(_files(status))
        out.print(_equation(status), style="" if status["adds_up"] else "bold red")
    for fault in status["faults"]:
        out.print(f"  does not add up: {fault['path']}: {_numbers(fault)}", style="bold red")
    for refused in status["refused_files"]:
        expected = f"; expected {refused['expected']}" if refused["expected"] else ""
        out.print(f"  refused {refused['path']}: {refused['reason']}{expected}", soft_wrap=True)
    if status["reasons"]:
        out.print()
        out.print(_quarantine(status["reasons"]))
        out.print("siyu quarantine shows each of them with file, line and column.", style="dim")
    for check in status["checks"]["failed"]:
        out.print(f"  failed: {check['table_name']}: {check['expected']} ({check['observed']})", style="bold red")


def _facts(status: dict[str, Any]) -> Grid:
    grid = _grid()
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("home", status["home"])
    grid.add_row("data until", _freshness(status))
    grid.add_row("last run", _run(status["last_run"]))
    if status["writer"]:
        grid.add_row("running now", f"process {status['writer']}; figures are those of the published snapshot")
    asked, failed = status["checks"]["asked"], len(status["checks"]["failed"])
    grid.add_row("checks", f"{asked - failed} of {asked} passed" if asked else "none yet")
    grid.add_row("published", _snapshot(status["published"]))
    if status["waiting"]:
        one = status["waiting"] == 1
        grid.add_row("waiting", f"{status['waiting']} new file{' lies' if one else 's lie'} in landing; run `siyu run`")
    return grid


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
        grid.add_row(name, f"{row['files']:,}", *(f"{row[part]:,}" for part in _PARTS))
    return grid


def _equation(status: dict[str, Any]) -> str:
    return f"{_numbers(status['total'])}  {'✓ in every file' if status['adds_up'] else '✗'}"


def _numbers(row: Row) -> str:
    read, loaded, superseded, quarantined = (f"{row[part]:,}" for part in _PARTS)
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
