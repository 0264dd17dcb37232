"""The tasks of the chapter of identity; tasks.py runs them, each in a process of its own.

What belongs here: preparing and timing. What does not: the links and each contender's way (linked.py).
"""

from __future__ import annotations

import resource
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from bench.measure import timed

Told = dict[str, Any]


def write_links(folder: str, ids: int) -> Told:
    """So many ids and what links them, as two files."""
    from bench.linked import write

    with timed() as seconds:
        partial = Path(folder).with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        links = write(partial, ids)
        partial.rename(folder)
    return {"seconds": seconds, "rows": links}


def make_linked_home(folder: str, home: str) -> Told:
    """A home whose staging says of these ids and links what a merchant's files do."""
    from bench.linked import make_home

    with timed() as seconds:
        partial = Path(home).with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        make_home(Path(folder), partial)
        partial.rename(home)
    return {"seconds": seconds}


def components(engine: str, folder: str) -> Told:
    """From the file of links to everybody's component; what marks the answer is not timed."""
    from pyarrow import parquet

    from bench.linked import CONTENDERS, mark_of

    with timed() as seconds:
        found = CONTENDERS[engine](Path(folder))
    links = parquet.read_metadata(Path(folder) / "links.parquet").num_rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # before the answer is looked at
    count, mark = mark_of(found)
    return {"seconds": seconds, "links": links, "components": count, "answer": mark, "peak": peak}


def build_identities(home: str) -> Told:
    """core.identities whole, from staging."""
    from pipelines.building import refresh
    from pipelines.core import begin_pass, core_tables
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    settings = load_settings(Path(home))
    table = next(table for table in core_tables() if table.name == "identities")
    with open_for_writing(settings) as warehouse:
        core_pass = begin_pass(warehouse.connection, settings, date(2025, 6, 30), full=True)
        with timed() as seconds:
            built = refresh(warehouse.connection, table, settings, core_pass)
            warehouse.connection.execute("checkpoint")
    return {"seconds": seconds, "rows": built.rows}
