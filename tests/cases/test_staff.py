"""Staff in lists of members: no customers, left out and told; a word that nobody knows counts and is told."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant


def listed(merchant: Merchant, header: str, *kinds: str, path: str = "member_lists/a.csv", at: str = "09") -> Merchant:
    rows = [f"一群,u{n},2026-10-01 10:00:00,{kind}" for n, kind in enumerate(kinds)]
    merchant.put(path, "\n".join([f"群名称,成员ID,入群时间,{header}", *rows]) + "\n", f"2026-11-08 {at}:00:00")
    return merchant.run()


def people(merchant: Merchant) -> list[str]:
    return [
        user for (user,) in merchant.rows("select user_id from staging.events where event = 'group_join' order by 1")
    ]


@pytest.mark.parametrize("word", ["员工", "企业成员", "内部成员", "群主", "管理员", "机器人", "Admin", " 员工 "])
@pytest.mark.parametrize("header", ["成员类型", "身份"])
def test_staff_are_left_out_and_told(merchant: Merchant, header: str, word: str) -> None:
    listed(merchant, header, "微信客户", word, "企微客户")
    assert people(merchant) == ["u0", "u2"]
    assert merchant.says("left_out", header, "1 rows")
    assert merchant.files[0].rows_read == 2
    assert merchant.rows("select count(*) from ops.quarantine") == [(0,)]


def test_a_column_that_says_yes_or_no(merchant: Merchant) -> None:
    listed(merchant, "是否员工", "否", "是", "")
    assert people(merchant) == ["u0", "u2"]
    assert merchant.told() & {"left_out", "unknown_kind"} == {"left_out"}


def test_a_word_that_nobody_knows_counts_and_is_told(merchant: Merchant) -> None:
    listed(merchant, "成员类型", "客户", "达人", "城市合伙人", "")
    assert people(merchant) == ["u0", "u1", "u2", "u3"]
    assert merchant.says("unknown_kind", "2 rows", "城市合伙人", "达人")


def test_a_list_without_such_a_column_says_nothing(merchant: Merchant) -> None:
    listed(merchant, "备注", "员工")
    assert people(merchant) == ["u0"]
    assert merchant.told() & {"left_out", "unknown_kind"} == set()


def test_long_lists_are_the_same(merchant: Merchant) -> None:
    listed(merchant, "成员类型", *["客户"] * 600, *["员工"] * 3, "达人")
    assert len(people(merchant)) == 601
    assert merchant.says("left_out", "3 rows")
    assert merchant.says("unknown_kind", "1 rows")


def test_who_leaves_is_a_customer(merchant: Merchant) -> None:
    """A list with staff is whole: who is missing in the later one has left, and no staff ever did."""
    listed(merchant, "成员类型", "员工", "客户", "客户", "客户")
    listed(merchant, "成员类型", "员工", "客户", "客户", path="member_lists/b.csv", at="20")
    assert merchant.rows("select user_id from staging.events where event = 'group_leave'") == [("u3",)]


def test_a_list_of_staff_alone_gives_nobody(merchant: Merchant) -> None:
    listed(merchant, "成员类型", "员工", "群主")
    assert people(merchant) == []
    assert merchant.says("left_out", "2 rows")
