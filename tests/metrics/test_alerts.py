"""One alert a day: of what a day was unusual in, the root. Days and what was expected of them: test_expected_days."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.database import connect
from pipelines.metrics import find_metric
from tests.worlds import table, world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"threshold": 5, "segments": ["all"], "shadow_days": 3}]

ROWS = """
| date       | metric      | metric_no | segment_by | segment | value | expected | deviations |
| 2025-05-01 | paid_amount | 2         | all        | all     | 10    | 100      | -9         |
| 2025-05-01 | paid_orders | 1         | all        | all     | 1     | 10       | -5         |
| 2025-05-01 | paid_orders | 1         | platform   | douyin  | 0     | 9        | -6         |
| 2025-05-02 | paid_orders | 1         | all        | all     | 1     | 10       | -5         |
| 2025-05-02 | paid_orders | 1         | platform   | douyin  | 0     | 5        | -6         |
| 2025-05-02 | paid_orders | 1         | platform   | taobao  | 1     | 5        | -4         |
| 2025-05-03 | paid_orders | 1         | all        | all     | 1     | 10       | -5         |
| 2025-05-04 | paid_orders | 1         | all        | all     | 40    | 10       | 5          |
| 2025-05-06 | joins       | 4         | platform   | wecom   | 9     | 0        | 8          |
| 2025-05-06 | leaves      | 5         | all        | all     | 30    | 10       | 9          |
| 2025-05-07 | paid_orders | 1         | platform   | douyin  | 20    | 5        | 4          |
| 2025-05-07 | paid_orders | 1         | platform   | taobao  | 0     | 5        | -6         |
"""


@pytest.fixture(scope="module")
def alerts():
    """The SELECT over these rows of expected_days."""
    connection = connect()
    columns = "date, metric, metric_no, segment_by, segment, value, expected, deviations"
    rows = ", ".join(
        f"(date '{row['date']}', '{row['metric']}', {row['metric_no']}, '{row['segment_by']}', '{row['segment']}', "
        f"{row['value']}::double, {row['expected']}::double, {row['deviations']}::double)"
        for row in table(ROWS)
    )
    connection.execute(
        "create table metrics.expected_days as select *, true as is_unusual, metric as metric_name, 0 as low, 50 as high "
        f"from (values {rows}) as t ({columns})"
    )
    return connection.sql(find_metric("alerts").render({"as_of": date(2025, 5, 31)})).order("date").fetchall()


def test_one_a_day_of_its_root(alerts):
    """The first metric; the only platform that went the same way; the whole where two did, the farther out where the
    whole is as usual."""
    assert [(row[0].day, row[1], row[4], row[5]) for row in alerts] == [
        (1, "paid_orders", "douyin", "low"),
        (2, "paid_orders", "all", "low"),
        (3, "paid_orders", "all", "low"),
        (4, "paid_orders", "all", "high"),
        (6, "joins", "wecom", "high"),
        (7, "paid_orders", "taobao", "low"),
    ]


def test_days_in_a_row_are_counted_and_so_is_what_else_was_unusual(alerts):
    by_name = [dict(zip(find_metric("alerts").columns, row, strict=True)) for row in alerts]
    assert [row["day_no"] for row in by_name] == [1, 1, 2, 1, 1, 1]
    assert [row["others"] for row in by_name] == [2, 2, 0, 0, 1, 1]
    assert [row["change_rate"] for row in by_name] == pytest.approx([-1, -0.9, -0.9, 3, None, -1])


def test_too_short_a_history_raises_none():
    shop = world({"orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | ann | 2025-05-06 | 10 |"})
    assert shop.rows("metrics.alerts") == []
