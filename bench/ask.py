"""Any question over a large merchant's events: funnels, retention, lifecycles, beside ClickHouse on the same rows.

    python -m bench.ask --orders 20000000 --events 60000000

What belongs here: the merchant, the questions in both engines' words, seconds and whether the answers agree. What does
not: how the other chapters are measured (tasks, questions).

ClickHouse reads the rows of core.activities sorted by time, as platforms tell them, and sorted by person, as it likes
them best. Its windowFunnel tells how far each person came: what Siyu says with cohort_period = all. Where the answers
differ it ends there and says so.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench import merchant
from bench.measure import CACHE
from pipelines.core import begin_pass, refresh_core
from pipelines.facts import build_facts
from pipelines.metrics import query
from pipelines.settings import load_settings
from pipelines.warehouse import open_for_writing

RUNS = 3
# Every buyer does so many things more, in the year after the first order, most of them soon.
EVENTS = """
    insert into staging.events by name
    select 'douyin' as platform, concat(buyer_id, '-', n) as event_id, buyer_id as user_id,
        'doudian_open_id' as user_id_type,
        list_extract(['live_view', 'live_view', 'live_view', 'live_view', 'video_view', 'live_like', 'product_click',
            'follow', 'fan_club_join', 'group_join', 'group_message', 'push_click'],
            1 + cast(hash(buyer_id, n, 'w') % 12 as integer)) as event,
        date_trunc('second', first_at)
            + to_seconds(cast(hash(buyer_id, n) % (1 + n * n * 40000 % 25000000) // 32 * 32 + n as bigint)) as event_at,
        case when hash(buyer_id, n, 'g') % 5 = 0 then concat('72000', hash(buyer_id) % 200) end as group_id,
        'events' as file_source, 1 as file_id, null as file_row, timestamp '2025-01-01' as version_at
    from (
        select buyer_id, min(paid_at) - interval 2 hour as first_at from staging.orders where paid_at is not null
        group by buyer_id
    ), range($each) as repeated (n)
"""
# engines differ on which of two acts of one second comes first
TIES = """
    delete from staging.events as e using staging.orders as o
    where e.user_id = o.buyer_id and e.event_at = date_trunc('second', o.paid_at)
"""
PATH = ["live_view", "follow", "group_join", "order"]
WHOLE = {"cohort_period": "all"}
THREE = ["live_view", "group_join", "order"]
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "funnel of three steps, 7 days": ("funnel", {"steps": THREE, "within": "7d", **WHOLE}),
    "funnel of four steps, 90 days": ("funnel", {"steps": PATH, "within": "90d", **WHOLE}),
    "funnel of four steps, 90 days, by week": ("funnel", {"steps": PATH, "within": "90d"}),
    "strict funnel, 1 day": ("funnel", {"steps": ["live_view", "order"], "within": "1d", "order": "strict", **WHOLE}),
    "funnel in any order, 7 days": ("funnel", {"steps": THREE, "within": "7d", "order": "any", **WHOLE}),
    "what goes with converting": ("funnel_correlation", {"steps": ["group_join", "order"], "within": "7d"}),
    "retention, join to watching, weeks": (
        "retention",
        {"start": ["group_join"], "back": ["live_view"], "segments": ["all"]},
    ),
    "money retention, join to orders, months": ("money_retention", {"start": ["group_join"]}),
    "lifecycle, watching, weeks": ("lifecycle", {"acts": ["live_view"], "segments": ["all"]}),
    "stickiness, watching, months": ("stickiness", {"acts": ["live_view"], "period": "month", "segments": ["all"]}),
}
# What of Siyu's answer is compared, and ClickHouse's way to it; only where the two mean the same.
_LEVELS = """
    select step, countIf(level >= step) from (
        select person_id, windowFunnel({seconds})(at, {conditions}) as level from {table}
        where known_by > at + {seconds} or activity != '{first}' group by person_id
    ) array join range(1, {past}) as step group by step having countIf(level >= step) > 0
"""


def _levels(steps: list[str], seconds: int) -> str:
    """How far each person came. Left as a pattern for the table."""
    said = {
        "{seconds}": str(seconds),
        "{conditions}": ", ".join(f"activity = '{step}'" for step in steps),
        "{first}": steps[0],
        "{past}": str(len(steps) + 1),
    }
    text = _LEVELS
    for mark, words in said.items():
        text = text.replace(mark, words)
    return text


_LEVEL = "select step_no, people from answer where people > 0"
CLICKHOUSE: dict[str, tuple[str, str]] = {
    "funnel of three steps, 7 days": (_LEVEL, _levels(THREE, 7 * 86400)),
    "funnel of four steps, 90 days": (_LEVEL, _levels(PATH, 90 * 86400)),
    "retention, join to watching, weeks": (
        "select cohort, period_no, returned from answer where returned > 0",
        """
        select toMonday(first_at) as cohort, intDiv(week - toMonday(first_at), 7) as period_no, count() from (
            select minIf(local_at, activity = 'group_join') as first_at,
                groupArrayIf(local_at, activity = 'live_view') as watched,
                arrayDistinct(arrayMap(x -> toMonday(x), arrayFilter(x -> x >= first_at, watched))) as weeks
            from {table} where activity in ('group_join', 'live_view')
            group by person_id having countIf(activity = 'group_join') > 0
        ) array join weeks as week group by cohort, period_no
        """,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ask", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000_000)
    parser.add_argument("--events", type=int, default=60_000_000)
    parser.add_argument("--fresh", action="store_true", help="make the merchant anew")
    given = parser.parse_args()
    home = CACHE / f"ask-{given.orders}-{given.events}"
    if given.fresh:
        shutil.rmtree(home, ignore_errors=True)
    if not (home / "made").exists():
        make(home, given.orders, given.events)
    with _siyu(home) as connection, _clickhouse(home, connection) as tables:
        settings, as_of = load_settings(home), connection.execute("select as_of from core.as_of").fetchone()[0]
        rows = connection.execute(
            "select count(*), count(*) filter (activity = 'order') from core.activities"
        ).fetchone()
        print(f"{rows[0]:,} activities, {rows[1]:,} of them orders; seconds, median of {RUNS}", flush=True)
        for name, (metric, parameters) in ASKED.items():
            _ask(name, connection, settings, as_of, metric, parameters, tables)


def _ask(name: str, connection: Any, settings: Any, as_of: date, metric: str, parameters: Any, tables: Any) -> None:
    def answer(columns: str = "from answer") -> list[tuple[Any, ...]]:
        return query(connection, metric, parameters, settings, as_of).query("answer", columns).fetchall()

    mine, line = _timed(answer), ""
    for table, ask in tables.items() if name in CLICKHOUSE else ():
        columns, sql = CLICKHOUSE[name]
        theirs = _timed(lambda ask=ask, sql=sql, table=table: ask(sql.replace("{table}", table)))
        said, found = _texts(answer(columns)), _texts(ask(sql.replace("{table}", table)))
        if said != found:
            raise SystemExit(f"{name}: the answers differ; Siyu {said[:5]}, ClickHouse {found[:5]}")
        line += f"   ClickHouse {table} {theirs:7.2f} ({theirs / mine:.1f} x)"
    print(f"{name:45} {mine:7.2f}{line}", flush=True)


def _texts(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row)) for row in rows)


def _timed(ask: Callable[[], Any]) -> float:
    ask()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def make(home: Path, orders: int, events: int) -> None:
    """A merchant with so many orders and about so many events, and everything up to the facts."""
    shutil.rmtree(home, ignore_errors=True)
    merchant.make(home, orders)
    settings = load_settings(home)
    with open_for_writing(settings) as warehouse:
        connection = warehouse.connection
        buyers = connection.execute("select count(distinct buyer_id) from staging.orders").fetchone()[0]
        connection.execute(EVENTS, {"each": max(1, round(events / buyers))})
        day = connection.execute("select cast(max(paid_at) as date) from staging.orders").fetchone()[0]
        connection.execute("delete from staging.events where event_at >= ?", [day])
        connection.execute(TIES)
        core_pass = begin_pass(connection, settings, day, True)
        for done in refresh_core(connection, settings, core_pass):
            print(f"  {done.table} {done.seconds:.1f} s", flush=True)
        connection.execute("checkpoint")
        for built in build_facts(connection, settings, day):
            print(f"  {built.table} {built.seconds:.1f} s", flush=True)
        connection.execute("checkpoint")
    (home / "made").touch()


@contextlib.contextmanager
def _siyu(home: Path) -> Iterator[Any]:
    import duckdb

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


@contextlib.contextmanager
def _clickhouse(home: Path, connection: Any) -> Iterator[dict[str, Callable[[str], list[tuple[Any, ...]]]]]:
    """By table the way to ask it; the rows written once."""
    from chdb.session import Session

    folder, parquet = home / "clickhouse", home / "activities.parquet"
    is_new = not folder.exists()
    if is_new:
        connection.execute(f"""
            copy (
                select a.person_id, a.activity, epoch(a.activity_at_utc)::bigint as at, a.activity_at as local_at,
                    epoch((k.known_until + 1)::timestamp - interval 8 hour)::bigint as known_by
                from core.activities as a, (
                    select min(known_until) as known_until from core.known
                    where kind in ('events', 'memberships', 'orders')
                ) as k
                order by a.activity_at
            ) to '{parquet}' (format parquet, row_group_size 1000000)
        """)
    session = Session(str(folder))
    session.query("create database if not exists bench engine = Atomic")
    session.query("use bench")

    def ask(sql: str) -> list[tuple[Any, ...]]:
        lines = session.query(sql, "TabSeparated").bytes().decode().splitlines()
        return [tuple(line.split("\t")) for line in lines]

    for name, key in {"by_time": "at", "by_person": "(person_id, at)"}.items() if is_new else ():
        session.query(f"""
            create table {name} (
                person_id String, activity LowCardinality(String), at UInt32, local_at DateTime64(6, 'UTC'),
                known_by UInt32
            ) engine = MergeTree order by {key}
        """)
        session.query(f"insert into {name} select * from file('{parquet}')")
        session.query(f"optimize table {name} final")
    try:
        yield {"by_time": ask, "by_person": ask}
    finally:
        session.close()


if __name__ == "__main__":
    main()
