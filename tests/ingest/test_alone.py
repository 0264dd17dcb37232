"""What may stand beside an id in its cell: its own label goes, and is told; anything else is refused."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Landing


def order_ids(landing: Landing, *cells: str, header: str = "订单号") -> list[str]:
    rows = "".join(f'"{cell}",2026-03-01 10:00:{n:02},{n + 1}.00\n' for n, cell in enumerate(cells))
    landing.one("orders/a.csv", f"{header},paid_at,paid_amount\n{rows}")
    return [order for (order,) in landing.rows("orders", "order_id")]


@pytest.mark.parametrize(
    "cell",
    ["订单号：A1001", "订单号:A1001", "订单号: A1001", "订单号A1001", "订单号 A1001", "订单编号：A1001",
     "order_id: A1001", "ORDER_ID：A1001", "订单ID:A1001", "\t订单号：A1001 "],
)  # fmt: skip
def test_the_columns_own_name_goes_and_is_told(landing, each_way, cell):
    assert order_ids(landing, cell, "A1002") == ["A1001", "A1002"]
    told = landing.sql("select subject, rows, severity from ops.notices where code = 'label_taken_off'")
    assert told == [{"subject": "订单号", "rows": 1, "severity": "told"}]


def test_a_label_without_an_id_names_nobody(landing, each_way):
    landing.one("orders/a.csv", "订单号,付款时间,实付金额,买家ID\nA1,2026-03-01 10:00:00,1,买家ID：-\n")
    assert landing.rows("orders", "order_id, buyer_id") == [("A1", None)]


BESIDE = [
        ("子订单号：A1001", "labelled_id"), ("抖音号:A1001", "labelled_id"), ("微信：A1001", "labelled_id"),
        ("运单号 : A1001", "labelled_id"), ("user_id:A1001", "labelled_id"),
        ("A1001;A1002", "several_ids"), ("A1001，A1002", "several_ids"), ("1001,1002", "several_ids"),
        ("A1001、A1002", "several_ids"), ("A1001|A1002", "several_ids"), ("A1001\nA1002", "several_ids"),
        ("A1001 A1002", "several_ids"), ("6917 9267 6882", "several_ids"), ("100001/100002", "several_ids"),
        ("A1001;A1002；", "several_ids"),
        ("E10~E12", "several_ids"), ("E10～E12", "several_ids"), ("1001~1003", "several_ids"), ("E3 E4", "several_ids"),
        ("E15/E16", "several_ids"), ("E15 / E16", "several_ids"), ("wmA1/wmA2", "several_ids"),
        ("wmAx7Kd/wmBq2Lf", "several_ids"), ("6923001+6923002", "several_ids"), ("6923001&6923002", "several_ids"),
        ("A1＋A2", "several_ids"), ("A1+A2+A3", "several_ids"), ("No.E2", "labelled_id"), ("NO. 123", "labelled_id"),
        ("E9等3单", "id_with_note"), ("E9等", "id_with_note"), ("6923010单", "id_with_note"), ("A7*", "id_with_note"),
        ("A1001(补发)", "id_with_note"), ("A1001（拆单）", "id_with_note"), ("A1001 补发", "id_with_note"),
        ("A1001【赠】", "id_with_note"), ("1001/小红", "id_with_note"), ("A1001\n（补发）", "id_with_note"),
        ("A1001(2)", "id_with_note"),
]  # fmt: skip


def test_whatever_else_stands_beside_an_order_is_refused(landing, each_way):
    assert order_ids(landing, *(cell for cell, _ in BESIDE), "A1001") == ["A1001"]
    assert landing.quarantine("reason") == [(reason,) for _, reason in BESIDE]


@pytest.mark.parametrize(
    "cell", ["u1(小红)", "u1（小红）", "u1 小红", "昵称：小红", "u1;u2", "u1\n小红", "wmA1/wmA2", "u1~u3"]
)
def test_or_beside_a_person(landing, each_way, cell):
    rows = f'"{cell}",入群,2026-03-01 10:00:00,g1\nu1,入群,2026-03-01 10:00:00,g1\n'
    landing.one("events/a.csv", f"用户ID,事件,事件时间,群号\n{rows}")
    assert landing.rows("events", "user_id") == [("u1",)]
    assert len(landing.quarantine()) == 1


IDS = [
    "A1001-补发", "A1001_2", "urn:li:1001", "wx:123", "@9VwB+x/==", "{3F2504E0-4F89}", "P731", "E20260301", "260531-1",
    "wmEAAA.b=", "a/b", "1001/2", "小红", "tom lee", "o-UKd5_x",
    "6923004-1", "6923004_1", "#1001", "a+b@c.cn", "x1/y2", "Ab+9/x1", "node.1", "A/1", "26单11",
]  # fmt: skip


def test_an_id_may_hold_letters_digits_and_marks(landing, each_way):
    assert set(order_ids(landing, *IDS)) == set(IDS)
    assert landing.quarantine() == []


@pytest.mark.parametrize(
    ("header", "cell"),
    [("群名称", "福利群：周三"), ("群名称", "VIP1（上海）"), ("群号", "2026 春季群"), ("群号", "VIP1（上海）"),
     ("群号", "福利群(2)"), ("群号", "2026 Double11"), ("群号", "618 福利群")],
)  # fmt: skip
def test_a_group_may_be_called_anything(landing, each_way, header, cell):
    landing.one("events/a.csv", f"用户ID,事件,事件时间,{header}\nu1,入群,2026-03-01 10:00:00,{cell}\n")
    assert landing.rows("events", "group_id") == [(cell,)]


@pytest.mark.parametrize("cell", ["群号：G1", "群编号:G1", "群号G1"])
def test_but_its_label_goes(landing, each_way, cell):
    landing.one("events/a.csv", f"用户ID,事件,事件时间,群号\nu1,入群,2026-03-01 10:00:00,{cell}\n")
    assert landing.rows("events", "group_id") == [("G1",)]


@pytest.mark.parametrize("name", ["小红(代购)", "A1;B2", "红 红1", "VIP1 小红", "电话：勿扰"])
def test_and_a_nickname_too(landing, each_way, name):
    landing.one("events/a.csv", f"成员昵称,事件,事件时间,群号\n{name},入群,2026-03-01 10:00:00,g1\n")
    assert landing.rows("events", "user_id") == [(name,)]


def test_programs_write_ids_alone(landing):
    """A platform's export packs sub-orders into one cell; its mapping says what that means."""
    landing.one(
        "doudian_orders/a.csv",
        "主订单编号,子订单编号,订单状态,订单应付金额,支付完成时间\n69001,69001;69002,已完成,5.00,2026-03-01 10:00:00\n",
    )
    assert landing.rows("order_items", "item_id") == [("69001;69002",)]
