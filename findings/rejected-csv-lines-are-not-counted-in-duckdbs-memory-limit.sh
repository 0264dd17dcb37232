#!/usr/bin/env bash
# duckdb 2.0.0: read_csv with store_rejects keeps about a kilobyte of every line that it rejects outside of memory_limit. With a
# limit of 100 MB, a file of 1 MB whose 500,000 lines are ragged takes 500 MB, and so does one whose lines hold an open
# quote; duckdb_memory() tells a tenth of it. The same files with ignore_errors take 10 MB. Whoever relies on the limit to read strangers'
# files must look at their lines first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
cat > "$folder/ask.py" <<'PYTHON'
import resource
import sys

import duckdb

path, how = sys.argv[1:]
connection = duckdb.connect()
connection.execute("set memory_limit = '100MB'; set threads = 2; set temp_directory = ''")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
columns = "columns = {'a': 'VARCHAR', 'b': 'VARCHAR'}, auto_detect = false, header = false, delim = ',', quote = '\"'"
kept = "store_rejects = true, rejects_limit = 0" if how == "kept" else "ignore_errors = true"
connection.execute(f"select count(a) from read_csv('{path}', {columns}, {kept})").fetchall()
told = connection.execute("select sum(memory_usage_bytes) / 1e6 from duckdb_memory()").fetchone()[0]
print(round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000), round(told))
PYTHON
python3 - "$folder" <<'PYTHON'
import subprocess
import sys

folder = sys.argv[1]
taken = {}
for name, line in (("ragged", "x\n"), ("open quote", '"x\n')):
    path = f"{folder}/{name.replace(' ', '-')}.csv"
    with open(path, "w") as file:
        file.write(line * 500_000)
    for how in ("kept", "ignored"):
        said = subprocess.run([f"{folder}/venv/bin/python", f"{folder}/ask.py", path, how], capture_output=True, text=True, check=True)
        taken[name, how], told = map(int, said.stdout.split()[:2])
        print(f"500,000 lines, {name}, rejects {how}: {taken[name, how]} MB more, of which duckdb_memory() tells {told}")
        assert told < 100
assert min(taken["ragged", "kept"], taken["open quote", "kept"]) > 300
assert max(taken["ragged", "ignored"], taken["open quote", "ignored"]) < 100
PYTHON
echo "as described"
