"""What really arrives at each service: the bytes, the signature, nobody mentioned, nothing longer than it takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.messages import services
from pipelines.messages.sending import Delivery, send, send_test, shown
from pipelines.messages.text import fitted, inert
from pipelines.messages.trying import NotSent
from tests.messages.home import MESSAGE, TEXT, Waited, home_with, saying, secret, to
from tests.messages.servers import Came, bot

OK = {"errcode": 0, "errmsg": "ok"}
LINK = "https://reports.example.com/r/"


def sent(folder: Path, service: str, answer: Any = OK, link: str = "", key: str = "", message: Any = MESSAGE) -> Came:
    """The one request that arrives."""
    settings = home_with(folder, message, link=link)
    with bot(answer) as here:
        more = {"secret": secret(settings, "sign.key", key)} if key else {}
        boss = {"service": service, "url": secret(settings, "boss.url", here.url), **more}
        assert send(to(settings, boss=boss), "daily", bounds=Waited().bounds()) == (Delivery("boss", "sent"),)
    (came,) = here.came
    assert came.headers["Content-Type"] == "application/json; charset=utf-8"
    return came


def test_wecom_is_sent_text(tmp_path: Path) -> None:
    came = sent(tmp_path, "wecom")
    assert came.json == {"msgtype": "text", "text": {"content": TEXT}}
    assert came.path == "/robot/send?access_token=TOP-SECRET"


@pytest.mark.parametrize("service", ["wecom", "dingtalk", "feishu"])
def test_every_service_is_sent_the_same_bytes(tmp_path: Path, service: str) -> None:
    came = sent(tmp_path, service, OK | {"code": 0})
    for part in (MESSAGE.title, *MESSAGE.figures, MESSAGE.sentence):
        assert part.encode() in came.body


def test_a_link_leads_to_the_page(tmp_path: Path) -> None:
    content = sent(tmp_path, "wecom", link=LINK).json["text"]["content"]
    assert content == f"{TEXT}\n\n报告：https://reports.example.com/r/daily-2025-08-12.html"


def test_dingtalk_is_signed_in_its_address_and_encoded_once(tmp_path: Path) -> None:
    """The signature was made by openssl; it has a + and a /, which a second encoding would turn into %252B."""
    came = sent(tmp_path, "dingtalk", key="SEC1")
    assert came.json["text"] == {"content": TEXT}
    assert came.query == {
        "access_token": ["TOP-SECRET"],
        "timestamp": ["1700000000500"],
        "sign": ["gr4PvsdR5VWsd/SeS6HzgM4+8vxCvVNXpWN3iKyplmI="],
    }
    assert "sign=gr4PvsdR5VWsd%2FSeS6HzgM4%2B8vxCvVNXpWN3iKyplmI%3D" in came.path
    assert "SEC1" not in came.path


def test_without_a_secret_dingtalk_is_not_signed_and_nobody_is_mentioned(tmp_path: Path) -> None:
    came = sent(tmp_path, "dingtalk")
    assert came.query == {"access_token": ["TOP-SECRET"]}
    assert came.json["at"] == {"atMobiles": [], "atUserIds": [], "isAtAll": False}


def test_feishu_is_sent_a_card_of_plain_text_signed_inside(tmp_path: Path) -> None:
    """Its signature is of nothing, by a key of moment and secret; this one was made by openssl."""
    came = sent(tmp_path, "feishu", {"code": 0, "msg": "success"}, link=LINK, key="feishu-secret")
    title, figures, sentence = TEXT.split("\n\n")
    button = {"tag": "button", "type": "primary", "text": {"tag": "plain_text", "content": "打开报告"}}
    assert came.json == {
        "msg_type": "interactive",
        "timestamp": "1700000000",
        "sign": "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": title}},
            "elements": [
                {"tag": "div", "text": {"tag": "plain_text", "content": figures}},
                {"tag": "div", "text": {"tag": "plain_text", "content": sentence}},
                {
                    "tag": "action",
                    "actions": [{**button, "url": "https://reports.example.com/r/daily-2025-08-12.html"}],
                },
            ],
        },
    }


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(0, 2**40))
def test_any_secret_signs(key: str, moment: int) -> None:
    """As a service computes it from what it is sent, whatever is in the secret."""
    from pydantic import SecretStr

    lines = fitted(MESSAGE, "", lambda _: True)
    url = SecretStr("https://example.com/send?access_token=a%2Bb%26c")
    asked = services.request("dingtalk", lines, url, SecretStr(key), moment)
    came = Came(asked.url.get_secret_value(), {}, asked.body)
    (stamp,), (sign,) = came.query["timestamp"], came.query["sign"]
    digest = hmac.digest(key.encode(), f"{stamp}\n{key}".encode(), hashlib.sha256)
    assert (stamp, base64.b64decode(sign)) == (str(moment * 1000), digest)
    assert came.query["access_token"] == ["a+b&c"]


def test_a_test_says_that_it_is_one(tmp_path: Path) -> None:
    settings = home_with(tmp_path)
    with bot(OK) as here:
        asked = to(settings, boss={"service": "wecom", "url": secret(settings, "boss.url", here.url)})
        assert send_test(asked, ["boss"], Waited().bounds()) == (Delivery("boss", "sent"),)
    assert here.came[0].json["text"]["content"] == "Siyu\n\n这是一条测试消息：Siyu 私域报告会发到这里。"
    assert not (tmp_path / "sent.json").exists()


HOSTILE = [
    ("@all 看", "＠all 看"),
    ("@所有人", "＠所有人"),
    ("<@zhangsan>", "<＠zhangsan>"),
    ('<at user_id="all">x</at>', '＜at user_id="all">x＜/at>'),
    ("<AT id=all></AT>", "＜AT id=all>＜/AT>"),
    ("[领奖](https://evil.example.com/a)", "[领奖]（https：//evil．example．com/a)"),
    ("www.evil.cn", "www．evil．cn"),
    ("一\n二\r\n三\t四", "一 二 三 四"),
    ("夜\u202e猫\u200b群", "夜猫群"),
    ('<font color="warning">', '＜font color="warning">'),
]


@pytest.mark.parametrize(("name", "shown_as"), HOSTILE)
def test_what_a_name_says_does_nothing(name: str, shown_as: str) -> None:
    assert inert(f"群“{name}”净增 3 人") == f"群“{shown_as}”净增 3 人"


@pytest.mark.parametrize("service", ["wecom", "dingtalk", "feishu"])
def test_a_hostile_name_arrives_inert(tmp_path: Path, service: str) -> None:
    """In the title and in the sentence, whatever the service."""
    name = '@all <@all> <at user_id="all">所有人</at> [x](http://evil.example.com)'
    message = saying(title=f"{name} · 私域日报", sentence=f"{name}领先。")
    came = sent(tmp_path, service, OK | {"code": 0}, message=message)
    text = came.body.decode()
    for active in ("@", "<at", "</at", "](", "http://evil", "evil.example"):
        assert active not in text
    assert "＠all" in text


# Every form that pipelines/report/words.py gives numbers, dates and spans.
NUMBERS = ["¥1,234,568", "¥-2.50 亿", "¥1.5M", "-¥12.50", "12.3%", "<5", "<0.1%", "·", "–", "+1.2 个百分点", "-1.2 pp"]
NUMBERS += ["3.5 天", "3.5 d", "(123 / 525)", "2025-08-13（周三）", "2025-01-13 – 08-13", "2025-08-13 (Wed)", "▲ +5.0%"]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_is_changed(number: str) -> None:
    assert inert(f"支付金额 {number} · {number}") == f"支付金额 {number} · {number}"


def long_message(merchant: int, warnings: int, figures: int, sentence: int) -> Any:
    return saying(
        title="茶" * merchant + " · 私域日报",
        warnings=tuple(f"{n} 项检查未通过{'，' * 60}" for n in range(warnings)),
        figures=tuple(f"第 {n} 个数 ¥{n},111,222.33{'，' * 60}" for n in range(figures)),
        sentence="句" * sentence,
    )


@given(st.integers(1, 60), st.integers(0, 6), st.integers(0, 9), st.integers(0, 800))
def test_what_is_too_long_is_cut_by_whole_parts(merchant: int, warnings: int, figures: int, sentence: int) -> None:
    """Never more than WeCom takes; a part is there letter by letter or not at all, and what warns goes last."""
    message = long_message(merchant, warnings, figures, sentence)
    lines = fitted(message, LINK, lambda lines: services.fits("wecom", lines))
    assert len(lines.text.encode()) <= 2048
    assert lines.text.startswith(message.title)
    assert lines.text.endswith("daily-2025-08-12.html")
    told = [line.removeprefix("⚠ ") for block in lines.blocks for line in block.split("\n")]
    kept = [part for part in (*message.warnings, *message.figures) if part in told]
    assert kept == [*message.warnings, *message.figures][: len(kept)]
    assert told in ([*kept, message.sentence], [*kept, "…… 其余见报告"])


def test_the_longest_that_fits_is_sent_whole() -> None:
    """2,048 bytes are sent as they are; of one more the sentence goes."""
    room = 2048 - len(fitted(saying(sentence="x"), "", lambda _: True).text.encode()) + 1
    fits: Any = lambda lines: services.fits("wecom", lines)  # noqa: E731
    whole = fitted(saying(sentence="x" * room), "", fits)
    assert len(whole.text.encode()) == 2048
    assert whole.text.endswith("x" * room)
    cut = fitted(saying(sentence="x" * (room + 1)), "", fits)
    assert cut.text == TEXT.replace(MESSAGE.sentence, "…… 其余见报告")


def test_a_name_that_leaves_no_room_is_told(tmp_path: Path) -> None:
    settings = home_with(tmp_path, saying(title="茶" * 700), receivers={"a": {"service": "wecom", "url": "env:A"}})
    with pytest.raises(NotSent, match="see merchant_name and link"):
        shown(settings, "a", saying(title="茶" * 700))


@pytest.mark.parametrize("service", ["dingtalk", "feishu"])
def test_the_whole_request_is_what_others_measure(service: str) -> None:
    """A Chinese letter is three bytes, as it is sent; escaped it would be six."""
    message = saying(figures=tuple(f"{n} {'数' * 1000}" for n in range(9)))
    lines = fitted(message, "", lambda lines: services.fits(service, lines))
    from pydantic import SecretStr

    asked = services.request(service, lines, SecretStr("https://example.com"), SecretStr("s"), 1_700_000_000)
    assert 18_000 < len(asked.body) <= 20_000
    assert [figure for figure in message.figures if figure in lines.text] == list(message.figures[:6])
