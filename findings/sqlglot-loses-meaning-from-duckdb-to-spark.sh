#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb -> spark, each without an error or a warning: a percentile of a descending order becomes an
# approximate one of the ascending order; the condition of `join unnest(...) on` is gone; a list's order is gone; a time of
# day becomes a comparison of whole timestamps with today's 20:00.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sqlglot

seen = [
    sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    for query in (
        "select percentile_cont(0.9) within group (order by x desc) from t",
        "select * from t join unnest(t.l) as u(x) on u.x > 1",
        "select list(x order by y) from t",
        "select paid_at::time >= time '20:00' from t",
    )
]
print(sqlglot.__version__, *seen, sep="\n")
assert seen == [
    "SELECT PERCENTILE_APPROX(x, 0.9) FROM t",
    "SELECT * FROM t LATERAL VIEW EXPLODE(t.l) u AS x",
    "SELECT COLLECT_LIST(x) FROM t",
    "SELECT CAST(paid_at AS TIMESTAMP) >= CAST('20:00' AS TIMESTAMP) FROM t",
]
PYTHON
echo "as described"
