#!/usr/bin/env bash
# pyspark 4.3.0 writes timestamps to Parquet as INT96 unless told otherwise, and INT96 is an instant in UTC. duckdb 2.0.0
# reads it as TIMESTAMP, not as TIMESTAMPTZ: 00:30 on 1 March in Shanghai becomes 16:30 on 28 February, another day and
# another month, without a warning. The same frame written as TIMESTAMP_MICROS comes as TIMESTAMPTZ and is right.
# Needs Java 17 or 21.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.3.0 duckdb==2.0.0 pytz==2025.2
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "Asia/Shanghai") \
    .config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
frame = spark.sql("select timestamp '2026-03-01 00:30:00' as paid_at")
frame.write.parquet("default")
spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
frame.write.parquet("micros")
connection = duckdb.connect()
connection.execute("set timezone = 'Asia/Shanghai'")
seen = [connection.execute(f"select paid_at::varchar, typeof(paid_at) from '{name}/*.parquet'").fetchone()
        for name in ("default", "micros")]
print(spark.version, duckdb.__version__, seen)
assert seen == [("2026-02-28 16:30:00", "TIMESTAMP"), ("2026-03-01 00:30:00+08", "TIMESTAMP WITH TIME ZONE")]
PYTHON
echo "as described"
