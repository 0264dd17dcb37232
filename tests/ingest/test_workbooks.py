# ruff: noqa: E501 - XML as other programs write it
"""Workbooks: what their reader hides, what is merged, what stands on which sheet."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

PAID = "2026-03-01 20:15:00"
HEADER = ["order_id", "paid_at", "paid_amount", "buyer_id"]
ITEMS = ["item_id", "order_id", "paid_at", "paid_amount", "product_name"]


def order(number: int, amount: Any = 5, buyer: str = "u") -> list[Any]:
    return [f"A{number}", PAID, amount, buyer]


def saved(change: Callable[[Workbook], None], **sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def written(write: Callable[[Any], None]) -> bytes:
    """By xlsxwriter, which gives formulas a value of 0 and the name of Microsoft Excel."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    write(book)
    book.close()
    return content.getvalue()


def edited(content: bytes, changes: dict[str, tuple[str, str]], more: dict[str, str] | None = None) -> bytes:
    """A workbook's XML changed by hand: what another program would have written."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode()
            if name in changes:
                assert changes[name][0] in data
                data = data.replace(*changes[name])
            new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return result.getvalue()


def told(landing: Landing) -> list[tuple[str, str | None, int | None]]:
    return landing.connection.execute("select code, subject, rows from ops.notices order by all").fetchall()


def orders(landing: Landing, columns: str = "order_id, paid_amount") -> list[tuple[Any, ...]]:
    return landing.rows("orders", columns)


# --- formulas and errors ----------------------------------------------------------------------------------------------


def formula_by_openpyxl() -> bytes:
    return workbook({"S": [HEADER, order(1), order(2, "=C2*2")]})


def formula_by_xlsxwriter(value: Any = 0) -> bytes:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for number, row in enumerate([HEADER, order(1), order(2)]):
            sheet.write_row(number, 0, row)
        sheet.write_formula("C3", "=C2*2", None, value)

    return written(write)


def formula_that_nobody_asked_to_compute() -> bytes:
    """0 in every formula and no calculation chain: some libraries say no more than that."""
    return edited(formula_by_xlsxwriter(), {"xl/workbook.xml": (' fullCalcOnLoad="1"', "")})


@pytest.mark.parametrize(
    "make",
    [formula_by_openpyxl, formula_by_xlsxwriter, formula_that_nobody_asked_to_compute],
    ids=lambda make: make.__name__,
)
def test_a_formula_that_nobody_computed_is_not_nothing(
    landing: Landing, each_way: str, make: Callable[[], bytes]
) -> None:
    landing.one("orders/a.xlsx", make())
    assert orders(landing) == [("A1", Decimal("5.00"))]
    assert landing.quarantine("line, column_name, reason, found") == [(3, "paid_amount", "bad_amount", "=C2*2")]
    assert told(landing) == [("uncomputed_formula", "paid_amount", 1)]


def test_a_computed_formula_is_its_value(landing: Landing, each_way: str) -> None:
    """Also when the value is 0: Excel writes a chain with the first formula that it computes."""
    computed = {"xl/calcChain.xml": "<calcChain/>"}
    landing.write("orders/a.xlsx", formula_by_xlsxwriter(10))
    landing.write("orders/b.xlsx", edited(
        formula_by_xlsxwriter(), {"xl/workbook.xml": (' fullCalcOnLoad="1"', "")}, computed
    ).replace(b"A1", b"A1"))  # fmt: skip
    landing.ingest()
    assert [amount for _, amount in orders(landing)] == [Decimal("5.00"), Decimal("0.00")]
    assert told(landing) == []


def test_an_empty_text_of_a_formula_is_a_value(landing: Landing, each_way: str) -> None:
    content = edited(formula_by_xlsxwriter(7), {"xl/worksheets/sheet1.xml": (
        '<c r="D3" t="s"><v>6</v></c>', '<c r="D3" t="str"><f>IF(1,"")</f><v></v></c>')})  # fmt: skip
    landing.one("orders/a.xlsx", content)
    assert orders(landing, "order_id, buyer_id") == [("A1", "u"), ("A2", None)]
    assert told(landing) == []


@pytest.mark.parametrize("error", ["#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_errors_are_no_empty_cells(landing: Landing, each_way: str, error: str) -> None:
    """The reader gives them as empty text: a required amount would look forgotten, an optional one absent."""

    def change(book: Workbook) -> None:
        book["S"]["C3"].value = error
        book["S"]["C3"].data_type = "e"

    landing.one("orders/a.xlsx", saved(change, S=[HEADER, order(1), order(2)]))
    assert orders(landing) == [("A1", Decimal("5.00"))]
    assert landing.quarantine("line, column_name, reason, found") == [(3, "paid_amount", "spreadsheet_error", error)]


# --- digits and characters --------------------------------------------------------------------------------------------


def test_a_spreadsheet_keeps_fifteen_digits(landing: Landing, each_way: str) -> None:
    ids = [231660001234567, 2316600012345670, "2316600012345670", 123.0, 100]
    landing.one("orders/a.xlsx", workbook({"S": [HEADER, *[[n, PAID, 5, "u"] for n in ids]]}))
    assert orders(landing, "order_id") == [("100",), ("123",), ("231660001234567",), ("2316600012345670",)]
    assert landing.quarantine() == [(3, "order_id", "scientific_notation")]


def test_zeros_that_a_format_shows_are_part_of_an_id(landing: Landing, each_way: str) -> None:
    """A member number 000123 is stored as 123; the export beside it says 000123."""

    def change(book: Workbook) -> None:
        for row in (2, 3, 4):
            book["S"].cell(row, 1).number_format = "000000"
        book["S"].cell(4, 3).number_format = "0.00"

    landing.one(
        "orders/a.xlsx",
        saved(
            change, S=[HEADER, [123, PAID, 5, "u"], [1234567, PAID, 5, "u"], ["A9", PAID, 5, "u"], [7, PAID, 5, "u"]]
        ),
    )
    assert orders(landing, "order_id") == [("000123",), ("1234567",), ("7",), ("A9",)]


@pytest.mark.parametrize("cell", ["加急_x000D_发顺丰", "加急_x000D_\n发顺丰", "\r\n加急", "加急_x000D_"])
def test_a_carriage_return_in_a_cell_costs_no_row(landing: Landing, each_way: str, cell: str) -> None:
    rows = [[*order(n), cell if n == 4 else ""] for n in range(10)]
    landing.one("orders/a.xlsx", workbook({"S": [[*HEADER, "商家备注"], *rows]}))
    assert [order_id for (order_id,) in orders(landing, "order_id")] == [f"A{n}" for n in range(10)]


def test_a_carriage_return_in_a_row_with_a_fault(landing: Landing, each_way: str) -> None:
    rows = [[f"A{n}", "someday" if n == 4 else PAID, 5, "u\r1" if n == 4 else "u"] for n in range(10)]
    content = {"a.xlsx": workbook({"S": [HEADER, *rows]})}
    for name, data in content.items():
        landing.write(f"orders/{name}", data)
    landing.ingest()
    assert len(orders(landing)) == 9
    assert landing.quarantine() == [(6, "paid_at", "bad_date")]


# --- sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_left_alone_and_named(landing: Landing, each_way: str, state: str) -> None:
    def hide(book: Workbook) -> None:
        book["旧价"].sheet_state = state

    landing.one("orders/a.xlsx", saved(hide, 订单=[HEADER, order(1)], 旧价=[HEADER, order(1, 99), order(2)]))
    assert orders(landing) == [("A1", Decimal("5.00"))]
    assert told(landing) == [("hidden_sheet", "旧价", None)]


def test_a_workbook_whose_table_is_hidden_says_so(landing: Landing) -> None:
    def hide(book: Workbook) -> None:
        book["订单"].sheet_state = "hidden"

    landing.one("orders/a.xlsx", saved(hide, 说明=[["请勿修改", "谢谢"]], 订单=[HEADER, order(1)]))
    [(reason, expected)] = landing.quarantine("reason, expected")
    assert (reason, "hidden sheets are left alone: '订单'" in expected) == ("unknown_header", True)


def test_hidden_rows_are_data(landing: Landing, each_way: str) -> None:
    """Somebody filtered the export to look at it; it is still the whole export."""

    def hide(book: Workbook) -> None:
        book["S"].row_dimensions[3].hidden = True
        book["S"].column_dimensions["D"].hidden = True

    landing.one("orders/a.xlsx", saved(hide, S=[HEADER, order(1), order(2), order(3)]))
    assert orders(landing, "order_id, buyer_id") == [("A1", "u"), ("A2", "u"), ("A3", "u")]


def test_a_sheet_that_lies_about_its_size_is_read_whole(landing: Landing, each_way: str) -> None:
    """As Taobao's do: it says that it ends in its first cell."""
    told_short = io.BytesIO()
    given = io.BytesIO(workbook({"S": [HEADER, order(1), order(2)]}))
    with zipfile.ZipFile(given) as whole, zipfile.ZipFile(told_short, "w") as out:
        for name in whole.namelist():
            out.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', whole.read(name)))
    landing.one("orders/a.xlsx", told_short.getvalue())
    assert orders(landing, "order_id") == [("A1",), ("A2",)]


def test_sheets_of_two_kinds_are_two_tables(landing: Landing, each_way: str) -> None:
    refunds = [["refund_id", "order_id", "refunded_at", "refund_amount"], ["R1", "A1", PAID, 2]]
    file = landing.one("export/a.xlsx", workbook({"订单": [HEADER, order(1), order(2)], "退款": refunds}))
    assert orders(landing, "order_id, file_row") == [("A1", 2), ("A2", 3)]
    assert landing.rows("refunds", "refund_id, refund_amount, file_row") == [("R1", Decimal("2.00"), 5)]
    assert (file.rows_read, file.rows_loaded, told(landing)) == (3, 3, [])


def test_a_header_repeated_further_down_a_sheet(landing: Landing, each_way: str) -> None:
    other = ["paid_amount", "paid_at", "order_id", "buyer_id"]
    rows = [["三月"], HEADER, order(1), [], ["三月"], other, [6, PAID, "A2", "v"], ["合计", None, 11, None]]
    landing.one("orders/a.xlsx", workbook({"S": rows}))
    assert orders(landing, "order_id, paid_amount, buyer_id, file_row") == [
        ("A1", Decimal("5.00"), "u", 3), ("A2", Decimal("6.00"), "v", 7),
    ]  # fmt: skip
    assert landing.quarantine("line, reason, raw_text") == []


# --- merged cells -----------------------------------------------------------------------------------------------------


def test_merged_order_cells_go_down_over_item_rows(landing: Landing, each_way: str) -> None:
    rows = [["I1", "A1", PAID, 5, "袜子"], ["I2", None, None, 6, "帽子"], ["I3", "A2", PAID, 7, "袜子"]]
    landing.one("order_items/a.xlsx", workbook({"S": [ITEMS, *rows]}, merged=["B2:B3", "C2:C3"]))
    assert landing.rows("order_items", "item_id, order_id, paid_amount") == [
        ("I1", "A1", Decimal("5.00")), ("I2", "A1", Decimal("6.00")), ("I3", "A2", Decimal("7.00")),
    ]  # fmt: skip


def test_a_number_merged_over_item_rows_is_not_multiplied(landing: Landing, each_way: str) -> None:
    """11.00 is what both cost together: neither item's own amount is known."""
    rows = [["I1", "A1", PAID, 11, "袜子"], ["I2", None, None, None, "帽子"]]
    landing.one("order_items/a.xlsx", workbook({"S": [ITEMS, *rows]}, merged=["B2:B3", "C2:C3", "D2:D3"]))
    assert landing.rows("order_items", "sum(paid_amount)") == [(Decimal("11.00"),)]
    assert ("merged_number", "paid_amount", None) in told(landing)


def test_all_of_an_order_merged_over_its_items_is_one_order(landing: Landing, each_way: str) -> None:
    rows = [[*order(1, 11), "袜子"], [None, None, None, None, "帽子"], [*order(2), "袜子"]]
    merged = [f"{column}2:{column}3" for column in "ABCD"]
    file = landing.one("orders/a.xlsx", workbook({"S": [[*HEADER, ""], *rows]}, merged=merged))
    assert orders(landing) == [("A1", Decimal("11.00")), ("A2", Decimal("5.00"))]
    assert (file.rows_superseded, landing.quarantine()) == (1, [])
    assert sorted(told(landing)) == [("merged_copies", "order_id", 1), ("nameless_column", "E", 3)]


def test_orders_merged_over_their_products_are_one_row_each(landing: Landing, each_way: str) -> None:
    header = ["序号", *HEADER, "商品名称", "运费"]
    rows = [
        [1, *order(1, 11), "袜子"], [2, None, None, None, None, "帽子"], [3, None, None, None, None, "围巾"],
        [4, *order(2), "袜子"], [5, *order(3), "袜子"], [6, None, None, None, None, "帽子"],
    ]  # fmt: skip
    merged = [span for column in "BCDE" for span in (f"{column}2:{column}4", f"{column}6:{column}7")]
    file = landing.one("orders/a.xlsx", workbook({"S": [header, *rows]}, merged=merged))
    assert orders(landing) == [("A1", Decimal("11.00")), ("A2", Decimal("5.00")), ("A3", Decimal("5.00"))]
    assert (file.rows_read, file.rows_loaded, file.rows_superseded) == (6, 3, 3)
    assert ("merged_copies", "order_id", 3) in told(landing)


@pytest.mark.parametrize("loose", ["paid_amount", "freight_amount"])
def test_an_amount_that_is_not_merged_with_the_number_is_a_lines(landing: Landing, each_way: str, loose: str) -> None:
    """Amounts of lines: nobody knows whether the order is their sum."""
    header = ["order_id", "paid_at", "paid_amount", "freight_amount", "商品名称"]
    at = header.index(loose)
    rows = [["A1", PAID, 11, 3, "袜子"], [None, None, None, None, "帽子"], ["A2", PAID, 5, 0, "袜子"]]
    rows[1][at] = 2
    merged = [f"{column}2:{column}3" for place, column in enumerate("ABCD") if place != at]
    landing.one("orders/a.xlsx", workbook({"S": [header, *rows]}, merged=merged))
    assert orders(landing) == [("A2", Decimal("5.00"))]
    assert landing.quarantine("line, reason") == [(2, "duplicate_key"), (3, "duplicate_key")]


# --- other programs' workbooks ----------------------------------------------------------------------------------------


def test_xlsx_under_the_name_of_xls(landing: Landing) -> None:
    landing.one("orders/a.xls", workbook({"S": [HEADER, order(1)]}))
    assert orders(landing) == [("A1", Decimal("5.00"))]


def biff(rows: list[list[Any]]) -> bytes:
    """A workbook of Excel 97: records in a stream in a file system of 512-byte sectors."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def cell(row: int, column: int, value: Any) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            return record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        return record(0x203, place + struct.pack("<d", value))

    start = struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)
    sheet = record(0x809, start[:2] + b"\x10\x00" + start[4:])
    sheet += b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)) + record(
        0x0A, b""
    )
    name = b"\x01\x00S"
    offset = len(record(0x809, start)) + 4 + 6 + len(name) + 4
    stream = record(0x809, start) + record(0x85, struct.pack("<IBB", offset, 0, 0) + name) + record(0x0A, b"") + sheet
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    count = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0,
                                                                            1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)  # fmt: skip
    head += b"\xff" * (512 - len(head))

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = title.encode("utf-16-le").ljust(64, b"\0")
        names = struct.pack("<HBBIII", 2 * len(title) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return text + names + bytes(36) + struct.pack("<IQ", first, size)

    entries = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    return head + struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat))) + entries + stream


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv"])
def test_a_workbook_of_excel_97_under_any_name(landing: Landing, each_way: str, name: str) -> None:
    landing.one(f"orders/{name}", biff([HEADER, order(1, 5, "张三"), [2316600012345670, PAID, 5, "u"]]))
    assert orders(landing, "order_id, paid_amount, buyer_id") == [("A1", Decimal("5.00"), "张三")]
    assert landing.quarantine() == [(3, "order_id", "scientific_notation")]
    assert told(landing) == [("binary_workbook", None, None)]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">
<office:automatic-styles><style:style style:name="out" style:family="table">
<style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


def ods(tables: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS.format(tables=tables))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return content.getvalue()


def ods_row(*cells: str) -> str:
    def cell(text: str) -> str:
        return text if text.startswith("<") else (
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>')  # fmt: skip

    return f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>"


def test_an_ods_with_a_hidden_sheet_a_merged_cell_and_a_formula(landing: Landing, each_way: str) -> None:
    merged = '<table:table-cell office:value-type="string" table:number-rows-spanned="2"><text:p>u</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="5"><text:p>5.00</text:p></table:table-cell>'
    rows = [
        ods_row(*HEADER),
        ods_row("A1", PAID, number, merged),
        ods_row("A2", PAID, number, "<table:covered-table-cell/>"),
        ods_row("A3", PAID, '<table:table-cell table:formula="of:=[.C2]*2"/>', "v"),
        ods_row("A4", PAID, '<table:table-cell table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p>'
                '</table:table-cell>', "v"),
    ]  # fmt: skip
    tables = f'<table:table table:name="S">{"".join(rows)}</table:table>'
    tables += (
        f'<table:table table:name="H" table:style-name="out">{rows[0]}{ods_row("A9", PAID, "9", "u")}</table:table>'
    )
    landing.one("orders/a.ods", ods(tables))
    assert orders(landing, "order_id, buyer_id") == [("A1", "u"), ("A2", "u")]
    assert landing.quarantine("line, found") == [(4, "=[.C2]*2"), (5, "#DIV/0!")]
    assert told(landing) == [("hidden_sheet", "H", None), ("uncomputed_formula", "paid_amount", 1)]


def test_a_duration_of_an_ods(landing: Landing) -> None:
    duration = '<table:table-cell office:value-type="time" office:time-value="PT00H01M15S"><text:p>01:15</text:p></table:table-cell>'
    header = ["live_session_id", "started_at", "average_watch_seconds"]
    landing.one("live_sessions/a.ods", ods(
        f'<table:table table:name="S">{ods_row(*header)}{ods_row("L1", PAID, duration)}</table:table>'
    ))  # fmt: skip
    assert landing.rows("live_sessions", "average_watch_seconds") == [(75.0,)]


def test_money_of_an_ods_in_another_currency(landing: Landing) -> None:
    def money(currency: str) -> str:
        about = f'office:value-type="currency" office:currency="{currency}" office:value="12"'
        return f"<table:table-cell {about}><text:p>12.00</text:p></table:table-cell>"

    rows = ods_row(*HEADER[:3]) + ods_row("A1", PAID, money("USD")) + ods_row("A2", PAID, money("CNY"))
    landing.one("orders/a.ods", ods(f'<table:table table:name="S">{rows}</table:table>'))
    assert orders(landing) == [("A2", Decimal("12.00"))]
    assert landing.quarantine("column_name, reason, found") == [("paid_amount", "other_currency", "USD12")]


# --- web pages and XML ------------------------------------------------------------------------------------------------

PAGE = """<html><head><meta charset="utf-8"><style>td {{x: y}}</style><script>"<td>no</td>"</script></head><body>
<table><tr><td colspan=4>订单&nbsp;导出</td></tr></table>
<TABLE border=1><tr><th>order_id<th>paid_at<th>paid_amount<th>buyer_id</tr>
<tr><td rowspan="2">A1</td><td rowspan="2">2026-03-01 10:00:00</td><td rowspan="2">10.00</td><td rowspan="2">A&amp;B<br></td></tr>
<tr></tr><tr><td>6917926768823643761</td><td>2026-03-02</td><td>5</td><td>{name}</td></tr>
<tr><td>合计</td><td></td><td>15.00</td></tr></TABLE></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_web_page_under_the_name_of_xls(landing: Landing, each_way: str, encoding: str) -> None:
    file = landing.one("orders/a.xls", PAGE.format(name="张三"), encoding=encoding)
    assert orders(landing, "order_id, paid_amount, buyer_id") == [
        ("6917926768823643761", Decimal("5.00"), "张三"), ("A1", Decimal("10.00"), "A&B"),
    ]  # fmt: skip
    assert (file.rows_quarantined, [code for code, _, _ in told(landing)]) == (0, ["totals_row"])


XML = """<?xml version="1.0" encoding="{encoding}"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
<Worksheet ss:Name="S"><Table><Row>{header}</Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">A1</Data></Cell><Cell><Data ss:Type="DateTime">2026-03-01T10:00:00.000</Data></Cell>
<Cell><Data ss:Type="Number">10.5</Data></Cell><Cell ss:Index="4"><Data ss:Type="String">张三</Data></Cell></Row>
<Row><Cell><Data ss:Type="Number">2316600012345670</Data></Cell><Cell><Data ss:Type="String">2026-03-01</Data></Cell>
<Cell><Data ss:Type="Number">1</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">A2</Data></Cell><Cell><Data ss:Type="String">2026-03-01</Data></Cell>
<Cell><Data ss:Type="Error">#REF!</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="H"><Table><Row>{header}</Row></Table><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">
<Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_xml_spreadsheet_of_2003(landing: Landing, each_way: str, encoding: str) -> None:
    header = "".join(f'<Cell><Data ss:Type="String">{name}</Data></Cell>' for name in HEADER)
    landing.one("orders/a.xls", XML.format(header=header, encoding=encoding), encoding=encoding)
    assert orders(landing, "order_id, paid_at, paid_amount, buyer_id, file_row") == [
        ("A1", datetime(2026, 3, 1, 10), Decimal("10.50"), "张三", 3)
    ]
    assert landing.quarantine() == [(4, "order_id", "scientific_notation"), (5, "paid_amount", "spreadsheet_error")]
    assert told(landing) == [("hidden_sheet", "H", None)]


# --- what a number's format says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "form", "paid"),
    [
        (1.2, '0.00"万"', "12000.00"),
        (1.2, 'G/通用格式"万元"', "12000.00"),
        (3.5, '#,##0.0" 千元"', "3500.00"),
        (12, '0.00"元"', "12.00"),
        (12, '"¥"#,##0.00', "12.00"),
        (12, "[$¥-804]#,##0.00", "12.00"),
        (12, '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "12.00"),
        (12000, '0!.0000"万"', "12000.00"),  # draws the number's own digits with a point among them
        (12000, '#,##0.0,"千"', "12000.00"),  # draws a thousandth of the number
        (12, '0"RMB"', "12.00"),
        (12, "0.00_);[Red]\\(0.00\\)", "12.00"),
    ],
)
def test_a_unit_that_a_format_shows_is_the_cells(
    landing: Landing, each_way: str, number: float, form: str, paid: str
) -> None:
    """Whoever reads the sheet sees 1.20万; the file holds 1.2."""
    landing.one("orders/a.xlsx", saved(shown_as(form), S=[HEADER, order(1, number), order(2)]))
    assert orders(landing) == [("A1", Decimal(paid)), ("A2", Decimal("5.00"))]


@pytest.mark.parametrize(
    ("form", "reason", "found"),
    [
        ("[$$-409]#,##0.00", "other_currency", "USD12"),
        ("$#,##0.00_);[Red]\\($#,##0.00\\)", "other_currency", "USD12"),
        ("[$HK$-C04]#,##0.00", "other_currency", "HKD12"),
        ("[$¥-411]#,##0", "other_currency", "JPY12"),
        ('#,##0.00" USD"', "other_currency", "USD12"),
        ('[$€-2] 0.0,"k"', "other_currency", "EUR12"),
        ("0.00%", "percent_amount", "1200%"),
        ('0"%"', "percent_amount", "12%"),
        ('0"分"', "bad_amount", "12分"),
    ],
)
def test_money_that_a_format_shows_in_another_currency(
    landing: Landing, each_way: str, form: str, reason: str, found: str
) -> None:
    """$12.00 on the screen was 12.00 yuan in every sum."""
    landing.one("orders/a.xlsx", saved(shown_as(form), S=[HEADER, order(1, 12), order(2)]))
    assert orders(landing) == [("A2", Decimal("5.00"))]
    assert landing.quarantine("line, column_name, reason, found") == [(2, "paid_amount", reason, found)]


def test_minutes_that_a_format_shows(landing: Landing, each_way: str) -> None:
    rows = [["主播", "开播时间", "观看人数", "人均停留时长"], ["小丽", PAID, 100, 3], ["小美", PAID, 100, 80]]
    landing.one("live_sessions_csv/a.xlsx", saved(shown_as('0"分钟"', "D2"), S=rows))
    assert sorted(landing.rows("live_sessions", "average_watch_seconds")) == [(80.0,), (180.0,)]


def test_a_format_of_money_on_a_column_of_ids_changes_no_id(landing: Landing, each_way: str) -> None:
    content = saved(shown_as("$#,##0.00", "A2"), S=[HEADER, [1001, PAID, 5, "u"]])
    landing.one("orders/a.xlsx", content)
    assert orders(landing, "order_id") == [("1001",)]


def shown_as(form: str, cell: str = "C2") -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["S"][cell].number_format = form

    return change
