"""Refreshes core: one pass over its tables in order, whole or only what new files touched.

What belongs here: the business day of a pass, its number, the loop. What does not: any table (assets/core).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipelines.building import Built, Pass, core_fingerprint, create_ops, forget_done, refresh
from pipelines.engines.following import forget_replaced
from pipelines.engines.touched_rows import forget_gathered
from pipelines.ingest.staging import load_staging
from pipelines.settings import Settings
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.engines.engine import Engine


class NoData(RuntimeError):
    """Nothing dated has been loaded yet, so there is no business day to report on."""


def core_tables() -> list[Table]:
    """Core's tables, each after what it reads."""
    return [table for table in load_tables().values() if table.schema == "core"]


def begin_pass(connection: Connection, settings: Settings, as_of: date | None = None, full: bool = False) -> Pass:
    """Registers a new pass: its business day, the files it covers, and whether everything is to be built anew.

    Full when asked for, the first time, after a change of a definition or a number-deciding setting, and when the
    business day goes back. Raises NoData when there is neither data nor `as_of`.
    """
    create_ops(connection)
    forget_replaced(connection)
    forget_gathered(connection)
    forget_done(connection)
    day = as_of or last_complete_day(connection, settings)
    mark = core_fingerprint(settings)
    passes = connection.execute(
        "select pass_no, as_of, fingerprint from ops.core_passes order by pass_no desc limit 1"
    ).fetchall()
    last_number, last_day, last_mark = passes[0] if passes else (0, date.max, "")
    is_full = full or last_mark != mark or day < last_day
    number = last_number + 1
    connection.execute(
        "insert into ops.core_passes select ?, coalesce(max(file_id), 0), ?, ?, ?, ? from ops.files",
        [number, day, mark, is_full, settings.today()],
    )
    return Pass(number, day, is_full)


def last_complete_day(connection: Connection, settings: Settings) -> date:
    """The last day before today with an order, refund, event, live session or group figure that is told whole."""
    yesterday = settings.today().date() - timedelta(days=1)
    day: date | None = load_tables()["core.source_days"].module().last_whole_day(connection, yesterday)
    if day is None:
        raise NoData(
            f"{settings.landing}: no rows of orders, refunds, events, live sessions or a group's days up to "
            f"{yesterday} were loaded, so there is no day to report on. {_waiting(connection)}"
            "Put order or event files there (`siyu status` and `siyu quarantine` tell what was refused)."
        )
    return day


def _waiting(connection: Connection) -> str:
    """What was loaded that no day can be reported on by."""
    counts = {name: connection.execute(f"select count(*) from staging.{name}").fetchone() for name in load_staging()}
    told = [f"{row[0]} rows of {name}" for name, row in counts.items() if row and row[0]]
    return f"Loaded, and waiting for them: {', '.join(told)}. " if told else ""


def beyond_data(connection: Connection, settings: Settings, as_of: date) -> str:
    """What a reader must know where `as_of` lies after the data, '' elsewhere: nobody watched the days between."""
    last = last_complete_day(connection, settings)
    if as_of <= last:
        return ""
    unknown = f"nothing is known of the days after it, up to {as_of}"
    return f"the data ends on {last}; {unknown}: windows that end there stay open"


def refresh_core(
    connection: Connection, settings: Settings, core_pass: Pass, engine: Engine | None = None
) -> Iterator[Built]:
    """Every core table brought up to the pass, one after the other."""
    for table in core_tables():
        yield refresh(connection, table, settings, core_pass, engine)
