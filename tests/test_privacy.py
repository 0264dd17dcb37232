"""Keyed hashes against Python's hmac, phone numbers against Google's library, masking against planted numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from pathlib import Path

import duckdb
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.masking import mask_header, mask_words
from pipelines.privacy import (
    load_key,
    mask_letters,
    mask_letters_sql,
    mask_start,
    mask_text,
    mask_text_sql,
    normalise_phone,
    normalise_phone_sql,
    phone_key,
    phone_key_sql,
)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _sql(connection: duckdb.DuckDBPyConnection, expression: str, value: str | None) -> str | None:
    return connection.execute(f"select {expression} from (select $1::varchar as x)", [value]).fetchone()[0]


@pytest.mark.parametrize("key", [bytes(32), b"k" * 32, bytes(range(32)), b"long" * 20])
def test_phone_key_is_hmac_sha256(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    for number in ("13800138006", "19912345678", ""):
        digest = hmac.new(key, number.encode(), hashlib.sha256).digest()
        expected = base64.urlsafe_b64encode(digest[:9]).decode()
        assert _sql(connection, phone_key_sql("x", key), number) == expected == phone_key(number, key)
    assert _sql(connection, phone_key_sql("x", key), None) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138006", "13800138006"),
        ("+86 138 0013 8006", "13800138006"),
        ("0086-138-0013-8006", "13800138006"),
        ("8613800138006", "13800138006"),
        ("１３８００１３８００６", "13800138006"),
        ("(+86)13800138006", "13800138006"),
        ("13800138006.0", "13800138006"),
        ("\t13800138006", "13800138006"),
        ("138****8000", None),
        ("13800138006-1234", None),
        ("##Tqj0p2sXc8yZ13800138006##", None),
        ("$$13800138006$$", None),
        ("01012345678", None),
        ("12800138000", None),
        ("1380013800", None),
        ("138001380061", None),
        ("13800138006转12", None),
        ("", None),
        (None, None),
    ],
)
def test_normalise_phone(connection: duckdb.DuckDBPyConnection, written: str | None, number: str | None) -> None:
    assert _sql(connection, normalise_phone_sql("x"), written) == number
    assert written is None or normalise_phone(written) == number


def test_normalise_phone_agrees_with_phonenumbers(connection: duckdb.DuckDBPyConnection) -> None:
    random.seed(1)
    forms = ["{}", "+86{}", "86 {}", "0086{}", "{0[0]}{0[1]}{0[2]} {1} {2}", "+86 {0}-{1}-{2}"]
    seen = 0
    for _ in range(1500):
        digits = f"1{random.randint(3, 9)}{random.randint(0, 10**9 - 1):09d}"
        form = random.choice(forms)
        text = form.format(digits) if form.count("{}") else form.format(digits[:3], digits[3:7], digits[7:])
        parsed = phonenumbers.parse(text, "CN")
        if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
            seen += 1
            assert _sql(connection, normalise_phone_sql("x"), text) == str(parsed.national_number), text
    assert seen > 500


PLANTED = [
    "13800138006",
    "+86 138 0013 8006",
    "8613800138006",
    "138-0013-8006",
    "１３８００１３８００６",
    "138 00138000",
]


@pytest.mark.parametrize("number", PLANTED)
@pytest.mark.parametrize("around", ["{}", "电话{}请回", "a,{},b", '"{}","{}"', "{},{}\t{}", "{}-1234", "({})"])
def test_mask_hides_every_phone(connection: duckdb.DuckDBPyConnection, number: str, around: str) -> None:
    text = around.replace("{}", number)
    for masked in (mask_text(text), _sql(connection, mask_text_sql("x"), text)):
        assert masked is not None
        plain = masked.translate(str.maketrans("０１２３４５６７８９", "0123456789", " -"))
        assert "13800138006" not in plain
        assert "***" in masked


LETTERS = st.characters(max_codepoint=0x17F, exclude_characters="\0") | st.sampled_from("张伟３Ⅳ½²日，。-1380")


@given(st.text(LETTERS, max_size=60))
def test_letters_are_masked_alike_in_sql_and_in_python(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert _sql(connection, mask_letters_sql("x"), text) == mask_letters(text)


@pytest.mark.parametrize("text", ["6917000013800138006", "2025-01-13 15:30:00", "1,234.50", "订单 4711"])
def test_mask_leaves_ids_times_and_amounts(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert mask_text(text) == text
    assert _sql(connection, mask_text_sql("x"), text) == text


def test_mask_other_identifiers() -> None:
    assert mask_text("身份证110101199003078515,邮箱a.b@example.com") == "身份证***,邮箱***"
    assert mask_letters('张三,"北京市 1 号,13800138006') == '*,"* 1 *,***'


def test_a_long_word_is_masked_in_no_time_and_cut_without_half_a_number() -> None:
    assert mask_start("x" * 5_000_000 + "@", 200) == "x" * 200
    assert mask_start("电话13800138006", 200) == "电话***"
    letter = "a" * 60 + "@" + "b" * 30 + ".com 13800138006"  # cut inside the number
    assert mask_start(letter, 10) == ""


def test_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("not a key")
    with pytest.raises(ValueError, match=r"secret\.key: expected 64 hexadecimal"):
        load_key(path)


@pytest.mark.parametrize(
    "shown",
    [
        "129.00元",
        "129.00元/件",
        "12.5USD",
        "港币129",
        "2026年3月1日 下午8点",
        "3-5 20:00左右",
        "#REF!",
        "Mar 5, 2026",
        "12万",
        "128+12邮费",
        "99-5优惠券",
        "88含邮",
        "50定金+49尾款",
        "200-20红包",
        "2026-03-01T20:00Z",
        "=F2*G2",
        "20:00 GMT+8",
    ],
)
def test_the_fault_of_a_time_or_a_number_stays_in_sight(shown: str) -> None:
    assert mask_words(shown) == shown


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("欧阳锋", "*"),
        ("欧阳锋13912345678", "****"),
        ("129.00元欧阳锋", "129.00元*"),
        ("128+12费玉清", "128+12*"),
        ("88邮费小钱", "88邮费*"),
        ("Li Wei 5", "* * 5"),
        ("文三路21号", "*21号"),
        ('=IF(A1,"欧阳锋")', '=IF(A1,"***")'),
        ("#欧阳", "#*"),
    ],
)
def test_a_name_in_a_column_of_times_or_numbers_does_not(text: str, masked: str) -> None:
    assert mask_words(text) == masked


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["a", "b_2", "orderNo"], "a, b_2, orderNo"),
        (["会员编号", "最近消费时间", "累计消费金额", "备注"], "会员编号, 最近消费时间, 累计消费金额, 备注"),
        (["订单号码", "欧阳锋"], "*, *"),
        (["欧阳锋", "13912345678", "文三路二十一号"], "*, ***, *"),
        (["LiWei", "2026-03-01"], "*, 2026-03-01"),
        (["文三路地址"], "*"),
    ],
)
def test_a_header_that_nobody_knows_is_shown_and_a_person_is_not(cells: list[str], shown: str) -> None:
    assert mask_header(cells) == shown
