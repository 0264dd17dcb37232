"""A proposed mapping as the YAML that a person goes on with.

What belongs here: its text. What does not: what stands in it (fitting.py), the grammar (ingest/grammar.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.canonical import content_sql
from pipelines.ingest.expressions import names_of
from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.mapping.fitted import Choice, Fitted, Question
from pipelines.mapping.known_names import Target, targets_of
from pipelines.mapping.unknown_table import UnknownTable
from pipelines.platforms import platform_words

_PLAIN = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()*%.-]*[\w\u4e00-\u9fff)]|[A-Za-z_\u4e00-\u9fff]")
_WORDS = {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}
Lines = Iterator[str]


def yaml_of(name: str, file_name: str, seen: UnknownTable, fitted: Fitted) -> str:
    """The whole file."""
    return "\n".join(_lines(name, file_name, seen, fitted)) + "\n"


def _lines(name: str, file_name: str, seen: UnknownTable, fitted: Fitted) -> Lines:
    table = fitted.table
    yield f"# A kind of file of our own, proposed by `siyu map`; its files belong into landing/{name}/."
    yield "# Keys: docs/your-own-data.md. After a change: siyu check FILE, siyu run (--full once files were loaded)."
    yield f"title: {_scalar(name)}"
    yield "formats: [csv, xlsx]"
    if fitted.undecided:
        yield ""
        yield "# To be decided by you. Nothing is loaded while anything stands here: take the # off the lines"
        yield "# below that are right, then take the question out."
        yield "undecided:"
        yield from (f"  - {json.dumps(_asked(one, seen), ensure_ascii=False)}" for one in fitted.undecided)
    yield ""
    yield f"recognise: {{columns: [[{', '.join(_telling(fitted))}]]}}"
    yield "columns:"
    for choice in fitted.choices.values():
        yield from _column(choice, seen, fitted)
    for question in fitted.undecided:
        if question.place is not None:
            yield from _open_column(question, seen, fitted)
    for number, place in enumerate(fitted.personal, 1):
        yield f"  personal_{number}: {{from: [{_scalar(seen.header[place])}], type: personal}}"
    if fitted.ignored:
        names = dict.fromkeys(seen.header[place] for place in fitted.ignored)
        yield f"ignore: [{', '.join(map(_scalar, names))}]"
    yield "loads:"
    yield f"  {table.name}:"
    columns = _load(fitted)
    repeats = _made_key(fitted, columns)
    yield from ([f"    repeats: {repeats}"] if repeats else [])
    yield "    columns:"
    yield from (f"      {column}: {_scalar(sql)}" for column, sql in columns.items())
    yield from (f"      # {one.column}: {one.column}" for one in fitted.undecided if one.place is not None)
    for choice in fitted.choices.values():
        if choice.target.also and choice.target.also.further and choice.target.also.ends in fitted.choices:
            yield from _further(choice, fitted, columns)
    yield from _rules(fitted)


def _asked(question: Question, seen: UnknownTable) -> str:
    return f"{question.column}: {question.said}"


def _telling(fitted: Fitted) -> list[str]:
    """Columns by which its files are known: those that the table needs."""
    required = {column.name for column in fitted.table.columns.values() if column.required}
    names = [name for name, choice in fitted.choices.items() if choice.target.instead_of in required]
    names += [one.column for one in fitted.undecided if one.place is not None and one.column in required]
    return names or list(fitted.choices)[:3]


def _column(choice: Choice, seen: UnknownTable, fitted: Fitted) -> Lines:
    date = [seen.header[fitted.dates[choice.name]]] if choice.name in fitted.dates else []
    is_required = fitted.table.columns[choice.target.instead_of].required
    also = choice.target.also
    needs = is_required and not (also and also.further)
    said = _attributes(choice.target, [seen.header[choice.place]], date, needs, choice.unit)
    words = choice.target.column.map
    if words is None or words == platform_words():
        yield f"  {choice.name}: {{{said}{', map: platforms' if words else ''}}}"
        return
    yield f"  {choice.name}:"
    yield from (f"    {part}" for part in _split(said))
    yield "    map:"
    yield from (f"      {_scalar(word)}: {meant}" for word, meant in words.items())


def _split(said: str) -> list[str]:
    return re.split(r", (?=[a-z_]+: )", said)


def _open_column(question: Question, seen: UnknownTable, fitted: Fitted) -> Lines:
    assert question.place is not None
    target = targets_of(fitted.table.name)[question.column]
    said = _attributes(target, [seen.header[question.place]], [], is_required=True)
    yield f"  # {question.column}: {{{said}}}"


def _attributes(target: Target, names: list[str], dates: list[str], is_required: bool, unit: str = "") -> str:
    column = target.column
    parts = [f"from: [{', '.join(map(_scalar, names))}]", f"type: {column.type}"]
    parts += [f"dates: [{', '.join(map(_scalar, dates))}]"] if dates else []
    parts += [f"unit: {unit or column.unit}"] if unit or column.unit else []
    parts += [f"holds: {column.holds}"] if column.holds else []
    parts += ["required: true"] if is_required else []
    parts += [f"on_bad: {column.on_bad}"] if column.on_bad else []
    parts += [f"empty: [{', '.join(map(_scalar, column.empty))}]"] if column.empty else []
    return ", ".join(parts)


def _load(fitted: Fitted) -> dict[str, str]:
    """Canonical column → SQL."""
    columns = {name: name for name in fitted.table.columns if name in fitted.choices}
    if fitted.platform:
        columns = {"platform": f"'{fitted.platform}'"} | columns
    for choice in fitted.choices.values():
        if choice.target.also and not (choice.target.also.further and choice.target.also.ends in fitted.choices):
            columns |= _instead(choice, columns)
    if fitted.table.shop_in_key:
        columns["shop_id"] = "coalesce(shop_id, file_folder)" if "shop_id" in columns else "file_folder"
    return columns


def _instead(choice: Choice, columns: dict[str, str]) -> dict[str, str]:
    also = choice.target.also
    assert also is not None
    name, standing = choice.name, columns.get(also.instead_of)
    both = (name, standing) if also.first else (standing, name)
    is_said = f"{name} > 0" if also.type == "amount" else f"{name} is not null"
    replaced = {also.instead_of: name if standing is None else f"coalesce({', '.join(map(str, both))})"}
    for column, word in also.sets.items():
        meant = f"case when {is_said} then '{word}' end"
        if standing is None and _is_always_told(choice):
            meant = f"'{word}'"
        replaced[column] = f"coalesce({columns[column]}, {meant})" if column in columns else meant
    return replaced | {column: name for column in also.fills if column not in columns}


def _is_always_told(choice: Choice) -> bool:
    """Whether every row that is loaded has it, so that what it means needs no condition."""
    column = choice.target.table.columns[choice.target.instead_of]
    return choice.target.column.type != "amount" and column.required


def _made_key(fitted: Fitted, columns: dict[str, str]) -> str:
    """The key column, where it is made of a row's content; its SQL is put into the columns."""
    key = load_headers().get(fitted.table.name, TableHeaders()).content_key
    if key is None or key.column in columns:
        return ""
    given = {name: columns.get(name, "null") for name in (*key.of, *key.first_of)}
    columns[key.column] = content_sql(key, given)
    return key.column


def _further(choice: Choice, fitted: Fitted, columns: dict[str, str]) -> Lines:
    """A row of its own beside the one of its record."""
    also = choice.target.also
    assert also is not None
    own = columns | {column: f"'{word}'" for column, word in also.sets.items()} | {also.instead_of: choice.name}
    yield f"  {choice.name}_row:"
    yield f"    into: {fitted.table.name}"
    yield f"    where: {columns[also.instead_of]} is not null and {choice.name} is not null"
    yield "    columns:"
    yield from (f"      {column}: {_scalar(sql)}" for column, sql in own.items())


def _rules(fitted: Fitted) -> Lines:
    rules = [rule for rule in fitted.table.refuse if names_of(rule.when) <= fitted.choices.keys()]
    if rules:
        yield "refuse:"
    for rule in rules:
        yield f"  - when: {_scalar(rule.when)}"
        yield f"    reason: {rule.reason}"
        yield f"    column: {rule.column}"
        yield f"    expected: {json.dumps(rule.expected, ensure_ascii=False)}"


def _scalar(value: Any) -> str:
    """A text as YAML has it, quoted where it must be."""
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not re.fullmatch(r"[\d._ -]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
