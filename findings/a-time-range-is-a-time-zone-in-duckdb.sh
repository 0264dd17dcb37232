#!/usr/bin/env bash
# duckdb 2.0.0: a session's "20:00-23:00" casts to TIMESTAMPTZ without an error: the end of the range is taken for an
# offset of minus 23 hours, so the start lands 31 hours later in Shanghai. No zone on Earth is beyond -12:00 or +14:00.
# As TIMESTAMP the same text gives 20:00: the "offset" is dropped. With blanks around the dash it is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0 pytz==2025.2
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()
connection.execute("set timezone = 'Asia/Shanghai'")
text = "2026-03-01 20:00-23:00"
as_instant, as_clock, spaced = connection.execute(
    "select try_cast($t as timestamptz)::varchar, try_cast($t as timestamp)::varchar, "
    "try_cast(replace($t, '-23', ' - 23') as timestamptz)", {"t": text}
).fetchone()
print(duckdb.__version__, repr(text), "->", as_instant, "as TIMESTAMPTZ,", as_clock, "as TIMESTAMP, spaced:", spaced)
assert (as_instant, as_clock, spaced) == ("2026-03-03 03:00:00+08", "2026-03-01 20:00:00", None)
PYTHON
echo "as described"
