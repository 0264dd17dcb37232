"""Attribution at size: `python -m bench.attribution --paths 10000000`; seconds by table, and what they need of memory.

What belongs here: paths to measure on, the tables' turns. What does not: whether the parts are right (tests/metrics).

Every round is a process of its own over the same core.orders and core.events: paths of some ten million people over a
year, of 40 channels, of which a few have most touches; three of five paths lead to a purchase. Seconds are those of the
fact from core on and of the metric with all seven models, for each order of the chain that is asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHANNELS, PATHS_OF_A_PERSON, DAYS_APART = 40, 4, 91
GOAL = 60.0
# Touches of a path: one, and as often one more as not, at most twelve; up to 25 days before its end.
CORE = """
    create temp table paths as
        select i, concat('p', lpad(cast(i // {of_a_person} as varchar), 11, '0')) as person_id,
            date '2025-01-01' + cast(i % {of_a_person} * {apart} + 26 + hash(i, 'day') % 60 as integer) as day,
            hash(i, 'bought') % 5 < 3 as is_bought,
            least(12, 1 + floor(-log2((1 + hash(i, 'long') % 4095) / 4096))) as touches
        from range({paths}) as numbers (i);
    create table core.events as
        select p.person_id, {channel_of_touch} as channel,
            case when hash(channel) % 2 = 0 then 'public' else 'private' end as domain,
            p.day - cast(hash(p.i, n, 'ago') % 26 as integer) as event_date,
            cast(date_trunc('month', event_date) as date) as event_month,
            event_date + to_seconds(cast(hash(p.i, n, 'at') % 86400 as bigint)) as event_at_utc,
            true as is_active, false as is_inferred
        from paths as p, range(cast(p.touches as bigint)) as numbers (n);
    create table core.orders as
        select person_id, day as paid_date, cast(date_trunc('month', day) as date) as paid_month,
            day + to_seconds(cast(hash(i, 'at') % 86400 as bigint)) as paid_at_utc,
            true as is_first_in_day, true as is_kept, {channel_of_order} as channel,
            case when hash(channel) % 2 = 0 then 'public' else 'private' end as domain,
            cast(10 + hash(i, 'yuan') % 20000 / 100 as decimal(18, 2)) as net_amount,
            row_number() over (partition by person_id order by day) as purchase_no
        from paths where is_bought;
    create table core.known as select unnest(['orders', 'events']) as kind, 'douyin' as platform, true as is_own,
        date '2025-01-01' as known_from, date '2026-12-31' as known_until;
    create table core.calendar as
        select unnest(generate_series(date '2025-01-01', date '2026-12-31', interval 1 day))::date as date;
    create table core.data_gaps (kind varchar, first_date date, last_date date, share_rate double);
    drop table paths;
    checkpoint;
"""
# Of so many channels a few have most touches.
CHANNEL = f"concat('channel_', cast(floor({CHANNELS} * pow((hash({{of}}) % 10007) / 10007, 2.5)) as integer))"
PATHS = "select sum(touches) from facts.path_steps where kind = 'move' and before_1 = ''"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attribution", description=__doc__)
    parser.add_argument("--paths", type=int, default=10_000_000)
    parser.add_argument("--orders", default="1,3", help="of the chain, comma-separated")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-attribution-bench")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    file = given.folder / f"paths-{given.paths}.duckdb"
    orders = [int(order) for order in given.orders.split(",")]
    if given.measure:
        print(json.dumps(measure(file, orders)))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        make(file, given.paths)
    command = [sys.executable, "-m", "bench.attribution", *sys.argv[1:], "--measure"]
    for _ in range(given.rounds):
        told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
        _tell(json.loads(told.strip().splitlines()[-1]))


def make(file: Path, paths: int) -> None:
    """A warehouse with what attribution reads of core; made once."""
    from pipelines.database import connect

    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    connection = connect(partial)
    channels = {"channel_of_touch": CHANNEL.format(of="p.i, n"), "channel_of_order": CHANNEL.format(of="i, 'by'")}
    connection.execute(CORE.format(paths=paths, of_a_person=PATHS_OF_A_PERSON, apart=DAYS_APART, **channels))
    connection.close()
    partial.rename(file)


def measure(file: Path, orders: list[int]) -> dict[str, Any]:
    """The fact and the metric over it; seconds, seconds of the processor, peak memory."""
    from datetime import date

    from pipelines.building import build, values
    from pipelines.database import connect
    from pipelines.settings import Settings
    from pipelines.tables import load_tables

    connection, tables = connect(file), load_tables()
    given = values(Settings(home=file.parent), date(2026, 12, 31))
    before, before_cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, _processor()
    build(connection, tables["facts.path_touches"], given)
    seconds = {"facts.path_steps": build(connection, tables["facts.path_steps"], given).seconds}
    for order in orders:
        started = time.perf_counter()
        rows = build(connection, tables["metrics.attribution"], given | {"markov_order": order}).rows
        seconds[f"metrics.attribution, order {order}"] = time.perf_counter() - started
    return {
        "seconds": seconds,
        "processor": _processor() - before_cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "before": before,
        "rows": rows,
        "paths": int(connection.execute(PATHS).fetchall()[0][0]),
        "touches": connection.execute("select count(*) from facts.path_touches").fetchall()[0][0],
        "fact": connection.execute("select count(*) from facts.path_steps").fetchall()[0][0],
    }


def _processor() -> float:
    """Seconds of the processor so far, of all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _tell(told: dict[str, Any]) -> None:
    rows = f"{told['fact']:,} rows of the fact, {told['rows']:,} of the metric"
    print(f"{told['paths']:,} paths of {told['touches']:,} touches; {rows}")
    for part, seconds in told["seconds"].items():
        print(f"  {part:32} {seconds:7.2f} s")
    nightly = sum(list(told["seconds"].values())[:2])
    print(f"together {nightly:.1f} s (goal {GOAL:g}), {told['processor']:.1f} s of the processor, "
          f"{told['peak'] / 2**20:.2f} GiB at most ({told['before'] / 2**20:.2f} before)")  # fmt: skip


if __name__ == "__main__":
    main()
