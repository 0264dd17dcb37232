"""Wrong changes to SQL and to ingest, and whether a test sees them.

`python -m bench.reliability.mutants [COUNT] [SEED] [sql|ingest|FILE…]`

What belongs here: the changes, which tests are asked, what survived. What does not: the tests.

Each mutant is one change of one file of assets/core, facts or metrics, or of the ingest engine, in a copy of the
checkout. The tests nearest to the file are asked first; the first that fails ends it. Tests run in forks of a process
that has imported the libraries and nothing of the checkout: importing takes longer than most of them.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import tokenize
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.reliability import forks

ROOT = Path(__file__).parents[2]
COPIED = ("assets", "pipelines", "tests", "pyproject.toml", "notebooks", "docs", "dagster.yaml", "README.md")
LONGEST = 240  # seconds of the processor for one mutant: one that was not seen by then has survived
SECONDS = 300  # of one test with what it stands on: one that does not end is ended, and its mutant was seen
LIBRARIES = (
    "pytest", "hypothesis", "numpy", "pandas", "pyarrow.parquet", "duckdb", "scipy.sparse.csgraph", "scipy.optimize",
    "yaml", "pydantic", "sqlglot", "sqlalchemy", "great_expectations", "jinja2", "typer", "rich.table",
    "python_calamine", "openpyxl",
)  # fmt: skip
OURS = ("pipelines", "assets", "tests")
CHANGES: tuple[tuple[str, str, str], ...] = (
    ("< for <=", r"(?<![<>=])<=(?!=)", "<"),
    ("<= for <", r"(?<![<>=])<(?![=>])", "<="),
    (">= for >", r"(?<![<>=-])>(?!=)", ">="),
    ("> for >=", r"(?<![<>=])>=", ">"),
    ("= for <>", r"<>", "="),
    ("inner for left", r"\bleft join\b", "inner join"),
    ("left for inner", r"\binner join\b", "left join"),
    ("anti for semi", r"\bsemi join\b", "anti join"),
    ("semi for anti", r"\banti join\b", "semi join"),
    ("count for count distinct", r"\bcount\(distinct ", "count("),
    ("max for min", r"\bmin\(", "max("),
    ("min for max", r"\bmax\(", "min("),
    ("max for sum", r"\bsum\(", "max("),
    ("or for and", r"\band\b", "or"),
    ("and for or", r"\bor\b", "and"),
    ("is null for is not null", r"\bis not null\b", "is null"),
    ("is not null for is null", r"\bis null\b", "is not null"),
    ("no filter", r"\bwhere\b", "where true or "),
    ("no filter of an aggregate", r"\bfilter \(where ", "filter (where true or "),
    ("union for union all", r"\bunion all\b", "union"),
    ("a number moved", r"(?<![\w.'])([1-9]\d*)(?![\w.'])", "(\\1 + 1)"),
    ("+ for -", r"(?<= )-(?= )", "+"),
    ("- for +", r"(?<= )\+(?= )", "-"),
    ("descending", r"\border by (\w+(?:\.\w+)?)(?=[,\s)])(?! desc)", "order by \\1 desc"),
)


# Of Python outside its texts; the SQL inside them changes as any other.
IN_PYTHON = {
    "<=": "<", "<": "<=", ">=": ">", ">": ">=", "==": "!=", "!=": "==", "and": "or", "or": "and", "not": "",
    "any": "all", "all": "any", "min": "max", "max": "min", "True": "False", "False": "True", "+": "-", "-": "+",
    "continue": "break",
}  # fmt: skip
SQL_WORDS = re.compile(r"\b(?:select|where|case when|join|from|group by)\b")


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    change: str
    text: str  # of the whole file

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.change}"


def main() -> int:
    given = sys.argv[1:]
    count, seed, only = int(given[0]) if given else 100, int(given[1]) if len(given) > 1 else 1, given[2:]
    sql = [path for layer in ("core", "facts", "metrics") for path in sorted((ROOT / "assets" / layer).glob("*.sql"))]
    ingest = sorted((ROOT / "pipelines" / "ingest").rglob("*.py"))
    given = {"sql": sql, "ingest": ingest}.get(" ".join(only), [*sql, *ingest])
    files = [path for path in given if not only or path.stem in only or len(given) < len(sql) + len(ingest)]
    mutants = [one for path in files for one in mutants_of(path)]
    chosen = random.Random(seed).sample(mutants, min(count, len(mutants)))
    print(f"{len(mutants):,} mutants of {len(files)} files; {len(chosen)} are tried", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder) / name for name in ("one", "other")]
        for tree in trees:
            _copy(tree)
        halves = (chosen[0::2], chosen[1::2])
        _import_libraries()
        with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
            survived = [one for part in pool.map(_try_all, trees, halves) for one in part]
    killed = len(chosen) - len(survived)
    print(
        f"{killed} of {len(chosen)} killed = {killed / len(chosen):.1%}, {(time.monotonic() - begun) / 60:.0f} minutes"
    )
    for one in survived:
        print(f"survived: {one.name}: {one.text.splitlines()[one.line - 1].strip()}")
    return 0


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Changes of one file."""
    text = path.read_text(encoding="utf-8")
    yield from _of_python(path, text) if path.suffix == ".py" else _of_sql(path, text, text.index("*/") + 2)


def _of_sql(path: Path, text: str, body: int) -> Iterator[Mutant]:
    """Changes below the header, outside comments and quotes."""
    for change, pattern, put in CHANGES:
        for found in re.finditer(pattern, text):
            line = text.count("\n", 0, found.start()) + 1
            before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if found.start() < body or "--" in before or before.count("'") % 2:
                continue
            changed = text[: found.start()] + found.expand(put) + text[found.end() :]
            yield Mutant(path.relative_to(ROOT).as_posix(), line, change, changed)


def _of_python(path: Path, text: str) -> Iterator[Mutant]:
    """Operators, numbers and words of the language; in texts that hold SQL what changes SQL."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        place, line = starts[token.start[0] - 1] + token.start[1], token.start[0]
        is_docstring = token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.NL)
        before = token.type
        changes = [("", IN_PYTHON[token.string])] if token.string in IN_PYTHON else []
        if token.type == tokenize.NUMBER and token.string.isdigit():
            changes = [("", str(int(token.string) + 1))]
        if token.type == tokenize.STRING and SQL_WORDS.search(token.string) and not is_docstring:
            found = ((c, p, m) for c, p, put in CHANGES for m in re.finditer(p, token.string) for p in [put])
            changes = [(c, token.string[: m.start()] + m.expand(p) + token.string[m.end() :]) for c, p, m in found]
        for change, put in changes if "frozen=" not in token.line else ():  # nobody can see it
            changed = text[:place] + put + text[place + len(token.string) :]
            yield Mutant(
                path.relative_to(ROOT).as_posix(), line, change or f"{put or 'nothing'} for {token.string}", changed
            )


def _copy(tree: Path) -> None:
    tree.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, tree / name)


def _try_all(tree: Path, mutants: list[Mutant]) -> list[Mutant]:
    return [one for one in mutants if not _is_killed(tree, one)]


def _is_killed(tree: Path, mutant: Mutant) -> bool:
    file = tree / mutant.file
    before = file.read_text(encoding="utf-8")
    file.write_text(mutant.text, encoding="utf-8")
    started, used, killer = time.monotonic(), _used(), None
    try:
        for tests in _tests(tree, file.stem, file.suffix == ".py"):
            left = int(LONGEST - (_used() - used))
            if left <= 0 or (_fails(tree, tests, left) and (killer := tests)):
                break
    finally:
        file.write_text(before, encoding="utf-8")
    said = f"killed by {killer[0]}" if killer else "SURVIVED"
    print(f"  {mutant.name}: {said} ({time.monotonic() - started:.0f} s)", flush=True)
    return killer is not None


def _tests(tree: Path, name: str, is_ingest: bool) -> list[list[str]]:
    """The nearest first: those named after the table, those that speak of it, all of its layer."""
    own = [str(path.relative_to(tree)) for path in sorted((tree / "tests").rglob(f"test_{name}*.py"))]
    if is_ingest:
        own += [f"tests/ingest/test_{near}.py" for near in ("samples", "headers", "cells")]
        return [own, ["tests/ingest"], ["tests/cases", "tests/test_privacy.py", "tests/upkeep"]]
    names = {name, *_readers(tree, name)}
    spoken = [path for path in _speaking_of(tree, names) if path not in own]
    examples = ["tests/docs/test_examples.py", "-k", " or ".join(sorted(names))]
    every = ["tests/metrics/test_every_metric.py", "tests/soundness/test_every_metric.py", "tests/test_facts.py"]
    return [tests for tests in (own, examples, spoken, [*every, "tests/core"]) if tests]


def _readers(tree: Path, name: str) -> set[str]:
    """Metrics that read the table, and facts that do, with the metrics that read those."""
    files = [path for folder in ("facts", "metrics") for path in (tree / "assets" / folder).glob("*.*")]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in files}
    found, waiting = set[str](), [name]
    while waiting:
        word = re.compile(rf"\b(?:core|facts)\.{waiting.pop()}\b")
        new = {one for one, text in texts.items() if word.search(text)} - found - {name}
        found |= new
        waiting += new
    return found


def _speaking_of(tree: Path, names: set[str]) -> list[str]:
    word = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    folders = [tree / "tests" / folder for folder in ("metrics", "core", "soundness")]
    return [
        str(path.relative_to(tree))
        for folder in folders
        for path in sorted(folder.rglob("test_*.py"))
        if word.search(path.read_text(encoding="utf-8"))
    ]


def _import_libraries() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()


def _used() -> float:
    """Seconds of the processor that ended forks of this process took."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _fails(tree: Path, tests: list[str], seconds: int) -> bool:
    """5: there is no such test."""
    return forks.forked(tree / "log", _asked, tree, tests, seconds) not in (0, 5, -signal.SIGXCPU)


def _asked(tree: Path, tests: list[str], seconds: int) -> int:
    """pytest's answer in this process, with the tree's own modules; a test that never ends is ended."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    os.chdir(tree)
    sys.path[:] = [str(tree), *(place for place in sys.path if Path(place or ".").resolve() != ROOT)]
    with contextlib.suppress(KeyError):
        del os.environ["PYTHONPATH"]
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests], plugins=[EachEnds()]))


class EachEnds:
    """Of pytest: the time of each test is counted anew."""

    def pytest_runtest_setup(self) -> None:
        signal.alarm(SECONDS)


if __name__ == "__main__":
    sys.exit(main())
