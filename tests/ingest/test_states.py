"""Words where money is decided: closed lists, and what stands in a state's bracket counts."""

from __future__ import annotations

import pytest

from .conftest import Landing

ORDERS = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间,售后状态\n"
CASES = (
    "售后单号,订单号,商品单号,售后状态,售后类型,退商品金额（元）,退运费金额（元）,"
    "售后申请时间,商家退款时间,用户到账时间,售后完结时间\n"
)
TIMES = "2026-03-06 10:00:00,2026-03-07 10:00:00,2026-03-07 10:05:00,2026-03-07 10:05:00"


def order(item: str, status: str, after_sale: str = "-", amount: str = "10.00", main: str = "") -> str:
    return f"{main or item},{item},{status},{amount},2026-03-05 10:00:00,2026-03-05 10:01:00,{after_sale}\n"


def case(number: int, status: str, kind: str = "仅退款") -> str:
    return f"{number},72{number},72{number},{status},{kind},100.00,0.00,{TIMES}\n"


def test_final_words_of_a_case_are_known(landing: Landing, each_way: str) -> None:
    """Case 12: four spellings of "the money went back", and one case that is still open."""
    words = ["退款成功", "售后完成", "退款完成", "完成售后", "已退款", "同意退款，退款成功", "退款中"]
    landing.one("doudian_aftersales/a.csv", CASES + "".join(case(n, word) for n, word in enumerate(words, 140)))
    assert landing.rows("refunds", "status") == [("requested",), *[("succeeded",)] * 6]


@pytest.mark.parametrize("word", ["退款挂起", "部分退款", "退款成功待复核", "退款成功（待复核）"])
def test_a_case_whose_state_nobody_knows_is_refused_by_name(landing: Landing, each_way: str, word: str) -> None:
    landing.one("doudian_aftersales/a.csv", CASES + case(140, "退款成功") + case(141, word))
    assert landing.rows("refunds", "refund_id") == [("140",)]
    assert landing.quarantine("line, column_name, reason, found") == [(3, "售后状态", "unknown_value", word)]


def test_a_kind_that_pays_nothing_and_one_that_nobody_knows(landing: Landing, each_way: str) -> None:
    rows = case(140, "售后完成", "换货") + case(141, "售后完成", "退货退款") + case(142, "售后完成", "以旧换新")
    landing.one("doudian_aftersales/a.csv", CASES + rows)
    assert landing.rows("refunds", "refund_id, status") == [("140", "failed"), ("141", "succeeded")]
    assert landing.quarantine("line, column_name, found") == [(4, "售后类型", "以旧换新")]


@pytest.mark.parametrize(
    ("word", "status"),
    [("已完成（退款成功）", None), ("已完成(退款成功)", None), ("已发货（部分退款）", None),
     ("已完成（已收货）", "completed"), ("已发货（全部）", "shipped"), ("已 完成", "completed")],
)  # fmt: skip
def test_what_stands_in_a_states_bracket_counts(landing: Landing, each_way: str, word: str, status: str | None) -> None:
    landing.one("doudian_orders/a.csv", ORDERS + order("1", word))
    assert [row[0] for row in landing.rows("orders", "status")] == ([status] if status else [])
    assert landing.quarantine("column_name, reason, found") == ([] if status else [("订单状态", "unknown_value", word)])


def test_the_export_itself_says_that_money_went_back(landing: Landing, each_way: str) -> None:
    """Case 16: what an order's own file tells of its after-sale case stands beside it, item by item."""
    rows = [order("7501", "已完成", "退款成功", "28.90"), order("7502", "已完成", "-", "30.00")]
    rows += [order("75031", "已完成", "退款成功", "1.00", "7503"), order("75032", "已完成", "退款中", "2.00", "7503")]
    rows += [order("7504", "已完成", "售后关闭"), order("7505", "已完成", "部分退款")]
    landing.one("doudian_orders/a.csv", ORDERS + "".join(rows))
    assert landing.rows("orders", "order_id, after_sale_status, after_sale_amount::varchar") == [
        ("7501", "succeeded", "28.90"),
        ("7502", None, None),
        ("7503", "succeeded", "1.00"),
        ("7504", "failed", None),
        ("7505", None, None),
    ]
    assert landing.quarantine("column_name, reason, found, is_cell") == [
        ("售后状态", "unknown_value", "部分退款", True)
    ]


def test_an_own_file_says_it_in_its_own_words(landing: Landing, each_way: str) -> None:
    rows = [
        "a,2026-03-01 10:00:00,10.00,退款成功",
        "b,2026-03-01 10:00:00,10.00,无售后",
        "c,2026-03-01 10:00:00,10.00,部分退款",
    ]
    landing.one("orders/a.csv", "订单号,付款时间,实付金额,售后状态\n" + "\n".join(rows) + "\n")
    said = [("a", "succeeded"), ("b", "none"), ("c", None)]
    assert landing.rows("orders", "order_id, after_sale_status") == said
    assert landing.quarantine("column_name, reason, found, is_cell") == [
        ("售后状态", "unknown_value", "部分退款", True)
    ]
