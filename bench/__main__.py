"""The benchmark from end to end: prepares what is missing, measures in turns, prints the table, writes RESULTS.md.

What belongs here: the sequence, and what is compared with what. What does not: how a thing is done (tasks, questions),
how it is measured (measure), how it is told (telling).
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import statistics
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

from bench import identity, telling
from bench.measure import CACHE, Measured, in_turns, once
from bench.questions import QUESTIONS, VARIANTS
from bench.small_runs import KINDS
from pipelines.tables import load_tables

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")
ROUNDS = 3
ORDERS, GIGABYTES = 20_000_000, 1.0
NEW_DAY_ORDERS = 30_000
SMALL_FILES, SMALL_ROWS, SMALL_ROUNDS = 5_000, 20, 1  # the earlier build alone takes minutes
BEFORE = "0e52065"  # the build before files were read in batches
BEFORE_RUNS = "1f90af0"  # the build before facts, and before a run of three rows was made cheap
RUN_ROUNDS = 5
CORE_ROUNDS = 5  # of twelve minutes at 20 million orders


def main() -> None:
    given = arguments()
    started = time.monotonic()
    CACHE.mkdir(parents=True, exist_ok=True)
    for name, make in chapters(given).items():
        if given.only in (None, name):
            keep(name, make(), given)
    sections = [section for name in chapters(given) if (section := kept(name, given))]
    text = telling.page(sections)
    print("\n" + text)
    sizes = (given.orders, given.gigabytes, given.ids)
    is_whole = len(sections) == len(chapters(given)) and sizes == (ORDERS, GIGABYTES, identity.IDS)
    place = RESULTS if is_whole else CACHE / "RESULTS-part.md"
    place.write_text(text, encoding="utf-8")
    print(f"\nWritten to {place} after {(time.monotonic() - started) / 60:.0f} minutes")


def keep(name: str, section: telling.Section, given: argparse.Namespace) -> None:
    """A chapter as it was just measured; the page is made of the newest of each."""
    _place(name, given).write_bytes(pickle.dumps(section))


def kept(name: str, given: argparse.Namespace) -> telling.Section | None:
    place = _place(name, given)
    return pickle.loads(place.read_bytes()) if place.exists() else None


def _place(name: str, given: argparse.Namespace) -> Path:
    size = given.ids if name == "identity" else f"{given.orders}-{given.gigabytes:g}"
    return CACHE / f"{name}-{size}.section"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of the big merchant")
    parser.add_argument("--gigabytes", type=float, default=GIGABYTES, help="size of the order export")
    parser.add_argument("--ids", type=int, default=identity.IDS, help="ids to bring together")
    chosen = ["ingest", "small", "runs", "identity", "core", "days", "questions"]
    parser.add_argument("--only", choices=chosen, help="measure one chapter anew")
    parser.add_argument("--fresh", action="store_true", help="make all data anew")
    given = parser.parse_args()
    if given.fresh:
        shutil.rmtree(CACHE, ignore_errors=True)
    return given


def chapters(given: argparse.Namespace):
    """By name: what measures it and returns a section of the page. Questions need the merchant that core built."""
    merchant = CACHE / f"merchant-{given.orders}"
    return {
        "ingest": lambda: ingest(CACHE / f"export-{given.gigabytes:g}.csv", given.gigabytes),
        "small": lambda: small(CACHE / f"small-{SMALL_FILES}"),
        "runs": runs,
        "identity": lambda: identity.section(given.ids),
        "core": lambda: core(merchant, given.orders),
        "days": lambda: new_days(merchant, given.orders),
        "questions": lambda: questions(merchant, given.orders),
    }


def ingest(export: Path, gigabytes: float) -> telling.Section:
    """One export through the whole of ingest, against DuckDB reading the same file into a table."""
    if not export.exists():
        once("write_export", path=str(export), size=int(gigabytes * 1e9))
    measured = in_turns(
        {
            "DuckDB: create table as from read_csv": ("read_csv", {"path": str(export)}),
            "Siyu: ingest, from file to checked staging": ("ingest", {"path": str(export)}),
        },
        ROUNDS,
    )
    bare, siyu = measured.values()
    size = export.stat().st_size / 1e9
    title = f"Ingest of one {size:.2f} GB order export ({siyu.told['rows']:,} rows, 75 columns)"
    return telling.Section(
        title, list(measured.values()), [telling.Goal("Siyu / bare read_csv", siyu.median / bare.median, 1.5)]
    )


def small(folder: Path) -> telling.Section:
    """Many small files through the whole of ingest, against an earlier build on the same files; processor time."""
    if not folder.exists():
        once("write_small_files", folder=str(folder), files=SMALL_FILES, rows=SMALL_ROWS)
    here = str(Path(__file__).parents[1])
    measured = in_turns(
        {
            f"Siyu at {BEFORE}": ("ingest_folder", {"folder": str(folder), "tree": str(earlier_build())}),
            "Siyu now": ("ingest_folder", {"folder": str(folder), "tree": here}),
        },
        SMALL_ROUNDS,
    )
    before, now = measured.values()
    title = f"Ingest of {SMALL_FILES:,} files of {SMALL_ROWS} rows, seconds of processor time"
    return telling.Section(title, [before, now], [telling.Goal("now / before", now.median / before.median, 0.5)])


def runs() -> telling.Section:
    """Runs that are mostly fixed cost, each build on homes of its own making; processor time."""
    trees = {BEFORE_RUNS: earlier_build(BEFORE_RUNS), "now": Path(__file__).parents[1]}
    rows: list[Measured | telling.Heading] = []
    goals = []
    for name, tree in trees.items():
        once("prepare_runs", folder=str(CACHE / f"runs-{name}"), tree=str(tree))
    for kind, (_, title, processor, on_the_clock) in KINDS.items():
        contenders = {
            f"Siyu at {name}" if name != "now" else "Siyu now": (
                "small_run",
                {"folder": str(CACHE / f"runs-{name}"), "tree": str(tree), "kind": kind},
            )
            for name, tree in trees.items()
        }
        before, now = in_turns(contenders, RUN_ROUNDS).values()
        rows += [telling.Heading(title), before, now]
        clock = statistics.median(now.told_all("clock")) / statistics.median(before.told_all("clock"))
        goals += [
            telling.Goal(f"{kind}: now / before, processor", now.median / before.median, processor),
            telling.Goal(f"{kind}: now / before, on the clock", clock, on_the_clock),
        ]
    return telling.Section("Small runs, seconds of processor time", rows, goals)


def earlier_build(commit: str = BEFORE) -> Path:
    """The tree of an earlier commit, beside the data."""
    tree = CACHE / f"tree-{commit}"
    if not tree.exists():
        tree.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return tree


def core(merchant: Path, orders: int) -> telling.Section:
    """Full rebuilds of core by the build before facts and by this one, each on a merchant of its own."""
    homes, last_day = _homes(merchant, orders)
    full = {name: {**one, "as_of": str(last_day), "full": True, "core_only": True} for name, one in homes.items()}
    before, now = in_turns({name: ("build", one) for name, one in full.items()}, CORE_ROUNDS).values()
    return telling.Section(
        f"Core at {orders:,} orders",
        [telling.Heading("full rebuild: core"), before, now],
        [
            telling.Goal("full rebuild of core, now / before", now.median / before.median, 0.5),
            telling.Goal("peak memory of a full rebuild now, GiB", now.peak / 2**30, 8),
        ],
    )


def new_days(merchant: Path, orders: int) -> telling.Section:
    """Days in turns by both builds, after a full build of every table by each: facts follow a day only where they were
    made of the core before it."""
    homes, last_day = _homes(merchant, orders)
    full = {name: ("build", {**one, "as_of": str(last_day), "full": True}) for name, one in homes.items()}
    whole = in_turns(full, 1)
    runs: dict[str, list[Measured]] = {name: [] for name in homes}
    for n in range(1, CORE_ROUNDS + 1):
        day = {"as_of": str(last_day + timedelta(days=n)), "full": False, "new_orders": NEW_DAY_ORDERS}
        for name in list(homes)[:: 1 if n % 2 else -1]:
            runs[name].append(once("build", name=f"{name}, one new day", **homes[name], **day))
    days = {name: Measured.joined(name, found) for name, found in runs.items()}
    return telling.Section(
        f"A new day of {days['Siyu now'].told['rows']:,} orders of known people, at {orders:,} orders",
        [
            telling.Heading("full rebuild: core"),
            *whole.values(),
            *_parts("full rebuild", whole, ("facts and metrics", "checks")),
            *_parts("one new day", days, tuple(PARTS)),
        ],
        _day_goals(whole, days),
        [
            telling.Details(
                "Where the time goes, seconds by table", telling.by_table(whole["Siyu now"], days["Siyu now"])
            )
        ],
    )


def _homes(merchant: Path, orders: int) -> tuple[dict[str, dict[str, str]], date]:
    """What a build is given, by the name of the contender; the last day of the merchant that both have."""
    if not (merchant / "warehouse.duckdb").exists():
        once("make_merchant", home=str(merchant), orders=orders)
    before = merchant.with_name(f"{merchant.name}-{BEFORE_RUNS}")
    if not before.exists():
        shutil.copytree(merchant, before)
    homes = {f"Siyu at {BEFORE_RUNS}": (before, earlier_build(BEFORE_RUNS)), "Siyu now": (merchant, ROOT)}
    last_day = date.fromisoformat(once("last_day", home=str(merchant)).told["answer"])
    return {name: {"home": str(home), "tree": str(tree)} for name, (home, tree) in homes.items()}, last_day


PARTS = {"core": "seconds", "facts and metrics": "above", "checks": "checks"}


def _parts(what: str, measured: dict[str, Measured], parts: tuple[str, ...]) -> list[Measured | telling.Heading]:
    rows: list[Measured | telling.Heading] = []
    for part in parts:
        key = PARTS[part]
        rows.append(telling.Heading(f"{what}: {part}"))
        for name, one in measured.items():
            seconds = one.seconds if key == "seconds" else one.told_all(key)
            rows.append(Measured(name, seconds, one.peak if key == "seconds" else 0))
    return rows


def _day_goals(whole: dict[str, Measured], days: dict[str, Measured]) -> list[telling.Goal]:
    """Ratios to the earlier build are over the tables that it has; metrics are made whole in every day."""
    (before, now), (day_before, day_now) = whole.values(), days.values()
    tables = load_tables()
    compared = _with_their_facts([name for name in before.told["tables"] if name in tables])
    full_now, full_before = _seconds(now, compared), _seconds(before)
    by_metric = {
        name: statistics.median(part["tables"][name] / part["scan"] for part in day_now.parts)
        for name in day_now.told["tables"]
        if name.startswith("metrics.")
    }
    of_facts = {name: by_metric[name] for name in by_metric if name in compared}
    dearest = max(of_facts, key=lambda name: of_facts[name])
    return [
        telling.Goal("the same tables made whole, now / before", full_now / full_before, None),
        telling.Goal("new day / full rebuild, the same tables", _seconds(day_now, compared) / full_now, 0.05),
        telling.Goal("new day, the same tables, now / before", _seconds(day_now, compared) / _seconds(day_before), 0.2),
        telling.Goal("new day / full rebuild, every table there is", _seconds(day_now) / _seconds(now), 0.05),
        telling.Goal("the same metrics / plain grouped scan of core.orders", sum(of_facts.values()), 12),
        telling.Goal(f"the dearest of them, {dearest} / the scan", of_facts[dearest], 2.5),
        telling.Goal("every metric there is / the scan", sum(by_metric.values()), None),
    ]


def _seconds(built: Measured, only: set[str] | None = None) -> float:
    """Of core, facts and metrics, table by table, the median run's."""
    runs = (part["tables"].items() for part in built.parts)
    return statistics.median(sum(s for name, s in run if only is None or name in only) for run in runs)


def _with_their_facts(names: list[str]) -> set[str]:
    """Tables of core and metrics with the facts that they are made of."""
    tables, found = load_tables(), set(names)
    for name in reversed(tables):
        if name in found:
            found |= {read for read in tables[name].dependencies if read.startswith("facts.")}
    return found


def questions(merchant: Path, orders: int) -> telling.Section:
    """Two questions to every engine, over the same orders."""
    once("export_for_peers", home=str(merchant), folder=str(CACHE / "peers"))
    rows, goals = [], []
    for question, title in QUESTIONS.items():
        fast = fastest_variants(question, merchant)
        asked = {
            name: ("ask", {"engine": engine, "question": question, "variant": variant, **places(merchant)})
            for name, (engine, variant) in fast.items()
        }
        measured = in_turns(asked, ROUNDS)
        agree(question, measured)
        siyu, scan, *peers = measured.values()
        rows += [telling.Heading(title), *measured.values()]
        best = min(peers, key=lambda m: m.median)
        goals += [
            telling.Goal(f"{title}: fastest other ({best.name}) / Siyu", best.median / siyu.median, 5.0, at_least=True),
            telling.Goal(f"{title}: Siyu / plain grouped scan", siyu.median / scan.median, 2.5),
        ]
    return telling.Section(f"Questions at {orders:,} orders", rows, goals)


def places(merchant: Path) -> dict[str, str]:
    return {"home": str(merchant), "folder": str(CACHE / "peers")}


def fastest_variants(question: str, merchant: Path) -> dict[str, tuple[str, str]]:
    """Of each engine the way of asking that is fastest here, found by asking every one once."""
    fast = {}
    for name, (engine, variants) in VARIANTS[question].items():
        tried = (
            {
                variant: once(
                    "ask", engine=engine, question=question, variant=variant, **places(merchant), name=name
                ).median
                for variant in variants
            }
            if len(variants) > 1
            else dict.fromkeys(variants, 0.0)
        )
        fast[name] = (engine, min(tried, key=lambda variant: tried[variant]))
    return fast


def agree(question: str, measured: dict[str, Measured]) -> None:
    """All engines but the plain scan must say the same."""
    answers = {name: m.told["answer"] for name, m in measured.items() if m.told["answer"]}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"{question}: the engines disagree: {answers}")


if __name__ == "__main__":
    main()
