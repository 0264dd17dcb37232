"""A pipeline of all steps and few tables, so that a whole run takes seconds: for what is asked of a run, or of a home
that ran, and not of its tables.

What belongs here: which tables are left, and a report of a line or two. What does not: any test.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FEW_METRICS = ("metrics.repurchase", "metrics.retention")


@contextlib.contextmanager
def few_tables() -> Iterator[None]:
    """Of the metrics only two, of the facts what these read, and a report of a line or two."""
    from pipelines import report
    from pipelines.catalogue import load_catalogue
    from pipelines.lineage import known_columns
    from pipelines.quality import rules
    from pipelines.tables import load_tables

    rules(), known_columns()  # read, and kept for the next tests, while every table is there
    listed = [(tables, dict(tables)) for tables in (load_tables(), load_catalogue())]
    kept = {*FEW_METRICS, *(fact for name in FEW_METRICS for fact in load_tables()[name].dependencies)}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(report, "write_report", small_report)
            for tables, whole in listed:
                for name in whole:
                    if name.startswith(("metrics.", "facts.")) and name not in kept:
                        del tables[name]
            yield
    finally:
        # Emptied first: what is only put back stands last, and everything built later would come in another order.
        for tables, whole in listed:
            tables.clear()
            tables.update(whole)


def small_report(
    snapshot_path: Path,
    out_dir: Path,
    settings: Any,
    kind: str = "daily",
    date: Any = None,
    language: Any = None,
    unpublished: Any = (),
    **_: bool,
) -> Any:
    """Two files that name what was not published, and a message that says how much that was."""
    from pipelines.report import ReportFiles
    from pipelines.report.message import Message

    out_dir.mkdir(parents=True, exist_ok=True)
    page = out_dir / f"{kind}-2025-02-02.html"
    warnings = (f"{len(unpublished)} held back",) if unpublished else ()
    message = Message(kind, "2025-02-02", "en", "Daily report", warnings, ("Paid amount ¥220",), "Quiet.", page.name)
    files = ReportFiles(page, page.with_suffix(".xlsx"), message=message)
    for path in (files.html, files.workbook):
        path.write_text(
            f"{snapshot_path.resolve().name} {[row['check_name'] for row in unpublished]}", encoding="utf-8"
        )
    return files
