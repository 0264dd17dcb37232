"""What the name of a folder in landing says: a shop, or only when its files are of and that they are stored there.

What belongs here: folder names. What does not: which folder names a kind of file (recognise.py).
"""

from __future__ import annotations

import re

_YEAR = r"(?:20\d\d|\d\d(?=年))年?(?:度|全年)?"
_MONTH = r"(?:(?:0?[1-9]|1[0-2])(?=\D|$)|0[1-9]|1[0-2]|(?:十[一二]?|[一二三四五六七八九])(?=月))月?份?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])[日号]?"
_PART = r"(?:q[1-4]|[1-4]q|第?[一二三四1-4]季度?|h[12]|[上下]半年|w\d\d?|第\d+周|春季?|夏季?|秋季?|冬季?)"
_FESTIVAL = r"(?:双\s*(?:11|12|十一|十二|旦)|618|818|年货节?|大促|春节|国庆|中秋|女王节|活动)"
_NAMED = (
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|"
    r"november|december|today|daily|weekly|monthly|今天|昨天|本周|上周|本月|上月|今年|去年|日报|周报|月报|每日|每周|每月)"
)
_GAP = r"[-_. ]?"
_PERIOD = re.compile(
    rf"(?:{_YEAR}|{_YEAR}{_GAP}(?:{_MONTH}(?:{_GAP}{_DAY})?|{_PART}|{_FESTIVAL}|{_NAMED})|{_PART}|{_FESTIVAL}|{_NAMED}"
    rf"|{_MONTH}(?<=[月份])(?:{_DAY})?|{_MONTH}{_GAP}(?<=[-_.月])(?:{_DAY})|{_NAMED}{_GAP}20\d\d)",
    re.IGNORECASE,
)
_SPANS = re.compile(r"\s*(?:至|到|~|～|—|--|(?<=\d)_(?=20\d\d))\s*|(?<=[月日号年份])-")
_NUMBER = re.compile(r"0?[1-9]|[12]\d|3[01]")
_STORE = re.compile(
    r"(?=\D)(?:inbox|in|data|exports?|back-?ups?|bak|archived?|archives?|old|new|history|raw|csv|excel|xlsx?|json|parquet|"
    r"files?|misc|te?mp|downloads?|all|copy|(?:新建|新|旧|历史|原始|全部|所有|补充|补录|更新|最新|导出|下载|备份|归档|存档|其他|其它|"
    r"待处理|已处理|平台|未命名|临时)*(?:文件夹|文件|数据|订单|退款|报表|表格|副本)?)[\s_-]*(?:[（(]?\d{1,2}[）)]?)?",
    re.IGNORECASE,
)


def shops_in(folders: list[str]) -> list[str]:
    """Those of some folders that may be a shop's: the same order would stand twice in two months that were shops."""
    periods = {name for name in folders if is_period(name)}
    return [
        name
        for name in folders
        if name not in periods and not _STORE.fullmatch(name) and not (periods and _NUMBER.fullmatch(name))
    ]


def is_period(folder: str) -> bool:
    """Whether a folder's name is a year, a month, a day, a season, or a span of them."""
    return all(_PERIOD.fullmatch(part.strip()) for part in _SPANS.split(folder))
