"""Both languages say everything: the same keys, the same blanks to fill, each key that the code and pages ask for."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import pytest
import yaml

from pipelines.report import charts, content
from pipelines.report.cells import field_of
from pipelines.report.pages_spec import page_kinds
from pipelines.report.words import LANGUAGES, REPORTS, change, clean, day, load_words, number, span
from tests.report.merchant import AS_OF


def leaves(tree: Any, path: str = "") -> dict[str, str]:
    if isinstance(tree, dict):
        return {k: v for key, value in tree.items() for k, v in leaves(value, f"{path}.{key}".lstrip(".")).items()}
    return {path: str(tree)}


def wording(language: str) -> dict[str, str]:
    return leaves(yaml.safe_load((REPORTS / f"wording.{language}.yaml").read_text(encoding="utf-8")))


def test_both_languages_have_the_same_keys() -> None:
    """But for headings of metrics' columns, which in Chinese stand in the tables' headers."""
    zh, en = wording("zh"), wording("en")
    assert set(zh) - set(en) == set()
    assert {k for k in en if not k.startswith("columns.")} - set(zh) == set()
    assert not [k for k in zh if not zh[k].strip() or not en[k].strip()]


def test_both_languages_fill_the_same_blanks() -> None:
    zh, en = wording("zh"), wording("en")
    blanks = {k: {name for _, name, _, _ in Formatter().parse(v) if name} for k, v in zh.items()}
    other = {k: {name for _, name, _, _ in Formatter().parse(v) if name} for k, v in en.items()}
    # A sentence may leave out what the other language needs, never ask for more than the code gives. Those told of the
    # data are given every column of their rule's row; tests/quality fills each in both languages.
    assert {k: v ^ other[k] for k, v in blanks.items() if v != other[k] and not k.startswith("told.")} == {}


def test_english_is_not_chinese() -> None:
    assert not [k for k, v in wording("en").items() if re.search("[一-鿿]", v)]


def every_block() -> list[dict[str, Any]]:
    """Those of report.yaml, and those of pages.yaml with the tables that list their things."""
    kinds = page_kinds().values()
    own = [block for section in content.layout()["sections"] for block in section["blocks"]]
    return [*own, *(block for kind in kinds for block in (*kind["blocks"], kind.get("about", {})))]


def asked() -> set[str]:
    """Keys that the templates name, and those that follow from report.yaml and pages.yaml."""
    pages = "".join(
        (REPORTS / name).read_text(encoding="utf-8") for name in ("report.html.j2", "blocks.html.j2", "pages.html.j2")
    )
    keys = set(re.findall(r"""\bt\(["']([\w.]+)["']\s*[,)]""", pages))
    layout = content.layout()
    keys |= {f"tiles.{tile['id']}.label" for tile in layout["tiles"]}
    keys |= {f"sections.{s['id']}.{part}" for s in layout["sections"] for part in ("title", "lead")}
    keys |= {f"pages.{kind}.{part}" for kind in page_kinds() for part in ("title", "lead")}
    blocks = every_block()
    keys |= {f"blocks.{b['id']}.{part}" for b in blocks if "id" in b for part in ("title", "note")}
    return keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_asked_that_is_not_there(language: str) -> None:
    assert asked() - set(wording(language)) == set()


def test_each_chart_stands_in_the_report() -> None:
    blocks = [block for section in content.layout()["sections"] for block in section["blocks"]]
    assert {b["chart"] for b in blocks if "chart" in b} == set(charts.names())


def test_words_of_the_data() -> None:
    zh, en = load_words("zh"), load_words("en")
    assert zh.value("entry_path", "live_fan_club") == "直播间粉丝团"
    assert zh.value("threshold", "follow_7+fan_5") == "关注满 7 天 且 粉丝团 5 级"
    assert en.value("threshold", "follow_30") == "followed 30 days"
    assert zh.value("entry_path", "a merchant's own+word") == "a merchant's own+word"
    with pytest.raises(KeyError, match=r"wording.zh.yaml has no sentence 'report.nothing'"):
        zh("report.nothing")


def test_numbers_as_people_read_them() -> None:
    assert number(1234567.5, "amount", "zh") == "¥1,234,568"
    assert number(12.5, "amount", "zh") == "¥12.50"
    assert number(-250000000.0, "amount", "zh") == "¥-2.50 亿"
    assert number(0.1234, "rate", "zh") == "12.3%"
    assert number(12000, "count", "en") == "12,000"
    assert number(3.5, "days", "zh") == "3.5 天"
    assert change(0.123, "amount", "zh") == "+12.3%"
    assert change(-0.0123, "rate", "zh") == "-1.2 个百分点"
    assert day(AS_OF, "zh", weekday=True) == "2025-08-13（周三）"
    assert span(AS_OF.replace(month=1), AS_OF, "en") == "2025-01-13 – 08-13"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("夜猫\u202e子\u2066群", "夜猫子群"),
        ("a\x00b\x1bc\td\n", "a b c d"),
        ("零\u200b宽\ufeff", "零宽"),
        ("👨\u200d👩\u200d👧 家庭群", "👨\u200d👩\u200d👧 家庭群"),
        ("=1+1", "=1+1"),
    ],
)
def test_names_lose_only_what_deceives_the_eye(given: str, kept: str) -> None:
    assert clean(given) == kept


def test_every_number_of_the_report_is_explained_in_chinese() -> None:
    words = load_words("zh")
    unexplained = set()
    for block in (b for b in every_block() if "table" in b):
        parts = {r[k] for r in block.get("rates", {}).values() for k in ("part", "n") if k in r and "is_alone" not in r}
        for name in {*block["columns"], *parts}:
            field = field_of(block["table"], block.get("stands_for", {}).get(name, name), words)
            if field.definition and not re.search("[一-鿿]", field.definition.meaning):
                unexplained.add(field.definition.id)
    assert unexplained == set()
