"""One cell, many spellings: the patient half by eye, and the fast half held against it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.ingest.cells import Reading, Unread, plainly, straighten
from pipelines.ingest.cells.nobody import NOBODY
from pipelines.ingest.cells.reading import EMPTY
from tests.examples import examples

KEY = bytes(32)


def reading(kind: str, **options: Any) -> Reading:
    if kind == "id":
        options.setdefault("empty", EMPTY + NOBODY)
    return Reading(kind, "Asia/Shanghai", datetime(2026, 3, 5, 10), **options)


def read(text: str, kind: str, **options: Any) -> str | None:
    """The straightened cell, or its fault's reason in brackets."""
    value = straighten(text, reading(kind, **options))
    return f"[{value.reason}]" if isinstance(value, Unread) else value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-07-22 11:00:21", "2026-07-22 11:00:21"),
        ("\t2026-07-22 11:00:21 ", "2026-07-22 11:00:21"),
        ("2026/7/2 1:05", "2026-07-02 01:05:00"),
        ("2026.7.2", "2026-07-02"),
        ("2026-07-22T03:00:00Z", "2026-07-22 11:00:00"),
        ("2026-07-22 11:00:00+08:00", "2026-07-22 11:00:00"),
        ("2026-07-21 22:00:00 -0500", "2026-07-22 11:00:00"),
        ("2026-07-22 11-00-05", "2026-07-22 11:00:05"),
        ("2026-07-22_11-00-05", "2026-07-22 11:00:05"),
        ("2026年7月2日 12时00分05秒", "2026-07-02 12:00:05"),
        ("２０２６-０７-２２ １１:００:２１", "2026-07-22 11:00:21"),
        ("20260722", "2026-07-22"),
        ("20260722110021", "2026-07-22 11:00:21"),
        ("1780473600", "2026-06-03 16:00:00"),
        ("1780473600123", "2026-06-03 16:00:00.123000"),
        ("03-05 09:00:00", "2026-03-05 09:00:00"),
        ("12-31 23:00", "2025-12-31 23:00:00"),
        ("20260722 11:00:00", "2026-07-22 11:00:00"),
        ("20260722T11:00", "2026-07-22 11:00:00"),
        ("20261322 11:00:00", "[bad_date]"),
        ("20260722 11", "[bad_date]"),
        ("2026-07-22 11:00:00 xx", "[bad_date]"),
        ("2026-02-29", "[bad_date]"),
        ("2024-02-29", "2024-02-29"),
        ("1970-01-01 08:00:00", None),
        ("昨晚八点", "[bad_date]"),
        ("0001-01-01T00:00:00+08:00", "[bad_date]"),
        ("9999-12-31 23:59:59-08:00", "[bad_date]"),
        ("9" * 5000, "[too_long]"),
        ("9" * 3999, "[bad_date]"),
        ("፩፪፫", "[bad_date]"),
        ("-", None),
        ("", None),
    ],
)
def test_times(text: str, value: str | None) -> None:
    assert read(text, "timestamp") == value


def test_epochs_and_formats() -> None:
    assert read("0", "timestamp", unit="s", empty=("0", "")) is None
    assert read("1780473600", "timestamp", unit="s") == "2026-06-03 16:00:00"
    assert read("1780473600123", "timestamp", unit="ms") == "2026-06-03 16:00:00.123000"
    assert read("26-02-2018 19:58", "timestamp", formats=("%d-%m-%Y %H:%M",)) == "2018-02-26 19:58:00"
    assert read("2018-02-26", "timestamp", formats=("%d-%m-%Y",)) == "[bad_date]"
    assert read("2026/7/2", "date") == "2026-07-02"


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.30", "yuan", "12.30"),
        ("1,234.50", "yuan", "1234.50"),
        ("¥ 1，234.5 元", "yuan", "1234.50"),
        ("１２.５", "yuan", "12.50"),
        ("1.2万", "yuan", "12000.00"),
        ("-5", "yuan", "-5.00"),
        ("0.005", "yuan", "0.01"),
        ("11223", "fen", "112.23"),
        ("123456789", "milli_fen", "1234.57"),
        ("1.25", "万", "12500.00"),
        ("nan", "yuan", None),
        ("inf", "yuan", "[bad_amount]"),
        ("abc", "yuan", "[bad_amount]"),
        ("12;13", "yuan", "[bad_amount]"),
        ("1,234,567.89", "yuan", "1234567.89"),
        ("12,5", "yuan", "[bad_amount]"),
        ("1.234,50", "yuan", "[bad_amount]"),
        ("1,23,456", "yuan", "[bad_amount]"),
        ("12 50", "yuan", "[bad_amount]"),
        ("1_000", "yuan", "[bad_amount]"),
        ("1元5", "yuan", "[bad_amount]"),
        ("(5.00)", "yuan", "[bad_amount]"),
        ("1.23E+05", "yuan", "[scientific_notation]"),
        ("1e5", "yuan", "[scientific_notation]"),
        ("1e30", "yuan", "[scientific_notation]"),
        ("1.5e-05", "yuan", "0.00"),
    ],
)
def test_amounts(text: str, unit: str, value: str | None) -> None:
    assert read(text, "amount", unit=unit) == value


@pytest.mark.parametrize(
    ("text", "kind", "unit", "value"),
    [
        ("1.2万", "count", None, "12000"),
        ("1.2w", "count", None, "12000"),
        ("1,234", "count", None, "1234"),
        ("12.0", "count", None, "12"),
        ("12.5", "count", None, "[bad_number]"),
        ("12,5", "count", None, "[bad_number]"),
        ("1.2E+5", "count", None, "[scientific_notation]"),
        ("12.3", "count", "万", "123000"),
        ("12.3万", "count", "万", "123000"),
        ("35.5%", "number", None, "0.355"),
        ("35.5", "number", "%", "0.355"),
        ("35.5%", "number", "%", "0.355"),
        ("1分20秒", "number", "second", "80.0"),
        ("00:01:20", "number", "second", "80.0"),
        ("01:20", "number", "second", "80.0"),
        ("1小时2分", "number", "second", "3720.0"),
        ("1.5", "number", "minute", "90.0"),
        ("80", "number", "second", "80.0"),
        ("1..2秒", "number", "second", "[bad_number]"),
        ("--", "number", None, None),
        ("很多", "number", None, "[bad_number]"),
        ("是", "boolean", None, "true"),
        ("2", "boolean", None, "false"),
        ("maybe", "boolean", None, "[bad_boolean]"),
    ],
)
def test_numbers(text: str, kind: str, unit: str | None, value: str | None) -> None:
    assert read(text, kind, unit=unit) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\t6917000000000000001", "6917000000000000001"),
        ("'6917000000000000001", "6917000000000000001"),
        ('"6917"', "6917"),
        ("17850.0", "17850"),
        ("6.92E+18", "[scientific_notation]"),
        ("7E+18", "[scientific_notation]"),
        ("6917000000000000000.0", "[scientific_notation]"),
        ("12e45", "12e45"),
        ("@9VwB+x/==", "@9VwB+x/=="),
        ("85123A", "85123A"),
        ("=HYPERLINK(1)", "[formula]"),
        ("a<b>", "[html]"),
        ("\u202d6917000000000000001\u202c", "6917000000000000001"),
        ("6917\u200b0001", "69170001"),
        ('{"open_id": "13800138006"}', "[nested_value]"),
        ("[1, 2]", "[nested_value]"),
        ("{3F2504E0-4F89}", "{3F2504E0-4F89}"),
        ("x" * 300, "[too_long]"),
        ("-", None),
    ],
)
def test_ids(text: str, value: str | None) -> None:
    assert read(text, "id") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("春季新款连衣裙", "春季新款连衣裙"),
        ("=1+1", "[formula]"),
        ("＝1+1", "[formula]"),
        ("-2+3", "[formula]"),
        ("@sum", "[formula]"),
        ("+1.5%", "+1.5%"),
        ("<b>hi</b>", "[html]"),
        ('{"a": 1}', "[nested_value]"),
        ("[热卖]", "[热卖]"),
        ("a < b", "a < b"),
        ("拍下请加138 0013 8006", "拍下请加***"),
        ("a\u202eb\x07c", "abc"),
    ],
)
def test_text(text: str, value: str | None) -> None:
    assert read(text, "text") == value


def test_words() -> None:
    words = (("已支付", "paid"), ("已发货", "shipped"))
    assert read("已支付", "word", words=words) == "paid"
    assert read(" 已 发货 ", "word", words=words) == "shipped"
    assert read("已发货（全部）", "word", words=words) == "[unknown_value]"
    assert read("已支付（已发货）", "word", words=words) == "[unknown_value]"
    assert read("已付款（已支付）", "word", words=(*words, ("已付款", "paid"))) == "paid"
    assert read("已发货(全部)", "word", words=(("已发货（全部）", "shipped"),)) == "shipped"
    assert read("在路上", "word", words=words) == "[unknown_value]"
    assert read("在路上", "word", words=words, default_word="paid") == "paid"
    assert read("PAID", "word", values=("paid",)) == "paid"
    assert read("(" * 1_000_000, "word", words=words) == "[too_long]"


def test_phones() -> None:
    assert read("+86 138-0013-8006", "phone") == "13800138006"
    assert read("138****8000", "phone") is None
    assert read("15400138000-1234", "phone") is None


# --- the fast half -------------------------------------------------------------------------------------------------

READINGS = [
    reading("id", holds="alone", labels=("订单编号", "订单号", "order_id")),
    reading("id", holds="id", labels=("群号", "group_id")),
    reading("id", holds="name", labels=("昵称",)),
    reading("timestamp"),
    reading("timestamp", unit="s", empty=("0", *EMPTY)),
    reading("timestamp", formats=("%d-%m-%Y %H:%M",)),
    reading("date"),
    reading("amount"),
    reading("amount", unit="fen"),
    reading("count"),
    reading("count", unit="万"),
    reading("number"),
    reading("number", unit="minute"),
    reading("number", unit="%"),
    reading("boolean"),
    reading("id"),
    reading("id", pattern="[0-9]+"),
    reading("word"),
    reading("word", values=("paid", "unpaid")),
    reading("word", words=(("已支付", "paid"), ("x", "y"))),
    reading("word", words=(("已支付", "paid"),), default_word="other"),
    reading("text"),
    reading("phone"),
]
SQL_TYPES = {
    "timestamp": "timestamp", "date": "date", "amount": "decimal(18,2)", "count": "bigint", "number": "double",
    "boolean": "boolean",
}  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


def plain_ones(connection: duckdb.DuckDBPyConnection, texts: list[str], how: Reading) -> set[str]:
    """The cells that the fast half found plain; asserts that it read each of them as the patient half does."""
    look, value = plainly.look_sql("x", how), plainly.value_sql("p", how, KEY)
    if how.kind == "phone":
        value = "p"
    patient = [straighten(text, how) for text in texts]
    readings = [None if isinstance(value, Unread) else value for value in patient]
    same = f"v is not distinct from e::{SQL_TYPES.get(how.kind, 'varchar')}"
    if how.kind == "number":
        same += " or abs(v - e::double) <= 1e-12 * abs(v)"
    rows = connection.execute(
        f"select ({plainly.odd_sql('x', 'p', 'v', how)}) is true, v, {same} from ("
        f"select *, {value} as v from (select *, {look} as p from (select {plainly.filled_sql('c', how)} as x, e, n "
        "from (select unnest($1) as c, unnest($2::varchar[]) as e, unnest(range(len($1))) as n)))) order by n",
        [texts, readings],
    ).fetchall()
    if how.kind == "timestamp":
        says_hour(connection, texts, readings, [not odd for odd, *_ in rows], how)
    for text, expected, (odd, value, alike) in zip(texts, patient, rows, strict=True):
        assert odd or not isinstance(expected, Unread), f"{text!r} as {how.kind} is plain, though {expected}"
        assert odd or alike, f"{text!r} as {how.kind}: fast {value!r}, patient {expected!r}"
    return {text for text, (odd, *_) in zip(texts, rows, strict=True) if not odd}


def says_hour(
    connection: duckdb.DuckDBPyConnection, texts: list[str], readings: list[str | None], plain: list[bool], how: Reading
) -> None:
    """Both halves agree on which moments are days without an hour."""
    rows = connection.execute(f"select {plainly.has_time_sql('c', how)} from (select unnest($1) as c)", [texts])
    for text, value, is_plain, (said,) in zip(texts, readings, plain, rows.fetchall(), strict=True):
        assert not is_plain or value is None or said == (len(value) > 10), f"{text!r} says its hour: {said}"


PLAIN = [
    "2025-03-31 20:15:00",
    "2025/03/31 20:15:00",
    "1780473600",
    "12.50",
    "1,234.50",
    "6917000000000000001",
    "\t6917000000000000001",
    "'691700",
    "已支付",
    "推荐feed",
    "paid",
    "是",
    "13800138006",
    "-",
    "",
    "春季连衣裙 红",
    "HANGING HEART T-LIGHT HOLDER ",
]


def test_plain_cells_are_plain(connection: duckdb.DuckDBPyConnection) -> None:
    assert set.union(*(plain_ones(connection, PLAIN, how) for how in READINGS)) == set(PLAIN)


def test_base_64_is_plain_for_an_id_that_may_hold_a_slash(connection: duckdb.DuckDBPyConnection) -> None:
    group, several = "@xaEhRaogmxn6/kDKok6BuA==", "10001/10002"
    assert plain_ones(connection, [group, several], reading("id", holds="id")) == {group}
    assert plain_ones(connection, [group], reading("id", holds="alone")) == set()


ODDITIES = [
    "0026-07-22", "2026-07-22 11:00 xx", "0001-01-01 00:00:00+08:00", "infinity", "1_000", "0x1F", "12,5", "1e5",
    "\u3000x", "\tNULL", "NULL ", " - ", "69\u202c", "x" * 5000, "(" * 5000, '{"a": 1}',
    "2026-03-01 20:00-23:00", "2026-03-01 20:00+23:00", "2026-03-01 20:00:00+14:30", "2026-03-01 20:00:00+08:60",
    "2026-3-120:15:00", "2024-01-05 20:123", "2024010509", "2024115", "1997-03-01", "1970-01-01", "2026-03-01 24:00:00",
    "2026-03-01 24:00:00Z", "45000.5", "2026-03-08", "3月8日", "2026年3月8日", "8-Mar", "123.00", "1,234,567", "12３",
    "_：", "@@（（", "@/：",
    "#REF!", "null", "Null", "0", "-1", "[object Object]", "匿名用户", "13800138000", "15900000000", "13812345678",
    "12%", "$12", "12元", '="6917"', '="2026-03-27 10:00:05"', '=""', "PT30H30M00S", "1:15",
    "已支付（退款成功）", "paid(refunded)", "张**", "***", "小*",
    "订单号：A1", "订单号A1", "order_id: A1", "抖音号：1", "A1;A2", "A1\nA2", "u1(小红)", "A1 2026", "10001/10002",
    "Q１；Q2", "+-0", "@", "_-", ":", ";",
    "9" * 40, "-" + "9" * 40, "9" * 19, "1e300", "9" * 16 + ".99", "0" * 30,
]  # fmt: skip


@settings(
    max_examples=examples(4, 16),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(  # few long lists: asking costs as much for one cell as for a hundred
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
            st.text("0123456789-/:. TZ+", max_size=22),
            st.text("0123456789.,eE+-万%元", max_size=9),
            st.text("=+-@<>{}abc0 \t'\"＝\u202d", max_size=8),
            st.from_regex(r"1[3-9][0-9]{9}(-[0-9]{4})?", fullmatch=True),
            st.from_regex(r"1[3-9][0-9](00000000|11111111|12345678)", fullmatch=True),
            st.from_regex(
                r"20[0-3][0-9][-/][01]?[0-9][-/][0-3]?[0-9][ T]?[0-2]?[0-9]:[0-6][0-9](:[0-6][0-9])?[-+Z]?[0-9:]{0,5}",
                fullmatch=True,
            ),
            st.sampled_from(NOBODY),
            st.text("订单号群号昵称:： ;；A10(（小|/\n", max_size=10),
            st.text("order_id订单号： A1", max_size=14),
            st.datetimes(datetime(1999, 1, 1), datetime(2101, 1, 1)).map(str),
        ),
        min_size=60,
        max_size=100,
    )
)
@example(ODDITIES)
def test_what_is_plain_is_read_alike(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for how in READINGS:
        plain_ones(connection, texts, how)


def test_no_words_hold_nothing_and_words_may_hold_the_mark_between_them() -> None:
    asked: dict[tuple[str, ...], list[bool]] = {
        (): [False, False],
        ("",): [True, False],
        ("a\x1fb", "c"): [False, False],
        ("a", "c"): [False, True],
    }
    for words, expected in asked.items():
        sql = f"select {plainly.among_sql('x', words)} from (values (''), ('a')) as t (x)"
        assert [found for (found,) in duckdb.sql(sql).fetchall()] == expected, words
