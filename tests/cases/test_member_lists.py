"""Lists of members exported again and again, through to core and the metrics: nobody is a member for ever."""

from __future__ import annotations

from datetime import date, datetime

from tests.cases.conftest import Merchant

HEADER = "群名称,成员ID,入群时间\n"
ALL = [f"一群,u{number},2026-10-01 10:00:00\n" for number in range(10)]


def stays(merchant: Merchant) -> list[tuple[str, datetime | None]]:
    """Of each member: when he left, as core knows it."""
    return merchant.rows(
        "select e.user_id, max(m.left_at) from core.memberships m join core.events e using (person_id) "
        "where m.left_at is not null group by all order by all"
    )


def test_retention_in_the_private_domain_falls(merchant: Merchant) -> None:
    merchant.put("member_lists/1.csv", HEADER + "".join(ALL), at="2026-10-05 09:00:00")
    merchant.put("member_lists/2.csv", HEADER + "".join(ALL[:8]), at="2026-10-06 09:00:00")
    merchant.put("member_lists/3.csv", HEADER + "".join(ALL[:7]), at="2026-11-19 09:00:00")
    merchant.put(
        "events/other.csv", "user_id,event,event_at\nx,live_view,2026-11-20 10:00:00\n", at="2026-11-21 09:00:00"
    )
    merchant.run("2026-11-20")
    sixth, nineteenth = datetime(2026, 10, 6, 9), datetime(2026, 11, 19, 9)
    assert stays(merchant) == [("u7", nineteenth), ("u8", sixth), ("u9", sixth)]
    survival = dict(merchant.metric("membership_survival", "day, survival", "segment_by = 'all'"))
    assert survival[5] == 0.8
    assert merchant.told() >= {"left_by_list"}


def test_a_list_from_before_that_comes_later_reaches_core(merchant: Merchant) -> None:
    """The first list comes last; the pass before has seen the later one already."""
    merchant.put("member_lists/2.csv", HEADER + "".join(ALL[:8]), at="2026-10-06 09:00:00")
    assert stays(merchant.run("2026-11-20")) == []
    merchant.put("member_lists/1.csv", HEADER + "".join(ALL), at="2026-10-05 09:00:00")
    assert [user for user, _ in stays(merchant.run("2026-11-20"))] == ["u8", "u9"]
    merchant.put("member_lists/3.csv", HEADER + "".join(ALL[:9]), at="2026-10-07 09:00:00")
    assert [user for user, _ in stays(merchant.run("2026-11-20"))] == ["u9"]  # u8 had never left
    incremental = merchant.rows("select * exclude (person_id) from core.memberships order by all")
    merchant.connection.execute("delete from ops.core_passes")
    assert (
        merchant.run("2026-11-20").rows("select * exclude (person_id) from core.memberships order by all")
        == incremental
    )


def members(count: int) -> str:
    """A list that does not say since when."""
    return "群名称,成员ID\n" + "".join(f"一群,u{number}\n" for number in range(count))


def known_until(merchant: Merchant) -> list[tuple[date]]:
    return merchant.rows("select last_date from core.clocks where kind = 'memberships'")


def test_a_list_in_which_nobody_came_or_went_says_so(merchant: Merchant) -> None:
    """u10 came by the 6th; the list of the 12th has the same people, so who was in is known to the 11th."""
    merchant.put("member_lists/1.csv", members(10), at="2026-10-05 09:00:00")
    assert known_until(merchant.run("2026-11-20")) == []  # nobody says since when: no membership is known yet
    merchant.put("member_lists/2.csv", members(11), at="2026-10-06 09:00:00")
    merchant.put("member_lists/3.csv", members(11), at="2026-10-12 09:00:00")
    assert known_until(merchant.run("2026-11-20")) == [(date(2026, 10, 11),)]
    merchant.put("member_lists/4.csv", members(3), at="2026-10-20 09:00:00")  # a part of the list, and told as that
    assert known_until(merchant.run("2026-11-20")) == [(date(2026, 10, 11),)]


def test_one_list_with_times_of_joining_is_known_until_it_was_taken(merchant: Merchant) -> None:
    merchant.put("member_lists/1.csv", HEADER + "".join(ALL), at="2026-10-09 09:00:00")
    assert known_until(merchant.run("2026-11-20")) == [(date(2026, 10, 8),)]
