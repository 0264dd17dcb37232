"""抖店 files: order exports with their quirks, order API records, after-sale exports.

What belongs here: which file is made when, in which encoding, with which header. What does not: the platform's columns
(`order_columns.py`), what was bought (`tables/orders.sql`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.simulate import order_columns, planted, world
from pipelines.simulate.files import File
from pipelines.simulate.order_columns import AFTER_SALE_HEADER, HEADER_12, HEADER_13, HEADER_21, HEADER_A, HEADER_B

if TYPE_CHECKING:
    from pipelines.database import Connection

# By turns: how ids are spelled, the header, the encoding.
STYLES = (("tab", HEADER_A, "gb18030"), ("apostrophe", HEADER_B, "utf-8-sig"), ("plain", HEADER_A, "gb18030"))
# Exports from this number on are the odd downloads in between: two days each, under a narrow header of one's own.
ODD = 100
Export = tuple[int, datetime, datetime, str]  # number, since, made at, style


def order_exports(connection: Connection, first_day: date, last_day: date) -> list[File]:
    """The monthly exports, one line per sub-order, in three styles by turns; and three odd downloads in between."""
    monthly = [(n, since, made, STYLES[n % 3][0]) for n, (since, made) in enumerate(moments(first_day, last_day))]
    odd = _odd_downloads(first_day, last_day)
    _fill_exports(connection, [*monthly, *odd])
    files = []
    for turn, (style, header, encoding) in enumerate(STYLES):
        shown = _half_width(",".join(header)) if style == "plain" else ",".join(header)
        lines = _lines(connection, header, f"export_no < {ODD} and export_no % 3 = {turn}")
        for number, _, made, _ in monthly[turn::3]:
            name = f"订单导出_商品维度_{made:%Y%m%d%H%M%S}.csv"
            files.append(File("doudian_orders", name, made, shown, lines.get(number, []), encoding))
    files += [_odd_file(connection, *export) for export in odd]
    return sorted(files, key=lambda file: file.modified_at)


def moments(first_day: date, last_day: date) -> list[tuple[datetime, datetime]]:
    """(since, made at) of each monthly export: at the end of each month, from the last day of the month before on,
    whose channels were not known yet; and once more for the very last day, the morning after."""
    spans, since, day = [], first_day, first_day
    while day <= last_day:
        tomorrow = day + timedelta(days=1)
        if tomorrow.month != day.month or day == last_day:
            spans.append((_at(since), _at(day, 23, 50)))
            since = day
        day = tomorrow
    return [*spans, (_at(last_day), _at(last_day + timedelta(days=1), 8, 10))]


def after_sale_exports(connection: Connection, first_day: date, last_day: date) -> list[File]:
    """The monthly after-sale exports, brackets in full width and half width by turns."""
    rows = world.ask(connection, "after_sales")
    files = []
    for number, lines in _by_number(rows):
        _, made = moments(first_day, last_day)[number]
        header = ",".join(AFTER_SALE_HEADER)
        name = f"售后单导出_{made:%Y%m%d%H%M%S}.csv"
        shown = _half_width(header) if number % 2 else header
        files.append(File("doudian_aftersales", name, made, shown, lines, "gb18030"))
    return files


def api_records(connection: Connection, first_day: date, last_day: date) -> list[File]:
    """Order API records as pulls by update time wrote them, JSON Lines, at the moments of the exports.

    The shop let the application in at half-time only, so the first pull brings everything until then.
    """
    shop: dict[str, Any] = {"shop_id": planted.SHOP_ID, "shop_name": planted.SHOP_NAME, "author_id": planted.AUTHOR_ID}
    first_pull = len(moments(first_day, last_day)) // 2 - 1
    rows = world.ask(connection, "api_records", first_pull=first_pull, **shop)
    files = []
    for number, lines in _by_number(rows):
        _, made = moments(first_day, last_day)[number]
        files.append(File("doudian_orders_api", f"order_searchList_{made:%Y%m%d%H%M%S}.jsonl", made, None, lines))
    return files


def whole_year(connection: Connection, first_day: date, last_day: date) -> Iterator[list[str]]:
    """The data lines of one export of everything in the world, under header A, a batch at a time."""
    _fill_exports(connection, [(0, _at(first_day), _at(last_day + timedelta(days=2)), "tab")])
    line = order_columns.line_sql(HEADER_A)
    found = connection.execute(f"select {line} from world.export_rows order by order_no, n")
    while batch := found.fetchmany(50_000):
        yield [text for (text,) in batch]


def _odd_downloads(first_day: date, last_day: date) -> list[Export]:
    starts = [first_day + timedelta(days=days) for days in (72, 220, 130)]
    return [
        (ODD + place, _at(day), _at(day + timedelta(days=2), 12), "tab" if place == 0 else "plain")
        for place, day in enumerate(starts)
        if day + timedelta(days=3) < last_day
    ]


def _odd_file(connection: Connection, number: int, since: datetime, made: datetime, style: str) -> File:
    """Half of the columns; a third of them; all items of an order packed into one line."""
    header, encoding = ((HEADER_21, "utf-8-sig"), (HEADER_13, "utf-8-sig"), (HEADER_12, "gb18030"))[number - ODD]
    if header is HEADER_12:
        rows = connection.execute(
            f"select {order_columns.packed_line_sql(header)} from world.export_rows "
            f"where export_no = {number} and items > 1 group by order_id order by order_id"
        ).fetchall()
        lines = [line for (line,) in rows]
    else:
        lines = _lines(connection, header, f"export_no = {number}").get(number, [])
    file = File("doudian_orders", f"自定义报表_{len(header)}列.csv", made, ",".join(header), lines, encoding)
    if header is HEADER_12:
        file.dirty_cells["packed_sub_orders"] = len(lines)
    return file


def _fill_exports(connection: Connection, exports: list[Export]) -> None:
    connection.execute(
        "create or replace table world.exports "
        "(export_no integer, since timestamp, exported_at timestamp, style varchar)"
    )
    connection.executemany("insert into world.exports values (?, ?, ?, ?)", exports)
    connection.execute(
        f"create or replace table world.export_rows as {world.question('export_rows')}",
        {"author_id": planted.AUTHOR_ID},
    )


def _lines(connection: Connection, header: list[str], where: str) -> dict[int, list[str]]:
    """The data lines of the exports that `where` picks, by export number."""
    rows = connection.execute(
        f"select export_no, {order_columns.line_sql(header)} from world.export_rows "
        f"where {where} order by export_no, ordered_at, order_no, n"
    ).fetchall()
    return dict(_by_number(rows))


def _by_number(rows: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    for number, mine in groupby(rows, key=lambda row: row[0]):
        yield number, [line for _, line in mine]


def _half_width(header: str) -> str:
    return header.replace("（", "(").replace("）", ")")


def _at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)
