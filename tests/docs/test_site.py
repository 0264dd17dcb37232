"""docs/ as a site: built as `make site` does, every page is found in it, and nothing in it asks a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipelines.docs import FOLDER
from pipelines.docs.site import LEFT_OUT, prepare, within, write_site

PAGES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.md") if path.parent.name not in LEFT_OUT)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zensical ends with an error where a page or a heading that a link names is not there."""
    target = tmp_path_factory.mktemp("site") / "site"
    write_site(target)
    return target


def test_every_page_is_there(site: Path) -> None:
    names = [str(page.with_name("index.md") if page.name == "README.md" else page) for page in PAGES]
    assert [name for name in names if not (site / name).with_suffix(".html").exists()] == []


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    fetched = re.compile(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?//""")
    assert [page.name for page in site.rglob("*.html") if fetched.search(page.read_text(encoding="utf-8"))] == []


def test_every_page_stands_in_the_navigation_once(tmp_path: Path) -> None:
    told = yaml.safe_load(prepare(tmp_path).read_text(encoding="utf-8"))["nav"]
    assert sorted(_named(told)) == [page.as_posix() for page in PAGES]


def _named(nav: object) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    inner = nav.values() if isinstance(nav, dict) else nav
    return [name for one in inner for name in _named(one)]  # type: ignore[attr-defined]


def test_a_link_out_of_the_pages_is_a_files_name() -> None:
    page = FOLDER / "tables" / "metrics.repurchase.md"
    text = "[a](../asking.md#x) [its SQL](../../assets/metrics/repurchase.sql) [`assets/x`](../../assets/x)"
    assert within(text, page) == "[a](../asking.md#x) its SQL (`assets/metrics/repurchase.sql`) `assets/x`"
