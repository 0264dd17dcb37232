"""core.order_sources: in which file and line each order stands. The lines are those of the tables here, header = 1."""

from tests.worlds import table, world


def test_every_copy_of_an_order_is_listed():
    """A platform's numbers are global: a copy with the shop and one without are of one order. Unpaid ones are no orders."""
    built = world(
        {
            "orders": """
            | order_id | shop_id | file_source    | buyer_id | paid_at             | paid_amount | status    | platform |
            | a1       | s1      | doudian_orders | ann      | 2025-01-01 10:00:00 | 10          | completed | douyin   |
            | a1       | -       | erp            | ann      | 2025-01-01 10:00:00 | 10          | completed | douyin   |
            | a2       | s1      | doudian_orders | ann      | 2025-01-03 10:00:00 | 20          | completed | douyin   |
            | u1       | s1      | doudian_orders | ann      | -                   | 20          | unpaid    | douyin   |
            """
        }
    )
    expected = table("""
    | order_id | file_source    | file_row |
    | a1       | doudian_orders | 2        |
    | a1       | erp            | 3        |
    | a2       | doudian_orders | 4        |
    """)
    found = built.rows("core.order_sources", order="order_id, file_row")
    assert [{name: row[name] for name in expected[0]} for row in found] == expected


def test_where_numbers_are_a_shops_own_a_copy_without_a_shop_is_of_the_only_one():
    """Two shops know n1001, so that a copy that names none is of neither; n1002 is known by one."""
    built = world(
        {
            "orders": """
            | platform | order_id | shop_id | file_source | buyer_id | paid_at             | paid_amount |
            | weimob   | n1001    | north   | a           | ann      | 2025-01-01 10:00:00 | 10          |
            | weimob   | n1001    | south   | a           | bob      | 2025-01-02 10:00:00 | 11          |
            | weimob   | n1001    | -       | b           | bob      | 2025-01-02 10:00:00 | 11          |
            | weimob   | n1002    | south   | a           | bob      | 2025-01-03 10:00:00 | 12          |
            | weimob   | n1002    | -       | b           | bob      | 2025-01-03 10:00:00 | 12          |
            """
        }
    )
    expected = table("""
    | order_id | shop_id | file_row |
    | n1001    | north   | 2        |
    | n1001    | south   | 3        |
    | n1002    | south   | 5        |
    | n1002    | south   | 6        |
    """)
    found = built.rows("core.order_sources", order="order_id, file_row")
    assert [{name: row[name] for name in expected[0]} for row in found] == expected
