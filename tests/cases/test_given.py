"""Small files that came out wrong once, each with its right result; the names say the kind of fault."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.cases.conftest import GIVEN, Merchant

ORDERS = "select count(*), sum(paid_amount) from core.orders"


def repurchase(merchant: Merchant, month: str, days: int) -> list[tuple]:
    return merchant.metric(
        "repurchase",
        "buyers, mature_buyers, repeat_buyers, repurchase_rate",
        f"segment_by = 'all' and cohort_month = date '{month}' and window_days = {days}",
    )


def test_a_source_that_stopped_has_its_own_clock(merchant):
    merchant.given("01-stale-source/orders.csv", "orders")
    merchant.given("01-stale-source/events.csv", "events")
    merchant.run()
    assert repurchase(merchant, "2026-06-01", 30) == [(6, 0, 0, None)]
    assert repurchase(merchant, "2026-05-01", 90) == [(6, 0, 0, None)]
    assert repurchase(merchant, "2026-05-01", 30) == [(6, 6, 3, 0.5)]
    assert merchant.rows("select last_date from core.clocks where kind = 'orders' and platform = 'wechat'") == [
        (date(2026, 6, 12),)
    ]


def test_a_day_exported_before_its_end_is_no_whole_day(merchant):
    merchant.given("03-half-day.csv", "orders", at="2026-11-05 10:05:00")
    merchant.run()
    assert merchant.as_of == date(2026, 11, 4)
    assert merchant.one("select last_date from core.clocks where kind = 'orders'") == date(2026, 11, 4)
    assert merchant.one("select max(date) from core.source_days where kind = 'orders'") == date(2026, 11, 4)
    merchant.run(as_of="2026-11-05")
    clock = merchant.row("select last_date, cut_date from core.clocks where kind = 'orders'")
    assert clock == (date(2026, 11, 4), date(2026, 11, 5))


def test_two_shops_number_their_orders_alike(merchant):
    for shop in ("north", "south"):
        merchant.given(f"04-two-shops/{shop}.csv", "orders")
    merchant.run()
    assert merchant.row(ORDERS) == (4, Decimal("250.00"))
    by_shop = merchant.rows("select shop_id, sum(paid_amount) from core.orders group by all order by all")
    assert by_shop == [("north", Decimal("150.00")), ("south", Decimal("100.00"))]


def test_a_header_further_down_is_a_header_again(merchant):
    merchant.given("05-joined-exports.csv", "doudian_orders")
    merchant.run()
    found = merchant.rows("select order_id, paid_amount, freight_amount from core.orders order by all")
    assert found == [("7101", Decimal("100.00"), Decimal("6.00")), ("7102", Decimal("200.00"), Decimal("0.00"))]


def test_units_of_a_header(merchant):
    merchant.given("06-header-units.csv", "live_sessions_csv")
    merchant.run()
    found = merchant.row("select paid_amount, average_watch_seconds, ad_cost_amount from core.live_sessions")
    assert found == (Decimal("35000.00"), 80.0, None)
    assert merchant.says("整体消耗(美元)")


def test_an_encoding_is_read_or_refused_never_guessed(merchant):
    merchant.given("08-big5.csv", "orders")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n")
    merchant.run()
    found = merchant.rows("select buyer_id, source from staging.orders where buyer_id is not null order by all")
    assert found in ([], [("張小姐", "直播間"), ("陳先生", "臉書廣告")])
    if not found:
        assert "bad_encoding" in merchant.told()


def test_nobody_is_not_a_buyer(merchant):
    merchant.given("09-guest-buyers.csv", "orders")
    merchant.run()
    assert merchant.row("select count(distinct person_id), count(*) - count(person_id) from core.orders") == (3, 5)
    assert repurchase(merchant, "2026-01-01", 30)[0][0] == 3
    assert repurchase(merchant, "2026-01-01", 30)[0][2] == 0


def test_a_refund_that_matches_no_order_is_told(merchant):
    merchant.given("11-refunds-without-order/orders.csv", "orders")
    merchant.given("11-refunds-without-order/refunds.csv", "refunds")
    merchant.run()
    matched = merchant.one("select refund_amount from core.orders where order_id like '%751'") == Decimal("200.00")
    told = merchant.rows("select rows, amount from core.unmatched where kind = 'refunds'")
    assert matched or told == [(1, Decimal("200.00"))]


def test_final_states_of_a_refund_are_final(merchant):
    merchant.given("12-aftersale-words/orders.csv", "doudian_orders")
    merchant.given("12-aftersale-words/aftersales.csv", "doudian_aftersales")
    merchant.run()
    found = merchant.rows("select order_id, refund_amount, is_kept from core.orders order by order_id")
    full = Decimal("100.00")
    expected = [(f"7201{n}", full, False) for n in range(4)]
    assert found == [*expected, ("72014", Decimal("0.00"), True)]


def test_lines_given_as_orders_have_no_total_of_their_last_line(merchant):
    merchant.given("13-lines-as-orders.csv", "orders")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n")
    merchant.run()
    found = merchant.rows("select order_id, paid_amount from core.orders where order_id like 'L%' order by all")
    assert found in ([], [("L1", Decimal("150.00")), ("L2", Decimal("60.00"))])
    if not found:
        assert merchant.says("order_items")


def test_an_order_with_a_refused_line_waits_for_it(merchant):
    merchant.given("14-one-line-refused.csv", "doudian_orders")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n")
    merchant.run()
    assert merchant.rows("select paid_amount from core.orders where order_id = '7301'") == []
    assert merchant.says("7301")
    header, first, second = (GIVEN / "14-one-line-refused.csv").read_text().splitlines()
    merchant.put(
        "doudian_orders/mended.csv", "\n".join([header, first, second.replace("元整", "")]), "2026-11-21 09:00"
    )
    merchant.run()
    assert merchant.rows("select paid_amount from core.orders where order_id = '7301'") == [(Decimal("150.00"),)]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_the_time_of_the_export_decides_not_that_of_the_copy(merchant, order):
    names = {"a": "1791430000_a.csv", "b": "1791213782_b.csv"}
    for hour, name in enumerate(order):
        merchant.given(f"15-old-export-last/{names[name]}", "doudian_orders", at=f"2026-11-20 1{hour}:00:00")
        merchant.run()
    assert merchant.rows("select status, is_kept from core.orders") == [("cancelled", False)]
    assert merchant.one("select sum(net_amount) from core.orders where is_kept") is None


def test_an_export_that_says_refunded_is_believed(merchant):
    merchant.given("16-export-says-refunded.csv", "doudian_orders")
    merchant.run()
    kept = merchant.rows("select order_id, net_amount from core.orders where is_kept order by all")
    assert kept == [("7502", Decimal("30.00"))]
    assert merchant.one("select sum(net_amount) from core.orders") == Decimal("30.00")


def test_a_comma_behind_each_row(merchant):
    merchant.given("19-comma-at-row-end.csv", "orders")
    merchant.run()
    assert merchant.row(ORDERS) == (2, Decimal("20.00"))


def test_values_wrapped_against_spreadsheets_and_a_row_of_totals(merchant):
    merchant.given("20-erp-wrapped.csv", "orders")
    merchant.run()
    found = merchant.rows("select order_id, paid_amount, paid_at, buyer_id from staging.orders")
    assert found == [("6917926768823643761", Decimal("27.78"), datetime(2026, 3, 27, 10, 0, 5), "w1")]
    assert merchant.files[0].rows_quarantined == 1 or "totals_row" in merchant.told()
    assert merchant.says("total")


def test_sixteen_lines_above_the_header(merchant):
    merchant.given("21-sixteen-lines-above.csv", "orders")
    merchant.run()
    assert merchant.rows("select order_id, paid_amount from core.orders") == [("PF1", Decimal("10.00"))]


def test_a_web_page_under_the_name_of_a_workbook(merchant):
    merchant.given("23-html-table.xls", "orders")
    merchant.put("orders/other.csv", "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n")
    merchant.run()
    found = merchant.rows("select order_id, paid_amount from core.orders where order_id = 'X1'")
    assert found == [("X1", Decimal("10.00"))] or merchant.says("web page", ".xlsx")


def test_a_live_workbook_of_2026(merchant):
    (name,) = (path.name for path in (GIVEN / "28-live-workbook-2026").iterdir())
    merchant.given(f"28-live-workbook-2026/{name}", "live_workbooks")
    merchant.run()
    found = merchant.row(
        "select started_at, ended_at, account_id, viewers, exposed_people, average_online, average_watch_seconds, "
        "comments, new_followers, new_fan_club, product_exposed_people, product_clicked_people, buyers, orders, "
        "ad_cost_amount, paid_amount from core.live_sessions"
    )
    assert found == (
        datetime(2026, 7, 28, 8, 15, 49), datetime(2026, 7, 28, 15, 44, 39), "10000000001", 6782, 67020, 22.0, 65.0,
        310, 41, 12, 5100, 1490, 46, 49, Decimal("2201.51"), Decimal("236552.00"),
    )  # fmt: skip


def test_the_list_of_sessions_of_2026(merchant):
    merchant.given("29-compass-live-list-2026.csv", "anywhere")
    merchant.run()
    found = merchant.row(
        "select orders, refund_amount, product_exposed_people, product_clicked_people, viewers, buyers, ended_at "
        "from core.live_sessions"
    )
    assert found == (1500, Decimal("14600.00"), 12700, 6400, 15000, 1513, datetime(2026, 9, 8, 0, 55, 49))
    costs = merchant.row("select columns('ad_cost.*') from staging.live_sessions")
    assert {Decimal("24000.00"), Decimal("24100.00")} <= set(costs)


def test_date_and_time_in_two_columns(merchant):
    merchant.given("30-date-and-time-apart.csv", "doudian_orders")
    merchant.run()
    assert merchant.one("select ordered_at from staging.orders") == datetime(2026, 8, 1, 11)
