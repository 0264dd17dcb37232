"""`siyu sources`: every kind of file that is read, where it belongs, and whether any has come.

What belongs here: the rows and their order. What does not: how a file is recognised (ingest), where tables are printed
(show.py).
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.show import Rows, to_plain, write
from pipelines.cli.words import say, say_of
from pipelines.settings import Settings, load_settings
from pipelines.state import look

if TYPE_CHECKING:
    from pipelines.ingest.sources import Source

Row = dict[str, Any]
_NEVER = datetime.min


def show_sources(home: Path | None, as_json: bool) -> None:
    """Prints every source; those of which files came first, the latest on top."""
    settings = load_settings(home)
    sources, unknown = gather(settings)
    undecided = _undecided(settings)
    if as_json:
        told = {"sources": to_plain(sources), "files_of_no_source": unknown, "undecided": undecided}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    rows = [
        (row["source"], f"{row['title']['zh']} · {row['title']['en']}", f"landing/{row['folder']}/", *_came(row))
        for row in sources
    ]
    titles = [say(name) for name in ("source", "title", "put it into", "files", "refused", "last")]
    write(Rows(titles, rows), "table")
    if unknown:
        one = "1 file lies in landing that no source knows: `siyu status --all` names it, `siyu map FILE` proposes one."
        many = (
            "{count} files lie in landing that no source knows: `siyu status --all` names them, `siyu map FILE` "
            "proposes one."
        )
        print(say_of(unknown, one, many))
    for name, questions in undecided.items():
        asked = "; ".join(questions)
        print(say("{path}: not read until you decide: {asked}", path=settings.sources / name, asked=asked))
    print(say("An own kind of file is one YAML in {folder}; `siyu map FILE` writes it.", folder=settings.sources))


def _undecided(settings: Settings) -> dict[str, list[str]]:
    from pipelines.ingest.own_sources import files_of, waiting

    return waiting(files_of(settings))


def _came(row: Row) -> tuple[Any, ...]:
    last = row["last_loaded_at"]
    return row["files"] or None, row["files_refused"] or None, f"{last:%Y-%m-%d %H:%M}" if last else None


def gather(settings: Settings) -> tuple[list[Row], int]:
    """Every source as plain values, and how many files no source knew."""
    from pipelines.ingest.sources import load_sources, sources_of

    came = _ledger(settings)
    with sources_of(settings):
        rows = [_row(source, came.get(source.name, {})) for source in load_sources().values()]
    rows.sort(key=lambda row: (row["last_loaded_at"] or _NEVER, row["is_own"]), reverse=True)
    return rows, came.get(None, {}).get("refused", 0)


def _row(source: Source, came: Row) -> Row:
    from pipelines.new_home.folders import folder_of

    return {
        "source": source.name,
        "title": source.title,
        "is_own": source.is_own,
        "folder": folder_of(source),
        "folders": [*source.recognise.folders, source.name],
        "formats": list(source.formats),
        "feeds": list(source.tables),
        "files": came.get("loaded", 0),
        "files_refused": came.get("refused", 0),
        "last_loaded_at": came.get("last_loaded_at"),
        "last_exported_at": came.get("last_exported_at"),
    }


def _ledger(settings: Settings) -> dict[str | None, Row]:
    """What the ledger says by source; a file counts as its newest load at its path."""
    with look(settings) as state:
        if state is None or not state.has("ops.files"):
            return {}
        if state.writer:
            going = "A run is going on (process {process}); this is the state before it."
            print(say(going, process=state.writer), file=sys.stderr)
        rows = state.rows("""
            with newest as (
                select * from ops.files qualify row_number() over (partition by path order by file_id desc) = 1
            )
            select file_source as source, count(*) filter (where status = 'loaded') as loaded,
                count(*) filter (where status = 'quarantined') as refused, max(loaded_at) as last_loaded_at,
                max(exported_at) as last_exported_at
            from newest group by all
        """)
        return {row["source"]: row for row in rows}
