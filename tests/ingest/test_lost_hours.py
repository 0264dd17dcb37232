"""A newer copy that knows only the day takes the hour away: told, whichever of the two files came first."""

from __future__ import annotations

import itertools

import pytest

from tests.ingest.conftest import Landing

HEADER = "订单号,付款时间,实付金额,买家ID\n"


def told(landing: Landing) -> list[tuple[str, int]]:
    found = landing.sql("select path, sum(rows) as rows from ops.notices where code = 'hour_lost' group by all")
    return [(one["path"], one["rows"]) for one in found]


@pytest.mark.parametrize("order", itertools.permutations([1, 2]))
@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ("2026-03-01 10:20:30", "2026/3/1", [("orders/2.csv", 1)]),
        ("2026/3/1", "2026-03-01 10:20:30", []),
        ("2026-03-01 10:20:30", "2026/3/2", []),
        ("2026-03-01 10:20:30", "2026-03-01 11:20:30", []),
        ("2026/3/1", "2026/3/1", []),
    ],
)
def test_the_hour_of_a_payment(landing: Landing, order, older: str, newer: str, expected) -> None:
    rows = {1: older, 2: newer}
    for number in order:
        text = f"{HEADER}A1,{rows[number]},{number},u1\nA{number + 1},{rows[number]},10,u1\n"
        landing.write(f"orders/{number}.csv", text, f"2026-03-0{number + 3} 09:00:00")
        landing.ingest()
    assert told(landing) == expected


@pytest.mark.parametrize("order", itertools.permutations([1, 2]))
def test_where_each_file_has_a_column_of_its_own(landing: Landing, order) -> None:
    files = {
        1: HEADER + "A1,2026-03-01 10:20:30,10,u1\n",
        2: "订单号,付款时间,实付金额,运费\nA1,2026/3/1,10,2\n",
    }
    for number in order:
        landing.write(f"orders/{number}.csv", files[number], f"2026-03-0{number + 3} 09:00:00")
        landing.ingest()
    assert told(landing) == [("orders/2.csv", 1)]
    assert landing.rows("orders", "buyer_id, freight_amount, paid_at_has_time") == [("u1", 2, False)]
