#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb -> spark: Spark reads a WITH inside a subquery, yet sqlglot moves every nested one to the top of the
# statement and renames none. Two subqueries that each call their own part `a`, as put-together queries do, become one list
# with `a` in it twice, which no engine reads (Spark: DUPLICATED_CTE_NAMES; here DuckDB is asked). No error, no warning;
# duckdb -> duckdb leaves them where they are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==2.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import sqlglot

part = "(with a as (select {0} as x) select x from a) as {1}"
query = f"select one.x, two.x as y from {part.format(1, 'one')} cross join {part.format(2, 'two')}"
moved, left = (
    sqlglot.transpile(query, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    for dialect in ("spark", "duckdb")
)
print(sqlglot.__version__, moved, left, sep="\n")
assert moved == (
    "WITH a AS (SELECT 1 AS x), a AS (SELECT 2 AS x) "
    "SELECT one.x, two.x AS y FROM (SELECT x FROM a) AS one CROSS JOIN (SELECT x FROM a) AS two"
)
assert duckdb.sql(query).fetchall() == duckdb.sql(left).fetchall() == [(1, 2)]
try:
    duckdb.sql(moved)
except duckdb.Error as error:
    print(str(error).splitlines()[0])
else:
    raise SystemExit("two parts of one name can be read now")
PYTHON
echo "as described"
