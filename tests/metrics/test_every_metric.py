"""No metric without a test of given and expected rows, and no parameter that only its default was ever asked for.

What belongs here: that they are there. What does not: what they say (the other files of this folder, tests/parity).
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipelines.docs.examples import load_examples
from pipelines.metrics import find_metric, metric_tables
from pipelines.sql_text import references
from pipelines.statistics import statistics_read
from pipelines.tables import load_tables
from tests.parity.questions import questions
from tests.worlds import table as rows_of

QUESTIONS = questions()
METRICS = [table.name for table in metric_tables()]
CHOSEN = [
    (table.name, parameter, word)
    for table in metric_tables()
    for parameter, words in table.choices.items()
    if words != table.parameters[parameter]
    for word in words
]


def _asked_by(text: str) -> set[str]:
    """Names that the test functions of a file hand to a call: `answers(world, "repurchase", …)`."""
    tests = [f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef) and f.name.startswith("test_")]
    calls = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Call)]
    words = [word.value for call in calls for word in call.args if isinstance(word, ast.Constant)]
    return {word.removeprefix("metrics.") for word in words if isinstance(word, str)}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_has_a_test_of_given_and_expected_rows(name):
    """A file of its own, or a worked example (docs/examples, which is run) that tells every column."""
    file = Path(__file__).with_name(f"test_{name}.py")
    if file.is_file():
        assert name in _asked_by(file.read_text(encoding="utf-8")), f"no test of {file.name} asks for metrics.{name}"
        return
    told = rows_of(load_examples()[f"metrics.{name}"].expected)[0]
    untold = [column for column in find_metric(name).columns if column not in told]
    assert not untold, f"write {file.name}, or tell these columns in the worked example of metrics.{name}: {untold}"


@pytest.mark.parametrize("name", METRICS)
def test_every_parameter_is_asked_otherwise_than_by_default_on_both_engines(name):
    parameters = find_metric(name).parameters
    asked = {key for question in QUESTIONS[name] for key, value in question.items() if value != parameters[key]}
    assert asked == set(parameters)


@pytest.mark.parametrize(("name", "parameter", "word"), CHOSEN)
def test_every_word_that_a_parameter_takes_is_asked_on_both_engines(name, parameter, word):
    values = [find_metric(name).parameters[parameter], *(q[parameter] for q in QUESTIONS[name] if parameter in q)]
    asked = {str(one) for value in values for one in (value if isinstance(value, list) else [value])}
    stands_for = {"number": r"\d+", "duration": r"\d+(s|min|h|d|w)"}
    assert any(re.fullmatch(stands_for[word], one) for one in asked) if word in stands_for else str(word) in asked


@pytest.mark.parametrize("name", [name for name, table in load_tables().items() if table.parameters])
def test_every_parameter_is_used_by_the_sql_or_handed_on(name):
    table = load_tables()[name]
    facts, read = table.header.facts, [*table.header.facts.values(), *table.header.metrics.values()]
    handed = {of for asked in read for of in asked.values()} | ({"segments"} if facts else set())
    own = [one.sql for one in table.inputs.values()] or [table.sql]
    shared = "".join(text for sql in own for text in statistics_read(one.table for one in references(sql)).values())
    said = " ".join([*own, shared, *table.header.constants.values(), *table.header.instead.values()])
    in_python = table.path.read_text(encoding="utf-8") if table.inputs else ""
    used = {one for one in table.parameters if f"${one}" in said or f'parameters["{one}"]' in in_python}
    assert set(table.parameters) - used - handed == set()
