"""The canonical tables under their own column names: the same rows from every format, defaults, times, amounts, ids."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipelines.ingest.staging import load_staging
from pipelines.privacy import load_key, phone_key
from tests.ingest.conftest import Landing
from tests.ingest.files import Row, csv_text, json_lines, packed, parquet, sheet

# One full row of every table, as it is typed into a CSV file.
GIVEN = {
    "orders": {
        "order_id": "6917000000000000123", "platform": "wechat", "shop_id": "s-1", "buyer_id": "u-17",
        "buyer_id_type": "open_id", "phone": "13800138006", "ordered_at": "2026-03-01 20:10:00",
        "paid_at": "2026-03-01 20:15:30", "status": "completed", "paid_amount": "129.90", "freight_amount": "6.00",
        "discount_amount": "10.10", "shop_discount_amount": "5.05", "platform_discount_amount": "4.05",
        "talent_discount_amount": "1.00", "order_kind": "deposit", "after_sale_status": "succeeded",
        "after_sale_amount": "29.90", "source": "小店自卖", "medium": "直播", "entry": "feed",
        "traffic_type": "自然流量", "author_id": "a-1", "live_session_id": "7300001", "group_id": "g-1",
        "campaign_id": "c-1",
    },
    "order_items": {
        "item_id": "6917000000000000124", "order_id": "6917000000000000123", "platform": "wechat", "product_id": "p-1",
        "sku_id": "k-1", "product_name": "连衣裙 红", "category": "女装", "quantity": "2.5", "paid_amount": "129.90",
        "shop_id": "9",
    },
    "refunds": {
        "refund_id": "1400000000000000001", "order_id": "6917000000000000123", "platform": "wechat", "item_id": "i-1",
        "shop_id": "9",
        "refunded_at": "2026-03-05 09:00:00", "refund_amount": "29.90", "status": "requested",
    },
    "events": {
        "user_id": "u-17", "platform": "douyin", "user_id_type": "open_id", "event": "group_join",
        "event_at": "2026-02-27 21:40:00", "event_id": "e-1", "group_id": "g-1", "live_session_id": "7300001",
        "campaign_id": "c-1", "message_id": "m-1", "video_id": "v-1", "product_id": "p-1",
        "entry_path": "live_fan_club", "source": "直播", "medium": "口播", "entry": "评论区", "inviter_id": "u-16",
        "is_inferred": "true", "happened_after": "2026-02-27 09:00:00",
        "value": "1.5",
    },
    "identities": {
        "platform": "douyin", "id_type": "open_id", "id_value": "u-17", "linked_platform": "wecom",
        "linked_type": "external_userid", "linked_value": "wm-5", "observed_at": "2026-02-28 08:00:00",
        "method": "form", "is_withdrawn": "true",
    },
    "groups": {
        "group_id": "@9VwB+x/==", "platform": "douyin", "name": "一群", "owner_id": "o-1",
        "created_at": "2025-12-01 00:00:00", "capacity": "500", "follow_days_required": "30", "fan_level_required": "5",
        "active_fans_only": "true", "needs_approval": "false", "shown_on_profile": "true", "kind": "host_fans",
        "members_may_invite": "true", "syncs_videos": "false", "syncs_live": "true",
    },
    "deletion_requests": {
        "platform": "douyin", "id_type": "open_id", "id_value": "u-17", "request": "person",
        "asked_at": "2026-03-02 09:00:00",
    },
    "group_members": {
        "platform": "douyin", "group_id": "g-1", "user_id": "u-17", "user_id_type": "open_id",
        "observed_at": "2026-03-01 09:00:00", "joined_at": "2026-02-01 10:00:00", "left_at": "2026-02-20 10:00:00",
        "join_scene": "qr", "inviter_id": "u-16", "is_staff": "false", "is_complete": "true",
    },
    "group_days": {
        "group_id": "g-1", "date": "2026-03-01", "platform": "douyin", "members": "480", "joins": "12", "leaves": "3",
        "active_members": "90", "messages": "321", "red_packets": "2", "announcements": "1",
    },
    "platform_days": {
        "platform": "douyin", "date": "2026-03-01", "shop_id": "s-1", "paid_amount": "12000.00",
        "user_paid_amount": "11500.50", "orders": "80", "pieces": "95", "buyers": "75", "refund_amount": "300.00",
        "refund_of_day_amount": "450.00", "exposed_people": "7000", "clicked_people": "900",
        "platform_subsidy_amount": "400.00", "talent_subsidy_amount": "99.50", "ad_cost_amount": "2000.00",
        "new_contacts": "5", "lost_contacts": "2", "new_applications": "6", "chats": "100", "staff_messages": "80",
        "average_reply_seconds": "60.5", "groups": "20", "new_groups": "2", "active_groups": "9",
        "group_members": "900", "new_group_members": "35", "members_ever_active": "410", "group_messages": "1200",
    },
    "settlements": {
        "platform": "douyin", "movement_id": "7300000000000000001", "settled_at": "2026-03-10 02:00:00",
        "amount": "-94.05", "kind": "结算后退款", "order_id": "6900000000000000001", "item_id": "6900000000000000011",
        "shop_id": "s-1", "account": "聚合账户", "paid_amount": "0.00", "refund_amount": "-99.00",
        "subsidy_amount": "0.00", "service_fee_amount": "4.95", "commission_amount": "0.00", "promotion_amount": "0.00",
    },
    "live_sessions": {
        "live_session_id": "7300001", "platform": "douyin", "account_id": "shop", "host_id": "小林",
        "title": "春上新", "started_at": "2026-03-01 19:00:00", "ended_at": "2026-03-01 23:00:00", "exposures": "90000",
        "exposed_people": "50000", "views": "12000", "viewers": "9000", "peak_online": "800", "average_online": "312.5",
        "average_watch_seconds": "95.5", "comments": "400", "likes": "5000", "shares": "60", "new_followers": "210",
        "lost_followers": "9", "new_fan_club": "55", "new_group_members": "40", "group_viewers": "300",
        "product_exposed_people": "7000", "product_clicked_people": "1500", "orders": "260", "buyers": "240",
        "paid_amount": "31234.50", "refund_amount": "1200.00", "ad_cost_amount": "5000.00",
        "ad_cost_bound_amount": "4000.00", "ad_cost_invested_amount": "5000.00",
    },
    "pushes": {
        "message_id": "m-1", "platform": "douyin", "sent_at": "2026-03-01 12:00:00", "kind": "live_notice",
        "group_id": "g-1", "campaign_id": "c-1", "live_session_id": "7300001", "sent": "480", "delivered": "470",
        "opened": "120", "clicked": "33", "participants": "41", "cost_amount": "0.05",
    },
    "session_funnels": {
        "platform": "douyin", "account_id": "shop", "host_id": "小林", "started_at": "2026-03-01 19:00:00",
        "live_session_id": "7300001", "session_name": "3月1日晚场", "viewers": "6400", "new_group_members": "210",
        "link_clicked_people": "260", "added_contacts": "95", "valid_contacts": "80", "new_followers": "77",
        "gmv_amount": "12800.50",
    },
    "live_minutes": {
        "platform": "douyin", "account_id": "shop", "live_session_id": "7300001", "minute_at": "2026-03-01 19:01:00",
        "shop_id": "s-1", "online_people": "480", "viewers": "41", "left_people": "26", "comments": "9",
        "new_fan_club": "1", "new_followers": "2", "orders": "5", "buyers": "4", "paid_amount": "1290.00",
        "ad_cost_amount": "88.50",
    },
    "ad_spend": {
        "date": "2026-03-01", "platform": "douyin", "account_id": "acc", "ad_id": "ad-1", "cost_amount": "500.25",
        "campaign_id": "c-1", "live_session_id": "7300001", "impressions": "90000", "clicks": "800",
        "new_followers": "77", "orders": "12", "paid_amount": "1500.00",
    },
    "campaigns": {
        "campaign_id": "c-1", "platform": "douyin", "name": "三八节", "kind": "festival",
        "starts_at": "2026-03-05 00:00:00", "ends_at": "2026-03-08 23:59:59", "budget_amount": "20000.00",
    },
}  # fmt: skip

READ: dict[str, Any] = {
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "amount": Decimal,
    "count": int,
    "number": float,
    "boolean": lambda text: text == "true",
}


def typed(table: str, row: Row) -> Row:
    """The row as a program would hold it."""
    columns = load_staging()[table].columns
    return {name: READ.get(columns[name].type, str)(text) for name, text in row.items()}


def content(table: str, ending: str) -> str | bytes:
    """The given row of a table in one format: text where the format knows only text, typed values elsewhere."""
    row = GIVEN[table]
    match ending:
        case "csv":
            return csv_text([row])
        case "csv.gz":
            return packed(csv_text([row]))
        case "jsonl":
            return json_lines([typed(table, row)])
        case "xlsx":
            return sheet([typed(table, row)])
        case _:
            return parquet([typed(table, row)])


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "xlsx", "parquet"])
def test_every_table_from_every_format(landing: Landing, ending: str) -> None:
    for table in GIVEN:
        landing.write(f"{table}/a.{ending}", content(table, ending))
    landing.ingest()
    for table, given in GIVEN.items():
        expected = typed(table, given)
        if "phone" in expected:
            expected["phone_key"] = phone_key(expected.pop("phone"), load_key(landing.settings.key_path))
        # a list of members tells joins and leaves, too
        own = f"where file_source = 'canonical_{table}'"
        stored = landing.sql(f"select {', '.join(expected)} from staging.{table} {own}")
        assert stored == [expected], table


def test_every_column_of_every_table_was_given() -> None:
    for name, table in load_staging().items():
        told = {c.name for c in table.columns.values() if not c.line_grain and c.has_time_of is None}
        assert set(GIVEN[name]) == told, name


def test_columns_that_are_missing_get_their_defaults(landing: Landing) -> None:
    landing.write("orders/a.csv", "order_id,paid_at,paid_amount\nA1,2026-03-01,5\n")
    landing.write("refunds/a.csv", "refund_id,order_id,refunded_at,refund_amount\nR1,A1,2026-03-02,5\n")
    landing.write("events/a.csv", "user_id,event,event_at\nu-1,Group_Join,2026-03-01\n")
    landing.write(
        "identities/a.csv", "platform,id_type,id_value,linked_type,linked_value\ndouyin,open_id,u,user_id,m\n"
    )
    landing.write("ad_spend/a.csv", "date,cost_amount\n2026-03-01,5\n")
    landing.ingest()
    assert landing.rows("orders", "platform, status, order_kind, buyer_id_type, buyer_id, freight_amount") == [
        ("other", "paid", "normal", "user_id", None, None)
    ]
    assert landing.rows("refunds", "platform, status") == [("other", "succeeded")]
    assert landing.rows("events", "platform, user_id_type, event") == [("other", "user_id", "group_join")]
    assert landing.rows("identities", "platform, linked_platform") == [("douyin", "douyin")]
    assert landing.rows("ad_spend", "platform, account_id, ad_id") == [("other", "", "")]


def test_an_empty_cell_gets_the_default_too(landing: Landing) -> None:
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount,status,platform\nA1,2026-03-01,5,,-\n")
    assert landing.rows("orders", "status, platform") == [("paid", "other")]


def test_an_order_that_was_never_paid_needs_no_payment(landing: Landing) -> None:
    header = "order_id,paid_at,paid_amount,status\n"
    landing.one("orders/a.csv", header + "A1,,,unpaid\nA2,,,cancelled\nA3,,,shipped\n")
    assert landing.rows("orders", "order_id, status") == [("A1", "unpaid"), ("A2", "cancelled")]
    assert landing.quarantine() == [(4, "paid_amount", "missing_value"), (4, "paid_at", "missing_value")]


def test_words_outside_the_closed_lists(landing: Landing) -> None:
    """A word that decides whether a row counts refuses the row; any other is set aside alone."""
    landing.write("orders/a.csv", "order_id,paid_at,paid_amount,status\nA1,2026-03-01,5,PAID\nA2,2026-03-01,5,lost\n")
    landing.write("events/a.csv", "user_id,event,event_at,entry_path\nu,x,2026-03-01,window\n")
    landing.ingest()
    assert landing.rows("orders", "order_id, status") == [("A1", "paid")]
    assert landing.rows("events", "user_id, entry_path") == [("u", None)]
    assert landing.quarantine("line, column_name, reason, is_cell, rows") == [
        (2, "entry_path", "unknown_value", True, 0),
        (3, "status", "unknown_value", False, 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 20:15:00",
        "2026-03-01T12:15:00Z",
        "2026-03-01 20:15:00+08:00",
        "2026-03-01T07:15:00-05:00",
        "1772367300",
        "1772367300000",
    ],
)
def test_every_way_to_say_one_moment(landing: Landing, each_way: str, text: str) -> None:
    landing.one("orders/a.csv", f"order_id,paid_at,paid_amount\nA1,{text},5\n")
    assert landing.rows("orders", "paid_at") == [(datetime(2026, 3, 1, 20, 15),)]


def test_moments_of_other_formats(landing: Landing) -> None:
    import pyarrow as pa

    utc = datetime(2026, 3, 1, 12, 15)
    rows = [{"order_id": "A1", "paid_at": utc, "paid_amount": 5}]
    landing.write("orders/a.parquet", parquet(rows, paid_at=pa.timestamp("ms", tz="UTC")))
    landing.write("orders/a.jsonl", json_lines([{"order_id": "A2", "paid_at": 1772367300, "paid_amount": 5}]))
    landing.write(
        "orders/a.xlsx", sheet([{"order_id": "A3", "paid_at": datetime(2026, 3, 1, 20, 15), "paid_amount": 5}])
    )
    landing.ingest()
    assert landing.rows("orders", "paid_at") == [(datetime(2026, 3, 1, 20, 15),)] * 3


def test_the_business_time_zone_is_the_merchants(landing: Landing) -> None:
    landing.settings = landing.settings.model_copy(update={"timezone": "Europe/London"})
    header = "order_id,paid_at,paid_amount\n"
    landing.one("orders/a.csv", header + "A1,2026-07-01T12:00:00Z,5\nA2,2026-07-01 12:00:00,5\n")
    assert landing.rows("orders", "order_id, paid_at") == [
        ("A1", datetime(2026, 7, 1, 13)),
        ("A2", datetime(2026, 7, 1, 12)),
    ]


def test_amounts_keep_their_cents(landing: Landing, each_way: str) -> None:
    given = ["0.1", "0.005", "1234.5", '"1,234.50"', "99999999.99", "0", ".5", "12."]
    body = "".join(f"A{n},2026-03-01,{amount}\n" for n, amount in enumerate(given))
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount\n" + body)
    expected = ["0.10", "0.01", "1234.50", "1234.50", "99999999.99", "0.00", "0.50", "12.00"]
    stored = landing.sql("select paid_amount::varchar as amount from staging.orders order by order_id")
    assert [row["amount"] for row in stored] == expected


LONG_IDS = ["6917000000000000123", "00120", "123456789012345678901234567890", "9007199254740993", "A-1", "用户17"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_ids_never_pass_through_a_number(landing: Landing, each_way: str, ending: str) -> None:
    rows = [{"order_id": text, "paid_at": "2026-03-01", "paid_amount": 5, "buyer_id": text} for text in LONG_IDS]
    made = {"csv": csv_text, "jsonl": json_lines, "xlsx": sheet, "parquet": parquet}[ending](rows)
    landing.one(f"orders/a.{ending}", made)
    assert sorted(landing.rows("orders", "order_id, buyer_id")) == sorted((text, text) for text in LONG_IDS)


def test_whole_numbers_as_ids_where_the_format_keeps_them_whole(landing: Landing) -> None:
    row = {"order_id": 6917000000000000123, "paid_at": "2026-03-01", "paid_amount": 5}
    landing.write("orders/a.jsonl", json_lines([row]))
    landing.write("orders/b.parquet", parquet([row | {"order_id": 6917000000000000124}]))
    landing.ingest()
    assert landing.rows("orders", "order_id") == [("6917000000000000123",), ("6917000000000000124",)]


def test_headers_are_compared_without_case_spaces_and_width(landing: Landing) -> None:
    landing.one("inbox/any name.txt", "\ufeff Order_ID ;ＰＡＩＤ＿ＡＴ;paid_amount;note\nA1;2026-03-01;5;hello\n")
    assert landing.rows("orders", "order_id, paid_amount, file_row") == [("A1", Decimal("5.00"), 2)]


def test_an_event_without_an_id_is_known_by_what_happened(landing: Landing) -> None:
    """The same event told twice is one event; another group or second is another."""
    header = "user_id,event,event_at,group_id\n"
    one = "u-17,group_join,2026-02-27 21:40:00,g-3\n"
    landing.write("events/a.csv", header + one + one + "u-17,group_join,2026-02-27 21:40:00,g-4\n")
    landing.write(
        "events/b.jsonl", json_lines([dict(zip(header.strip().split(","), one.strip().split(","), strict=True))])
    )
    landing.write("events/c.csv", header + "u-17,group_join,2026-02-27 21:40:01,g-3\n")
    landing.ingest()
    counts = landing.sql("select rows_loaded, rows_superseded from ops.files order by path")
    assert [tuple(row.values()) for row in counts] == [(1, 2), (1, 0), (1, 0)]  # the later copy of an event stands
    assert landing.rows("events", "group_id, event_at") == [
        ("g-3", datetime(2026, 2, 27, 21, 40)),
        ("g-3", datetime(2026, 2, 27, 21, 40, 1)),
        ("g-4", datetime(2026, 2, 27, 21, 40)),
    ]


def test_a_phone_as_an_id_becomes_its_key(landing: Landing, each_way: str) -> None:
    key = phone_key("13800138006", load_key(landing.settings.key_path))
    header = "user_id,user_id_type,event,event_at,inviter_id\n"
    landing.one(
        "events/a.csv",
        header
        + "+86 138-0013-8006,phone,x,2026-03-01 10:00:00,\n"
        + "13800138006,,y,2026-03-01 10:00:00,u-1\n"
        + "138****8000,phone,z,2026-03-01 10:00:00,\n",
    )
    assert landing.rows("events", "event, user_id, inviter_id") == [("x", key, None), ("y", key, "u-1")]
    assert landing.quarantine("line, column_name, reason, found") == [(4, "user_id", "missing_value", None)]


@pytest.mark.parametrize("shop", ["", "north/"])
def test_days_told_by_two_kinds_of_file_are_one_row(landing: Landing, shop: str) -> None:
    """WeCom tells contacts in one file and groups in another, and neither names a shop: what a folder would name, and
    does not, is the column's default, as it is for a file without the column; else each would be a row of its own."""
    contacts = {
        "stat_time": 1780416000,
        "chat_cnt": 100,
        "message_cnt": 80,
        "negative_feedback_cnt": 2,
        "new_contact_cnt": 5,
    }
    members = {"member_total": 900, "member_has_msg": 410, "new_member_cnt": 35, "new_chat_cnt": 2, "chat_total": 20}
    groups = {"stat_time": 1780416000, "data": {**members, "chat_has_msg": 9, "msg_total": 1200}}
    landing.write_rows(
        f"wecom_contact_days/{shop}a.jsonl", [{"errcode": 0, "errmsg": "ok", "behavior_data": [contacts]}]
    )
    landing.write_rows(f"wecom_group_days/{shop}b.jsonl", [{"errcode": 0, "errmsg": "ok", "items": [groups]}])
    landing.ingest()
    told = landing.rows("platform_days", "platform, shop_id, new_contacts, group_members")
    assert told == [("wecom", shop.rstrip("/"), 5, 900)]
