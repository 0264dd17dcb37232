#!/usr/bin/env bash
# great-expectations 1.24.1: ExpectCompoundColumnsToBeUnique with ignore_row_if="never" fails on a pandas frame that holds
# the same key twice with a NULL in it, and passes on a SQL table (SQLite here) of the same two rows: the rows are joined
# on the key, where NULL is no NULL's equal. Half of a warehouse's keys hold an optional column.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check great-expectations==1.24.1 'sqlalchemy<2.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sqlite3

import great_expectations as gx
import pandas as pd

frame = pd.DataFrame({"person": ["u", "u"], "group_id": [None, None]}, dtype=object)
with sqlite3.connect("t.db") as connection:
    connection.execute("create table t (person text, group_id text)")
    connection.executemany("insert into t values (?, ?)", frame.values.tolist())
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
frames = context.data_sources.add_pandas("p").add_dataframe_asset("t").add_batch_definition_whole_dataframe("b")
tables = context.data_sources.add_sqlite("s", connection_string="sqlite:///t.db").add_table_asset("t", table_name="t")
expectation = gx.expectations.ExpectCompoundColumnsToBeUnique(
    column_list=["person", "group_id"], ignore_row_if="never"
)
seen = {
    "pandas": frames.get_batch({"dataframe": frame}).validate(expectation).success,
    "SQL": tables.add_batch_definition_whole_table("b").get_batch().validate(expectation).success,
}
print(gx.__version__, seen)
assert seen == {"pandas": False, "SQL": True}
PYTHON
echo "as described"
