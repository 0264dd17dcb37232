"""The page in a browser, where one is installed: its first screen fits a phone, all of it is reached and printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.report import browser, index
from pipelines.report.browser import BROWSERS, NoBrowser
from tests.report.test_index import entry

CHROMIUM = next((p for p in map(shutil.which, BROWSERS) if p), None)
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--virtual-time-budget=2000",
]
# Asked inside the page: what sticks out or is cut off, whether the script ran, how large the places to tap are.
QUESTION = """
<script>
  const all = (what) => [...document.querySelectorAll(what)];
  const first = all(".tiles.first .tile").map((e) => Math.round(e.getBoundingClientRect().bottom));
  const folded = document.documentElement.scrollHeight;
  all("details").forEach((e) => { e.open = true; });
  const inside = ".scroll:not(.cards), svg, .unseen, dialog, #tip, pre";
  const wide = all("body *").filter((e) => !e.closest(inside) && e.getBoundingClientRect().right > innerWidth + 1);
  const hides = (e) => getComputedStyle(e).overflowX === "hidden" && !e.closest(".unseen, svg, .cards thead");
  const cut = all("body *").filter((e) => hides(e) && e.scrollWidth > e.clientWidth + 1);
  const taps = all("a, summary, label.show, label.open");
  const places = taps.filter((e) => e.checkVisibility() && !e.closest(".cards thead"));
  const card = document.querySelector("#group_health tbody tr");
  const seen = () => [...card.querySelectorAll("td")].filter((e) => e.checkVisibility()).length;
  const before = seen();
  card.querySelector(".open input").click();
  const opened = [before, seen(), card.querySelectorAll("td").length];
  document.querySelector("#tile-repurchase_90 a.def").click();
  const dialog = document.querySelector("dialog");
  const said = dialog.textContent, open = dialog.open;
  dialog.close();
  const tip = document.querySelector("#tip");
  const plot = document.querySelector("#daily_amount .plot"), place = plot.getBoundingClientRect();
  const tap = (what, at) => {
    what.dispatchEvent(new MouseEvent("click", {bubbles: true, ...at}));
    return tip.hidden ? "" : tip.textContent;
  };
  const key = (name) => {
    plot.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
    return tip.textContent.slice(0, 10);
  };
  const tips = [
    tap(document.querySelector("#repurchase td[data-tip]"), {}),
    tap(document.querySelector("#repurchase_curve .plot"), {clientX: 9999}),
    tap(plot, {clientX: place.right - 1, clientY: place.top + 1}),
    [key("Home"), key("ArrowRight"), key("End")].join(" "),
  ];
  const out = parent.document.createElement("pre");
  out.id = "answer";
  out.textContent = JSON.stringify({
    width: innerWidth, scroll: document.documentElement.scrollWidth,
    wide: wide.map((e) => e.tagName + "." + e.className), cut: cut.map((e) => e.textContent),
    tap: Math.min(...places.map((e) => e.getBoundingClientRect().height)),
    open, text: said, tips, first, folded, opened, plots: all(".plot").map((e) => e.getBoundingClientRect().height) });
  parent.document.body.append(out);
</script>
"""


# Typed one after the other: which reports are left, and whether it is said that none is.
SEARCHED = """<script>
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.textContent = JSON.stringify(["group ONE", "618", "one 618", ""].map((words) => {
    const search = document.getElementById("search");
    search.value = words;
    search.dispatchEvent(new Event("input"));
    const left = [...document.querySelectorAll("#reports > li")].filter((one) => one.checkVisibility());
    return [left.map((one) => one.querySelector("h2").textContent.trim()[0]), !document.getElementById("none").hidden];
  }));
  document.body.append(answer);
</script>
"""


@pytest.fixture(scope="module")
def answer(weekly: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The page at 360 px in a frame (a window is never that narrow), with a question added.

    The policy, which would refuse the question, is taken out; the last test has it in.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; the page was not looked at")
    folder = tmp_path_factory.mktemp("browser")
    asked = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", weekly.text) + QUESTION
    page = folder / "frame.html"
    frame = f'<meta charset="utf-8"><iframe width="360" height="800" srcdoc="{escape(asked)}"></iframe>'
    page.write_text(frame, encoding="utf-8")
    return json.loads(unescape(_dump(page, folder).partition('<pre id="answer">')[2].partition("</pre>")[0]))


def _dump(page: Path, folder: Path) -> str:
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_it_fits_a_phone(answer: dict[str, Any]) -> None:
    assert answer["width"] == 360
    assert answer["scroll"] <= answer["width"]
    assert answer["wide"] == []
    assert answer["cut"] == []


def test_a_tap_opens_a_definition(answer: dict[str, Any]) -> None:
    assert answer["open"] is True
    assert "R3" in str(answer["text"])
    assert "÷" in str(answer["text"])


def test_five_numbers_fit_the_first_screen_of_a_phone(answer: dict[str, Any]) -> None:
    """360 × 640: the last of the five ends above the fold; with all chapters folded the page is a few screens."""
    assert len(answer["first"]) == 5
    assert max(answer["first"]) <= 640
    assert answer["folded"] < 4 * 640


def test_a_tap_on_a_point_says_its_value(answer: dict[str, Any]) -> None:
    """A tap anywhere in a drawing is answered by the nearest day with its whole, and the keyboard reaches each."""
    cell, point, day, keys = answer["tips"]
    assert re.fullmatch(r"2025-01 · 7 天 · \d+\.\d% · \d+ / \d+", cell)
    assert re.match(r"第 \d+ 天 · 已复购 \d+\.\d%（", point)
    assert re.match(r"2025-08-1\d · ", day)
    first, second, last = keys.split()
    assert first < second < last == day[:10]
    assert min(answer["plots"]) >= 24


def test_a_row_is_a_card_whose_rest_is_one_tap_away(answer: dict[str, Any]) -> None:
    before, opened, there = answer["opened"]
    assert (before, opened) == (3, there)
    assert there > 3


def test_places_to_tap_are_large_enough(answer: dict[str, Any]) -> None:
    assert answer["tap"] >= 44


def test_the_page_as_written_breaks_no_rule_of_its_own(weekly: SimpleNamespace, tmp_path: Path) -> None:
    """With its policy in place nothing is refused: own style and script run, nothing else is tried."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; the page was not looked at")
    command = [
        str(CHROMIUM),
        *FLAGS,
        "--enable-logging=stderr",
        "--v=0",
        f"--user-data-dir={tmp_path}/profile",
        "--dump-dom",
    ]
    done = subprocess.run(
        [*command, weekly.files.html.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    assert "Content Security Policy" not in done.stderr
    assert "CONSOLE" not in done.stderr, done.stderr


def test_all_reports_can_be_searched(weekly: SimpleNamespace, tmp_path: Path) -> None:
    """What is typed leaves the reports that have every word of it; nothing found is said."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; the page was not looked at")
    kinds = [entry(f"{name}.html", title=name, findings=[said]) for name, said in (("A", "Group one"), ("B", "618"))]
    asked = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", index.as_page(kinds, "Shop", "en"))
    page = tmp_path / "index.html"
    page.write_text(asked + SEARCHED, encoding="utf-8")
    found = _dump(page, tmp_path).partition('<pre id="answer">')[2].partition("</pre>")[0]
    assert json.loads(found) == [[["A"], False], [["B"], False], [[], True], [["A", "B"], False]]


def test_it_prints_on_paper(weekly: SimpleNamespace, tmp_path: Path) -> None:
    """A PDF of A4 pages, with what is folded on a screen open, and not a page for every check."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; nothing can be printed")
    pdf = tmp_path / "report.pdf"
    browser.print_page(weekly.files.html, pdf)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"file:" not in content, "a path of this machine, in what people forward"
    assert 6 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 30
    (left, bottom, width, height) = map(float, re.findall(rb"/MediaBox\s*\[([^\]]*)\]", content)[0].split())
    assert (left, bottom, round(width), round(height)) == (0, 0, 595, 842)


def test_without_a_browser_a_plain_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.shutil, "which", lambda _: None)
    with pytest.raises(NoBrowser, match=r"no Chromium was found .* open the HTML report in a browser and print it"):
        browser.found()
