"""What is planted in the demo merchant: every probability, hazard and effect that a metric must find again.

What belongs here: the numbers of the made-up merchant, the words of its platforms, and their arrival in DuckDB (schema
`planted`, macros). What does not: how people are drawn from them (`tables/*.sql`), how files look (`*_files.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.festivals import load_festivals
from pipelines.tables import load_tables

FIRST_DAY = date(2025, 7, 1)
LAST_DAY = date(2026, 6, 30)
SESSIONS = 60
AUTHOR_ID = "7011223344556677889"
SHOP_ID = "4463798"
SHOP_NAME = "栖木家居旗舰店"
OWNER_OPEN_ID = "_000QimuOwner7Xk2LmPz9RtVb4Nw"

# how many times the usual traffic a festival's days bring
LIFTS = {"818": 1.6, "99": 1.3, "double_11": 2.6, "double_12": 1.8, "new_year_goods": 1.9, "38": 1.7, "618": 2.2}

# The latent trait behind everything: it makes people follow, join and come back, and so confounds joining with
# repurchase. It can be seen exactly in the number of acts of the first visit (`acts`), before any treatment.
LOYALTY_COLUMNS = (
    "loyalty", "share", "fewest_acts", "most_acts", "follow", "club", "impulse", "later", "later_joined",
    "again", "again_member", "weekly_message",
)  # fmt: skip
LOYALTY: list[tuple[Any, ...]] = [
    ("casual", 0.60, 1, 2, 0.30, 0.30, 0.12, 0.08, 0.20, 0.18, 0.28, 0.18),
    ("regular", 0.30, 3, 4, 0.55, 0.50, 0.22, 0.20, 0.32, 0.38, 0.48, 0.34),
    ("loyal", 0.10, 5, 7, 0.80, 0.75, 0.35, 0.35, 0.47, 0.58, 0.68, 0.55),
]
# What being a member at the first order adds to the probability of ever buying again, for everybody alike.
MEMBER_EFFECT = 0.10

CHANNEL_COLUMNS = (
    "channel", "share", "event", "medium", "entry", "follow_factor", "club_factor", "club_at_once", "impulse_factor",
)  # fmt: skip
CHANNELS: list[tuple[Any, ...]] = [
    ("live", 0.55, "live_view", "直播", "直播推荐", 1.0, 1.0, 0.7, 1.0),
    ("video", 0.20, "video_view", "短视频", "视频推荐", 0.9, 0.5, 0.0, 0.7),
    ("search", 0.10, "search", "商品卡", "搜索", 0.5, 0.4, 0.0, 0.9),
    ("mall", 0.10, "shop_visit", "商品卡", "商城推荐", 0.4, 0.4, 0.0, 0.8),
    ("ad", 0.05, "ad_click", "广告", "千川", 0.6, 0.6, 0.0, 0.6),
]
FOLLOW_AT_ONCE = 0.8

# The doors into the private domain. A person knocks at one at most; what they are by then decides the chances.
# state, door, probability, then when, for who was ready: the same visit, the next day, days 5-6, days 12-29
DOOR_COLUMNS = ("state", "door", "probability", "same_visit", "next_day", "same_week", "same_month")
DOORS: list[tuple[Any, ...]] = [
    ("club", "live_fan_club", 0.42, 0.60, 0.15, 0.15, 0.10),
    ("club", "profile", 0.06, 0.40, 0.20, 0.25, 0.15),
    ("club", "other", 0.12, 0.50, 0.20, 0.20, 0.10),
    ("club", "member", 0.04, 0.70, 0.10, 0.10, 0.10),
    ("club", "wecom", 0.03, 0.20, 0.20, 0.40, 0.20),
    ("follower", "profile", 0.14, 0.40, 0.20, 0.25, 0.15),
    ("follower", "code_dm", 0.05, 0.30, 0.30, 0.30, 0.10),
    ("follower", "other", 0.05, 0.50, 0.20, 0.20, 0.10),
    ("follower", "member", 0.04, 0.70, 0.10, 0.10, 0.10),
    ("follower", "wecom", 0.02, 0.20, 0.20, 0.40, 0.20),
    ("stranger", "code_comment", 0.03, 0.80, 0.10, 0.10, 0.00),
    ("stranger", "invite", 0.015, 0.00, 0.20, 0.50, 0.30),
    ("stranger", "qr", 0.01, 0.50, 0.20, 0.20, 0.10),
]
# Buyers outside the fan club who joined by no door are asked in later by a parcel card, 46-60 days after first touch.
AFTER_ORDER_JOIN = 0.12
AFTER_ORDER_BY_SMS = 0.4
UPGRADE = 0.30  # loyal fan-club people inside: a second, stricter group 61-90 days after first touch
REJOIN = 0.05  # who left a group comes back to it, at least 100 days after first touch

# group, name, follow days, fan level, needs approval, leaves on the first day, leaves per later day, webhook type
GROUP_COLUMNS = (
    "group_no", "name", "follow_days", "fan_level", "needs_approval", "first_day_leave", "daily_leave", "webhook_type",
)  # fmt: skip
GROUPS: list[tuple[Any, ...]] = [
    (1, "栖木福利一群", 0, 0, False, 0.080, 0.0065, None),
    (2, "栖木新粉群", 1, 0, False, 0.050, 0.0045, None),
    (3, "栖木老粉群", 7, 0, True, 0.030, 0.0030, None),
    (4, "栖木老友群", 30, 0, False, 0.020, 0.0018, None),
    (5, "栖木万粉广场", 0, 0, False, 0.100, 0.0080, "5"),
    (6, "栖木粉丝团一级群", 0, 1, False, 0.040, 0.0040, None),
    (7, "栖木主播粉丝群", 1, 1, False, 0.040, 0.0038, "2"),
    (8, "栖木粉丝团三级群", 1, 3, True, 0.030, 0.0028, None),
    (9, "栖木铁粉群", 7, 3, False, 0.020, 0.0022, None),
    (10, "栖木铁粉内购群", 7, 5, True, 0.015, 0.0018, None),
    (11, "栖木30天挚友群", 30, 5, False, 0.010, 0.0012, None),
    (12, "栖木家人群", 60, 9, True, 0.010, 0.0008, None),
]
WECOM_LEAVE = (0.02, 0.0015)
WECOM_STAFF = "XiaoLin"
# WeCom groups: number, name, leaves per day. Who left is told by the next list of members, so they have no planted
# survival curve.
WECOM_GROUP_COLUMNS = ("group_no", "name", "daily_leave")
WECOM_GROUPS: list[tuple[Any, ...]] = [
    (1, "栖木企微福利一群", 0.0020),
    (2, "栖木企微福利二群", 0.0015),
    (3, "栖木企微会员群", 0.0010),
]
FIRST_LIST_DAYS, DAYS_BETWEEN_LISTS = 150, 75  # of members, from the first day of the year on
# Where the later purchases of who crosses are made: platform, share.
SHOPS = [("taobao", 0.40), ("wechat", 0.40), ("douyin", 0.20)]
# which group a door leads to: door, state, class of delay, group, share
ROOM_COLUMNS = ("door", "state", "wait", "group_no", "share")
ROOMS: list[tuple[Any, ...]] = [
    *[(door, "stranger", wait, 1, 1.0) for door in ("code_comment", "invite", "qr") for wait in (0, 1, 7, 30)],
    *[("code_dm", "follower", wait, 1, 1.0) for wait in (0, 1, 7, 30)],
    *[("profile", state, wait, 2, 1.0) for state in ("club", "follower") for wait in (0, 1, 7)],
    *[("profile", state, 30, group, 0.5) for state in ("club", "follower") for group in (2, 3)],
    *[("other", "follower", wait, 5, 1.0) for wait in (0, 1, 7, 30)],
    *[("other", "club", wait, 7, 1.0) for wait in (0, 1, 7, 30)],
    *[("live_fan_club", "club", wait, 6, 1.0) for wait in (0, 1)],
    *[("live_fan_club", "club", 7, group, 0.5) for group in (6, 8)],
    *[("live_fan_club", "club", 30, group, share) for group, share in ((8, 0.2), (9, 0.5), (10, 0.3))],
]  # fmt: skip

SILENT = 0.03  # buyers who never interact: they exist in order files only
HIDDEN = 0.15  # of the silent: not in the API's records either, so that nothing names them
MOST_PURCHASES = 12
GAP_DAYS = 40.0  # mean of the exponential days between the first and the second purchase
LATER_GAP_DAYS = 32.0
THIRD_PURCHASE = 0.60
LATER_PURCHASE = 0.68
SECOND_ORDER_SAME_DAY = 0.06
WEEKS_OF_MESSAGES = 40
RED_PACKET = 0.3  # of the weeks with a message
REJECTED = 0.02  # of followers without a door: they ask for a group and are turned down
VIEW_INSIDE, VIEW_FOLLOWER, VIEW_STRANGER = 0.15, 0.04, 0.004  # chance to watch a later live session
PUSH_DELIVERED, PUSH_OPENED, PUSH_CLICKED = 0.97, 0.10, 0.35  # delivered and opened of sent, clicked of opened

# Orders that are not kept, made beside the planted purchases so that the purchase process stays exact.
REFUNDED = 0.045
CANCELLED = 0.025
UNPAID = 0.03
SAMPLE = 0.004
LOTTERY = 0.02  # of people first touched in a live room
DEPOSIT = 0.006
PART_REFUNDED = 0.03
REFUND_REFUSED = 0.01
TWO_ACCOUNTS = 0.02
FULL_PHONE = 0.06
VIRTUAL_PHONE = 0.02
HUB_BUYERS = 25  # one parcel station's phone on so many buyers' orders: more than identity_hub_limit
WECOM_PHONE = 0.5

# Buyers who go on outside Douyin. They join 95 days after the first touch at the earliest, when every planted window is
# over, and a purchase elsewhere is one that is made anyway; so none of the probabilities above changes.
CROSSING = 0.40  # of buyers who interact, have one account and no other way into WeCom
IN_WECOM_GROUP = 0.80  # of those who cross
BRIDGED_BY_PHONE = 0.55  # Douyin orders show their phone in full; the others stand in the merchant's own map of ids
WITH_UNIONID = 0.85  # the others' mini-program account is known by the phone that they gave it
NICK_SHOWN = 0.70  # of Taobao buyers: the others' 旺旺 is masked, and every order shows the phone
OTHER_SHOPS_DAYS = 150  # before the last day: since then some of these purchases are made in still other shops
# Of the silent who are no hidden ones: a second account of somebody who crosses, that no file links with anybody.
STRAY_TAOBAO, STRAY_WECHAT = 0.10, 0.10

# where an order comes from: context, entry word, medium word, domain, share, is an ad
ENTRY_COLUMNS = ("context", "entry", "medium", "domain", "share", "is_ad")
ENTRIES: list[tuple[Any, ...]] = [
    *[(f"impulse_{channel}", entry, medium, "public", 1.0, channel == "ad")
      for channel, _, _, medium, entry, *_ in CHANNELS if channel != "ad"],
    ("impulse_ad", "千川", "短视频", "public", 1.0, True),
    ("session_member", "粉丝群", "直播", "private", 0.55, False),
    ("session_member", "关注", "直播", "private", 0.20, False),
    ("session_member", "直播推荐", "直播", "public", 0.25, False),
    ("session_other", "直播推荐", "直播", "public", 0.70, False),
    ("session_other", "达人直播间", "直播", "public", 0.15, False),
    ("session_other", "关注", "直播", "private", 0.15, False),
    ("member", "粉丝群", "商品卡", "private", 0.45, False),
    ("member", "橱窗", "商品卡", "private", 0.15, False),
    ("member", "关注", "短视频", "private", 0.10, False),
    ("member", "搜索", "商品卡", "public", 0.20, False),
    ("member", "购物车", "商品卡", "unknown", 0.10, False),
    ("other", "搜索", "商品卡", "public", 0.35, False),
    ("other", "商城推荐", "商品卡", "public", 0.20, False),
    ("other", "猜你喜欢", "商品卡", "public", 0.15, False),
    ("other", "千川", "短视频", "public", 0.10, True),
    ("other", "橱窗", "商品卡", "private", 0.12, False),
    ("other", "购物车", "商品卡", "unknown", 0.08, False),
]  # fmt: skip

PRODUCT_COLUMNS = ("product_no", "name", "spec", "category", "price_fen")
PRODUCTS: list[tuple[Any, ...]] = [
    (1, "原木抽纸盒", "胡桃色", "收纳", 3990), (2, "香薰蜡烛 雪松", "200g", "香氛", 6900),
    (3, "陶瓷马克杯", "米白", "餐厨", 2990), (4, "纯棉四件套", "1.8m", "床品", 25900),
    (5, "记忆棉枕", "标准", "床品", 12900), (6, "乳胶床垫", "1.5m*2m", "床品", 129900),
    (7, "北欧落地灯", "黑色", "灯具", 32900), (8, "厨房置物架", "三层", "收纳", 8900),
    (9, "硅藻泥脚垫", "40*60cm", "卫浴", 1990), (10, "空气凤梨摆件", "小号", "绿植", 2590),
    (11, "亚麻窗帘", "2m*2.7m", "软装", 18900), (12, "不锈钢保温壶", "1.5L", "餐厨", 9900),
    (13, "实木餐椅", "原木色", "家具", 45900), (14, "折叠收纳箱", "大号", "收纳", 4590),
    (15, "羊毛地毯", "160*230cm", "软装", 89900), (16, "竹纤维毛巾", "两条装", "卫浴", 2490),
    (17, "蒸汽挂烫机", "手持", "电器", 19900), (18, "玻璃密封罐", "三件套", "餐厨", 3590),
    (19, "布艺沙发", "双人位", "家具", 199900), (20, "无火香薰", "150ml", "香氛", 7900),
]  # fmt: skip


def numbers() -> dict[str, int | float]:
    """Every planted single number by its name in lower case."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, int | float)}


def festivals(first_day: date, last_day: date) -> list[tuple[str, date, date, float]]:
    """Name, first and last day and lift of every festival that meets these days, as the calendar has them."""
    years = range(first_day.year - 1, last_day.year + 2)
    *_, spring = load_tables()["core.calendar"].module().holidays_of(years)
    spans = [(one.festival, *one.days(year, spring[year])) for one in load_festivals() for year in years]
    met = [(name, first, last) for name, first, last in spans if first <= last_day and last >= first_day]
    return [(name, first, last, LIFTS[name]) for name, first, last in sorted(met, key=lambda span: span[1])]


def scalars(first_day: date, last_day: date) -> dict[str, Any]:
    """What `tables/*.sql` may name as a parameter."""
    leaves = {"wecom_first_day_leave": WECOM_LEAVE[0], "wecom_daily_leave": WECOM_LEAVE[1]}
    return numbers() | leaves | {"first_day": first_day, "last_day": last_day}
