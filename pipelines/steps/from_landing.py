"""`--full`: everything made from landing is forgotten, and made again from landing.

What belongs here: what is forgotten, and the refusal to forget what landing could not give back. What does not: the
making; ingest and core then find everything new.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.database import transaction
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

SHOWN = 5


class LandingIncomplete(RuntimeError):
    """Files that were loaded are no longer in landing, so a rebuild from landing would lose their rows."""


def start_over(connection: Connection) -> None:
    """Empties staging, the ledger and core's bookkeeping, in one transaction; readers keep the published snapshot.

    Core's passes are forgotten too: they count in file numbers, which begin again. Ask need_every_file first.
    """
    from pipelines.engines.engine import TOUCHED
    from pipelines.ingest.ledger import LEDGER
    from pipelines.ingest.staging import load_staging

    made = [f"{schema}.{name}" for schema in ("staging", "superseded") for name in load_staging()]
    ledger = [*LEDGER, "core_passes", "table_state", "fits", *TOUCHED]
    with transaction(connection):
        for table in [*made, *(f"ops.{name}" for name in ledger)]:
            connection.execute(f"delete from {table}")


def need_every_file(connection: Connection, settings: Settings) -> None:
    """Raises LandingIncomplete, naming them, while loaded files are missing from landing under every name they had."""
    from pipelines.ingest.landing import paths_there
    from pipelines.ingest.told_paths import MARK  # made with a key that may be lost by now

    rows = connection.execute(
        """
        select min(c.path) from ops.copies as c join ops.files as f using (file_id) where f.status = 'loaded'
        group by c.file_id
        having count(*) filter (where list_contains($there, regexp_replace(c.path, $mark, ''))) = 0 order by all
        """,
        {"there": [re.sub(MARK, "", path) for path in paths_there(settings)], "mark": MARK},
    ).fetchall()
    if rows:
        from pipelines.upkeep.purge import purged_paths

        named = ", ".join(path for (path,) in rows[:SHOWN]) + (" …" if len(rows) > SHOWN else "")
        went = sum(path in purged_paths(connection) for (path,) in rows)
        purged = f" {went} of them were purged (`siyu purge`): they come back from a backup only." if went else ""
        raise LandingIncomplete(
            f"{settings.landing}: {len(rows)} files that were loaded are no longer there ({named}).{purged} A full "
            "rebuild starts from landing and would lose their rows: put them back, or run without --full."
        )
