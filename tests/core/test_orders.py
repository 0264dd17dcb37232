"""core.orders: each buyer's history put in order, once. Given rows, expected rows."""

from tests.worlds import table, world


def columns(rows, *names):
    return [{name: row[name] for name in names} for row in rows]


def test_orders_count_every_kept_order_and_purchases_count_days():
    built = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | ann      | 2025-01-01 10:00:00 | 10          |
            | a2       | ann      | 2025-01-01 12:00:00 | 20          |
            | a3       | ann      | 2025-01-09 08:00:00 | 30          |
            | b1       | bob      | 2025-01-02 09:00:00 | 40          |
            """
        }
    )
    expected = table("""
    | order_id | order_no | purchase_no | next_purchase_date | previous_purchase_date |
    | a1       | 1        | 1           | 2025-01-09         | -                      |
    | a2       | 2        | 1           | 2025-01-09         | -                      |
    | a3       | 3        | 2           | -                  | 2025-01-01             |
    | b1       | 1        | 1           | -                  | -                      |
    """)
    assert columns(built.rows("core.orders", order="order_id"), *expected[0]) == expected


def test_only_kept_orders_are_in_the_sequence():
    """Cancelled, fully refunded, sample, lottery and zero orders, and orders without a buyer, are told but not counted."""
    built = world(
        {
            "orders": """
            | order_id  | buyer_id | paid_at             | paid_amount | status    | order_kind |
            | cancelled | ann      | 2025-01-01 10:00:00 | 10          | cancelled | normal     |
            | refunded  | ann      | 2025-01-02 10:00:00 | 10          | paid      | normal     |
            | sample    | ann      | 2025-01-03 10:00:00 | 10          | paid      | sample     |
            | zero      | ann      | 2025-01-04 10:00:00 | 0           | paid      | normal     |
            | nobody    | -        | 2025-01-05 10:00:00 | 10          | paid      | normal     |
            | partial   | ann      | 2025-01-06 10:00:00 | 10          | completed | normal     |
            | deposit   | ann      | 2025-01-07 10:00:00 | 10          | paid      | deposit    |
            | unpaid    | ann      | 2025-01-08 10:00:00 | 10          | unpaid    | normal     |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount | status    |
            | r1        | refunded | 2025-01-05 10:00:00 | 6             | succeeded |
            | r2        | refunded | 2025-01-06 10:00:00 | 4             | succeeded |
            | r3        | partial  | 2025-01-08 10:00:00 | 9.99          | succeeded |
            | r4        | deposit  | 2025-01-08 10:00:00 | 10            | requested |
            """,
        }
    )
    expected = table("""
    | order_id  | is_kept | order_no | net_amount |
    | cancelled | false   | -        | 0.00       |
    | refunded  | false   | -        | 0.00       |
    | sample    | false   | -        | 10.00      |
    | zero      | false   | -        | 0.00       |
    | nobody    | true    | -        | 10.00      |
    | partial   | true    | 1        | 0.01       |
    | deposit   | true    | 2        | 10.00      |
    """)
    assert columns(built.rows("core.orders", order="paid_at"), *expected[0]) == expected


def test_a_cancelled_order_without_an_amount_is_no_paid_order():
    """A file may leave the amount of a cancelled order out; core's check of amounts must not stop the run for it."""
    orders = """
    | order_id | buyer_id | paid_at             | paid_amount | status    |
    | o1       | ann      | 2025-01-01 10:00:00 | -           | cancelled |
    | o2       | ann      | 2025-01-01 10:00:00 | 10          | cancelled |
    """
    assert columns(world({"orders": orders}).rows("core.orders"), "order_id") == [{"order_id": "o2"}]


def test_everything_after_as_of_is_ignored():
    """A refund, an order and a join of the next day do not exist yet; those of the last second of the day do."""
    staging = {
        "orders": """
        | order_id | buyer_id | paid_at             | paid_amount | file_source |
        | o1       | ann      | 2025-01-01 10:00:00 | 10          | export      |
        | o2       | ann      | 2025-01-10 23:59:59 | 10          | export      |
        | o3       | ann      | 2025-01-11 00:00:00 | 10          | export      |
        | o4       | ann      | 2025-01-11 00:00:00 | 10          | export      |
        | o4       | ann      | 2025-01-11 00:00:00 | 10          | api         |
        """,
        "refunds": """
        | refund_id | order_id | refunded_at         | refund_amount |
        | r1        | o1       | 2025-01-11 00:00:00 | 10            |
        """,
        "events": """
        | user_id | event      | event_at            |
        | ann     | group_join | 2025-01-11 00:00:00 |
        """,
    }
    built = world(staging, as_of="2025-01-10")
    assert columns(built.rows("core.orders", order="order_id"), "order_id", "order_no", "refund_amount") == table("""
    | order_id | order_no | refund_amount |
    | o1       | 1        | 0.00          |
    | o2       | 2        | 0.00          |
    """)
    assert built.rows("core.events") == []


def test_membership_counts_from_the_second_of_joining_until_the_second_of_leaving():
    built = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | before   | ann      | 2025-01-01 09:59:59 | 10          |
            | joining  | ann      | 2025-01-01 10:00:00 | 10          |
            | inside   | ann      | 2025-01-05 10:00:00 | 10          |
            | leaving  | ann      | 2025-01-09 10:00:00 | 10          |
            """,
            "events": """
            | user_id | event       | event_at            | group_id |
            | ann     | group_join  | 2025-01-01 10:00:00 | g1       |
            | ann     | group_leave | 2025-01-09 10:00:00 | g1       |
            | ann     | group_join  | 2025-01-04 10:00:00 | g2       |
            | ann     | group_leave | 2025-01-08 10:00:00 | g2       |
            """,
        }
    )
    assert columns(built.rows("core.orders", order="paid_at"), "order_id", "was_member", "member_group_id") == table("""
    | order_id | was_member | member_group_id |
    | before   | false      | -               |
    | joining  | true       | g1              |
    | inside   | true       | g2              |
    | leaving  | false      | -               |
    """)


def test_a_payment_that_a_file_only_assumes_is_none_beside_one_that_says_unpaid():
    """Each older copy says unpaid. Of o1 the newer list tells neither state nor time of payment, of o2 it tells the time,
    of o3 the state, and of o4 a time that is its own without a state that is."""
    orders = """
    | order_id | paid_at             | paid_amount | status | untold             | file_source | version_at          |
    | o1       | -                   | 10          | unpaid | -                  | export      | 2025-01-02 00:00:00 |
    | o1       | 2025-01-01 10:00:00 | 10          | paid   | ,status,paid_at,   | list        | 2025-01-03 00:00:00 |
    | o2       | -                   | 10          | unpaid | -                  | export      | 2025-01-02 00:00:00 |
    | o2       | 2025-01-01 10:00:00 | 10          | paid   | ,status,           | list        | 2025-01-03 00:00:00 |
    | o3       | -                   | 10          | unpaid | -                  | export      | 2025-01-02 00:00:00 |
    | o3       | 2025-01-01 10:00:00 | 10          | paid   | ,paid_at,          | list        | 2025-01-03 00:00:00 |
    | o4       | -                   | 10          | unpaid | -                  | export      | 2025-01-02 00:00:00 |
    | o4       | 2025-01-01 10:00:00 | 10          | unpaid | ,status,           | list        | 2025-01-03 00:00:00 |
    """
    assert columns(world({"orders": orders}).rows("core.orders"), "order_id") == [
        {"order_id": "o2"},
        {"order_id": "o3"},
    ]


def test_an_order_told_by_two_sources_takes_the_newest_known_value_of_each_column():
    """The export knows the phone and the newest status, the API knows the buyer: neither is lost."""
    built = world(
        {
            "orders": """
            | order_id | buyer_id | phone | paid_at             | paid_amount | status    | file_source | version_at          |
            | o1       | ann      | -     | 2025-01-01 10:00:00 | 10          | paid      | api         | 2025-01-02 00:00:00 |
            | o1       | -        | p1    | 2025-01-01 10:00:00 | 10          | completed | export      | 2025-01-03 00:00:00 |
            """
        }
    )
    told = built.rows("core.orders")
    assert columns(told, "order_id", "status", "order_no") == [{"order_id": "o1", "status": "completed", "order_no": 1}]
    people = built.sql("select id_type, id_value, person_id from core.identities order by id_type")
    assert [(row["id_type"], row["id_value"]) for row in people] == [("phone", "p1"), ("user_id", "ann")]
    assert {row["person_id"] for row in people} == {told[0]["person_id"]}


def test_channels_by_the_most_precise_word_and_an_advertisement_is_always_public():
    built = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | source   | medium | entry      | traffic_type | live_session_id | group_id |
            | a        | ann      | 2025-01-01 10:00:00 | 10          | -        | 直播   | 粉丝群     | -            | s1              | -        |
            | b        | ann      | 2025-01-02 10:00:00 | 10          | -        | 直播   | 达人直播间 | 广告         | s1              | -        |
            | c        | ann      | 2025-01-03 10:00:00 | 10          | -        | -      | 粉丝群     | 广告         | -               | -        |
            | d        | ann      | 2025-01-04 10:00:00 | 10          | 精选联盟 | -      | -          | -            | s1              | -        |
            | e        | ann      | 2025-01-05 10:00:00 | 10          | -        | -      | -          | -            | s1              | g1       |
            | f        | ann      | 2025-01-06 10:00:00 | 10          | -        | -      | 没见过的词 | -            | -               | -        |
            | g        | ann      | 2025-01-07 10:00:00 | 10          | -        | 商品卡 | -          | -            | -               | -        |
            """
        }
    )
    assert columns(
        built.rows("core.orders", order="order_id"), "order_id", "channel", "domain", "is_paid_channel"
    ) == table("""
    | order_id | channel      | domain  | is_paid_channel |
    | a        | fan_group    | private | false           |
    | b        | live         | public  | true            |
    | c        | fan_group    | public  | true            |
    | d        | live         | public  | false           |
    | e        | fan_group    | private | false           |
    | f        | unknown      | unknown | false           |
    | g        | product_card | unknown | false           |
    """)


def test_a_merchants_own_channel_words_win():
    built = world(
        {"orders": "| order_id | buyer_id | paid_at | paid_amount | entry |\n| o1 | ann | 2025-01-01 | 10 | 商品卡 |"},
        channels={"商品卡": {"channel": "shop", "domain": "private"}},
    )
    assert columns(built.rows("core.orders"), "channel", "domain") == [{"channel": "shop", "domain": "private"}]


def test_weeks_start_on_monday_or_on_sunday():
    """2024-12-31 is a Tuesday and 2025-01-05 a Sunday: one Monday week over the new year, two Sunday weeks."""
    orders = """
    | order_id | buyer_id | paid_at             | paid_amount |
    | o1       | ann      | 2024-12-31 10:00:00 | 10          |
    | o2       | ann      | 2025-01-05 10:00:00 | 10          |
    """
    monday = world({"orders": orders}).rows("core.orders", order="order_id")
    sunday = world({"orders": orders}, week_starts="sunday").rows("core.orders", order="order_id")
    assert columns(monday, "paid_week", "is_first_in_week", "is_first_in_month") == table("""
    | paid_week  | is_first_in_week | is_first_in_month |
    | 2024-12-30 | true             | true              |
    | 2024-12-30 | false            | true              |
    """)
    assert columns(sunday, "paid_week", "is_first_in_week") == table("""
    | paid_week  | is_first_in_week |
    | 2024-12-29 | true             |
    | 2025-01-05 | true             |
    """)


def test_a_credit_note_finds_the_buyers_latest_earlier_order_with_the_product():
    """The file names only the buyer and the product; without such an order it stays, belonging to none."""
    built = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | o1       | ann      | 2025-01-01 10:00:00 | 10          |
            | o2       | ann      | 2025-01-02 10:00:00 | 10          |
            | o3       | ann      | 2025-01-09 10:00:00 | 10          |
            """,
            "order_items": """
            | item_id | order_id | product_id |
            | i1      | o1       | lamp       |
            | i2      | o2       | cup        |
            | i3      | o3       | lamp       |
            """,
            "refunds": """
            | refund_id | order_id | buyer_id | buyer_id_type | product_id | refunded_at         | refund_amount |
            | r1        | C1       | ann      | user_id       | lamp       | 2025-01-05 10:00:00 | 4             |
            | r2        | C2       | ann      | user_id       | hat        | 2025-01-05 10:00:00 | 3             |
            | r3        | C3       | bob      | user_id       | lamp       | 2025-01-05 10:00:00 | 2             |
            | r4        | o3       | -        | -             | -          | 2025-01-10 10:00:00 | 1             |
            """,
        }
    )
    assert columns(built.rows("core.refunds", order="refund_id"), "refund_id", "order_id", "is_allocated") == table("""
    | refund_id | order_id | is_allocated |
    | r1        | o1       | true         |
    | r2        | o2       | true         |
    | r3        | -        | false        |
    | r4        | o3       | false        |
    """)
    assert columns(built.rows("core.orders", order="order_id"), "order_id", "refund_amount") == table("""
    | order_id | refund_amount |
    | o1       | 4.00          |
    | o2       | 3.00          |
    | o3       | 1.00          |
    """)


def test_a_day_without_an_hour_is_over_when_its_order_counts():
    """A view at eight in the evening came before the order of that day, whose hour no file tells."""
    built = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id | event_at_has_time | platform |
            | ann     | live_view  | 2025-03-05 20:00:00 | -        | true              | douyin   |
            | ann     | group_join | 2025-03-05 21:00:00 | g        | true              | douyin   |
            | bob     | live_view  | 2025-03-05 20:00:00 | -        | true              | douyin   |
            | bob     | group_join | 2025-03-05 00:00:00 | g        | false             | douyin   |
            | cid     | live_view  | 2025-03-05 00:00:00 | -        | false             | douyin   |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | paid_at_has_time | platform |
            | a1       | ann      | 2025-03-05 00:00:00 | 10          | false            | douyin   |
            | b1       | bob      | 2025-03-05 22:00:00 | 10          | true             | douyin   |
            | b2       | bob      | 2025-03-05 00:00:00 | 10          | false            | douyin   |
            | c1       | cid      | 2025-03-05 00:00:01 | 10          | -                | douyin   |
            """,
        }
    )
    expected = table("""
    | order_id | paid_at             | paid_at_has_time | was_member | order_no | paid_date  |
    | a1       | 2025-03-05 23:59:59 | false            | true       | 1        | 2025-03-05 |
    | b1       | 2025-03-05 22:00:00 | true             | false      | 1        | 2025-03-05 |
    | b2       | 2025-03-05 23:59:59 | false            | true       | 2        | 2025-03-05 |
    | c1       | 2025-03-05 00:00:01 | true             | false      | 1        | 2025-03-05 |
    """)
    assert columns(built.rows("core.orders", order="order_id"), *expected[0]) == expected
    steps = built.sql(
        "select first_public_at <= private_at and private_at <= first_order_at as in_order from core.people "
        "where private_at is not null order by first_order_at desc limit 1"
    )
    assert steps == [{"in_order": True}]
    assert built.rows("metrics.public_to_private", "segment_by = 'all' and window_days = 7")[0]["private_people"] == 2


def test_a_part_of_a_line_that_went_back_is_taken_off():
    """Of o1 a part of one line, of o2 a whole line without an amount; o3's part is told by another file's copy."""
    built = world(
        {
            "orders": """
            | order_id | platform | buyer_id | paid_at             | paid_amount | after_sale_status | after_sale_amount |
            | o1       | douyin   | ann      | 2025-01-01 10:00:00 | 100         | succeeded         | 15                |
            | o2       | douyin   | bob      | 2025-01-02 10:00:00 | 100         | succeeded         | 60                |
            | o3       | douyin   | cai      | 2025-01-03 10:00:00 | 60          | -                 | -                 |
            """,
            "order_items": """
            | order_id | item_id | platform | paid_at             | paid_amount | after_sale_status | after_sale_amount | file_source |
            | o1       | i1      | douyin   | 2025-01-01 10:00:00 | 60          | succeeded         | 15                | one         |
            | o1       | i2      | douyin   | 2025-01-01 10:00:00 | 40          | none              | -                 | one         |
            | o2       | i3      | douyin   | 2025-01-02 10:00:00 | 60          | succeeded         | -                 | one         |
            | o2       | i4      | douyin   | 2025-01-02 10:00:00 | 40          | none              | -                 | one         |
            | o3       | i5      | douyin   | 2025-01-03 10:00:00 | 60          | succeeded         | -                 | one         |
            | o3       | i5      | douyin   | 2025-01-03 10:00:00 | 60          | succeeded         | 20                | two         |
            """,
        }
    )  # fmt: skip
    expected = table("""
    | order_id | refund_amount | net_amount | is_kept |
    | o1       | 15            | 85         | true    |
    | o2       | 60            | 40         | true    |
    | o3       | 20            | 40         | true    |
    """)
    assert columns(built.rows("core.orders", order="order_id"), *expected[0]) == expected
