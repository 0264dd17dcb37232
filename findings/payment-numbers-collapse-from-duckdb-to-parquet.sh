#!/usr/bin/env bash
# WeChat Pay's transaction ids have 28 digits: too long for BIGINT, and duckdb 2.0.0 sums them up as HUGEINT without
# complaint. COPY ... TO Parquet writes HUGEINT as DOUBLE, without a warning: two different payments become one. Arrow
# gets them exactly (decimal128).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 pyarrow==26.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()
connection.execute("create table paid as select (4200001234202603011234567890::hugeint + range) as id from range(2)")
connection.execute("copy paid to 'paid.parquet'")
before = connection.execute("select count(distinct id), any_value(typeof(id)) from paid").fetchone()
after = connection.execute("select count(distinct id), any_value(typeof(id)) from 'paid.parquet'").fetchone()
exact = connection.execute("select id from paid").to_arrow_table().column("id").to_pylist()
print(duckdb.__version__, before, "->", after, exact)
assert before == (2, "HUGEINT") and after == (1, "DOUBLE") and len(set(exact)) == 2
PYTHON
echo "as described"
