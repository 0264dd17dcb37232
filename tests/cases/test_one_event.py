"""One member who joined once, told by two files: once with the hour, once with the day only."""

from __future__ import annotations

import pytest

HEADER = "用户ID,事件,事件时间,群号\n"


@pytest.mark.parametrize("files", [("2026-03-01", "2026-03-01 10:20"), ("2026-03-01 10:20:00", "2026/3/1")])
def test_a_join_told_with_and_without_its_hour_is_one(merchant, files):
    for number, moment in enumerate(files):
        merchant.put(f"events/{number}.csv", f"{HEADER}u1,入群,{moment},g1\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.rows("select event_at::varchar, event_at_has_time from core.events") == [
        ("2026-03-01 10:20:00", True)
    ]


def test_in_one_file_too_and_status_tells(merchant):
    merchant.put("events/a.csv", f"{HEADER}u1,入群,2026-03-01,g1\nu1,入群,2026-03-01 10:20,g1\nu2,入群,2026-03-01,g1\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.one("select count(*) from core.events") == 2
    assert [finding.rows for finding in merchant.found("day_beside_hour")] == [1]
