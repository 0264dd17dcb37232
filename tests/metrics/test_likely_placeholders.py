"""An id with far more orders than any other is told, and nothing else is."""

from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"least_orders": 3, "times": 2, "most_people": 3}]


def orders(counts):
    """So many orders of each buyer, one a day."""
    return [
        {"platform": "meituan", "order_id": f"{buyer}-{n}", "buyer_id": buyer, "paid_amount": 10,
         "paid_at": f"2025-{n // 28 + 1:02}-{n % 28 + 1:02} 10:00:00"}
        for buyer, count in counts.items()
        for n in range(count)
    ]  # fmt: skip


def told(counts, **parameters):
    rows = world({"orders": orders(counts)}).rows("metrics.likely_placeholders", order="orders desc", **parameters)
    return [(row["orders"], row["next_orders"], row["all_orders"]) for row in rows]


def test_a_cashiers_id_stands_above_everybody():
    assert told({"cashier": 40, "ann": 3, "bo": 8}) == [(40, 8, 51)]


def test_two_placeholders_do_not_hide_each_other():
    assert told({"cashier": 60, "test": 41, "ann": 8, "bo": 1}) == [(60, 8, 110), (41, 8, 110)]


def test_good_customers_are_none():
    assert told({"ann": 40, "bo": 9, "cai": 1}) == []  # four times the next
    assert told({"ann": 19, "bo": 1}) == []  # too few to say
    assert told({}) == []


def test_one_id_on_every_order():
    assert told({"shop": 25}) == [(25, None, 25)]


def test_ids_are_masked():
    built = world({"orders": orders({"张小姐": 30, "ann": 1})})
    assert built.rows("metrics.likely_placeholders")[0]["masked_ids"] == "meituan user_id 张***"
