"""The page of all reports: which stand there, in which order, and what is said of each."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.report import index, write_report
from tests.report.reading import Node, read_page


@pytest.fixture(scope="module")
def folder(snapshot: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    for kind in ("daily", "weekly", "daily"):
        write_report(snapshot.path, made, snapshot.settings, kind)
    return made


def page(folder: Path) -> Node:
    return read_page((folder / index.PAGE).read_text(encoding="utf-8"))


def entry(name: str, **other: object) -> index.Entry:
    told = {"workbook": "w.xlsx", "kind": "daily", "title": "T", "last": "2025-01-01", "days": "d", "chip": "c"}
    return index.Entry.model_validate({"page": name, "findings": (), **told, **other})


def test_each_report_stands_once_with_its_sentences(folder: Path) -> None:
    entries = page(folder).by_id("reports").all("li")
    links = [link["href"] for one in entries for link in one.all("a")]
    assert links == [
        "weekly-2025-08-13.html",
        "weekly-2025-08-13.xlsx",
        "daily-2025-08-13.html",
        "daily-2025-08-13.xlsx",
    ]
    assert all((folder / link).exists() for link in links)
    told = read_page((folder / "weekly-2025-08-13.html").read_text(encoding="utf-8"))
    for sentence in (one.text for one in entries[0].all("bdi")):
        assert sentence in told.text


def test_a_report_leads_back(folder: Path) -> None:
    report = read_page((folder / "daily-2025-08-13.html").read_text(encoding="utf-8"))
    assert [link.text for link in report.all("a", href="index.html")] == ["全部报告"]


def test_nothing_is_asked_of_the_network(folder: Path) -> None:
    text = (folder / index.PAGE).read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert "://" not in text


def keep(folder: Path, *entries: index.Entry) -> None:
    for one in entries:
        (folder / one.page).touch()
        index.kept_in(folder / one.page).write_text(one.model_dump_json(), encoding="utf-8")


def test_the_newest_first_and_what_is_gone_is_gone(tmp_path: Path) -> None:
    keep(tmp_path, entry("a.html", last="2025-01-02"), entry("b.html"), entry("c.html", last="2025-01-03"))
    assert [one.page for one in index.listed(tmp_path)] == ["c.html", "a.html", "b.html"]
    (tmp_path / "a.html").unlink()
    assert [one.page for one in index.listed(tmp_path)] == ["c.html", "b.html"]


@pytest.mark.parametrize("broken", ["", "{", '{"a": 1}'])
def test_what_cannot_be_read_is_not_listed_and_the_others_are(tmp_path: Path, broken: str) -> None:
    keep(tmp_path, entry("a.html"), entry("b.html"))
    index.kept_in(tmp_path / "a.html").write_text(broken, encoding="utf-8")
    assert [one.page for one in index.listed(tmp_path)] == ["b.html"]


def test_names_are_text() -> None:
    told = entry("a.html", title="<script>alert(1)</script>")
    shown = read_page(index.as_page([told], "<b>店</b>", "zh"))
    assert "<b>店</b>" in shown.all("h1")[0].text
    assert "<script>alert(1)</script>" in shown.by_id("reports").text
