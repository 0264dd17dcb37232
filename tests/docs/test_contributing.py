"""CONTRIBUTING's diffs are real: they apply to a copy of this tree, and what they add is there and works.

What belongs here: that they hold and how many files each touches. What does not: the other documents (test_docs).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIFFS = re.findall(
    r"^```diff\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
TOUCHED = {"source": 2, "metric": 2, "breakdown": 1, "chart": 2}

# What a contributor would run of what each of them adds, and a question by the new breakdown.
TESTS = ["tests/docs/test_examples.py", "tests/ingest/test_samples.py", "tests/metrics/test_every_metric.py"]
NAMES = "first_buyers or qianchuan_spend or contributed"
ASKS = """
from pipelines.report import charts
from pipelines.report.layout import layout
from tests.worlds import world

ORDERS = '''
| order_id | paid_at    | paid_amount | campaign_id |
| o1       | 2025-01-05 | 10          | spring      |
| o2       | 2025-01-05 | 7           | -           |
'''

def test_the_breakdown():
    rows = world({"orders": ORDERS}, as_of="2025-01-05").rows("metrics.daily_summary", segments=["campaign"])
    assert {row["segment"]: row["paid_amount"] for row in rows} == {"spring": 10, "none": 7}

def test_the_chart():
    assert {"chart": "next_order"} in [block for section in layout()["sections"] for block in section["blocks"]]
    assert charts.figure("next_order", [], "en").layout.title.text
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree with all of the diffs applied."""
    copy = tmp_path_factory.mktemp("contributed")
    for name in ("assets", "pipelines", "tests", "docs/examples"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for diff in DIFFS:
        subprocess.run(["git", "apply"], cwd=copy, input=diff.encode(), check=True)
    return copy


def test_each_touches_as_few_files_as_it_can() -> None:
    assert [len(re.findall(r"^\+\+\+ b/", diff, re.MULTILINE)) for diff in DIFFS] == list(TOUCHED.values())


def test_what_they_add_is_there_and_works(tree: Path) -> None:
    (tree / "tests" / "test_contributed.py").write_text(ASKS, encoding="utf-8")
    options = ["-q", "-p", "no:nbmake", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", NAMES]
    command = [sys.executable, "-m", "pytest", *options, *TESTS, "tests/test_contributed.py"]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
