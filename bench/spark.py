"""When Spark pays: the same merchants built whole by both engines. `python -m bench.spark` prints it as Markdown.

What belongs here: sizes and turns. What does not: how a build is done (tasks), how it is told (telling). It is no part
of `make bench`, which it would make hours longer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import telling
from bench.measure import CACHE, Measured, in_turns, once

SIZES = (1_000_000, 5_000_000, 20_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.spark", description=__doc__)
    parser.add_argument("--orders", type=int, nargs="*", default=SIZES, help="orders of each merchant")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    rows, goals = [], []
    for orders in given.orders:
        by_duckdb, by_spark = by_both(CACHE / f"merchant-{orders}", orders, given.rounds)
        rows += [telling.Heading(f"{orders:,} orders"), by_duckdb, by_spark]
        goals.append(telling.Goal(f"Spark / DuckDB, {orders:,} orders", by_spark.median / by_duckdb.median, None))
    section = telling.Section("Core, facts and metrics made whole by either engine on this machine alone", rows, goals)
    print("\n".join(["", *section.lines()]))


def by_both(home: Path, orders: int, rounds: int) -> list[Measured]:
    """DuckDB, then Spark; Spark's memory is Python's and Java's together."""
    if not (home / "warehouse.duckdb").exists():
        once("make_merchant", home=str(home), orders=orders)
    last_day = once("last_day", home=str(home)).told["answer"]
    measured = in_turns(
        {
            name: ("build_whole", {"home": str(home), "engine": engine, "as_of": last_day})
            for name, engine in (("DuckDB", "duckdb"), ("Spark", "spark"))
        },
        rounds,
    )
    measured["Spark"].peak += max(measured["Spark"].told_all("java"))
    return list(measured.values())


if __name__ == "__main__":
    main()
