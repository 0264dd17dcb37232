"""A column whose times are all midnight tells days: that is how a spreadsheet shows them."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Landing

HEADER = "order_id,paid_at,paid_amount\n"


def hours(landing: Landing, *moments: str) -> set[bool]:
    rows = "".join(f"A{n},{moment},1\n" for n, moment in enumerate(moments))
    landing.one("orders/a.csv", HEADER + rows)
    return {told for (told,) in landing.rows("orders", "paid_at_has_time")}


def told(landing: Landing) -> list:
    return landing.sql("select subject, rows from ops.notices where code = 'days_as_midnight'")


@pytest.mark.parametrize(
    "form", ["2026/3/{} 0:00", "2026-03-0{} 00:00:00", "2026年3月{}日 0:00", "2026-03-0{}T00:00:00"]
)
def test_all_midnights_are_days_and_that_is_told(landing, each_way, form):
    assert hours(landing, form.format(1), form.format(2), "") == {False}
    assert told(landing) == [{"subject": "paid_at", "rows": 2}]


def test_days_beside_midnights_are_days(landing, each_way):
    assert hours(landing, "2026-03-01", "2026/3/2 0:00") == {False}
    assert told(landing) == [{"subject": "paid_at", "rows": 1}]


@pytest.mark.parametrize("other", ["2026-03-01 00:00:01", "2026/3/2 0:01"])
def test_one_hour_in_the_column_makes_a_midnight_one(landing, each_way, other):
    assert hours(landing, "2026-03-01 00:00:00", other) == {True}
    assert told(landing) == []


def test_days_need_no_word(landing, each_way):
    assert hours(landing, "2026-03-01", "2026/3/2") == {False}
    assert told(landing) == []


def test_of_events_too(landing, each_way):
    landing.one("events/a.csv", "用户ID,事件,事件时间\nu1,入群,2026/3/1 0:00\nu2,入群,2026/3/1 0:00\n")
    assert landing.rows("events", "event_at_has_time") == [(False,), (False,)]


def test_each_file_speaks_for_itself(landing):
    hours(landing, "2026/3/1 0:00")
    landing.one("orders/b.csv", HEADER + "B1,2026-03-01 00:00:00,1\nB2,2026-03-01 10:00:00,1\n")
    assert landing.rows("orders", "order_id, paid_at_has_time") == [("A0", False), ("B1", True), ("B2", True)]
