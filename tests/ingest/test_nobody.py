"""Ids that name nobody, and cells that a spreadsheet or a program has wrapped or spoilt."""

from __future__ import annotations

import pytest

from .conftest import Landing

HEADER = "order_id,paid_at,paid_amount,buyer_id,platform\n"


def buyers(landing: Landing, cells: list[str]) -> list[str | None]:
    """The buyers of orders that were given with these cells, in their order; a missing order is no row."""
    rows = "".join(f'o{n},2026-01-0{n % 9 + 1} 10:00:00,50.00,"{cell}",meituan\n' for n, cell in enumerate(cells))
    landing.one("orders/a.csv", HEADER + rows)
    return [buyer for _, buyer in landing.rows("orders", "cast(order_id[2:] as integer), buyer_id")]


def test_guests_are_nobody(landing: Landing, each_way: str) -> None:
    """Case 09: five orders without a buyer, not one buyer who bought three times."""
    assert buyers(landing, ["u1", "u2", "u3", "0", "0", "0", "匿名用户", "匿名用户"]) == ["u1", "u2", "u3", *[None] * 5]
    assert landing.quarantine() == []


def test_every_word_for_nobody(landing: Landing, each_way: str) -> None:
    words = ["-1", "NA", "N/A", "null", "NULL", "undefined", "[object Object]", "匿名", "匿名买家", "未知", "无", "空"]
    words += ["(空白)", "（空白）", "?", "？", "guest", "Guest", "anonymous", "--", " 0 ", "\t0", "游客", "已注销"]
    assert buyers(landing, words) == [None] * len(words)


def test_a_name_that_a_platform_gives_to_whoever_gave_none(landing: Landing, each_way: str) -> None:
    """Hundreds of members are called 微信用户: one buyer who comes back every day, if it were a name."""
    words = [
        "微信用户",
        "抖音用户",
        "快手用户",
        "暂无",
        "未填写",
        "保密",
        "未登录用户",
        "[NULL]",
        "(null)",
        "同上",
        "TRUE",
    ]
    assert buyers(landing, [*words, "微信用户小红"]) == [*[None] * len(words), "微信用户小红"]


def test_marks_and_zeros_are_no_id(landing: Landing, each_way: str) -> None:
    marks = ["*", "/", ".", "、", "…", "——", "〃", "~", "·", "0000000000", "00", "\t000", "?!"]
    assert buyers(landing, [*marks, "007", "a.b", "·a", "小、红"]) == [
        *[None] * len(marks),
        "007",
        "a.b",
        "·a",
        "小、红",
    ]


def test_a_masked_name_is_whoever_it_may_be(landing: Landing, each_way: str) -> None:
    """张** bought twice, or two people whose names begin alike bought once."""
    assert buyers(landing, ["张**", "t**8", "***", "小*"]) == [None] * 4


def test_an_order_without_a_number_is_refused(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", HEADER + "0,2026-01-01 10:00:00,1,u,other\nnull,2026-01-01 10:00:00,1,u,other\n")
    assert landing.quarantine() == [(2, "order_id", "missing_value"), (3, "order_id", "missing_value")]


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!"])
def test_a_spreadsheets_error_is_an_error(landing: Landing, each_way: str, cell: str) -> None:
    """In a cell that may be empty it is set aside and told; where the row cannot do without, the row is refused."""
    landing.one(
        "orders/a.csv", HEADER + f"a,2026-01-01 10:00:00,1,{cell},other\n{cell},2026-01-01 10:00:00,1,u,other\n"
    )
    assert landing.rows("orders", "order_id, buyer_id") == [("a", None)]
    assert landing.quarantine() == [(2, "buyer_id", "spreadsheet_error"), (3, "order_id", "spreadsheet_error")]


def test_a_day_is_no_id(landing: Landing, each_way: str) -> None:
    """Buyer 3-8 became the eighth of March in a spreadsheet; who it was is lost."""
    days = ["2026-03-08", "2026/3/8", "3月8日", "8-Mar", "Mar-08", "2026-03-08 00:00:00"]
    assert buyers(landing, ["u-1", *days]) == ["u-1", *[None] * len(days)]
    assert landing.quarantine() == [(line, "buyer_id", "date_as_id") for line in range(3, 3 + len(days))]


def test_an_id_loses_a_spreadsheets_format(landing: Landing, each_way: str) -> None:
    cells = ["123.00", "1,234,567", "１２３", "123", "1,234,567.0"]
    assert buyers(landing, cells) == ["123", "1234567", "123", "123", "1234567"]


def test_filler_phones_identify_nobody(landing: Landing, each_way: str) -> None:
    header = "order_id,paid_at,paid_amount,phone,buyer_id,buyer_id_type\n"
    phones = ["13800138000", "15900000000", "13900000000", "+86 138-0013-8000", "11111111111", "12345678901"]
    rows = "".join(f"o{n},2026-01-01 10:00:00,1,{phone},,\n" for n, phone in enumerate(phones))
    landing.one("orders/a.csv", header + rows + "x,2026-01-01 10:00:00,1,,13800138000,phone\n")
    assert landing.rows("orders", "distinct phone_key, buyer_id") == [(None, None)]
    assert landing.quarantine() == [(8, "buyer_id", "phone_not_full")]


def test_wrapped_text_is_the_text_inside(landing: Landing, each_way: str) -> None:
    """Case 20: a program writes =\"…\" so that a spreadsheet keeps the digits."""
    row = '="6917926768823643761",="2026-03-27 10:00:05",="27.78",="w1",="meituan"\n'
    landing.one("orders/a.csv", HEADER + row + 'b,2026-03-27 10:00:05,27.7800,=1+1,=""\n')
    assert landing.rows("orders", "order_id, paid_at::varchar, paid_amount::varchar, buyer_id, platform") == [
        ("6917926768823643761", "2026-03-27 10:00:05", "27.78", "w1", "meituan"),
        ("b", "2026-03-27 10:00:05", "27.78", None, "other"),
    ]
    assert landing.quarantine() == [(3, "buyer_id", "formula")]


def test_another_currency_is_never_added_to_yuan(landing: Landing, each_way: str) -> None:
    foreign = ["$12", "US$12.50", "HK$ 12", "€12", "12 USD", "12美元", "12港币", "￡12"]
    rows = [f'a{n},2026-01-01 10:00:00,"{cell}",u,other\n' for n, cell in enumerate([*foreign, "￥12"])]
    landing.one("orders/a.csv", HEADER + "".join(rows))
    assert landing.rows("orders", "order_id, paid_amount::varchar") == [(f"a{len(foreign)}", "12.00")]
    assert landing.quarantine() == [(line, "paid_amount", "other_currency") for line in range(2, 2 + len(foreign))]


# --- one star hides a part of a name ----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["买家ID", "买家昵称"])
def test_a_name_with_a_star_is_nobodys(landing: Landing, each_way: str, column: str) -> None:
    names = ["小*红", "张*", "*红", "a*b", "t*8", "王小＊明", "ab张*3"]
    rows = [f"A{n},2026-10-18 10:00:00,5,{name}\n" for n, name in enumerate([*names, "小红"])]
    landing.one("orders/a.csv", f"订单号,付款时间,实付金额,{column}\n{''.join(rows)}")
    assert landing.rows("orders", "order_id, buyer_id is null") == [
        *((f"A{n}", True) for n in range(len(names))),
        (f"A{len(names)}", False),
    ]
    assert landing.sql("select subject, rows from ops.notices where code = 'masked_names'") == [
        {"subject": column, "rows": len(names)}
    ]


def test_a_star_in_the_lines_of_an_erp_and_in_a_list_of_members(landing: Landing, each_way: str) -> None:
    landing.write("order_lines/a.csv", "订单号,付款时间,商品编码,商品实付金额,买家ID\nL1,2026-10-18,A,60,张*\n")
    landing.write("member_lists/a.csv", "群名称,昵称,入群时间\n一群,小*红,2026-10-01\n一群,李四,2026-10-01\n")
    landing.ingest()
    assert landing.rows("orders", "buyer_id") == [(None,)]
    assert landing.rows("events", "count(*)") == [(1,)]
    assert len(landing.sql("select 1 from ops.notices where code = 'masked_names'")) == 2


def test_a_star_elsewhere_is_a_part_of_the_name(landing: Landing, each_way: str) -> None:
    """A size in a product's code, a star between words, a group's name."""
    landing.write("orders/a.csv", "订单号,付款时间,实付金额,买家昵称\nA1,2026-10-18 10:00:00,5,Star*Light\n")
    landing.write("order_lines/a.csv", "订单号,付款时间,商品编码,商品实付金额\nL1,2026-10-18,红*2,60\n")
    landing.write("groups/a.csv", "群ID,群名称\n福利*群,福利*群\n")
    landing.ingest()
    assert landing.rows("orders", "order_id, buyer_id is null", "buyer_id is not null") == [("A1", False)]
    assert landing.rows("order_items", "product_id") == [("红*2",)]
    assert landing.rows("groups", "group_id") == [("福利*群",)]


def test_a_word_processors_marks_are_those_of_a_keyboard(landing: Landing, each_way: str) -> None:
    spelled = ["A–100{}", "A—100{}", "A‑100{}", "A−100{}", "A－100{}", "’A-100{}", "‘A–100{}", "＇A-100{}"]
    header = "订单号,付款时间,实付金额\n"
    for name, spellings in (("a", ["A-100{}"] * len(spelled)), ("b", spelled)):
        rows = [f"{text.format(n)},2026-10-18 10:00:00,5\n" for n, text in enumerate(spellings)]
        landing.write(f"orders/{name}.csv", header + "".join(rows))
    landing.ingest()
    assert landing.rows("orders", "order_id") == [(f"A-100{n}",) for n in range(len(spelled))]


def test_a_dash_between_words_stays(landing: Landing, each_way: str) -> None:
    landing.one("groups/a.csv", "群ID,群名称\n一群—周三,一群—周三\n")
    assert landing.rows("groups", "group_id") == [("一群—周三",)]
