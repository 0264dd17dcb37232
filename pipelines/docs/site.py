"""docs/ as a site: `python -m pipelines.docs.site FOLDER`, of mkdocs.yml, built by Zensical.

What belongs here: what the generator is given, a copy of docs/ in which every page stands in the navigation and no link
leaves the pages. What does not: any page (docs/, and the other modules of this package).
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipelines.docs import FOLDER

LEFT_OUT = ("examples",)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")


def write_site(target: Path, docs: Path = FOLDER) -> None:
    """Builds the site into a folder, which is made anew. Raises SystemExit where a page or a link is missing."""
    from zensical.main import cli

    with tempfile.TemporaryDirectory() as place:
        prepared = prepare(Path(place), docs)
        cli(["build", "--strict", "--config-file", str(prepared)], standalone_mode=False)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(place) / "site", target)


def prepare(place: Path, docs: Path = FOLDER) -> Path:
    """The configuration and the pages as the generator takes them; the path of the configuration."""
    shutil.copytree(docs, place / "docs", ignore=shutil.ignore_patterns(*LEFT_OUT))
    for page in (place / "docs").rglob("*.md"):
        here = docs / page.relative_to(place / "docs")
        page.write_text(within(page.read_text(encoding="utf-8"), here, docs), encoding="utf-8")
    told = yaml.safe_load((docs.parent / "mkdocs.yml").read_text(encoding="utf-8"))
    told["nav"] = [{title: list(_pages(docs, given))} for one in told["nav"] for title, given in one.items()]
    config = place / "mkdocs.yml"
    config.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return config


def within(markdown: str, page: Path, docs: Path = FOLDER) -> str:
    """A link to a file of the checkout that is no page becomes that file's name: the site stands without a checkout."""

    def named(found: re.Match[str]) -> str:
        target = (page.parent / found[2]).resolve()
        if target.is_relative_to(docs):
            return found[0]
        name = target.relative_to(docs.parent).as_posix()
        return found[1] if name in found[1] else f"{found[1]} (`{name}`)"

    return _LINK.sub(named, markdown)


def _pages(docs: Path, given: list[str]) -> Iterator[Any]:
    """Pages of the navigation: `tables/core.` is every page whose name begins so, a folder begins with its README."""
    for begin in given:
        if begin.endswith(".md"):
            yield begin
        else:
            found = sorted(path.relative_to(docs).as_posix() for path in docs.glob(f"{begin}*.md"))
            pages = sorted(found, key=lambda page: not page.endswith("/README.md"))
            title = begin.rstrip("/.").rpartition("/")[2]
            yield from pages if len(given) == 1 else [{title: pages}]


if __name__ == "__main__":
    write_site(Path(sys.argv[1]))
