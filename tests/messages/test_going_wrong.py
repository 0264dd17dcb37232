"""What services answer when they do not take a message, and networks when they do not carry one."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from pipelines.messages.sending import Delivery, send
from pipelines.messages.services import services
from pipelines.steps.sending import send_report
from tests.messages.home import Waited, home_with, secret, to
from tests.messages.servers import SILENT, bot, certificate

OK = {"errcode": 0, "errmsg": "ok", "code": 0}
SECRETS = ("TOP-SECRET", "robot/send", "127.0.0.1", "SEC-KEY")


def outcome(folder: Path, service: str, *replies: Any, **bounds: float) -> tuple[Delivery, list[float], int]:
    """What came of it, how long was waited between tries, and how often the service was asked."""
    settings, waited = home_with(folder), Waited()
    with bot(*replies) as here:
        signed = {"secret": secret(settings, "sign.key", "SEC-KEY")} if service != "wecom" else {}
        boss = {"service": service, "url": secret(settings, "boss.url", here.url), **signed}
        (done,) = send(to(settings, boss=boss), "daily", bounds=waited.bounds(**bounds))
    assert not [word for word in SECRETS if word in repr(done)], "no secret is repeated"
    assert not [word for word in SECRETS if word in (folder / "sent.json").read_text(encoding="utf-8")]
    return done, waited.slept, len(here.came)


BUSY = {"errcode": -1, "errmsg": "system busy"}
ONCE_MORE = [
    ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, [60]),
    ("feishu", {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}, [10]),
    ("dingtalk", BUSY, [2]),
    ("wecom", 500, [2]),
    ("feishu", (429, {"Retry-After": "30"}), [30]),
    ("feishu", (429, {}), [2]),
]


@pytest.mark.parametrize(("service", "first", "waits"), ONCE_MORE)
def test_what_passes_by_itself_is_tried_again(tmp_path: Path, service: str, first: Any, waits: list[float]) -> None:
    """And not before the service said that it may be."""
    assert outcome(tmp_path, service, first, OK) == (Delivery("boss", "sent"), waits, 2)


NEVER = [
    ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "it answered 310000: its safety settings refuse"),
    ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "a keyword is missing from the text"),
    ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, "takes none for ten"),
    ("dingtalk", {"errcode": 400102, "errmsg": "bot is stopped"}, "400102: the bot was stopped"),
    ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "the secret (签名校验)"),
    ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "私域 always stands"),
    ("feishu", {"StatusCode": 19001, "StatusMessage": "param invalid"}, "there is no such address"),
    ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url, from ip: 127.0.0.1"}, "there is no such address"),
    ("wecom", {"errcode": 77777, "errmsg": "TOP-SECRET"}, "it answered 77777: see what its maker says"),
    ("wecom", {"ok": True}, "what answered is not wecom"),
    ("wecom", {"errcode": "0"}, "what answered is not wecom"),
    ("wecom", {"errcode": False}, "what answered is not wecom"),
    ("wecom", [], "something that no such service answers"),
    ("wecom", b"<html>Log in to the guest network</html>", "something that no such service answers"),
    ("wecom", (302, {"Location": "http://127.0.0.1:9/elsewhere"}), "it answered HTTP 302"),
    ("wecom", 404, "it answered HTTP 404: see whether the address is one of a bot there"),
]


@pytest.mark.parametrize(("service", "answer", "said"), NEVER)
def test_what_does_not_pass_is_said_and_not_repeated(tmp_path: Path, service: str, answer: Any, said: str) -> None:
    done, slept, asked = outcome(tmp_path, service, answer)
    assert (done.state, slept, asked) == ("failed", [], 1)
    assert said in done.why


def test_tries_are_few(tmp_path: Path) -> None:
    done, slept, asked = outcome(tmp_path, "wecom", 503)
    assert (done.state, slept, asked) == ("failed", [2, 8], 3)
    assert done.why == "it failed (HTTP 503); it may have arrived all the same"


def test_a_wait_beyond_the_time_that_there_is_is_no_wait(tmp_path: Path) -> None:
    """Sixty seconds are asked for, and there are thirty; an hour, and there are ninety seconds."""
    done, slept, asked = outcome(tmp_path, "wecom", {"errcode": 45009}, OK, total=30)
    assert (done.state, slept, asked) == ("failed", [], 1)
    done, slept, asked = outcome(tmp_path, "wecom", (429, {"Retry-After": "3600"}), OK)
    assert (done.state, slept, asked) == ("failed", [], 1)


def test_who_never_answers_is_asked_three_times(tmp_path: Path) -> None:
    """Each may have arrived: this is where a message can come twice."""
    done, slept, asked = outcome(tmp_path, "wecom", SILENT, answer=0.1)
    assert (done.state, slept, asked) == ("failed", [2, 8], 3)
    assert done.why == "no answer in 0.1 seconds; it may have arrived all the same"


def test_who_answers_later_than_there_is_time_has_failed(tmp_path: Path) -> None:
    """The whole is bounded, too: a try may not outlast it, and who is quick is not kept waiting."""
    settings = home_with(tmp_path)
    with bot(SILENT) as slow, bot(OK) as quick:
        url = {name: secret(settings, f"{name}.url", here.url) for name, here in (("slow", slow), ("quick", quick))}
        asked = to(settings, **{name: {"service": "wecom", "url": place} for name, place in url.items()})
        done = send(asked, "daily", bounds=Waited().bounds(answer=20, total=0.2))
    why = "no answer in 0.2 seconds; it may have arrived all the same"
    assert done == (Delivery("slow", "failed", why), Delivery("quick", "sent"))


def test_who_cannot_prove_who_it_is_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is sent the message once its certificate is one that this machine trusts."""
    settings, (path, tls) = home_with(tmp_path), certificate(tmp_path)
    with bot(OK, tls=tls) as here:
        asked = to(settings, boss={"service": "wecom", "url": secret(settings, "boss.url", here.url)})
        (done,) = send(asked, "daily", bounds=Waited().bounds())
        assert (done.state, here.came) == ("failed", [])
        assert done.why.startswith("its certificate cannot be verified")
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert send(asked, "daily", bounds=Waited().bounds()) == (Delivery("boss", "sent"),)
    assert len(here.came) == 1


def test_a_port_that_nobody_listens_on(tmp_path: Path) -> None:
    settings, waited = home_with(tmp_path), Waited()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/TOP-SECRET"
        asked = to(settings, boss={"service": "wecom", "url": secret(settings, "boss.url", url)})
        (done,) = send(asked, "daily", bounds=waited.bounds())
    assert done.why == "it cannot be reached (ConnectionRefusedError); see the network, or HTTPS_PROXY"
    assert waited.slept == [2, 8]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TOP-SECRET", "what file:boss.url holds is no https:// address"),
        ("http://example.com/TOP-SECRET", "what file:boss.url holds is no https:// address"),
        ("https://[TOP-SECRET", "what file:boss.url holds is no https:// address"),
        ("https://例子.example/TOP-SECRET", "what file:boss.url holds is no https:// address"),
        ("https://example.com/a https://example.com/TOP-SECRET", "what file:boss.url holds is no https:// address"),
        ("", "boss.url in the home directory is empty"),
    ],
)
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, text: str, said: str) -> None:
    settings = home_with(tmp_path)
    asked = to(settings, boss={"service": "wecom", "url": secret(settings, "boss.url", text)})
    (done,) = send(asked, "daily", bounds=Waited().bounds())
    assert done.why.startswith(said)
    assert "TOP-SECRET" not in done.why


def test_a_secret_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    settings = home_with(tmp_path)
    place = secret(settings, "boss.url", "https://example.com/TOP-SECRET")
    (tmp_path / "boss.url").chmod(0o640)
    asked = to(settings, boss={"service": "wecom", "url": place}, none={"service": "wecom", "url": "file:none.url"})
    asked = to(asked, **asked.send.model_dump()["receivers"], env={"service": "feishu", "url": "env:SIYU_NOWHERE"})
    others, none, env = send(asked, "daily", bounds=Waited().bounds())
    assert others.why == f"boss.url may be read by others: `chmod 600 {tmp_path}/boss.url`, and see whether anybody did"
    assert none.why.startswith("none.url is not in the home directory")
    assert env.why.startswith("the environment variable SIYU_NOWHERE is not set")


def test_a_secret_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bot(OK) as here:
        monkeypatch.setenv("SIYU_BOSS", here.url)
        asked = to(home_with(tmp_path), boss={"service": "wecom", "url": "env:SIYU_BOSS"})
        assert send(asked, "daily", bounds=Waited().bounds()) == (Delivery("boss", "sent"),)


def test_a_fault_of_ours_is_a_word_and_no_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("TOP-SECRET")

    asked = to(home_with(tmp_path), boss={"service": "wecom", "url": "env:SIYU_NOWHERE"})
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.messages.sending.read_address", broken)
        assert send_report(asked, "daily") == (Delivery("boss", "failed", "a fault of Siyu: RuntimeError"),)
    monkeypatch.setattr("pipelines.messages.sending.newest_message", broken)
    assert send_report(asked, "daily") == (Delivery("boss", "failed", "a fault of Siyu: RuntimeError"),)
    assert send_report(asked, "weekly") == (), "nobody is named for it"


def test_every_answer_is_said_without_a_link_or_a_number_of_anybodys() -> None:
    told = json.dumps([one.model_dump() for one in services().values()], ensure_ascii=False)
    assert "http" not in told
    assert {"wecom", "dingtalk", "feishu"} == services().keys()
