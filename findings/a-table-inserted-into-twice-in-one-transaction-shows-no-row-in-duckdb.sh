#!/usr/bin/env bash
# duckdb 2.0.0: a table is made empty in a transaction, filled with more rows than a row group holds (122,880), and a few rows
# are inserted after them. Until the transaction ends, a query finds no row at all in it, count(*) says 0, without an error;
# after the commit all are there. With fewer rows, with the table made before the transaction, or with the first rows given by
# CREATE TABLE AS, nothing is amiss. What is computed from such a table inside its transaction is silently empty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
cat > "$folder/ask.py" <<'PYTHON'
import duckdb


def seen(rows, made):
    connection = duckdb.connect()
    connection.execute(f"create table source as select n from range({rows}) as r (n)")
    create = "create temp table kept as from source " + ("" if made == "filled" else "limit 0")
    if made == "before":
        connection.execute(create)
    connection.execute("begin")
    if made != "before":
        connection.execute(create)
    if made != "filled":
        connection.execute("insert into kept from source")
    connection.execute("insert into kept from source limit 10")
    inside = connection.execute("select count(*), count(n) from kept").fetchone()
    connection.execute("commit")
    return inside, connection.execute("select count(*), count(n) from kept").fetchone()


told = {(rows, made): seen(rows, made) for rows in (100_000, 150_000) for made in ("empty", "before", "filled")}
for (rows, made), (inside, after) in told.items():
    print(f"{rows} rows, table {made}: inside the transaction {inside}, after it {after}")
    expected = (rows + 10,) * 2
    assert after == expected
    assert inside == ((0, 0) if (rows, made) == (150_000, "empty") else expected)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py"
echo "as described"
