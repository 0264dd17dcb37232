"""A file that somebody writes to, or puts another in the place of, while it is read: it waits, and nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest import joint, loading
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text


def _orders(*numbers: int) -> str:
    return csv_text(
        [{"order_id": f"A{n}", "paid_at": "2026-03-01 10:00:00", "paid_amount": f"{n}.00"} for n in numbers]
    )


def _copied_again(file: Path) -> None:
    """By a program that keeps the old time, and as many bytes as before."""
    before = file.stat()
    file.write_text(_orders(7, 8), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _grown(file: Path) -> None:
    file.write_text(_orders(7, 8, 9), encoding="utf-8")


def _replaced(file: Path) -> None:
    other = file.with_name(".other")
    other.write_text(_orders(7, 8), encoding="utf-8")
    other.rename(file)


def _once(monkeypatch: pytest.MonkeyPatch, of: type, name: str, happens: Callable[[], None]) -> None:
    """Something happens the first time that a step has ended."""
    step, happened = getattr(of, name), []

    def wrapped(self: object, *given: object) -> object:
        result = step(self, *given)
        if not happened:
            happened.append(True)
            happens()
        return result

    monkeypatch.setattr(of, name, wrapped)


def _orders_loaded(landing: Landing) -> list[str]:
    return sorted(name for (name,) in landing.rows("orders", "order_id"))


@pytest.mark.parametrize("change", [_copied_again, _grown, _replaced])
def test_a_file_that_changes_waits_for_the_next_run(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """The ledger knows nothing of it; the next run takes what it has become."""
    file = landing.write("orders/a.csv", _orders(1, 2))
    with monkeypatch.context() as patch:
        _once(patch, loading._Loader, "read", lambda: change(file))
        [result] = landing.ingest().files
    assert (result.status, result.rows_read) == ("changed", 0)
    assert landing.sql("select * from ops.files") == []
    [again] = landing.ingest().files
    assert (again.status, again.rows_loaded) == ("loaded", 3 if change is _grown else 2)
    assert _orders_loaded(landing)[:2] == ["A7", "A8"]


def test_half_a_file_is_not_refused_while_it_is_written(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there when it was read was no file at all."""
    file = landing.write("orders/a.csv", "")
    landing.write("orders/b.csv", "")
    _once(monkeypatch, loading._Loader, "__init__", lambda: _grown(file))
    results = {result.path: result.status for result in landing.ingest().files}
    assert results["orders/a.csv"] in ("changed", "loaded")
    landing.ingest()
    assert _orders_loaded(landing) == ["A7", "A8", "A9"]


def test_of_files_read_together_only_the_one_that_changed_waits(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.write("orders/a.csv", _orders(1, 2))
    file = landing.write("orders/b.csv", _orders(3, 4))
    landing.write("orders/c.csv", _orders(5, 6))
    with monkeypatch.context() as patch:
        _once(patch, joint._Load, "read", lambda: _grown(file))
        results = {result.path: result.status for result in landing.ingest().files}
    assert results == {"orders/a.csv": "loaded", "orders/b.csv": "changed", "orders/c.csv": "loaded"}
    landing.ingest()
    assert _orders_loaded(landing) == ["A1", "A2", "A5", "A6", "A7", "A8", "A9"]


def test_the_copy_of_a_file_that_changed_is_loaded_itself(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes lie under two names; the first, which would have been loaded for both, changes."""
    file = landing.write("orders/a.csv", _orders(1, 2))
    landing.write("orders/same.csv", _orders(1, 2))
    with monkeypatch.context() as patch:
        _once(patch, loading._Loader, "read", lambda: _grown(file))
        results = {result.path: result.status for result in landing.ingest().files}
    assert results == {"orders/a.csv": "changed", "orders/same.csv": "loaded"}
    landing.ingest()
    assert _orders_loaded(landing) == ["A1", "A2", "A7", "A8", "A9"]
