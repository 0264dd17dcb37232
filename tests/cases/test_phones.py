"""A phone is one person whichever column tells it, and no cell around a phone makes nobody of it in silence."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant

PHONE, OTHER = "13812345670", "13900001112"
JOINED = "2026-03-02 10:00:00"


def orders(merchant: Merchant, header: str, *cells: str, file: str = "a") -> None:
    rows = [f'{file}{n},2026-03-01 10:00:00,10,"{cell}"' for n, cell in enumerate(cells)]
    merchant.put(f"orders/{file}.csv", "\n".join([f"订单号,付款时间,实付金额,{header}", *rows]) + "\n")


def people(merchant: Merchant) -> int:
    return merchant.one("select count(distinct person_id) from core.identities")


def everything(merchant: Merchant) -> str:
    tables = merchant.rows("select schema_name || '.' || table_name from duckdb_tables() where not internal")
    return " ".join(str(merchant.rows(f"select * from {table}")) for (table,) in tables)


@pytest.mark.parametrize("cell", [PHONE, "+86 138 1234 5670", "138-1234-5670", "１３８12345670", f"{PHONE}.0"])
def test_a_phone_in_a_column_of_ids_is_that_phone(merchant: Merchant, cell: str) -> None:
    orders(merchant, "买家ID", cell)
    orders(merchant, "手机号", PHONE, file="b")
    merchant.put("events/c.csv", f"user_id,event,event_at\n{cell},follow,{JOINED}\n")
    merchant.put("events/d.csv", f"手机号,入群时间,群名称\n{PHONE},{JOINED},一群\n")
    merchant.put("member_lists/e.csv", f"成员ID,入群时间,群名称\n{cell},{JOINED},二群\n")
    merchant.run()
    assert merchant.rows("select distinct platform, id_type, method from core.identities") == [
        ("any", "phone", "shared_id")
    ]
    assert people(merchant) == 1
    assert merchant.rows("select count(*), count(distinct person_id) from core.orders") == [(2, 1)]
    assert PHONE not in everything(merchant)


def test_one_event_of_an_id_that_is_a_phone_is_one(merchant: Merchant) -> None:
    merchant.put("events/a.csv", f"user_id,event,event_at,group_id\n{PHONE},group_join,{JOINED},一群\n")
    merchant.put("events/b.csv", f"手机号,入群时间,群名称\n{PHONE},{JOINED},一群\n")
    merchant.run()
    assert merchant.one("select count(*) from core.events") == 1


def test_a_link_from_a_phone_that_stands_as_an_id(merchant: Merchant) -> None:
    header = "platform,id_type,id_value,linked_type,linked_value"
    merchant.put("identities/a.csv", f"{header}\ndouyin,user_id,{PHONE},user_id,u1\n")
    orders(merchant, "手机号", PHONE)
    merchant.put("orders/b.csv", "订单号,付款时间,实付金额,买家ID,平台\nb1,2026-03-01,10,u1,抖音\n")
    merchant.run()
    assert people(merchant) == 1


def test_other_ids_keep_their_kind(merchant: Merchant) -> None:
    orders(merchant, "买家ID", "12812345670", "138123456701", "u13812345670x", "6917926768823643761")
    merchant.run()
    assert merchant.rows("select distinct buyer_id_type from staging.orders") == [("user_id",)]
    assert people(merchant) == 4


@pytest.mark.parametrize("name", [f"小红{PHONE}", f"wx{PHONE}", "小红 138-1234-5670"])
def test_a_name_that_holds_a_phone_is_kept_as_a_hash(merchant: Merchant, name: str) -> None:
    orders(merchant, "买家昵称", name, name, "小红")
    merchant.run()
    assert merchant.rows("select distinct buyer_id_type from staging.orders") == [("nickname",)]
    assert people(merchant) == 2
    assert "12345670" not in everything(merchant)
    assert "1234-5670" not in everything(merchant)


@pytest.mark.parametrize(
    "cell",
    [
        *(f"{PHONE}（老婆）", f"{PHONE} 李女士", f"张三{PHONE}", f"tel:{PHONE}", f"手机：{PHONE}", f"{PHONE};"),
        *(f"{PHONE} {PHONE}", "138 1234 5670（妈妈）", f"{PHONE}/13800138000", f"＋86{PHONE}（家）"),
    ],
)
def test_one_phone_beside_words_is_read(merchant: Merchant, cell: str) -> None:
    orders(merchant, "手机号", PHONE, cell)
    merchant.put("events/a.csv", f"手机号,入群时间,群名称\n{PHONE},{JOINED},一群\n{cell},{JOINED},二群\n")
    merchant.put("member_lists/b.csv", f"手机号,入群时间,群名称\n{cell},{JOINED},三群\n")
    merchant.run()
    assert people(merchant) == 1
    assert merchant.rows("select count(*), count(distinct person_id) from core.events") == [(3, 1)]
    assert merchant.one("select count(phone_key) from staging.orders") == 2


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (f"{PHONE}/{OTHER}", "several_ids"),
        (f"{PHONE} {OTHER}", "several_ids"),
        (f"{PHONE}（老婆{OTHER}）", "several_ids"),
        (f"{PHONE} 3栋2单元401", "id_with_note"),
        (f"0571-88886666 {PHONE}", "id_with_note"),
        ("1381234567", "phone_not_full"),
        (f"{PHONE}8", "phone_not_full"),
    ],
)
def test_what_is_not_one_phone_is_told(merchant: Merchant, cell: str, reason: str) -> None:
    orders(merchant, "手机号", PHONE, cell)
    merchant.put("events/a.csv", f"手机号,入群时间,群名称\n{PHONE},{JOINED},一群\n{cell},{JOINED},二群\n")
    merchant.run()
    assert merchant.rows("select path, reason, column_name, found, is_cell from ops.quarantine order by all") == [
        ("events/a.csv", reason, "手机号", "***", False),
        ("orders/a.csv", reason, "手机号", "***", True),
    ]
    assert merchant.one("select count(*) from core.orders") == 2
    assert cell not in everything(merchant)
    assert "老婆" not in everything(merchant)


VIRTUAL = [f"{PHONE}{extension}" for extension in ("-1234", "转1234", " 转 801", "[12]")]


@pytest.mark.parametrize("cell", ["138****5670", "13800138000", *VIRTUAL])
def test_numbers_that_are_nobodys_are_no_fault_of_an_order(merchant: Merchant, cell: str) -> None:
    orders(merchant, "手机号", cell)
    merchant.run()
    assert merchant.rows("select phone_key from staging.orders") == [(None,)]
    assert merchant.told() == set()
