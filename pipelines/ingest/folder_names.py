"""What the name of a folder in landing says: a shop, or only when its files are of and that they are stored there.

What belongs here: the form of folder names. What does not: the words (assets/folder_names.yaml), which folder names a
kind of file (recognise.py).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[2] / "assets" / "folder_names.yaml"
_YEAR = r"(?:20\d\d|\d\d(?=年))年?(?:度|全年)?"
_MONTH = r"(?:(?:0?[1-9]|1[0-2])(?=\D|$)|0[1-9]|1[0-2]|(?:十[一二]?|[一二三四五六七八九])(?=月))月?份?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])[日号]?"
_PART = r"(?:q[1-4]|[1-4]q|第?[一二三四1-4]季度?|h[12]|[上下]半年|w\d\d?|第\d+周|春季?|夏季?|秋季?|冬季?)"
_GAP = r"[-_. ]?"
_SPANS = re.compile(r"\s*(?:至|到|~|～|—|--|(?<=\d)_(?=20\d\d))\s*|(?<=[月日号年份])-")
_NUMBER = re.compile(r"0?[1-9]|[12]\d|3[01]")


def shops_in(folders: list[str]) -> list[str]:
    """Those of some folders that may be a shop's: the same order would stand twice in two months that were shops."""
    periods = {name for name in folders if is_period(name)}
    return [
        name
        for name in folders
        if name not in periods and not _stores().fullmatch(name) and not (periods and _NUMBER.fullmatch(name))
    ]


def is_period(folder: str) -> bool:
    """Whether a folder's name is a year, a month, a day, a season, or a span of them."""
    return all(_periods().fullmatch(part.strip()) for part in _SPANS.split(folder))


@cache
def _periods() -> re.Pattern[str]:
    festival, named = _any_of("festivals"), _any_of("periods")
    return re.compile(
        rf"(?:{_YEAR}|{_YEAR}{_GAP}(?:{_MONTH}(?:{_GAP}{_DAY})?|{_PART}|{festival}|{named})|{_PART}|{festival}|{named}"
        rf"|{_MONTH}(?<=[月份])(?:{_DAY})?|{_MONTH}{_GAP}(?<=[-_.月])(?:{_DAY})|{named}{_GAP}20\d\d)",
        re.IGNORECASE,
    )


@cache
def _stores() -> re.Pattern[str]:
    """Such a word, and a number behind it: 新建文件夹 (2)."""
    return re.compile(
        rf"(?=\D)(?:{_any_of('stores')}|{_any_of('kept')}*{_any_of('things')}?)[\s_-]*(?:[（(]?\d{{1,2}}[）)]?)?",
        re.IGNORECASE,
    )


def _any_of(key: str) -> str:
    """A pattern of any of the words, the longest first."""
    words = sorted(_words()[key], key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, words)) + ")"


@cache
def _words() -> dict[str, list[str]]:
    return dict(read_yaml(FILE.read_text(encoding="utf-8")))
