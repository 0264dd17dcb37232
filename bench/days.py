"""Whether days equal a full build at a merchant's size: `python -m bench.days [ORDERS]`; a few minutes at 2 million.

What belongs here: the comparison. What does not: what is built (tasks), how fast (__main__), the same over small worlds
(tests/core/test_incremental.py), where no table is larger than DuckDB keeps together.
"""

from __future__ import annotations

import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.measure import CACHE, once

ROOT = Path(__file__).parents[1]
DAYS, NEW_ORDERS = 2, 30_000


def main() -> int:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    home = CACHE / f"days-{orders}"
    shutil.rmtree(home, ignore_errors=True)
    once("make_merchant", home=str(home), orders=orders)
    last = date.fromisoformat(once("last_day", home=str(home)).told["answer"])
    given: dict[str, Any] = {"home": str(home), "tree": str(ROOT)}
    once("build", name="full", as_of=str(last), full=True, **given)
    for n in range(1, DAYS + 1):
        day = str(last + timedelta(days=n))
        once("build", name=f"day {n}", as_of=day, full=False, new_orders=NEW_ORDERS, **given)
    shutil.copy(home / "warehouse.duckdb", home / "days.duckdb")
    once("build", name="full again", as_of=str(last + timedelta(days=DAYS)), full=True, **given)
    unequal = compare(home / "warehouse.duckdb", home / "days.duckdb")
    print("every table is equal" if not unequal else f"{unequal} tables differ")
    return unequal


def compare(whole: Path, daily: Path) -> int:
    """Prints each table with the rows that only one of them has; how many tables differ."""
    import duckdb

    connection, unequal = duckdb.connect(), 0
    connection.execute(f"attach '{whole}' as whole (read_only); attach '{daily}' as daily (read_only)")
    [[touched]] = connection.execute(
        "select count(*) from daily.ops.touched_orders where pass_no = (select max(pass_no) from daily.ops.core_passes)"
    ).fetchall()
    print(f"the last day touched {touched:,} orders")
    named = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'whole' "
        "and schema_name in ('core', 'facts', 'metrics') order by all"
    ).fetchall()
    for (name,) in named:
        only = [
            connection.execute(f"select count(*) from (from {one}.{name} except all from {other}.{name})").fetchall()
            for one, other in (("whole", "daily"), ("daily", "whole"))
        ]
        rows = [found[0][0] for found in only]
        unequal += any(rows)
        print(f"{name}: {'equal' if not any(rows) else f'{rows[0]} rows of the full build, {rows[1]} of the days'}")
    return unequal


if __name__ == "__main__":
    sys.exit(main())
