"""The platforms' own files: each header is recognised wherever it lies, and each quirk of its cells is read.

Headers of order exports are the simulator's; those of the real data set are read where it is at hand.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.privacy import load_key, phone_key
from pipelines.simulate.order_columns import HEADER_12, HEADER_13, HEADER_21, HEADER_A, HEADER_B, PENDING
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text, json_lines, workbook

MAIN, ITEM = "6917000000000000001", "6917000000000000011"

# --- 抖店 order exports ---------------------------------------------------------------------------------------------

SOLD = {
    "主订单编号": f"\t{MAIN}", "子订单编号": f"\t{ITEM}", "选购商品": "连衣裙", "商品ID": "\t3500001",
    "商家编码": "QM-1", "商品数量": "2", "订单提交时间": "2026-03-01 20:00:00", "支付完成时间": "2026-03-01 20:01:00",
    "订单状态": "已完成", "订单应付金额": "1,234.50", "运费": "6.00", "优惠总金额": "10.00", "订单类型": "普通订单",
    "流量来源": "小店自卖", "流量体裁": "直播", "流量渠道": "推荐feed", "流量类型": "自然流量",
    "达人ID": "\t7100000000000000001", "收件人": "张三丰", "收件人手机号": "13800138006", "详细地址": "西湖路八号",
}  # fmt: skip


def export(header: list[str], *rows: dict[str, str]) -> str:
    """An order export with one line per row: a sub-order that was sold, but for what the row says; '-' elsewhere."""
    return csv_text([{name: (SOLD | row).get(name, "-") for name in header} for row in rows])


EXPECTED = {
    "item_id": ITEM, "order_id": MAIN, "product_id": "3500001", "sku_id": "QM-1", "product_name": "连衣裙",
    "quantity": 2.0, "paid_amount": Decimal("1234.50"), "freight_amount": Decimal("6.00"),
    "discount_amount": Decimal("10.00"), "status": "completed", "order_kind": "normal",
    "ordered_at": datetime(2026, 3, 1, 20), "paid_at": datetime(2026, 3, 1, 20, 1), "source": "小店自卖",
    "medium": "直播", "entry": "推荐feed", "traffic_type": "自然流量", "author_id": "7100000000000000001",
}  # fmt: skip
# What a narrower header does not have.
NOT_IN = {
    "21": {"product_id", "discount_amount", "paid_at", "source", "medium", "entry", "traffic_type", "author_id"},
    "13": {"freight_amount", "discount_amount", "source", "medium", "entry", "traffic_type", "author_id"},
    "12": {"freight_amount", "discount_amount", "paid_at", "source", "medium", "entry", "traffic_type", "author_id"},
}


def items(landing: Landing, columns: str) -> list[tuple[Any, ...]]:
    return landing.rows("order_items", columns)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    ("header", "width"), [(HEADER_A, "A"), (HEADER_B, "B"), (HEADER_21, "21"), (HEADER_13, "13"), (HEADER_12, "12")]
)
def test_every_header_of_an_order_export(
    landing: Landing, each_way: str, header: list[str], width: str, encoding: str
) -> None:
    file = landing.one("inbox/导出.csv", export(header, {}), encoding=encoding)
    assert (file.source, file.tables) == ("doudian_orders", {"order_items": 1, "orders": 1})
    lacking = NOT_IN.get(width, set())
    expected = {name: None if name in lacking else value for name, value in EXPECTED.items()}
    if "paid_at" in lacking:  # then the time of submission counts
        expected["paid_at"] = EXPECTED["ordered_at"]
    assert landing.sql(f"select {', '.join(expected)} from staging.order_items") == [expected]


def test_rows_by_product_become_items_and_their_sum_the_order(landing: Landing, each_way: str) -> None:
    rows = [
        {"子订单编号": "11", "订单应付金额": "100.00", "运费": "6.00", "优惠总金额": "-"},
        {"子订单编号": "12", "订单应付金额": "1,020.50", "运费": "-", "优惠总金额": "3.00", "订单状态": "已发货"},
        {"子订单编号": "13", "订单应付金额": "7.00", "订单状态": "已关闭", "支付完成时间": "2026-03-01 19:00:00"},
        {"主订单编号": "2", "子订单编号": "21", "订单应付金额": "5.00"},
    ]
    landing.one("doudian_orders/9001/导出.csv", export(HEADER_A, *rows))
    assert items(landing, "item_id, order_id, paid_amount") == [
        ("11", MAIN, Decimal("100.00")),
        ("12", MAIN, Decimal("1020.50")),
        ("13", MAIN, Decimal("7.00")),
        ("21", "2", Decimal("5.00")),
    ]
    columns = "order_id, shop_id, paid_amount, freight_amount, discount_amount, status, paid_at"
    assert landing.rows("orders", columns) == [
        ("2", "9001", Decimal("5.00"), Decimal("6.00"), Decimal("10.00"), "completed", datetime(2026, 3, 1, 20, 1)),
        (MAIN, "9001", Decimal("1127.50"), Decimal("12.00"), Decimal("13.00"), "completed", datetime(2026, 3, 1, 19)),
    ]


def test_a_line_per_order_is_its_own_item_until_its_items_are_known(landing: Landing) -> None:
    landing.one("doudian_orders/a.csv", export(HEADER_A, {"子订单编号": "-", "订单应付金额": "300.00"}))
    assert items(landing, "item_id, is_packed") == [(MAIN, True)]
    by_item = [{"子订单编号": "11", "订单应付金额": "100.00"}, {"子订单编号": "12", "订单应付金额": "190.00"}]
    landing.one("doudian_orders/b.csv", export(HEADER_A, *by_item))
    assert landing.rows("orders", "paid_amount") == [(Decimal("290.00"),)]


def test_packed_sub_orders_keep_one_total_and_are_flagged(landing: Landing, each_way: str) -> None:
    row = {"子订单编号": "\t11;12", "选购商品": "裙;衫", "商品ID": "1;2", "商家编码": "a;b", "商品数量": "3"}
    landing.one("doudian_orders/a.csv", export(HEADER_12, row | {"订单应付金额": "300.00"}))
    columns = "item_id, product_id, sku_id, product_name, quantity, paid_amount, is_packed"
    assert items(landing, columns) == [("11;12", None, None, "裙;衫", 3.0, Decimal("300.00"), True)]
    assert landing.rows("orders", "order_id, paid_amount") == [(MAIN, Decimal("300.00"))]
    assert landing.quarantine("line, column_name, reason, found, is_cell, rows") == [
        (2, "子订单编号", "packed_sub_orders", "11;12", True, 0)
    ]


def test_ids_as_programs_wrap_them_against_excel(landing: Landing, each_way: str) -> None:
    wraps = ["{}", "\t{}", "'{}", '="{}"', "\u202d{}\u202c", " {} ", "\ufeff{}"]
    numbers = [f"{MAIN}{n}" for n in range(len(wraps))]
    texts = [wrap.format(number) for wrap, number in zip(wraps, numbers, strict=True)]
    landing.one("doudian_orders/a.csv", export(HEADER_13, *({"主订单编号": t, "子订单编号": t} for t in texts)))
    assert items(landing, "order_id, item_id") == [(number, number) for number in numbers]


def test_ids_in_scientific_notation_are_lost_and_say_so(landing: Landing, each_way: str) -> None:
    rows = [{"主订单编号": "6.92E+18"}, {"子订单编号": "6.917E+18"}, {"子订单编号": "12", "商品ID": "3.5E+18"}]
    landing.one("doudian_orders/a.csv", export(HEADER_13, *rows))
    assert items(landing, "item_id, product_id") == [("12", None)]
    assert landing.quarantine("line, column_name, reason, found, is_cell") == [
        (2, "主订单编号", "scientific_notation", "6.92E+18", False),
        (3, "子订单编号", "scientific_notation", "6.917E+18", False),
        (4, "商品ID", "scientific_notation", "3.5E+18", True),
    ]


PHONES = [
    ("13800138006", "13800138006"),
    ("\t13800138006", "13800138006"),
    ("'+86 138-0013-8006", "13800138006"),
    ("\u202d13800138006\u202c", "13800138006"),
    ("138****8000", None),
    ("##Tq13800138006j0==", None),
    ("$$13800138006$$", None),
    ("13800138006-1234", None),
    ("13800138006转1234", None),
    ("0571-88888888", None),
    ("-", None),
]


def test_only_a_full_phone_number_identifies(landing: Landing, each_way: str) -> None:
    given = {f"{n:02}": phone for n, phone in enumerate(PHONES, start=1)}
    rows = [{"主订单编号": order, "子订单编号": order, "收件人手机号": cell} for order, (cell, _) in given.items()]
    landing.one("doudian_orders/a.csv", export(HEADER_21, *rows))
    key = load_key(landing.settings.key_path)
    assert landing.rows("orders", "order_id, phone_key, buyer_id") == [
        (order, phone_key(number, key) if number else None, None) for order, (_, number) in given.items()
    ]
    assert landing.quarantine() == []


STATES = [
    ("待支付", "unpaid"), ("已支付", "paid"), ("备货中", "paid"), ("部分发货", "shipped"),
     ("已发货（全部）", "shipped"), ("已完成(已收货)", "completed"), (" 已关闭 ", "cancelled"),
     ("已取消", "cancelled"),
]  # fmt: skip


def test_states_of_an_order(landing: Landing, each_way: str) -> None:
    given = {str(n): state for n, state in enumerate(STATES, start=1)}
    rows = [{"主订单编号": order, "子订单编号": order, "订单状态": word} for order, (word, _) in given.items()]
    landing.one("doudian_orders/a.csv", export(HEADER_13, *rows))
    assert items(landing, "item_id, status") == [(order, status) for order, (_, status) in given.items()]


def test_a_state_that_is_missing_or_unknown_refuses_the_line(landing: Landing, each_way: str) -> None:
    landing.one("doudian_orders/a.csv", export(HEADER_13, {"订单状态": "-"}, {"订单状态": "在路上"}))
    assert items(landing, "item_id") == []
    assert landing.quarantine() == [(2, "订单状态", "missing_value"), (3, "订单状态", "unknown_value")]


def test_orders_that_are_no_purchase_are_known_as_such(landing: Landing) -> None:
    kinds = [("超级福袋", "1.00"), ("寄样", "0.00"), ("普通订单", "0.00"), ("定金预售", "9.00"), ("新奇类型", "9.00")]
    rows = [{"子订单编号": str(n), "订单类型": kind, "订单应付金额": paid} for n, (kind, paid) in enumerate(kinds, 1)]
    landing.one("doudian_orders/a.csv", export(HEADER_A, *rows))
    expected = ["lottery", "sample", "zero", "deposit", "normal"]
    assert items(landing, "item_id, order_kind") == [(str(n), kind) for n, kind in enumerate(expected, 1)]
    assert landing.quarantine("line, found, is_cell") == [(6, "新奇类型", True)]  # taken for an ordinary one, and told


def test_traffic_that_comes_tomorrow_is_empty_today(landing: Landing) -> None:
    pending = {"流量体裁": PENDING, "流量渠道": PENDING, "流量类型": PENDING}
    landing.one("doudian_orders/a.csv", export(HEADER_A, pending))
    assert landing.rows("orders", "medium, entry, traffic_type") == [(None, None, None)]
    landing.one("doudian_orders/b.csv", export(HEADER_A, {}))
    assert landing.rows("orders", "medium, entry, traffic_type") == [("直播", "推荐feed", "自然流量")]


def test_brackets_units_and_blanks_in_a_header(landing: Landing, each_way: str) -> None:
    """Half or full width; the unit in the brackets counts."""
    header = "主订单编号 ,子订单编号,订单状态,订单应付金额（分）,运费(元),订单提交时间\n"
    landing.one("inbox/a.csv", header + "1,11,已完成,12345,6.00,2026-03-01 20:00:00\n")
    assert items(landing, "paid_amount, freight_amount") == [(Decimal("123.45"), Decimal("6.00"))]


def test_a_comma_nobody_quoted_in_the_last_free_text(landing: Landing, each_way: str) -> None:
    """The real 13-column export has rows with one cell more than its header."""
    text = export(HEADER_13, {"快递信息": "XX"}, {"子订单编号": "12"}).replace("XX", "顺丰,13800138006 张三")
    file = landing.one("doudian_orders/a.csv", text)
    assert items(landing, "item_id, paid_amount") == [("12", Decimal("1234.50")), (ITEM, Decimal("1234.50"))]
    assert [notice.said for notice in file.notices] == [
        "1 rows had an unquoted ',' in 快递信息; it was read as one cell"
    ]


def real_headers(real_data: Path) -> dict[str, Any]:
    return json.loads((real_data / "platform_headers.json").read_text(encoding="utf-8"))


def test_every_real_order_export(landing: Landing, real_data: Path) -> None:
    headers = {name: entry["cols"] for name, entry in real_headers(real_data).items() if "order_export_" in name}
    orders = {name: cols for name, cols in headers.items() if "订单提交时间" in cols}
    assert len(orders) == 3
    for number, (name, cols) in enumerate(orders.items(), start=1):
        row = {"主订单编号": f"\t{number}", "子订单编号": f"\t{number}1"}
        file = landing.one(f"inbox/{name}.csv", export(cols, row), encoding="utf-8-sig")
        assert (file.source, file.rows_loaded) == ("doudian_orders", 1), name
    columns = "order_id, paid_amount, status, ordered_at"
    expected = (Decimal("1234.50"), "completed", datetime(2026, 3, 1, 20))
    assert landing.rows("orders", columns) == [(str(number), *expected) for number in (1, 2, 3)]


def test_real_files_about_orders_that_are_no_order_export(landing: Landing, real_data: Path) -> None:
    headers = real_headers(real_data)
    sources = {}
    for name in ("doudian_order_export_daren", "doudian_traffic_columns", "doudian_settlement_12", "doudian_ledger_18",
                 "doudian_ledger_9", "taobao_order_export", "channels_video_live_17"):  # fmt: skip
        cols = headers[name]["cols"]
        file = landing.one(f"inbox/{name}.csv", export(cols, {}), encoding="utf-8-sig")
        sources[name] = (file.source, file.reason)
    assert sources == {
        "doudian_order_export_daren": ("doudian_order_authors", None),
        "doudian_traffic_columns": ("doudian_traffic", None),
        "doudian_settlement_12": ("doudian_settlements", None),
        "doudian_ledger_18": ("doudian_ledger", None),
        "doudian_ledger_9": ("doudian_ledger", None),
        "taobao_order_export": ("taobao_orders", None),
        "channels_video_live_17": (None, "not_loaded"),
    }
    assert landing.rows("order_items") == []


def test_authors_and_traffic_only_add_to_orders(landing: Landing) -> None:
    landing.write("a.csv", export(["主订单编号", "子订单编号", "选购商品", "达人ID", "达人昵称", "订单状态"], {}))
    landing.write(
        "b.csv", "主订单编号,下单时间,成交金额,流量体裁,流量渠道,流量来源\n1,2026-03-01 20:00:00,9,直播,搜索,精选联盟\n"
    )
    landing.ingest()
    assert landing.rows("orders", "order_id, author_id, medium, entry, source, paid_amount, status") == [
        ("1", None, "直播", "搜索", "精选联盟", None, None),
        (MAIN, "7100000000000000001", None, None, None, None, None),
    ]


# --- 抖店 after-sale export -------------------------------------------------------------------------------------------

CASE = {
    "售后单号": "\t14001", "订单号": f"'{MAIN}", "商品单号": f"\t{ITEM}", "商品名称": "裙", "商品ID": "3500001",
    "应付金额（元）": "100.00", "退商品金额（元）": "1,090.00", "退运费金额（元）": "6.00", "退支付优惠（元）": "5.00",
    "售后状态": "同意退款，退款成功", "售后类型": "退货退款", "售后申请时间": "2026-03-01 10:00:00",
    "商家退款时间": "2026-03-02 10:00:00", "用户到账时间": "2026-03-03 10:00:00", "售后关闭时间": "-",
    "售后完结时间": "-",
}  # fmt: skip


APPLIED = datetime(2026, 3, 1, 10)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ("1096.00", "succeeded", datetime(2026, 3, 2, 10))),
        ({"商家退款时间": "-"}, ("1096.00", "succeeded", datetime(2026, 3, 3, 10))),
        ({"退运费金额（元）": "-"}, ("1090.00", "succeeded", datetime(2026, 3, 2, 10))),
        ({"售后状态": "售后关闭", "售后关闭时间": "2026-03-04 09:00:00"}, ("1096.00", "failed", APPLIED)),
        ({"售后状态": "换货成功", "退商品金额（元）": "-", "退运费金额（元）": "-"}, ("0.00", "failed", APPLIED)),
        ({"售后状态": "待商家处理", "商家退款时间": "-"}, ("1096.00", "requested", APPLIED)),
    ],
)  # fmt: skip
def test_after_sale_cases(landing: Landing, each_way: str, said: dict[str, str], expected: tuple[Any, ...]) -> None:
    landing.one("inbox/售后.csv", csv_text([CASE | said]), encoding="gb18030")
    columns = "refund_id, order_id, item_id, refund_amount::varchar, status, refunded_at"
    assert landing.rows("refunds", columns) == [("14001", MAIN, ITEM, *expected)]


def test_after_sale_cases_that_cannot_count(landing: Landing, each_way: str) -> None:
    cases = [
        CASE | {"售后状态": "-"},
        CASE | {"退商品金额（元）": "-", "退运费金额（元）": "-"},
        CASE | {"商家退款时间": "-", "用户到账时间": "-"},
        CASE | {"退商品金额（元）": "-1.00"},
    ]
    landing.one("inbox/售后.csv", csv_text(cases))
    assert landing.rows("refunds") == []
    assert landing.quarantine() == [
        (2, "售后状态", "missing_value"),
        (3, "退商品金额（元）", "missing_value"),
        (4, "商家退款时间", "missing_value"),
        (5, "退商品金额（元）", "impossible_amount"),
    ]


# --- 抖店 order API records -------------------------------------------------------------------------------------------

TAGS = [
    {"key": "compass_source_not_ad_mark", "text": "非广告", "extra": ""},
    {"key": "compass", "text": "直播", "extra": '{"compass_first_level_entrance_text":"推荐feed"}'},
]
RECORD = {
    "order_id": MAIN, "shop_id": 9001, "doudian_open_id": "1@#ob1", "open_id": "another-space", "order_status": 5,
    "pay_type": 1, "create_time": 1780473600, "pay_time": 1780473660, "update_time": 1780473700, "finish_time": 0,
    "pay_amount": 11223, "post_amount": 600, "promotion_amount": 100, "encrypt_post_tel": "##13800138006##",
    "sku_order_list": [
        {"order_id": ITEM, "product_id": 350, "product_id_str": "3500001", "sku_id": 7, "product_name": "裙",
         "item_num": 2, "pay_amount": 11000, "author_id": 0, "room_id": 730, "room_id_str": "7300001",
         "c_biz_desc": "小店自卖", "trade_type": 0, "sku_order_tag_ui": TAGS},
        {"order_id": "12", "product_id": 0, "item_num": 1, "pay_amount": 223},
    ],
}  # fmt: skip


def test_an_order_record_of_the_api(landing: Landing, each_way: str) -> None:
    """Fen, epoch seconds, 0 for what has not happened; the channel stands in tags."""
    landing.one("inbox/orders.jsonl", json_lines([RECORD]))
    expected = {
        "order_id": MAIN, "shop_id": "9001", "buyer_id": "1@#ob1", "buyer_id_type": "doudian_open_id",
        "phone_key": None, "status": "completed", "ordered_at": datetime(2026, 6, 3, 16),
        "paid_at": datetime(2026, 6, 3, 16, 1), "paid_amount": Decimal("112.23"), "freight_amount": Decimal("6.00"),
        "discount_amount": Decimal("1.00"), "order_kind": "normal", "source": "小店自卖", "medium": "直播",
        "entry": "推荐feed", "traffic_type": "非广告", "author_id": None, "live_session_id": "7300001",
        "version_at": datetime(2026, 6, 3, 16, 1, 40),
    }  # fmt: skip
    assert landing.sql(f"select {', '.join(expected)} from staging.orders") == [expected]
    assert items(landing, "item_id, order_id, product_id, sku_id, quantity, paid_amount") == [
        ("12", MAIN, None, None, 1.0, Decimal("2.23")),
        (ITEM, MAIN, "3500001", "7", 2.0, Decimal("110.00")),
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"order_status": 1, "pay_time": 0}, ("unpaid", None, "normal")),
        ({"order_status": 4, "pay_time": 0}, ("cancelled", None, "normal")),
        ({"pay_type": 0, "pay_time": 0, "finish_time": 1780473999}, ("completed", "16:06:39", "normal")),
        ({"pay_type": 0, "pay_time": 0, "order_status": 3}, ("unpaid", None, "normal")),
        ({"pay_amount": 0}, ("completed", "16:01:00", "zero")),
        ({"trade_type": 11}, ("completed", "16:01:00", "lottery")),
        ({"trade_type": 2}, ("completed", "16:01:00", "deposit")),
    ],
)
def test_what_became_of_an_order_of_the_api(
    landing: Landing, each_way: str, said: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    landing.one("inbox/orders.jsonl", json_lines([RECORD | said]))
    assert landing.rows("orders", "status, strftime(paid_at, '%H:%M:%S'), order_kind") == [expected]


def test_records_of_the_api_that_cannot_count(landing: Landing, each_way: str) -> None:
    without_state = {name: value for name, value in RECORD.items() if name != "order_status"}
    records = [RECORD | {"order_status": 77}, without_state, RECORD | {"pay_time": 0}, RECORD | {"pay_amount": -1}]
    landing.one("doudian_orders_api/a.jsonl", json_lines(records))
    assert landing.rows("orders") == landing.rows("order_items") == []
    assert landing.quarantine() == [
        (1, "order_status", "unknown_value"),
        (2, "order_status", "missing_value"),
        (3, "pay_time", "missing_value"),
        (4, "pay_amount", "impossible_amount"),
    ]


def test_whole_pages_of_the_api(landing: Landing) -> None:
    second = RECORD | {"order_id": "2"}
    landing.write(
        "inbox/page.json", json.dumps({"code": 10000, "data": {"shop_order_list": [RECORD, second]}}, indent=1)
    )
    landing.write(
        "inbox/pages.jsonl", json_lines([{"shop_order_list": [RECORD | {"order_id": "3"}]}, {"shop_order_list": []}])
    )
    result = landing.ingest()
    assert [file.rows_read for file in result.files] == [2, 1]
    assert landing.rows("orders", "order_id, file_row") == [("2", 1), ("3", 1), (MAIN, 1)]


# --- live sessions ----------------------------------------------------------------------------------------------------

LIVE = {
    "账号名称": "栖木", "直播id(room_id)": "\t7300001", "直播标题": "春上新", "开播时间": "2026-03-01 19:00:00",
    "关播时间": "2026-03-01 23:00:00", "峰值人数(pcu)": "1,200", "平均人数(acu)": "312.5",
    "曝光人数(show_ucnt)": "5.2万", "观看人数(watch_ucnt)": "1.2w", "涨粉人数(follow_ucnt)": "-",
    "加团人数(join_fansclub_ucnt)": "55",
    "人均停留时长": "1分20秒", "群内粉丝(fans_in_group)": "300", "观看率": "12.5%",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_sheet_of_live_sessions(landing: Landing, each_way: str, encoding: str) -> None:
    landing.one("inbox/直播.csv", csv_text([LIVE]), encoding=encoding)
    columns = "live_session_id, started_at, peak_online, average_online, exposed_people, viewers, new_followers"
    assert landing.rows("live_sessions", columns + ", new_fan_club, average_watch_seconds, group_viewers") == [
        ("7300001", datetime(2026, 3, 1, 19), 1200, 312.5, 52000, 12000, None, 55, 80.0, 300)
    ]


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("02-28 19:00:00", datetime(2026, 2, 28, 19)),
        ("12-31 19:00", datetime(2025, 12, 31, 19)),
        ("03-03 19:00:00", datetime(2026, 3, 3, 19)),
        ("2026-03-01T11:00:00Z", datetime(2026, 3, 1, 19)),
        ("2026/03/01 19:00:00", datetime(2026, 3, 1, 19)),
    ],
)
def test_a_time_without_a_year_is_the_latest_before_the_file(
    landing: Landing, each_way: str, text: str, started: datetime
) -> None:
    landing.one("inbox/直播.csv", csv_text([LIVE | {"开播时间": text}]), at="2026-03-03 09:00:00")
    assert landing.rows("live_sessions", "started_at") == [(started,)]


def test_large_figures_in_ten_thousands_by_the_header(landing: Landing, each_way: str) -> None:
    landing.one("inbox/直播.csv", "开播时间,直播间曝光次数（万）,直播间观看人数\n2026-03-01 19:00:00,5.25,900\n")
    assert landing.rows("live_sessions", "exposures, viewers") == [(52500, 900)]


def test_a_session_without_a_room_is_known_by_account_and_start(landing: Landing) -> None:
    landing.one("inbox/直播.csv", csv_text([LIVE | {"直播id(room_id)": "-"}]))
    assert landing.rows("live_sessions", "live_session_id") == [("栖木_20260301190000",)]


BASICS = [["直播时间", "2026-03-01 19-00-00~2026-03-01 23-00-00"], ["直播间ID", "7300001"], ["主播昵称：小林"]]
FIGURES = [["直播间观看人数", "评论次数", "新加直播团人数", "千川消耗"], ["9,000", "400", "55", "1.2万"]]
PRODUCTS = [
    ["商品点击人数", "直播间商品曝光-点击率(人数)", "客单价"],
    ["1500", "12.5%", "99.00"],
    ["商品名称", "商品编号", "成交金额", "成交订单数", "退款金额"],
    ["裙", "350", "1,000.00", "9", "99.00"],
    ["-", "sku名称", "成交金额", "成交订单数", "退款金额"],
    ["-", "红", "600.00", "5", "0"],
    ["-", "蓝", "400.00", "4", "99.00"],
    ["衫", "351", "234.50", "2", "-"],
]


def session_book(products: list[list[str]] = PRODUCTS, basics: list[list[str]] = BASICS) -> bytes:
    return workbook({"基本信息": basics, "核心数据": FIGURES, "商品数据": products})


def download(moment: str) -> str:
    return f"live_workbooks/直播间详情页_整场数据下载_{moment}(栖木_2026-03-01 23-00-00).xlsx"


def test_the_workbook_of_a_live_session(landing: Landing, each_way: str) -> None:
    """Labels beside or above their values, products summed without their variants, one row in all."""
    landing.one(download("20260302090000"), session_book())
    expected = {
        "live_session_id": "7300001", "started_at": datetime(2026, 3, 1, 19), "ended_at": datetime(2026, 3, 1, 23),
        "host_id": "小林", "viewers": 9000, "comments": 400, "new_fan_club": 55, "product_clicked_people": 1500,
        "orders": 11, "paid_amount": Decimal("1234.50"), "refund_amount": Decimal("99.00"),
        "ad_cost_amount": Decimal("12000.00"), "version_at": datetime(2026, 3, 2, 9),
    }  # fmt: skip
    assert landing.sql(f"select {', '.join(expected)} from staging.live_sessions") == [expected]
    assert landing.quarantine() == []


def test_the_latest_download_wins_whenever_it_comes(landing: Landing) -> None:
    def priced(amount: str) -> bytes:
        return session_book([*PRODUCTS[:3], ["裙", "350", amount, "9", "0"]])

    for moment, amount in (("20260305090000", "500.00"), ("20260311090000", "700.00"), ("20260302090000", "300.00")):
        landing.write(download(moment), priced(amount))
        landing.ingest()
    assert landing.rows("live_sessions", "paid_amount") == [(Decimal("700.00"),)]


@pytest.mark.parametrize(("bad", "shown"), [("很多", "*"), ("12,5", "12,5")])
def test_a_product_without_a_readable_amount_leaves_no_sum(landing: Landing, bad: str, shown: str) -> None:
    """A word where a number should be may be a name that slipped there."""
    landing.one(download("20260302090000"), session_book([*PRODUCTS, ["坏", "352", bad, "1", "0"]]))
    assert landing.rows("live_sessions", "paid_amount, orders") == [(None, 12)]
    assert landing.quarantine("column_name, reason, found") == [("sum(成交金额)", "bad_amount", shown)]


def test_a_workbook_whose_time_cannot_be_read(landing: Landing) -> None:
    landing.one(download("20260302090000"), session_book(basics=[["直播时间", "昨晚"]]))
    landing.one(download("20260303090000"), session_book(basics=[["直播标题", "春上新"]]))
    assert landing.rows("live_sessions") == []
    assert landing.quarantine() == [(1, "直播时间", "bad_date"), (None, None, "missing_column")]


# --- fan groups -------------------------------------------------------------------------------------------------------


def joined(who: str, event: str = "group_fans_event", **content: Any) -> dict[str, Any]:
    told = {"open_id": "_owner", "im_group_id": "@g1==", "group_type": 1, "create_time": 1780473600123} | content
    return {"event": event, "from_user_id": who, "to_user_id": "_owner", "content": json.dumps(told)}


def test_joins_as_the_webhook_tells_them(landing: Landing, each_way: str) -> None:
    """The joiner is from_user_id, whatever the content says; times are ms or seconds; told twice is once."""
    records = [joined("_a"), joined("_b", create_time=1780473600, open_id="_b"), joined("_a")]
    file = landing.one("inbox/hooks.jsonl", json_lines(records))
    assert (file.rows_loaded, file.rows_superseded) == (2, 1)
    assert landing.rows("events", "platform, user_id, user_id_type, event, group_id, event_at") == [
        ("douyin", "_a", "open_id", "group_join", "@g1==", datetime(2026, 6, 3, 16, 0, 0, 123000)),
        ("douyin", "_b", "open_id", "group_join", "@g1==", datetime(2026, 6, 3, 16)),
    ]


def test_webhook_records_that_are_no_join(landing: Landing, each_way: str) -> None:
    records = [
        joined("_a", group_type=2),
        joined("_a", event="enter_group_audit_change"),
        joined("_a") | {"content": "{im_group_id:"},
        joined("_a", im_group_id=None),
        joined("_a", create_time=0),
        joined(""),
    ]
    landing.one("group_fans_events/a.jsonl", json_lines(records))
    assert landing.rows("events") == []
    assert landing.quarantine() == [
        (1, "content|group_type", "unknown_value"),
        (2, "event", "unknown_value"),
        (3, None, "bad_json"),
        (4, "content|im_group_id", "missing_value"),
        (5, "content|create_time", "bad_date"),
        (6, "from_user_id", "missing_value"),
    ]


def test_groups_with_their_thresholds(landing: Landing, each_way: str) -> None:
    """As numbers or as sentences; 1 is yes and anything else no; the list may stand beside data."""
    groups = [
        {"group_id": "@a==", "group_name": "一群", "max_num": 500, "relation_type": 30, "fans_limit": 5,
         "active_fans": 1, "open_audit_switch": 2, "show_at_profile": 1},
        {"group_id": "@b==", "group_name": "二群", "entry_limit": ["关注群主超过7天", "粉丝团等级≥12级"]},
        {"group_id": "@c==", "group_name": "三群", "entry_limit": ["关注群主"]},
        {"group_id": "@d==", "group_name": "四群", "entry_limit": None, "relation_type": 8},
    ]  # fmt: skip
    landing.one("inbox/list.json", json.dumps({"data": {"error_code": 0}, "group_list": groups}))
    columns = "group_id, capacity, follow_days_required, fan_level_required, active_fans_only"
    assert landing.rows("groups", columns + ", needs_approval, shown_on_profile") == [
        ("@a==", 500, 30, 5, True, False, True),
        ("@b==", None, 7, 12, None, None, None),
        ("@c==", None, 1, None, None, None, None),
        ("@d==", None, None, None, None, None, None),
    ]
    assert landing.quarantine("column_name, reason, is_cell") == [("relation_type", "unknown_value", True)]


# --- a foreign shop, line by line -------------------------------------------------------------------------------------

LINE = {
    "InvoiceNo": "536365", "StockCode": "85123A", "Description": "HEART HOLDER ", "Quantity": "6",
    "InvoiceDate": "2010-12-01 08:26:00", "UnitPrice": "2.55", "CustomerID": "17850.0", "Country": "United Kingdom",
}  # fmt: skip


def test_lines_of_an_invoice_are_items_and_of_a_credit_note_refunds(landing: Landing, each_way: str) -> None:
    lines = [
        LINE,
        LINE | {"StockCode": "71053", "Quantity": "1", "UnitPrice": "3.39"},
        LINE | {"InvoiceNo": "C536379", "StockCode": "D", "Quantity": "-1", "UnitPrice": "27.50"},
        LINE | {"InvoiceNo": "536366", "CustomerID": ""},
        LINE | {"InvoiceNo": "536367", "UnitPrice": "0"},
    ]
    landing.one("inbox/retail.csv", csv_text(lines))
    assert items(landing, "order_id, product_id, product_name, quantity, paid_amount") == [
        ("536365", "71053", "HEART HOLDER", 1.0, Decimal("3.39")),
        ("536365", "85123A", "HEART HOLDER", 6.0, Decimal("15.30")),
        ("536366", "85123A", "HEART HOLDER", 6.0, Decimal("15.30")),
        ("536367", "85123A", "HEART HOLDER", 6.0, Decimal("0.00")),
    ]
    assert landing.rows("orders", "order_id, buyer_id, paid_amount, order_kind") == [
        ("536365", "17850", Decimal("18.69"), "normal"),
        ("536366", None, Decimal("15.30"), "normal"),
        ("536367", "17850", Decimal("0.00"), "zero"),
    ]
    assert landing.rows("refunds", "order_id, buyer_id, product_id, refund_amount, status") == [
        ("C536379", "17850", "D", Decimal("27.50"), "succeeded")
    ]


def test_equal_lines_of_one_invoice_are_all_sold(landing: Landing, each_way: str) -> None:
    """A line has no id: the second of two equal ones in a file is another line, in a second file the same again."""
    landing.one("shop_lines/a.csv", csv_text([LINE, LINE]))
    assert landing.rows("orders", "paid_amount") == [(Decimal("30.60"),)]
    file = landing.one("shop_lines/b.csv", csv_text([LINE, LINE, LINE | {"StockCode": "X", "UnitPrice": "1"}]))
    assert (file.rows_loaded, file.rows_superseded) == (3, 0)
    assert landing.rows("orders", "paid_amount") == [(Decimal("36.60"),)]


def test_adjustments_and_negative_amounts_are_refused(landing: Landing, each_way: str) -> None:
    lines = [
        LINE | {"InvoiceNo": "A563185", "StockCode": "B"},
        LINE | {"UnitPrice": "-11062.06"},
        LINE | {"InvoiceNo": "C1", "Quantity": "2"},
        LINE | {"Quantity": "2,5"},
    ]
    landing.one("shop_lines/a.csv", csv_text(lines))
    assert landing.rows("orders") == landing.rows("refunds") == []
    assert landing.quarantine() == [
        (2, "InvoiceNo", "bad_pattern"),
        (3, "Quantity", "impossible_amount"),
        (4, "Quantity", "impossible_amount"),
        (5, "Quantity", "bad_number"),
    ]
