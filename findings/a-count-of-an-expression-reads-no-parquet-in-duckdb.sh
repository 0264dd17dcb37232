#!/usr/bin/env bash
# DuckDB 2.0.0 answers count(expression) over a Parquet file from its footer wherever statistics say that the expression
# is never NULL: of a column without NULLs (as upper() of one), and of any expression, hash() too, over columns whose
# least and greatest value are the same, which are taken for constants. No column is read then, so a count that looks like
# reading the whole file once says the right number for a file of which a column cannot be read; bit_xor(hash(…)) tells.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 pyarrow==26.0.1
cd "$folder"
cat > read.py <<'PYTHON'
import duckdb
import pyarrow
import pyarrow.parquet


def asked(amounts, expression):
    """Over a file whose second column cannot be read."""
    pyarrow.parquet.write_table(pyarrow.table({"name": ["ann", "ann"], "amount": amounts}), "whole.parquet")
    begin = pyarrow.parquet.ParquetFile("whole.parquet").metadata.row_group(0).column(1).dictionary_page_offset
    content = open("whole.parquet", "rb").read()
    with open("damaged.parquet", "wb") as file:
        file.write(content[:begin] + bytes(12) + content[begin + 12 :])
    try:
        (answer,) = duckdb.sql(f"select {expression} from 'damaged.parquet'").fetchall()[0]
    except duckdb.Error:
        answer = "an error"
    print(f"{amounts!s:14} {expression:28} {answer}")
    return answer


print("duckdb", duckdb.__version__)
assert asked(["12", "30"], "count(upper(amount))") == 2
assert asked(["12", "30"], "count(hash(name, amount))") == "an error"
assert asked(["12", "12"], "count(hash(name, amount))") == 2
assert asked(["12", "12"], "bit_xor(hash(name, amount))") == "an error"
PYTHON
venv/bin/python read.py
echo "as described"
