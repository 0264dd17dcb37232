"""`siyu explain`: definition, formula, columns with units, SQL, lineage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Siyu


def test_a_metric_is_told_whole(siyu: Siyu) -> None:
    said = siyu("explain", "repurchase")
    assert said.code == 0
    for part in (
        "metrics.repurchase · 复购率 · Repurchase rate",
        "cohort_month, segment_by, segment, window_days",
        "R3",
        "--param windows",
        "repeat_buyers / mature_buyers",  # the formula
        "已满天数的首购人数中，首购后 N 天内再次购买的人数",  # and in Chinese
        "person",  # a unit
        "└── facts.first_orders",
        "    └── core.orders",
        "└── facts.first_orders.gap_days",
        "assets/metrics/repurchase.sql",
        "from facts.first_orders",  # the SQL
    ):
        assert part in said.out


def test_a_column_is_followed_to_the_files(siyu: Siyu) -> None:
    said = siyu("explain", "repurchase.repurchase_rate")
    assert "metrics.repurchase.repurchase_rate · 复购率" in said.out
    assert "├── staging.orders.paid_at" in said.out


@pytest.mark.parametrize("name", ["R3", "复购率", "Repurchase rate"])
def test_a_metric_is_found_by_what_the_report_calls_it(siyu: Siyu, name: str) -> None:
    assert siyu("explain", name).out.startswith("metrics.repurchase · 复购率 · Repurchase rate\n")


def test_every_table_can_be_explained(siyu: Siyu) -> None:
    listed = [line.split()[0] for line in siyu("explain").out.splitlines() if "." in line.split(maxsplit=1)[0]]
    assert len(listed) > 30
    for name in listed:
        assert siyu("explain", name).code == 0


def test_the_rendered_sql_has_no_parameter_left(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "explain", "repurchase", "--rendered")
    sql = said.out.split("SQL\n", 1)[1].lower()
    assert "$" not in sql
    assert "2025-02-28" in sql


def test_results_come_before_what_they_are_made_of(siyu: Siyu) -> None:
    assert siyu("explain", "orders").out.startswith("core.orders")
    assert siyu("explain", "staging.orders").out.startswith("staging.orders")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("repurchse", "did you mean repurchase"),
        ("repurchase.repurchase_rat", "did you mean repurchase.repurchase_rate"),
        ("mature_buyers", "'mature_buyers' is a column of"),
        ("zzzzzzzz", "`siyu explain` without a name lists the tables"),
    ],
)
def test_a_name_that_is_not_known(siyu: Siyu, name: str, expected: str) -> None:
    said = siyu("explain", name)
    assert (said.code, said.out) == (1, "")
    assert expected in said.err
