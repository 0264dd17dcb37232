"""What the platform itself says of the shop's days: 罗盘's 成交概览, a workbook a month.

What belongs here: which file is made when, and its header. What does not: how the platform counts
(`queries/compass_days.sql`), what is made of the difference to our figures (assets/metrics/reconciliation.sql).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.simulate import world
from pipelines.simulate.files import File, workbook

if TYPE_CHECKING:
    from pipelines.database import Connection

COMPASS_HEADER = (
    *("日期", "成交金额", "用户支付金额", "成交订单数", "成交件数", "成交人数"),
    *("退款金额（退款时间）", "退款金额（支付时间）", "平台补贴"),
)
# 罗盘 tells what was paid on the day, refunded later or not; not what was cancelled, nor samples and lotteries.
COMPASS_COUNTS = "refunded"


def compass_days(connection: Connection, last_day: date) -> list[File]:
    """Every day of a month, downloaded at noon after it, or after the last day."""
    files = []
    for month, rows in groupby(world.ask(connection, "compass_days", last_day=last_day), key=lambda row: row[0]):
        days = [row[1:] for row in rows]
        after = min((month + timedelta(days=32)).replace(day=1), last_day + timedelta(days=1))
        made = datetime.combine(after, time(12))
        content = workbook({"成交概览": [COMPASS_HEADER, *days]}, made, "成交概览")
        name = f"成交概览_{month:%Y-%m}.xlsx"
        files.append(File("compass_days", name, made, content=content, rows=len(days)))
    return files
