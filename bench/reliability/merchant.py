"""A small merchant of several kinds of files, in two portions: what is loaded already, and what waits.

What belongs here: its files, and the tables that its home ends with. What does not: what is done to it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

ORDERS = "order_id,platform,buyer_id,phone,paid_at,paid_amount,source\n"
EVENTS = "user_id,event,event_at,group_id\n"
REFUNDS = "refund_id,order_id,platform,refunded_at,refund_amount\n"
PORTIONS = ("first", "second")


def write(landing: Path, portion: str) -> None:
    """Orders in three files, a workbook, events, refunds, and a file that is refused."""
    first = portion == "first"
    month, start = ("01", 0) if first else ("02", 40)
    orders = [
        f"o{n},douyin,u{n % 17},{'139' + str(10000000 + n % 17 * 11) if n % 3 else ''},"
        f"2025-{month}-{n % 27 + 1:02d} 10:00:00,{n + 10}.00,{'粉丝群' if n % 2 else '直播间'}\n"
        for n in range(start, start + 40)
    ]
    for number in range(3):
        _put(landing / "orders" / f"{portion}-{number}.csv", ORDERS + "".join(orders[number::3]))
    events = [
        f"u{n % 17},{'group_join' if n % 4 else 'follow'},2025-{month}-{n % 27 + 1:02d} 09:00:00,g{n % 2}\n"
        for n in range(30)
    ]
    _put(landing / "events" / f"{portion}.csv", EVENTS + "".join(events))
    refunds = [f"r{start + n},o{start + n},douyin,2025-{month}-28 10:00:00,5.00\n" for n in range(5)]
    _put(landing / "refunds" / f"{portion}.csv", REFUNDS + "".join(refunds))
    _put(landing / "orders" / f"{portion}-refused.csv", "no header\nthat anybody knows\n")
    _workbook(landing / "orders" / f"{portion}.xlsx", start + 1000, month)


def _workbook(path: Path, start: int, month: str) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(ORDERS.strip().split(","))
    for n in range(start, start + 10):
        sheet.append([f"x{n}", "douyin", f"u{n % 17}", "", f"2025-{month}-05 12:00:00", 12.5, "直播间"])
    book.save(path)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def tables_of(snapshot: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that a run makes of the files, without what says when and by which load it was made."""
    from pipelines.database import read_only

    told: dict[str, list[tuple[Any, ...]]] = {}
    with read_only(snapshot) as connection:
        named = connection.execute(
            "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() c "
            "semi join (select schema_name, table_name from duckdb_tables()) t using (schema_name, table_name) "
            "where schema_name in ('staging', 'core', 'facts', 'metrics') group by all order by all"
        ).fetchall()
        for schema, table, columns in named:
            kept = [f'"{name}"' for name in columns if name not in ("file_id", "version_at", "shape", "exported_at")]
            rows = connection.execute(f"select {', '.join(kept)} from {schema}.{table} order by all").fetchall()
            told[f"{schema}.{table}"] = rows
        told["ledger"] = connection.execute(
            "select path, rows_read, rows_loaded, rows_superseded, rows_quarantined, status from ops.files order by all"
        ).fetchall()
    return told


def copy(home: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target, symlinks=True)
    return target
