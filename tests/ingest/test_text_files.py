# ruff: noqa: E501 - texts of other languages
"""Text files as people and programs leave them: what stands around the table, in it twice, and in which letters."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import text as texts
from pipelines.ingest.encodings import UnknownEncodingError, encoding_of
from pipelines.settings import ReadingLimits
from tests.examples import examples
from tests.ingest.conftest import Landing

PAID = "2026-03-01 20:15:00"
HEADER = ["order_id", "paid_at", "paid_amount", "buyer_id", "source"]


def order(number: int, amount: str = "5", buyer: str = "u", source: str = "") -> list[str]:
    return [f"A{number}", PAID, amount, buyer, source]


def text(*rows: list[str], end: str = "\n") -> str:
    content = io.StringIO()
    csv.writer(content, lineterminator=end).writerows(rows)
    return content.getvalue()


def told(landing: Landing) -> list[tuple[str, str | None, int | None]]:
    return landing.connection.execute("select code, subject, rows from ops.notices order by all").fetchall()


def orders(landing: Landing, columns: str = "order_id, paid_amount, buyer_id") -> list[tuple[object, ...]]:
    return landing.rows("orders", columns)


# --- around the table -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [0, 1, 16, 49])
def test_explanations_above_the_header(landing: Landing, each_way: str, lines: int) -> None:
    above = "微信小店订单明细\n" + "说明：本行为说明\n" * (lines - 1) if lines else ""
    landing.one("orders/a.csv", above + text(HEADER, order(1)))
    assert orders(landing, "order_id, file_row") == [("A1", lines + 2)]


def test_a_refusal_says_how_far_a_header_is_looked_for(landing: Landing) -> None:
    landing.one("orders/a.csv", "说明\n" * 60 + text(HEADER, order(1)))
    assert orders(landing) == []
    [(expected,)] = landing.quarantine("expected")
    assert "in the first 50 lines" in expected


def test_a_line_that_names_the_delimiter(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", "sep=;\n" + text(HEADER, order(1)).replace(",", ";"))
    assert orders(landing, "order_id") == [("A1",)]


@pytest.mark.parametrize(("behind_header", "behind_rows"), [("", ","), (",", ""), ("", ",,,"), (",", ",")])
def test_a_delimiter_behind_each_row(landing: Landing, each_way: str, behind_header: str, behind_rows: str) -> None:
    header, *lines = text(HEADER, order(1), order(2)).splitlines()
    landing.one("orders/a.csv", "\n".join([header + behind_header, *(line + behind_rows for line in lines)]) + "\n")
    assert orders(landing) == [("A1", Decimal("5.00"), "u"), ("A2", Decimal("5.00"), "u")]
    assert landing.quarantine() == []


def test_a_delimiter_behind_some_rows(landing: Landing, each_way: str) -> None:
    """But a value behind the last column belongs to nobody: the row is refused."""
    header, *lines = text(HEADER, *[order(n) for n in range(6)]).splitlines()
    lines[1] += ","
    lines[4] += ",,"
    lines[5] += ",7"
    landing.one("orders/a.csv", "\n".join([header, *lines]))
    assert orders(landing, "order_id") == [(f"A{n}",) for n in range(5)]
    assert landing.quarantine() == [(7, None, "ragged_row")]


# --- rows of totals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "合计",
        "总计:",
        "小计（3单）",
        " 合 计 ",
        "Total",
        "GRAND TOTAL",
        "汇总：",
        "合計",
        "本页小计",
        "场均",
        "店铺平均值",
    ],
)
def test_rows_of_totals_are_told_and_never_loaded(landing: Landing, each_way: str, word: str) -> None:
    for name, total in {
        "a": [word, "", "10", "", ""],
        "b": [word, PAID, "10", "u", ""],
        "c": ["", word, "10", "", ""],
    }.items():
        landing.write(f"orders/{name}.csv", text(HEADER, order(1), order(2), total))
    result = landing.ingest()
    assert orders(landing, "order_id") == [("A1",), ("A2",)]
    assert [file.rows_read for file in result.files] == [2, 2, 2]
    assert landing.quarantine() == []
    assert told(landing) == [("totals_row", "line 4", 1)] * 3


def test_totals_of_a_table_without_times_and_numbers(landing: Landing, each_way: str) -> None:
    """Nothing in such a row would give it away to a plain reading."""
    landing.one("groups/a.csv", "group_id,owner_id\ng1,o1\n合计,2\n")
    assert landing.rows("groups", "group_id") == [("g1",)]
    assert told(landing) == [("totals_row", "line 3", 1)]


@pytest.mark.parametrize("name", ["总计划", "totals", "小计算器", "Sumo", "合计算账"])
def test_ids_that_only_begin_like_a_total_are_ids(landing: Landing, each_way: str, name: str) -> None:
    landing.one("orders/a.csv", text(HEADER, [name, PAID, "5", "u", ""]))
    assert orders(landing, "order_id") == [(name,)]


@pytest.mark.parametrize("word", ["全部群", "全部", "所有社群", "整体", "ALL", "全部（2个群）"])
def test_a_row_of_all_groups_is_no_group(landing: Landing, each_way: str, word: str) -> None:
    """In a table of days the platforms' own total stands where a group does."""
    header = "群名称,日期,群人数\n"
    landing.write("group_days/a.csv", f"{header}一群,2026-10-18,100\n{word},2026-10-18,150\n二群,2026-10-18,50\n")
    landing.write("group_days/b.csv", f"{header}三群,2026-10-18,7\n{word},2026-10-18,7\n")
    landing.ingest()
    assert landing.rows("group_days", "group_id") == [("一群",), ("三群",), ("二群",)]
    assert [code for code, _, _ in told(landing)] == ["totals_row"] * 2


def test_a_row_of_all_accounts_is_no_account(landing: Landing, each_way: str) -> None:
    landing.one("ad_spend/a.csv", "日期,账户ID,消耗\n2026-10-18,a1,100\n2026-10-18,全部账户,150\n2026-10-18,不限,50\n")
    assert landing.rows("ad_spend", "account_id") == [("a1",)]


def test_a_row_of_all_days_is_no_day(landing: Landing, each_way: str) -> None:
    """What an advertisement cost over the range stands beside its days."""
    landing.one("ad_spend/a.csv", "日期,广告ID,消耗\n全部,a1,150\n2026-10-18,a1,100\n2026-10-19,a1,50\n整体,a2,70\n")
    assert landing.rows("ad_spend", "ad_id, cost_amount::int") == [("a1", 50), ("a1", 100)]
    assert (landing.quarantine(), told(landing)) == ([], [("totals_row", "line 2", 2)])


BILL = "交易时间,商户订单号,用户标识,交易状态,订单金额,应结订单金额,商户退款单号,退款金额,退款状态\n"
PAYMENT = "`2026-10-18 10:00:00,`M{},`oA,`SUCCESS,`100.00,`90.00,`0,`0.00,`\n"
SUMMARY = "总交易单数,应结订单总金额,退款总金额\n`1,`90.00,`0.00\n"


def test_a_summary_below_the_rows_is_none_of_them(landing: Landing, each_way: str) -> None:
    """Twice, as two days' bills in one file; a line that is cut short elsewhere stays refused."""
    days = (BILL + PAYMENT.format(day) + SUMMARY for day in (1, 2))
    file = landing.one("wechat_pay_bill/a.csv", "".join(days) + "`2026-10-19 10:00:00,`M3\n")
    assert landing.rows("orders", "order_id, paid_amount::int") == [("M1", 100), ("M2", 100)]
    assert (file.rows_read, landing.quarantine()) == (3, [(9, None, "ragged_row")])
    assert ("totals_row", "line 3", 4) in told(landing)


def test_where_nothing_else_stands_all_accounts_together_are_what_is_known(landing: Landing, each_way: str) -> None:
    file = landing.one("ad_spend/a.csv", "日期,账户ID,消耗\n2026-10-18,全部,150\n2026-10-19,全部,70\n合计,,220\n")
    assert landing.rows("ad_spend", "account_id, cost_amount::int") == [("全部", 70), ("全部", 150)]
    assert (file.rows_read, [code for code, _, _ in told(landing)]) == (2, ["totals_row", "whole_alone"])


@pytest.mark.parametrize("name", ["全部上新群", "整体家装群", "Allen", "所有女生", "不限量群"])
def test_groups_that_only_begin_like_all_of_them_are_groups(landing: Landing, each_way: str, name: str) -> None:
    landing.one("group_days/a.csv", f"群名称,日期,群人数\n{name},2026-10-18,100\n一群,2026-10-18,3\n")
    assert (name,) in landing.rows("group_days", "group_id")


def test_a_buyer_may_be_called_so(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", text(HEADER, ["A1", PAID, "5", "整体", ""], ["A2", PAID, "5", "all", ""]))
    assert orders(landing, "order_id") == [("A1",), ("A2",)]


@pytest.mark.parametrize("total", [",本周合计,30,", ",11月1日小计,30,", "11月1日小计,,30,", "老板 累计,,30,"])
def test_totals_where_a_time_or_an_unread_word_stands(landing: Landing, each_way: str, total: str) -> None:
    """Without an order's number a row that says so anywhere is one of totals; with a number it is an order."""
    rows = "周一,2026-10-18 10:00:00,10,A1\n周二小计,2026-10-18 11:00:00,20,A2\n"
    file = landing.one("orders/a.csv", f"备忘,付款时间,实付金额,订单号\n{rows}{total}\n")
    assert orders(landing, "order_id") == [("A1",), ("A2",)]
    assert (file.rows_read, file.rows_quarantined) == (2, 0)


# --- a header once more -----------------------------------------------------------------------------------------------


def test_joined_exports_with_columns_in_another_order(landing: Landing, each_way: str) -> None:
    first = ["主订单编号", "子订单编号", "订单状态", "订单应付金额", "运费", "订单提交时间", "支付完成时间"]
    second = [*first[:3], first[4], first[3], *first[5:]]
    rows = [
        ["7101", "71011", "已完成", "100.00", "6.00", PAID, PAID],
        ["7102", "71021", "已完成", "0.00", "200.00", PAID, PAID],
    ]
    file = landing.one("doudian_orders/a.csv", text(first, rows[0], second, rows[1]))
    assert landing.rows("orders", "order_id, paid_amount, freight_amount") == [
        ("7101", Decimal("100.00"), Decimal("6.00")),
        ("7102", Decimal("200.00"), Decimal("0.00")),
    ]
    assert landing.rows("order_items", "order_id, file_row") == [("7101", 2), ("7102", 4)]
    assert (file.rows_read, landing.quarantine()) == (2, [])


def test_joined_exports_of_other_columns(landing: Landing, each_way: str) -> None:
    """More columns, fewer, other delimiters: each part is read by its own header."""
    parts = [
        text(HEADER, order(1)),
        text(["order_id", "paid_amount", "paid_at"], ["A2", "6", PAID]),
        text([*HEADER, "platform", "note"], [*order(3), "wechat", "x"]).replace(",", ";"),
    ]
    file = landing.one("orders/a.csv", "".join(parts))
    assert orders(landing, "order_id, paid_amount, platform, file_row") == [
        ("A1", Decimal("5.00"), "other", 2), ("A2", Decimal("6.00"), "other", 4), ("A3", Decimal("5.00"), "wechat", 6),
    ]  # fmt: skip
    assert (file.rows_read, file.rows_loaded, landing.quarantine()) == (3, 3, [])


def test_titles_are_repeated_with_the_header(landing: Landing, each_way: str) -> None:
    part = "三月订单,,,,\n导出人：店长,,,,\n"
    landing.one("orders/a.csv", part + text(HEADER, order(1)) + part + text(HEADER, order(2)))
    assert orders(landing, "order_id, file_row") == [("A1", 4), ("A2", 8)]
    assert landing.quarantine() == []


def test_rows_under_a_header_that_nobody_knows_are_set_aside(landing: Landing, each_way: str) -> None:
    """Read by the first header, the refund would be an order."""
    refund = text(["refund_id", "order_id", "refunded_at", "refund_amount", "reason"], ["R1", "A1", PAID, "5", ""])
    landing.one("orders/a.csv", text(HEADER, order(1)) + refund.replace("refunded_at", "someday"))
    assert orders(landing, "order_id") == [("A1",)]
    assert landing.quarantine() == [(4, None, "other_header")]


def test_a_file_joined_by_a_program_has_a_mark_before_its_second_header(landing: Landing, each_way: str) -> None:
    """UTF-8's byte order mark, in the middle of the text now."""
    second = text(["paid_amount", "paid_at", "order_id"], ["6", PAID, "A2"])
    landing.one("orders/a.csv", "\ufeff" + text(HEADER, order(1)) + "\ufeff" + second)
    assert orders(landing, "order_id, paid_amount") == [("A1", Decimal("5.00")), ("A2", Decimal("6.00"))]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_joined_without_a_line_break_are_refused(landing: Landing, each_way: str, mark: str) -> None:
    """The second header is lost in the line before it: read by the first, freight would be the amount."""
    header = [*HEADER, "freight_amount"]
    other = [*HEADER[:2], "freight_amount", *HEADER[3:], "paid_amount"]
    first = text(header, [*order(1), "0"]).removesuffix("\n")
    landing.one("orders/a.csv", first + mark + text(other, [*order(2, "0"), "9"]))
    assert (orders(landing), landing.quarantine("reason")) == ([], [("joined_files",)])


def test_a_later_part_counts_against_an_earlier_one(landing: Landing, each_way: str) -> None:
    other = text(["order_id", "paid_amount", "paid_at", "entry"], ["A1", "5", PAID, "feed"])
    file = landing.one("orders/a.csv", text(HEADER, order(1), order(2)) + other)
    assert orders(landing, "order_id, paid_amount, entry") == [
        ("A1", Decimal("5.00"), "feed"),
        ("A2", Decimal("5.00"), None),
    ]
    assert (file.rows_loaded, file.rows_superseded) == (2, 1)


def test_a_later_part_with_another_amount_is_no_copy(landing: Landing, each_way: str) -> None:
    other = text(["order_id", "paid_amount", "paid_at"], ["A1", "7", PAID])
    landing.one("orders/a.csv", text(HEADER, order(1), order(2)) + other)
    assert (orders(landing), landing.quarantine("reason")) == ([], [("parts_contradict",)])


@settings(max_examples=examples(10, 50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_cut_anywhere_and_joined_again_gives_the_same_rows(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Each piece under the header, its columns in any order, its last field perhaps with line breaks."""
    rows = [order(n, str(n), data.draw(st.sampled_from(["u", "v,w", 'x"y', ""])), "直播") for n in range(8)]
    cuts = sorted(data.draw(st.sets(st.integers(1, 7))))
    pieces = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, 8], strict=True)]
    content = ""
    for piece in pieces:
        places = data.draw(st.permutations(range(len(HEADER))))
        content += text(*[[row[p] for p in places] for row in [HEADER, *piece]])
    joined, whole = (Landing(tmp_path_factory.mktemp("home"), landing.connection), text(HEADER, *rows))
    joined.one("orders/a.csv", content)
    found = orders(joined)
    plain = Landing(tmp_path_factory.mktemp("home"), landing.connection)
    plain.one("orders/a.csv", whole)
    assert (found, joined.quarantine()) == (orders(plain), [])


# --- letters ----------------------------------------------------------------------------------------------------------

BIG5 = [["張小姐", "直播間"], ["陳先生", "臉書廣告"]]
JAPANESE = [["さくら商店", "ライブ配信"], ["田中さん", "ショート動画"]]
KOREAN = [["김민수 고객", "라이브 방송 주문"], ["이서연 고객", "광고 유입 주문서"]]
CHINESE = [["张小姐", "直播间"], ["陈先生", "脸书广告"]]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [("big5", BIG5), ("cp950", BIG5), ("shift-jis", JAPANESE), ("euc-kr", KOREAN), ("cp949", KOREAN)],
)
def test_other_double_byte_encodings_are_read_and_told(
    landing: Landing, each_way: str, encoding: str, names: list[list[str]]
) -> None:
    """GB18030 would take their bytes, too, and give other names."""
    rows = [order(n, "5", *pair) for n, pair in enumerate(names)]
    landing.one("orders/a.csv", text(HEADER, *rows), encoding=encoding)
    assert orders(landing, "buyer_id, source") == sorted(map(tuple, names))
    assert [code for code, _, _ in told(landing)] == ["guessed_encoding"]


@pytest.mark.parametrize("names", [CHINESE, BIG5, [["广告", "快手"]], [["喆", "玥"]], [["㛃", ""]]])
def test_gb18030_stays_gb18030(landing: Landing, each_way: str, names: list[list[str]]) -> None:
    """Also with traditional characters, rare ones, and next to nothing to tell from."""
    rows = [order(n, "5", *pair) for n, pair in enumerate(names)]
    landing.one("orders/a.csv", text(HEADER, *rows), encoding="gb18030")
    assert orders(landing, "buyer_id, coalesce(source, '')") == sorted(map(tuple, names))
    assert told(landing) == []


SAID = {
    "gb18030": "订单编号商品名称买家昵称收件人地址浙江省杭州市西湖区文三路直播间引流短视频自然流量店铺优惠券小包装面膜连衣裙"
    "已发货待付款交易成功退款中新款春季女装显瘦",
    "cp950": "訂單編號商品名稱買家暱稱收件人地址台北市大安區信義路直播間短影音自然流量店鋪優惠券面膜連衣裙已出貨待付款交易成功退款中"
    "新款春季女裝顯瘦包郵",
    "cp932": "注文番号商品名購入者氏名住所東京都渋谷区ライブ配信ショート動画クーポンワンピース発送済み支払い待ち返金中春の新作",
    "cp949": "주문번호상품명구매자이름주소서울시강남구라이브방송짧은영상쿠폰원피스발송완료결제대기환불중봄신상품여성의류고객센터이벤트",
}


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("paid_amount(元)", "gb18030"),  # D4 AA, which is the one Cyrillic letter Ԫ in UTF-8
        ("paid_amount,café", "utf-8"),
        ("paid_amount,привет", "utf-8"),
        ("paid_amount(元)", "utf-8"),
    ],
)
def test_one_letter_in_gbk_may_be_sound_utf8(landing: Landing, header: str, encoding: str) -> None:
    landing.one(
        "orders/a.csv",
        f"order_id,paid_at,{header}\nA1,2026-03-01 10:00:00,5{',' * header.count(',')}\n",
        encoding=encoding,
    )
    assert landing.sql("select encoding from ops.files") == [{"encoding": encoding}]
    if "元" in header:
        assert landing.rows("orders", "paid_amount") == [(Decimal("5.00"),)]


@pytest.mark.parametrize("encoding", SAID)
def test_sixteen_letters_tell_an_encoding(encoding: str) -> None:
    letters = sorted(set(SAID[encoding]))
    for seed in range(200):
        some = random.Random(seed).sample(letters, 16)
        sample = "order_id,name\n" + "".join(f"{n},{a}{b}\n" for n, (a, b) in enumerate(pairwise(some)))
        try:
            assert encoding_of(sample.encode(encoding), is_cut=False)[0] == encoding, some
        except UnknownEncodingError:
            assert encoding != "gb18030", some  # a refusal is no wrong name


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["a", "bc,", '"', "fghijk", "\n", "\n", "\r\n"]), max_size=40).map("".join))
def test_lines_are_counted_across_the_ends_of_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """Read in chunks of five bytes: every line end may stand at the edge of one, or be cut in two by it."""
    monkeypatch.setattr(texts, "LONGEST_LINE", 10)
    path = tmp_path / "lines.csv"
    path.write_bytes(body.encode())
    *lines, last = body.split("\n")
    blanks_at_end = max(len(body.replace("\r", "")) - len(body.replace("\r", "").rstrip("\n")) - 1, 0)
    found = texts.open_text(path, tmp_path, ReadingLimits())
    assert found.path == path
    assert found.lines == len(lines) + bool(last) - blanks_at_end
    assert found.has_blank_lines == (sum(not line.strip("\r") for line in lines) > blanks_at_end)
    assert found.has_mixed_ends == (0 < sum(line.endswith("\r") for line in lines) < len(lines))
    assert found.has_long_lines == any(len(line) > 10 for line in [*lines, last])


# --- two encodings in one file ----------------------------------------------------------------------------------------

TELLING = "订单号,付款时间,实付金额,买家昵称\n"


@pytest.mark.parametrize("names", [("小明", "小红"), ("张三丰", "欧阳娜娜"), ("联通", "移动用户")])
def test_gbk_and_utf8_joined_are_refused_by_name(landing: Landing, names: tuple[str, str]) -> None:
    """Every byte of the second part is valid GB18030: 小红 would be 灏忕孩, somebody else."""
    parts = [f"{TELLING}A{n},2026-10-18 10:00:00,5,{name}\n" for n, name in enumerate(names)]
    file = landing.one("orders/a.csv", parts[0].encode("gbk") + parts[1].encode())
    assert (file.status, file.reason, landing.rows("orders")) == ("quarantined", "mixed_encodings", [])


@pytest.mark.parametrize("name", ["联通", "渚涘簲閾", "鍒樼帀鑺", "小红", "王五（VIP）"])
def test_gbk_alone_is_read(landing: Landing, name: str) -> None:
    text = TELLING + "".join(
        f"A{n},2026-10-18 10:00:00,5,{word}\n" for n, word in enumerate([name, "测试用户", "重庆"])
    )
    assert landing.one("orders/a.csv", text.encode("gbk")).rows_loaded == 3
