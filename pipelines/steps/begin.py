"""The beginning of a run: the lock, the tables that every step counts on, the entry in the record; and its end.

What belongs here: what holds however a run ends. What does not: the steps (work.py).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import date

from pipelines import check_record
from pipelines.database import is_broken, read_only
from pipelines.finding import forget
from pipelines.merchant_key import need_its_key
from pipelines.settings import Settings
from pipelines.steps import record
from pipelines.steps.from_landing import need_every_file
from pipelines.steps.watch import Watcher
from pipelines.steps.work import OpenRun
from pipelines.upkeep.version import need_known_shape
from pipelines.warehouse import Warehouse, WarehouseBusy, open_for_writing, set_aside


@contextlib.contextmanager
def begin_run(
    settings: Settings,
    run_id: str,
    as_of: date | None = None,
    is_full: bool = False,
    watcher: Watcher | None = None,
    patience: float = 0,
) -> Iterator[OpenRun]:
    """Opens the warehouse for one run, and leaves a true record of it in ops.runs, however it ends.

    Waits up to `patience` seconds for another writer to end, then raises WarehouseBusy naming it. Raises
    LandingIncomplete for a full run that landing could not feed, and KeyLost where secret.key is not the warehouse's.
    """
    with contextlib.ExitStack() as stack:
        warehouse = _opened(stack, settings, patience, is_full)
        record.begin(warehouse.connection, settings, run_id, as_of)
        forget(warehouse.connection)
        run = OpenRun(warehouse, run_id, as_of, is_full, watcher or Watcher())
        stack.callback(record.finish_if_running, warehouse.connection, settings, run_id)
        stack.callback(run.close)
        yield run
    if run.is_held:
        run.send("daily")  # once, whatever number of steps has failed, and with the warehouse free again


def _opened(stack: contextlib.ExitStack, settings: Settings, patience: float, is_full: bool) -> Warehouse:
    """The warehouse, ready for a run. A full run, which needs nothing that is in it, sets one aside that is broken."""
    import duckdb

    for is_last in (not is_full, True):
        with contextlib.ExitStack() as opening:
            try:
                warehouse = opening.enter_context(_open_when_free(settings, patience))
                prepare(warehouse)
                need_its_key(warehouse.connection, settings)
                if is_full:
                    need_every_file(warehouse.connection, settings)
                stack.enter_context(opening.pop_all())
                return warehouse
            except duckdb.Error as error:
                if is_last or not is_broken(error):
                    raise
        _need_every_file_of_snapshot(settings)
        set_aside(settings)
    raise AssertionError("the last turn returns or raises")


def _need_every_file_of_snapshot(settings: Settings) -> None:
    """What a broken warehouse cannot tell any more: which files landing must still have. Where the snapshot is broken,
    too, nobody can: then landing is all there is."""
    import duckdb

    if settings.snapshot_path.exists():
        try:
            with read_only(settings.snapshot_path) as snapshot:
                need_every_file(snapshot, settings)
        except duckdb.Error as error:
            if not is_broken(error):
                raise


@contextlib.contextmanager
def _open_when_free(settings: Settings, patience: float) -> Iterator[Warehouse]:
    deadline = time.monotonic() + patience
    with contextlib.ExitStack() as stack:
        warehouse = None
        while warehouse is None:
            try:
                warehouse = stack.enter_context(open_for_writing(settings))
            except WarehouseBusy:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.5)
        yield warehouse


def prepare(warehouse: Warehouse) -> None:
    """The tables that every step counts on, where they are not there yet."""
    from pipelines.building import create_ops
    from pipelines.ingest.creating import create_staging

    need_known_shape(warehouse.connection, warehouse.settings.warehouse_path)
    create_staging(warehouse.connection)
    create_ops(warehouse.connection)
    check_record.create_record(warehouse.connection)
    record.create_record(warehouse.connection)
