"""docs/ is true: generated pages are those of the headers, links lead somewhere, every dependency has its reason."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from pipelines.catalogue import load_catalogue
from pipelines.docs import FOLDER, build, outdated, write

ROOT = FOLDER.parent
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
WRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = sorted({*WRITTEN, *FOLDER.rglob("*.md")})


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return build()


def test_the_generated_pages_are_those_of_the_headers(pages: dict[str, str]) -> None:
    stale = [name for name, text in pages.items() if not _is(FOLDER / name, text)]
    assert not stale, f"run `make docs`: {', '.join(stale)}"
    assert not outdated(FOLDER, pages), "run `make docs`: pages of tables or sources that are gone"


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def test_writing_removes_what_is_gone_and_changes_nothing_twice(
    tmp_path: Path, pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.docs.build", lambda: pages)
    (tmp_path / "tables").mkdir()
    gone = tmp_path / "tables" / "metrics.gone.md"
    gone.write_text("old", encoding="utf-8")
    assert gone in write(tmp_path)
    assert not gone.exists()
    assert write(tmp_path) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_a_page_tells_every_column(pages: dict[str, str]) -> None:
    for name, table in load_catalogue().items():
        for column in table.columns:
            assert f"| `{column}` |" in pages[f"tables/{name}.md"]


def test_the_same_name_has_the_same_unit_everywhere() -> None:
    units: dict[str, dict[str, str]] = {}
    for name, table in load_catalogue().items():
        for column in table.columns.values():
            if column.unit:
                units.setdefault(column.name, {})[name] = column.unit
    differing = {name: places for name, places in units.items() if len(set(places.values())) > 1}
    assert set(differing) <= COUNTED_DIFFERENTLY, differing


# A curve counts what it is a curve of; one group's joins are people, those of a whole merchant are memberships.
COUNTED_DIFFERENTLY = {"at_risk", "censored", "joins", "leaves"}


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {re.split(r"[^A-Za-z0-9_.-]", one)[0].lower() for group in groups for one in group}
    text = (FOLDER / "dependencies.md").read_text(encoding="utf-8").split("## Weighed and left")[0]
    explained = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")} - {"package", "---"}
    assert explained == declared


def test_no_committed_file_of_ours_names_a_host_to_install_from() -> None:
    for path in [ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("requirements*.lock")]:
        assert not re.search(r"https?://|file:|--index-url|--find-links", path.read_text(encoding="utf-8")), path


def test_running_and_testing_and_developing_agree_on_versions() -> None:
    locks = [_pins(ROOT / f"requirements{part}.lock") for part in ("", "-test", "-dev")]
    for small, large in itertools.pairwise(locks):
        assert {name: large.get(name) for name in small} == small


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
