"""Rows that the rules of quality.yaml find → sentences in one language (wording.*.yaml under `told`).

What belongs here: filling a sentence with a row's values. What does not: which rows there are (quality.py).
"""

from __future__ import annotations

import functools
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.ingest.known_files import load_known_files
from pipelines.ingest.staging import load_staging
from pipelines.report.words import REPORTS, Words, clean, day, number, source_title
from pipelines.spec.header import Title
from pipelines.spec.reading import Strict, read

FILE = REPORTS / "advice.yaml"
Row = dict[str, Any]
FAULTS_NAMED, NAMED, ADVISED = 4, 6, 3
SUBJECT, COUNT = "\x1f", "\x1e"  # their places in a sentence that is said of several
LEAST_SHARE = 0.001
APART = ("advised", "facts")  # said by _advice and _notice


class Notice(Strict):
    """What a notice says; in English it may say so itself."""

    zh: str
    en: str | None = None


class Advice(Strict):
    """advice.yaml: what to do about a reason of a refusal, what a notice says."""

    reasons: dict[str, Title]
    notices: dict[str, Notice]


@functools.cache
def advice() -> dict[str, dict[str, dict[str, str]]]:
    """advice.yaml. Raises SpecError naming file and key."""
    return read(FILE, Advice).model_dump(exclude_unset=True)


def say(words: Words, code: str, rule: str, row: Row) -> tuple[str, str]:
    """A rule's row as a sentence, and what to do: the wording of the code, else that of the rule."""
    key = f"told.{code}" if words.get(f"told.{code}") else f"told.{rule}"
    known = {name: _text(name, value, words) for name, value in row.items() if name not in APART}
    if "names" in row:
        known["named"] = _several(_titled(row, words), words)
        known["said"] = _notice(words, code, row, known["named"])
    known["advice"] = _advice(words, row)
    for part, wording in (words.get("told.parts") or {}).items():
        known[f"{part}_part"] = "" if row.get(part) in (None, []) else wording.format(**known)
    return words(f"{key}.text", **known), words(f"{key}.remedy", **known)


def _notice(words: Words, code: str, row: Row, named: str) -> str:
    """What a notice says: its own sentence in English, that of advice.yaml elsewhere."""
    given = advice()["notices"].get(code, {}).get(words.language)
    if given is None:
        is_named = SUBJECT in row["said"] or not set(row["names"] or ()) - load_staging().keys()
        said = row["said"] if is_named else f"{row['said']} ({SUBJECT})"
        return clean(said.replace(COUNT, number(row.get("rows") or 0, "count", words.language)).replace(SUBJECT, named))
    return _filled(given, {"rows": row.get("rows")} | _facts(row), words)


def _advice(words: Words, row: Row) -> str:
    """What to do about each reason of a row, the weightiest first."""
    said = []
    for fault in row.get("advised") or row.get("faults") or ():
        if given := advice()["reasons"].get(fault["reason"]):
            said.append(_filled(given[words.language], _facts(fault), words))
    return " ".join(list(dict.fromkeys(said))[:ADVISED]) or str(row.get("expected") or "")


def _facts(row: Row) -> Row:
    return dict(json.loads(row.get("facts") or "{}"))


def _filled(sentence: str, values: Row, words: Words) -> str:
    """With its blanks filled; a part in brackets is left out where one of its own is not known."""
    known = {name: _text(name, value, words) for name, value in values.items() if value not in (None, "")}

    def part(found: re.Match[str]) -> str:
        blanks = re.findall(r"{(\w+)}", found[1])
        return found[1] if known.keys() >= set(blanks) else ""

    blank = dict.fromkeys(re.findall(r"{(\w+)}", sentence), words("state.empty"))
    return re.sub(r"\[([^\[\]]*)\]", part, sentence).format(**blank | known)


def _titled(row: Row, words: Words) -> list[str]:
    """The names that it is said of; a source by its title."""
    other = _facts(row).get("other_source")
    return [source_title(name, words.language) if name == other else name for name in row["names"] or []]


def _several(names: list[str], words: Words) -> str:
    """The first few names, and how many more."""
    shown = words("report.comma").join(clean(name) for name in names[:NAMED])
    more = len(names) - NAMED
    return words("told.several", names=shown, more=more) if more > 0 else shown


def _text(name: str, value: Any, words: Words) -> str:
    """A value as a person reads it in this language."""
    if value is None:
        return words("state.empty")
    if isinstance(value, list):
        said = [_text(name.removesuffix("s"), one, words) for one in value[:FAULTS_NAMED]]
        return words("report.comma").join(said) + (words("told.more") if len(value) > FAULTS_NAMED else "")
    if isinstance(value, dict):
        key = f"told.{name}_in_column" if value["column_name"] else f"told.{name}"
        return words(key, **{part: _text(part, one, words) for part, one in value.items()})
    if isinstance(value, date):
        return day(value, words.language)
    if isinstance(value, int | float | Decimal):
        return _number(name, value, words.language)
    if name == "known_file":
        return load_known_files()[value].said(words.language) if value in load_known_files() else clean(value)
    if name == "place" or name.endswith("source"):
        return clean(source_title(value, words.language) or (value and f"{value}/") or words("told.landing"))
    return clean(words.value(name, value))


def _number(name: str, value: float | Decimal, language: str) -> str:
    """A count, an amount or a share; a share that is not nothing is never written as 0.0 %."""
    if name.endswith("amount"):
        return number(float(value), "amount", language)
    if not name.endswith("rate"):
        return number(float(value), "count", language)
    return f"<{LEAST_SHARE:.1%}" if 0 < value < LEAST_SHARE else number(float(value), "rate", language)
