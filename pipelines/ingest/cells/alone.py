"""An id that does not stand alone in its cell: with its label, with a note, with another id.

What belongs here: taking a column's own label off, and knowing what else stands beside an id. What does not: what an id
itself looks like (words.py).

Two spellings of one id are two orders or two people. A label that is the column's own header says nothing new and goes
(told); anything else beside an id is refused. Programs write ids alone: only files that people make are asked
(`Reading.holds`). A name may hold anything, so only its label is looked for.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.spec.literals import quoted

_LABEL = re.compile(r"([^\W\d][\w ]{0,19}?)\s*[:：]\s*(.*)", re.DOTALL)
_OTHER_LABEL = re.compile(r".*(?:号|号码|编号|编码|单号|账号|帐号|id|[^a-z]no|code)|no", re.IGNORECASE)
_CJK = re.compile("[\u4e00-\u9fff]")
_ONE = r"(?=[A-Za-z_.\-]*[0-9])[A-Za-z0-9_.\-]+"  # what may be an id among several: letters and at least a digit
_SEVERAL = re.compile(rf"{_ONE}(?:\s*[;,|、\n\r\t]\s*{_ONE})+[;,|、]?|[0-9]{{5,}}(?:/[0-9]{{5,}})+")
_LONG = r"(?=[^ ]*[0-9])[A-Za-z0-9_.\-]{4,}"
_SPACED = re.compile(rf"{_LONG}(?: +{_LONG})+")  # a campaign may be called 2026 Double11
_SHORT = r"[A-Za-z]+[0-9]+"
_SHORT_SPACED = re.compile(rf"{_SHORT}(?: +{_SHORT})+")  # a number alone may be a part of a phone
_JOINED = re.compile(rf"{_ONE}(?:\s*[/&+~]\s*{_ONE})+")
_RANGE = re.compile(rf"{_ONE}\s*~\s*{_ONE}")
_NOTED = re.compile(
    rf"{_ONE} *(?:[(\[【].*|[ \t\n\r/|].*[\u4e00-\u9fff].*|[单笔个件条]|等.*)|[A-Za-z0-9_.\-]+\*+", re.DOTALL
)
_NUMBERED = re.compile(r"no\. *[a-z0-9].*", re.IGNORECASE | re.DOTALL)
_MARKS = {"alone": ":;|([ /~&+*\t\n\r", "id": ":;|\t\n\r", "name": ":"}
_WIDE = "：；，｜（【［／、～＆＋＊\u3000"
_NARROW = str.maketrans("：；，｜（［／～＆＋＊\u3000", ":;,|([/~&+* ")
_EXPECTED = {
    "labelled_id": "the id alone, without another column's name before it",
    "several_ids": "one id in a cell; several of them are several rows",
    "id_with_note": "the id alone; what is beside it belongs into a column of its own",
}


def without_label(cell: str, reading: Reading) -> str:
    """The cell without the column's own header before it: 订单号：A1001 is A1001."""
    if (match := _LABEL.fullmatch(cell)) and normal(match[1]) in reading.labels:
        return match[2].strip(reading.strip)
    if reading.holds != "name":
        for label in _glued(reading):
            if cell.startswith(label) and re.match(r"\s*[A-Za-z0-9]", cell[len(label) :]):
                return cell[len(label) :].strip(reading.strip)
    return cell


def is_labelled(text: str, reading: Reading) -> bool:
    """Whether a raw cell has such a label."""
    cell = text.strip(reading.strip)
    return without_label(cell, reading) != cell


def beside(cell: str, reading: Reading) -> Unread | None:
    """What else stands in an id's cell, if anything does."""
    text = cell.translate(_NARROW)
    if reading.holds in ("", "name"):
        return None
    reason = None
    is_alone = reading.holds == "alone"
    if _SEVERAL.fullmatch(text) or (is_alone and _are_several(text)):
        reason = "several_ids"
    elif _is_of_another(text, is_alone):
        reason = "labelled_id"
    elif is_alone and _NOTED.fullmatch(text):
        reason = "id_with_note"
    return Unread(reason, _EXPECTED[reason]) if reason else None


def _are_several(text: str) -> bool:
    """Ids joined by what may also stand inside one: only where they look like brothers. 1001/2 and a/b may be one."""
    if _SPACED.fullmatch(text) or _SHORT_SPACED.fullmatch(text) or _RANGE.fullmatch(text):
        return True
    if _JOINED.fullmatch(text) is None:
        return False
    parts = [part.strip() for part in re.split("[/&+~]", text)]
    if all(part.isdigit() for part in parts):
        return min(map(len, parts)) >= 5
    beginnings = {part.rstrip("0123456789") for part in parts}
    alike = len(set(map(len, parts))) == 1 and len(parts[0]) >= 4 and len({part[:2] for part in parts}) == 1
    return (len(beginnings) == 1 and beginnings != {""}) or alike


def _is_of_another(text: str, is_alone: bool) -> bool:
    """Whether another column's name stands before it. A group may be called 福利群：周三, a person may not."""
    if is_alone and _NUMBERED.fullmatch(text):
        return True
    if (match := _LABEL.fullmatch(text)) is None:
        return False
    return _OTHER_LABEL.fullmatch(match[1]) is not None or (is_alone and _CJK.search(match[1]) is not None)


def odd_marks_sql(p: str, reading: Reading) -> list[str]:
    """SQL: a plain-looking id that may not stand alone. For the columns that programs write, a name with a star."""
    starred = [f"contains({p}, '*')"] if reading.names_person and reading.holds != "alone" else []
    if reading.holds in ("", "phone"):
        return starred
    marked = starred + [f"contains({p}, {quoted(mark)})" for mark in _MARKS[reading.holds]]
    glued = "".join(f"|^{label}" for label in _glued(reading)) if reading.holds != "name" else ""
    if reading.holds == "alone":
        marked += [f"starts_with({p}, '{no}.')" for no in ("No", "NO", "no")]
        glued += "|等|[单笔个件条]$"
    if reading.holds == "id":  # / stands in every other id that a platform writes in base 64
        marked.append(f"contains({p}, '/') and regexp_full_match({p}, '[0-9/]+')")
    wide = f"regexp_matches({p}, '[{_WIDE}]{glued}')"
    return [*marked, f"case when strlen({p}) <> length({p}) then {wide} else false end"]


def _glued(reading: Reading) -> list[str]:
    """Labels that cannot be the beginning of an id: 订单号A1001."""
    return [label for label in reading.labels if _CJK.search(label) and label.isalpha()]


def normal(label: str) -> str:
    """A label without case, white space and width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", label)).lower()
