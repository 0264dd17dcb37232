#!/usr/bin/env bash
# Dagster 1.13.27 with its default storage (SQLite files under DAGSTER_HOME) keeps no connection: every statement over
# runs or events makes an SQLAlchemy engine, opens a file and closes both. What a check of an asset says is written to the
# run's file, mirrored into an index, and into a table of checks: each check of one asset opens files nine times (some 317
# times for an asset with thirty), so that many small checks cost far more to be recorded than to be asked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dagster==1.13.27
cd "$folder"
mkdir home
printf 'telemetry: {enabled: false}\n' > home/dagster.yaml
cat > counted.py <<'PYTHON'
import sqlite3

import dagster as dg

opened = 0
connect = sqlite3.connect


def counting(*given, **named):
    global opened
    opened += 1
    return connect(*given, **named)


sqlite3.connect = counting
sqlite3.dbapi2.connect = counting


def job_of(checks):
    names = [f"check_{n}" for n in range(checks)]

    @dg.asset(name=f"table_{checks}", check_specs=[dg.AssetCheckSpec(name, asset=f"table_{checks}") for name in names])
    def table():
        yield dg.MaterializeResult()
        for name in names:
            yield dg.AssetCheckResult(check_name=name, passed=True)

    return [table]


def opened_by(checks, instance):
    before = opened
    assert dg.materialize(job_of(checks), instance=instance).success
    return opened - before


with dg.DagsterInstance.get() as kept:
    opened_by(1, kept)  # makes the files
    few, many = opened_by(10, kept), opened_by(30, kept)
print(dg.__version__, {"10 checks": few, "30 checks": many, "each check more": (many - few) / 20})
assert many - few == 9 * 20
PYTHON
DAGSTER_HOME="$folder/home" "$folder/venv/bin/python" counted.py 2>/dev/null
echo "as described"
