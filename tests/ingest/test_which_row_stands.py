"""From files to core: columns that a file does not have, lines given as orders, old copies that arrive last, shops.

Each test is a small case with its right result; the properties at the end hold for any split and order of arrival.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.building import refresh
from pipelines.core import begin_pass, core_tables
from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text
from tests.worlds import needed_core

FAST = settings(
    max_examples=examples(4, 16), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DOUDIAN = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间"


def core(landing: Landing, *names: str) -> None:
    """These tables of core, with all that they read."""
    needed = needed_core(set(names))
    core_pass = begin_pass(landing.connection, landing.settings, date(2026, 12, 31), full=True)
    for table in core_tables():
        if table.qualified in needed:
            refresh(landing.connection, table, landing.settings, core_pass)


def orders(landing: Landing, columns: str = "order_id, net_amount", *more: str) -> list[tuple[Any, ...]]:
    core(landing, "core.orders", *more)
    return landing.connection.execute(f"select {columns} from core.orders order by all").fetchall()


def staged(landing: Landing, table: str, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(str(v) if isinstance(v, Decimal) else v for v in row) for row in landing.rows(table, columns)]


def notices(landing: Landing) -> list[tuple[Any, ...]]:
    return landing.connection.execute("select path, code, subject, rows from ops.notices order by all").fetchall()


# --- a column that a file does not have -------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ["wide", "narrow"])
def test_a_narrower_export_does_not_wipe_the_buyer(landing: Landing, last: str) -> None:
    """Orders a and b of buyer p, ten days apart; a newer file has b alone and no buyer: b is still p's."""
    files = {
        "wide": ("order_id,paid_at,paid_amount,buyer_id\na,2026-03-01 10:00:00,10,p\nb,2026-03-11 10:00:00,10,p\n", 1),
        "narrow": ("order_id,paid_at,paid_amount\nb,2026-03-11 10:00:00,12\n", 2),
    }
    for name in sorted(files, key=lambda name: name == last):
        content, day = files[name]
        landing.one(f"orders/{name}.csv", content, at=f"2026-04-0{day} 00:00:00")
    assert staged(landing, "orders", "order_id, buyer_id, paid_amount, file_row") == [
        ("a", "p", "10.00", 2), ("b", "p", "12.00", 2),
    ]  # fmt: skip
    assert orders(landing, "order_id, order_no, purchase_no") == [("a", 1, 1), ("b", 2, 2)]
    ledger = landing.sql("select path, rows_loaded, rows_superseded from ops.files order by path")
    assert [tuple(row.values()) for row in ledger] == [("orders/narrow.csv", 1, 0), ("orders/wide.csv", 1, 1)]


def test_an_empty_cell_empties_nothing(landing: Landing) -> None:
    landing.one("orders/1.csv", "order_id,paid_at,paid_amount,buyer_id,campaign_id\na,2026-03-01,10,p,c\n")
    landing.one("orders/2.csv", "order_id,paid_at,paid_amount,buyer_id\na,2026-03-01,10,\n")
    assert landing.rows("orders", "buyer_id, campaign_id") == [("p", "c")]


def test_a_default_never_replaces_what_was_told(landing: Landing) -> None:
    """A file without a status says nothing of it: the order stays cancelled, in one source and across two."""
    landing.one("orders/1.csv", "order_id,paid_at,paid_amount,status,platform\na,2026-03-01,10,cancelled,douyin\n")
    landing.one("orders/2.csv", "order_id,paid_at,paid_amount,author_id,platform\na,2026-03-01,10,h1,douyin\n")
    assert landing.rows("orders", "status, author_id") == [("cancelled", "h1")]
    landing.one(
        "doudian_orders/1.csv", f"{DOUDIAN},订单类型\nb,b1,已关闭,10,2026-03-01 10:00:00,2026-03-01 10:00:00,寄样\n"
    )
    landing.one("orders/3.csv", "order_id,paid_at,paid_amount,author_id,platform\nb,2026-03-01,10,h1,douyin\n")
    assert orders(landing, "order_id, status, order_kind, author_id") == [
        ("a", "cancelled", "normal", "h1"), ("b", "cancelled", "sample", "h1"),
    ]  # fmt: skip


def test_the_type_of_an_id_goes_with_the_id(landing: Landing) -> None:
    landing.one("orders/1.csv", "order_id,paid_at,paid_amount,buyer_id,buyer_id_type\na,2026-03-01,10,p,open_id\n")
    landing.one("orders/2.csv", "order_id,paid_at,paid_amount\na,2026-03-01,11\n")
    assert landing.rows("orders", "buyer_id, buyer_id_type") == [("p", "open_id")]
    landing.one("orders/3.csv", "order_id,paid_at,paid_amount,buyer_id\na,2026-03-01,12,q\n")
    assert landing.rows("orders", "buyer_id, buyer_id_type") == [("q", "user_id")]


def test_a_time_that_is_guessed_replaces_none_that_was_told(landing: Landing) -> None:
    """A 抖店 export without 支付完成时间 counts at its 订单提交时间, unless an earlier one knew better."""
    landing.one(
        "doudian_orders/1.csv", f"{DOUDIAN},订单类型\na,a1,已发货,10,2026-03-01 10:00:00,2026-03-01 11:00:00,寄样\n"
    )
    landing.one(
        "doudian_orders/2.csv",
        "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间\na,a1,已完成,10,2026-03-01 10:00:00\n",
    )
    assert landing.rows("orders", "paid_at, status, order_kind") == [(datetime(2026, 3, 1, 11), "completed", "sample")]


@pytest.mark.parametrize(
    ("table", "wide", "narrow", "columns", "expected"),
    [
        ("groups", "group_id,name,follow_days_required\ng,红,7\n", "group_id,name\ng,蓝\n",
         "name, follow_days_required", ("蓝", 7)),
        ("live_sessions", "live_session_id,started_at,viewers,orders\nl,2026-03-01 20:00,5,6\n",
         "live_session_id,started_at,orders\nl,2026-03-01 20:00,7\n", "viewers, orders", (5, 7)),
        ("events", "event_id,user_id,event,event_at,group_id\ne,u,group_join,2026-03-01 20:00,g\n",
         "event_id,user_id,event,event_at\ne,u,group_join,2026-03-01 21:00\n", "group_id, event_at",
         ("g", datetime(2026, 3, 1, 21))),
        ("pushes", "message_id,sent_at,group_id,opened\nm,2026-03-01,g,5\n",
         "message_id,sent_at,opened\nm,2026-03-01,9\n",
         "group_id, opened", ("g", 9)),
        ("refunds", "refund_id,order_id,refunded_at,refund_amount,status\nr,o,2026-03-01,5,failed\n",
         "refund_id,order_id,refunded_at,refund_amount\nr,o,2026-03-01,5\n", "status, order_id", ("failed", "o")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("last", ["wide", "narrow"])
def test_of_every_table(
    landing: Landing, table: str, wide: str, narrow: str, columns: str, expected: tuple[Any, ...], last: str
) -> None:
    for name, content, day in sorted([("wide", wide, 1), ("narrow", narrow, 2)], key=lambda file: file[0] == last):
        landing.one(f"{table}/{name}.csv", content, at=f"2026-04-0{day} 00:00:00")
    assert landing.rows(table, columns) == [expected]


# --- sums over survivors ----------------------------------------------------------------------------------------------


def test_an_order_with_a_refused_line_has_no_total_until_it_is_mended(landing: Landing) -> None:
    also = ("order_id, net_amount", "core.unmatched")
    lines = "7301,73011,已完成,100.00,2026-03-01 10:00:00,2026-03-01 10:01:00\n7301,73012,已完成,{},2026-03-01 10:00:00,2026-03-01 10:01:00\n7302,73021,已完成,5,2026-03-01 10:00:00,2026-03-01 10:01:00\n"  # noqa: E501
    landing.one("doudian_orders/a.csv", f"{DOUDIAN}\n" + lines.format("50.00元整"))
    assert orders(landing, *also) == [("7302", Decimal("5.00"))]
    told = "select kind, why, rows, amount, example from core.unmatched"
    assert landing.connection.execute(told).fetchall() == [("items", "order_waits", 1, Decimal("100.00"), "7301")]
    landing.one("doudian_orders/b.csv", f"{DOUDIAN}\n7301,73012,已完成,50.00,2026-03-01 10:00:00,2026-03-01 10:01:00\n")
    assert orders(landing, "order_id, net_amount", "core.unmatched") == [
        ("7301", Decimal("150.00")),
        ("7302", Decimal("5.00")),
    ]
    assert landing.connection.execute(told).fetchall() == []


@pytest.mark.parametrize("first", ["broken", "whole"])
def test_a_line_that_stood_before_it_was_refused_still_counts(landing: Landing, first: str) -> None:
    row = "7301,73011,已完成,{},2026-03-01 10:00:00,2026-03-01 10:01:00\n"
    files = {"whole": (row.format("100"), 1), "broken": (row.format("many"), 2)}
    for name in sorted(files, key=lambda name: name != first):
        landing.one(
            f"doudian_orders/{name}.csv", f"{DOUDIAN}\n{files[name][0]}", at=f"2026-04-0{files[name][1]} 00:00:00"
        )
    assert orders(landing) == [("7301", Decimal("100.00"))]


def test_a_line_whose_number_is_lost_waits_for_a_later_export(landing: Landing) -> None:
    row = "7301,{},已完成,40,2026-03-01 10:00:00,2026-03-01 10:01:00\n"
    landing.one("doudian_orders/a.csv", f"{DOUDIAN}\n" + row.format("73011") + row.format("6.92E+18"))
    assert orders(landing) == []
    landing.one("doudian_orders/b.csv", f"{DOUDIAN}\n" + row.format("73011") + row.format("73012"))
    assert orders(landing) == [("7301", Decimal("80.00"))]


def test_a_line_that_cannot_be_cut_takes_the_total_of_its_order_too(landing: Landing, each_way: str) -> None:
    """1,050.00 without quotes: one cell too many, and the number of the order stands before it."""
    row = "{},{},已完成,{},2026-03-01 10:00:00,2026-03-01 10:01:00\n"
    lines = [
        row.format("\t7301", "73011", "100"),
        row.format("\t7301", "73012", "1,050.00"),
        row.format("7302", "73021", 5),
    ]
    landing.one("doudian_orders/a.csv", f"{DOUDIAN}\n" + "".join(lines))
    assert orders(landing) == [("7302", Decimal("5.00"))]
    landing.one("doudian_orders/b.csv", f"{DOUDIAN}\n" + lines[0] + row.format("7301", "73012", "1050.00"))
    assert orders(landing) == [("7301", Decimal("1150.00")), ("7302", Decimal("5.00"))]


def test_lines_given_as_orders_are_set_aside_whole(landing: Landing, each_way: str) -> None:
    """Also lines that are alike in all that is read: they differ in the product. A row repeated as it stands is one."""
    header = "order_id,paid_at,paid_amount,buyer_id,platform,product_name\n"
    lines = [
        "L1,2026-03-03 10:00:00,100.00,l1,wecom,裙\n",
        "L1,2026-03-03 10:00:00,50.00,l1,wecom,衫\n",
        "L2,2026-03-03 11:00:00,30.00,l2,wecom,红袜\n",
        "L2,2026-03-03 11:00:00,30.00,l2,wecom,蓝袜\n",
        "L3,2026-03-03 11:00:00,20.00,l3,wecom,帽\n",
        "L3,2026-03-03 11:00:00,20.00,l3,wecom,帽\n",
    ]
    landing.one("orders/a.csv", header + "".join(lines))
    assert staged(landing, "orders", "order_id, paid_amount") == [("L3", "20.00")]
    said = landing.quarantine("line, reason, expected")
    assert [line for line, *_ in said] == [2, 3, 4, 5]
    assert all(reason == "duplicate_key" and "order_items" in expected for _, reason, expected in said)


def test_hours_of_a_day_are_not_the_day(landing: Landing, each_way: str) -> None:
    """Spend by the hour: the last hour stood for the day, 12.00 of 33.00. Two hours may have cost the same."""
    rows = ["1,0:00,p1,10.00", "1,1:00,p1,11.00", "1,2:00,p1,12.00", "2,0:00,p1,5.00", "2,1:00,p1,5.00", "2,0:00,p2,7"]
    landing.one("ad_spend/a.csv", "日期,时段,计划ID,消耗\n" + "".join(f"2026-03-0{row}\n" for row in rows))
    assert staged(landing, "ad_spend", "ad_id, cost_amount") == [("p2", "7.00")]
    assert [line for line, *_ in landing.quarantine("line, expected")] == [2, 3, 4, 5, 6]


def test_groups_of_a_message_are_not_the_message(landing: Landing, each_way: str) -> None:
    rows = "M1,2026-03-01 10:00,g1,200\nM1,2026-03-01 10:00,g2,300\nM2,2026-03-01 10:00,g1,50\n"
    landing.one("pushes/a.csv", "消息ID,发送时间,群ID,发送人数\n" + rows)
    assert staged(landing, "pushes", "message_id, sent") == [("M2", 50)]
    assert "message_id of its own" in landing.quarantine("expected")[0][0]


def test_lines_of_a_refund_are_set_aside_whole(landing: Landing) -> None:
    header = "refund_id,order_id,refunded_at,refund_amount\n"
    landing.one("refunds/a.csv", header + "r,o,2026-03-01,10\nr,o,2026-03-01,20\ns,o,2026-03-01,5\n")
    assert staged(landing, "refunds", "refund_id, refund_amount") == [("s", "5.00")]


@pytest.mark.parametrize(
    ("table", "header", "row", "keys"),
    [
        ("groups", "group_id,user_id,event_at", "g{key},u{n},2026-03-01", 1),
        ("orders", "order_id,paid_at,paid_amount,item", "o{key},2026-03-01,{n},i{n}", 2),
        ("order_items", "item_id,order_id,paid_amount", "s{key},o{n},5", 3),
        ("live_sessions", "live_session_id,started_at,product", "l{key},2026-03-01 20:00,p{n}", 1),
    ],
)
def test_a_wholesale_collapse_onto_few_keys_is_refused(
    landing: Landing, table: str, header: str, row: str, keys: int
) -> None:
    rows = [row.format(n=n, key=n % keys) for n in range(50)]
    file = landing.one(f"{table}/a.csv", "\n".join([header, *rows]) + "\n")
    assert (file.status, file.reason, file.rows_quarantined) == ("quarantined", "rows_collapse", 50)
    assert landing.rows(table) == []


def test_copies_of_one_row_are_no_collapse(landing: Landing) -> None:
    landing.one("groups/a.csv", "group_id,name\n" + "g1,红\n" * 50)
    assert landing.rows("groups", "group_id, name") == [("g1", "红")]


def test_rows_alike_in_all_that_is_read_are_told(landing: Landing) -> None:
    landing.one("groups/a.csv", "group_id,name,member\ng1,红,u1\ng1,红,u2\ng2,蓝,u3\n")
    assert len(landing.rows("groups")) == 2
    assert ("groups/a.csv", "rows_alike", "groups", 1) in notices(landing)


def test_a_sub_order_closed_and_never_paid_adds_nothing(landing: Landing) -> None:
    rows = [
        "A,A1,已完成,40.00,2026-03-01 10:00:00,2026-03-01 10:01:00\n",
        "A,A2,已关闭,25.00,2026-03-01 10:00:00,-\n",
        "B,B1,已关闭,29.90,2026-03-01 10:00:00,2026-03-01 10:01:00\n",
        "C,C1,已关闭,7.00,2026-03-01 10:00:00,-\n",
    ]
    landing.one("doudian_orders/a.csv", f"{DOUDIAN}\n" + "".join(rows))
    assert orders(landing, "order_id, paid_amount, status") == [
        ("A", Decimal("40.00"), "completed"), ("B", Decimal("29.90"), "cancelled"),
    ]  # fmt: skip


# --- newer by content -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["1791430000_a.csv", "1791213782_b.csv"])
def test_the_second_of_the_export_is_in_the_name(landing: Landing, first: str) -> None:
    """The newer export says closed; copying gave the older one the later time of change."""
    row = "7401,7401,{},20.00,2026-03-25 10:00:00,2026-03-25 10:01:00\n"
    files = {"1791430000_a.csv": ("已关闭", 1), "1791213782_b.csv": ("已发货", 2)}
    for name in sorted(files, key=lambda name: name != first):
        state, day = files[name]
        landing.one(f"doudian_orders/{name}", f"{DOUDIAN}\n" + row.format(state), at=f"2026-11-0{day} 00:00:00")
    assert orders(landing, "order_id, status, is_kept") == [("7401", "cancelled", False)]
    assert notices(landing) == []


TIMES_IN_NAMES = [
    ("1791430000_a.csv", "2026-10-08 11:26:40"),
    ("订单20260301123000导出.csv", "2026-03-01 12:30:00"),
    ("orders_2026-03-01_12-30-00.csv", "2026-03-01 12:30:00"),
    ("orders 2026-03-01 12.30.csv", "2026-03-01 12:30:00"),
    ("orders-20260301-1230.csv", "2026-03-01 12:30:00"),
    ("1791430000123.csv", "2026-10-08 11:26:40.123"),
    ("orders_20260301.csv", None),
    ("6917926768823643761.csv", None),
    ("9991430000_a.csv", None),
    ("0012345678_a.csv", None),
    ("2026-13-01_12-30-00.csv", None),
]


def test_times_in_names(landing: Landing) -> None:
    """A day alone may be the day that is told; a time ahead of today is none, nor is one before these platforms."""
    for number, (name, _) in enumerate(TIMES_IN_NAMES):
        row = {"order_id": f"A{number}", "paid_at": "2026-03-01", "paid_amount": "5"}
        landing.write(f"orders/{name}", csv_text([row]), at="2026-11-05 10:05:00")
    landing.ingest()
    told = landing.sql("select path, exported_at, modified_at from ops.files")
    known = {row["path"]: row["exported_at"] for row in told}
    assert {row["modified_at"] for row in told} == {datetime.fromisoformat("2026-11-05 10:05:00")}
    assert known == {
        f"orders/{name}": datetime.fromisoformat(expected or "2026-11-05 10:05:00") for name, expected in TIMES_IN_NAMES
    }


@pytest.mark.parametrize("last", ["further", "back"])
@pytest.mark.parametrize(
    ("table", "header", "further", "back", "column"),
    [
        ("orders", "order_id,paid_at,paid_amount,status", "a,2026-03-01,9,cancelled", "a,2026-03-01,9,paid", "status"),
        ("orders", "order_id,paid_at,paid_amount,status", "a,2026-03-01,9,completed", "a,2026-03-01,9,paid", "status"),
        ("refunds", "refund_id,order_id,refunded_at,refund_amount,status", "r,o,2026-03-01,10,succeeded",
         "r,o,2026-03-01,10,requested", "status"),
    ],
)  # fmt: skip
def test_a_state_that_goes_back_is_held_and_told(
    landing: Landing, table: str, header: str, further: str, back: str, column: str, last: str
) -> None:
    files = {"further": (further, 1), "back": (back, 2)}
    for name in sorted(files, key=lambda name: name == last):
        row, day = files[name]
        landing.one(f"{table}/{name}.csv", f"{header}\n{row}\n", at=f"2026-04-0{day} 00:00:00")
    assert landing.rows(table, column) == [(further.split(",")[-1],)]
    assert notices(landing) == [(f"{table}/back.csv", "state_goes_back", table, 1)]


# --- shops ------------------------------------------------------------------------------------------------------------


def test_two_shops_have_one_number(landing: Landing) -> None:
    header = "order_id,paid_at,paid_amount,buyer_id,shop_id\n"
    landing.one("orders/north.csv", header + "1001,2026-03-01 10:00:00,100.00,a1,north\n1002,2026-03-01,50,a2,north\n")
    landing.one("orders/south.csv", header + "1001,2026-03-02 10:00:00,70.00,s1,south\n1002,2026-03-02,30,s2,south\n")
    core(landing, "core.orders")
    sums = "select shop_id, sum(paid_amount) from core.orders group by all order by all"
    assert landing.connection.execute(sums).fetchall() == [("north", Decimal("150.00")), ("south", Decimal("100.00"))]


def test_items_and_credit_notes_of_two_shops_stay_apart(landing: Landing) -> None:
    header = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
    landing.one("shop_lines/north/a.csv", header + "1001,s,1,2026-03-01 10:00:00,100,c1\n")
    landing.one("shop_lines/south/a.csv", header + "1001,s,1,2026-03-01 10:00:00,70,c2\n")
    landing.one("shop_lines/south/b.csv", header + "C1,s,-1,2026-03-02 10:00:00,20,c2\n")
    assert orders(landing, "shop_id, order_id, net_amount") == [
        ("north", "1001", Decimal("100.00")), ("south", "1001", Decimal("50.00")),
    ]  # fmt: skip


# --- the order's own file says that it was refunded -------------------------------------------------------------------


def test_an_order_refunded_by_its_own_file(landing: Landing) -> None:
    """All of it, or the amount told; where a refund is told, that decides."""
    landing.one(
        "orders/a.csv",
        "order_id,paid_at,paid_amount,after_sale_status,after_sale_amount\n"
        "a,2026-03-01,28.90,succeeded,\nb,2026-03-01,30,none,\nc,2026-03-01,30,succeeded,10\n"
        "d,2026-03-01,30,succeeded,\ne,2026-03-01,30,requested,\n",
    )
    landing.one("refunds/a.csv", "refund_id,order_id,refunded_at,refund_amount\nr,d,2026-03-02,4\n")
    assert orders(landing, "order_id, is_kept, net_amount::varchar") == [
        ("a", False, "0.00"), ("b", True, "30.00"), ("c", True, "20.00"), ("d", True, "26.00"), ("e", True, "30.00"),
    ]  # fmt: skip


# --- any order of arrival ---------------------------------------------------------------------------------------------

COLUMNS = ("buyer_id", "campaign_id", "status", "author_id")
WORDS = {"status": ["paid", "shipped", "completed"]}


@st.composite
def shaped_files(draw: st.DrawFn) -> list[tuple[int, tuple[str, ...], list[dict[str, Any]]]]:
    """Files of different columns: (minute of the file, its columns, rows); states only go on as time does."""
    files = []
    for minute in draw(st.permutations(range(draw(st.integers(2, 5))))):
        columns = tuple(sorted(draw(st.sets(st.sampled_from(COLUMNS)))))
        rows = []
        for number in draw(st.sets(st.integers(0, 2), min_size=1)):
            row: dict[str, Any] = {"order_id": f"A{number}", "paid_at": "2026-03-01", "paid_amount": f"{minute}.00"}
            for column in columns:
                row[column] = "completed" if column == "status" else draw(st.sampled_from(["", "x", "y"]))
            rows.append(row)
        files.append((minute, columns, rows))
    return files


@FAST
@given(files=shaped_files())
def test_of_each_column_the_newest_copy_that_has_it(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, files: list[Any]
) -> None:
    """Any number of copies of any columns, in any order of arrival."""
    merchant = Landing(tmp_path_factory.mktemp("home"), landing.connection)
    for minute, _, rows in files:
        merchant.one(f"orders/{minute}.csv", csv_text(rows), at=f"{datetime(2026, 4, 1) + timedelta(minutes=minute)}")
    expected: dict[str, dict[str, Any]] = {}
    for _, columns, rows in sorted(files, key=lambda file: file[0]):
        for row in rows:
            told = {column: row[column] for column in ("paid_amount", *columns) if row[column]}
            expected.setdefault(row["order_id"], dict.fromkeys(COLUMNS) | {"status": "paid"}).update(told)
    listed = ", ".join(["order_id", "paid_amount", *COLUMNS])
    held = {
        row[0]: dict(zip(["paid_amount", *COLUMNS], row[1:], strict=True)) for row in staged(merchant, "orders", listed)
    }
    assert held == expected
    assert sum(row["n"] for row in merchant.sql("select rows_loaded as n from ops.files")) == len(expected)
    assert [tuple(row.values()) for row in merchant.sql(
        "select f.rows_loaded, count(o.order_id) from ops.files f left join staging.orders o using (file_id) "
        "group by f.file_id, f.rows_loaded having f.rows_loaded <> count(o.order_id)")] == []  # fmt: skip


ITEM_COLUMNS = ("订单类型", "达人ID", "流量来源", "支付完成时间")


@FAST
@given(data=st.data())
def test_sums_of_items_do_not_depend_on_the_order_of_arrival(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Exports of different columns, states that go back, lines that are refused: the same whole rows in any order."""
    exports = []
    for minute in range(data.draw(st.integers(2, 4))):
        columns = sorted(data.draw(st.sets(st.sampled_from(ITEM_COLUMNS)))) if minute else list(ITEM_COLUMNS)
        names = data.draw(st.sets(st.sampled_from(["A1", "A2", "B1"]), min_size=1))
        rows = [
            {"主订单编号": name[0], "子订单编号": name, "订单提交时间": "2026-03-01 10:00:00",
             "订单应付金额": data.draw(st.sampled_from([f"{minute}.00", "many"])),
             "订单状态": data.draw(st.sampled_from(["已支付", "已发货", "已关闭"]))}
            | {column: f"2026-03-01 11:0{minute}:00" if "时间" in column else f"{minute}" for column in columns}
            for name in sorted(names)
        ]  # fmt: skip
        exports.append((minute, rows))
    seen = []
    for turn in (exports, data.draw(st.permutations(exports))):
        merchant = Landing(tmp_path_factory.mktemp("home"), landing.connection)
        for minute, rows in turn:
            merchant.one(f"doudian_orders/{minute}.csv", csv_text(rows), at=f"2026-04-01 00:0{minute}:00")
        columns = "order_id, status, paid_amount, order_kind, author_id, source, paid_at, version_at"
        seen.append((merchant.rows("orders", columns), merchant.rows("order_items", "* exclude (file_id, shape)")))
    assert seen[0] == seen[1]
