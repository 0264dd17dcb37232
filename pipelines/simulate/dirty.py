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
CASE_TIMES = ("售后申请时间", "退款时间", "到账时间", "完结时间")
ACTING_NAMES = (
    ('=HYPERLINK("http://example.invalid","领券")', "formula"),
    ("=1+1", "formula"),
    ("<img src=x onerror=alert(1)>", "html"),
)


def soil(files: list[File]) -> list[File]:
    """The files with dirty lines planted into some of them, and whole dirty files added."""
    orders = [file for file in files if file.folder == "doudian_orders" and file.name.startswith("订单导出")]
    events = [file for file in files if file.folder == "events" and file.name.endswith(".csv")]
    added = _whole_files(orders, events)
    _soil_orders(orders)
    _soil_events(_Bed(events, 1))

    def of(folder: str, place: int) -> _Bed:
        return _Bed([file for file in files if file.folder == folder], place)

    records, cases, hooks = of("doudian_orders_api", 3), of("doudian_aftersales", 5), of("group_fans_events", 4)
    records.plant("bad_json", [_cut, _cut])
    records.plant("impossible_amount", [_negative_record])
    cases.plant("bad_date", [_with(CASE_TIMES, BAD_TIME, ["售后单号"])] * 2)
    cases.plant("impossible_amount", [_with(["退商品金额"], "-1.00", ["售后单号"])])
    hooks.plant("bad_json", [_cut, _bad_content])
    hooks.repeat(3)
    of("live_sessions_csv", 1).plant("bad_date", [_with(["开播时间"], "昨晚八点", ["直播id"])])
    of("identities", 1).plant("ragged_row", [_short])
    return files + added


def _soil_orders(orders: list[File]) -> None:
    many = _Bed(orders, 2)
    many.plant("ragged_row", [_short] * 4)
    many.plant("bad_date", [_with(ORDER_TIMES, BAD_TIME, ORDER_IDS)] * 3)
    impossible = ("-88.00", "-0.01", "1,000,000,000,000.00")
    many.plant("impossible_amount", [_with(["订单应付金额"], amount, ORDER_IDS) for amount in impossible])
    many.plant("scientific_notation", [_with(ORDER_IDS, "6.92898E+18", [])] * 2)
    _Bed(orders, 4).plant_before("duplicate_key", _with(["订单应付金额"], "1.00", []), 5)
    _Bed(orders, 5).repeat(2)
    _Bed(orders, 6).plant("unclosed_quote", [_unclosed])
    named = _Bed(orders, 7)
    for place, (name, reason) in enumerate(ACTING_NAMES):
        named.spoil_cell(place, "选购商品", name, reason)


def _soil_events(bed: _Bed) -> None:
    bed.plant("ragged_row", [_short] * 3)
    bed.plant("bad_date", [_with(["event_at"], BAD_TIME, ["event_id"])] * 3)
    bed.plant("missing_value", [_with(["user_id"], "", ["event_id"])] * 2)
    bed.plant("unclosed_quote", [_unclosed])


def _whole_files(orders: list[File], events: list[File]) -> list[File]:
    """A cut gzip, an empty file, a file nobody knows, a damaged workbook, and one file twice under two names."""
    made = orders[0].modified_at
    added = [
        File(
            "inbox",
            "门店通讯录.csv",
            made,
            "门店,店长,备注",
            ["城西店,小林,-", "城东店,阿木,-"],
            refused="unknown_header",
        ),
        File("live_sessions_csv", "直播场次记录_空.csv", made, content=b"", rows=0, refused="empty_file"),
        File("live_workbooks", "整场数据下载_损坏.xlsx", made, content=DAMAGED_ZIP, rows=0, refused="unreadable"),
    ]
    if events:
        whole = gzip.compress("\n".join([events[0].header or "", *events[0].lines]).encode(), 6, mtime=0)
        name = events[0].name.replace(".csv", "_重传.csv.gz")
        later = events[0].modified_at + timedelta(hours=1)
        added.append(
            File("events", name, later, content=whole[: len(whole) * 3 // 5], rows=0, refused="truncated_gzip")
        )
    if len(orders) > 1:
        copy = replace(orders[1], name=orders[1].name.replace(".csv", " (1).csv"), rows=len(orders[1].lines))
        added.append(replace(copy, modified_at=copy.modified_at + timedelta(days=1), is_duplicate=True))
    return added


# --- planting ---------------------------------------------------------------------------------------------------------


class _Bed:
    """A file to plant in; there is none where the year is too short, and then nothing is planted."""

    def __init__(self, files: list[File], place: int) -> None:
        self.file = files[place] if place < len(files) else None
        self.clean = list(self.file.lines) if self.file else []
        self.names = self.file.header.split(",") if self.file and self.file.header else []

    def plant(self, reason: str, breakers: list[Breaker]) -> None:
        """Put one broken copy of a clean line per breaker into the file, spread evenly, and count them."""
        if self.file is None or not self.clean:
            return
        for number, breaker in enumerate(breakers):
            nobody = str(ID_OF_NOBODY + zlib.crc32(f"{self.file.path}/{reason}/{number}".encode()) * 1000)
            share = (number + 1) / (len(breakers) + 1)
            broken = breaker(self.names, self.clean[int(share * len(self.clean))], nobody)
            self.file.lines.insert(int(share * len(self.file.lines)), broken)
        self.file.dirty[reason] = self.file.dirty.get(reason, 0) + len(breakers)

    def plant_before(self, reason: str, breaker: Breaker, times: int) -> None:
        """Put a contradicting copy in front of so many good lines: of two rows with one key the later one counts."""
        if self.file is None or len(self.clean) < times:
            return
        for number in range(times):
            good = self.clean[(number + 1) * len(self.clean) // (times + 1)]
            self.file.lines.insert(self.file.lines.index(good), breaker(self.names, good, ""))
        self.file.dirty[reason] = self.file.dirty.get(reason, 0) + times

    def repeat(self, times: int) -> None:
        """Add so many exact copies of lines at the end."""
        if self.file is None or not self.clean:
            return
        self.file.lines += [self.clean[number % len(self.clean)] for number in range(times)]
        self.file.repeated += times

    def spoil_cell(self, place: int, column: str, value: str, reason: str) -> None:
        """Overwrite one cell of a real line; the row itself stays good."""
        if self.file is None or len(self.clean) < 5:
            return
        at = (place + 1) * len(self.clean) // 5
        row = cells(self.file.lines[at])
        row[self.names.index(column)] = value
        self.file.lines[at] = line(row)
        self.file.dirty_cells[reason] = self.file.dirty_cells.get(reason, 0) + 1


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
    row = _of_nobody(names, cells(text), nobody)
    return line(row[: len(row) // 2])


def _unclosed(names: list[str], text: str, nobody: str) -> str:
    """A quote is opened in the middle of the line and never closed."""
    row = _of_nobody(names, [cell.replace(",", "").strip() for cell in cells(text)], nobody)
    row[len(row) // 2] = '"' + row[len(row) // 2]
    return ",".join(row)


def _of_nobody(names: list[str], row: list[str], nobody: str) -> list[str]:
    """An order of which a line is refused is held back whole, so the line must be of an order of its own."""
    return [nobody if name in (*ORDER_IDS, "event_id") else cell for name, cell in zip(names, row, strict=True)]


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
