"""The message says what the page says: each number of it stands there letter by letter, and nothing that it hides."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.messages.sending import send
from pipelines.messages.text import fitted
from pipelines.quality import Finding, Quality
from pipelines.report import compose, html
from pipelines.report.message import Message, chosen, message_of
from pipelines.report.model import Cell, Check, Report
from pipelines.report.model import Finding as Sentence
from pipelines.report.source import open_source
from tests.messages.home import home_with, secret, to
from tests.messages.servers import bot
from tests.report.reading import Node, read_page

WORDS = re.compile(r"[0-9][0-9,.:%–-]*[0-9%]|[0-9]")


def every_number_is_the_pages(message: Message, page: Node) -> list[str]:
    """The numbers of a message, all of which its page shows: a figure's in its own tile, the others in any text."""
    found = []
    for name, figure in zip(chosen().tiles, message.figures, strict=True):
        tile = page.by_id(f"tile-{name}")
        label = tile.all("h3")[0].all("a")[0].text.removesuffix("i")
        assert figure.startswith(f"{label} ")
        shown = [n.text for n in tile.walk() if n.tag in ("data", "span", "p") and n.text]
        for piece in pieces(figure.removeprefix(f"{label} ")):
            assert piece in shown or piece in tile.text, f"{piece!r} of {figure!r}"
            found += WORDS.findall(piece)
    text = page.text
    for part in (message.sentence, *message.warnings):
        assert part in text
        found += WORDS.findall(part)
    return found


def pieces(figure: str) -> list[str]:
    """`¥900 · ▲ +5.0% 较上周 ¥857` → ¥900, +5.0%, ¥857; brackets hold numerator / denominator."""
    value, *others = figure.split(" · ")
    number, _, parts = value.partition(" (")
    said = [number, *parts.removesuffix(")").split(" / ")]
    for one in others:
        change = re.fullmatch(r"(?:[▲▼] )?([+-]\S+(?: 个百分点)?|持平) (.+) (\S+)", one)
        said += change.groups() if change else [one]
    return [one for one in said if one]


def test_the_weekly_message_is_the_weekly_page(weekly: SimpleNamespace) -> None:
    message = weekly.files.message
    found = every_number_is_the_pages(message, weekly.page)
    assert len(found) >= 12, "there is something to compare"
    assert message.page == weekly.files.html.name
    assert message.title == "云上茶铺 <b>&旗舰店 · 私域周报 · 2025-08-11 – 08-13"
    assert [figure.split(" ")[0] for figure in message.figures] == ["支付金额", "7", "30"]


def test_a_figure_is_its_tile_in_one_line(weekly: SimpleNamespace) -> None:
    """The first one, put together from the page by hand."""
    tile = weekly.page.by_id("tile-public_to_private_7")
    value, part, of = (node.text for node in tile.all("data")[:3])
    change = next(node.text for node in tile.all("data") if node["data-c"] == "change")
    (before,) = [node.all("data")[0].text for node in tile.walk() if "before" in node.classes]
    (since,) = [node.text for node in tile.walk() if "when" in node.classes]
    line = weekly.files.message.figures[1]
    assert line.startswith(f"7 天公转私率 {value} ({part} / {of}) · {since} · ")
    assert f"{change} 较前一周的人 {before}" in line


def test_what_arrives_is_what_the_page_shows(weekly: SimpleNamespace, tmp_path: Path) -> None:
    """Read back from the bytes that a service gets. A name in the sentence has a `<i>`, which arrives inert."""
    settings = home_with(tmp_path, weekly.files.message)
    with bot({"code": 0}) as here:
        asked = to(settings, boss={"service": "feishu", "url": secret(settings, "boss.url", here.url)})
        assert [one.state for one in send(asked, "weekly", ["boss"])] == ["sent"]
    warnings, figures, sentence = (one["text"]["content"] for one in here.came[0].json["card"]["elements"])
    assert sentence.replace("＜i>", "<i>") == weekly.files.message.sentence
    told = tuple(line.removeprefix("⚠ ") for line in warnings.split("\n"))
    arrived = replace(weekly.files.message, warnings=told, figures=tuple(figures.split("\n")))
    assert every_number_is_the_pages(arrived, weekly.page) == every_number_is_the_pages(
        weekly.files.message, weekly.page
    )


def test_the_demos_message_is_its_page(demo_home: Path) -> None:
    """As `siyu run` wrote them, and short enough for every service."""
    reports = demo_home / "published" / "reports"
    message = Message.of(json.loads((reports / ".message-daily.json").read_text(encoding="utf-8"))["message"])
    page = read_page((reports / message.page).read_text(encoding="utf-8"))
    assert len(every_number_is_the_pages(message, page)) >= 8
    text = fitted(message, "", lambda _: True).text
    assert all(figure in text for figure in message.figures)
    assert len(text.encode()) <= 2048


@pytest.fixture(scope="module")
def report(snapshot: SimpleNamespace) -> Report:
    """The daily report as values."""
    with open_source(snapshot.path, snapshot.settings, None) as source:
        return compose(source, "daily", "zh")


def changed(report: Report, **other: Any) -> Message:
    return message_of(replace(report, **other), "daily.html", small_group=5)


FAILED = Check("core.orders", "unique", False, True, "7 rows", "0 rows")


def test_what_warns_of_every_number_comes_with_them(report: Report) -> None:
    """Late, held back, failed, a source that is missing: in the page's own words. That history is short is not said."""
    on_time = replace(
        report, generated_at=report.generated_at.replace(year=2025, month=8, day=14), warnings=("历史仅",)
    )
    assert changed(on_time).warnings == ()
    held = changed(on_time, unpublished=(FAILED,))
    assert held.warnings == ("最近一次运行有 1 项检查未通过，结果没有发布；本报告仍是 2025-08-13（周三） 的数据",)
    failed = changed(on_time, checks=(*report.checks, FAILED))
    assert failed.warnings == ("数据检查 1 项未通过（共 3 项），相关数字请暂缓使用",)
    assert changed(on_time, checks=()).warnings == ("本次没有数据检查记录",)
    gone = Finding("r", "source_refused", "refused", "orders", ("张三.csv",), 1, None, {}, {}, is_alarm=True)
    missing = changed(on_time, quality=Quality(findings=(gone,)))
    assert missing.warnings == ("已载入的数据通过 2 项检查；但有整个来源不在数字里",)
    late = on_time.generated_at + timedelta(days=2)
    told = ("数据已滞后 2 天，请确认平台文件是否按时导出。",)
    assert changed(on_time, generated_at=late, warnings=told).warnings == told
    page = read_page(html.render(replace(on_time, unpublished=(FAILED,)), 5))
    assert held.warnings[0] in page.text


def test_a_rate_of_few_is_hidden_in_the_message_too(report: Report) -> None:
    tiles = tuple(
        replace(tile, cell=Cell(None, "·", "small"), parts=(), comparisons=(), note="样本较少，不作升降判断")
        if tile.id == "repurchase_30"
        else tile
        for tile in report.tiles
    )
    line = changed(report, tiles=tiles).figures[2]
    assert line.startswith("30 天复购 · · 人数少于 5，或可由此倒推，不显示 · ")
    assert line.endswith("样本较少，不作升降判断")
    assert "%" not in line


def test_what_is_not_known_says_why(report: Report) -> None:
    tiles = tuple(
        replace(tile, cell=Cell(None, "–", "empty"), comparisons=(), note="没有读到这些天的订单：未知，不是 0")
        if tile.id == "paid_amount"
        else tile
        for tile in report.tiles
    )
    assert changed(report, tiles=tiles).figures[0] == "支付金额 – · 没有读到这些天的订单：未知，不是 0"


def test_a_sentence_with_somebodys_number_is_passed_over(report: Report) -> None:
    """A live session may be called anything; nothing is cut out of a sentence, it is another one."""
    first, second = "成交最高的一场是加微信13912345678的专场：¥8,850。", "新客 500 人，较上周增加 25.0%。"
    said = tuple(Sentence(text, "live") for text in (first, second))
    assert changed(report, findings=said).sentence == second
    assert changed(report, findings=said[:1]).sentence == report.quiet
    assert changed(report, merchant="茶铺 13912345678").title.startswith("未命名商家 · 私域日报")


def test_a_message_survives_being_kept(report: Report) -> None:
    message = changed(report)
    assert Message.of(json.loads(json.dumps(message.plain()))) == message


def test_in_english(snapshot: SimpleNamespace) -> None:
    """Every word of it, but for what the data calls things."""
    with open_source(snapshot.path, snapshot.settings, None) as source:
        report = compose(source, "daily", "en")
    message = message_of(replace(report, unpublished=(FAILED,)), "daily.html", small_group=5)
    assert message.figures[0].startswith("Paid amount ¥")
    assert not re.search("[一-鿿]", "".join([*message.figures, *message.warnings]))
