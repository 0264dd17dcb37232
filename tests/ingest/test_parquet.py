"""Parquet as its writers leave it: which moment a stored time is, and which numbers have lost digits."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.conftest import Landing

MOMENTS = [datetime(2026, 2, 28, 16, 30), datetime(2026, 3, 31, 15, 30)]  # in UTC
PAID = [(datetime(2026, 3, 1, 0, 30),), (datetime(2026, 3, 31, 23, 30),)]  # in Shanghai


def orders(times: pa.Array, **how: Any) -> bytes:
    table = pa.table({"order_id": ["A1", "A2"], "paid_at": times, "paid_amount": [10.0, 20.0]})
    content = io.BytesIO()
    pq.write_table(table, content, **how)
    return content.getvalue()


def test_spark_writes_instants_as_int96(landing: Landing, each_way: str) -> None:
    """Its default. DuckDB shows them as wall clocks of Greenwich: the first of March would be in February."""
    file = landing.one(
        "orders/a.parquet", orders(pa.array(MOMENTS, pa.timestamp("us")), use_deprecated_int96_timestamps=True)
    )
    assert landing.rows("orders", "paid_at") == PAID
    assert [(n.code, n.subject) for n in file.notices] == [("int96_times", "paid_at")]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_zoned_times_are_instants(landing: Landing, each_way: str, unit: str) -> None:
    landing.one("orders/a.parquet", orders(pa.array(MOMENTS, pa.timestamp(unit, tz="UTC"))))
    assert landing.rows("orders", "paid_at") == PAID


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_without_a_zone_are_wall_clocks(landing: Landing, each_way: str, unit: str) -> None:
    file = landing.one("orders/a.parquet", orders(pa.array(MOMENTS, pa.timestamp(unit))))
    assert landing.rows("orders", "paid_at") == [(moment,) for moment in MOMENTS]
    assert file.notices == []


def test_int96_inside_a_struct_says_nothing_of_the_column_beside_it(landing: Landing) -> None:
    nested = pa.array([{"paid_at": moment} for moment in MOMENTS], pa.struct([("paid_at", pa.timestamp("us"))]))
    table = pa.table({"extra": nested, "order_id": ["A1", "A2"], "paid_at": pa.array(MOMENTS, pa.timestamp("us")),
                      "paid_amount": [1.0, 2.0]})  # fmt: skip
    content = io.BytesIO()
    pq.write_table(table, content, use_deprecated_int96_timestamps=True)
    landing.one("orders/a.parquet", content.getvalue())
    assert landing.rows("orders", "paid_at") == PAID


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (pa.array([2316600012345670.0, 123456789012345.0], pa.float64()), ["123456789012345"]),
        (pa.array([16777217.0, 1234567.0], pa.float32()), ["1234567"]),
        (pa.array([2316600012345671, 5], pa.int64()), ["2316600012345671", "5"]),
    ],
    ids=["double", "float", "integer"],
)
def test_ids_that_a_number_cannot_keep_are_refused(
    landing: Landing, each_way: str, number: pa.Array, kept: list[str]
) -> None:
    """A double keeps 15 digits, a float 7; an integer keeps all it holds."""
    table = pa.table({"order_id": number, "paid_at": ["2026-03-01"] * 2, "paid_amount": [1, 2]})
    content = io.BytesIO()
    pq.write_table(table, content)
    landing.one("orders/a.parquet", content.getvalue())
    assert [order_id for (order_id,) in landing.rows("orders", "order_id")] == kept
    assert {reason for (reason,) in landing.quarantine("reason")} <= {"scientific_notation"}
