"""The page: opens alone and offline, says what is wrong with the data, shows any name as text, explains its numbers."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.report import content, write_report
from pipelines.report.asking import calendar_of
from pipelines.report.layout import layout
from pipelines.report.periods import period
from pipelines.report.source import open_source
from pipelines.report.words import load_words
from tests.report import merchant
from tests.report.reading import Node, read_page


def test_nothing_is_asked_of_the_network(weekly: SimpleNamespace) -> None:
    """No attribute that loads anything, and a policy that would refuse it."""
    loading = [
        n
        for n in weekly.page.walk()
        if n.tag in ("img", "iframe", "link", "object", "base", "form") and n["method"] != "dialog"
    ]
    assert loading == []
    assert not re.search(r"\bsrc\s*=|url\(|@import|fetch\(|XMLHttpRequest|xmlns", _own_text(weekly.text))
    beside = {"index.html", *(path.name for path in weekly.files.pages)}
    assert {n["href"].partition("#")[0] for n in weekly.page.all("a")} - {""} == beside, "files beside it"
    policy = next(n["content"] for n in weekly.page.all("meta") if n["http-equiv"] == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (element,) = weekly.page.all(tag)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [
        n for n in weekly.page.walk() if "style" in n.attributes or any(k.startswith("on") for k in n.attributes)
    ]


def _own_text(page: str) -> str:
    """The page without the names it was given, which may say anything as text."""
    for name in merchant.HOSTILE.values():
        page = page.replace(
            name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;"), ""
        )
    return page


def test_it_is_small_enough_to_send(weekly: SimpleNamespace) -> None:
    assert weekly.files.html.stat().st_size < 1_500_000


def test_names_are_text_never_markup(weekly: SimpleNamespace) -> None:
    names = [n.text for n in weekly.page.by_id("group_health").all("span") if n["data-c"] == "group_name"]
    assert "<script>alert('x')</script>" in names
    assert "=cmd|' /C calc'!A1" in names
    assert "夜猫子群" in names, "control and direction characters are dropped"
    assert weekly.page.all("h1")[0].text == "云上茶铺 <b>&旗舰店"
    assert [n.tag for n in weekly.page.walk() if n.tag in ("script", "i")].count("script") == 1
    raw = [n["data-v"] for n in weekly.page.walk() if n["data-v"]]
    assert not [value for value in raw if re.search("[\u202a-\u202e\u2066-\u2069]", value)]


# What the report's queries make of a table's columns.
STANDS_FOR = {
    name: of
    for section in layout()["sections"]
    for block in section["blocks"]
    for name, of in block.get("stands_for", {}).items()
}


def test_every_number_leads_to_its_definition(weekly: SimpleNamespace) -> None:
    ids = [n["id"] for n in weekly.page.walk() if n["id"]]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in weekly.page.all("a") if link["href"].startswith("#")]
    assert {link for link in links if link.removeprefix("#") not in ids} == set()
    for block in [*_with_class(weekly.page, "tile"), *_with_class(weekly.page, "block")]:
        defined = {link["href"].rpartition(".")[2] for link in block.all("a") if "def" in link.classes}
        shown = {STANDS_FOR.get(n["data-c"], n["data-c"]) for n in block.all("data")} - {"change"}
        parts = {n["data-c"] for n in block.walk() if n.tag == "data" and n.parent and n.parent.tag in ("small", "p")}
        assert shown - parts <= defined | {"median_days"}, (block["id"], shown - defined)
    for entry in _with_class(weekly.page, "entry"):
        meaning = entry.all("dd")[0].text.split("·")[0]  # behind it stands the unit
        assert re.search("[一-鿿]", meaning), f"{entry['id']} is not explained in Chinese"


def test_a_variant_id_stands_beside_its_number(weekly: SimpleNamespace) -> None:
    assert "R3" in weekly.page.by_id("tile-repurchase_90").all("h3")[0].text
    rows = [n.text for n in weekly.page.by_id("repurchase_period").all("th", scope="row")]
    assert [row.split()[0] for row in rows] == ["R1", "R1d", "R2", "R4", "R5", "R6"]


def test_every_shade_can_be_read(weekly: SimpleNamespace) -> None:
    """WCAG AA: letters and ground of each shade differ by 4.5 to 1."""
    shades = re.findall(r"td\.h\d+,i\.h\d+\{background:rgb\((\d+) (\d+) (\d+)\);color:(#\w+)\}", weekly.text)
    assert len(shades) == 20, "ten by day, ten in the dark"
    for *ground, letters in shades:
        light, dark = sorted(map(_luminance, (map(int, ground), bytes.fromhex(letters[1:] * 2))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ground, letters)


def _luminance(rgb: Iterable[int]) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_passed_checks_are_said_in_one_line_with_what_was_not_loaded(weekly: SimpleNamespace) -> None:
    """Passed checks are no praise of rows that never came in: nothing is green, and the rows are named."""
    (banner,) = _with_class(weekly.page, "banner")
    assert "plain" in banner.classes
    assert banner in weekly.page.by_id("section-quality").walk(), "behind the chip, not on the first screen"
    assert "✓" not in banner.text
    assert "已载入的数据通过 2 项检查；但数字里缺少一部分数据" in banner.text
    assert "读入 4,000 行，隔离 30 行" in banner.text
    assert re.search(r"订单匹配率 9\d\.\d%", banner.text)
    told = weekly.page.by_id("to_know").text
    assert "orders/：1,000 行中有 20 行（2.0%）被拒收：“<b>订单编号”=1+1（20）。" in told


def test_a_failed_check_stands_on_the_face(snapshot: SimpleNamespace, tmp_path: Path) -> None:
    path = shutil.copy(snapshot.path, tmp_path / "siyu.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("update ops.checks set passed = false where table_name = 'metrics.retention'")
    late = [{"table_name": "core.people", "check_name": "unique", "passed": False, "blocking": True}]
    files = write_report(Path(path), tmp_path, snapshot.settings, unpublished=late)
    page = read_page(files.html.read_text(encoding="utf-8"))
    held, failed, _ = _with_class(page, "banner")
    (chip,) = _with_class(page, "chip")
    assert (chip.classes, chip.text) == (["chip", "bad"], "2 项检查未通过")
    assert held["role"] == failed["role"] == "alert"
    assert "最近一次运行有 1 项检查未通过，结果没有发布" in held.text
    assert "core.people.unique" in held.text
    assert "数据检查 1 项未通过（共 2 项）" in failed.text
    assert "metrics.retention.between" in failed.text
    assert "应为 <i>0 rows" in failed.text


def test_what_the_reader_must_know_is_said(weekly: SimpleNamespace) -> None:
    text = weekly.page.by_id("overview").text
    assert "周期未完：本期只到 2025-08-13" in text
    assert "历史仅" in text
    assert "数据已滞后" in text
    header, footer = (weekly.page.all(tag)[0].text for tag in ("header", "footer"))
    assert "08-11 – 08-13" in header
    assert re.search(r"数据晚 \d+ 天", header)
    assert "2025-08-11 – 08-13" in footer
    assert "2025-08-04 – 08-06" in footer, "compared with the same days of the week before"


def test_no_person_is_in_it(weekly: SimpleNamespace, snapshot: SimpleNamespace) -> None:
    import duckdb

    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        people = {p for (p,) in connection.execute("select person_id from core.people").fetchall()}
    assert not [word for word in set(re.findall(r"[\w-]{12}", weekly.text)) if word in people]
    assert not re.search(r"\bu\d{1,3}\b", weekly.text)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["group_join", "member_join"], ""),  # the second is one of the usual words, which need not occur
        (["group_join", "grup_join"], "private_entry_events 中的 grup_join 在数据里从未出现"),
        (["wecom_add", "member_join"], "数据里没有任何入私域事件（wecom_add、member_join）"),
    ],
)
def test_entry_events_that_nobody_did_are_named(snapshot: SimpleNamespace, events: list[str], expected: str) -> None:
    """A misspelt word in siyu.toml would make every private number zero without a word."""
    settings = snapshot.settings.model_copy(update={"private_entry_events": events})
    with open_source(snapshot.path, settings, None) as source:
        days = period("daily", source.as_of, calendar_of(source))
        said = [
            w for w in content.warnings(source, days, load_words("zh")) if "入私域事件" in w or "private_entry" in w
        ]
    assert [expected in w for w in said] == ([True] if expected else [])


@pytest.mark.parametrize(("kind", "language"), [("daily", "en"), ("monthly", "zh")])
def test_every_kind_in_every_language(snapshot: SimpleNamespace, out: Path, kind: str, language: str) -> None:
    files = write_report(snapshot.path, out, snapshot.settings, kind, language=language)
    page = read_page(files.html.read_text(encoding="utf-8"))
    assert files.html.name == f"{kind}-2025-08-13.html"
    assert load_words(language)(f"report.titles.{kind}") in page.all("header")[0].text
    assert len(_with_class(page, "tile")) == 13
    if language == "en":
        shown = [n for n in page.walk() if n.tag in ("h2", "h3", "p", "dt", "summary", "caption", "li")]
        assert not [n.text for n in shown if re.search("[一-鿿]", _ours(n))]


def _ours(node: Node) -> str:
    """Our own words in a node: not what stands inside a name."""
    return "" if node.all("bdi") or "第" in node.text else node.text


def test_unknown_kinds_and_days_without_data_are_refused(snapshot: SimpleNamespace, out: Path) -> None:
    with pytest.raises(ValueError, match="no report 'yearly'; kinds are: daily, weekly, monthly"):
        write_report(snapshot.path, out, snapshot.settings, "yearly")
    with pytest.raises(ValueError, match="the data ends on 2025-08-13"):
        write_report(snapshot.path, out, snapshot.settings, date=merchant.AS_OF.replace(day=20))
    with pytest.raises(ValueError, match="no report for 2020-01-01: the data begins on 2025-01-"):
        write_report(snapshot.path, out, snapshot.settings, date=date(2020, 1, 1))
    assert not out.exists()


def _with_class(page: Node, name: str) -> list[Node]:
    return [node for node in page.walk() if name in node.classes]
