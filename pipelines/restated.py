"""What a report says is kept as it is published, and where it says otherwise of a day than the last one, why.

What belongs here: comparing with the last report, which is the snapshot that readers have, and keeping. What does not:
which figures (assets/reported/figures.yaml), what is whose cause (assets/reported/causes.sql), the tables
(reported.py), reading what came of it (assets/metrics/restatements.sql).

Only what changed is kept, so a day of few changes costs little; only the orders of days that changed are compared.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.building import core_fingerprint, values
from pipelines.database import is_broken, transaction
from pipelines.fingerprint import fingerprint
from pipelines.ingest.sources import reading_fingerprint, sources_of
from pipelines.reported import CAUSES
from pipelines.settings import Settings
from pipelines.spec.literals import literal_text, quoted
from pipelines.spec.reading import Strict, read
from pipelines.spec.table_file import ASSETS
from pipelines.sql_text import fill
from pipelines.tables import load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection

FOLDER = ASSETS / "reported"
TABLES = ("reports", "reported_figures")
NAMED = "metric, date, segment_by, segment"


class Kept(Strict):
    """Which figures of which metric are kept, for which breakdowns."""

    metric: str
    segments: tuple[str, ...]
    figures: tuple[str, ...]


@functools.cache
def load_kept() -> Kept:
    """assets/reported/figures.yaml. Raises SpecError naming file and key."""
    return read(FOLDER / "figures.yaml", Kept)


def keep(connection: Connection, settings: Settings, run_id: str) -> None:
    """What the report of this run says, as far as the last one did not say so; to be called before it is published."""
    if not _has(connection, f"metrics.{load_kept().metric}"):
        return
    definition = _definition(settings)
    with _last_report(connection, settings) as is_there, transaction(connection):
        if is_there:
            _as_readers_have_it(connection)
        _find(connection)
        parts = _parts(connection, settings, definition) if is_there else None
        connection.execute(
            "insert into ops.reports select ?, cast(? as timestamp), as_of, ? from core.as_of",
            [run_id, settings.today(), definition],
        )
        told = f"left join ({parts}) as p using ({NAMED})" if parts else ""
        causes = ", ".join(f"p.{cause}" if parts else "null" for cause in CAUSES)
        connection.execute(
            f"insert into ops.reported_figures select ?, {_of('s')}, s.value, {causes} from temp.main.said as s {told}",
            [run_id],
        )


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in NAMED.split(", "))


def _has(connection: Connection, name: str, database: str = "") -> bool:
    """Whether a table of this warehouse, or of another that is attached, is there."""
    schema, table = name.split(".")
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ? "
        "and database_name = coalesce(nullif(?, ''), current_database())",
        [schema, table, database],
    )
    return bool(found.fetchall())


@contextlib.contextmanager
def _last_report(connection: Connection, settings: Settings) -> Iterator[bool]:
    """The snapshot that readers have, attached as reported; False where there is none that kept what it said."""
    import duckdb

    path = settings.snapshot_path
    if not path.exists():
        yield False
        return
    try:
        connection.execute(f"attach {quoted(path.resolve())} as reported (read_only)")
    except duckdb.Error as error:
        if not is_broken(error):
            raise
        yield False
        return
    try:
        yield all(_has(connection, f"ops.{name}", "reported") for name in TABLES)
    finally:
        connection.execute("detach reported")


def _as_readers_have_it(connection: Connection) -> None:
    """Reports that a killed run never gave to readers are forgotten; those that a new warehouse lacks come back."""
    for name in TABLES[::-1]:
        connection.execute(f"delete from ops.{name} where run_id not in (select run_id from reported.ops.reports)")
        connection.execute(
            f"insert into ops.{name} by name select * from reported.ops.{name} "
            "where run_id not in (select run_id from ops.reports)"
        )


def _find(connection: Connection) -> None:
    """temp.said: the figures that no report said, or the last one otherwise; temp.restated: of these the latter."""
    kept = load_kept()
    listed = ", ".join(f"'{segment}'" for segment in kept.segments)
    each = " union all ".join(
        f"select '{figure}' as metric, date, segment_by, segment, cast({figure} as decimal(18, 2)) as value "
        f"from metrics.{kept.metric} where segment_by in ({listed})"
        for figure in kept.figures
    )
    connection.execute(f"""
        create or replace temp table last_said as
        select f.* from ops.reported_figures as f inner join ops.reports as r using (run_id)
        qualify row_number() over (partition by {_of("f")} order by r.reported_at desc) = 1
    """)
    connection.execute(f"""
        create or replace temp table said as
        select {NAMED}, n.value, l.value as old_value
        from ({each}) as n full join temp.main.last_said as l using ({NAMED})
        where n.value is distinct from l.value and date <= (select as_of from core.as_of)
    """)
    connection.execute("""
        create or replace temp table restated as
        from temp.main.said where value is not null and old_value is not null
    """)


def _parts(connection: Connection, settings: Settings, definition: str) -> str | None:
    """A SELECT of the parts of every change, by cause; None where the last report's orders have another shape."""
    import duckdb

    (last,) = connection.execute("select max_by(definition, reported_at) from reported.ops.reports").fetchall()[0]
    (as_of,) = connection.execute("select as_of from core.as_of").fetchall()[0]
    given = {**values(settings, as_of), "is_redefined": last != definition}
    text = (FOLDER / "causes.sql").read_text(encoding="utf-8")
    sql = fill(text, lambda name: literal_text(given[name]))
    try:
        connection.execute(f"create or replace temp table parts as {sql}")
    except (duckdb.BinderException, duckdb.CatalogException):
        return None
    return "from temp.main.parts"


def _definition(settings: Settings) -> str:
    """Changes with what makes the figures: definitions, settings, how files are read."""
    metric = load_tables()[f"metrics.{load_kept().metric}"]
    with sources_of(settings):
        return fingerprint(core_fingerprint(settings), metric.sql, reading_fingerprint(settings.reading))
