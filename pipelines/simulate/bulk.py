"""Orders by the million for benchmarks, from the demo's own purchase process and numbers.

What belongs here: canonical staging-shaped orders and items in DuckDB, one export of a wanted size. What does not:
anything a test of numbers relies on.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.simulate import order_files, planted, world
from pipelines.simulate.order_columns import HEADER_A

if TYPE_CHECKING:
    from pipelines.database import Connection

BUYERS_AT_ONCE = 1_000_000  # make 1.8 million orders, in less than 1 GB
EXPORT_PEOPLE = 200_000  # make 60 MB of export
ID_START = '"\t69'  # what every order and item id of an export begins with
# nobody goes on outside Douyin: these files are one platform's
AT_HOME = {"crossing": 0.0, "stray_taobao": 0.0, "stray_wechat": 0.0}
COPIES = range(10, 100)  # and the two digits that come next


def generate_orders(connection: Connection, orders: int, seed: int = 7, items: bool = False) -> None:
    """Create `generated.orders` with exactly so many rows, named and typed as the canonical staging columns.

    A year of buyers whose first order, further purchases and fruitless orders follow the planted process; each order
    is of one product. With `items`, `generated.items` holds it. Made a million buyers at a time, so memory stays small,
    and buyer after buyer, not in order of time. Schemas `world` and `planted` are used on the way and dropped.
    """
    world.prepare(connection, seed)
    connection.execute("create schema if not exists generated")
    connection.execute("drop table if exists generated.orders; drop table if exists generated.items")
    buyers = min(BUYERS_AT_ONCE, orders)
    done = first_person = 0
    while done < orders:
        wanted = {"first_person": first_person, "people": buyers, "shop_id": planted.SHOP_ID, "wanted": orders - done}
        parameters = planted.scalars(planted.FIRST_DAY, planted.LAST_DAY) | wanted
        world.fill(connection, "first_orders", parameters, "queries/many_first_orders.sql")
        world.fill(connection, "purchases", parameters)
        start = "insert into generated.orders" if done else "create table generated.orders as"
        world.execute(connection, f"{start} from ({world.question('many_orders')}) limit $wanted", parameters)
        done = _count(connection, "generated.orders")
        first_person += buyers
    if items:
        connection.execute(f"create table generated.items as {world.question('many_items')}")
    world.tidy(connection)


def write_order_export(
    connection: Connection, path: Path, rows: int | None = None, size: int | None = None, seed: int = 7
) -> int:
    """Write one 抖店 order export (75 columns, UTF-8, one row per sub-order) of so many rows, or of about `size` bytes.

    Beyond some 60 MB the same orders come again under other ids (up to 5 GB). Returns the number of data rows. Schemas
    `world` and `planted` are used on the way and dropped.
    """
    if (rows is None) == (size is None):
        raise ValueError("give either rows or size (bytes)")
    world.prepare(connection, seed)
    people = EXPORT_PEOPLE if rows is None else min(EXPORT_PEOPLE, 2 * rows + 1000)
    parameters: dict[str, Any] = planted.scalars(planted.FIRST_DAY, planted.LAST_DAY) | AT_HOME
    for name in (*world.BUYING, "refunds", "buyers"):
        world.fill(connection, name, parameters | {"first_person": 0, "people": people})
    batches = list(order_files.whole_year(connection, planted.FIRST_DAY, planted.LAST_DAY))
    world.tidy(connection)
    made = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(HEADER_A) + "\n")
        for batch, copy in ((batch, copy) for copy in COPIES for batch in batches):
            lines = batch if rows is None else batch[: rows - made]
            if size is not None:
                lines = lines[: _lines_that_fit(lines, size - file.tell())]
            if not lines:
                break
            file.write("".join(f"{line}\n" for line in lines).replace(f"{ID_START}00", f"{ID_START}{copy}"))
            made += len(lines)
    return made


def _lines_that_fit(lines: list[str], size: int) -> int:
    """How many lines, of about equal length in UTF-8, reach so many bytes."""
    if size <= 0:
        return 0
    sample = list(islice(lines, 1000))
    return 1 + int(size * len(sample) / sum(len(line.encode()) + 1 for line in sample))


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
