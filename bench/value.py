"""Customer value at size: `python -m bench.value --people 1000000`, against peers on the same people.

What belongs here: people to measure on, the turns, the ratios. What does not: measuring as such (measure.py), what
peers do (value_peers.py, which runs in an environment of its own).

Each contender is a process of its own and is given the same histories. Siyu's seconds are those of the four nightly
tables from core.orders on; a peer's those of fitting both models and asking for each person what customer_value holds.
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

import numpy as np

PLANTED = (0.6, 5.0, 1.2, 3.0)  # r, alpha, a, b, in weeks
SPEND = (6.0, 4.0, 90.0)  # p, q, v
DAYS = 730
TABLES = ("value_gate", "value_model", "expected_purchases", "customer_value")
# Each with what it is known to work with; installed outside the checkout.
PEERS = {
    "lifetimes": ("lifetimes==0.11.3", "numpy<2", "pandas<2.3", "scipy<1.13", "setuptools<80"),
    "pymc": ("pymc-marketing",),
}
GOALS = {
    "siyu seconds": 10.0,
    "siyu GiB": 2.0,
    "lifetimes / siyu": 50.0,
    "pymc / siyu": 10.0,
    "log-likelihood apart": 1e-6,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.value", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--peers", default="lifetimes", help=f"of {', '.join(PEERS)}; comma-separated, or none")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-value-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--siyu", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.siyu:
        print(json.dumps(by_siyu(given.siyu)))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    data = given.folder / f"people-{given.people}.npz"
    if not data.exists():
        np.savez(data, **people(given.people))
    told = {"siyu": [_run([sys.executable, "-m", "bench.value", "--siyu", str(data)]) for _ in range(given.rounds)]}
    for name in [name for name in given.peers.split(",") if name in PEERS]:
        python = _environment(given.folder / f"venv-{name}", PEERS[name])
        script = Path(__file__).with_name("value_peers.py")
        told[name] = [_run([str(python), str(script), name, str(data)])]
    _tell(told, data)


def people(count: int) -> dict[str, Any]:
    """Histories drawn from the models themselves, in whole days: purchases of everybody, one entry each."""
    dice = np.random.default_rng(1)
    r, alpha, a, b = PLANTED
    rate, stop = dice.gamma(r, 1 / alpha, count), dice.beta(a, b, count)
    age = dice.integers(0, DAYS, count)
    day, buyer, now = [np.zeros(count, dtype=np.int64)], [np.arange(count)], np.zeros(count)
    active = np.arange(count)
    while len(active):
        now[active] = np.floor(now[active]) + np.ceil(dice.exponential(1 / rate[active]) * 7)
        active = active[now[active] <= age[active]]
        day.append(now[active].astype(np.int64))
        buyer.append(active)
        active = active[dice.random(len(active)) >= stop[active]]
    bought, bought_by = np.concatenate(day), np.concatenate(buyer)
    p, q, v = SPEND
    amount = np.maximum(dice.gamma(p, 1 / dice.gamma(q, 1 / v, count)[bought_by]).round(2), 0.01)
    return {"age": age, "day": bought, "buyer": bought_by, "amount": amount}


def by_siyu(data: Path) -> dict[str, Any]:
    """The four tables over a core.orders of these people; seconds by table, the estimates, peak memory."""
    from datetime import date

    import pyarrow

    from pipelines.building import build, values
    from pipelines.database import connect
    from pipelines.settings import Settings
    from pipelines.tables import load_tables

    told, as_of = np.load(data), date(2025, 12, 31)
    with tempfile.TemporaryDirectory() as folder:
        connection = connect(Path(folder) / "bench.duckdb")
        columns = {name: told[name] for name in ("day", "buyer", "amount")} | {"age": told["age"][told["buyer"]]}
        connection.register("bought", pyarrow.table(columns))
        connection.execute("""
            create table core.orders as select concat('person', buyer) as person_id, 'douyin' as platform,
                date '2025-12-31' - cast(age - day as integer) as paid_date,
                cast(amount as decimal(18, 2)) as net_amount,
                row_number() over (partition by buyer order by day) as purchase_no
            from bought;
            create table core.known as select 'orders' as kind, 'douyin' as platform, date '2025-12-31' as known_until;
        """)
        connection.unregister("bought")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        del columns, told
        given = values(Settings(home=Path(folder)), as_of)
        started, before_cpu = time.perf_counter(), _processor()
        tables = {name: build(connection, load_tables()[f"metrics.{name}"], given).seconds for name in TABLES}
        seconds, cpu = time.perf_counter() - started, _processor() - before_cpu
        row = connection.execute("select r, alpha, a, b, p, q, v from metrics.value_model where segment = 'all'")
        estimates = row.fetchall()[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "processor": cpu,
        "tables": tables,
        "estimates": estimates,
        "peak": peak,
        "before": before,
    }


def _processor() -> float:
    """Seconds of the processor so far, of all threads: what other work on the machine changes least."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _environment(folder: Path, packages: tuple[str, ...]) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def _run(command: list[str]) -> dict[str, Any]:
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    result: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return result


def likelihood(data: Path, estimates: list[float]) -> float:
    """BG/NBD's of a contender's r, alpha, a, b, on the same histories for all."""
    from pipelines.models import bg_nbd

    told = np.load(data)
    repeats = np.bincount(told["buyer"]) - 1.0
    recency = np.zeros(len(repeats))
    np.maximum.at(recency, told["buyer"], told["day"])
    histories = bg_nbd.Histories.of(repeats, recency / 7, told["age"] / 7, np.ones(len(repeats)))
    return float(bg_nbd._Likelihood(histories)(np.array(estimates[:4]))[0])


def _tell(told: dict[str, list[dict[str, Any]]], data: Path) -> None:
    seconds = {name: float(np.median([run["seconds"] for run in runs])) for name, runs in told.items()}
    heights = {name: likelihood(data, runs[0]["estimates"]) for name, runs in told.items()}
    peaks = {name: max(run["peak"] for run in runs) / 2**20 for name, runs in told.items()}
    for name, runs in told.items():
        print(f"{name}: {seconds[name]:.2f} s, {peaks[name]:.2f} GiB, {[round(x, 4) for x in runs[0]['estimates']]}")
        print(f"  {runs[0].get('tables', '')} log-likelihood {heights[name]:.4f}")
        print(f"  seconds of the processor: {[run.get('processor') for run in runs]}")
    found = {"siyu seconds": seconds["siyu"], "siyu GiB": peaks["siyu"]}
    for name in [name for name in seconds if name != "siyu"]:
        found[f"{name} / siyu"] = seconds[name] / seconds["siyu"]
        found["log-likelihood apart"] = max(
            found.get("log-likelihood apart", 0.0), abs(heights[name] / heights["siyu"] - 1)
        )
    for name, value in found.items():
        print(f"{name}: {value:.6g} (goal {GOALS[name]:g})")


if __name__ == "__main__":
    main()
