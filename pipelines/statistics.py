"""Statistics: SELECTs that several metrics share, which stand in their SQL as if they were tables.

What belongs here: finding them. What does not: any statistic (assets/statistics; each file says what it reads of the
query that it is put in), facts (rendering.py).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.spec.table_file import ASSETS

SCHEMA = "statistics"


def statistics_read(tables: Iterable[str]) -> dict[str, str]:
    """Of the tables that a query reads (qualified names), those that are statistics: their SELECTs."""
    named = [name.partition(".") for name in tables]
    return {f"{schema}.{name}": find_statistic(name) for schema, _, name in named if schema == SCHEMA}


@functools.cache
def find_statistic(name: str) -> str:
    """The SELECT of a statistic, by its bare name."""
    path = ASSETS / SCHEMA / f"{name}.sql"
    if not path.exists():
        known = [file.stem for file in path.parent.glob("*.sql")]
        raise SpecError(f"no statistic '{name}'; {hint(name, known, otherwise='statistics')}")
    return path.read_text(encoding="utf-8")
