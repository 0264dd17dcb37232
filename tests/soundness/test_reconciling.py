"""That the rules of reconciling find what is wrong: tables of a few rows that agree, and one thing wrong in each."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.tables import load_tables
from tests.soundness.reconciling import breaches
from tests.worlds import table

# Ann buys by both channels and is in both groups of people; of two memberships no channel's row tells.
DAYS = """
| date       | segment_by | segment   | paid_orders | paid_amount | paid_buyers | memberships | members |
| 2025-01-01 | all        | all       | 3           | 60.10       | 2           | 5           | 3       |
| 2025-01-01 | channel    | live      | 2           | 40.05       | 2           | 2           | 2       |
| 2025-01-01 | channel    | fan_group | 1           | 20.05       | 1           | 1           | 3       |
| 2025-01-02 | all        | all       | 0           | 0           | 0           | 5           | 3       |
"""
LADDER = """
| cohort_week | segment_by | segment | window_days | step_no | mature_people | previous_people | people | median_days | is_mature |
| 2025-01-06  | all        | all     | 7           | 1       | 4             | 4               | 4      | 0           | true      |
| 2025-01-06  | all        | all     | 7           | 2       | 4             | 4               | 2      | 2           | true      |
| 2025-01-06  | all        | all     | 30          | 1       | 4             | 4               | 4      | 0           | true      |
| 2025-01-06  | all        | all     | 30          | 2       | 4             | 4               | 3      | 3           | true      |
| 2025-01-06  | channel    | live    | 7           | 1       | 3             | 3               | 3      | 0           | true      |
| 2025-01-06  | channel    | live    | 7           | 2       | 3             | 3               | 1      | 1           | true      |
| 2025-01-06  | channel    | live    | 30          | 1       | 3             | 3               | 3      | 0           | true      |
| 2025-01-06  | channel    | live    | 30          | 2       | 3             | 3               | 2      | 5           | true      |
| 2025-01-06  | channel    | video   | 7           | 1       | 1             | 1               | 1      | 0           | true      |
| 2025-01-06  | channel    | video   | 7           | 2       | 1             | 1               | 1      | 3           | true      |
| 2025-01-06  | channel    | video   | 30          | 1       | 1             | 1               | 1      | 0           | true      |
| 2025-01-06  | channel    | video   | 30          | 2       | 1             | 1               | 1      | 3           | true      |
"""
PURCHASES = """
| segment_by | segment | purchase_no | buyers | next_buyers |
| all        | all     | 1           | 5      | 3           |
| all        | all     | 2           | 3      | 1           |
| all        | all     | 3           | 1      | 0           |
| channel    | live    | 1           | 4      | 2           |
| channel    | live    | 2           | 2      | 1           |
| channel    | live    | 3           | 1      | 0           |
| channel    | video   | 1           | 1      | 1           |
| channel    | video   | 2           | 1      | 0           |
"""
# Of the one immature person of Taobao it is told how many came back so far, which is in no rate of the whole.
COHORT = """
| cohort     | period_no | segment_by | segment | people | mature_people | returned |
| 2025-01-06 | 1         | all        | all     | 3      | 2             | 1        |
| 2025-01-06 | 1         | platform   | douyin  | 2      | 2             | 1        |
| 2025-01-06 | 1         | platform   | taobao  | 1      | 0             | 1        |
"""
TABLES = {
    "metrics.daily_summary": DAYS,
    "metrics.conversion": LADDER,
    "metrics.order_ladder": PURCHASES,
    "metrics.retention": COHORT,
}


def found(name: str, rows: str) -> list[str]:
    """The breaches of a metric's table that holds these rows; a column that they leave out is NULL."""
    asked = load_tables()[name]
    connection = duckdb.connect()
    columns = ", ".join(f'"{name}" {column.type}' for name, column in asked.columns.items())
    connection.execute(f"create table told ({columns})")
    for row in table(rows):
        _insert(connection, row)
    return breaches(connection, asked, "told")


def _insert(connection: Any, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"insert into told ({names}) values ({marks})", list(row.values()))


@pytest.mark.parametrize("name", TABLES)
def test_what_agrees_is_let_pass(name):
    assert found(name, TABLES[name]) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        # a cent more than all
        ("metrics.daily_summary", "20.05", "20.06", "paid_amount · channel · 2025-01-01 · all 60.10, together 60.11"),
        # a row is missing
        ("metrics.daily_summary", DAYS.splitlines()[4], "", "paid_orders · channel · 2025-01-01 · all 3, together 2"),
        # a row of a day that the total does not have
        ("metrics.daily_summary", "2025-01-02 | all        | all  ", "2025-01-03 | channel | live ", "memberships"),
        # more buyers by one channel than there are, and people who bought by no channel
        ("metrics.daily_summary", "40.05       | 2 ", "40.05       | 3 ", "paid_buyers"),
        ("metrics.daily_summary", "60.10       | 2 ", "60.10       | 4 ", "paid_buyers"),
        # more memberships together than there are, more people inside by one channel than inside at all
        ("metrics.daily_summary", "| 2           | 2       |", "| 5           | 2       |", "memberships"),
        ("metrics.daily_summary", "| 1           | 3       |", "| 1           | 4       |", "members"),
        # the median of all is none of its parts'; more at a step than at the one before; fewer in more time
        ("metrics.conversion", "2      | 2           |", "2      | 4           |", "median_days"),
        ("metrics.conversion", "3               | 1      |", "3               | 4      |", "people"),
        ("metrics.conversion", "4               | 2      |", "4               | 4      |", "· 30 · 4 · 3"),
        # who went on is not who is there
        ("metrics.order_ladder", "| 5      | 3           |", "| 5      | 4           |", "next_buyers · all | all · 1 · 4 "),
        # of mature people one came back more than in all
        ("metrics.retention", "2             | 1        |\n| 2025-01-06 | 1         | platform   | taobao",
         "2             | 2        |\n| 2025-01-06 | 1         | platform   | taobao", "returned · platform"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(name, right, wrong, said):
    broken = TABLES[name].replace(right, wrong)
    assert broken != TABLES[name]
    assert [breach for breach in found(name, broken) if said in breach]
