"""Random files that say one thing, spelled in many ways: clean rows, and what people and programs do to them.

What belongs here: files and, cell by cell, what they say. What does not: whether that was understood (test_dirt.py).

A file is drawn clean; then dirt is thrown at its cells, header, rows and bytes. Another spelling of the same leaves
what the cell says as it was; dirt that loses it puts LOST there: no value is right then, and it must be told.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LOST = object()  # the cell says nothing that can be known
SHANGHAI = timezone(timedelta(hours=8))


@dataclass
class Column:
    """One column: our name in staging, its header in the file, and its kind."""

    name: str
    header: str
    kind: str
    on_bad: str = "cell"  # what goes with an unreadable cell


@dataclass
class Sheet:
    """A table as a file shows it, and what it says."""

    folder: str
    table: str
    key: str
    columns: list[Column]
    says: list[dict[str, Any]]  # our column → value or LOST, by row
    cells: list[list[str]] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)  # headers that mean nothing to us
    above: list[list[str]] = field(default_factory=list)
    headers_again: list[int] = field(default_factory=list)  # before which rows the header is repeated
    below: list[list[str]] = field(default_factory=list)
    trailing: bool = False
    lost: bool = False  # the file as a whole cannot be understood
    encoding: str = "utf-8"
    line_end: str = "\n"
    form: str = "csv"

    def content(self) -> bytes:
        header = [column.header for column in self.columns] + self.extra
        rows = [*self.above, header]
        for number, row in enumerate(self.cells):
            if number in self.headers_again:
                rows.append(header)
            rows.append([*row, *("x" for _ in self.extra)])
        rows += self.below
        if self.form == "xlsx":
            from tests.ingest.files import workbook

            return workbook({"Sheet1": rows})
        out = io.StringIO()
        csv.writer(out, lineterminator=self.line_end).writerows(
            [*row, ""] if self.trailing and row is not header else row for row in rows
        )
        data = out.getvalue().encode(self.encoding)
        return gzip.compress(data) if self.form == "csv.gz" else data


# --- clean files ----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["u1", "u2", "小红", "wm_7", "OPENID77", "88"])
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2026, 3, 28)).map(lambda moment: moment.replace(microsecond=0))
AMOUNTS = st.integers(1, 2_000_000).map(lambda fen: (Decimal(fen) / 100).quantize(Decimal("0.01")))


@st.composite
def canonical_orders(draw: Any) -> Sheet:
    rows = [
        {
            "order_id": f"A{draw(st.integers(10**11, 10**12))}-{number}",
            "paid_at": draw(MOMENTS),
            "paid_amount": draw(AMOUNTS),
            "buyer_id": draw(NAMES),
            "freight_amount": draw(st.sampled_from([Decimal("0.00"), Decimal("6.00")])),
        }
        for number in range(draw(st.integers(1, 5)))
    ]
    columns = [
        Column("order_id", "order_id", "id", "row"),
        Column("paid_at", "paid_at", "moment", "row"),
        Column("paid_amount", "paid_amount", "amount", "row"),
        Column("buyer_id", "buyer_id", "id"),
        Column("freight_amount", "freight_amount", "amount"),
    ]
    return Sheet("orders", "orders", "order_id", columns, rows)


@st.composite
def doudian_orders(draw: Any) -> Sheet:
    rows = [
        {
            "item_id": f"69{draw(st.integers(10**16, 10**17 - 1))}{number}",
            "order_id": f"69{draw(st.integers(10**16, 10**17 - 1))}{number}",
            "status": "completed",
            "paid_amount": draw(AMOUNTS),
            "freight_amount": Decimal("0.00"),
            "ordered_at": (paid := draw(MOMENTS)) - timedelta(minutes=1),
            "paid_at": paid,
        }
        for number in range(draw(st.integers(1, 5)))
    ]
    columns = [
        Column("order_id", "主订单编号", "id", "row"),
        Column("item_id", "子订单编号", "id", "row"),
        Column("status", "订单状态", "state", "row"),
        Column("paid_amount", "订单应付金额", "amount", "row"),
        Column("freight_amount", "运费", "amount"),
        Column("ordered_at", "订单提交时间", "moment", "row"),
        Column("paid_at", "支付完成时间", "moment", "row"),
    ]
    return Sheet("doudian_orders", "order_items", "item_id", columns, rows)


def spelled(value: Any) -> str:
    """The plainest spelling."""
    return {"completed": "已完成"}.get(value, str(value)) if isinstance(value, str) else str(value)


# --- dirt on one cell: another spelling of the same value, or one that loses it -------------------------------------

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SAME: dict[str, list[Any]] = {
    "amount": [
        lambda v: f"{v:,.2f}",
        lambda v: f"¥{v}",
        lambda v: f"￥{v:,.2f}",
        lambda v: f"{v}元",
        lambda v: f"{v}".translate(WIDE),
        lambda v: f" {v} ",
        lambda v: f'="{v}"',
        lambda v: f"{v}00",
    ],
    "moment": [
        lambda v: v.strftime("%Y/%m/%d %H:%M:%S"),
        lambda v: f"{v.year}/{v.month}/{v.day} {v.hour}:{v.minute:02d}:{v.second:02d}",
        lambda v: f"{v.year}年{v.month}月{v.day}日 {v.hour:02d}:{v.minute:02d}:{v.second:02d}",
        lambda v: v.isoformat(),
        lambda v: v.isoformat() + "+08:00",
        lambda v: v.replace(tzinfo=SHANGHAI).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda v: f'="{v}"',
        lambda v: f"\t{v}",
        lambda v: f"{v}.000",
    ],
    "id": [lambda v: f"\t{v}", lambda v: f"'{v}", lambda v: f'="{v}"', lambda v: f" {v} ", lambda v: f"\u200b{v}"],
    "state": [lambda v: "交易成功", lambda v: " 已完成 ", lambda v: "\t已完成"],
}
LOSSES: dict[str, list[str]] = {
    "amount": ["$12.00", "US$5", "HK$ 7.50", "12%", "1,23", "50.00元整", "1.2E+05", "#REF!", "约100", "12.5.3", "€9"],
    "moment": [
        "2026-03-01 20:00-23:00", "2026-3-120:15:00", "2026-13-01 10:00:00", "20:123", "2024010509", "#VALUE!",
        "2026-02-30 10:00:00", "3-5 20:00-23:00", "2026-03-01 25:00:00", "昨天",
    ],
    "id": ["6.92E+18", "#REF!", "#N/A", "3月8日", "2026-03-08", "=A1", '{"id": 1}'],
    "state": ["已完成（退款成功）", "谁知道", "#NAME?"],
}  # fmt: skip


@st.composite
def on_cells(draw: Any, sheet: Sheet) -> None:
    """Some cells are spelled otherwise; a few say nothing any more."""
    for row, says in zip(sheet.cells, sheet.says, strict=True):
        for place, column in enumerate(sheet.columns):
            chance = draw(st.integers(0, 11))
            if chance < 4:
                row[place] = draw(st.sampled_from(SAME[column.kind]))(says[column.name])
            elif chance == 4:
                row[place] = draw(st.sampled_from(LOSSES[column.kind]))
                says[column.name] = LOST


# --- dirt on the header, the rows, the bytes ------------------------------------------------------------------------


def _amount_unit(sheet: Sheet, mark: str, factor: Decimal | None) -> None:
    """Amounts stated in another unit; None: in one that is not yuan."""
    for place, column in enumerate(sheet.columns):
        if column.name == "freight_amount":
            column.header += mark
            for row, says in zip(sheet.cells, sheet.says, strict=True):
                if says[column.name] is LOST:
                    continue
                if factor is None:
                    says[column.name] = LOST
                else:
                    row[place] = str((says[column.name] / factor).normalize())


def _shuffle(sheet: Sheet, order: list[int]) -> None:
    sheet.columns = [sheet.columns[place] for place in order]
    sheet.cells = [[row[place] for place in order] for row in sheet.cells]


def _title(sheet: Sheet, lines: int) -> None:
    sheet.above = [[f"说明{n}：本行为说明"] for n in range(lines)]


def _totals(sheet: Sheet, word: str) -> None:
    row = ["" for _ in sheet.columns]
    row[0] = word
    for place, column in enumerate(sheet.columns):
        if column.kind == "amount" and place:
            row[place] = "99999.99"
    sheet.below.append([*row, *("" for _ in sheet.extra)])


@st.composite
def on_the_rest(draw: Any, sheet: Sheet) -> None:
    """Up to three kinds of dirt on what is around the cells."""
    kinds = draw(st.lists(st.integers(0, 11), max_size=3, unique=True))
    for kind in sorted(kinds):
        match kind:
            case 0:
                _amount_unit(sheet, draw(st.sampled_from(["（元）", "(元)", "（单位：元）"])), Decimal(1))
            case 1 if 0 not in kinds:
                _amount_unit(sheet, draw(st.sampled_from(["（分）", "(单位：分)"])), Decimal("0.01"))
            case 2 if not {0, 1} & set(kinds):
                _amount_unit(sheet, draw(st.sampled_from(["（美元）", "(USD)", "(HKD)", "(平台承担)", "（吨）"])), None)
            case 3:
                _shuffle(sheet, draw(st.permutations(range(len(sheet.columns)))))
            case 4:
                sheet.extra = draw(st.lists(st.sampled_from(["备忘", "成色", "zzz"]), min_size=1, unique=True))
            case 5:
                _title(sheet, draw(st.integers(1, 16)))
            case 6:
                sheet.headers_again = [draw(st.integers(1, len(sheet.cells)))]
            case 7:
                _totals(sheet, draw(st.sampled_from(["合计", "合计:", "总计", "Total"])))
            case 8 if not sheet.extra:
                sheet.trailing = True
            case 9:
                sheet.encoding = draw(st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]))
            case 10:
                sheet.line_end = "\r\n"
            case 11:
                sheet.form = draw(st.sampled_from(["xlsx", "csv.gz"]))
    if sheet.form == "xlsx":
        sheet.encoding = "utf-8"


@st.composite
def dirty_files(draw: Any) -> Sheet:
    sheet = draw(st.one_of(canonical_orders(), doudian_orders()))
    sheet.cells = [[spelled(says[column.name]) for column in sheet.columns] for says in sheet.says]
    draw(on_cells(sheet))
    draw(on_the_rest(sheet))
    return sheet
