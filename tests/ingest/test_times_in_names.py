"""A time in a file's name is when it was exported, unless the name itself shows that it is none."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.ingest.file_times import exported_at
from pipelines.ingest.sources import load_sources

NOW = datetime(2026, 7, 2, 9, 0)
CHANGED = datetime(2026, 7, 1, 8, 0)


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("订单_20260630_183000.csv", "2026-06-30 18:30:00"),
        ("订单_2026-06-30 18-30-05.csv", "2026-06-30 18:30:05"),
        ("1782810000_订单.csv", "2026-06-30 17:00:00"),
        # a range of days: no clock showed 20:26:06
        ("订单_2026-06-01_2026-06-30.csv", None),
        ("订单_2026.06.01-2026.06.30.csv", None),
        ("订单_20260601-20260630.csv", None),
        # a merchant's number that looks like seconds of 2020
        ("1600000001All20260601_20260630.csv", None),
        ("订单_2026-06-01_2026-06-30_20260701073000.csv", "2026-07-01 07:30:00"),
    ],
)
def test_the_time_of_export(name: str, time: str | None) -> None:
    source = load_sources()["canonical_orders"]
    expected = datetime.fromisoformat(time) if time else CHANGED
    assert exported_at(source, name, CHANGED, NOW, "Asia/Shanghai") == expected
