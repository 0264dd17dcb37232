"""A merchant's landing folder, from files as they came to core and metrics.

What belongs here: putting files there and asking. What does not: what is right; each test says it.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.building import Pass, refresh
from pipelines.core import begin_pass, core_tables
from pipelines.finding import Finding
from pipelines.ingest import FileResult, ingest
from pipelines.metrics import query
from pipelines.quality import findings, rules
from pipelines.settings import Settings
from pipelines.tables import load_tables
from tests.warehouses import clear, empty_warehouse, tables_stand
from tests.wordless import codes_without_words
from tests.worlds import needed_core

GIVEN = Path(__file__).parent / "given"


class Merchant:
    """A home directory whose warehouse is in memory."""

    def __init__(self, home: Path, connection: Any, **settings: Any) -> None:
        self.settings = Settings(home=home, **settings)
        self._connection = connection
        clear(connection)
        self._as_of: date | None = None
        self.files: list[FileResult] = []
        self._waiting: list[str] = []  # tables of core that are not built yet
        self._asked_for: date | None = None
        self._pass: Pass | None = None

    def put(self, path: str, content: str | bytes, at: str = "2026-11-20 09:00:00") -> Path:
        """A file in landing; `at` is its business time."""
        file = self.settings.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        seconds = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(self.settings.timezone)).timestamp()
        os.utime(file, (seconds, seconds))
        return file

    def given(self, name: str, folder: str, at: str = "2026-11-20 09:00:00") -> None:
        """One of the small files that came out wrong, under its own name."""
        source = GIVEN / name
        self.put(f"{folder}/{source.name}", source.read_bytes(), at)

    def run(self, as_of: str | None = None) -> Merchant:
        """Loads what is new; core follows when it is asked for, as far as it is, or before the next load.

        Before the next load only what that load will change row by row: all else is made anew whenever it is asked for.
        """
        self._build_core(_changed_row_by_row())
        with tables_stand():
            self.files = ingest(self._connection, self.settings).files
        for file in self.files:
            assert file.rows_read == file.rows_loaded + file.rows_superseded + file.rows_quarantined, file
        assert codes_without_words(self._connection) == []
        self._waiting = [table.qualified for table in core_tables()]
        self._asked_for = date.fromisoformat(as_of) if as_of else None
        self._pass = None
        return self

    def _build_core(self, sql: str = "core.") -> None:
        """The tables of core that a query names, with all that they read; of a query for core itself, every one."""
        wanted = needed_core(set(re.findall(r"core\.\w+", sql)) or set(self._waiting))
        for name in [name for name in self._waiting if name in wanted]:
            if self._pass is None:
                self._pass = begin_pass(self._connection, self.settings, self._asked_for)
            refresh(self._connection, load_tables()[name], self.settings, self._pass)
            self._waiting.remove(name)
        self._as_of = self._pass.as_of if self._pass else self._as_of

    @property
    def connection(self) -> Any:
        """The warehouse with core."""
        self._build_core()
        return self._connection

    @property
    def as_of(self) -> date | None:
        """The business day of core."""
        self._build_core("core.as_of")
        return self._as_of

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if "core." in sql:
            self._build_core(sql)
        return self._connection.sql(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        (only,) = self.rows(sql)
        return only

    def one(self, sql: str) -> Any:
        return self.row(sql)[0]

    def metric(self, name: str, columns: str, where: str = "true", **parameters: Any) -> list[tuple[Any, ...]]:
        self._build_core(" ".join(needed_core({f"metrics.{name}"})))
        relation = query(self._connection, f"metrics.{name}", parameters, self.settings, self._as_of)
        relation.create_view("asked", replace=True)
        return self.rows(f"select {columns} from asked where {where} order by all")

    def found(self, code: str) -> list[Finding]:
        """What a rule over the data finds, over the tables of core that it needs."""
        (rule,) = (rule for rule in rules()["rules"] if rule["code"] == code)
        self._build_core(" ".join(["core.as_of", *rule["needs"]]))
        return findings(self._connection, self.settings, code)

    def told(self) -> set[str]:
        """Codes of everything that files said and was not used, or was refused."""
        codes = self.rows("select code from ops.notices union select reason from ops.quarantine")
        return {code for (code,) in codes}

    def says(self, *words: str) -> bool:
        """Whether one notice or refusal names all these words."""
        said = self.rows(
            "select concat_ws(' ', code, subject, said) from ops.notices "
            "union all select concat_ws(' ', reason, column_name, found, expected, raw_text) from ops.quarantine"
        )
        return any(all(word in text for word in words) for (text,) in said)


@cache
def _changed_row_by_row() -> str:
    """Tables of core that a load changes in part, with all that they read."""
    changed = {table.qualified for table in core_tables() if "rebuild" in table.header or table.is_python}
    return " ".join(needed_core(changed))


@pytest.fixture(scope="session")
def warehouse() -> Any:
    return empty_warehouse()


@pytest.fixture
def merchant(tmp_path: Path, warehouse: Any) -> Merchant:
    return Merchant(tmp_path / "home", warehouse)


@pytest.fixture
def merchant_in(tmp_path: Path, warehouse: Any) -> Any:
    return lambda **settings: Merchant(tmp_path / "home", warehouse, **settings)


def yuan(text: str) -> Decimal:
    return Decimal(text)
