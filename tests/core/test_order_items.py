"""core.order_items: what each order bought, copies merged. Given rows, expected rows."""

from tests.worlds import world

ORDERS = """
| platform | order_id | shop_id | paid_at             | paid_amount |
| taobao   | 751      | -       | 2025-03-01 10:00:00 | 200         |
| other    | 1001     | north   | 2025-03-01 10:00:00 | 100         |
| other    | 1001     | south   | 2025-03-02 10:00:00 | 70          |
| other    | 1002     | north   | 2025-03-03 10:00:00 | 50          |
"""


def items(lines):
    rows = world({"orders": ORDERS, "order_items": lines}).rows("core.order_items")
    return [tuple(row[key] for key in ("shop_id", "order_id", "item_id", "product_id", "paid_amount")) for row in rows]


def test_of_each_column_the_newest_copy_that_knows_it():
    lines = """
    | platform | order_id | item_id | product_id | paid_amount | file_source | version_at          |
    | taobao   | 751      | i1      | tea        | 150         | one         | 2025-03-02 00:00:00 |
    | taobao   | 751      | i1      | -          | 140         | two         | 2025-03-03 00:00:00 |
    | taobao   | 751      | i2      | cup        | 50          | one         | 2025-03-02 00:00:00 |
    """
    assert items(lines) == [(None, "751", "i1", "tea", 140), (None, "751", "i2", "cup", 50)]


def test_a_line_without_a_shop_is_of_the_only_order_of_its_number():
    lines = """
    | platform | order_id | item_id | shop_id | product_id | paid_amount |
    | other    | 1001     | i1      | north   | tea        | 100         |
    | other    | 1001     | i1      | south   | cup        | 70          |
    | other    | 1001     | i2      | -       | hat        | 9           |
    | other    | 1002     | i3      | -       | pot        | 50          |
    """
    assert items(lines) == [
        ("north", "1001", "i1", "tea", 100),
        ("north", "1002", "i3", "pot", 50),
        ("south", "1001", "i1", "cup", 70),
    ]


def test_a_line_whose_order_is_not_there_is_not_either():
    assert (
        items("""
    | platform | order_id | item_id | paid_amount |
    | taobao   | 999      | i1      | 20          |
    """)
        == []
    )
