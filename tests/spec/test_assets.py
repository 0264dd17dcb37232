"""What the headers of assets say fits what they do not hold: their SQL, the engine, the words of the report."""

from __future__ import annotations

import statistics
from typing import get_args

import pytest

from pipelines.catalogue import load_catalogue
from pipelines.engines.engine import TOUCHED
from pipelines.report.words import load_words
from pipelines.spec.adding_up import promised
from pipelines.spec.header import Touched, Unit
from pipelines.tables import load_tables

TABLES = load_tables()
REBUILT = {name: table for name, table in TABLES.items() if table.header.rebuild}


# A fact and a view are one GROUP BY; test_built_tables.py asks them: in a run the check would read the largest tables
# there are, or work out a view that nobody has asked for.
CHECKED = [
    name for name, table in load_catalogue().items() if table.key and table.schema != "facts" and not table.is_view
]


@pytest.mark.parametrize("name", CHECKED)
def test_no_two_rows_share_the_grain(name):
    """The grain that a header states is checked in every run."""
    table = load_catalogue()[name]
    assert set(table.key) in [set(check.unique) for check in table.checks if check.unique]


@pytest.mark.parametrize("name", REBUILT)
def test_touched_rows_come_of_inputs_that_the_sql_reads(name):
    assert set(REBUILT[name].header.rebuild.restrict) <= set(REBUILT[name].dependencies)


def test_the_engine_knows_every_touched_set():
    assert set(TOUCHED) == set(get_args(Touched))


def test_a_metric_is_short():
    """Facts count and headers divide (ADR 25, 32); what grows beyond that wants a fact."""
    lines = {}
    for name, table in TABLES.items():
        if table.schema == "metrics" and not table.is_python:
            body = table.path.read_text(encoding="utf-8").partition("*/")[2]
            lines[name] = sum(1 for line in body.splitlines() if line.strip())
    assert statistics.median(lines.values()) <= 60
    assert max(lines.values()) <= 150


def test_who_says_how_rows_add_up_has_breakdowns():
    said = [(table, c.name) for table in TABLES.values() for c in table.columns.values() if c.over_segments != "sum"]
    assert len(said) > 10
    assert [f"{table.qualified}.{name}" for table, name in said if name not in promised(table)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_has_a_word_for_every_unit_of_a_metric(language):
    used = {column.unit for table in TABLES.values() for column in table.columns.values()} - {""}
    assert used <= set(get_args(Unit))
    words = load_words(language)
    assert [unit for unit in used if unit not in words.get("values.unit")] == []
