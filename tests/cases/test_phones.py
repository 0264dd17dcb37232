"""A phone is one person whichever column tells it, and no cell around a phone makes nobody of it in silence."""

from __future__ import annotations

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


def numbered(cells: list[str]) -> list[tuple[int, str, str]]:
    """(number, phone, cell): each cell of a list with a phone of its own, {0} or in its three parts."""
    phones = [f"1381234{567 + number}0" for number in range(len(cells))]
    return [(n, phone, cells[n].format(phone, phone[:3], phone[3:7], phone[7:])) for n, phone in enumerate(phones)]


AS_IDS = ["{0}", "+86 {1} {2} {3}", "{1}-{2}-{3}", "１３８{2}{3}", "{0}.0"]


def test_a_phone_in_a_column_of_ids_is_that_phone(merchant: Merchant) -> None:
    """Each in files of its own, since one that is written otherwise tells how others are read."""
    for n, phone, cell in numbered(AS_IDS):
        orders(merchant, "买家ID", cell, file=f"a{n}-")
        orders(merchant, "手机号", phone, file=f"b{n}-")
        merchant.put(f"events/c{n}.csv", f"user_id,event,event_at\n{cell},follow,{JOINED}\n")
        merchant.put(f"events/d{n}.csv", f"手机号,入群时间,群名称\n{phone},{JOINED},一群\n")
        merchant.put(f"member_lists/e{n}.csv", f"成员ID,入群时间,群名称\n{cell},{JOINED},二群\n")
    merchant.run()
    assert merchant.rows("select distinct platform, id_type, method from core.identities") == [
        ("any", "phone", "shared_id")
    ]
    assert people(merchant) == len(AS_IDS)
    each = merchant.rows("select order_id, person_id from core.orders")
    assert len(each) == 2 * len(AS_IDS)
    assert len({(order_id[1], person) for order_id, person in each}) == len(AS_IDS)
    assert merchant.rows("select count(*), count(distinct person_id) from core.events group by person_id") == [
        (3, 1)
    ] * len(AS_IDS)
    said = everything(merchant)
    assert not [phone for _, phone, _ in numbered(AS_IDS) if phone in said]


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


def test_a_name_that_holds_a_phone_is_kept_as_a_hash(merchant: Merchant) -> None:
    names = [name for _, _, name in numbered(["小红{0}", "wx{0}", "小红 {1}-{2}-{3}"])]
    for n, name in enumerate(names):
        orders(merchant, "买家昵称", name, name, "小红", file=f"{n}-")
    merchant.run()
    assert merchant.rows("select distinct buyer_id_type from staging.orders") == [("nickname",)]
    assert people(merchant) == len(names) + 1
    said = everything(merchant)
    assert not [part for part in ("12345670", "12345680", "1234-5690") if part in said]


BESIDE_WORDS = [
    *("{0}（老婆）", "{0} 李女士", "张三{0}", "tel:{0}", "手机：{0}", "{0};"),
    *("{0} {0}", "{1} {2} {3}（妈妈）", "{0}/13800138000", "＋86{0}（家）"),
]


def test_one_phone_beside_words_is_read(merchant: Merchant) -> None:
    for n, phone, cell in numbered(BESIDE_WORDS):
        orders(merchant, "手机号", phone, cell, file=f"{n}-")
        rows = f"{phone},{JOINED},一群\n{cell},{JOINED},二群\n"
        merchant.put(f"events/a{n}.csv", f"手机号,入群时间,群名称\n{rows}")
        merchant.put(f"member_lists/b{n}.csv", f"手机号,入群时间,群名称\n{cell},{JOINED},三群\n")
    merchant.run()
    assert people(merchant) == len(BESIDE_WORDS)
    of_each = "select count(*), count(distinct person_id) from core.events group by person_id"
    assert merchant.rows(of_each) == [(3, 1)] * len(BESIDE_WORDS)
    phones = "select split_part(order_id, '-', 1)::int, count(phone_key), count(distinct phone_key) from staging.orders"
    assert merchant.rows(f"{phones} group by 1 order by 1") == [(n, 2, 1) for n in range(len(BESIDE_WORDS))]


NOT_ONE_PHONE = [
    (f"{{0}}/{OTHER}", "several_ids"),
    (f"{{0}} {OTHER}", "several_ids"),
    (f"{{0}}（老婆{OTHER}）", "several_ids"),
    ("{0} 3栋2单元401", "id_with_note"),
    ("0571-88886666 {0}", "id_with_note"),
    ("138123456{0[9]}", "phone_not_full"),
    ("{0}8", "phone_not_full"),
]


def test_what_is_not_one_phone_is_told(merchant: Merchant) -> None:
    cells = numbered([cell for cell, _ in NOT_ONE_PHONE])
    for n, phone, cell in cells:
        orders(merchant, "手机号", phone, cell, file=f"{n}-")
        rows = f"{phone},{JOINED},一群\n{cell},{JOINED},二群\n"
        merchant.put(f"events/{n}.csv", f"手机号,入群时间,群名称\n{rows}")
    merchant.run()
    assert merchant.rows("select path, reason, column_name, found, is_cell from ops.quarantine order by all") == [
        *((f"events/{n}.csv", reason, "手机号", "***", False) for n, (_, reason) in enumerate(NOT_ONE_PHONE)),
        *((f"orders/{n}-.csv", reason, "手机号", "***", True) for n, (_, reason) in enumerate(NOT_ONE_PHONE)),
    ]
    assert merchant.one("select count(*) from core.orders") == 2 * len(NOT_ONE_PHONE)
    said = everything(merchant)
    assert not [cell for _, _, cell in cells if cell in said]
    assert "老婆" not in said


VIRTUAL = [f"{PHONE}{extension}" for extension in ("-1234", "转1234", " 转 801", "[12]")]


def test_numbers_that_are_nobodys_are_no_fault_of_an_order(merchant: Merchant) -> None:
    cells = ["138****5670", "13800138000", *VIRTUAL]
    for n, cell in enumerate(cells):
        orders(merchant, "手机号", cell, file=f"{n}-")
    merchant.run()
    assert merchant.rows("select phone_key from staging.orders") == [(None,)] * len(cells)
    assert merchant.told() == set()
