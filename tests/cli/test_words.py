"""The terminal in two languages: which one, and that no sentence is missing in Chinese."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
import yaml

from pipelines.cli.words import language_of
from tests.cli.conftest import Siyu

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "pipelines" / "cli").glob("*.py"))
CHINESE = yaml.safe_load((ROOT / "assets" / "terminal.zh.yaml").read_text(encoding="utf-8"))


def said() -> set[str]:
    """Every text that `say` or `say_of` is given, by itself or by the name of a text of its module."""
    found: set[str] = set()
    for tree in (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES):
        named: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    named.setdefault(ast.unparse(target), set()).add(str(node.value.value))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "say_of"):
                given = node.args[:1] if ast.unparse(node.func) == "say" else node.args[1:3]
                for one in given:
                    for text in (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,):
                        if isinstance(text, ast.Constant):
                            found.add(text.value)
                        elif isinstance(text, ast.Name):
                            found |= named.get(text.id, set())
    return found


def fields(text: str) -> list[str]:
    """What is filled in, with how it is written."""
    return sorted(f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def test_every_sentence_has_a_chinese_one() -> None:
    assert len(said()) > 150
    assert said() - set(CHINESE) == set()


def test_a_chinese_sentence_fills_in_the_same() -> None:
    other = {text: (fields(text), fields(chinese)) for text, chinese in CHINESE.items()}
    assert {text: both for text, both in other.items() if both[0] != both[1]} == {}


def test_no_chinese_sentence_is_left_over() -> None:
    """Each stands somewhere in the command line's code, or is a status of ops.runs."""
    texts = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(CHINESE) - texts - {"held", "failed", "running", "unchanged"} == set()


@pytest.mark.parametrize(
    ("toml", "environment", "expected"),
    [
        ("", {}, "en"),
        ("", {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ("", {"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ('language = "zh"', {"LANG": "en_US.UTF-8"}, "zh"),
        ('language = "en"', {"LANG": "zh_CN.UTF-8"}, "en"),
        ('language = "fr"', {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("language = ", {"LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_which_language(tmp_path: Path, toml: str, environment: dict[str, str], expected: str) -> None:
    """What the home says, else what the machine does; what is wrong with siyu.toml is said by whoever reads it."""
    (tmp_path / "siyu.toml").write_text(toml, encoding="utf-8")
    assert language_of(tmp_path, environment) == expected


def test_a_home_in_chinese(siyu: Siyu, tmp_path: Path) -> None:
    (tmp_path / "siyu.toml").write_text('language = "zh"\n', encoding="utf-8")
    (tmp_path / "landing").mkdir()
    status = siyu("--home", str(tmp_path), "status").out
    assert "数据截至" in status
    assert "还没有载入" in status
    nobody = siyu("--home", str(tmp_path), "explain", "nothing_like_it")
    assert (nobody.code, nobody.err.startswith("siyu: 没有名为“nothing_like_it”的表或列")) == (1, True)


def test_chinese_columns_stand_below_each_other(siyu: Siyu, tmp_path: Path) -> None:
    """A Chinese character is two columns wide."""
    (tmp_path / "siyu.toml").write_text('language = "zh"\n', encoding="utf-8")
    heading, line = siyu("--home", str(tmp_path), "sources").out.splitlines()[:2]
    assert heading.startswith("来源 ")
    assert line.startswith("────")
