"""Each mapping's samples: a small file of its kind, and the canonical rows that come of it."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.ingest.grammar import Sample
from pipelines.ingest.headers import Match
from pipelines.ingest.recognise import choose
from pipelines.ingest.sources import load_sources
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text, json_lines, workbook

SAMPLES = [
    pytest.param(name, sample, id=f"{name}-{number}")
    for name, source in load_sources().items()
    for number, sample in enumerate(source.samples)
]


def content_of(sample: Sample) -> tuple[str, Any]:
    """The sample as a file: its ending and its bytes."""
    if sample.sheets:
        return "xlsx", workbook({name: list(rows) for name, rows in sample.sheets.items()})
    if sample.records:
        return "jsonl", json_lines(list(sample.records))
    return "csv", csv_text([dict(zip(sample.header, row, strict=True)) for row in sample.rows])


def told_by_header(sample: Any) -> bool:
    """Whether a header by itself names the source, wherever the file lies."""
    return not load_sources()[sample.values[0]].recognise.folder_only


@pytest.mark.parametrize(("name", "sample"), [sample for sample in SAMPLES if told_by_header(sample)])
def test_its_header_tells_what_it_is(landing: Landing, name: str, sample: Sample) -> None:
    """In a folder that says nothing. Workbooks and records are read for it, so that their headers are found."""
    if sample.header:
        found = choose(list(sample.header), ("inbox",), "csv")
        assert isinstance(found, Match)
        assert found.source.name == name
    else:
        ending, content = content_of(sample)
        assert landing.one(f"inbox/sample.{ending}", content).source == name


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_a_sample_gives_its_rows(landing: Landing, name: str, sample: Sample) -> None:
    ending, content = content_of(sample)
    file = landing.one(f"{name}/sample.{ending}", content)
    assert (file.source, file.rows_quarantined, landing.quarantine()) == (name, 0, [])
    for table, rows in sample.gives.items():
        columns = ", ".join(rows[0])
        found = landing.sql(f"select {columns} from staging.{table} order by all")
        shown = [{column: None if value is None else str(value) for column, value in row.items()} for row in found]
        assert shown == list(rows)
