"""`siyu status`: does everything add up, and how fresh is it.

What belongs here: the figures. What does not: their layout (status_page.py), and how they came about (ingest, runs,
checks, quality).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.cli.show import to_plain
from pipelines.cli.status_page import PARTS, show
from pipelines.cli.terminal import console
from pipelines.settings import Settings, load_settings
from pipelines.state import Row, State, look

SHOWN = 10  # findings, and refused files, unless all are asked for


def show_status(home: Path | None, as_json: bool, everything: bool = False) -> None:
    """Prints the state of one home directory, for people or as one JSON object; `everything`: nothing is cut short."""
    settings = load_settings(home)
    status = gather(settings)
    if as_json:
        print(json.dumps(to_plain(status), ensure_ascii=False, indent=1))
    else:
        show(console(), status, None if everything else SHOWN)


def gather(settings: Settings) -> dict[str, Any]:
    """Every figure, as plain values; `adds_up` says that each file's rows read are all accounted for."""
    with look(settings) as state:
        inside = _inside(state, settings) if state else _nothing(settings)
    outside = {"published": _published(settings), "messages": _messages(settings)}
    return {"home": str(settings.home), "landing": str(settings.landing), **inside, **outside}


def _nothing(settings: Settings) -> dict[str, Any]:
    from pipelines.ingest.landing import find_files

    nothing: dict[str, Any] = dict.fromkeys(("writer", "last_run", "data_date", "days_behind"))
    nothing |= {"verdict": None, "measure": None, "findings": [], "clocks": []}
    nothing |= {"sources": [], "total": _total([]), "adds_up": True, "faults": [], "refused_files": []}
    nothing |= {"reasons": [], "checks": {"asked": 0, "failed": []}, "deletion_requests": 0}
    return nothing | {"waiting": len(find_files(settings))}


def _inside(state: State, settings: Settings) -> dict[str, Any]:
    from pipelines.quality import quality
    from pipelines.upkeep.requested import waiting_in

    sources = _sources(state) if state.has("ops.files") else []
    faults = _faults(state) if sources else []
    day = _data_date(state)
    known = quality(state.connection, settings)
    return {
        "verdict": known.verdict,
        "measure": known.measure.plain(),
        "findings": [one.plain() for one in known.findings],
        "clocks": _clocks(state, settings) if state.has("core.clocks") else [],
        "writer": state.writer,
        "data_date": day,
        "days_behind": settings.days_behind(day) if day else None,
        "last_run": _last_run(state),
        "sources": sources,
        "total": _total(sources),
        "adds_up": not faults,
        "faults": faults,
        "refused_files": _refused(state, settings) if sources else [],
        "reasons": _reasons(state) if sources else [],
        "waiting": _waiting(state, settings) if sources else 0,
        "deletion_requests": waiting_in(state).count,
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
    return {"files": sum(row["files"] for row in sources)} | {part: sum(row[part] for row in sources) for part in PARTS}


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


def _refused(state: State, settings: Settings) -> list[Row]:
    """Files refused whole, as they lie in landing now: not those whose place a later one has taken, nor those gone."""
    from pipelines.ingest.landing import paths_there

    refused = state.rows("""
        with newest as (select * from ops.files qualify row_number() over (partition by path order by file_id desc) = 1)
        select f.path, min(q.reason) as reason, min(q.expected) as expected
        from newest as f left join ops.quarantine as q on f.file_id = q.file_id
        where f.status = 'quarantined' group by f.path order by f.path
    """)
    if not refused or not settings.landing.is_dir():
        return refused
    there = paths_there(settings)
    return [row for row in refused if row["path"] in there]


def _clocks(state: State, settings: Settings) -> list[Row]:
    """How far the rows of each kind and platform are known, and how old the newest file that told some is."""
    return state.rows(
        """
        select kind, platform, coalesce(last_date, cut_date - 1) as known_until, cut_date, exported_at, rows,
            greatest(date_diff('day', coalesce(last_date, cut_date - 1), ?::date) - 1, 0) as days_behind
        from core.clocks order by kind, platform
        """,
        settings.today().date(),
    )


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
    runs = state.rows("select * from ops.runs order by rowid desc limit 1")
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
        qualify row_number() over (partition by table_name, check_name order by rowid desc) = 1
        order by all
    """)
    return {"asked": len(newest), "failed": [row for row in newest if not row["passed"]]}


def _published(settings: Settings) -> dict[str, Any] | None:
    from pipelines.steps.hold import read_hold

    if not settings.snapshot_path.exists():
        return None
    path = settings.snapshot_path.resolve()
    held = read_hold(settings)
    reports = sorted(settings.reports.glob("*-*.html"), key=lambda file: file.stat().st_mtime)
    return {
        "warehouse": str(settings.snapshot_path),
        "snapshot": path.name,
        "published_at": _business_time(path, settings),
        "newest_report": str(reports[-1]) if reports else None,
        "held_back": held.reason if held else None,
    }


def _messages(settings: Settings) -> list[Row]:
    """The last message to everybody who is named, by kind of report; `why`: it did not go out."""
    from pipelines.messages.ledger import read_entries

    if not settings.send.receivers:
        return []
    entries = read_entries(settings)
    asked = [(name, kind) for name, receiver in settings.send.receivers.items() for kind in receiver.reports]
    names = ("day", "sent_at", "but", "failed_at", "why")
    known = [(name, kind, entries.get(name, {}).get(kind, {})) for name, kind in asked]
    return [{"receiver": name, "kind": kind} | {part: one.get(part) for part in names} for name, kind, one in known]


def _business_time(path: Path, settings: Settings) -> datetime:
    zone = ZoneInfo(settings.timezone)
    return datetime.fromtimestamp(path.stat().st_mtime, zone).replace(tzinfo=None, microsecond=0)
