"""Dirt, planted by count: what people and programs do to files between a platform and a landing folder.

What belongs here: ways to break a line or a file, and where they are planted. What does not: the clean files. Every
broken line is an extra one, under an id that exists nowhere else, so that the truth about people and orders stays
exact.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from pipelines.simulate.files import File, cells, line

Breaker = Callable[[list[str], str, str], str]  # (header, a clean line, an id of nobody) → a broken line
ID_OF_NOBODY = 6999000000000000000
BAD_TIME = "2025-13-45 25:61:00"
DAMAGED_ZIP = b"PK\x03\x04" + b"\0" * 200
ORDER_TIMES = ("订单提交时间", "支付完成时间")
ORDER_IDS = ("主订单编号", "子订单编号")


def soil(files: list[File]) -> list[File]:
    """The files with dirty lines planted into some of them, and whole dirty files added."""
    orders = [file for file in files if file.folder == "doudian_orders" and file.name.startswith("订单导出")]
    records = [file for file in files if file.folder == "doudian_orders_api"]
    cases = [file for file in files if file.folder == "doudian_aftersales"]
    events = [file for file in files if file.folder == "events" and file.name.endswith(".csv")]
    hooks = [file for file in files if file.folder == "group_fans_events"]
    sheets = [file for file in files if file.folder == "live_sessions_csv"]
    links = [file for file in files if file.folder == "identities"]

    _soil_orders(orders)
    _plant(_nth(records, 3), "bad_json", [_cut, _cut])
    _plant(_nth(records, 3), "impossible_amount", [_negative_record])
    _plant(
        _nth(cases, 5),
        "bad_date",
        [_with(["售后申请时间", "退款时间", "到账时间", "完结时间"], BAD_TIME, ["售后单号"])] * 2,
    )
    _plant(_nth(cases, 5), "impossible_amount", [_with(["退商品金额"], "-1.00", ["售后单号"])])
    _soil_events(_nth(events, 1))
    _plant(_nth(hooks, 4), "bad_json", [_cut, _bad_content])
    _plant(_nth(hooks, 4), "redelivered", [_same] * 3)
    _plant(_nth(sheets, 1), "bad_date", [_with(["开播时间"], "昨晚八点", ["直播id"])])
    _plant(_nth(links, 1), "ragged", [_short])
    return files + _whole_files(orders, events)


def _soil_orders(orders: list[File]) -> None:
    _plant(_nth(orders, 2), "ragged", [_short] * 4)
    _plant(_nth(orders, 2), "bad_date", [_with(ORDER_TIMES, BAD_TIME, ORDER_IDS)] * 3)
    impossible = [_with(["订单应付金额"], amount, ORDER_IDS) for amount in ("-88.00", "-0.01", "1,000,000,000,000.00")]
    _plant(_nth(orders, 2), "impossible_amount", impossible)
    _plant(_nth(orders, 2), "scientific_notation", [_with(ORDER_IDS, "6.92898E+18", [])] * 2)
    _plant(_nth(orders, 4), "duplicate_key", [_same] * 5)
    _plant(_nth(orders, 6), "unclosed_quote", [_unclosed])
    names = ('=HYPERLINK("http://example.invalid","领券")', "=1+1", "<img src=x onerror=alert(1)>")
    for name, reason in zip(names, ("formula", "formula", "html"), strict=True):
        _spoil_cell(_nth(orders, 7), "选购商品", name, reason)


def _soil_events(file: File | None) -> None:
    _plant(file, "ragged", [_short] * 3)
    _plant(file, "bad_date", [_with(["event_at"], BAD_TIME, ["event_id"])] * 3)
    _plant(file, "missing_value", [_with(["user_id"], "", ["event_id"])] * 2)
    _plant(file, "unclosed_quote", [_unclosed])


def _whole_files(orders: list[File], events: list[File]) -> list[File]:
    """A cut gzip, an empty file, a file nobody knows, a damaged workbook, and one file twice under two names."""
    made = orders[0].modified_at
    added = [
        File("inbox", "门店通讯录.csv", made, "门店,店长,备注", ["城西店,小林,-", "城东店,阿木,-"], is_refused=True),
        File("live_sessions_csv", "直播场次记录_空.csv", made, content=b"", rows=0, is_refused=True),
        File("live_workbooks", "整场数据下载_损坏.xlsx", made, content=DAMAGED_ZIP, rows=0, is_refused=True),
    ]
    if events:
        whole = gzip.compress("\n".join([events[0].header or "", *events[0].lines]).encode(), 6, mtime=0)
        name = events[0].name.replace(".csv", "_重传.csv.gz")
        later = events[0].modified_at + timedelta(hours=1)
        added.append(File("events", name, later, content=whole[: len(whole) * 3 // 5], rows=0, is_refused=True))
    if len(orders) > 1:
        copy = replace(orders[1], name=orders[1].name.replace(".csv", " (1).csv"), rows=len(orders[1].lines))
        added.append(replace(copy, modified_at=copy.modified_at + timedelta(days=1), is_duplicate=True))
    return added


# --- planting ---------------------------------------------------------------------------------------------------------


def _nth(files: list[File], place: int) -> File | None:
    return files[place] if place < len(files) else None


def _plant(file: File | None, reason: str, breakers: list[Breaker]) -> None:
    """Put one broken copy per breaker into the file, spread evenly, and count them."""
    if file is None or not file.lines:
        return
    clean = list(file.lines)
    names = [] if file.header is None else file.header.split(",")
    for number, breaker in enumerate(breakers):
        nobody = str(ID_OF_NOBODY + zlib.crc32(f"{file.path}/{reason}/{number}".encode()) * 1000)
        broken = breaker(names, clean[(number + 1) * len(clean) // (len(breakers) + 1)], nobody)
        file.lines.insert((number + 1) * len(file.lines) // (len(breakers) + 1), broken)
    file.dirty[reason] = file.dirty.get(reason, 0) + len(breakers)


def _spoil_cell(file: File | None, column: str, value: str, reason: str) -> None:
    """Overwrite one cell of a real line; the row itself stays good."""
    if file is None or file.header is None:
        return
    place = file.header.split(",").index(column)
    at = (1 + sum(file.dirty_cells.values())) * len(file.lines) // 5
    row = cells(file.lines[at])
    row[place] = value
    file.lines[at] = line(row)
    file.dirty_cells[reason] = file.dirty_cells.get(reason, 0) + 1


def _with(columns: Sequence[str], value: str, ids: Sequence[str]) -> Breaker:
    """The line with one value in every column whose name holds one of these words, as a row of nobody's."""

    def broken(names: list[str], text: str, nobody: str) -> str:
        row = cells(text)
        for place, name in enumerate(names):
            if any(word in name for word in ids):
                row[place] = nobody
            if any(word in name for word in columns):
                row[place] = value
        return line(row)

    return broken


def _short(names: list[str], text: str, nobody: str) -> str:
    row = cells(text)
    return line(row[: len(row) // 2])


def _unclosed(names: list[str], text: str, nobody: str) -> str:
    """A quote is opened in the middle of the line and never closed."""
    row = [cell.replace(",", "").strip() for cell in cells(text)]
    row = [nobody if name in (*ORDER_IDS, "event_id") else cell for name, cell in zip(names, row, strict=True)]
    row[len(row) // 2] = '"' + row[len(row) // 2]
    return ",".join(row)


def _same(names: list[str], text: str, nobody: str) -> str:
    return text


def _cut(names: list[str], text: str, nobody: str) -> str:
    return text[: len(text) // 2]


def _bad_content(names: list[str], text: str, nobody: str) -> str:
    return json.dumps(json.loads(text) | {"from_user_id": f"_000{nobody}", "content": "{open_id:"}, ensure_ascii=False)


def _negative_record(names: list[str], text: str, nobody: str) -> str:
    record = json.loads(text) | {"order_id": nobody, "pay_amount": -100}
    record["sku_order_list"] = [
        {**record["sku_order_list"][0], "order_id": nobody, "parent_order_id": nobody, "pay_amount": -100}
    ]
    return json.dumps(record, ensure_ascii=False)
