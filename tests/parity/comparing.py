"""Whether two tables are equal: columns, types, rows as multisets, floating point numbers to 1e-9.

What belongs here: the comparison, in DuckDB. What does not: which tables are compared (test_parity, test_engine).
"""

from __future__ import annotations

import duckdb

TOLERANCE = 1e-9


def differences(connection: duckdb.DuckDBPyConnection, mine: str, other: str) -> list[str]:
    """How DuckDB's table `mine` and Spark's (a name, or a SELECT in brackets) differ; empty when they do not.

    Column names in order, types, and rows: everything equal, floating point numbers to 1e-9 (relative above 1, absolute
    below).
    """
    return _columns_apart(connection, mine, other) or _rows_apart(connection, mine, other)


def _columns_apart(connection: duckdb.DuckDBPyConnection, mine: str, other: str) -> list[str]:
    ours, theirs = _types(connection, mine), _types(connection, other)
    if list(ours) != list(theirs):
        return [f"columns: DuckDB {', '.join(ours)}; Spark {', '.join(theirs)}"]
    return [
        f"type of {column}: DuckDB {kind}; Spark {theirs[column]}"
        for column, kind in ours.items()
        if kind != theirs[column]
    ]


def _types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {source}").fetchall()
    return {row[0]: row[1] for row in rows}


def _rows_apart(connection: duckdb.DuckDBPyConnection, mine: str, other: str) -> list[str]:
    """Rows of one side without an equal on the other, as text; a few of them.

    Rows equal in everything but their floats are put in the order of these and compared one by one.
    """
    types = _types(connection, mine)
    floats = [f'"{column}"' for column, kind in types.items() if kind in ("DOUBLE", "FLOAT")]
    exact = [f'"{column}"' for column, kind in types.items() if kind not in ("DOUBLE", "FLOAT")]
    order = f"order by {', '.join(floats)}" if floats else ""
    number = f"row_number() over (partition by {', '.join(exact) or '1'} {order}) as row_no"
    same = " and ".join(f"_duckdb.{column} is not distinct from _spark.{column}" for column in [*exact, "row_no"])
    near = " and ".join(_near(column) for column in floats) or "true"
    rows = connection.execute(f"""
        with _duckdb as materialized (select *, {number}, 1 as here from {mine}),
            _spark as materialized (select *, {number}, 1 as here from {other})
        select case when _spark.here is null then 'only in DuckDB: ' || to_json(_duckdb)
            when _duckdb.here is null then 'only in Spark: ' || to_json(_spark)
            else 'DuckDB ' || to_json(_duckdb) || ' Spark ' || to_json(_spark) end
        from _duckdb full join _spark on {same}
        where _duckdb.here is null or _spark.here is null or not ({near})
    """).fetchall()
    return [row[0] for row in rows]


def _near(column: str) -> str:
    a, b = f"_duckdb.{column}", f"_spark.{column}"
    # DuckDB holds NaN equal to NaN, and infinities equal to themselves
    small = f"abs({a} - {b}) <= {TOLERANCE} * greatest(1, abs({a}), abs({b}))"
    return f"({a} is not distinct from {b} or coalesce({small}, false))"
