"""Does an uplift's interval hold what was planted: `python -m bench.uplift --seeds 100`.

What belongs here: many small merchants of whom it is known what joining caused, asked as the nightly table is, and how
often the 95 % interval holds it. What does not: the merchants (pipelines/simulate), the estimate.

Two kinds: people who live week by week (simulate/joining.py: spend and live attendance; the truth is how much less the
same people would have done otherwise, on average), and the demo merchant's own process up to the purchases
(simulate/world.py: repurchase; the truth is planted.MEMBER_EFFECT). Each seed is a merchant, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.database import connect
from pipelines.metrics import query
from pipelines.settings import Settings
from pipelines.simulate import chances, joining, planted, world

GOAL = 0.9
WINDOWS = [30, 90, 180]
TRUTHS = 60  # merchants over whom the truth is a mean
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.uplift", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=6_000, help="of the merchants who live week by week; 0: none")
    parser.add_argument(
        "--demo-people", type=int, default=20_000, help="of those of the demo merchant's process; 0: none"
    )
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.seed is not None:
        kinds = ((by_week, given.people), (by_first_order, given.demo_people))
        print(json.dumps([row for kind, people in kinds if people for row in kind(given.seed, people)]))
        return
    planted_of = {} if not given.people else expected(given.people)
    started, found = time.monotonic(), []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        size = ["--people", str(given.people), "--demo-people", str(given.demo_people)]
        done = subprocess.run(
            [sys.executable, "-m", "bench.uplift", "--seed", str(seed), *size],
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"seed {seed}: {(time.monotonic() - started) / len(found):.1f} s each", file=sys.stderr, flush=True)
    tell([[row | {"truth": planted_of.get(_cell(row), row["truth"])} for row in seed] for seed in found])


def expected(people: int) -> dict[str, float]:
    """What joining causes on average, over merchants that are not asked: an interval is for this, and not for what
    became of its own few people."""
    cells = [(outcome, days) for outcome in ("spend", "live_attendance") for days in WINDOWS]
    found: dict[str, list[float]] = {f"{outcome} {days}": [] for outcome, days in cells}
    for number in range(TRUTHS):
        merchant = joining.Joining(seed=10_000 + number, people=people)
        for outcome, days in cells:
            found[f"{outcome} {days}"].append(merchant.caused(outcome, days))
    return {cell: statistics.mean(caused) for cell, caused in found.items()}


def _cell(row: Row) -> str:
    return f"{row['outcome']} {row['window_days']}"


def by_week(seed: int, people: int) -> Iterator[Row]:
    """Spend and live attendance of people who live week by week."""
    merchant, connection = joining.Joining(seed=seed, people=people), connect()
    joining.fill(connection, merchant)
    for row in asked(connection, merchant.as_of):
        if row["outcome"] != "repurchase":
            yield judged(row, 0.0)  # see expected


def by_first_order(seed: int, people: int) -> Iterator[Row]:
    """Repurchase of the demo merchant's process: who is a member at the first order is more likely to buy again."""
    connection = connect()
    world.prepare(connection, seed)
    parameters = planted.scalars(planted.FIRST_DAY, planted.LAST_DAY) | {"first_person": 0, "people": people}
    for name in ("people", "ladder", "first_orders", "purchases"):
        world.fill(connection, name, parameters)
    connection.execute(_SEEN)
    joining.core_of(connection, planted.FIRST_DAY, planted.LAST_DAY)
    for row in asked(connection, planted.LAST_DAY):
        if row["outcome"] == "repurchase":
            yield judged(row, planted.MEMBER_EFFECT * chances.repeat_within(row["window_days"]))


# As joining.fill would have put it; a considered order has no hour in this part of the world, and comes at noon.
_SEEN = """
create temp table seen as
select concat('p', p.person) as person_id, p.touched_at as first_seen_at, k.private_at
from world.people as p inner join world.ladder as k on p.person = k.person
where not p.is_silent;
create temp table bought as
select concat('p', b.person) as person_id,
  coalesce(case when b.purchase_no = 1 then f.impulse_at end, b.purchase_date + interval 12 hour) as paid_at,
  100 as net_amount
from world.purchases as b inner join world.first_orders as f on b.person = f.person
where not f.is_silent;
create temp table acted as
select concat('p', p.person) as person_id, p.touched_at + to_seconds(7 * n) as event_at, 'product_click' as event
from world.people as p cross join range(7) as t (n)
where not p.is_silent and n < p.acts;
create temp table inside as
select concat('p', person) as person_id from world.first_orders where was_member;
"""


def asked(connection: Any, as_of: Any) -> list[Row]:
    """The nightly table's rows of everybody."""
    parameters = {"within_days": WINDOWS, "segments": ["all"]}
    found = query(connection, "private_uplift", parameters, Settings(home=Path("nowhere")), as_of)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def judged(row: Row, truth: float) -> Row:
    """One estimate beside what is true."""
    kept = ("outcome", "window_days", "naive_difference", "effect", "effect_low", "effect_high", "verdict", "reason")
    return {name: row[name] for name in kept} | {"truth": truth}


def tell(found: list[list[Row]]) -> None:
    """Per outcome and window: how often the interval holds the truth, and how far off the estimates are on average."""
    cells: dict[tuple[str, int], list[Row]] = {}
    for row in (row for seed in found for row in seed):
        cells.setdefault((row["outcome"], row["window_days"]), []).append(row)
    print("| outcome | days | told | held | doubtful | truth | mean estimate | bias in errors | naive |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    worst = 1.0
    for (outcome, days), rows in cells.items():
        told = [row for row in rows if row["effect"] is not None]
        if not told:
            print(f"| {outcome} | {days} | 0 of {len(rows)} | | | | | | |")
            continue
        held = sum(row["effect_low"] <= row["truth"] <= row["effect_high"] for row in told)
        off = [row["effect"] - row["truth"] for row in told]
        error = statistics.mean((row["effect_high"] - row["effect_low"]) / 3.92 for row in told)
        means = [statistics.mean(row[name] for row in told) for name in ("truth", "effect", "naive_difference")]
        doubtful = sum(row["verdict"] == "doubtful" for row in told)
        worst = min(worst, held / len(told))
        bias = statistics.mean(off) / error
        counts = f"{outcome} | {days} | {len(told)} of {len(rows)} | {held} | {doubtful}"
        print(f"| {counts} | {means[0]:.4g} | {means[1]:.4g} | {bias:+.2f} | {means[2]:.4g} |")
    print(f"\nThe fewest: {worst:.0%}, goal {GOAL:.0%}: {'reached' if worst >= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
