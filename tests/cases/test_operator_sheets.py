"""Sheets that teams keep by hand, of what no platform exports: plays in a group, who took part, the session's funnel.

And the curve of a session, which names no session.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.cases.conftest import yuan
from tests.ingest.files import workbook

PLAYS = "平台,群名称,时间,玩法,触达人数,参与人数,花费\n"
PEOPLE = "平台,群名称,用户ID,时间,动作\n"
FUNNEL = "账号,主播,导粉专员,开播时间,场次,进房人数,进粉丝群人数,链接点击人数,后端加人数,后端有效人数,带货GMV\n"
TREND = "时间,在线人数,进入人数,评论次数\n"


def test_plays_become_messages_and_nobodys_events(merchant):
    merchant.put(
        "群玩法/3月.csv",
        PLAYS + "抖音,一群,2026-11-01 20:00,直播预告,320,,\n抖音,一群,2026-11-01 21:00,红包,320,88,66\n"
        "抖音,一群,2026-11-01 21:00,连线,320,6,\n",
    )
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select kind, delivered, participants, cost_amount from core.pushes order by all") == [
        ("link_mic", 320, 6, None),
        ("live_notice", 320, None, None),
        ("red_packet", 320, 88, yuan("66.00")),
    ]
    assert merchant.rows("select * from staging.events") == []


@pytest.mark.parametrize("word", ["红包+抽奖", "红包、抽奖", "转盘", ""])
def test_a_play_that_nobody_knows_is_refused_by_its_word(merchant, word):
    merchant.put("群玩法/3月.csv", PLAYS + f"抖音,一群,2026-11-01 21:00,{word},320,88,66\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select * from staging.pushes") == []
    (reason, found), *more = merchant.rows("select reason, found from ops.quarantine")
    assert (reason, found) == (("unknown_value", word) if word else ("missing_value", None))
    assert more == []


@pytest.mark.parametrize("groups", ["一群、二群", '"一群,二群"', "g1;g2", '"一群\n二群"'])
def test_several_groups_in_a_cell_are_no_group(merchant, groups):
    merchant.put("群玩法/3月.csv", PLAYS + f"抖音,{groups},2026-11-01 21:00,红包,320,88,66\n")
    merchant.put("群玩法参与名单/3月.csv", PEOPLE + f"抖音,{groups},u1,2026-11-01 21:00,抢红包\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select group_id from staging.pushes union all select group_id from staging.events") == []
    assert merchant.rows("select distinct reason from ops.quarantine") == [("several_ids",)]


def test_several_people_in_a_cell_are_nobody(merchant):
    header = PEOPLE.replace("用户ID", "昵称")
    merchant.put(
        "群玩法参与名单/a.csv",
        header + "".join(f"抖音,一群,{who},2026-11-01 21:00,投票\n" for who in ("阿甲、阿乙", "阿丙")),
    )
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select user_id from staging.events") == [("阿丙",)]
    assert merchant.rows("select line, reason from ops.quarantine") == [(2, "several_ids")]


def test_a_click_in_the_group_is_none_in_the_session(merchant):
    header = PEOPLE.replace("动作", "场次ID,动作")
    rows = [f"抖音,一群,u1,2026-11-01 21:0{n},7001,{act}\n" for n, act in enumerate(("点击商品", "领券"))]
    merchant.put("群玩法参与名单/a.csv", header + "".join(rows))
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select event, live_session_id from staging.events order by all") == [
        ("coupon_claim", "7001"),
        ("product_click", None),
    ]


def test_a_row_without_a_group_is_refused(merchant):
    merchant.put("群玩法/3月.csv", PLAYS + "抖音,,2026-11-01 21:00,红包,320,88,66\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select reason, column_name from ops.quarantine") == [("missing_value", "群名称")]


def test_two_plays_of_one_kind_and_minute_are_set_aside_unless_they_are_one(merchant):
    one = "抖音,一群,2026-11-01 21:00,红包,320,88,66\n"
    merchant.put("群玩法/3月.csv", PLAYS + one + one.replace("88", "70") + one.replace("一群", "二群") * 2)
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select group_id from staging.pushes") == [("二群",)]
    assert merchant.rows("select line, reason from ops.quarantine order by line") == [
        (2, "duplicate_key"),
        (3, "duplicate_key"),
    ]


@pytest.mark.parametrize("folder", ["群玩法", "group_play", "群玩法参与名单", "收件"])
def test_a_list_of_people_is_never_read_as_plays(merchant, folder):
    """Under 玩法, too: a play per person would be a red packet per person."""
    header = PEOPLE.replace("动作", "玩法")
    merchant.put(f"{folder}/a.csv", header + "抖音,一群,u1,2026-11-01 21:00,红包\n抖音,一群,u2,2026-11-01 21:00,红包\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select * from staging.pushes") == []
    opened = [] if folder in ("群玩法", "group_play") else [("u1", "red_packet_open"), ("u2", "red_packet_open")]
    assert merchant.rows("select user_id, event from staging.events order by all") == opened


def test_who_took_part_is_active_in_private_and_was_no_sight_in_public(merchant):
    """A link-up or a draw in a group is none of a live session."""
    acts = ["连麦", "参与抽奖", "贴纸", "截图分享", "PK投票", "投票", "点击商品", "领券"]
    rows = [f"抖音,一群,u{n},2026-11-01 21:0{n},{act}\n" for n, act in enumerate(acts)]
    merchant.put("群玩法参与名单/a.csv", PEOPLE + "".join(rows))
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select distinct channel, domain, is_active from core.events") == [
        ("fan_group", "private", True)
    ]
    assert merchant.rows("select count(*), count(first_public_at) from core.people") == [(8, 0)]
    assert "unknown_event_word" not in merchant.told()


def test_an_act_that_nobody_knows_is_refused_by_its_word(merchant):
    rows = "抖音,一群,u1,2026-11-01 21:00,直播预告\n抖音,一群,,2026-11-01 21:00,投票\n"
    merchant.put("群玩法参与名单/a.csv", PEOPLE + rows)
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select * from staging.events") == []
    assert merchant.rows("select line, column_name, reason from ops.quarantine order by line") == [
        (2, "动作", "unknown_value"),
        (3, "用户ID", "missing_value"),
    ]


def test_a_funnel_is_typed_bit_by_bit(merchant):
    """What was blank is filled in later; what was typed stays."""
    session = "店,小鹿,甲,2026-11-01 20:00,晚场"
    merchant.put("导粉漏斗/a.csv", FUNNEL + f"{session},6400,210,260,,,\n", at="2026-11-02 09:00:00")
    merchant.put("导粉漏斗/b.csv", FUNNEL + f"{session},,,,95,80,0\n", at="2026-11-03 09:00:00")
    merchant.run(as_of="2026-11-10")
    columns = "viewers, new_group_members, link_clicked_people, added_contacts, valid_contacts, gmv_amount"
    assert merchant.rows(f"select {columns} from core.session_funnels") == [(6400, 210, 260, 95, 80, yuan("0.00"))]
    assert merchant.rows("select platform, account_id, host_id, session_name from core.session_funnels") == [
        ("douyin", "店", "小鹿", "晚场")
    ]
    assert "unread_column" not in merchant.told()


def test_more_valid_than_added_is_refused_and_more_clicks_than_joins_are_not(merchant):
    merchant.put(
        "导粉漏斗/a.csv",
        FUNNEL + "店,小鹿,甲,2026-11-01 20:00,,6400,210,260,95,96,\n店,小鹿,甲,2026-11-02 20:00,,6400,210,999,95,95,\n",
    )
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select link_clicked_people from core.session_funnels") == [(999,)]
    assert merchant.rows("select line, column_name, reason from ops.quarantine") == [
        (2, "后端有效人数", "impossible_number")
    ]


def test_two_parts_of_a_session_are_no_copies(merchant):
    row = "店,小鹿,{},2026-11-01 20:00,晚场,6400,{},,,,\n"
    merchant.put("导粉漏斗/a.csv", FUNNEL + row.format("甲", 100) + row.format("乙", 110))
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select * from core.session_funnels") == []
    assert {reason for (reason,) in merchant.rows("select reason from ops.quarantine")} == {"duplicate_key"}


def test_a_session_as_a_whole_and_by_host_never_counts_twice(merchant):
    whole = FUNNEL.replace("主播,", "")
    merchant.put("导粉漏斗/a.csv", FUNNEL + "店,小鹿,甲,2026-11-01 20:00,晚场,6400,210,,,,\n", at="2026-11-02 09:00:00")
    merchant.put("导粉漏斗/b.csv", whole + "店,甲,2026-11-01 20:00,晚场,6400,210,,,,\n", at="2026-11-03 09:00:00")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select host_id, viewers from core.session_funnels") == [("小鹿", 6400)]
    assert "same_thing_twice" in merchant.told()


SESSIONS = "账号名称,直播id(room_id),开播时间,关播时间,观看人数\n"


def test_the_curve_of_two_accounts_in_a_folder_each(merchant):
    times = "2026-11-01 20:00:00,2026-11-01 22:00:00"
    merchant.put("直播场次/11月.csv", SESSIONS + f"号一,7001,{times},900\n号二,7002,{times},80\n")
    for account, online in (("号一", 400), ("号二", 30)):
        merchant.put(
            f"live_trend/{account}/流量综合趋势分析下载.csv",
            TREND + f"2026/11/01 20:00,{online},41,9\n2026/11/01 20:01,{online + 1},38,2\n",
        )
    merchant.run(as_of="2026-11-10")
    columns = "account_id, live_session_id, minute_at::varchar, online_people, span_seconds"
    assert merchant.rows(f"select {columns} from core.live_minutes order by all") == [
        ("号一", "7001", "2026-11-01 20:00:00", 400, 60),
        ("号一", "7001", "2026-11-01 20:01:00", 401, 60),
        ("号二", "7002", "2026-11-01 20:00:00", 30, 60),
        ("号二", "7002", "2026-11-01 20:01:00", 31, 60),
    ]
    # the session's own figures stand
    assert merchant.rows("select viewers from core.live_sessions order by all") == [(80,), (900,)]
    assert "shop_folder_unused" not in merchant.told()


def test_two_accounts_that_nobody_names_are_told(merchant):
    merchant.put("live_trend/a.csv", TREND + "2026/11/01 20:00,400,400,9\n", at="2026-11-02 09:00:00")
    merchant.put("live_trend/b.csv", TREND + "2026/11/01 20:00,30,30,9\n", at="2026-11-03 09:00:00")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select online_people from core.live_minutes") == [(30,)]
    assert merchant.says("other_figures", "account_id")


def test_a_minute_by_account_and_without_never_stands_twice(merchant):
    minute = "2026/11/01 20:00,400,41,9\n"
    merchant.put("live_trend/号一/a.csv", TREND + minute, at="2026-11-02 09:00:00")
    merchant.put("live_trend/b.csv", TREND + minute + minute.replace("20:00", "20:01"), at="2026-11-03 09:00:00")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select account_id from core.live_minutes") == [("号一",)]
    assert "same_thing_twice" in merchant.told()


def test_a_day_is_no_minute(merchant):
    merchant.put("live_trend/a.csv", TREND + "2026/11/01,400,41,9\n2026/11/02,400,41,9\n")
    merchant.put("live_trend/号二/b.csv", TREND + "2026-11-01,400,41,9\n2026-11-02,400,41,9\n2026-11-03,400,41,9\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select * from core.live_minutes") == []
    assert merchant.rows("select line, reason from ops.quarantine order by line") == [(2, "bad_date"), (3, "bad_date")]


def test_midnight_in_a_workbook_is_a_minute(merchant):
    cells = [datetime(2026, 11, 1, 23, 59), datetime(2026, 11, 2), datetime(2026, 11, 2, 0, 1)]
    rows = [TREND.strip().split(","), *([at, 400 + n, 41, 9] for n, at in enumerate(cells))]
    merchant.put("live_trend/a.xlsx", workbook({"Sheet1": rows}))
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select minute_at, span_seconds from core.live_minutes order by all") == [
        (at, 60) for at in cells
    ]


def test_amounts_behind_codes_are_not_taken_for_yuan(merchant):
    header = "时间,online_user_cnt,watch_ucnt,comment_cnt,pay_amt,stat_cost,pay_cnt\n"
    merchant.put("live_trend/a.csv", header + "2026/11/01 20:00,400,41,9,129000,8850,5\n")
    merchant.run(as_of="2026-11-10")
    assert merchant.rows("select viewers, orders, paid_amount, ad_cost_amount from core.live_minutes") == [
        (41, 5, None, None)
    ]
    assert merchant.says("unread_column", "pay_amt")
    assert merchant.says("unread_column", "stat_cost")


@pytest.mark.parametrize("group", ["群名称", "群名", "群聊名称"])
def test_a_groups_days_copied_by_hand(merchant, group):
    header = f"平台,{group},日期,群人数,新增,退群,发言人数,消息数\n"
    merchant.put("群日数据/a.csv", header + "快手,一群,2026-11-01,320,12,3,80,410\n淘宝,一群,2026-11-01,90,,,,\n")
    merchant.run(as_of="2026-11-10")
    columns = "platform, group_id, members, joins, leaves, active_members, messages"
    assert merchant.rows(f"select {columns} from core.group_days order by all") == [
        ("kuaishou", "一群", 320, 12, 3, 80, 410),
        ("taobao", "一群", 90, None, None, None, None),
    ]
    assert "unread_column" not in merchant.told()
