"""JSON as APIs and webhooks wrap it: envelopes, pages, maps by id, lists in lists."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from pipelines.ingest import sources
from pipelines.ingest.grammar import Source
from tests.ingest.conftest import Landing

PAID = "2026-03-01 20:15:00"
JOIN = {"user_id": "u-1", "event": "group_join", "event_at": PAID, "group_id": "g-1"}


def order(number: int, **more: Any) -> dict[str, Any]:
    return {"order_id": f"A{number}", "paid_at": PAID, "paid_amount": number, **more}


def told(landing: Landing) -> list[tuple[str, str | None, int | None]]:
    return landing.connection.execute("select code, subject, rows from ops.notices order by all").fetchall()


ENVELOPES = {
    "body": {"body": JOIN},
    "text": {"body": json.dumps(JOIN)},
    "with headers": {"headers": {"host": "x"}, "received_at": PAID, "body": JOIN},
    "two deep": {"msg": {"seq": 1, "data": JOIN}},
    "text in text": {"msg": json.dumps({"data": json.dumps(JOIN)})},
    "list": {"payload": [JOIN]},
    "list of envelopes": {"events": [{"body": json.dumps(JOIN)}]},
    "list of lines": [{"payload": JOIN}],
}


@pytest.mark.parametrize("name", ["events", "inbox"])
def test_an_envelope_around_an_event(landing: Landing, each_way: str, name: str) -> None:
    """A file of two for each."""
    for number, shape in enumerate(ENVELOPES.values()):
        lines = [json.loads(json.dumps(shape).replace("u-1", f"u-{number}{letter}")) for letter in "ab"]
        if isinstance(shape, list):
            landing.write(f"{name}/{number}.json", json.dumps([line[0] for line in lines]))
        else:
            landing.write_rows(f"{name}/{number}.jsonl", lines)
    landing.ingest()
    assert landing.rows("events", "user_id, event, group_id") == [
        (f"u-{number}{letter}", "group_join", "g-1") for number in range(len(ENVELOPES)) for letter in "ab"
    ]
    assert landing.quarantine() == []


def test_a_line_without_its_envelope_is_refused_not_lost(landing: Landing, each_way: str) -> None:
    landing.write_rows("events/a.jsonl", [{"body": JOIN}, {"ping": 1}, {"body": "not json"}])
    file = landing.ingest().files[-1]
    assert (file.rows_read, file.rows_loaded, file.rows_quarantined) == (3, 1, 2)
    assert {line for (line,) in landing.quarantine("line")} == {2, 3}


PAGES_AND_MAPS = {
    "map": {"A1": order(1), "A2": order(2)},
    "map inside": {"orders": {"A1": order(1), "A2": order(2)}},
    "map two deep": {"code": 0, "data": {"page": 1, "orders": {"A1": order(1), "A2": order(2)}}},
    "list two deep": {"data": {"list": [order(1), order(2)]}},
    "list in a text": {"data": json.dumps([order(1), order(2)])},
}


@pytest.mark.parametrize("indent", [None, 2])
def test_pages_and_maps_by_id(landing: Landing, each_way: str, indent: int | None) -> None:
    """Each as a file of its own."""
    for number, document in enumerate(PAGES_AND_MAPS.values()):
        text = json.dumps(document, indent=indent)
        landing.write(f"orders/{number}.json", text.replace("A1", f"{number}-A1").replace("A2", f"{number}-A2"))
    landing.ingest()
    assert landing.rows("orders", "order_id, paid_amount") == [
        (f"{number}-A{n}", Decimal(n)) for number in range(len(PAGES_AND_MAPS)) for n in (1, 2)
    ]


def test_another_list_beside_is_told(landing: Landing) -> None:
    refunds = [{"refund_id": f"R{n}", "order_id": "A1", "refunded_at": PAID, "refund_amount": 1} for n in range(3)]
    landing.one("orders/a.json", json.dumps({"orders": [order(1), order(2)], "refunds": refunds}))
    assert len(landing.rows("orders")) == 2
    assert ("list_left", "refunds", None) in told(landing)


BY_DAY = {"2026-03-01": [order(1)], "2026-03-02": [order(2), order(3)], "2026-03-03": []}


@pytest.mark.parametrize("document", [BY_DAY, {"data": BY_DAY}, {"code": 0, "data": {"orders": BY_DAY}}])
def test_lists_under_names_are_all_read(landing: Landing, each_way: str, document: Any) -> None:
    """Orders by day: the first day's list was read, the other days were in no number and nobody said so."""
    file = landing.one("orders/a.json", json.dumps(document))
    assert [order_id for (order_id,) in landing.rows("orders", "order_id")] == ["A1", "A2", "A3"]
    assert file.rows_read == 3
    assert "list_left" not in [code for code, _, _ in told(landing)]


DEEP = {
    "by month and number": {"2026-03": {"A1": order(1)}, "2026-03-01": {"A2": order(2), "A3": order(3)}},
    "by shop and day": {"s": {"2026-03-01": [order(1)]}, "t": {"2026-03-01": [order(2)], "2026-03-02": [order(3)]}},
    "by shop, day, number": {"s": {"d1": {"A1": order(1)}}, "t": {"d1": {"A2": order(2)}, "d2": {"A3": order(3)}}},
}


@pytest.mark.parametrize("shape", DEEP)
@pytest.mark.parametrize("around", [None, "data"])
def test_maps_of_maps_are_read_whole(landing: Landing, each_way: str, shape: str, around: str | None) -> None:
    """The first day's orders were read, the others told."""
    landing.one("orders/a.json", json.dumps({around: DEEP[shape], "code": 0} if around else DEEP[shape]))
    assert [order_id for (order_id,) in landing.rows("orders", "order_id")] == ["A1", "A2", "A3"]
    codes = {code for code, _, _ in told(landing)}
    assert "list_left" not in codes
    assert ("map_names_left" in codes) == ("shop" in shape)  # the records do not say their shop


def test_two_kinds_under_names_are_no_map_of_maps(landing: Landing, each_way: str) -> None:
    refund = {"refund_id": "R1", "case": "x", "refunded_at": PAID, "refund_amount": 1, "why": "y", "who": "z"}
    landing.one("orders/a.json", json.dumps({"orders": {"A1": order(1), "A2": order(2)}, "refunds": {"R1": refund}}))
    assert [order_id for (order_id,) in landing.rows("orders", "order_id")] == ["A1", "A2"]


def test_a_name_over_a_list_that_its_records_do_not_say_is_told(landing: Landing, each_way: str) -> None:
    landing.one("events/a.json", json.dumps({"g-1": [{**JOIN, "group_id": None}], "g-2": [{**JOIN, "user_id": "u-2"}]}))
    assert landing.rows("events", "user_id, group_id") == [("u-1", None), ("u-2", "g-1")]
    assert ("map_names_left", "*", None) in told(landing)


LONG = "7654321098765432109"
MEMBER = {"user_id": "u-1", "event": "group_join", "event_at": PAID}


@pytest.mark.parametrize(
    ("document", "name", "row"),
    [
        ([{"group_id": "g-1", "members": [MEMBER]}], "group_id", ("other", "u-1", "g-1")),
        ({"data": {"platform": "taobao", "list": [JOIN]}}, "platform", ("taobao", "u-1", "g-1")),
        ({"platform": "taobao", "data": {"list": [JOIN]}}, "platform", ("taobao", "u-1", "g-1")),
        ({"group_id": "g-0", "data": {"group_id": "g-1", "list": [MEMBER]}}, "group_id", ("other", "u-1", "g-1")),
        ({"群名称": "一群", "members": [{"昵称": "小红", "入群时间": PAID}]}, "群名称", ("other", "小红", "一群")),
        ({"group_id": 7654321098765432109, "body": json.dumps(MEMBER)}, "group_id", ("other", "u-1", LONG)),
        ({"a": {"group_id": "g-1", "m": {"x": MEMBER, "y": MEMBER}}}, "group_id", ("other", "u-1", "g-1")),
    ],
)  # fmt: skip
def test_where_records_belong_may_stand_around_them(
    landing: Landing, each_way: str, document: Any, name: str, row: tuple[str, ...]
) -> None:
    """Members in the list of their group: each was loaded without a group."""
    landing.one("events/a.json", json.dumps(document))
    assert landing.rows("events", "platform, user_id, group_id") == [row]
    assert ("around_taken", name, None) in told(landing)


def test_each_list_has_its_own_around_it(landing: Landing, each_way: str) -> None:
    """Also where a record far behind says it itself."""
    pages = [{"group_id": f"g-{n}", "list": [{**MEMBER, "user_id": f"u-{n}"}]} for n in range(60)]
    pages[59]["list"][0]["group_id"] = "own"
    landing.write_rows("events/a.jsonl", pages)
    landing.ingest()
    assert set(landing.rows("events", "user_id, group_id")) == {(f"u-{n}", f"g-{n}") for n in range(59)} | {
        ("u-59", "own")
    }


def test_where_records_say_it_themselves_nothing_is_taken(landing: Landing, each_way: str) -> None:
    landing.one("events/a.json", json.dumps({"group_id": "g-0", "list": [JOIN, {**MEMBER, "user_id": "u-2"}]}))
    assert landing.rows("events", "user_id, group_id") == [("u-1", "g-1"), ("u-2", None)]
    assert ("around_left", "group_id", None) in told(landing)  # not the group of u-1, so perhaps not that of u-2


def test_any_other_value_around_the_records_is_told(landing: Landing, each_way: str) -> None:
    """A page's own status is not that of its orders."""
    landing.one(
        "orders/a.json", json.dumps({"status": "success", "paid_amount": 3, "shop_id": "9", "list": [order(1)]})
    )
    assert landing.rows("orders", "order_id, shop_id, status") == [("A1", "9", "paid")]
    around = {(code, subject) for code, subject, _ in told(landing)}
    assert around == {("around_left", "status"), ("around_taken", "shop_id")}


def test_one_record_of_another_list_is_told(landing: Landing) -> None:
    landing.one("orders/a.json", json.dumps({"code": 0, "closed": [order(1)], "paid": [order(2), order(3)]}))
    assert ("list_left", "paid", None) in told(landing)


@pytest.mark.parametrize("content", ["[]", '{"orders": []}', "{}"])
def test_json_without_rows_is_told(landing: Landing, content: str) -> None:
    file = landing.one("orders/a.json", content)
    assert file.status == "quarantined" or "no_rows" in {code for code, _, _ in told(landing)}


# --- lists inside records ---------------------------------------------------------------------------------------------

API = {"order_id": "7101", "order_status": 5, "pay_amount": 300, "create_time": 1780473600, "pay_time": 1780473600}
SKUS = [
    {"order_id": "1", "product_id": "p1", "pay_amount": 100},
    {"order_id": "2", "product_id": "p2", "pay_amount": 200},
]


@pytest.mark.parametrize(
    "skus",
    [SKUS, {"1": SKUS[0], "2": SKUS[1]}, json.dumps(SKUS), json.dumps({"1": SKUS[0], "2": SKUS[1]})],
    ids=["list", "map by id", "list in a text", "map in a text"],
)
def test_the_items_of_an_order(landing: Landing, each_way: str, skus: Any) -> None:
    landing.write_rows("doudian_orders_api/a.jsonl", [API | {"sku_order_list": skus}])
    landing.ingest()
    assert landing.rows("order_items", "item_id, order_id, product_id, paid_amount") == [
        ("1", "7101", "p1", Decimal("1.00")), ("2", "7101", "p2", Decimal("2.00")),
    ]  # fmt: skip
    assert not [code for code, _, _ in told(landing) if code == "list_not_read"]


def test_one_item_that_is_no_list(landing: Landing) -> None:
    landing.write_rows("doudian_orders_api/a.jsonl", [API | {"sku_order_list": SKUS[0]}])
    landing.ingest()
    assert landing.rows("order_items", "item_id") == [("1",)]


def test_what_is_no_list_is_told(landing: Landing) -> None:
    landing.write_rows(
        "doudian_orders_api/a.jsonl", [API | {"sku_order_list": "see attachment"}, API | {"order_id": "2"}]
    )
    landing.ingest()
    assert landing.rows("order_items") == []
    assert ("list_not_read", "sku_order_list", 1) in told(landing)


NESTED = {
    "title": {"zh": "嵌套", "en": "Nested"},
    "description": "Orders of a shop, parcels of an order, items of a parcel.",
    "description_zh": "店铺的订单，订单的包裹，包裹的商品。",
    "formats": ["json"],
    "recognise": {"folders": ["nested"], "columns": [["order_id", "paid_at"]]},
    "columns": {
        "order_id": {"from": ["id"], "type": "id", "required": True},
        "paid_at": {"from": ["paid"], "type": "timestamp", "required": True},
        "total": {"from": ["total"], "type": "amount"},
    },
    "each": {
        "parcels": {"path": "parcels", "columns": {"parcel_id": {"from": ["no"], "type": "id"}}},
        "items": {
            "path": "items",
            "inside": "parcels",
            "columns": {
                "item_no": {"from": ["no"], "type": "id"},
                "amount": {"from": ["price"], "type": "amount"},
            },
        },
    },
    "loads": {
        "orders": {
            "columns": {"platform": "'other'", "order_id": "order_id", "paid_at": "paid_at", "paid_amount": "total"},
        },
        "order_items": {
            "each": "items",
            "columns": {
                "platform": "'other'",
                "order_id": "order_id",
                "item_id": "parcel_id || '/' || item_no",
                "paid_at": "paid_at",
                "paid_amount": "amount",
            },
        },
    },
}  # fmt: skip


def test_lists_in_lists_with_their_parents(landing: Landing, each_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item knows its parcel and its order; a map by id is a list, too."""
    known = {"nested": Source(name="nested", **NESTED), **sources.load_sources()}  # type: ignore[arg-type]
    for module in ("recognise", "formats.json_choice", "table_noise", "merging"):
        monkeypatch.setattr(f"pipelines.ingest.{module}.load_sources", lambda: known, raising=False)
    parcels = [
        {"no": "P1", "items": {"x": {"no": "1", "price": 5}, "y": {"no": "2", "price": 6}}},
        {"no": "P2", "items": [{"no": "1", "price": 7}]},
        {"no": "P3", "items": []},
    ]
    landing.write_rows("nested/a.jsonl", [{"id": "A1", "paid": PAID, "total": 18, "parcels": parcels}])
    landing.ingest()
    assert landing.rows("order_items", "order_id, item_id, paid_amount") == [
        ("A1", "P1/1", Decimal("5.00")), ("A1", "P1/2", Decimal("6.00")), ("A1", "P2/1", Decimal("7.00")),
    ]  # fmt: skip


LONGER = [
    {"total": 3},
    {"total": 3, "has_more": True},
    {"totalCount": "3"},
    {"hasNext": True},
    {"next_cursor": "abc"},
    {"page": 1, "total_pages": 2},
]
WHOLE = [{"total": 2}, {"total": 2, "has_more": False}, {"next_cursor": ""}, {"page": 2, "pages": 2}, {"more": 0}]


def test_a_page_of_a_longer_list_is_told(landing: Landing) -> None:
    for number, around in enumerate(LONGER):
        page = {**around, "list": [order(number)]}
        landing.write(f"orders/{number}.json", json.dumps(page))
        landing.write(f"orders/{number}-deep.json", json.dumps({"code": 0, "data": page}).replace("A", "B"))
    files = landing.ingest().files
    assert [file.rows_loaded for file in files] == [1] * 2 * len(LONGER)
    assert [file.path for file in files if "more_pages" not in {notice.code for notice in file.notices}] == []


def test_a_whole_list_is_no_page(landing: Landing) -> None:
    for number, around in enumerate(WHOLE):
        rows = [order(2 * number), order(2 * number + 1)]
        landing.write(f"orders/{number}.json", json.dumps({**around, "list": rows}))
    files = landing.ingest().files
    assert [file.rows_loaded for file in files] == [2] * len(WHOLE)
    assert "more_pages" not in {notice.code for file in files for notice in file.notices}


@pytest.mark.parametrize(
    ("path", "record"),
    [
        ("orders/a.json", {"orderId": "A1", "paidAt": PAID, "paidAmount": 10, "buyerId": "b"}),
        ("refunds/a.json", {"refundId": "R1", "orderId": "A1", "refundedAt": PAID, "refundAmount": 10}),
        ("events/a.json", {"userId": "u", "event": "group_join", "eventAt": PAID, "groupId": "g"}),
    ],
)
def test_names_in_camel_case_are_those_of_the_table(landing: Landing, path: str, record: dict[str, Any]) -> None:
    file = landing.one(path, json.dumps({"list": [record]}))
    assert (file.rows_loaded, file.notices) == (1, [])


# --- maps whose names are ids, records of several kinds ---------------------------------------------------------------

CLUB = {"data": {"fans_club_Info": {"_a": {"participate_time": 1780473600}, "_b": {}}}}


def test_the_names_of_a_map_may_be_what_its_values_are_of(landing: Landing, each_way: str) -> None:
    """Of two answers; a name with nothing under it is no record."""
    more = {"data": {"fans_club_Info": {f"_{n}": {"participate_time": 1780473600 + n} for n in range(3)}}}
    landing.write_rows("fan_club_records/a.jsonl", [CLUB, more])
    file = landing.ingest().files[-1]
    assert landing.rows("events", "user_id") == [("_0",), ("_1",), ("_2",), ("_a",)]
    assert (file.rows_read, told(landing)) == (4, [])


@pytest.mark.parametrize("names", [{}, [], "none", 3])
def test_what_is_no_map_is_refused(landing: Landing, names: Any) -> None:
    landing.write_rows("fan_club_records/a.jsonl", [CLUB, {"data": {"fans_club_Info": names}}])
    file = landing.ingest().files[-1]
    assert (len(landing.rows("events")), file.rows_quarantined) == (1, 1 if names else 0)


def webhook(event: str, **content: Any) -> dict[str, Any]:
    return {"event": event, "from_user_id": "_a", "to_user_id": "_shop", "content": json.dumps(content)}


FOLLOWED = webhook("new_follow_action", action_type=1, action_time=1780473600)
JOINED = webhook("group_fans_event", im_group_id="@g", group_type=1, create_time=1780473600123)
ASKED = webhook("im_receive_msg", conversation_short_id="@c", conversation_type=1, create_time=1780473600123)
GONE = webhook("unauthorize", scopes=[])
LIKED = webhook("new_video_digg", action_type=1, action_time=1780473600)


@pytest.mark.parametrize("as_list", [False, True], ids=["lines", "list"])
def test_webhooks_of_several_kinds_in_one_file(landing: Landing, each_way: str, as_list: bool) -> None:
    """As a receiver writes them: each is what it says, and a kind that nobody reads is refused."""
    records = [FOLLOWED, JOINED, ASKED, GONE, LIKED, {**FOLLOWED, "from_user_id": "_b"}]
    text = json.dumps(records) if as_list else "".join(json.dumps(record) + "\n" for record in records) + "{broken\n"
    file = landing.one("webhooks/a.jsonl", text)
    assert landing.rows("events", "event, user_id") == [
        ("dm_in", "_a"), ("follow", "_a"), ("follow", "_b"), ("group_join", "_a"),
    ]  # fmt: skip
    assert landing.rows("deletion_requests", "request, id_value") == [("unauthorize", "_a")]
    others = [] if as_list else [(7, "bad_json")]
    assert landing.quarantine("line, reason") == [(1 if as_list else 5, "other_record"), *others]
    assert file.rows_read == len(records) + len(others)


def test_callbacks_of_wecom_in_one_file(landing: Landing) -> None:
    """A line without any kind is none of theirs."""
    group = {"Event": "change_external_chat", "ChatId": "wrA", "ChangeType": "update", "UpdateDetail": "add_member"}
    person = {"InfoType": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "Z"}
    lines = [
        {**group, "CreateTime": 1780473600, "MemChangeList": "wm" + "a" * 20},
        {**person, "TimeStamp": 1780473600, "ExternalUserID": "wmB"},
        {"MsgType": "text"},
    ]
    landing.write_rows("wecom_callbacks/a.jsonl", lines)
    landing.ingest()
    assert landing.rows("events", "event, user_id") == [("group_join", "wm" + "a" * 20), ("wecom_add", "wmB")]
    assert landing.quarantine("line, reason") == [(3, "other_record")]


def test_in_a_folder_of_one_kind_the_others_are_refused_by_name(landing: Landing) -> None:
    landing.write_rows("follow_events/a.jsonl", [FOLLOWED, JOINED])
    landing.ingest()
    assert [row[0] for row in landing.rows("events", "event")] == ["follow"]
    assert "unknown_value" in {reason for (reason,) in landing.quarantine("reason")}
