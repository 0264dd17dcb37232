"""Lists of WeCom friends and of shop members in landing/events/: who came when, and who went."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant

EVENTS = "select user_id, event, cast(event_at as varchar) from staging.events order by event_at, event"


@pytest.mark.parametrize("added", ["添加时间", "加好友时间", "好友添加时间"])
@pytest.mark.parametrize("lost", ["流失时间", "删除时间"])
def test_a_list_of_wecom_friends(merchant: Merchant, added: str, lost: str) -> None:
    merchant.put(
        "events/客户列表.csv",
        f"客户昵称,外部联系人ID,所属员工,{added},状态,{lost}\n小满,wm1,小王,2026-11-01 10:20,正常,\n"
        "安安,wm2,小李,2026-11-03 12:20,已流失,2026-11-07 08:00\n",
    )
    assert merchant.run("2026-11-10").rows(EVENTS) == [
        ("wm1", "wecom_add", "2026-11-01 10:20:00"),
        ("wm2", "wecom_add", "2026-11-03 12:20:00"),
        ("wm2", "wecom_remove", "2026-11-07 08:00:00"),
    ]
    assert merchant.says("assumed", added)
    assert merchant.rows("select kind, left_at is null from core.memberships order by joined_at") == [
        ("wecom", True),
        ("wecom", False),
    ]


@pytest.mark.parametrize("joined", ["成为会员时间", "入会时间", "注册会员时间"])
def test_a_list_of_members(merchant: Merchant, joined: str) -> None:
    """Who never became one is told as a row without its time."""
    merchant.put(
        "events/会员.csv",
        f"会员ID,会员等级,{joined},累计消费金额\nm1,V2,2026-10-01 10:00:00,458\nm2,V1,,0\n",
    )
    assert merchant.run().rows(EVENTS) == [("m1", "member_join", "2026-10-01 10:00:00")]
    assert merchant.files[0].rows_quarantined == 1


def test_a_friend_who_left_before_he_came_is_refused(merchant: Merchant) -> None:
    merchant.put("events/a.csv", "用户ID,添加时间,流失时间\nu1,2026-11-03 10:00:00,2026-11-01 10:00:00\n")
    assert merchant.run().rows(EVENTS) == []
    assert "ends_before_start" in merchant.told()


def test_a_second_beginning_of_a_row_is_told(merchant: Merchant) -> None:
    """Members of a group, and since when each is a friend; lost as a friend before joining is no fault."""
    merchant.put(
        "events/a.csv",
        "用户ID,群名称,入群时间,添加时间,流失时间\n"
        "u1,一群,2026-11-03 10:00:00,2026-10-01 10:00:00,2026-10-05 10:00:00\n",
    )
    assert merchant.run().rows(EVENTS) == [
        ("u1", "wecom_remove", "2026-10-05 10:00:00"),
        ("u1", "group_join", "2026-11-03 10:00:00"),
    ]
    assert merchant.says("second_moment", "添加时间", "入群时间")


def test_a_groups_days_by_other_names(merchant: Merchant) -> None:
    merchant.put("group_days/a.csv", "群名称,日期,群人数,新增,流失\n一群,2026-11-01,100,7,2\n")
    merchant.put("group_days/b.csv", "群名称,日期,群人数,新增人数,流失人数\n二群,2026-11-01,100,3,1\n")
    merchant.run()
    assert merchant.rows("select joins, leaves from staging.group_days order by joins") == [(3, 1), (7, 2)]
