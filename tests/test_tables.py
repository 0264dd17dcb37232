"""The grammar of a table file."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.spec.literals import literal, literal_text
from pipelines.spec.reading import SpecError
from pipelines.spec.table_file import TableError
from pipelines.sql_tree import parse_select
from pipelines.tables import load_tables, read_table

HEADER = """/*
title: {zh: 例, en: Example}
description: An example.
grain: n
parameters: {windows: [7, 30], word: order, wide: false}
columns:
  n: {type: bigint, zh: 数}
*/
"""

# One direction, no step back: of which rooms the tables of a room may read.
READ_BY = {"core": {"staging", "core", "ops"}, "facts": {"core", "facts"}, "metrics": {"core", "facts", "metrics"}}
READ_OF_REPORTS = {"metrics.restatements": {"ops.reports", "ops.reported_figures"}}  # what earlier reports said


def write(folder, text, name="example.sql"):
    file = folder / "metrics" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_chinese_over_several_lines_is_one_text(tmp_path):
    text = "首购人群中，\n  再次购买的\n  比例：首购 → 复购。\n  on 指当期，默认 N\n  为 30 天。"
    header = HEADER.replace("grain:", f"description_zh: >-\n  {text}\ngrain:")
    table = read_table(write(tmp_path, header + "select 1 as n"))
    assert table.description_zh == "首购人群中，再次购买的比例：首购 → 复购。on 指当期，默认 N 为 30 天。"


def test_dependencies_are_read_from_the_sql(tmp_path):
    sql = "with o as (select 1) select count(*) as n from core.orders as x join core.people using (person_id), o"
    assert read_table(write(tmp_path, HEADER + sql)).dependencies == ("core.orders", "core.people")


def test_every_table_comes_after_what_it_reads():
    tables = load_tables()
    order = list(tables)
    for table in tables.values():
        assert all(order.index(d) < order.index(table.qualified) for d in table.dependencies if d in tables)


def test_parameters_become_literals_of_the_engine(tmp_path):
    sql = "select $word as word, list_contains($windows, 7) as has, $as_of as day where $wide"
    table = read_table(write(tmp_path, HEADER + sql))
    values = table.resolve({"word": "o'brien"}) | {"as_of": date(2025, 1, 31)}
    assert (
        "select 'o''brien' as word, list_contains([7, 30], 7) as has, cast('2025-01-31' as date) as day where false"
    ) in table.render(values)
    assert "ARRAY_CONTAINS(ARRAY(7, 30), 7)" in table.render(values, "spark")


@pytest.mark.parametrize(
    "value",
    [
        *("", "o'brien", "a\\b", "$x -- '", "中文\n"),
        *(0, 7, -7, 2.5, -0.25, 1e-9, 1e300, Decimal("12.50"), True, False, None, date(2025, 1, 31)),
        *([], [1, 2], ["a", "it's"], [date(2025, 1, 31)], [-1]),
    ],
)
def test_a_value_is_the_same_on_every_engine(value):
    """DuckDB's own text, and what sqlglot writes for another engine, here DuckDB again."""
    sql = f"select {literal_text(value)}, {literal(value).sql(dialect='duckdb')}"
    ((ours, other),) = duckdb.sql(sql).fetchall()
    assert ours == other == value


def test_what_is_below_zero_makes_no_comment(tmp_path):
    table = read_table(write(tmp_path, HEADER + "select 1 -$n as n"))
    assert duckdb.sql(table.render({"n": -2})).fetchall() == [(3,)]


def test_words_from_a_command_line_are_read_as_the_default_is(tmp_path):
    table = read_table(write(tmp_path, HEADER + "select 1 as n"))
    assert table.resolve({"windows": "1,2", "wide": "true"}) == {"windows": [1, 2], "word": "order", "wide": True}
    assert table.resolve({"word": "7"})["word"] == "7"


def test_what_is_asked_for_twice_is_answered_once(tmp_path):
    """A window given twice would count everybody in it twice."""
    table = read_table(write(tmp_path, HEADER + "select 1 as n"))
    assert table.resolve({"windows": [30, 7, 30]})["windows"] == [30, 7]
    assert table.resolve({"windows": "30, 7, 30"})["windows"] == [30, 7]


CHOICES = HEADER.replace("columns:", "choices: {word: [order, number], windows: default}\ncolumns:")


def test_a_word_the_sql_does_not_know_is_refused(tmp_path):
    table = read_table(write(tmp_path, CHOICES + "select 1 as n"))
    assert table.resolve({"word": "14", "windows": "7"}) == {"windows": [7], "word": "14", "wide": False}
    with pytest.raises(TableError, match="'word' is 'fortnight'; expected one of: order, number"):
        table.resolve({"word": "fortnight"})
    with pytest.raises(TableError, match="'windows' is 8; expected one of: 7, 30"):
        table.resolve({"windows": [7, 8]})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"window": 7}, "no parameter 'window'; its parameters are: windows, word, wide"),
        ({"windows": "a,b"}, "'windows' is 'a,b'"),
        ({"wide": "maybe"}, "'wide' is 'maybe'"),
        ({"windows": [7, -1]}, "'windows' is -1; expected 0 or more"),
        ({"windows": []}, "'windows' is empty; expected something like .7, 30."),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_known_ones(tmp_path, given, message):
    table = read_table(write(tmp_path, HEADER + "select 1 as n"))
    with pytest.raises(TableError, match=message.replace("(", r"\(")):
        table.resolve(given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select 1", "no header"),
        ("/* title: [ */ select 1", "not YAML"),
        ("/* title: {zh: a, en: b} */ select 1", "lacks 'description'"),
        (HEADER + "selec t from", "not one readable SELECT"),
    ],
)
def test_a_file_that_breaks_the_grammar_is_named(tmp_path, text, message):
    with pytest.raises(SpecError, match=message) as error:
        _look_through(read_table(write(tmp_path, text)))
    assert "example.sql" in str(error.value)


def _look_through(table):
    """Header and SQL are read when they are first asked for."""
    return table.columns, table.dependencies


def test_an_unknown_name_in_the_sql_is_told(tmp_path):
    with pytest.raises(SpecError, match=r"uses \$windos"):
        read_table(write(tmp_path, HEADER + "select $windos as n")).render({"windows": [7]})


@pytest.mark.parametrize("name", [name for name, table in load_tables().items() if not table.is_python])
def test_the_header_names_the_selects_columns_in_order(name):
    table = load_tables()[name]
    assert [projection.alias_or_name for projection in parse_select(table.nightly()).selects] == list(table.columns)


def test_facts_and_metrics_read_core_and_never_staging():
    for table in load_tables().values():
        own = set(table.dependencies) - READ_OF_REPORTS.get(table.qualified, set())
        read = {name.partition(".")[0] for name in own}
        assert read <= READ_BY[table.schema], f"{table.qualified} reads {', '.join(table.dependencies)}"
