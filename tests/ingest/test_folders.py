"""The folder decides what a file is, and the header must then fit; elsewhere the header decides."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

MEMBERS = "group_id,user_id,event_at\n" + "".join(f"g1,u{n},2026-03-01 10:00:00\n" for n in range(50))
ORDERS = "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n"
EXPORT = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间\n1,11,已完成,10,2026-03-01 10:00:00\n"


@pytest.mark.parametrize("path", ["events/members.csv", "inbox/members.csv", "members.csv", "events/2026/members.csv"])
def test_a_list_of_members_is_no_group_with_49_copies(landing: Landing, path: str) -> None:
    file = landing.one(path, MEMBERS)
    assert (file.status, file.reason, file.rows_quarantined) == ("quarantined", "missing_column", 50)
    assert "column event" in landing.quarantine("expected")[0][0]
    assert landing.rows("groups") == landing.rows("events") == []


@pytest.mark.parametrize(
    ("path", "content", "home"),
    [
        ("doudian_aftersales/a.csv", ORDERS, "landing/orders/"),
        ("doudian_orders/a.csv", ORDERS, "landing/orders/"),
        ("orders/a.csv", EXPORT, "landing/doudian_orders/"),
        ("refunds/a.csv", ORDERS, "landing/orders/"),
        ("live_sessions_csv/a.csv", EXPORT, "landing/doudian_orders/"),
    ],
)
def test_a_file_in_the_wrong_folder_is_refused_and_told_where_it_belongs(
    landing: Landing, path: str, content: str, home: str
) -> None:
    file = landing.one(path, content)
    assert (file.status, file.rows_loaded) == ("quarantined", 0)
    assert home in landing.quarantine("expected")[0][0]
    assert landing.rows("orders") == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("inbox/a.csv", "doudian_orders"),
        ("a.csv", "doudian_orders"),
        ("抖店订单/a.csv", "doudian_orders"),
        ("doudian_orders/orders/a.csv", "doudian_orders"),  # a shop that is called orders
    ],
)
def test_the_outermost_telling_folder_counts_and_elsewhere_the_header(landing: Landing, path: str, source: str) -> None:
    assert landing.one(path, EXPORT).source == source


def test_a_workbook_is_what_its_folder_says_too(landing: Landing) -> None:
    """A sheet 基本信息 makes a live session of a workbook only where no folder says something else."""
    basics = [["直播时间", "2026-03-01 20:00~23:00"], ["主播抖音号", "a1"]]
    orders = [["order_id", "paid_at", "paid_amount"], ["1", "2026-03-01 10:00:00", "10"]]
    book = workbook({"基本信息": basics, "订单": orders})
    assert landing.one("orders/a.xlsx", book).source == "canonical_orders"
    assert landing.one("inbox/b.xlsx", workbook({"基本信息": basics})).source == "live_workbooks"


def test_a_header_that_fits_two_kinds_alike_is_asked_for(landing: Landing) -> None:
    text = "item_id,order_id,paid_amount,paid_at\n11,1,10,2026-03-01 10:00:00\n12,1,20,2026-03-01 10:00:00\n"
    assert landing.one("inbox/a.csv", text).reason == "ambiguous_source"
    ((expected,),) = landing.quarantine("expected")
    assert "landing/orders/ or landing/order_items/" in expected
    assert landing.one("order_items/a.csv", text.replace("20", "30")).source == "canonical_order_items"


def test_a_header_that_fits_another_source_better_is_told(landing: Landing) -> None:
    """A wide order list in order_items: read as items, as it was said to be."""
    header = "item_id,order_id,paid_amount,paid_at,buyer_id,phone,status,freight_amount,source,author_id"
    file = landing.one("order_items/a.csv", header + "\n11,1,10,2026-03-01 10:00:00,u1,,paid,0,直播,7\n")
    assert (file.source, file.match and file.match.why) == ("canonical_order_items", "it lies in landing/order_items/")
    assert file.notices[0].code == "other_source"
    assert "landing/orders/" in file.notices[0].said


def test_a_few_common_names_make_no_canonical_table_of_a_foreign_file(landing: Landing) -> None:
    """Half of the header must be the table's own, where no folder says so."""
    header = "订单号,付款时间,实付款,商品A,商品B,商品C,商品D"
    row = "1,2026-03-01 10:00:00,10,a,b,c,d"
    assert landing.one("inbox/a.csv", f"{header}\n{row}\n").status == "quarantined"
    assert "if it is that, put it into landing/orders/" in landing.quarantine("expected")[0][0]
    assert landing.one("orders/a.csv", f"{header}\n{row}x\n").source == "canonical_orders"
