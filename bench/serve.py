"""Pages of `siyu serve` over a large merchant: `python -m bench.serve [HOME]`, the merchant that chapter "days" made.

What belongs here: the questions that somebody clicks together, seconds of each page, and the same question as a tool
would generate it, on the same file. What does not: whether an answer is right (tests/serve, tests/metrics).

A page is asked by its address, as a browser does, through the site's own code: form, answer, drawn chart, small groups
hidden. Of each metric every question once, in a shuffled order, in one process: about twenty minutes.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.measure import CACHE
from bench.questions import DUCKDB

SEGMENTS = ("all", "channel", "domain", "platform", "live_session", "group", "host")
# What can be asked of each metric, every combination of the values.
ASKED: dict[str, dict[str, tuple[Any, ...]]] = {
    "retention": {
        "start": ("order",),
        "back": ("order",),
        "period": ("week", "month"),
        "segments": SEGMENTS,
        "mode": ("on", "on_or_after"),
    },
    "repurchase": {"windows": ("30", "45,90"), "segments": SEGMENTS},
    "funnel": {"within": ("7d", "90d"), "cohort_period": ("week", "all"), "segments": ("all", "channel", "platform")},
}
BESIDE_PEERS = [
    {"metric": "retention", "segments": "all", "start": "order", "back": "order"},
    {"metric": "repurchase", "segments": "all", "windows": "30"},
]


def main() -> None:
    from pipelines.serve.site import site
    from pipelines.settings import load_settings

    home = Path(sys.argv[1]) if len(sys.argv) > 1 else CACHE / "merchant-20000000"
    published(home)
    browser = site(load_settings(home)).test_client()
    for metric, values in ASKED.items():
        questions = combined(metric, values)
        random.Random(1).shuffle(questions)
        taken = [(asked(browser, question), question) for question in questions]
        seconds = sorted(second for second, _ in taken)
        p95 = seconds[round(0.95 * (len(seconds) - 1))]
        slowest = max(taken, key=lambda one: one[0])[1]
        told = f"median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s; slowest {slowest}"
        print(f"{metric}: {len(seconds)} pages, {told}", flush=True)
    for question in BESIDE_PEERS:
        mine = statistics.median(asked(browser, question) for _ in range(3))
        theirs = generated(home, DUCKDB[question["metric"], "join"])
        said = f"page {mine:.2f} s, generated SQL {theirs:.2f} s ({theirs / mine:.1f} x)"
        print(f"{question['metric']}: {said}", flush=True)


def published(home: Path) -> None:
    """The warehouse as its own snapshot: 20 million orders need no second copy."""
    snapshot = home / "published" / "siyu.duckdb"
    if not snapshot.exists():
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.symlink_to(home / "warehouse.duckdb")


def combined(metric: str, values: dict[str, tuple[Any, ...]]) -> list[dict[str, str]]:
    names, each = list(values), list(values.values())
    return [{"metric": metric, **dict(zip(names, one, strict=True))} for one in itertools.product(*each)]


def asked(browser: Any, question: dict[str, str]) -> float:
    """Seconds until the page is whole. Raises SystemExit for a page that tells a mistake."""
    started = time.perf_counter()
    page = browser.get(f"/ask?{urlencode(question)}")
    seconds = time.perf_counter() - started
    if page.status_code != 200 or b'class="mistake"' in page.data:
        raise SystemExit(f"{question}: {page.status_code} {page.data[-2000:].decode(errors='replace')}")
    return seconds


def generated(home: Path, sql: str) -> float:
    """The median of three, after one."""
    from pipelines.database import read_only

    with read_only(home / "warehouse.duckdb") as connection:
        day = connection.execute("select as_of from core.as_of").fetchall()[0][0]
        text = sql.replace("from orders", "from core.orders").replace("$as_of", f"date '{day}'")
        seconds = []
        for _ in range(4):
            started = time.perf_counter()
            connection.execute(text).fetchall()
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


if __name__ == "__main__":
    main()
