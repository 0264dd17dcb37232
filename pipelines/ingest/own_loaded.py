"""What is loaded by a mapping of the merchant's own stays as that mapping read it; another one would read it otherwise.

What belongs here: refusing to go on where such a mapping is gone or says something else now. What does not: reading
mappings (own_sources.py), the ledger's columns (ledger.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.sources import OwnSourceError, load_sources, own_fingerprint
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

_AGAIN = "`siyu run --full` reads everything in landing again"


def need_same_mappings(connection: Connection, settings: Settings) -> None:
    """Raises OwnSourceError naming the first mapping that is gone, or that has changed since files were read by it."""
    loaded = connection.execute(
        "select file_source, own_mapping, count(*) from ops.files "
        "where status = 'loaded' and own_mapping is not null group by all order by all"
    ).fetchall()
    for name, mapping, files in loaded:
        read_by = f"{files} file{' was' if files == 1 else 's were'} read by it"
        if name not in load_sources():
            place = settings.sources / f"{name}.yaml"
            raise OwnSourceError(f"{place}: there is no such file, but {read_by}: put it back, or {_AGAIN}")
        if own_fingerprint(name) != mapping:
            place = settings.sources / name
            raise OwnSourceError(
                f"{place}: this mapping says something else than when {read_by}, and their rows are as they were: "
                f"{_AGAIN}; put it back as it was to leave them so"
            )
