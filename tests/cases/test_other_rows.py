"""Rows under one number that are no copies of each other: the newest counts, and it is told."""

from __future__ import annotations

import pytest

from pipelines.quality import findings

HEADER = "订单号,付款时间,实付金额,买家ID\n"
MONDAY = HEADER + "001,2026-11-18 10:00:00,10,u1\n002,2026-11-18 11:00:00,20,u2\n"
TUESDAY = HEADER + "001,2026-11-19 10:00:00,30,u3\n002,2026-11-19 11:00:00,40,u1\n"
REFUNDS = "退款单号,订单号,退款时间,退款金额\n{}\n"


def told(merchant):
    return merchant.rows("select path, subject, rows from ops.notices where code = 'other_row' order by all")


@pytest.mark.parametrize("in_two_runs", [False, True])
def test_numbers_that_begin_anew_each_day_are_told(merchant, in_two_runs):
    merchant.put("orders/monday.csv", MONDAY, at="2026-11-19 01:00:00")
    if in_two_runs:
        merchant.run()
    merchant.put("orders/tuesday.csv", TUESDAY, at="2026-11-20 01:00:00")
    merchant.run()
    assert told(merchant) == [("orders/tuesday.csv", "order_id", 2)]
    assert merchant.rows("select order_id, paid_amount::int from staging.orders order by 1") == [
        ("001", 30),
        ("002", 40),
    ]


def test_it_is_said_of_how_many_and_which(merchant):
    merchant.put("orders/monday.csv", MONDAY, at="2026-11-19 01:00:00")
    merchant.put("orders/tuesday.csv", TUESDAY, at="2026-11-20 01:00:00")
    merchant.run()
    (one,) = (o for o in findings(merchant.connection, merchant.settings) if o.code == "other_row")
    assert "2 行的编号（如 001）" in one.text["zh"]
    assert "2 rows have a number (such as 001)" in one.text["en"]


def test_a_number_that_is_somebodys_phone_is_not_shown(merchant):
    for day in ("18", "19"):
        rows = f"13812345678,2026-11-{day} 10:00:00,{day},u{day}\n"
        merchant.put(f"orders/{day}.csv", HEADER + rows, at=f"2026-11-{day} 23:00:00")
    merchant.run()
    said = [str(o.text) for o in findings(merchant.connection, merchant.settings)]
    assert not any("13812345678" in text for text in said)


def test_whichever_comes_first_the_newest_counts(merchant):
    merchant.put("orders/tuesday.csv", TUESDAY, at="2026-11-20 01:00:00")
    merchant.run()
    merchant.put("orders/monday.csv", MONDAY, at="2026-11-19 01:00:00")
    merchant.run()
    assert told(merchant) == [("orders/monday.csv", "order_id", 2)]
    assert merchant.rows("select order_id, paid_amount::int from staging.orders order by 1") == [
        ("001", 30),
        ("002", 40),
    ]


def test_a_deposit_and_its_balance_under_one_number_are_told(merchant):
    """A payment that moves by days is no correction of the first one."""
    merchant.put("orders/a.csv", HEADER + "P1,2026-11-01 10:00:00,20,u1\n", at="2026-11-02 09:00:00")
    merchant.put("orders/b.csv", HEADER + "P1,2026-11-11 00:10:00,180,u1\n", at="2026-11-12 09:00:00")
    merchant.run()
    assert told(merchant) == [("orders/b.csv", "order_id", 1)]


@pytest.mark.parametrize(
    "row", ["001,2026-11-18 10:00:00,8,u1", "001,2026-11-19 10:00:00,10,u1", "001,2026-11-18,8,u1"]
)
def test_a_correction_is_a_correction(merchant, row):
    merchant.put("orders/a.csv", MONDAY, at="2026-11-19 01:00:00")
    merchant.put("orders/b.csv", HEADER + row + "\n", at="2026-11-20 01:00:00")
    merchant.run()
    assert told(merchant) == []


def test_numbers_of_refunds_too(merchant):
    merchant.put("refunds/a.csv", REFUNDS.format("1,O1,2026-11-20 09:00:00,5"), at="2026-11-20 20:00:00")
    merchant.put("refunds/b.csv", REFUNDS.format("1,O2,2026-11-21 09:00:00,6"), at="2026-11-21 20:00:00")
    merchant.run()
    assert told(merchant) == [("refunds/b.csv", "refund_id", 1)]


FIGURES = {
    "ad_spend": ("日期,消耗{}\n2026-11-01,{}{}\n", "账户ID"),
    "group_days": ("群名称,日期,群成员数{}\n一群,2026-11-01,{}{}\n", "平台"),
}


@pytest.mark.parametrize("folder", FIGURES)
@pytest.mark.parametrize(("second", "is_told"), [("90", True), ("100", False)])
def test_two_files_of_a_day_that_do_not_say_of_which_account_or_platform(merchant, folder, second, is_told):
    text, _ = FIGURES[folder]
    merchant.put(f"{folder}/a.csv", text.format("", "100", ""), at="2026-11-02 09:00:00")
    merchant.put(f"{folder}/b.csv", text.format("", second, ""), at="2026-11-03 09:00:00")
    merchant.run()
    told = merchant.rows("select path, subject, rows from ops.notices where code = 'other_figures'")
    assert told == ([(f"{folder}/b.csv", folder, 1)] if is_told else [])


@pytest.mark.parametrize("folder", FIGURES)
def test_where_they_say_it_a_correction_is_one(merchant, folder):
    text, column = FIGURES[folder]
    cell = {"账户ID": "acc1", "平台": "抖音"}[column]
    merchant.put(f"{folder}/a.csv", text.format(f",{column}", "100", f",{cell}"), at="2026-11-02 09:00:00")
    merchant.put(f"{folder}/b.csv", text.format(f",{column}", "90", f",{cell}"), at="2026-11-03 09:00:00")
    merchant.run()
    assert "other_figures" not in merchant.told()


def test_two_of_day_amount_and_buyer(merchant):
    """The amount alike: another day and another buyer under the number are another order all the same."""
    merchant.put("orders/a.csv", HEADER + "1,2026-10-05 10:00:00,99,u1\n", at="2026-11-01 09:00:00")
    merchant.put("orders/b.csv", HEADER + "1,2026-11-05 10:00:00,99,u2\n", at="2026-12-01 09:00:00")
    merchant.run()
    assert told(merchant) == [("orders/b.csv", "order_id", 1)]


NUMBERED = {
    "live_sessions": "live_session_id,started_at,host_id,paid_amount\n1,{} 19:00:00,小林,5000\n",
    "pushes": "消息ID,发送时间,消息类型\n1,{} 10:00:00,text\n",
}


@pytest.mark.parametrize("folder", ["live_sessions", "pushes"])
@pytest.mark.parametrize(("day", "is_told"), [("2026-11-02", True), ("2026-10-02", False)])
def test_a_session_or_push_of_another_day(merchant, folder, day, is_told):
    merchant.put(f"{folder}/a.csv", NUMBERED[folder].format("2026-10-02"), at="2026-11-20 09:00:00")
    merchant.put(f"{folder}/b.csv", NUMBERED[folder].format(day) + "\n", at="2026-11-21 09:00:00")
    merchant.run()
    assert [path for path, _, _ in told(merchant)] == ([f"{folder}/b.csv"] if is_told else [])


@pytest.mark.parametrize("newer", ["日期,消耗\n2026-11-01,131.37\n", "日期,消耗,成交金额\n2026-11-01,131.37,\n"])
def test_a_day_told_again_with_less(merchant, newer):
    """The key of these tables holds a date."""
    merchant.put("ad_spend/a.csv", "日期,消耗,成交金额\n2026-11-01,130,600\n", at="2026-11-02 09:00:00")
    merchant.put("ad_spend/b.csv", newer, at="2026-11-03 09:00:00")
    merchant.run()
    assert merchant.rows("select cost_amount::varchar, paid_amount::varchar from staging.ad_spend") == [
        ("131.37", "600.00")
    ]


@pytest.mark.parametrize(
    ("paid_at", "rows"),
    [
        ("2026-11-18 18:00:00", [("orders/b.csv", "order_id", 1)]),
        ("2026-11-18 10:00:35", []),  # the same time, told to the second
        ("2026-11-18", []),  # the same day, as far as is told
    ],
)
def test_another_buyer_at_another_hour_is_another_order_for_the_same_amount(merchant, paid_at, rows):
    """Two shops that sell one thing at one price; a nickname in one file and an id in the other is one order."""
    merchant.put("orders/a.csv", HEADER + "001,2026-11-18 10:00:00,10,u1\n", at="2026-11-19 01:00:00")
    merchant.put("orders/b.csv", HEADER + f"001,{paid_at},10,u2\n", at="2026-11-20 01:00:00")
    merchant.run()
    assert told(merchant) == rows


def test_the_buyer_may_be_told_by_a_phone(merchant):
    header = "订单号,付款时间,实付金额,收货人手机\n"
    merchant.put("orders/a.csv", header + "001,2026-11-18 10:00:00,10,13913570603\n", at="2026-11-19 01:00:00")
    merchant.put("orders/b.csv", header + "001,2026-11-18 10:00:00,30,18652910603\n", at="2026-11-20 01:00:00")
    merchant.run()
    assert told(merchant) == [("orders/b.csv", "order_id", 1)]


def test_a_file_in_which_no_cell_has_a_time(merchant):
    """Nothing of it is of any type, and still it is read beside what stands."""
    merchant.put("orders/a.csv", HEADER + "001,2026-11-18 10:00:00,10,u1\n", at="2026-11-19 01:00:00")
    merchant.run()
    merchant.put("orders/b.csv", HEADER + "\n", at="2026-11-20 01:00:00")
    merchant.put("orders/c.csv", HEADER + "001,,,\n", at="2026-11-20 01:00:00")
    merchant.run()
    assert merchant.one("select count(*) from staging.orders") == 1
