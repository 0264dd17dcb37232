"""Attribution: every model by hand over four purchases, and the edges of a path.

What belongs here: given rows, expected rows. What does not: the models over many random paths, counted again by other
means (test_attribution_again.py), their mathematics (tests/models).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.building import values
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.spec.table_file import TableError
from pipelines.tables import load_tables
from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"look_back_days": 7, "half_life_days": 3, "markov_order": 2}, {"markov_order": 3}]

EVENTS = """
| user_id | event         | event_at            |
| zoe     | video_view    | 2025-01-01 10:00:00 |
| ann     | live_view     | 2025-02-01 10:00:00 |
| ann     | group_message | 2025-02-08 10:00:00 |
| ann     | live_view     | 2025-02-15 10:00:00 |
| bo      | live_view     | 2025-02-10 19:00:00 |
| di      | live_view     | 2025-02-03 10:00:00 |
| di      | live_view     | 2025-02-05 10:00:00 |
| eve     | live_view     | 2025-02-06 10:00:00 |
"""
ORDERS = """
| order_id | buyer_id | paid_at             | paid_amount | entry  |
| o0       | -        | 2025-01-31 12:00:00 | 7           | 直播   |
| o1       | ann      | 2025-02-15 12:00:00 | 110         | 搜索   |
| o2       | bo       | 2025-02-10 20:00:00 | 60          | 直播   |
| o3       | cai      | 2025-02-12 12:00:00 | 40          | -      |
| o4       | eve      | 2025-02-20 12:00:00 | 80          | 粉丝群 |
"""


@pytest.fixture(scope="module")
def shop():
    """Ann: live, group, live, search, bought for 110; Bo: live, 60; Cai came by nobody knows what, 40; Eve: live, group,
    80; Di: live twice and nothing bought. An order of January names nobody."""
    return world({"events": EVENTS, "orders": ORDERS}, as_of="2025-03-31")


@pytest.mark.parametrize(
    ("model", "live", "fan_group", "search"),
    [
        ("first", ("3", "250"), ("0", "0"), ("0", "0")),
        ("last", ("1", "60"), ("1", "80"), ("1", "110")),
        # Ann's live twice of four touches, Bo's one, Eve's one of two
        ("linear", ("2", "155"), ("3/4", "67.5"), ("1/4", "27.5")),
        # Ann: 0.4, 0.1, 0.1, 0.4
        ("position", ("2", "155"), ("0.6", "51"), ("0.4", "44")),
        # Ann: 14, 7, 0 and 0 days are 1, 2, 4 and 4 elevenths; Eve: 14 and 0 days are 1 and 4 fifths
        ("time_decay", ("91/55", "126"), ("54/55", "84"), ("4/11", "40")),
        # Ann: a third of 110.00 each; two cents are over and go to the first two
        ("shapley", ("11/6", "136.67"), ("5/6", "76.67"), ("1/3", "36.66")),
        # of 3/4 bought a path nothing is left without live, 2/5 without the group, 1/2 without search
        ("markov", ("5/3", "131.85"), ("7/9", "60.13"), ("5/9", "58.02")),
    ],
)
def test_every_model_by_hand(shop, model, live, fan_group, search):
    """Chain: live is come to 6 times and followed by group 2, search 1, live 1, a purchase 1, nothing 1; the group by
    live 1, a purchase 1; search by a purchase. v(live) = 1/6 + 1/3 v(group) + 1/6 + 1/6 v(live), v(group) = 1/2 +
    1/2 v(live): 3/4. Without the group 2/5, without search 1/2; 1, 7/15 and 1/3 are lost: 5/9, 7/27, 5/27 of 3 purchases.
    In yuan: 62.50 a path; 34 and 35 without; 1, 0.456, 0.44 of 250."""
    answers(
        shop,
        "attribution",
        f"""
        | month      | channel   | domain  | conversions    | net_amount     | month_conversions | month_net_amount | is_mature |
        | 2025-02-01 | live      | public  | {live[0]}      | {live[1]}      | 4                 | 290              | true      |
        | 2025-02-01 | fan_group | private | {fan_group[0]} | {fan_group[1]} | 4                 | 290              | true      |
        | 2025-02-01 | search    | public  | {search[0]}    | {search[1]}    | 4                 | 290              | true      |
        | 2025-02-01 | none      | unknown | 1              | 40             | 4                 | 290              | true      |
        """,
        where=f"model = '{model}'",
    )


def test_a_chain_of_the_second_order_knows_what_came_before(shop):
    """Live after nothing, after live and after the group are three states. Without the group one of four paths buys
    (Bo's), without search two: of 3/4 are lost 2/3, 1/3 and, without live, all."""
    rows = shop.rows("metrics.attribution", "model = 'markov' and channel <> 'none'", markov_order=2)
    assert {row["channel"]: row["conversions"] for row in rows} == pytest.approx(
        {"live": 3 / 2, "fan_group": 1, "search": 1 / 2}
    )


def test_every_model_shares_out_what_the_daily_summary_says_was_sold():
    """To the cent, refunds taken off; a buyer without a name is in no model, and his order stands beside."""
    orders = ORDERS.replace("2025-01-31", "2025-02-28")
    refunds = "| refund_id | order_id | refunded_at | refund_amount |\n| r1 | o1 | 2025-02-20 | 9.99 |"
    shop = world({"events": EVENTS, "orders": orders, "refunds": refunds}, as_of="2025-03-31")
    (month,) = shop.rows("metrics.daily_summary", "date = date '2025-02-01'", period="month", segments=["all"])
    rows = shop.rows("metrics.attribution")
    assert {(row["unidentified_orders"], row["unidentified_net_amount"]) for row in rows} == {(1, 7)}
    for model in {row["model"] for row in rows}:
        shared = sum(row["net_amount"] for row in rows if row["model"] == model)
        assert shared == month["net_amount"] - 7 == Decimal("280.01")


@pytest.fixture(scope="module")
def walks():
    """People of whom each shows one edge of a path; what facts.path_touches says of one, path by path."""
    built = world(
        {
            "events": """
            | user_id | event          | event_at            |
            | ann     | live_view      | 2025-01-10 09:00:00 |
            | ann     | group_message  | 2025-01-10 12:00:00 |
            | ann     | live_view      | 2025-01-10 20:00:00 |
            | bo      | video_view     | 2025-01-10 09:00:00 |
            | bo      | live_view      | 2025-01-10 09:00:00 |
            | bo      | group_message  | 2025-01-10 09:00:00 |
            | cai     | live_view      | 2025-01-10 23:00:00 |
            | di      | live_view      | 2025-01-09 23:00:00 |
            | eve     | live_view      | 2025-01-30 10:00:00 |
            | eve     | live_view      | 2025-01-31 10:00:00 |
            | eve     | follow         | 2025-02-01 10:00:00 |
            | gu      | push_delivered | 2025-01-09 10:00:00 |
            | gu      | group_leave    | 2025-01-09 10:00:00 |
            | gu      | our_own_word   | 2025-01-09 10:00:00 |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | entry  |
            | a1       | ann      | 2025-01-10 12:00:00 | 10          | 直播   |
            | a2       | ann      | 2025-01-11 12:00:00 | 5           | 粉丝群 |
            | b1       | bo       | 2025-01-12 12:00:00 | 10          | -      |
            | c1       | cai      | 2025-02-09 01:00:00 | 10          | -      |
            | d1       | di       | 2025-02-09 01:00:00 | 10          | -      |
            | f1       | fei      | 2025-01-10 12:00:00 | 10          | 直播   |
            | f2       | fei      | 2025-01-10 13:00:00 | 5           | 搜索   |
            | f3       | fei      | 2025-01-11 13:00:00 | 50          | 搜索   |
            | g1       | gu       | 2025-01-10 12:00:00 | 10          | -      |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at | refund_amount |
            | r1        | f1       | 2025-01-20  | 4             |
            | r2        | f3       | 2025-01-20  | 50            |
            """,
        },
        as_of="2025-03-31",
    )
    built.connection.execute("create schema if not exists facts")
    DuckDBEngine(built.connection).create(load_tables()["facts.path_touches"], values(built.settings, built.as_of))

    def told(person, *columns):
        rows = built.sql(f"""
            select {", ".join(columns)} from facts.path_touches as t
            inner join core.identities as i on t.person_id = i.person_id
            where i.id_value = '{person}' order by bought_date nulls last, is_converted, month, touch_no
        """)
        return [tuple(row.values()) for row in rows]

    return told


LED = ("channel", "touch_no", "days_before", "is_converted", "net_amount")


def test_what_came_after_the_purchase_leads_to_the_next(walks):
    """Live in the morning led to the order at noon, which tells live, too: one touch, the last, also after the message of
    the same instant. Live in the evening is another's."""
    assert walks("ann", *LED) == [
        ("fan_group", 1, 0, True, 10), ("live", 2, 0, True, 10), ("live", 1, 1, True, 5), ("fan_group", 2, 0, True, 5),
    ]  # fmt: skip


def test_touches_of_one_instant_stand_in_the_order_of_their_names(walks):
    assert walks("bo", "channel", "before_1", "before_2", "before_3", "path_channels") == [
        ("fan_group", "", "", "", 3), ("live", "fan_group", "", "", 3), ("video", "live", "fan_group", "", 3),
    ]  # fmt: skip


def test_a_touch_leads_as_long_as_the_look_back_lasts(walks):
    """The purchases are on 9 February: 30 days after 10 January, 31 after the 9th."""
    assert walks("cai", *LED) == [("live", 1, 30, True, 10)]
    assert walks("di", *LED) == [("live", 1, None, False, 0), ("none", 1, 0, True, 10)]


def test_what_led_to_nothing_is_a_path_of_its_month(walks):
    assert walks("eve", "strftime(month, '%m')", "channel", "touch_no", "path_touches", "is_first_of_channel") == [
        ("01", "live", 1, 2, True), ("01", "live", 2, 2, False), ("02", "follow", 1, 1, True),
    ]  # fmt: skip


def test_a_day_of_several_orders_is_one_purchase_led_by_the_first(walks):
    """Its worth is what is left of all of them; what was given back whole is no purchase."""
    assert walks("fei", *LED) == [("live", 1, 0, True, 11)]


def test_messages_that_merely_came_and_farewells_and_words_of_no_channel_are_no_touches(walks):
    assert walks("gu", *LED) == [("none", 1, 0, True, 10)]


HALF_KNOWN = """
| user_id | event      | event_at            |
| di      | live_view  | 2025-02-01 10:00:00 |
| di      | video_view | 2025-02-02 10:00:00 |
| eve     | video_view | 2025-02-10 10:00:00 |
"""


def test_a_channel_that_led_to_nothing_may_count_by_its_removal():
    """Half of those at the video come from live: without it they are lost, though nobody bought after live."""
    shop = world(
        {
            "events": HALF_KNOWN,
            "orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | eve | 2025-02-11 | 9 |",
        },
        as_of="2025-03-31",
    )
    answers(
        shop,
        "attribution",
        """
        | model  | channel | conversions | net_amount | conversion_share_rate |
        | last   | video   | 1           | 9          | 1                     |
        | last   | live    | 0           | 0          | 0                     |
        | markov | video   | 2/3         | 6          | 2/3                   |
        | markov | live    | 1/3         | 3          | 1/3                   |
        """,
        where="model in ('last', 'markov')",
    )


@pytest.mark.parametrize(
    ("as_of", "share", "by_removal"), [("2025-02-27", None, None), ("2025-03-29", 1, None), ("2025-03-30", 1, 1)]
)
def test_what_is_not_over_has_no_share(as_of, share, by_removal):
    """A path of February may lead to a purchase until 30 March."""
    shop = world({"events": EVENTS, "orders": ORDERS}, as_of=as_of)
    rows = shop.rows("metrics.attribution")
    for model, expected in (("linear", share), ("markov", by_removal)):
        shares = [row["conversion_share_rate"] for row in rows if row["model"] == model]
        assert (sum(shares) if None not in shares else None) == (expected and pytest.approx(expected))
    assert [row["conversions"] is None for row in rows] == [
        row["model"] == "markov" and by_removal is None for row in rows
    ]


def test_a_channel_by_public_and_private_ways_is_mixed_and_a_short_history_is_told():
    """Who comes to the shop's window by an advertisement comes by public traffic. Nothing is known of January."""
    shop = world(
        {
            "events": """
            | user_id | event      | event_at   | entry | medium |
            | ann     | shop_visit | 2025-02-01 | 橱窗  | -      |
            | ann     | shop_visit | 2025-02-02 | 橱窗  | 广告   |
            | ann     | live_view  | 2025-02-02 | -     | -      |
            """,
            "orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | ann | 2025-02-03 | 9 |",
        },
        as_of="2025-02-28",
    )
    answers(
        shop,
        "attribution",
        """
        | channel | domain | conversions | is_history_short |
        | live    | public | 1/3         | true             |
        | shop    | mixed  | 2/3         | true             |
        """,
        where="model = 'linear'",
    )


def test_weights_that_halve_in_no_time_are_refused(shop):
    with pytest.raises(TableError, match="'half_life_days' is 0; expected more than 0"):
        shop.rows("metrics.attribution", half_life_days=0)


def test_without_purchases_there_is_nothing():
    assert world({}).rows("metrics.attribution") == []
    assert world({"events": EVENTS}).rows("metrics.attribution") == []
