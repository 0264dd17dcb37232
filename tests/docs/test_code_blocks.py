"""What stands in the documents to be typed can be typed: every block of code is run, and every command line is read.

What belongs here: that each block of README, CONTRIBUTING and docs/ works as it stands. What does not: what it should
answer (the tests of each command), the diffs of CONTRIBUTING (test_contributing), generated examples (test_examples).

Command lines are read by the command line's own parser wherever they stand, in a block, in a table or in a sentence;
those that only read are also run over the demo. A block that nothing here knows how to run is a failure.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
import typer._click as click
import yaml
from pydantic import ValidationError

from pipelines.cli import _home_first, main
from pipelines.docs import FOLDER
from pipelines.ingest.grammar import Source
from pipelines.settings import load_settings
from pipelines.spec.header import Header
from pipelines.warehouse import open_warehouse
from tests.ingest.conftest import Landing
from tests.warehouses import empty_warehouse

ROOT = FOLDER.parent
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(FOLDER.glob("*.md")), *sorted(FOLDER.glob("zh/*.md"))]
READ_ONLY = {"query", "metric", "explain", "status", "quarantine", "sources", "verify"}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:\.venv/bin/)?siyu [^`]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks() -> Iterator[Block]:
    for page in WRITTEN:
        text = page.read_text(encoding="utf-8")
        for found in FENCED.finditer(text):
            yield Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])


BLOCKS = [block for block in blocks() if block.language != "diff"]


def lines_typed(block: Block) -> list[list[str]]:
    """The words of each line that is typed into a shell, without its comment."""
    return [words for line in block.text.splitlines() if (words := shlex.split(line, comments=True))]


def siyu_of(words: list[str]) -> list[str] | None:
    """What is given to `siyu` in a line; None of another line."""
    place = next((n for n, word in enumerate(words) if re.fullmatch(r"(\S*/bin/)?siyu", word)), None)
    return None if place is None else [word for word in words[place + 1 :] if word != "…"]


# A sentence may name a command or an option without what belongs to it; `--version` says its word and ends.
NAMED = (click.exceptions.MissingParameter, click.exceptions.BadOptionUsage, typer.Exit)

# --- the command line ---------------------------------------------------------------------------------------------


def read_by_parser(given: list[str]) -> None:
    """As `siyu` reads its arguments; nothing is run. Raises what it raises of those that it does not take."""
    from pipelines.cli.commands import app

    command: Any = typer.main.get_command(app)
    arguments, parent = _home_first(list(given)), None
    while hasattr(command, "commands"):
        context = command.make_context("siyu", arguments, parent=parent)
        rest = [*context._protected_args, *context.args]
        if not rest:
            return
        _, command, arguments = command.resolve_command(context, rest)
        parent = context
    command.make_context(command.name, arguments, parent=parent)


def in_a_sentence() -> Iterator[tuple[Path, str]]:
    for page in [*WRITTEN, *sorted(FOLDER.glob("sources/*.md"))]:
        text = FENCED.sub("", page.read_text(encoding="utf-8"))
        for found in INLINE.findall(text):
            yield page, found


@pytest.mark.parametrize("page", sorted({page for page, _ in in_a_sentence()}), ids=lambda page: page.name)
def test_command_lines_in_sentences_and_tables_can_be_read(page: Path, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        for line in [line for its_page, line in in_a_sentence() if its_page == page]:
            words = siyu_of(shlex.split(line.replace("\\|", "|")))
            assert words
            _files_of(words)
            with contextlib.suppress(*NAMED):
                read_by_parser(["run" if word in ("COMMAND", "命令") else word for word in words])


def _files_of(words: list[str]) -> None:
    """A file where a line names one: some commands want it to be there."""
    for word in words:
        if re.search(r"^[^=\s]+\.(csv|xlsx|tar)$", word) or word == "FILE":
            Path(word).touch()


# --- blocks by what they are --------------------------------------------------------------------------------------


def run_shell(block: Block, demo: Path, place: Path) -> None:
    """Command lines are read, questions are asked of the demo; what else is typed is looked up or done."""
    (place / "data").symlink_to(demo)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in lines_typed(block):
        given = siyu_of(words)
        if given is not None:
            _files_of(given)
            read_by_parser(given)
            if given and given[0] in READ_ONLY:
                assert main(["--home", str(demo), *given]) in (0, 3), given
        elif words[0] == "make":
            assert set(words[1:]) <= targets
        elif words[:4] == [".venv/bin/python", "-m", "pip", "install"]:
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            assert set(re.findall(r"\[(\w+)\]", words[-1])) <= set(extras["optional-dependencies"])
        else:
            assert words[0] in ("cp", "mkdir", "printf"), words
    done = [shlex.join(words) for words in lines_typed(block) if words[0] in ("mkdir", "printf")]
    for line in done:
        subprocess.run(line.replace("'>'", ">"), shell=True, check=True, cwd=place)
    for settings in (path for path in place.glob("*/siyu.toml") if path.parent.name != "data"):
        load_settings(settings.parent)


def run_python(block: Block, demo: Path, place: Path) -> None:
    """As in a notebook beside the home; a page that goes on with `warehouse` has it."""
    (place / "data").symlink_to(demo)
    with open_warehouse(demo) as warehouse:
        exec(compile(block.text, str(block), "exec"), {"warehouse": warehouse})


def run_settings(block: Block, demo: Path, place: Path) -> None:
    (place / "siyu.toml").write_text(block.text, encoding="utf-8")
    load_settings(place)


def run_mapping(block: Block, demo: Path, place: Path) -> None:
    """Parts of a mapping: nothing in them is refused, but that the rest is not there."""
    told = yaml.safe_load(block.text.replace(", …", ""))
    try:
        Source.model_validate(told)
    except ValidationError as error:
        wrong = [one for one in error.errors() if one["type"] not in ("missing", "value_error")]
        assert not wrong, wrong


def run_table_file(block: Block, demo: Path, place: Path) -> None:
    found = re.match(r"/\*\n(.*?)\*/", block.text, re.DOTALL)
    assert found
    Header.model_validate(yaml.safe_load(found[1]))


def run_rows(block: Block, demo: Path, place: Path) -> None:
    """Rows of a file of the merchant's own: all of them are loaded."""
    header = next(csv.reader(io.StringIO(block.text)))
    folder = {"order_id": "orders/", "user_id": "events/"}.get(header[0], "")
    landing = Landing(place, empty_warehouse())
    landing.write(f"{folder}block.csv", block.text)
    [file] = landing.ingest().files
    assert (file.rows_loaded, file.rows_quarantined) == (block.text.count("\n") - 1, 0)


def run_home(block: Block, demo: Path, place: Path) -> None:
    """A home's files: each is there after a run, but those of which the page says that they are if somebody wants."""
    top, *lines = block.text.splitlines()
    assert top.startswith("data/")
    for line in lines:
        name, _, told = line.strip().partition(" ")
        is_wanted = re.search(r"optional|可选|\bif\b|如有|如果", told) is None
        assert (demo / name).exists() or not is_wanted, line


def how(block: Block) -> Callable[[Block, Path, Path], None]:
    by_language = {"sh": run_shell, "python": run_python, "toml": run_settings, "yaml": run_mapping}
    if block.language:
        return by_language[block.language] if block.language != "sql" else run_table_file
    first = block.text.split("\n")[0]
    if first.startswith("data/ "):
        return run_home
    if first.startswith("30 6 * * *"):
        return lambda block, demo, place: read_by_parser(siyu_of(shlex.split(block.text.replace("*", ""))) or ["-"])
    is_shell = first.split()[0] in ("siyu", "mkdir")
    return run_shell if is_shell else run_rows


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_works_as_it_stands(
    block: Block, demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    how(block)(block, demo_home, tmp_path)


def _code(text: str) -> list[str]:
    """The blocks of a page without what is said in comments."""
    return [re.sub(r"\s*#.*|(?<=\S)\s{2,}\S.*", "", found[1]) for found in FENCED.findall(text)]


@pytest.mark.parametrize("page", sorted(FOLDER.glob("zh/*.md")), ids=lambda page: page.name)
def test_a_chinese_page_has_the_blocks_of_the_english_one(page: Path) -> None:
    english = FOLDER / page.name
    if english.exists():
        assert _code(page.read_text(encoding="utf-8")) == _code(english.read_text(encoding="utf-8"))
