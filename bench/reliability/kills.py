"""kill -9 at seeded points of runs: `python -m bench.reliability.kills [POINTS] [SEED]`; the next one ends the same.

What belongs here: choosing points, killing, comparing. What does not: forks (forks.py), the merchant (merchant.py).
"""

from __future__ import annotations

import os
import pickle
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.reliability import forks, merchant

KINDS = ("fresh", "incremental", "backup")


def main() -> int:
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    forks.prepare()
    with tempfile.TemporaryDirectory() as folder:
        return Kills(Path(folder), random.Random(seed), points).all()


class Kills:
    def __init__(self, place: Path, chance: random.Random, points: int) -> None:
        self.place, self.chance, self.points = place, chance, points
        self.log = place / "log"
        self.wrong: list[str] = []
        self.opened: Counter[str] = Counter()

    def all(self) -> int:
        begun = time.monotonic()
        homes, expected, sizes = self.homes()
        killed: Counter[str] = Counter()
        for number in range(self.points):
            kind = "backup" if number % 10 == 9 else KINDS[number % 2]
            point, when = self.chance.randint(1, sizes[kind]), self.chance.choice(["before", "after", "during"])
            home = merchant.copy(homes[kind], self.place / "home")
            code = self.kill(home, kind, point, when)
            killed[f"{kind}, {when}" if code == -signal.SIGKILL else f"{kind}, ended before its point"] += 1
            known = len(self.wrong)
            self.judge(home, kind, expected[kind], f"{kind} {when} call {point} of {sizes[kind]}")
            print(*self.wrong[known:], sep="\n", end="\n" * (len(self.wrong) > known), flush=True)
            if number % 50 == 49:
                print(
                    f"  {number + 1} of {self.points}, {len(self.wrong)} wrong, {time.monotonic() - begun:.0f} s",
                    flush=True,
                )
        print(f"{self.points} kills in {(time.monotonic() - begun) / 60:.0f} minutes: {dict(sorted(killed.items()))}")
        print(f"snapshot opened by readers meanwhile: {dict(self.opened)}")
        print(f"{len(self.wrong)} did not end as an undisturbed run does")
        return bool(self.wrong)

    def refused(self, home: Path) -> str:
        """What the run after it refused, and why."""

        def read() -> int:
            from pipelines.database import read_only

            with read_only(home / "published" / "siyu.duckdb") as snapshot:
                print(snapshot.execute("select path, reason, found, expected from ops.quarantine").fetchall())
            return 0

        self.forked(read)
        return self.log.read_text()[-2000:]

    def forked(self, work: Callable[..., int], *given: Any) -> int:
        return forks.forked(self.log, work, *given)

    def homes(self) -> tuple[dict[str, Path], dict[str, Any], dict[str, int]]:
        """Where each kind begins, how it ends undisturbed, and of how many calls it is."""
        fresh, first = self.place / "fresh", self.place / "first"
        merchant.write(fresh / "landing", "first")
        (fresh / "secret.key").write_text("5a" * 32, encoding="ascii")  # the same people in every run
        merchant.copy(fresh, first)
        assert self.forked(run, first) == 0, self.log.read_text()
        merchant.write(first / "landing", "second")
        homes = {"fresh": fresh, "incremental": first, "backup": first}
        expected: dict[str, Any] = {}
        sizes: dict[str, int] = {}
        for kind, home in homes.items():
            done = merchant.copy(home, self.place / "done")
            counted = self.place / "counted"
            assert self.forked(counting, kind, done, counted) == 0, self.log.read_text()
            sizes[kind] = int(counted.read_text())
            assert self.forked(run, done) == 0, self.log.read_text()
            expected[kind] = self.tables(done)
        return homes, expected, sizes

    def tables(self, home: Path) -> Any:
        """Read in a fork: this process opens no database."""
        target = self.place / "tables"

        def read() -> int:
            target.write_bytes(pickle.dumps(merchant.tables_of(home / "published" / "siyu.duckdb")))
            return 0

        assert self.forked(read) == 0, self.log.read_text()
        return pickle.loads(target.read_bytes())

    def kill(self, home: Path, kind: str, point: int, when: str) -> int:
        delay = self.chance.random() * 0.02

        def work() -> int:
            def die(_: str) -> None:
                if when == "during":
                    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()
                else:
                    os.kill(os.getpid(), signal.SIGKILL)

            forks.at_point(point, die, "after" if when == "after" else "before")
            return do(kind, home)

        return self.forked(work)

    def judge(self, home: Path, kind: str, expected: object, what: str) -> None:
        snapshot = home / "published" / "siyu.duckdb"
        if snapshot.exists():
            code = self.forked(looked_at, home)
            self.opened["whole" if code == 0 else "not whole"] += 1
            if code:
                self.wrong.append(f"{what}: the snapshot that readers have is not whole: {self.log.read_text()[-300:]}")
        code = self.forked(run, home)
        if code != 0:
            self.wrong.append(f"{what}: the next run ended with {code}: {self.log.read_text()[-600:]}")
            return
        tables = self.tables(home)
        if other := [name for name in tables if tables[name] != expected.get(name)]:
            [row, *_] = [*set(tables[other[0]]) - set(expected[other[0]]), "only another order"]
            files = sorted(map(str, set(tables["ledger"]) ^ set(expected["ledger"])))
            self.wrong.append(f"{what}: other tables: {other}, such as {row}; files: {files}; {self.refused(home)}")
        code = self.forked(verified, home)
        if code:
            self.wrong.append(f"{what}: not whole after the next run: {self.log.read_text()[-300:]}")
        left = [p.name for p in home.rglob("*") if ".partial" in p.name or p.name.startswith("landed-")]
        if kind != "backup" and left:
            self.wrong.append(f"{what}: left over: {left}")


def do(kind: str, home: Path) -> int:
    if kind != "backup":
        return run(home)
    from pipelines.settings import load_settings
    from pipelines.upkeep.backup import backup

    backup(load_settings(home), home.parent / f"copy-{os.getpid()}.tar")
    return 0


def counting(kind: str, home: Path, target: Path) -> int:
    count = forks.at_point(0, lambda _: None)
    code = do(kind, home)
    sys.setprofile(None)
    target.write_text(str(count()))
    return code


def run(home: Path) -> int:
    """0 where it published or had nothing to do."""
    from pipelines.run import run as run_all
    from pipelines.settings import load_settings

    return 0 if run_all(load_settings(home)).status in ("published", "unchanged") else 1


def looked_at(home: Path) -> int:
    """What a reader sees: a snapshot whose every table can be read, all of one run."""
    from pipelines.database import read_only

    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        names = snapshot.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        ).fetchall()
        for (name,) in names:
            snapshot.execute(f"select bit_xor(hash(t)) from {name} t").fetchall()
        [[orders, by_core]] = snapshot.execute(
            "select (select count(*) from core.orders), (select sum(orders) from metrics.identity_quality where "
            "platform = 'all' and id_type = 'all')"
        ).fetchall()
    return 0 if names and orders >= (by_core or 0) else 1


def verified(home: Path) -> int:
    from pipelines.settings import load_settings
    from pipelines.upkeep.verify import verify

    broken = [one for one in verify(load_settings(home)) if not one.is_whole]
    print(broken)
    return len(broken)


if __name__ == "__main__":
    sys.exit(main())
