"""What every metric is asked on both engines besides what it answers every night.

What belongs here: collecting the questions. What does not: any question; they stand with what tests the metric, its
worked example (`parameters`) and QUESTIONS of tests/metrics/test_<name>.py.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from pipelines.docs.examples import load_examples
from pipelines.metrics import metric_tables

Question = dict[str, Any]


def questions() -> dict[str, list[Question]]:
    """By metric: its worked example's question and those of its own test."""
    shown = {name.removeprefix("metrics."): [example.parameters] for name, example in load_examples().items()}
    return {table.name: [*shown.get(table.name, []), *_of_test(table.name)] for table in metric_tables()}


def _of_test(metric: str) -> list[Question]:
    name = f"tests.metrics.test_{metric}"
    return getattr(importlib.import_module(name), "QUESTIONS", []) if importlib.util.find_spec(name) else []
