"""An end before its start: of a session or campaign the end is set aside, of a member the row; nothing stops."""

from __future__ import annotations

import pytest

ORDERS = "订单号,付款时间,实付金额,买家ID\nO1,2026-11-01 10:00:00,100,b1\n"


@pytest.mark.parametrize(
    ("path", "header", "row", "column"),
    [
        (
            "live_sessions/a.csv",
            "live_session_id,started_at,ended_at",
            "L1,2026/11/2 20:00,2026/11/2 01:00",
            "ended_at",
        ),
        (
            "live_sessions_csv/a.csv",
            "直播间id,开播时间,关播时间,观看人数",
            "L1,2026/11/2 20:00,2026/11/2 01:00,9",
            "ended_at",
        ),
        ("campaigns/a.csv", "campaign_id,name,starts_at,ends_at", "c1,春,2026-11-02,2026-11-01", "ends_at"),
    ],
)
def test_the_end_is_set_aside_by_line(merchant, path, header, row, column):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put(path, f"{header}\n{row}\n")
    merchant.run()
    table = path.split("/")[0].removesuffix("_csv")
    assert merchant.rows(f"select {column} from staging.{table}") == [(None,)]
    assert merchant.rows("select path, line, reason, is_cell from ops.quarantine") == [
        (path, 2, "ends_before_start", True)
    ]


@pytest.mark.parametrize("path", ["events/a.csv", "member_lists/a.csv"])
def test_who_left_before_joining_is_refused_by_line(merchant, path):
    merchant.put("orders/a.csv", ORDERS)
    rows = "g1,b1,2026-11-03 10:00:00,2026-11-01 10:00:00\ng1,b2,2026-11-03 10:00:00,2026-11-03\n"
    merchant.put(path, "群ID,用户ID,入群时间,退群时间\n" + rows)
    merchant.run()
    assert merchant.rows("select distinct user_id from staging.events") == [("b2",)]
    assert merchant.rows("select line, reason from ops.quarantine") == [(2, "ends_before_start")]
