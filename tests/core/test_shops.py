"""Two shops' order 1001 are two orders, wherever order ids are not global. Given rows, expected rows."""

import pytest

from tests.worlds import world


def orders(built):
    rows = built.rows("core.orders", order="shop_id, order_id")
    return [(row["shop_id"], row["order_id"], row["net_amount"]) for row in rows]


TWO_SHOPS = """
| platform | order_id | shop_id | buyer_id | paid_at             | paid_amount |
| {0}      | 1001     | north   | a1       | 2025-03-01 10:00:00 | 100         |
| {0}      | 1001     | south   | s1       | 2025-03-02 10:00:00 | 70          |
"""


@pytest.mark.parametrize("platform", ["other", "wechat", "weimob"])
def test_the_shop_belongs_to_the_order(platform):
    built = world({"orders": TWO_SHOPS.format(platform)})
    assert orders(built) == [("north", "1001", 100), ("south", "1001", 70)]
    assert [row["orders"] for row in built.rows("core.people")] == [1, 1]


def test_where_ids_are_global_it_does_not():
    """The newest copy counts: the two files name one shop in two ways."""
    built = world(
        {
            "orders": """
            | platform | order_id | shop_id | buyer_id | paid_at             | paid_amount | file_source |
            | douyin   | 1001     | north   | a1       | 2025-03-01 10:00:00 | 100         | one         |
            | douyin   | 1001     | 12345   | a1       | 2025-03-02 10:00:00 | 99          | two         |
            """
        }
    )
    assert len(orders(built)) == 1


def test_a_phone_on_the_same_number_of_another_shop_joins_nobody():
    built = world(
        {
            "orders": """
            | platform | order_id | shop_id | buyer_id | phone | paid_at             | paid_amount | file_source |
            | other    | 1001     | north   | a1       | -     | 2025-03-01 10:00:00 | 100         | one         |
            | other    | 1001     | south   | -        | p1    | 2025-03-02 10:00:00 | 70          | two         |
            """
        }
    )
    people = [row["person_id"] for row in built.rows("core.orders")]
    assert len(set(people)) == 2
    assert None not in people


def test_a_file_without_a_shop_is_of_the_one_shop_that_knows_the_order():
    """A merchant adds the shop column later: nothing counts twice, whichever file is newer."""
    for version in ("2025-03-02", "2025-03-04"):
        built = world(
            {
                "orders": f"""
                | platform | order_id | shop_id | paid_at             | paid_amount | version_at          |
                | other    | 1001     | -       | 2025-03-01 10:00:00 | 100         | {version} 00:00:00 |
                | other    | 1001     | north   | 2025-03-01 10:00:00 | 100         | 2025-03-03 00:00:00 |
                """
            }
        )
        assert orders(built) == [("north", "1001", 100)]


def test_a_file_without_a_shop_is_not_guessed_between_two():
    built = world({"orders": TWO_SHOPS.format("other") + "| other | 1001 | - | x | 2025-03-05 10:00:00 | 70 |\n"})
    assert orders(built) == [("north", "1001", 100), ("south", "1001", 70)]
    (told,) = built.rows("core.unmatched")
    assert (told["kind"], told["why"], told["rows"], told["amount"]) == ("orders", "several_shops", 1, 70)


def test_refunds_go_to_the_order_of_their_shop():
    built = world(
        {
            "orders": TWO_SHOPS.format("other") + "| other | 1002 | north | b | 2025-03-05 10:00:00 | 30 |\n",
            "refunds": """
            | platform | refund_id | order_id | shop_id | refunded_at         | refund_amount |
            | other    | r1        | 1001     | south   | 2025-03-06 10:00:00 | 70            |
            | other    | r1        | 1001     | north   | 2025-03-06 10:00:00 | 1             |
            | other    | r2        | 1002     | -       | 2025-03-06 10:00:00 | 5             |
            | other    | r3        | 1001     | -       | 2025-03-06 10:00:00 | 9             |
            | other    | r4        | 1002     | south   | 2025-03-06 10:00:00 | 8             |
            """,
        }
    )
    assert orders(built) == [("north", "1001", 99), ("north", "1002", 25), ("south", "1001", 0)]
    (told,) = built.rows("core.unmatched")
    assert (told["kind"], told["why"], told["rows"], told["amount"]) == ("refunds", "several_shops", 2, 17)
