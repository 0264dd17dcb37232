"""What stands where in a SELECT, and the text with other things in their places."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot

from pipelines.building import values
from pipelines.rendering import expanded, rendered_by_tree
from pipelines.settings import Settings
from pipelines.sql_text import Unreadable, fill, parameters, put_in_place, references
from pipelines.tables import load_tables


def test_a_parameter_is_no_parameter_inside_a_text_a_name_or_a_comment() -> None:
    sql = """select $day, '$day it''s $day', "$day" /* $day
    $day */ from t -- $day
    where a < $day and b = $days"""
    assert parameters(sql) == ("day", "days")
    assert (
        fill(sql, {"day": "7", "days": "[1]"}.__getitem__)
        == """select 7, '$day it''s $day', "$day" /* $day
    $day */ from t -- $day
    where a < 7 and b = [1]"""
    )


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("select * from core.orders", ["core.orders"]),
        ("with core as (select 1), o as (from staging.orders) select * from core, o", ["staging.orders"]),
        ('select core.orders.a from "core"."orders", (from core.people)', ["core.orders", "core.people"]),
        ("from a.b where exists (from c.d where x in (select y from e.f)) union all by name from g.h", list("bdfh")),
        ("select 'from core.orders' -- from core.people", []),
        ("select list_contains($windows, n) from core.t where day < $as_of + 1", ["core.t"]),
    ],
)
def test_what_a_select_reads_is_what_duckdb_reads(sql: str, read: list[str]) -> None:
    assert [one.table if "." in read[0] else one.table[-1] for one in references(sql)] == read


@pytest.mark.parametrize("sql", ["selec 1", "select 1; select 2", "create table a as select 1", "select (1"])
def test_what_is_not_one_select_is_refused(sql: str) -> None:
    with pytest.raises(Unreadable):
        references(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select o.n from core.orders as o",
        "select o.n from core.orders o",
        "select orders.n from core.orders",
        'select x.m from "core" . "orders" as x(m)',
        "select /* 订单 */ a.n from core.orders as a join core.orders as b on b.n = a.n",
        "select n from (select * from core.orders) where n in (select o.n from core.orders as o)",
        "select orders from core.orders -- core.orders",
    ],
)
def test_a_select_in_the_place_of_a_table(sql: str) -> None:
    """Wherever the table is named it is replaced, under the name that it had, and nothing else is."""
    connection = duckdb.connect()
    connection.execute("create schema core; create table core.orders as from range(4) as t(n)")
    placed = put_in_place(sql, {"core.orders": "select * from core.orders where n < 2", "core.people": "select 1"})
    assert len(connection.sql(sql).fetchall()) == 4
    assert len(connection.sql(placed).fetchall()) == 2
    assert put_in_place(sql, {"core.people": "select 1"}) == sql


@pytest.mark.parametrize("name", [name for name, table in load_tables().items() if table.sql])
def test_sqlglot_finds_the_same_tables(name: str) -> None:
    """Lineage and Spark read the files by sqlglot; both must see one graph."""
    from sqlglot import exp

    table = load_tables()[name]
    offered = table.header.choices.get("segments", ("default",))  # whichever of its breakdowns is asked for
    asked = table.parameters | ({} if offered == ("default",) else {"segments": list(offered)})
    found = {f"{one.db}.{one.name}" for one in expanded(table, table.parsed(), asked).find_all(exp.Table) if one.db}
    assert table.dependencies == tuple(sorted(found))


@pytest.mark.parametrize("name", [name for name, table in load_tables().items() if table.sql])
def test_the_text_with_its_values_is_what_sqlglot_writes(name: str) -> None:
    """Of every file: the whole, and the touched rows of what it reads; sqlglot's way is the one to other engines."""
    table = load_tables()[name]
    given = {**table.parameters, **values(Settings(home=Path("nowhere")), date(2025, 1, 31))}
    read = {
        one: f"select t.* from {one} as t semi join temp.main.touched as x on t.n = x.n" for one in table.dependencies
    }
    for inputs, is_stored in (({}, False), (read, True)):
        text = table.render(given, inputs=inputs, is_stored=is_stored)
        assert _normal(text) == _normal(rendered_by_tree(table, "duckdb", given, inputs, is_stored))


def _normal(text: str) -> str:
    return sqlglot.parse_one(text, read="duckdb").sql(dialect="duckdb", comments=False)
