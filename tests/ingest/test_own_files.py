"""Files of a merchant who edits no YAML: headers in everyday Chinese, titles above, no ids of their own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from pipelines.ingest.sources import load_sources
from pipelines.ingest.synonyms import load_headers
from pipelines.ingest.units import normalise
from pipelines.privacy import load_key, phone_key
from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

TEN = datetime(2026, 3, 1, 10)


def test_orders_under_everyday_headers_with_a_title_above(landing: Landing, each_way: str) -> None:
    rows = [
        "三月订单,,,",
        "订单号,付款时间,实付金额,买家昵称",
        "1,2026-03-01 10:00:00,129.00,小王",
        "2,2026-03-01 10:00:00,9,-",
    ]
    text = "\n".join(rows) + "\n"
    file = landing.one("inbox/三月.csv", text)
    columns = "order_id, paid_at, paid_amount, buyer_id, buyer_id_type, status"
    assert landing.rows("orders", columns) == [
        ("1", TEN, Decimal("129.00"), "小王", "nickname", "paid"),
        ("2", TEN, Decimal("9.00"), None, "user_id", "paid"),
    ]
    assert [(notice.code, notice.subject) for notice in file.notices] == [("assumed", "买家昵称")]


def test_orders_with_states_and_shops(landing: Landing, each_way: str) -> None:
    header = "订单编号,支付时间,实付款(元),买家ID,买家昵称,手机号,店铺名称,订单状态"
    rows = ["1,{0},10,w1,小王,13698741203,北店,交易成功", "2,,9,w2,小李,,南店,待付款", "3,{0},8,w3,小周,,南店,好像退了"]
    landing.one(
        "orders/a.csv", header + "\n" + "\n".join(rows).format("2026-03-01 10:00:00") + "\n", encoding="gb18030"
    )
    key = phone_key("13698741203", load_key(landing.settings.key_path))
    assert landing.rows("orders", "order_id, buyer_id, buyer_id_type, phone_key, shop_id, status") == [
        ("1", "w1", "user_id", key, "北店", "completed"),
        ("2", "w2", "user_id", None, "南店", "unpaid"),
    ]
    assert landing.quarantine("line, column_name, reason, found") == [(4, "订单状态", "unknown_value", "好像退了")]


def test_what_an_order_list_says_of_money_that_went_back(landing: Landing, each_way: str) -> None:
    """The state of the case counts before the bare amount."""
    header = "订单号,付款时间,实付金额,退款金额,售后状态"
    rows = ["1,{0},10,4,", "2,{0},10,10,退款中", "3,{0},10,,退款成功", "4,{0},10,,"]
    file = landing.one("orders/a.csv", header + "\n" + "\n".join(rows).format("2026-03-01 10:00:00") + "\n")
    assert landing.rows("orders", "order_id, after_sale_status, after_sale_amount") == [
        ("1", "succeeded", Decimal("4.00")),
        ("2", "requested", Decimal("10.00")),
        ("3", "succeeded", None),
        ("4", None, None),
    ]
    assert [(notice.code, notice.subject) for notice in file.notices] == [("assumed", "退款金额")]


@pytest.mark.parametrize("path", ["inbox/群.xlsx", "events/群.xlsx", "入群/群.xlsx"])
def test_a_list_of_members_is_their_joins(landing: Landing, path: str) -> None:
    rows = [["群名称", "昵称", "入群时间"], ["一群", "小王", "2026-03-01 10:00:00"], ["一群", "小李", "2026/3/1 10:00"]]
    landing.one(path, workbook({"成员": [["三月入群名单", None, None], *rows]}))
    assert landing.rows("events", "user_id, user_id_type, event, event_at, group_id") == [
        ("小李", "nickname", "group_join", TEN, "一群"),
        ("小王", "nickname", "group_join", TEN, "一群"),
    ]


def test_members_known_by_their_phones(landing: Landing, each_way: str) -> None:
    landing.one(
        "events/a.csv",
        "群号,手机号,入群时间\n"
        + "".join(f"g1,{phone},2026-03-01 10:00\n" for phone in ("136 9874 1203", "138****5678")),
    )
    key = phone_key("13698741203", load_key(landing.settings.key_path))
    assert landing.rows("events", "user_id, user_id_type, event") == [(key, "phone", "group_join")]
    assert landing.quarantine() == [(3, "手机号", "missing_value")]  # a masked number is nobody


def test_refunds_without_a_number_of_their_own(landing: Landing, each_way: str) -> None:
    """Known by their content: equal ones of a file are two, the same in a second file is the same."""
    rows = ["1,20,2026-03-01 10:00:00,退款成功"] * 2 + ["2,5,2026-03-02 10:00:00,退款中"]
    text = "订单号,退款金额,退款时间,退款状态\n" + "\n".join(rows) + "\n"
    landing.one("refunds/a.csv", text)
    landing.one("refunds/b.csv", text + "3,7,2026-03-03 10:00:00,退款成功\n")
    assert landing.rows("refunds", "order_id, refund_amount, status") == [
        ("1", Decimal("20.00"), "succeeded"),
        ("1", Decimal("20.00"), "succeeded"),
        ("2", Decimal("5.00"), "requested"),
        ("3", Decimal("7.00"), "succeeded"),
    ]


def test_refunds_with_a_number_are_never_numbered(landing: Landing, each_way: str) -> None:
    row = "r1,1,20,2026-03-01 10:00:00\n"
    file = landing.one("refunds/a.csv", "退款编号,订单号,退款金额,退款时间\n" + row + row)
    assert (file.rows_loaded, file.rows_superseded) == (1, 1)
    assert landing.rows("refunds", "refund_id") == [("r1",)]


def test_an_order_list_asks_only_for_what_it_needs(landing: Landing) -> None:
    landing.one("orders/a.csv", "订单号,备注\n1,x\n")
    ((expected,),) = landing.quarantine("expected")
    assert "column paid_at or paidAt or 付款时间" in expected
    assert "column paid_amount or paidAmount or 实付金额" in expected
    assert "buyer" not in expected
    assert "order_id" not in expected


def test_the_tables_own_names_in_json_with_other_words_for_some(landing: Landing) -> None:
    landing.write_rows("orders/a.jsonl", [{"order_id": "1", "付款时间": "2026-03-01 10:00:00", "实付金额": 12.5}])
    landing.ingest()
    assert landing.rows("orders", "order_id, paid_at, paid_amount") == [("1", TEN, Decimal("12.50"))]


@pytest.mark.parametrize(
    "header", ["Order ID,Paid At,Paid Amount", "orderId,paidAt,paidAmount", "ORDER_ID,PAID_AT,PAID_AMOUNT"]
)
def test_the_tables_own_names_as_people_write_them(landing: Landing, header: str) -> None:
    landing.one("orders/a.csv", f"{header}\n1,2026-03-01 10:00:00,12.5\n")
    assert landing.rows("orders", "order_id, paid_at, paid_amount") == [("1", TEN, Decimal("12.50"))]


def test_synonyms_take_no_file_from_a_platform(landing: Landing) -> None:
    """No platform's own tell-tale header is a synonym of a table's key."""
    ids = {normalise(name) for name in load_headers()["orders"].of("order_id").names}
    export = load_sources()["doudian_orders"].columns["order_id"].names
    assert ids.isdisjoint(map(normalise, export))


def test_one_event_in_two_spellings_is_one(landing: Landing, each_way: str) -> None:
    rows = ["u1,group_join,2026-03-01 10:00:00", "u1,GROUP_JOIN,2026/03/01 10:00"]
    file = landing.one("events/a.csv", "user_id,event,event_at\n" + "\n".join(rows) + "\n")
    assert (file.rows_loaded, file.rows_superseded) == (1, 1)


def test_an_order_list_of_an_erp(landing: Landing, each_way: str) -> None:
    """Its own number (内部订单号) is left alone: refunds and the platform name the order by the number online."""
    header = "内部订单号,线上订单号,店铺,订单状态,付款日期,应付金额,已付金额,买家账号\n"
    rows = [
        '1001,69179001,北店,"卖家已发货，等待买家确认",2026-03-01 20:15:00,69.00,59.00,a',
        '1002,69179002,北店,"买家已付款，等待卖家发货",2026-03-02 20:15:00,30.00,30.00,b',
        "1003,69179003,北店,被合并,2026-03-02 20:15:00,30.00,30.00,b",
    ]
    landing.one("orders/a.csv", header + "\n".join(rows) + "\n")
    assert landing.rows("orders", "order_id, status, paid_amount, paid_at::varchar") == [
        ("69179001", "shipped", Decimal("59.00"), "2026-03-01 20:15:00"),
        ("69179002", "paid", Decimal("30.00"), "2026-03-02 20:15:00"),
    ]
    assert landing.quarantine() == [(4, "订单状态", "unknown_value")]


def test_the_order_number_and_the_amount_of_other_programs(landing: Landing, each_way: str) -> None:
    """快麦, 旺店通, 微盟 and 微信小店 call them so; of an order's numbers the platform's goes before."""
    landing.write("orders/a.csv", "平台单号,付款时间,实收金额,状态\nA1,2026-03-01 10:00:00,5,已取消\n")
    landing.write("orders/b.csv", "原始单号,订单号,支付时间,订单实际支付金额,实收金额\nX1,A2,2026-03-01 10:00:00,7,6\n")
    landing.write("orders/c.csv", "原始单号,付款时间,已付,订单状态,状态\nA3,2026-03-01 10:00:00,8,已发货,已取消\n")
    landing.ingest()
    assert landing.rows("orders", "order_id, paid_amount::int, status") == [
        ("A1", 5, "cancelled"),
        ("A3", 8, "shipped"),
        ("X1", 7, "paid"),
    ]
    said = {(row["code"], row["subject"]) for row in landing.sql("select code, subject from ops.notices")}
    assert {("assumed", "实收金额"), ("assumed", "平台单号"), ("second_choice", "状态")} <= said


def test_an_assumption_is_told_of_the_rows_that_use_it(landing: Landing, each_way: str) -> None:
    """A column that stands beside one that is filled in every row was not used: nothing was assumed."""
    landing.write(
        "orders/a.csv", "订单号,付款时间,实付金额,实收金额,买家ID,买家昵称\nA1,2026-03-01 10:00:00,5,4,u1,豆\n"
    )
    landing.write("orders/b.csv", "订单号,付款时间,实付金额,实收金额,买家ID,买家昵称\nB1,2026-03-01 10:00:00,5,4,,豆\n")
    landing.write(
        "member_lists/c.csv", "群名称,用户ID,成员昵称,入群时间\n一群,u1,豆,2026-03-01\n一群,u2,叶,2026-03-01\n"
    )
    landing.write("member_lists/d.csv", "群名称,用户ID,成员昵称,入群时间\n二群,u1,豆,2026-03-01\n二群,,叶,2026-03-01\n")
    landing.ingest()
    assert landing.sql("select path, subject, rows from ops.notices where code = 'assumed' order by path") == [
        {"path": "member_lists/d.csv", "subject": "成员昵称", "rows": 1},
        {"path": "orders/b.csv", "subject": "买家昵称", "rows": 1},
    ]


@pytest.mark.parametrize(("column", "value"), [("平台", "抖音"), ("店铺名称", "一店")])
def test_a_column_filled_in_the_first_row_of_each_block_is_told(
    landing: Landing, each_way: str, column: str, value: str
) -> None:
    header = f"订单号,付款时间,实付金额,{column}\n"
    told = [f"A{n},2026-03-01 10:00:00,5,{value if n % 3 == 0 else ''}\n" for n in range(6)]
    landing.write("orders/blocks.csv", header + "".join(told))
    landing.write("orders/some.csv", header + f"B1,2026-03-01 10:00:00,5,\nB2,2026-03-01 10:00:00,5,{value}\n")
    landing.write("orders/all.csv", header + f"C1,2026-03-01 10:00:00,5,{value}\n")
    landing.ingest()
    assert landing.sql("select path, subject, rows from ops.notices where code = 'filled_in_blocks'") == [
        {"path": "orders/blocks.csv", "subject": column, "rows": 4}
    ]
