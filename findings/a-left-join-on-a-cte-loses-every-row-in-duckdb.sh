#!/usr/bin/env bash
# duckdb 2.0.0: `x left join (x where shop is null) … where r.k is null`, x a CTE, should give every row of x while no shop
# is NULL: nothing matches. It gives none. The right side is known to be empty from the column's statistics, and the
# optimizer rule outer_join_simplification then takes the left join for an inner one. With the table itself in place of
# the CTE, or without that rule, all three rows come.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()
connection.execute("create table t as select 1 as k, 's' as shop from range(3)")
joined = "select l.* from {x} as l left join (from {x} where shop is null) as r on l.k = r.k where r.k is null"
of_table = len(connection.sql(joined.format(x="t")).fetchall())
of_cte = len(connection.sql("with x as (from t) " + joined.format(x="x")).fetchall())
connection.execute("set disabled_optimizers = 'outer_join_simplification'")
without_rule = len(connection.sql("with x as (from t) " + joined.format(x="x")).fetchall())
print(duckdb.__version__, {"table": of_table, "CTE": of_cte, "CTE without the rule": without_rule})
assert (of_table, of_cte, without_rule) == (3, 0, 3)
PYTHON
echo "as described"
