"""The notebooks run from top to bottom over the demo merchant, and are committed without outputs."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
SECONDS = 120


def _cells(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def test_there_are_eight() -> None:
    assert [
        *("ask", "attribution_uplift", "conversion", "groups"),
        *("live", "repurchase", "retention", "tour"),
    ] == NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_holds_no_output(name: str) -> None:
    code = [cell for cell in _cells(name) if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code] == [[]] * len(code)
    assert [cell["execution_count"] for cell in code] == [None] * len(code)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_defines_nothing(name: str) -> None:
    """They call metrics and charts: no SQL, no function, no import of anything but these two doors."""
    text = "\n".join("".join(cell["source"]) for cell in _cells(name) if cell["cell_type"] == "code")
    nodes = list(ast.walk(ast.parse(text)))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported == {"pipelines.report.notebook", "pipelines.warehouse"}
    forbidden = (ast.Import, ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.For)
    assert not [node for node in nodes if isinstance(node, forbidden)]
    assert ".sql(" not in text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs(name: str, demo_home: Path) -> None:
    from nbmake.nb_run import NotebookRun  # 2 s, for whoever collects the tests and runs none of these

    run = NotebookRun(FOLDER / f"{name}.ipynb", SECONDS).execute()
    assert run.error is None, run.error and run.error.trace
    code = [cell for cell in run.nb.cells if cell["cell_type"] == "code"]
    shown = [cell for cell in code if cell["outputs"]]
    assert len(shown) >= len(code) - 1  # all but the closing one show something
    said = [output["data"] for cell in shown for output in cell["outputs"] if "data" in output]
    for drawn in (data["text/html"] for data in said if "application/vnd.plotly.v1+json" in data):
        assert "<svg" in drawn or "<table" in drawn, "an export, where no script runs, would be blank"
        assert "<script" not in drawn


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_ends_in_a_decision(name: str) -> None:
    last = [cell for cell in _cells(name) if cell["cell_type"] == "markdown"][-1]
    assert "".join(last["source"]).startswith("**能定什么**")
