"""Live sessions as merchants keep them: an operator's CSV, and the 整场数据下载 workbook with its nested product sheet.

What belongs here: labels, units (万, %, 分秒) and sheets. What does not: what happened in a session
(`tables/sessions.sql`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.simulate import planted, world
from pipelines.simulate.files import File, line, workbook

if TYPE_CHECKING:
    from pipelines.database import Connection

HOSTS = {1: "栖木小林", 2: "栖木阿木"}
SESSIONS_A_SHEET = 20
Row = dict[str, Any]


def operator_files(connection: Connection) -> list[File]:
    """Sheets of 20 sessions kept by the operator, utf-8-sig and gb18030 by turns; every session is in one of them."""
    sessions = _sessions(connection)
    files = []
    for part, start in enumerate(range(0, len(sessions), SESSIONS_A_SHEET)):
        mine = sessions[start : start + SESSIONS_A_SHEET]
        rows = [_operator_row(session) for session in mine]
        made = mine[-1]["ended_at"] + timedelta(days=1)
        lines = [line(str(value) for value in row.values()) for row in rows]
        encoding = ("utf-8-sig", "gb18030")[part % 2]
        files.append(
            File("live_sessions_csv", f"直播场次记录_{part + 1}.csv", made, ",".join(rows[0]), lines, encoding)
        )
    return files


def workbooks(connection: Connection) -> list[File]:
    """A workbook for every second session, downloaded the next morning; a quarter of them again ten days later."""
    downloads = []
    for session in _sessions(connection):
        if session["session_no"] % 2 == 0:
            downloads.append((session, session["ended_at"] + timedelta(hours=10)))
        if session["session_no"] % 8 == 0:
            downloads.append((session, session["ended_at"] + timedelta(days=10)))
    connection.execute("create or replace temp table downloads (session_no integer, made timestamp)")
    connection.executemany("insert into downloads values (?, ?)", [(s["session_no"], made) for s, made in downloads])
    sales: dict[tuple[int, datetime], list[Row]] = {}
    for row in _rows(connection, "session_sales"):
        sales.setdefault((row["session_no"], row["made"]), []).append(row)
    return [_workbook(session, sales.get((session["session_no"], made), []), made) for session, made in downloads]


def _sessions(connection: Connection) -> list[Row]:
    return _rows(connection, "sessions")


def _rows(connection: Connection, name: str) -> list[Row]:
    found = connection.execute(world.question(name))
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _operator_row(session: Row) -> Row:
    """Two operators with two habits: how times are written, and whether large numbers are in 万."""
    number, viewers, exposed = session["session_no"], session["viewers"], session["exposed_people"]
    moment = "%Y-%m-%d %H:%M:%S" if number % 2 == 0 else "%Y/%m/%d %H:%M:%S"
    minutes = (session["ended_at"] - session["started_at"]) // timedelta(minutes=1)
    fans = viewers // 4
    givers = session["shares"] // 3
    return {
        "账号名称": planted.SHOP_NAME,
        "主播昵称": HOSTS[session["host_no"]],
        "直播id(room_id)": f"\t{session['room_id']}",
        "直播标题": session["title"],
        "开播时间": f"{session['started_at']:{moment}}",
        "关播时间": f"{session['ended_at']:{moment}}",
        "直播时长": f"{minutes // 60}小时{minutes % 60}分",
        "峰值人数(pcu)": session["peak_online"],
        "平均人数(acu)": session["average_online"],
        "收获音浪": session["likes"] // 100,
        "曝光人数(show_ucnt)": f"{exposed / 10000:.1f}万" if number % 3 == 0 else exposed,
        "观看人数(watch_ucnt)": viewers,
        "观看粉丝人数": fans,
        "观看非粉人数": viewers - fans,
        "涨粉人数(follow_ucnt)": session["new_followers"],
        "掉粉人数(unfollow_ucnt)": session["lost_followers"],
        "加团人数(join_fansclub_ucnt)": session["new_fan_club"],
        "人均停留时长": _minutes(session["average_watch_seconds"]),
        "评论人数": session["comments"] // 2,
        "点赞次数": session["likes"],
        "分享次数": session["shares"],
        "送礼人数": "-" if number % 7 == 0 else givers,
        "群内粉丝(fans_in_group)": session["group_viewers"],
        "群外粉丝(fans_out_group)": max(fans - session["group_viewers"], 0),
        "群内粉丝率": _share(session["group_viewers"], fans),
        "观看率": _share(viewers, exposed),
        "涨粉率": _share(session["new_followers"], viewers),
        "评论率": _share(session["comments"] // 2, viewers),
        "送礼率": _share(givers, viewers),
    }


def _workbook(session: Row, sales: list[Row], made: datetime) -> File:
    sheets = {
        "基本信息": _basics(session),
        "核心数据": _figures(session, sales),
        "商品数据": _products(session, sales),
        "流量趋势": _trend(session),
    }
    ended = f"{session['ended_at']:%Y-%m-%d %H-%M-%S}"
    name = f"直播间详情页_整场数据下载_{made:%Y%m%d%H%M%S}({planted.SHOP_NAME}_{ended}).xlsx"
    return File("live_workbooks", name, made, content=workbook(sheets, made, "整场数据"), rows=1)


def _basics(session: Row) -> list[list[Any]]:
    between = "~".join(f"{session[key]:%Y-%m-%d %H-%M-%S}" for key in ("started_at", "ended_at"))
    return [
        ["直播标题", session["title"]],
        ["直播间ID", session["room_id"]],
        ["店铺名称", planted.SHOP_NAME],
        ["主播昵称", HOSTS[session["host_no"]]],
        ["主播抖音号", f"qimu_host_{session['host_no']}"],
        ["直播时间", between],
    ]


def _figures(session: Row, sales: list[Row]) -> list[list[Any]]:
    figures = {
        "直播间曝光次数": session["exposures"],
        "直播间曝光人数": session["exposed_people"],
        "直播间观看次数": session["views"],
        "直播间观看人数": session["viewers"],
        "最高在线人数": session["peak_online"],
        "平均在线人数": session["average_online"],
        "人均观看时长": _minutes(session["average_watch_seconds"]),
        "评论次数": session["comments"],
        "点赞次数": session["likes"],
        "分享次数": session["shares"],
        "新增粉丝数": session["new_followers"],
        "取关粉丝数": session["lost_followers"],
        "新加直播团人数": session["new_fan_club"],
        "新加粉丝群人数": session["new_group_members"],
        "商品曝光人数": session["product_exposed_people"],
        "商品点击人数": session["product_clicked_people"],
        "成交订单数": session["orders"],
        "成交人数": session["buyers"],
        "直播间成交金额": _yuan(session["paid_fen"]),
        "退款金额": _yuan(sum(row["refund_fen"] for row in sales)),
        "千川消耗": _yuan(session["ad_fen"]),
    }
    return [list(figures), list(figures.values())]


def _products(session: Row, sales: list[Row]) -> list[list[Any]]:
    """Totals in the first two rows, then each product followed by a sub-header and its variants, as on the page."""
    clicked, exposed, buyers = session["product_clicked_people"], session["product_exposed_people"], session["buyers"]
    totals = {
        "商品点击人数": clicked,
        "直播间商品曝光-点击率(人数)": _share(clicked, exposed),
        "商品点击-成交转化率(人数)": _share(buyers, clicked),
        "客单价": _yuan(session["paid_fen"] // max(buyers, 1)),
    }
    rows: list[list[Any]] = [list(totals), list(totals.values())]
    for product in sales:
        figures = _product(product)
        rows += [list(figures)] * (len(rows) == 2)
        rows.append(list(figures.values()))
        rows.append(["-", "sku名称", "成交金额", "成交件数", "商品支付GPM"])
        gpm = product["paid_fen"] * 1000 // figures["商品曝光人数"]
        rows.append(["-", product["spec"], _yuan(product["paid_fen"]), product["pieces"], _yuan(gpm)])
    return rows


def _product(product: Row) -> Row:
    seen, pressed = product["buyers"] * 60, product["buyers"] * 12
    return {
        "商品名称": product["name"],
        "商品图片": "-",
        "商品编号": product["product_id"],
        "成交金额": _yuan(product["paid_fen"]),
        "成交件数": product["pieces"],
        "成交人数": product["buyers"],
        "成交订单数": product["orders"],
        "预售订单数": 0,
        "预售创建金额": "0.00",
        "商品曝光人数": seen,
        "商品点击人数": pressed,
        "商品曝光-点击率(人数)": _share(pressed, seen),
        "商品点击-成交转化率(人数)": _share(product["buyers"], pressed),
        "退款人数": product["refunders"],
        "退款金额": _yuan(product["refund_fen"]),
        "退款订单数": product["refunds"],
    }


def _trend(session: Row) -> list[list[Any]]:
    rows: list[list[Any]] = [["时间", "评论次数", "新加直播团人数", "新增粉丝数"]]
    for step in range(8):
        moment = session["started_at"] + timedelta(minutes=30 * step)
        figures = [session[name] // 8 for name in ("comments", "new_fan_club", "new_followers")]
        rows.append([f"{moment:%Y/%m/%d %H:%M}", *figures])
    return rows


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}分{seconds % 60}秒"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "-"
