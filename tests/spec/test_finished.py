"""A metric's SQL counts; its header says what is divided by what, rounds, types and orders."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spec.reading import SpecError
from pipelines.tables import read_table

HEADER = """/*
title: {zh: 例, en: Example}
description: An example.
grain: day
columns:
  day:    {type: date, zh: 日}
  people: {type: bigint, unit: person, zh: 人数}
  buyers: {type: bigint, unit: person, zh: 买家}
  buyer_rate: {type: double, unit: ratio, of: OF, zh: 比例}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 金额}
  average_amount: {type: 'decimal(18,2)', unit: yuan, of: AMOUNT, zh: 客单价}
  is_small: {type: boolean, small_of: people, zh: 样本过小}
*/
"""
COUNTS = "select *, $people as people, $buyers as buyers from (select '2026-01-05' as day, 100 as paid_amount)"


def finished(folder: Path, sql: str = COUNTS, of: str = "[buyers, people]", amount: str = "[paid_amount, buyers]"):
    file = folder / "metrics" / "example.sql"
    file.parent.mkdir(exist_ok=True)
    file.write_text(HEADER.replace("OF", of).replace("AMOUNT", amount) + sql, encoding="utf-8")
    return read_table(file)


def answer(table, **given):
    values = {"people": 8, "buyers": 3, "small_group": 30, **given}
    return duckdb.sql(table.render(values))


def test_what_the_sql_leaves_out_the_header_says_in_its_order_and_types(tmp_path):
    made = answer(finished(tmp_path))
    assert made.columns == ["day", "people", "buyers", "buyer_rate", "paid_amount", "average_amount", "is_small"]
    assert [str(kind) for kind in made.types] == [
        "DATE", "BIGINT", "BIGINT", "DOUBLE", "DECIMAL(18,2)", "DECIMAL(18,2)", "BOOLEAN",
    ]  # fmt: skip
    assert made.fetchall()[0][1:] == (8, 3, 0.375, Decimal(100), Decimal("33.33"), True)


def test_nothing_is_divided_by_nothing(tmp_path):
    row = answer(finished(tmp_path), people=0, buyers=0, small_group=0).fetchall()[0]
    assert row[1:] == (0, 0, None, Decimal(100), None, False)


@pytest.mark.parametrize(
    ("of", "rate"),
    [
        ("[people - buyers, people]", 0.625),
        ("{parts: [buyers, people], when: people > 8}", None),
        ("{parts: [buyers, people], when: people > 7}", 0.375),
        ("{parts: [buyers, people], times: 1000}", 375.0),
    ],
)
def test_a_rate_may_be_of_sums_of_thousands_or_of_some_rows_only(tmp_path, of, rate):
    assert answer(finished(tmp_path, of=of)).fetchall()[0][3] == rate


def test_what_the_sql_says_itself_stays(tmp_path):
    table = finished(tmp_path, COUNTS.replace("as buyers from", "as buyers, 0.5 as buyer_rate, false as is_small from"))
    row = answer(table).fetchall()[0]
    assert (row[3], row[-1]) == (0.5, False)


def test_an_amount_may_be_of_a_sum_that_stands_in_the_sql_alone(tmp_path):
    table = finished(
        tmp_path, COUNTS.replace("100 as paid", "10 as known_amount, 100 as paid"), amount="[known_amount, buyers]"
    )
    assert answer(table).fetchall()[0][5] == Decimal("3.33")
    assert table.columns["average_amount"].description == "known_amount / buyers"


def test_the_description_says_of_how_many(tmp_path):
    table = finished(tmp_path, amount="{parts: [paid_amount, people - buyers], times: 1000}")
    assert table.columns["average_amount"].description == "paid_amount * 1000 / (people - buyers)"
    assert answer(table).fetchall()[0][5] == Decimal(20000)


@pytest.mark.parametrize("times", [1, 1000])
@given(cents=st.integers(0, 10**11), people=st.integers(1, 10**7))
def test_an_amount_per_head_is_rounded_half_up(tmp_path_factory, times, cents, people):
    folder = tmp_path_factory.getbasetemp()
    table = finished(
        folder,
        f"select '2026-01-05' as day, cast({cents} as bigint) / 100 as _, {people} as people, {people} as buyers, "
        f"cast('{Decimal(cents) / 100}' as decimal(18, 2)) as paid_amount",
        amount=f"{{parts: [paid_amount, buyers], times: {times}}}",
    )
    exact = Decimal((2 * cents * times + people) // (2 * people)) / 100
    assert answer(table).fetchall()[0][5] == exact


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("small_of: people", "small_of: poeple", "columns.is_small.small_of: names the column 'poeple'"),
        ("type: boolean", "type: bigint", "small_of: is for a boolean, not bigint"),
        ("type: bigint, unit: person, zh: 买家", "type: bigint, of: [people, buyers], zh: 买家", "of: is for a ratio"),
    ],
)
def test_a_mistake_is_named(tmp_path, good, bad, said):
    text = HEADER.replace("OF", "[buyers, people]").replace("AMOUNT", "[paid_amount, buyers]")
    assert good in text
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "example.sql").write_text(text.replace(good, bad, 1) + COUNTS, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        read_table(tmp_path / "metrics" / "example.sql")
    assert said in str(error.value)


def test_sql_that_cannot_be_read_names_its_file(tmp_path):
    with pytest.raises(SpecError, match=r"example\.sql: not one readable SELECT"):
        finished(tmp_path, "select from where")
