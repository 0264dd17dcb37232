"""A landing folder of one's own and an empty warehouse: write files, ingest, look at rows."""

from __future__ import annotations

import gzip
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest

from pipelines.ingest import FileResult, IngestResult, ingest
from pipelines.settings import Settings
from tests.warehouses import clear, empty_warehouse, tables_stand
from tests.wordless import codes_without_words

Row = dict[str, Any]


class Landing:
    """One merchant's landing folder and warehouse."""

    def __init__(self, home: Path, connection: Any) -> None:
        self.settings = Settings(home=home)
        self.connection = connection
        self.minute = 0
        clear(connection)

    def write(self, path: str, content: str | bytes, at: str | None = None, encoding: str = "utf-8") -> Path:
        """A file in landing. `at` is its business time; without one, each file is a minute younger than the last."""
        file = self.settings.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode(encoding) if isinstance(content, str) else content
        file.write_bytes(gzip.compress(data) if path.endswith(".gz") and data[:2] != b"\x1f\x8b" else data)
        self.minute += 1
        moment = datetime.fromisoformat(at) if at else datetime(2026, 11, 1, self.minute // 60, self.minute % 60)
        seconds = moment.replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
        os.utime(file, (seconds, seconds))
        return file

    def write_rows(self, path: str, rows: list[Row], at: str | None = None) -> Path:
        """Rows as JSON Lines."""
        return self.write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), at)

    def ingest(self) -> IngestResult:
        with tables_stand():
            result = ingest(self.connection, self.settings)
        for file in result.files:
            assert file.rows_read == file.rows_loaded + file.rows_superseded + file.rows_quarantined, file
        self.check_ledger()
        return result

    def one(self, path: str, content: str | bytes, at: str | None = None, encoding: str = "utf-8") -> FileResult:
        """Writes one file and ingests it."""
        self.write(path, content, at, encoding)
        return self.ingest().files[-1]

    def check_ledger(self) -> None:
        """Nothing is lost: the sums hold for every file, and the quarantine holds as many rows as the ledger says."""
        wrong = self.sql(
            "select f.path from ops.files f left join (select file_id, sum(rows) n from ops.quarantine group by 1) q "
            "using (file_id) where rows_read <> rows_loaded + rows_superseded + rows_quarantined "
            "or rows_quarantined <> coalesce(q.n, 0)"
        )
        assert wrong == []
        assert codes_without_words(self.connection) == []

    def sql(self, text: str) -> list[Row]:
        relation = self.connection.sql(text)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    def rows(self, table: str, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        return self.connection.execute(f"select {columns} from staging.{table} where {where} order by all").fetchall()

    def quarantine(self, columns: str = "line, column_name, reason") -> list[tuple[Any, ...]]:
        return self.connection.execute(
            f"select {columns} from ops.quarantine order by line, reason, column_name"
        ).fetchall()


@pytest.fixture(scope="session")
def warehouse() -> Any:
    return empty_warehouse()


@pytest.fixture
def landing(tmp_path: Path, warehouse: Any) -> Landing:
    return Landing(tmp_path / "home", warehouse)


WAYS = {"few": {}, "many": {"FEW": 0}, "columns": {"FEW": 0, "MANY": 0}}


def take_way(patch: pytest.MonkeyPatch, way: str) -> None:
    """From here on files are read in one way, however many rows they have."""
    for name, value in WAYS[way].items():
        patch.setattr(f"pipelines.ingest.rows.{name}", value)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Small files are read one way, large ones another, of many odd cells a third; what comes out must be the
    same.

    Each test takes one of the three, by its name, and with SIYU_PARITY=all (make parity) all; test_cells and
    test_three_ways hold them against each other over random files.
    """
    if "each_way" in metafunc.fixturenames:
        one = crc32(metafunc.function.__name__.encode()) % len(WAYS)
        chosen = list(WAYS) if os.environ.get("SIYU_PARITY") == "all" else [list(WAYS)[one]]
        metafunc.parametrize("each_way", chosen, indirect=True)


@pytest.fixture
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The way in which files of this test are read."""
    take_way(monkeypatch, request.param)
    return request.param
