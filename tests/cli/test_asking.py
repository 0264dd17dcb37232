"""`siyu query` and `siyu metric`: forms of answers, and questions that have none."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from pipelines.warehouse import open_warehouse
from tests.cli.conftest import Siyu


def test_json_is_a_list_of_objects_with_iso_dates_and_numbers(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "from core.orders order by order_id", "--format", "json")
    rows = json.loads(said.out)
    assert said.code == 0
    assert [row["order_id"] for row in rows] == ["o1", "o2", "o3", "o4"]
    first = rows[0]
    assert (first["paid_at"], first["paid_date"], first["paid_amount"]) == ("2025-01-05T00:00:00", "2025-01-05", 100)
    assert rows[1]["paid_amount"] == 50.5
    assert first["is_kept"] is True
    assert first["live_session_id"] is None


def test_json_of_no_rows_is_an_empty_list(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "select 1 as a where false", "--format", "json")
    assert json.loads(said.out) == []


def test_json_of_odd_values(siyu: Siyu, small_home: Path) -> None:
    sql = (
        "select 'nan'::double as nan, [1, 2] as list, {'a': date '2025-01-01'} as struct, interval 1 day as day, "
        "time '10:30' as time, 'ab'::blob as bytes, 1 as twice, 2 as twice"
    )
    (row,) = json.loads(siyu("--home", str(small_home), "query", sql, "--format", "json").out)
    assert row == {
        "nan": None,
        "list": [1, 2],
        "struct": {"a": "2025-01-01"},
        "day": 86400,
        "time": "10:30:00",
        "bytes": "6162",
        "twice": 1,
        "twice_2": 2,
    }


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1"])
def test_csv_holds_no_formula(siyu: Siyu, small_home: Path, start: str) -> None:
    sql = f"select '{start}' as \"=name\", -1 as number, -0.5 as half, 'x=1' as harmless"
    said = siyu("--home", str(small_home), "query", sql, "--format", "csv")
    header, row = list(csv.reader(io.StringIO(said.out, newline="")))
    assert header == ["'=name", "number", "half", "harmless"]
    assert row == ["'" + start, "-1", "-0.5", "x=1"]


def test_csv_writes_nothing_for_null_and_keeps_amounts(siyu: Siyu, small_home: Path) -> None:
    sql = "select null as a, 50.50::decimal(18, 2) as b, true as c, timestamp '2025-01-05 10:00:00' as d, [1] as e"
    said = siyu("--home", str(small_home), "query", sql, "--format", "csv")
    assert said.out == "a,b,c,d,e\n,50.50,true,2025-01-05T10:00:00,[1]\n"


def test_a_table_is_aligned_where_it_fits(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "select '复购率' as name, 0.5 as rate union all select 'b', null")
    assert said.out.splitlines() == [
        "name    rate",
        "──────  ────",
        "复购率   0.5",
        "b          -",
        "(2 rows)",
    ]


def test_a_wide_table_becomes_blocks_on_a_narrow_terminal(
    siyu: Siyu, small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = siyu("--home", str(small_home), "query", "select * from core.orders order by order_id", "--limit", "2")
    lines = said.out.splitlines()
    assert max(map(len, lines[:-1])) <= 60
    assert "order_id                     o1" in lines
    assert lines[-1] == "(4 rows, the first 2 shown; --limit 0 or --format csv gives all)"


def test_text_cannot_command_the_terminal(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "select chr(27) || '[2J' || chr(8238) || '👩‍👧　好' as name")
    assert "\x1b" not in said.out
    assert "\\x1b[2J\\u202e👩‍👧　好" in said.out


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to 'x.csv'",
        "attach 'x.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
        "create table core.x as select 1",
        "delete from core.orders",
    ],
)
def test_a_query_neither_writes_nor_reads_other_files(siyu: Siyu, small_home: Path, sql: str) -> None:
    said = siyu("--home", str(small_home), "query", sql)
    assert said.code == 1
    assert "could not be answered" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select repeat('x', 3000000000)", "needs more memory"),
        ("select count(*) from range(100000000000) a", "took longer than 1 seconds"),
    ],
)
def test_a_query_is_bounded_in_memory_and_time(siyu: Siyu, small_home: Path, sql: str, expected: str) -> None:
    """In megabytes here; half of the machine's memory otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.cli.asking.SHARE_OF_MEMORY", 0.02)
        said = siyu("--home", str(small_home), "query", "--seconds", "1", sql)
    assert said.code == 1
    assert expected in said.err
    assert siyu("--home", str(small_home), "query", "select 1").code == 0


def test_bad_sql_is_shown_where_it_is_wrong(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "select nope from core.orders")
    assert said.code == 1
    assert "nope" in said.err
    assert "Traceback" not in said.err
    assert "siyu explain" in said.err


def test_sql_from_standard_input(siyu: Siyu, small_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select 42 as answer"))
    assert "42" in siyu("--home", str(small_home), "query", "-").out


def test_an_empty_query_says_so(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", " ; ")
    assert (said.code, said.out) == (1, "")
    assert "empty" in said.err


def test_of_two_statements_none_is_answered(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "query", "select 1; select 2")
    assert (said.code, said.out) == (1, "")
    assert "holds 2 statements; expected one SELECT" in said.err
    assert "(1 row)" in siyu("--home", str(small_home), "query", "select ';' as text -- ;").out


def test_tables_are_listed_and_found_without_their_schema(siyu: Siyu, small_home: Path) -> None:
    listed = siyu("--home", str(small_home), "query", "show tables", "--format", "csv").out.split()
    assert {"repurchase", "people", "orders", "pushes"} <= set(listed)
    counted = siyu(
        "--home", str(small_home), "query", "select count(person_id) as people from orders", "--format", "csv"
    )
    assert counted.out == "people\n4\n"


def test_a_metric_with_other_parameters(siyu: Siyu, small_home: Path) -> None:
    said = siyu(
        *("--home", str(small_home), "metric", "repurchase"),
        *("--param", "windows=14,30", "--param", "segments=all", "--format", "json"),
    )
    told = [(r["cohort_month"], r["window_days"], r["mature_buyers"], r["repeat_buyers"]) for r in json.loads(said.out)]
    # u1 buys again after 15 days, u2 never; u3's order in February is the last that is known
    assert told == [
        ("2025-01-01", 14, 2, 0),
        ("2025-01-01", 30, 2, 1),
        ("2025-02-01", 14, 0, 0),
        ("2025-02-01", 30, 0, 0),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["repurchas"], "did you mean 'repurchase'?"),
        (["repurchase", "--param", "window=30"], "its parameters are: windows, segments"),
        (["repurchase", "--param", "windows"], "expected KEY=VALUE, e.g. --param windows=7,30,60,90,180,365"),
        (["repurchase", "--param", "windows=thirty"], "'windows' is 'thirty'; expected something like [7, 30"),
        (["repurchase", "--param", "windows=7", "--param", "windows=30"], "a list is written once, as windows=7,30"),
        (["repurchase", "--as-of", "2025-02-30"], "'2025-02-30' is not a day; expected one like"),
    ],
)
def test_a_metric_that_cannot_be_asked(siyu: Siyu, small_home: Path, arguments: list[str], expected: str) -> None:
    said = siyu("--home", str(small_home), "metric", *arguments)
    assert (said.code, said.out) == (1, "")
    assert expected in said.err


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (
            ["retention", "--param", "start=order", "--param", "back=ordr"],
            "note: back=ordr: nobody did this, core.activities.activity holds no such word; "
            "did you mean 'order'? it holds any, purchase, public, private_entry, order\n",
        ),
        (
            ["retention", "--param", "start=order", "--param", "back=order[shop_id=elsewhere]"],
            "note: back: nothing has shop_id=elsewhere, core.activities holds no such value\n",
        ),
        (
            ["repurchase", "--as-of", "2025-03-31"],
            "note: the data ends on 2025-02-10; nothing is known of the days after it, up to 2025-03-31: windows that "
            "end there stay open\n",
        ),
        (["retention", "--param", "start=order,any", "--param", "back=private_entry", "--as-of", "2025-01-31"], ""),
    ],
)
def test_an_answer_that_may_mean_something_else_comes_with_a_note(
    siyu: Siyu, small_home: Path, arguments: list[str], note: str
) -> None:
    said = siyu("--home", str(small_home), "metric", *arguments, "--format", "json")
    assert (said.code, said.err) == (0, note)
    assert json.loads(said.out)


def test_so_it_does_in_a_notebook(small_home: Path) -> None:
    with open_warehouse(small_home) as warehouse, pytest.warns(UserWarning, match="did you mean 'order'"):
        assert not warehouse.metric("retention", start="order", back="ordr")["returned"].any()


def test_nothing_published_says_what_to_do(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(tmp_path), "query", "select 1")
    assert said.code == 1
    assert "nothing is published yet" in said.err
    assert "siyu run" in said.err


def test_why_a_model_says_nothing_comes_as_a_note(siyu: Siyu, small_home: Path) -> None:
    said = siyu("--home", str(small_home), "metric", "value_model", "--param", "segments=all")
    assert said.code == 0
    assert "note: all: nothing is predicted: buyers: " in said.err
    assert "500 needed\n" in said.err
