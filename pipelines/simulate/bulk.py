"""Orders by the million for benchmarks, from the same generator as the demo.

What belongs here: canonical staging-shaped orders and items in DuckDB, one export of a wanted size. What does not:
anything a test of numbers relies on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.simulate import order_files, planted, world
from pipelines.simulate.order_columns import HEADER_A

if TYPE_CHECKING:
    import duckdb

PEOPLE_AT_ONCE = 1_000_000
EXPORT_PEOPLE_AT_ONCE = 200_000


def generate_orders(connection: duckdb.DuckDBPyConnection, orders: int, seed: int = 7, items: bool = False) -> None:
    """Create `generated.orders` with exactly so many rows, named and typed as the canonical staging columns.

    With `items`, `generated.items` holds their items. Made a million people at a time, so memory stays small; person
    after person, not in order of time. Schemas `world` and `planted` are used on the way and dropped.
    """
    connection.execute("create schema if not exists generated")
    connection.execute("drop table if exists generated.orders; drop table if exists generated.items")
    world.prepare(connection, seed)
    people = min(PEOPLE_AT_ONCE, 3 * orders + 1000)
    done = first_person = 0
    while done < orders:
        _make(connection, first_person, people, world.BUYING)
        shop = {"shop_id": planted.SHOP_ID, "author_id": planted.AUTHOR_ID, "wanted": orders - done}
        _append(connection, "orders", shop)
        if items:
            _append(connection, "items", {})
        done = _count(connection, "generated.orders")
        first_person += people
    if items:
        connection.execute("delete from generated.items where order_id not in (select order_id from generated.orders)")
    world.tidy(connection)


def write_order_export(
    connection: duckdb.DuckDBPyConnection, path: Path, rows: int | None = None, size: int | None = None, seed: int = 7
) -> int:
    """Write one 抖店 order export (75 columns, UTF-8, one row per sub-order) of so many rows, or of about `size` bytes.

    Returns the number of data rows. Schemas `world` and `planted` are used on the way and dropped.
    """
    if (rows is None) == (size is None):
        raise ValueError("give either rows or size (bytes)")
    world.prepare(connection, seed)
    made = first_person = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(HEADER_A) + "\n")
        while made < rows if rows is not None else file.tell() < (size or 0):
            _make(connection, first_person, EXPORT_PEOPLE_AT_ONCE, (*world.BUYING, "refunds", "buyers"))
            first_person += EXPORT_PEOPLE_AT_ONCE
            for batch in order_files.whole_year(connection, planted.FIRST_DAY, planted.LAST_DAY):
                lines = batch if rows is None else batch[: rows - made]
                if size is not None:
                    lines = lines[: _lines_that_fit(lines, size - file.tell())]
                file.write("".join(f"{line}\n" for line in lines))
                made += len(lines)
    world.tidy(connection)
    return made


def _lines_that_fit(lines: list[str], size: int) -> int:
    """How many lines, of about equal length in UTF-8, reach so many bytes."""
    if size <= 0 or not lines:
        return 0
    sample = lines[:1000]
    return 1 + int(size * len(sample) / sum(len(line.encode()) + 1 for line in sample))


def _make(connection: duckdb.DuckDBPyConnection, first_person: int, people: int, tables: tuple[str, ...]) -> None:
    parameters = planted.scalars(planted.FIRST_DAY, planted.LAST_DAY)
    for name in tables:
        world.fill(connection, name, parameters | {"first_person": first_person, "people": people})


def _append(connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any]) -> None:
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'generated' and table_name = ?", [name]
    ).fetchall()
    start = f"insert into generated.{name}" if found[0][0] else f"create table generated.{name} as"
    connection.execute(f"{start} {world.question(f'generated_{name}')}", parameters)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
