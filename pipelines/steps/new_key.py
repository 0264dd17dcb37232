"""`siyu key new` and `siyu key rotate`: another key, and a warehouse that has to be made again from landing.

What belongs here: the order in which both change. What does not: the key (merchant_key.py), what is forgotten and when
that is refused (from_landing.py), the run that follows.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.forgotten import marks_of
from pipelines.merchant_key import fingerprint_of, remember, take_new
from pipelines.privacy import load_key
from pipelines.settings import Settings
from pipelines.steps.begin import prepare
from pipelines.steps.from_landing import need_every_file, start_over
from pipelines.warehouse import open_for_writing


def marks_lost(settings: Settings) -> int:
    """How many marks of forgotten people another key would make useless."""
    with open_for_writing(settings) as warehouse:
        prepare(warehouse)
        return len(marks_of(warehouse.connection))


def change_key(settings: Settings) -> tuple[Path | None, int]:
    """Takes a new key and empties the warehouse; where the old key was set aside (None: there was none), and how many
    marks of forgotten people no longer hold: they were made with it.

    Stopped in between, the two do not go together, and every run says so until this is asked again. Raises
    WarehouseBusy, and LandingIncomplete while landing could not give everything back.
    """
    with open_for_writing(settings) as warehouse:
        prepare(warehouse)
        need_every_file(warehouse.connection, settings)
        aside = take_new(settings, settings.today())
        start_over(warehouse.connection)
        remember(warehouse.connection, fingerprint_of(load_key(settings.key_path)))
        forgotten = len(marks_of(warehouse.connection))
        warehouse.connection.execute("delete from ops.forgotten")
    return aside, forgotten
