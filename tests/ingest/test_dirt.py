"""Whatever dirt lies on a file, every row of it is loaded right, or told: by file, line, column or header."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.dirt import LOST, Sheet, dirty_files


def unsaid(landing: Landing, sheet: Sheet) -> list[str]:
    """Cells that stand in staging otherwise than the file says, or not at all, without a word to anybody."""
    told = Told(landing)
    if told.whole_file:
        return []
    names = ", ".join(column.name for column in sheet.columns)
    standing = {row[0]: row[1:] for row in landing.rows(sheet.table, f"{sheet.key}, {names}")}
    faults = []
    for number, says in enumerate(sheet.says):
        row = standing.pop(says[sheet.key], None) if says[sheet.key] is not LOST else None
        if row is None:
            if not told.rows:
                faults.append(f"row {number} is nowhere")
            continue
        for column, value in zip(sheet.columns, row, strict=True):
            expected = says[column.name]
            if value != expected and not (value is None and told.column(column.header)):
                faults.append(f"row {number}: {column.header}: {expected!r} became {value!r}")
    rows_missing = len(sheet.says) - len(landing.rows(sheet.table))
    if rows_missing > told.rows:
        faults.append(f"{rows_missing} rows are missing, {told.rows} are told")
    faults += [f"{key} stands in no file" for key in standing]
    faults += [f"column {header} is told to nobody" for header in sheet.extra if not told.column(header)]
    return faults


class Told:
    """What a person is told of the only file."""

    def __init__(self, landing: Landing) -> None:
        refused: list[Any] = landing.sql("select line, column_name, is_cell, rows from ops.quarantine")
        self.whole_file = any(row["line"] is None for row in refused)
        self.rows = sum(row["rows"] for row in refused)
        self.headers = {row["column_name"] for row in refused if row["is_cell"]}
        self.subjects = {
            row["subject"] for row in landing.sql("select subject from ops.notices where subject is not null")
        }

    def column(self, header: str) -> bool:
        return header in self.headers or any(header in subject for subject in self.subjects)


@settings(
    max_examples=examples(8, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sheet=dirty_files())
def test_every_row_is_loaded_right_or_told(warehouse, tmp_path_factory, sheet):
    landing = Landing(tmp_path_factory.mktemp("dirt"), warehouse)
    landing.one(f"{sheet.folder}/a.{sheet.form}", sheet.content())
    assert unsaid(landing, sheet) == []
