"""Words that stand where an id should and name nobody, and values that a spreadsheet spoilt.

What belongs here: the closed lists, and ids without a letter or a digit. What does not: what becomes of such a cell
(straight.py, plainly.py).
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.platforms import load_platforms

_WORDS = ("na", "null", "none", "undefined", "nil", "guest", "anonymous", "unknown")
_SPELLINGS = [spelling for word in _WORDS for spelling in (word, word.capitalize(), word.upper())]
# In an id column these are empty: an id that thousands of strangers share would make one loyal buyer of them.
NOBODY = (
    *(f"{left}{spelling}{right}" for left, right in (("", ""), "()", "[]") for spelling in _SPELLINGS),
    *("0", "-1", "?", "？", "[object Object]", "无", "空", "(空白)", "（空白）", "(空)", "（空）", "(blank)"),
    *("未知", "未知用户", "匿名", "匿名用户", "匿名买家", "匿名顾客", "匿名会员", "游客", "散客", "访客"),
    *("已注销", "用户已注销", "已注销用户", "账号已注销"),
    *("暂无", "没有", "未填写", "未填", "保密", "不详", "未登录", "未登录用户", "未绑定", "无名氏", "路人", "同上"),
    *(f"{platform.zh}用户" for platform in load_platforms().values()),  # how each calls whoever gave no name
    *("true", "false", "True", "False", "TRUE", "FALSE"),
)
MASKED = "**"  # 张** is whoever begins with 张
# 小*红, 张*, a*b: of somebody's name. A name may have two letters and a star between words: Star*Light.
_STARRED = re.compile("(?s:.*)(?:[\u3400-\u9fff][*＊]|[*＊][\u3400-\u9fff])(?s:.*)|[A-Za-z]?[*＊][A-Za-z0-9]?")
PUNCTUATION = "·‐-‧、-〠−－＇＊"  # beyond ASCII, inside the brackets of a pattern
ERROR = re.compile(r"#(REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|#+)")
_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# 3-8 typed into a spreadsheet comes out as one of these. One text for RE2 and Python.
DATE_AS_ID = (
    r"[12][0-9]{3}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
    rf"|(?:[12][0-9]{{3}}年)?[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?|[0-9]{{1,2}}-{_MONTHS}(?:-[0-9]{{2,4}})?"
    rf"|{_MONTHS}-[0-9]{{2}}"
)


def names_nobody(cell: str) -> bool:
    """Whether an id is only marks, or only zeros: *, /, ——, 000000; or it is masked."""
    marks = all(unicodedata.category(letter)[0] == "P" or letter in "~|" for letter in cell)
    return MASKED in cell or marks or not cell.strip("0")


def is_starred(cell: str) -> bool:
    """Whether one star hides a part of somebody's name."""
    return _STARRED.fullmatch(cell) is not None


def only_marks_sql(p: str) -> str:
    """SQL: an id is only marks, and begins with one that a real id may begin with."""
    may_be = f"{p} < 'A' and {p} >= '@' or {p} < '`' and {p} >= '_'"
    return f"case when {may_be} then regexp_full_match({p}, '[[:punct:]\\p{{P}}]+') else false end"
