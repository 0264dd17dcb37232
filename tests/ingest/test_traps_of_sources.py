"""What a good guess at a platform's file gets wrong: refused by name, or kept apart, and never a plausible number.

What belongs here: files that must not be read as they seem. What does not: what each mapping gives (its samples).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ingest.conftest import Landing

PLAN = "计划名称,计划ID,日期,整体消耗,净成交金额,净成交金额结算率,1小时内退款率\n春装,1790,2026-03-01,100,90,90%,10%\n"
ACCOUNT = "抖音号名称,抖音号ID,日期,整体消耗,净成交金额\n店,777,2026-03-01,100,90\n"


def test_one_days_money_by_plan_and_by_account_is_refused_the_second_time(landing: Landing) -> None:
    landing.write("qianchuan_plan/a.csv", PLAN)
    landing.write("qianchuan_accounts/b.csv", ACCOUNT)
    landing.ingest()
    assert landing.rows("ad_spend", "account_id, ad_id, cost_amount::int") == [("", "1790", 100)]
    assert landing.quarantine("reason") == [("same_thing_twice",)]


def test_a_cut_of_which_nobody_knows_whether_it_is_part_of_another_is_refused(landing: Landing) -> None:
    landing.one("qianchuan_accounts/推直播间画面.csv", ACCOUNT)
    assert landing.rows("ad_spend") == []
    assert "推抖音号" in landing.quarantine("expected")[0][0]


def test_standard_promotion_without_one_part_of_what_tells_a_row_is_refused(landing: Landing) -> None:
    """Else one money would stand twice: by account, and by account and where it was ordered."""
    header = "抖音号,日期,消耗(元),直接成交订单数,账户ID,下单平台"
    landing.write("qianchuan_standard/a.csv", f"{header}\n777,2026-03-01,100,1,179,抖音\n")
    landing.write("qianchuan_standard/b.csv", f"{header.removesuffix(',下单平台')}\n777,2026-03-01,100,1,179\n")
    landing.ingest()
    assert landing.rows("ad_spend", "ad_id, cost_amount::int") == [("标准推广 777 抖音", 100)]
    assert landing.quarantine("reason") == [("missing_column",)]


@pytest.mark.parametrize(
    ("path", "record", "column", "said"),
    [
        (
            "wecom_acquisition_customers/a.jsonl",
            {"customer_list": [{"external_userid": "wmA", "userid": "Z", "chat_status": 1, "state": "c"}]},
            "createtime",
            "externalcontact/get",
        ),
        (
            "wecom_group_days/a.jsonl",
            {"items": [{"owner": "Z", "data": {"chat_total": 2, "member_total": 9, "member_has_msg": 4}}]},
            "stat_time",
            "groupchat/statistic_group_by_day",
        ),
        (
            "sms_huawei/a.jsonl",
            {"smsMsgId": "m", "total": "1", "sequence": "1", "status": "DELIVRD", "updateTime": "2026-06-01T02:00:05Z"},
            "to",
            "send with extend",
        ),
        (
            "wangdiantong_orders_api/a.jsonl",
            {"trade_no": "J", "src_tids": "T1,T2", "platform_id": 1, "trade_status": 30}
            | {"trade_time": "2026-03-01 20:00:00", "pay_time": "2026-03-01 20:01:00", "detail_list": []},
            "src_tids",
            "",
        ),
    ],
)  # fmt: skip
def test_what_lacks_what_a_number_needs_is_refused_with_what_to_ask_for(
    landing: Landing, path: str, record: dict[str, Any], column: str, said: str
) -> None:
    file = landing.one(path, json.dumps(record) + "\n")
    assert (file.rows_loaded, file.rows_quarantined) == (0, 1)
    assert any(found == column and said in expected for found, expected in landing.quarantine("column_name, expected"))


OTHERS = {
    "开播时间,观看人数,观看次数,最高在线,新增关注人数\n2026-03-01 20:00,1200,3000,88,9\n": "wechat",
    "开播时间,直播时长(分钟),直播观众数,在线人数峰值\n2026-03-01 20:00:00,60,1200,88\n": "kuaishou",
    "开播时间,场次标题,直播间浏览人数,种草成交金额(元)\n2026-03-01 20:00:00,上新,1200,99\n": "taobao",
}


def test_sessions_of_other_platforms_are_not_douyins(landing: Landing) -> None:
    """Wherever they lie; in the folder of Douyin's they are refused."""
    for number, text in enumerate(OTHERS):
        landing.write(f"inbox/{number}.csv", text)
        landing.write(f"live_sessions_csv/{number}.csv", text.replace("1200", "1300"))
    files = landing.ingest().files
    assert landing.rows("live_sessions", "platform, viewers") == [
        ("kuaishou", 1200),
        ("taobao", 1200),
        ("wechat", 1200),
    ]
    assert [file.status for file in files if file.path.startswith("live_sessions_csv")] == ["quarantined"] * 3
