"""The same kinds of fault as rows to type, each with its right result."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal

import pytest

from tests.cases.conftest import Merchant
from tests.ingest.files import workbook

OTHER = "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n"


def sessions(merchant: Merchant, header: str, *rows: str) -> Merchant:
    merchant.put("live_sessions_csv/a.csv", "\n".join([header, *rows]) + "\n")
    merchant.put("orders/other.csv", OTHER)
    return merchant.run()


@pytest.mark.parametrize("cell", ["2026-03-01 20:00-23:00", "2026/3/1 20:00-23:00", "3-1 20:00-23:00"])
def test_a_range_is_not_a_time_with_an_offset(merchant, cell):
    sessions(merchant, "开播时间,主播昵称,观看人数", f"{cell},小林,100")
    found = merchant.rows("select started_at from staging.live_sessions")
    assert found in ([], [(datetime(2026, 3, 1, 20),)])
    assert found or merchant.told() & {"bad_date", "time_range"}


def test_a_unit_in_the_header(merchant):
    text = "order_id,paid_at,paid_amount（单位：分）\nU1,2026-03-01 10:00:00,12900\n"
    merchant.put("orders/a.csv", text)
    merchant.run()
    assert merchant.rows("select paid_amount from core.orders") == [(Decimal("129.00"),)]


def test_a_bracket_that_is_no_unit_makes_another_column(merchant):
    sessions(merchant, "开播时间,主播昵称,观看人数,成交人数(新客),成交人数(老客)", "2026-03-01 20:00:00,小林,100,3,7")
    assert merchant.rows("select viewers, buyers from staging.live_sessions") == [(100, None)]
    assert merchant.says("成交人数(新客)")


def test_the_column_without_the_bracket_is_the_one(merchant):
    sessions(
        merchant, "开播时间,主播昵称,观看人数,成交金额(退款后),成交金额（元）", "2026-03-01 20:00:00,小林,100,50,80"
    )
    assert merchant.rows("select paid_amount from staging.live_sessions") == [(Decimal("80.00"),)]


def test_a_refund_that_two_pay_is_whole_or_refused(merchant):
    merchant.put(
        "doudian_aftersales/a.csv",
        "售后单号,订单号,售后状态,售后类型,退商品金额（平台承担）,退商品金额（商家承担）,商家退款时间\n"
        "1,72010,退款成功,仅退款,5,95,2026-03-07 10:00:00\n",
    )
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.rows("select refund_amount from staging.refunds") in ([], [(Decimal("100.00"),)])


def test_sixteen_digits_as_a_number_are_lost(merchant):
    rows = [["order_id", "paid_at", "paid_amount"]]
    rows += [[number, "2026-03-01 10:00:00", 10] for number in (2316600012345670, 2316600012345680)]
    merchant.put("orders/a.xlsx", workbook({"Sheet1": rows}))
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.rows("select order_id from core.orders") == [("O1",)]


def test_an_escaped_line_end_in_a_cell_loses_no_row(merchant):
    rows = [["主订单编号", "子订单编号", "订单状态", "订单应付金额", "订单提交时间", "支付完成时间", "商家备注"]]
    rows += [
        [
            str(n),
            str(n),
            "已完成",
            10,
            "2026-03-01 10:00:00",
            "2026-03-01 10:01:00",
            "加急_x000D_发顺丰" if n == 5 else "",
        ]
        for n in range(1, 11)
    ]
    merchant.put("doudian_orders/a.xlsx", workbook({"Sheet1": rows}))
    merchant.run()
    assert merchant.one("select count(*) from core.orders") == 10


def hidden(rows: dict[str, list[list[object]]], name: str) -> bytes:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(workbook(rows)))
    book[name].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_hidden_sheet_is_left_alone_and_named(merchant):
    header = ["order_id", "paid_at", "paid_amount"]
    sheets = {
        "旧": [header, ["H1", "2026-03-01 10:00:00", 99]],
        "订单": [header, ["H1", "2026-03-01 10:00:00", 10]],
    }
    merchant.put("orders/a.xlsx", hidden(sheets, "旧"))
    merchant.run()
    assert merchant.rows("select paid_amount from core.orders") == [(Decimal("10.00"),)]
    assert merchant.says("旧")


def test_the_content_says_what_a_workbook_is(merchant):
    rows = {"Sheet1": [["order_id", "paid_at", "paid_amount"], ["W1", "2026-03-01 10:00:00", 10]]}
    merchant.put("orders/a.xls", workbook(rows))
    merchant.run()
    assert merchant.rows("select order_id from core.orders") == [("W1",)]


def test_two_sessions_of_one_day_are_two(merchant):
    for n, hours in enumerate(("20:00:00~2026年01月14日 23:00:00", "09:00:00~2026年01月14日 11:30:00")):
        rows = [["直播时间", f"2026年01月14日 {hours}"], ["主播昵称", "小林"], ["直播间观看人数", 100 + n]]
        merchant.put(f"live_workbooks/整场数据下载_{n}.xlsx", workbook({"基本信息": rows}), f"2026-01-15 0{n}:00:00")
    merchant.run()
    assert merchant.rows("select started_at, ended_at, viewers from staging.live_sessions order by all") == [
        (datetime(2026, 1, 14, 9), datetime(2026, 1, 14, 11, 30), 101),
        (datetime(2026, 1, 14, 20), datetime(2026, 1, 14, 23), 100),
    ]


def test_a_time_before_2000_is_a_time(merchant):
    merchant.put("orders/a.csv", "order_id,paid_at,paid_amount\nN1,1997-03-01 12:00:00,10\n")
    merchant.run()
    assert merchant.rows("select paid_at from core.orders") == [(datetime(1997, 3, 1, 12),)]


def test_a_column_that_a_file_does_not_have_empties_nothing(merchant):
    merchant.put(
        "orders/a.csv",
        "order_id,paid_at,paid_amount,buyer_id\na,2026-03-01 10:00:00,10,p\nb,2026-03-11 10:00:00,10,p\n",
        "2026-05-01 09:00",
    )
    merchant.put("orders/b.csv", "order_id,paid_at,paid_amount\nb,2026-03-11 10:00:00,10\n", "2026-06-01 09:00")
    merchant.put("orders/c.csv", "order_id,paid_at,paid_amount\nc,2026-05-31 10:00:00,10\n", "2026-06-02 09:00")
    merchant.run()
    found = merchant.metric(
        "repurchase",
        "mature_buyers, repeat_buyers",
        "segment_by = 'all' and window_days = 30 and cohort_month = date '2026-03-01'",
    )
    assert found == [(1, 1)]


def test_paid_then_closed_counts_in_paid_and_in_refund(merchant):
    merchant.put(
        "doudian_orders/a.csv",
        "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
        "1,1,已关闭,29.90,2026-03-01 10:00:00,2026-03-01 10:01:00\n",
    )
    merchant.put(
        "doudian_aftersales/a.csv",
        "售后单号,订单号,商品单号,售后状态,售后类型,退商品金额（元）,退运费金额（元）,商家退款时间\n"
        "1,1,1,退款成功,仅退款,29.90,0,2026-03-02 10:00:00\n",
    )
    merchant.run()
    found = merchant.metric(
        "daily_summary", "paid_amount, refund_amount, net_amount", "segment_by = 'all' and date = date '2026-03-01'"
    )
    assert found == [(Decimal("29.90"), Decimal("29.90"), Decimal("0.00"))]


def test_a_closed_and_never_paid_part_adds_nothing(merchant):
    merchant.put(
        "doudian_orders/a.csv",
        "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
        "1,11,已完成,40.00,2026-03-01 10:00:00,2026-03-01 10:01:00\n"
        "1,12,已关闭,25.00,2026-03-01 10:00:00,-\n",
    )
    merchant.run()
    assert merchant.rows("select paid_amount from core.orders") == [(Decimal("40.00"),)]


def test_one_event_in_two_spellings_is_one(merchant):
    merchant.put("events/a.csv", "user_id,event,event_at,group_id\nu,group_join,2026-03-01 10:00:00,g\n")
    merchant.put("events/b.csv", "user_id,event,event_at,group_id\nu,GROUP_JOIN,2026-03-01 10:00:00,g\n")
    merchant.run()
    assert merchant.rows("select event from core.events") == [("group_join",)]


def test_a_day_is_24_hours_also_when_the_clocks_change(merchant_in):
    merchant = merchant_in(timezone="America/New_York")
    merchant.put(
        "events/a.csv",
        "user_id,event,event_at,group_id,source\n"
        "u,ad_click,2026-03-07T23:30:00-05:00,,千川\n"
        "u,group_join,2026-03-08T23:45:00-04:00,g,\n"
        "v,live_view,2026-03-20T10:00:00-04:00,,\n",
    )
    merchant.run()
    found = merchant.metric("public_to_private", "*", "segment_by = 'all' and window_days = 1")
    names = [name for name, *_ in merchant.rows("describe asked")]
    first = dict(zip(names, found[0], strict=True))
    assert first["private_people"] == 1


def test_the_folder_decides(merchant):
    merchant.put(
        "events/members.csv",
        "group_id,user_id,event_at\n" + "".join(f"g,u{n},2026-03-01 10:00:0{n}\n" for n in range(9)),
    )
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.one("select count(*) from staging.groups") == 0
    assert merchant.rows("select status, rows_superseded from ops.files where path like 'events/%'") == [
        ("quarantined", 0)
    ]
    assert merchant.says("missing_column", "event")


def test_a_merchants_own_sheet_with_a_title(merchant):
    merchant.put(
        "orders/a.csv",
        "三月订单明细,,,\n订单号,付款时间,实付金额,买家昵称\n"
        "M1,2026/3/1 10:00,99.00,小红\nM2,2026/3/2 11:00,20.00,小明\n",
    )
    merchant.run()
    found = merchant.rows("select order_id, paid_at, paid_amount, person_id is not null from core.orders order by all")
    assert found == [
        ("M1", datetime(2026, 3, 1, 10), Decimal("99.00"), True),
        ("M2", datetime(2026, 3, 2, 11), Decimal("20.00"), True),
    ]


def test_parquet_as_spark_writes_it_is_an_instant(merchant):
    import pyarrow as pa
    import pyarrow.parquet as pq

    instants = [datetime(2026, 2, 28, 16, 30), datetime(2026, 3, 31, 15, 30)]  # UTC of 00:30 and 23:30 in Shanghai
    columns = {"order_id": ["1", "2"], "paid_at": pa.array(instants, pa.timestamp("ns")), "paid_amount": ["1", "2"]}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, use_deprecated_int96_timestamps=True)
    merchant.put("orders/a.parquet", out.getvalue())
    merchant.run()
    found = merchant.rows("select paid_at from core.orders order by all")
    assert found == [(datetime(2026, 3, 1, 0, 30),), (datetime(2026, 3, 31, 23, 30),)]


def test_a_formula_that_nobody_computed_is_not_zero(merchant):
    rows = [["order_id", "paid_at", "qty", "price", "paid_amount"], ["F1", "2026-03-01 10:00:00", 2, 50, "=C2*D2"]]
    merchant.put("orders/a.xlsx", workbook({"Sheet1": rows}))
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.rows("select order_id from core.orders") == [("O1",)]
    assert merchant.says("formula")


def test_a_formula_with_the_zero_of_its_writer_is_not_zero(merchant):
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, ["order_id", "paid_at", "qty", "price", "paid_amount"])
    sheet.write_row(1, 0, ["F1", "2026-03-01 10:00:00", 2, 50])
    sheet.write_formula(1, 4, "=C2*D2")
    book.close()
    merchant.put("orders/a.xlsx", out.getvalue())
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.rows("select order_id from core.orders") == [("O1",)]
    assert merchant.says("formula")
