"""The tables of two builds, row for row: those of an earlier commit and those of this checkout, over the same worlds.

    python -m bench.equal COMMIT [--without-demo] [--to FOLDER]

What belongs here: building the same worlds by either tree's own code, the comparison, its words. What does not: whether
a table is right (tests), speed (__main__).

Worlds: the unit tests' worlds put together as one, random merchants (also with sources that end apart, and with weeks
from Sunday), nothing at all, and the earlier build's demo from its files to its snapshot. Rows of worlds that say what
the earlier build has no column or word for are left out of both, and counted. Ends with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SEEDS = (1, 2, 3, 4)
SCHEMAS = ("core", "metrics")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.equal", description=__doc__)
    parser.add_argument("commit", help="the earlier build")
    parser.add_argument("--without-demo", action="store_true")
    parser.add_argument("--to", type=Path, help="a new folder in which the tables of both are kept, as Parquet")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        place = given.to or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(exist_ok=given.to is None)
        worlds, trees = place / "worlds", {"before": earlier(given.commit, place), "now": ROOT}
        vocabulary = {name: known(tree, place / f"{name} knows") for name, tree in trees.items()}
        worlds.write_bytes(pickle.dumps(told_alike(worlds_to_build(place), **vocabulary)))
        for name, tree in trees.items():
            run(tree, "build", str(worlds), str(place / name))
        if not given.without_demo:
            compare_demo(trees, place)
        said = differences(place / "before", place / "now")
    print("\n".join(said) or f"every table equals that of {given.commit}")
    sys.exit(bool([line for line in said if not line.startswith("new ")]))


def worlds_to_build(place: Path) -> dict[str, dict[str, Any]]:
    """By name: rows by staging table, the day, the settings."""
    from tests.metrics.random_world import AS_OF, ending_apart, random_rows
    from tests.parity.merging import apart, unit_worlds

    rows, day = apart(unit_worlds(place / "recorded"))
    worlds = {"unit tests": {"rows": rows, "as_of": day, "settings": {}}, "nothing": {"rows": {}, "as_of": AS_OF}}
    for seed in SEEDS:
        merchant = random_rows(seed)
        worlds[f"random {seed}"] = {"rows": merchant, "as_of": AS_OF, "settings": {}}
        worlds[f"random {seed}, ending apart"] = {"rows": ending_apart(merchant), "as_of": AS_OF, "settings": {}}
    worlds["random, from Sunday"] = {
        "rows": random_rows(9), "as_of": AS_OF, "settings": {"week_starts": "sunday", "new_buyer_lookback_days": -1},
    }  # fmt: skip
    return worlds


def known(tree: Path, place: Path) -> dict[str, Any]:
    """What a tree has a column or a word for (equal_build.known)."""
    run(tree, "known", str(place))
    return dict(pickle.loads(place.read_bytes()))


def told_alike(
    worlds: dict[str, dict[str, Any]], before: dict[str, Any], now: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """The worlds without the rows that the earlier build cannot understand, or not as this one does."""
    newer = now["words"] - before["words"]

    def is_understood(table: str, row: dict[str, Any]) -> bool:
        columns = before["columns"].get(table)
        lacking = row.keys() - (columns or row.keys())
        told = {row.get(name) for name in ("event", "source", "channel")}
        return bool(columns) and all(row[name] in (None, False) for name in lacking) and not told & newer

    for name, world in worlds.items():
        rows = {table: [row for row in given if is_understood(table, row)] for table, given in world["rows"].items()}
        left = {table: len(given) - len(rows[table]) for table, given in world["rows"].items()}
        rows = {table: given for table, given in rows.items() if given}
        said = ", ".join(f"{number} of {table}" for table, number in left.items() if number)
        print(f"{name}: {f'left out of both: {said}' if said else 'told alike'}", flush=True)
        world["rows"] = rows
    return worlds


def earlier(commit: str, place: Path) -> Path:
    """The tree of an earlier commit."""
    tree = place / "tree"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return tree


def compare_demo(trees: dict[str, Path], place: Path) -> None:
    """The earlier build's demo through both: this one's has more files."""
    run(trees["before"], "simulated", str(place / "demo"))
    for name, tree in trees.items():
        run(tree, "demo", str(place / "demo"), str(place / name / "demo"))


def run(tree: Path, *arguments: str) -> None:
    """equal_build over a tree's own code."""
    command = [sys.executable, str(Path(__file__).with_name("equal_build.py")), *arguments]
    subprocess.run(command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, check=True)


def differences(before: Path, now: Path) -> list[str]:
    """One line per table that differs, with a few of its rows; tables and columns that only one side has."""
    import duckdb

    connection = duckdb.connect()
    said = []
    for file in sorted(before.rglob("*.parquet")):
        name = str(file.relative_to(before))
        other = now / name
        if not other.exists():
            said.append(f"gone {name}")
            continue
        said += [f"{name}: {line}" for line in _apart(connection, file, other)]
    made = {str(file.relative_to(now)) for file in now.rglob("*.parquet")}
    return said + [f"new {name}" for name in sorted(made) if not (before / name).exists()]


def _apart(connection: Any, before: Path, now: Path) -> list[str]:
    from tests.parity.comparing import _rows_apart

    ours, theirs = (_types(connection, file) for file in (before, now))
    same = [name for name in ours if theirs.get(name) == ours[name]]
    said = [f"column {name} was {kind}, is {theirs.get(name)}" for name, kind in ours.items() if name not in same]
    listed = ", ".join(f'"{name}"' for name in same)
    one, other = (f"(select {listed} from read_parquet('{file}'))" for file in (before, now))
    rows = _rows_apart(connection, one, other)
    return said + ([f"{len(rows)} rows differ (DuckDB: before; Spark: now), e.g. {rows[:3]}"] if rows else [])


def _types(connection: Any, file: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe from read_parquet('{file}')").fetchall()}


if __name__ == "__main__":
    main()
