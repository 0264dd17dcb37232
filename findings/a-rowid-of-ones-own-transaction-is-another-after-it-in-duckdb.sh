#!/usr/bin/env bash
# duckdb 2.0.0: rows that the running transaction has written have a rowid that begins at 36,028,797,018,960,000, also in a table
# made by CREATE TABLE AS; after the commit the same rows are 0, 1, 2 and so on. Rows that stood before keep theirs, so a table
# written to in a transaction has both kinds at once. A rowid kept across the commit finds no row then, without an error, and one
# taken for the row's place (an index into an array of numpy or scipy) is far outside.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
cat > "$folder/ask.py" <<'PYTHON'
import duckdb

FIRST = 36_028_797_018_960_000
connection = duckdb.connect()


def rowids(table):
    return [number for (number,) in connection.execute(f"select rowid from {table} order by n").fetchall()]


connection.execute("create table standing as select n from range(3) as r (n)")
connection.execute("begin")
connection.execute("create temp table made as select n from range(3) as r (n)")
connection.execute("insert into standing values (3)")
inside = {table: rowids(table) for table in ("made", "standing")}
kept = inside["made"][2]
connection.execute("commit")
after = {table: rowids(table) for table in ("made", "standing")}
found = connection.execute("select count(*) from made where rowid = ?", [kept]).fetchone()[0]
for table in inside:
    print(f"{table}: inside the transaction {inside[table]}, after it {after[table]}")
print(f"rows found after it by a rowid of inside: {found}")
assert inside == {"made": [FIRST, FIRST + 1, FIRST + 2], "standing": [0, 1, 2, FIRST]}
assert after == {"made": [0, 1, 2], "standing": [0, 1, 2, 3]}
assert found == 0
PYTHON
"$folder/venv/bin/python" "$folder/ask.py"
echo "as described"
