"""Whole runs of `siyu run` that are mostly fixed cost: three rows, a usual morning, the demo.

What belongs here: the homes that they start from, and one run by the code of a tree. What does not: turns and ratios
(__main__).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

THREE = """\
order_id,platform,buyer_id,phone,paid_at,paid_amount,source
1,douyin,u1,13800001234,2025-01-03 10:00:00,100.00,直播间
2,douyin,u1,,2025-01-20 10:00:00,50.00,直播间
3,douyin,u2,,2025-02-01 10:00:00,70.00,直播间
"""
DAY_ORDERS = 300
# Of each kind: the arguments, what it is, and the goals for seconds of the processor, if any, and on the clock.
KINDS = {
    "three rows": (["run", "--full"], "three rows, everything from landing (`--full`)", 0.4, 0.3),
    "morning": (["run"], "a usual morning: the demo's home and one more day's files", None, 0.3),
    "demo": (["run"], "the demo's first run, 20,000 people's year in 115 files", None, 0.5),
}


def prepare(folder: Path, tree: Path) -> None:
    """By the code of a tree: a home to start from for each kind of run, where there is none yet."""
    if folder.exists():
        return
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    _put(partial / "three rows", "orders.csv", THREE)
    _python(
        tree,
        "import sys; from pathlib import Path; from pipelines.simulate import simulate; simulate(Path(sys.argv[1]))",
        str(partial / "demo"),
    )
    shutil.copytree(partial / "demo", partial / "morning")
    _siyu(tree, ["--home", str(partial / "morning"), "run"])
    _put(partial / "morning", "one_more_day.csv", _day_of_orders(partial / "morning"))
    partial.rename(folder)


def run(folder: Path, tree: Path, kind: str) -> dict[str, float]:
    """One run on a copy of its home: seconds of the processor and on the clock."""
    home = folder / "copy"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder / kind, home, symlinks=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    _siyu(tree, ["--home", str(home), *KINDS[kind][0]])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"processor": used, "clock": time.monotonic() - started, "peak": after.ru_maxrss * 1024}


def _siyu(tree: Path, arguments: list[str]) -> None:
    _python(tree, "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))", *arguments)


def _python(tree: Path, code: str, *arguments: str) -> None:
    """In a process of its own, which sees the tree's code; its bytecode is kept, as it is where Siyu is installed."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**given, "PYTHONPATH": str(tree), "DAGSTER_HOME": ""}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{tree}: {arguments}\n{done.stdout}{done.stderr}")


def _put(home: Path, name: str, text: str) -> None:
    path = home / "landing" / "orders" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _day_of_orders(home: Path) -> str:
    """Orders of the day after the last, half of them by people who bought before."""
    from pipelines.warehouse import open_warehouse

    with open_warehouse(home) as snapshot:
        known = snapshot.connection.execute(
            "select distinct buyer_id from staging.orders where platform = 'douyin' and buyer_id is not null "
            f"order by 1 limit {DAY_ORDERS // 2}"
        ).fetchall()
        noon = datetime.combine(snapshot.as_of + timedelta(days=1), datetime.min.time()) + timedelta(hours=12)
    buyers = [buyer for (buyer,) in known] + [f"new{n}" for n in range(DAY_ORDERS - len(known))]
    lines = [
        f"day{n},douyin,{buyer},{noon + timedelta(seconds=n):%Y-%m-%d %H:%M:%S},{n % 90 + 10}.00,直播间"
        for n, buyer in enumerate(buyers)
    ]
    return "\n".join(["order_id,platform,buyer_id,paid_at,paid_amount,source", *lines]) + "\n"
