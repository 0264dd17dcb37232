"""One group under two names is told, by its people; two groups that differ by a number are two groups."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant

HEADER = "群名称,用户ID,入群时间\n"


def told_twice(merchant: Merchant) -> list[tuple[str, ...]]:
    """The pairs of names that are told."""
    merchant.run("2026-11-20")
    return [one.names for one in merchant.found("group_twice")]


def joins(group: str, *users: str, at: str = "10:0{}:00") -> str:
    return "".join(f"{group},{user},2026-11-01 {at.format(n)}\n" for n, user in enumerate(users))


@pytest.mark.parametrize(
    ("one", "other"), [("一群(3)", "一群(2)"), ("福利群(128)", "福利群（129）"), ("一群", "一群（5）")]
)
def test_a_head_count_in_a_name(merchant: Merchant, one: str, other: str) -> None:
    merchant.put("member_lists/成员_2026-11-17.csv", HEADER + joins(one, "u1", "u2", "u3"))
    merchant.put("member_lists/成员_2026-11-18.csv", HEADER + joins(other, "u1", "u3", at="09:0{}:00"))
    ((pair,),) = told_twice(merchant)
    assert set(pair.split(" / ")) == {one, other}


def test_a_number_in_one_file_and_a_name_in_another(merchant: Merchant) -> None:
    merchant.put("events/a.csv", "群ID,群名称,用户ID,入群时间\n" + joins("g1,一群", "u1", "u2"))
    merchant.put("events/b.csv", HEADER + joins("一群", "u1", "u2"))
    assert told_twice(merchant) == [("g1 / 一群",)]


@pytest.mark.parametrize(
    "rows",
    [
        joins("福利群(1)", "u1", "u2", "u3") + joins("福利群(2)", "u4", "u5", "u6"),
        joins("福利群(1)", "u1", "u2", "u3") + joins("福利群(2)", "u3", "u5", "u6", at="11:0{}:00"),
        joins("一群", "u1", "u2", "u3") + joins("二群", "u1", "u2", "u3", at="11:0{}:00"),
        joins("一群", "u1", "u2", "u3", at="") + joins("二群", "u1", "u2", "u3", at=""),
    ],
)
def test_two_groups_are_two(merchant: Merchant, rows: str) -> None:
    merchant.put("events/a.csv", HEADER + rows)
    assert told_twice(merchant) == []
