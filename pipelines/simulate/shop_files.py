"""Files of the shops outside Douyin: Taobao order reports as 千牛 writes them, WeChat Pay bills of the mini-program.

What belongs here: which file is made when, its header, its totals. What does not: the lines (`queries/*.sql`), who buys
where (`tables/orders.sql`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.simulate import world
from pipelines.simulate.files import File

if TYPE_CHECKING:
    from pipelines.database import Connection

TAOBAO_HEADER = (
    "订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实付金额,退款金额,订单状态,收货人姓名,收货地址,联系手机,"
    "订单创建时间,订单付款时间,商品标题,宝贝种类,宝贝总数量"
)
# A case is decided within 19 days, so a report that reaches back so far tells it.
REACH_BACK = timedelta(days=25)
BILL_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
BILL_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
MERCHANT = "1230000109"


def taobao_reports(connection: Connection, first_day: date, last_day: date) -> list[File]:
    """An order report after every second month and after the last day, in gb18030; none where there is no order."""
    made = _report_moments(first_day, last_day)
    since = [made[0] - timedelta(days=100), *(moment - REACH_BACK for moment in made[:-1])]
    connection.execute(
        "create or replace temp table taobao_exports (export_no integer, since timestamp, exported_at timestamp)"
    )
    connection.executemany(
        "insert into taobao_exports values (?, ?, ?)", list(zip(range(len(made)), since, made, strict=True))
    )
    files = []
    for number, rows in groupby(world.ask(connection, "taobao_orders"), key=lambda row: row[0]):
        name = f"ExportOrderList{made[number]:%Y%m%d%H%M%S}.csv"
        lines = [line for _, line in rows]
        files.append(File("taobao_orders", name, made[number], TAOBAO_HEADER, lines, "gb18030"))
    return files


def _report_moments(first_day: date, last_day: date) -> list[datetime]:
    """Midnight after every second month, counted from the first day's own, and after the last day."""
    end = _midnight(last_day + timedelta(days=1))
    moments, day = [], first_day
    while (day := _months_later(day)) < end.date():
        moments.append(_midnight(day))
    return [*moments, end]


def _months_later(day: date) -> date:
    return date(day.year + (day.month + 1) // 12, (day.month + 1) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def wechat_bills(connection: Connection, last_day: date) -> list[File]:
    """A bill a quarter (交易账单), downloaded the morning after. The two lines of totals at its end are no rows."""
    files = []
    rows = world.ask(connection, "wechat_bill", last_day=last_day, merchant=MERCHANT)
    for quarter, mine in groupby(rows, key=lambda row: row[0]):
        moves = [row[1:] for row in mine]
        last = min((quarter + timedelta(days=93)).replace(day=1) - timedelta(days=1), last_day)
        made = _midnight(last + timedelta(days=1)) + timedelta(hours=10, minutes=5)
        lines = [*(move[-1] for move in moves), BILL_TOTALS, _totals(moves)]
        name = f"{MERCHANT}All{quarter:%Y%m%d}_{last:%Y%m%d}.csv"
        file = File("wechat_pay_bill", name, made, BILL_HEADER, lines, "utf-8-sig")
        file.dirty["ragged_row"] = 2
        files.append(file)
    return files


def _totals(moves: list[tuple[Any, ...]]) -> str:
    paid, back, fee = (sum(move[place] for move in moves) for place in range(3))
    amounts = [f"{fen / 100:.2f}" for fen in (paid, back, 0, fee, paid, back)]
    return ",".join(f"`{value}" for value in (len(moves), *amounts))
