"""Every refusal and every notice is said in both languages, with what to do; a code without words fails here.

The codes are looked for in pipelines/ and assets/, and in what the tests of ingest meet (tests/ingest, tests/cases).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

from pipelines.ingest.notices import Notice, facts_text, write_notices
from pipelines.ingest.refused_lines import EXPECTED
from pipelines.quality import findings
from pipelines.report.sentences import advice
from pipelines.report.words import LANGUAGES, load_words
from pipelines.tables import ASSETS
from tests.quality.test_quality import SETTINGS, file, order, refusal

CODE = re.compile("[a-z]+(_[a-z0-9]+)+|[a-z]+")
REFUSING = {"UnreadableError": 0, "Unread": 0, "Refused": 1, "refused_kind": 1, "Fault": 2}


def test_every_notice_has_words() -> None:
    codes = set(_first_words("Notice", 0))
    assert len(codes) > 20
    assert codes - set(advice()["notices"]) == set()
    for language in LANGUAGES:
        assert codes - set(load_words(language).get("values.code") or ()) == set()


def test_every_reason_has_words() -> None:
    """Those of mappings and of lines that are no records as well."""
    codes = {code for call, place in REFUSING.items() for code in _first_words(call, place)} | set(EXPECTED)
    codes |= set(_reasons_of_mappings())
    assert len(codes) > 30
    assert codes - set(advice()["reasons"]) == set()
    for language in LANGUAGES:
        assert set(advice()["reasons"]) - set(load_words(language).get("values.reason")) == set()


def test_words_are_in_their_language() -> None:
    for kind, languages in (("reasons", {"zh", "en"}), ("notices", {"zh"})):
        for code, said in advice()[kind].items():
            assert languages <= set(said) <= {"zh", "en"}, code
            assert re.search("[一-鿿]", said["zh"]), code
            assert not re.search("[一-鿿]", re.sub("万元|商品维度", "", said.get("en", ""))), code


def _first_words(call: str, place: int) -> Iterator[str]:
    """Codes that a call is given in a place, anywhere in pipelines/ingest."""
    for path in sorted(Path("pipelines/ingest").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == call and len(node.args) > place:
                yield from _words_in(node.args[place])


def _words_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.value


def _reasons_of_mappings() -> Iterator[str]:
    for path in [*ASSETS.glob("sources/*.yaml"), *ASSETS.glob("staging/*.yaml")]:
        rules = yaml.safe_load(path.read_text(encoding="utf-8"))
        for rule in [*rules.get("refuse", ()), *rules.get("flag", ())]:
            yield rule["reason"]


# Notices are told each by its own code, so all of them are asked at once; refused rows are told together.
TOGETHER = [[("reasons", code)] for code in advice()["reasons"]] + [[("notices", code) for code in advice()["notices"]]]


def blanks(kind: str, code: str) -> set[str]:
    """What its sentences leave to be filled in, but for the rows, which a ledger always knows."""
    sentences = advice()[kind][code].values()
    return {name for said in sentences for _, name, _, _ in Formatter().parse(said) if name} - {"rows"}


def enter(ledger: object, number: int, kind: str, code: str, given: dict[str, str]) -> None:
    """A file of which it is told; of a reason, one more that was refused whole."""
    path, whole = f"orders/{number}.csv", f"orders/{number + 10}.csv"
    if kind == "notices":
        file(ledger, number, path, "canonical_orders", 9)
        write_notices(ledger, [(number, path, Notice(code, f"said {number}", "列", 3, facts=given))])
        return
    file(ledger, number, path, "canonical_orders", 9, 3)
    refusal(ledger, number, path, code, 3, "列")
    file(ledger, number + 10, whole, "canonical_orders", 9, 9)
    ledger.execute("delete from ops.quarantine where file_id = ?", [number + 10])
    refusal(ledger, number + 10, whole, code, 9, line=None, is_cell=None)
    ledger.execute("update ops.quarantine set facts = ? where file_id = ?", [facts_text(given), number + 10])


@pytest.mark.parametrize("asked", TOGETHER, ids=lambda asked: asked[0][1] if len(asked) == 1 else asked[0][0])
def test_each_can_be_said_with_all_of_its_facts_and_with_none(asked: list[tuple[str, str]], ledger: object) -> None:
    for place, (kind, code) in enumerate(asked):
        enter(ledger, 2 * place + 1, kind, code, dict.fromkeys(blanks(kind, code), "某值"))
        enter(ledger, 2 * place + 2, kind, code, {})
    order(ledger)
    found = [one for one in findings(ledger, SETTINGS) if one.code != "orders_wait"]
    for one in found:
        said = one.text["zh"] + one.remedy["zh"]
        assert not re.search(r"[{}\[\]]|–", said), said
        assert "said" not in said
    for kind, code in asked:
        texts = [one.text["zh"] + one.remedy["zh"] for one in found if kind == "reasons" or one.code == code]
        assert texts or code == "order_waits"
        assert not blanks(kind, code) or not texts or any("某值" in text for text in texts), code


def test_a_notice_is_said_in_chinese_with_what_it_names(ledger: object) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 9)
    order(ledger)
    near = Notice("unread_column", "付款额: did you mean 付款金额?", "付款额", None, "aside", {"alias": "付款金额"})
    late = Notice("future_time", "9 rows say a time after", "付款时间", 9, "aside", {"file_time": "2026-03-01 09:00"})
    home = {"read_source": "canonical_orders", "other_source": "doudian_aftersales", "folder": "抖店售后"}
    elsewhere = Notice("other_source", "read as Orders", "doudian_aftersales", facts=home)
    write_notices(ledger, [(1, "orders/1.csv", notice) for notice in (near, late, elsewhere)])
    said = [one.text["zh"] for one in findings(ledger, SETTINGS)]
    assert sorted(said) == [
        "订单：晚于文件时间的时间“付款时间”。9 行的时间晚于文件本身（2026-03-01 09:00），"
        "到那一天之前不进入任何数字；请核对年份与日期。",
        "订单：更像另一来源“抖店售后单导出”。文件夹与表头不符：按文件夹读作“订单”，"
        "表头却更像“抖店售后单导出”；若是，请放入 landing/抖店售后/。",
        "订单：未读的列“付款额”。没有读，不在任何数字里；是否即“付款金额”？若是，请在副本里改名。",
    ]
    assert [one.text["en"] for one in findings(ledger, SETTINGS)][2] == "Orders: 付款额: did you mean 付款金额?"


def test_a_refused_file_says_in_chinese_what_to_do(ledger: object) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 9)
    file(ledger, 2, "orders/2.csv", "canonical_orders", 9, 9)
    order(ledger)
    ledger.execute(
        "update ops.quarantine set reason = 'missing_column', facts = ?", [facts_text({"columns": "订单号/订单编号"})]
    )
    (one,) = (one for one in findings(ledger, SETTINGS) if one.code == "file_refused")
    assert one.remedy["zh"] == "缺少必需的列：订单号/订单编号。请重新导出并带上。"
    assert one.remedy["en"] == "Expected: something else."


def test_personal_values_are_masked_in_facts() -> None:
    assert "13812345678" not in (facts_text({"used": "13812345678"}) or "")
