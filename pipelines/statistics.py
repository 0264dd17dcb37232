"""Statistics: SELECTs that several metrics share, which stand in their SQL as if they were tables.

What belongs here: finding them. What does not: any statistic (assets/statistics; each file says what it reads of the
query that it is put in), facts (facts.py).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.tables import ASSETS

if TYPE_CHECKING:
    from sqlglot import exp

SCHEMA = "statistics"


def statistics_read(tree: exp.Expr) -> dict[str, str]:
    """By name the SELECTs of the statistics that a tree reads."""
    from sqlglot import exp

    return {
        f"{SCHEMA}.{table.name}": find_statistic(table.name) for table in tree.find_all(exp.Table) if table.db == SCHEMA
    }


@functools.cache
def find_statistic(name: str) -> str:
    """The SELECT of a statistic, by its bare name."""
    path = ASSETS / SCHEMA / f"{name}.sql"
    if not path.exists():
        known = [file.stem for file in path.parent.glob("*.sql")]
        raise SpecError(f"no statistic '{name}'; {hint(name, known, otherwise='statistics')}")
    return path.read_text(encoding="utf-8")
