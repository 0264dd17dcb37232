"""Money that a file tells unclearly: never a plausible number, always told."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant, yuan
from tests.ingest.files import workbook

AT = "2026-11-01 10:00"


def orders(merchant: Merchant, header: str, *rows: str) -> Merchant:
    merchant.put("orders/a.csv", "\n".join([header, *rows]) + "\n")
    return merchant.run("2026-11-20")


# --- a refund in the order's own row ----------------------------------------------------------------------------------


UNREADABLE_REFUNDS = ["-30", "-0.01", "999999999", "$5", "已退30", "#N/A", "30%"]


@pytest.mark.parametrize("state", ["", "退款成功"])
def test_a_refund_that_cannot_be_read_is_no_whole_refund(merchant, state):
    """One file for each: what one says of money may tell how the next is read."""
    header = "订单号,付款时间,实付金额,售后状态,退款金额\n"
    for number, cell in enumerate(UNREADABLE_REFUNDS):
        rows = f"{number}-1,{AT},100,{state},{cell}\n{number}-2,{AT},100,{state},30\n{number}-3,{AT},100,,\n"
        merchant.put(f"orders/{number}.csv", header + rows)
    merchant.run("2026-11-20")
    assert merchant.rows("select order_id, net_amount from core.orders order by 1") == [
        (f"{number}-{row}", yuan(net))
        for number in range(len(UNREADABLE_REFUNDS))
        for row, net in ((2, "70"), (3, "100"))
    ]
    refused = "select path, column_name from ops.quarantine order by 1"
    assert merchant.rows(refused) == [(f"orders/{n}.csv", "退款金额") for n in range(len(UNREADABLE_REFUNDS))]


# --- a unit above the header ------------------------------------------------------------------------------------------

HEADER = ["订单号", "付款时间", "实付金额"]
OTHER_UNITS = [
    ["单位：万元"],
    ["11月订单汇总（单位：万元）"],
    ["账户币种：USD"],
    ["# 币种：美元 时区：北京"],
    ["金额单位：千元"],
    ["单位", "分"],
    ["币种：", "港币"],
    ["统计口径：支付", "（万元）"],
    ["本表以万元为单位"],
    ["单位：人民币万元"],
    ["单位：元/万元"],
    ["All amounts in USD"],
    ["Unit: thousand yuan"],
    ["USD"],
]
NO_OTHER_UNIT = [
    ["单位：元"],
    ["单位：人民币元"],
    ["币种：人民币（CNY）"],
    ["制表单位：某某万元户公司", "制表日期：2026-11-02"],
    ["11月订单（全部）"],
    ["美元汇率：7.1"],
    ["单位：元、件"],
    ["in total: 3 rows"],
]


def titled(merchant: Merchant, titles: list[list[str]], kind: str, header: list[str] = HEADER) -> Merchant:
    """A file for each title, of one order: T0, T1 …"""
    for number, title in enumerate(titles):
        rows = [[], title, header, [f"T{number}", "2026-11-01 10:00:00", "1.25"]]
        content = workbook({"11月": rows}) if kind == "xlsx" else "\n".join(map(",".join, rows)) + "\n"
        merchant.put(f"orders/{number}.{kind}", content)
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-11-01 10:00:00,1.00\n")
    return merchant.run()


def reasons_of(merchant: Merchant) -> dict[str, str | None]:
    """Why each file was refused."""
    refused = "select f.path, max(q.reason) from ops.files f left join ops.quarantine q using (file_id) group by 1"
    return dict(merchant.rows(refused))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_unit_above_the_header_refuses_the_file(merchant, kind):
    titled(merchant, OTHER_UNITS, kind)
    assert merchant.rows("select order_id from staging.orders") == [("O1",)]
    refused = {f"orders/{n}.{kind}": "unit_above_header" for n in range(len(OTHER_UNITS))}
    assert reasons_of(merchant) == {**refused, "orders/other.csv": None}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_other_titles_are_titles(merchant, kind):
    titled(merchant, NO_OTHER_UNIT, kind)
    assert merchant.rows("select order_id, paid_amount from staging.orders order by 1") == [
        ("O1", yuan("1")),
        *((f"T{n}", yuan("1.25")) for n in range(len(NO_OTHER_UNIT))),
    ]


def test_the_header_says_it_itself(merchant):
    titled(merchant, [["单位：万元"]], "csv", ["订单号", "付款时间", "实付金额（万元）"])
    assert merchant.one("select paid_amount from staging.orders where order_id = 'T0'") == yuan("12500")


def test_counts_in_ten_thousands(merchant):
    merchant.put("live_sessions_csv/a.csv", "单位：万人,\n开播时间,主播,观看人数\n2026-11-01 20:00:00,小林,3\n")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-11-01 10:00:00,1.00\n")
    merchant.run()
    assert merchant.rows("select viewers from staging.live_sessions") == []


# --- rows of totals whose other cells are filled ----------------------------------------------------------------------


TOTALS = [
    "一店小计,2",
    "二店-合计,1",
    "本日累计,3",
    "一店（小计）,2",
    "【一店合计】,2",
    "一店,【合计】",
    "一店,本月累计",
    "一店,共1单",
    "一店,一店合计：",
    "1店小计,2",
    "一店 小计（2单）,2",
]


@pytest.mark.parametrize("many", [0, 500])
def test_a_row_of_totals_with_all_cells_filled_is_no_order(merchant, many):
    """Each at the end of a file of its own."""
    for number, cells in enumerate(TOTALS):
        rows = [f"二店,{number}-S{n},{AT},1" for n in range(many)]
        lines = ["店铺,订单号,付款时间,实付金额", f"一店,{number}-A1,{AT},100", *rows, f"{cells},{AT},150"]
        merchant.put(f"orders/{number}.csv", "\n".join(lines) + "\n")
    merchant.run("2026-11-20")
    paid = "select split_part(order_id, '-', 1), sum(paid_amount)::int from core.orders group by 1"
    assert dict(merchant.rows(paid)) == {str(number): 100 + many for number in range(len(TOTALS))}
    told = "select distinct path from ops.notices where code = 'totals_row' order by all"
    assert merchant.rows(told) == sorted((f"orders/{number}.csv",) for number in range(len(TOTALS)))


def test_a_shop_may_be_called_nearly_so(merchant):
    shops = ["会计之家", "共享单车", "合计算账", "小计划文具", "统计学社"]
    rows = (f"A{number},{shop},{AT},{number}" for number, shop in enumerate(shops))
    orders(merchant, "订单号,店铺,付款时间,实付金额", *rows)
    assert merchant.rows("select shop_id, paid_amount from core.orders order by order_id") == [
        (shop, yuan(str(number))) for number, shop in enumerate(shops)
    ]


def test_a_buyer_may_be_called_so(merchant):
    orders(merchant, "订单号,买家昵称,付款时间,实付金额", f"A1,王小计,{AT},100")
    assert merchant.one("select sum(paid_amount) from core.orders") == 100


# --- unpaid, and paid -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["待付款", "unpaid", "等待买家付款"])
def test_unpaid_with_a_payment_time_is_refused(merchant, word):
    orders(merchant, "订单号,付款时间,实付金额,订单状态", f"U1,{AT},80,{word}", f"U2,,80,{word}", f"U3,{AT},80,已发货")
    assert merchant.rows("select order_id from core.orders") == [("U3",)]
    assert merchant.rows("select order_id from staging.orders order by 1") == [("U2",), ("U3",)]
    assert "unpaid_with_payment" in merchant.told()


@pytest.mark.parametrize("first", ["all", "paid"])
@pytest.mark.parametrize(("state", "stands"), [("待付款", "paid"), ("已发货", "shipped"), ("已取消", "cancelled")])
def test_a_list_without_states_tells_that_it_was_paid(merchant, first, state, stands):
    time = "" if state in ("待付款", "已取消") else AT
    files = {
        "all": ("orders/a.csv", f"订单号,付款时间,实付金额,订单状态\nU1,{time},80,{state}\n", "2026-11-02 09:00:00"),
        "paid": ("orders/b.csv", f"订单号,付款时间,实付金额\nU1,{AT},80\n", "2026-11-03 09:00:00"),
    }
    for name in sorted(files, key=lambda name: name != first):
        merchant.put(*files[name])
        merchant.run("2026-11-20")
    assert merchant.rows("select status, paid_amount from core.orders") == [(stands, yuan("80"))]


def test_an_unpaid_line_beside_paid_ones_with_a_payment_time_is_refused_and_the_order_waits(merchant):
    lines = f"L1,裙,70,{AT},已发货\nL1,衫,30,{AT},待付款\n"
    merchant.put("order_lines/a.csv", "订单号,商品名称,商品实付金额,付款时间,订单状态\n" + lines)
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-11-01 10:00:00,1.00\n")
    merchant.run("2026-11-20")
    assert merchant.rows("select order_id from core.orders") == [("O1",)]
    assert "unpaid_with_payment" in merchant.told()


def test_another_source_knew_it_as_unpaid(merchant):
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
    merchant.put("doudian_orders/a.csv", header + "6901,69011,待支付,80,2026-11-01 09:00:00,\n", "2026-11-02 09:00:00")
    merchant.put("orders/b.csv", f"订单号,平台,付款时间,实付金额\n6901,抖音,{AT},80\n", "2026-11-03 09:00:00")
    merchant.run("2026-11-20")
    assert merchant.rows("select status, paid_amount from core.orders") == [("paid", yuan("80"))]


def test_a_line_that_was_not_paid_adds_nothing(merchant):
    """L4 has a line that was sent and has no time of payment: it waits."""
    states = {"L1": "待付款", "L2": "未付款", "L3": "已取消", "L4": "已发货"}
    lines = "".join(f"{order},裙,70,{AT},已发货\n{order},衫,30,,{state}\n" for order, state in states.items())
    merchant.put("order_lines/a.csv", f"订单号,商品名称,商品实付金额,付款时间,订单状态\n{lines}L5,裙,5,,待付款\n")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-11-01 10:00:00,1.00\n")
    merchant.run("2026-11-20")
    assert merchant.rows("select order_id, net_amount from core.orders where order_id like 'L%' order by 1") == [
        (order, yuan("70")) for order in ("L1", "L2", "L3")
    ]


def test_an_unpaid_sub_order_beside_a_paid_one_adds_nothing(merchant):
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
    lines = "6901,69011,已发货,70,2026-11-01 09:00:00,2026-11-01 10:00:00\n6901,69012,待支付,30,2026-11-01 09:00:00,\n"
    merchant.put("doudian_orders/a.csv", header + lines)
    merchant.run("2026-11-20")
    assert merchant.rows("select paid_amount from core.orders") == [(yuan("70"),)]


@pytest.mark.parametrize(("cell", "told"), [("坏", [(1, None)]), ("30", [])])
def test_an_order_that_waits_for_a_refused_line_is_told_until_it_comes(merchant, cell, told):
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
    line = "6901,69012,已发货,{},2026-11-01 09:00:00,2026-11-01 10:00:00\n"
    whole = "6901,69011,已发货,70,2026-11-01 09:00:00,2026-11-01 10:00:00\n"
    merchant.put("doudian_orders/a.csv", header + whole + line.format("坏"), at="2026-11-19 09:00:00")
    merchant.put("doudian_orders/b.csv", header + line.format(cell))
    merchant.run("2026-11-20")
    assert found_of(merchant, "orders_wait") == told


# --- refunds that do not fit their order ------------------------------------------------------------------------------


def found_of(merchant: Merchant, code: str) -> list[tuple[int, object]]:
    return [(one.rows, one.amount) for one in merchant.found(code)]


def test_more_went_back_than_was_paid(merchant):
    """30 of A1, 20 of A2 in two refunds, 0.01 of A3; all of A4 and no more."""
    refunds = [("A1", "130"), ("A2", "100"), ("A2", "20"), ("A3", "100.01"), ("A4", "100")]
    rows = [f"R{n},{order},2026-11-03 10:00,{cell}" for n, (order, cell) in enumerate(refunds)]
    merchant.put("refunds/a.csv", "\n".join(["退款单号,订单号,退款时间,退款金额", *rows]))
    orders(merchant, "订单号,付款时间,实付金额", *(f"A{n},{AT},100" for n in range(1, 5)))
    assert found_of(merchant, "refund_above_paid") == [(3, yuan("50.01"))]
    assert found_of(merchant, "refund_before_paid") == []


def test_the_orders_own_row_says_more_went_back(merchant):
    orders(merchant, "订单号,付款时间,实付金额,退款金额", f"A1,{AT},100,130", f"A2,{AT},100,100", f"A3,{AT},100,")
    assert found_of(merchant, "refund_above_paid") == [(1, yuan("30"))]


@pytest.mark.parametrize(("days", "told"), [(["2026-10-01 10:00"], 1), (["2026-10-31", "2026-11-01"], 1)])
def test_a_refund_before_the_payment(merchant, days, told):
    """A file of days alone says no hour: on the day of the payment it may have been after it."""
    rows = "".join(f"R{n},A{n},{day},{7 + n}\n" for n, day in enumerate(days))
    merchant.put("refunds/a.csv", f"退款单号,订单号,退款时间,退款金额\n{rows}")
    orders(merchant, "订单号,付款时间,实付金额", f"A0,{AT},100", f"A1,{AT},100")
    assert found_of(merchant, "refund_before_paid") == [(1, yuan("7"))] * told


def test_refunded_and_an_amount_of_nothing(merchant):
    """Programs write 0.00 where nobody filled the amount in; without a word for it 0.00 is no refund."""
    header = "订单号,付款时间,实付金额,退款金额,退款状态"
    rows = (f"A1,{AT},100,0.00,退款成功", f"A2,{AT},100,0.00,", f"A3,{AT},100,-,全额退款", f"A4,{AT},0,0.00,退款成功")
    orders(merchant, header, *rows)
    assert found_of(merchant, "refund_of_nothing") == [(1, yuan("100"))]
    assert merchant.rows("select order_id, after_sale_status from staging.orders where order_id = 'A2'") == [
        ("A2", None)
    ]


def test_the_orders_own_refund_against_the_refund_files(merchant):
    """Only of the first do they disagree, by 30."""
    owns = ["50", "20", "-", "0"]
    refunds = "".join(f"R{n},A{n},2026-11-02,20\n" for n in range(len(owns)))
    merchant.put("refunds/a.csv", f"退款单号,订单号,退款时间,退款金额\n{refunds}")
    orders(merchant, "订单号,付款时间,实付金额,退款金额", *(f"A{n},{AT},100,{own}" for n, own in enumerate(owns)))
    assert found_of(merchant, "refund_words_disagree") == [(1, yuan("30"))]


def test_a_closed_order_of_which_a_part_went_back(merchant):
    """Of A1 70 stayed; all of A2 went back, and of A3 no file tells."""
    merchant.put("refunds/a.csv", "退款单号,订单号,退款时间,退款金额\nR1,A1,2026-11-02,30\nR2,A2,2026-11-02,100\n")
    amounts = {"A1": 100, "A2": 100, "A3": 5}
    rows = (f"{order},{AT},{amount},交易关闭" for order, amount in amounts.items())
    orders(merchant, "订单号,付款时间,实付金额,订单状态", *rows)
    assert found_of(merchant, "closed_and_partly_refunded") == [(1, yuan("70"))]


def test_the_refund_of_an_order_beside_those_of_its_items(merchant):
    """The items of A1 and A2 add up to what the order says, 100 and 90; those of A3 and A4 do not."""
    whole = {"A1": (100, [60, 40]), "A2": (90, [90]), "A3": (80, [60]), "A4": (70, [])}
    rows = []
    for order, (amount, items) in whole.items():
        rows.append(f"{order},,2026-11-02 10:00:00,{amount}")
        rows += [f"{order},{order}-{n},2026-11-02 10:00:00,{item}" for n, item in enumerate(items)]
    merchant.put("refunds/a.csv", "\n".join(["订单号,子订单号,退款时间,退款金额", *rows]) + "\n")
    orders(merchant, "订单号,付款时间,实付金额", *(f"{order},{AT},300" for order in whole))
    assert found_of(merchant, "refund_whole_and_parts") == [(2, yuan("190"))]


def test_ids_that_lost_their_zeros(merchant):
    merchant.put("orders/b.csv", f"订单号,付款时间,实付金额,买家ID\n00123,{AT},1,00077\n0,{AT},1,u2\n")
    orders(merchant, "订单号,付款时间,实付金额,买家ID", f"123,{AT},1,77", f"0456,{AT},1,u1")
    assert found_of(merchant, "zeros_lost") == [(1, None), (1, None)]


LISTED = "账号名称,主播昵称,开播时间,关播时间,成交金额\n"
SEEN = f"{LISTED}某店,小播,2026-11-01 20:00:05,2026-11-01 23:00:00,900\n"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            f"{LISTED}10001,某店,2026-11-01 20:00:05,2026-11-01 23:00:00,900\n",
            1,
        ),  # one list's host is the other's account
        (f"{LISTED},小播,2026-11-01 19:58,2026-11-01 23:00:12,1000\n", 1),  # a rounded start, at the same time
        (f"{LISTED}某店,,2026-11-01 20:15,,900\n", 1),  # … or of the same amount
        (f"{LISTED}某店,小播,2026-11-01 23:00:00,2026-11-01 23:40:00,70\n", 0),  # the next session
        (f"{LISTED}别店,大壮,2026-11-01 19:58,2026-11-01 23:00:12,900\n", 0),  # somebody else
        (f"{LISTED}某店,小美,2026-11-01 20:00:05,2026-11-01 23:00:00,700\n", 0),  # another host of the account
    ],
)
def test_a_session_under_another_name_or_a_rounded_start(merchant, other, told):
    merchant.put("live_sessions_csv/a.csv", SEEN)
    merchant.put("live_sessions_csv/b.csv", other)
    orders(merchant, "订单号,付款时间,实付金额", f"A1,{AT},100")
    assert [rows for rows, _ in found_of(merchant, "session_twice")] == [1] * told


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("开播时间,直播间id,主播昵称,观看人数,成交金额\n2026-11-01 20:00:00,7301,小美,100,1000\n", [(1, yuan("1000"))]),
        ("开播时间,直播间id,观看人数,成交金额\n2026-11-01 20:00:30,7301,100,1000\n", [(1, yuan("1000"))]),
        ("开播时间,直播间id,主播昵称,观看人数,成交金额\n2026-11-01 20:00:00,7301,大壮,100,1000\n", []),
        ("开播时间,直播间id,主播昵称,观看人数,成交金额\n2026-11-01 21:00:00,7301,小美,100,1000\n", []),
    ],
)
def test_a_session_that_may_be_told_twice_is_named(merchant, other, told):
    merchant.put("live_sessions_csv/a.csv", "开播时间,主播昵称,观看人数,成交金额\n2026-11-01 20:00:00,小美,100,1000\n")
    merchant.put("live_sessions_csv/b.csv", other)
    orders(merchant, "订单号,付款时间,实付金额", f"A1,{AT},100")
    assert found_of(merchant, "session_twice") == told
