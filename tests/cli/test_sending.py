"""`siyu send` as it is typed: shown, sent, sent again, refused; and what status and doctor say of it afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli.running import outcome
from pipelines.cli.status import _messages
from pipelines.cli.status_page import _message
from pipelines.doctor.messages import CHECKS
from pipelines.messages.sending import Delivery
from pipelines.run import RunResult
from pipelines.settings import Settings, load_settings
from tests.cli.conftest import Siyu
from tests.messages.home import TEXT, home_with, secret
from tests.messages.servers import bot

OK = {"errcode": 0}
BOSS = '[send]\nreceivers."老板群" = {service = "wecom", url = "file:boss.url"}\n'


def home(folder: Path, url: str = "", toml: str = BOSS) -> str:
    """A home with a message, and somebody who is to get it."""
    secret(home_with(folder), "boss.url", url)
    (folder / "siyu.toml").write_text(toml, encoding="utf-8")
    return str(folder)


def examined(settings: Settings) -> dict[str, str]:
    return {one.name: f"{one.state}: {one.found}" for check in CHECKS for one in check(settings)}


def test_it_is_shown_before_it_is_sent(tmp_path: Path, siyu: Siyu) -> None:
    """The very bytes; no secret is needed."""
    place = home(tmp_path)
    said = siyu("--home", place, "send", "--dry-run")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"--- 老板群 (wecom, {len(TEXT.encode())} bytes) would be sent:\n{TEXT}\n\n"


def test_without_anybody_it_is_shown_too(tmp_path: Path, siyu: Siyu) -> None:
    said = siyu("--home", home(tmp_path, toml=""), "send", "--dry-run")
    assert (said.code, said.out) == (0, TEXT + "\n")
    assert "Nobody is named for the daily report" in said.err


def test_it_is_sent_once_and_again_where_asked(tmp_path: Path, siyu: Siyu) -> None:
    with bot(OK) as here:
        place = home(tmp_path, here.url)
        assert siyu("--home", place, "send").out == "✓ 老板群: sent\n"
        said = siyu("--home", place, "send")
        assert (said.code, said.out) == (0, "– 老板群: has this message already (--again sends it once more)\n")
        assert "has it already" in siyu("--home", place, "send", "--dry-run").out
        assert siyu("--home", place, "send", "--again", "--to", "老板群").out == "✓ 老板群: sent\n"
        assert siyu("--home", place, "send", "--test").out == "✓ 老板群: sent\n"
    assert [came.json["text"]["content"] == TEXT for came in here.came] == [True, True, False]
    (one,) = _messages(load_settings(place))
    assert (one["receiver"], one["day"], one["why"]) == ("老板群", "2025-08-12", None)
    assert _message(one).startswith("老板群: daily of 2025-08-12, sent 20")
    assert examined(load_settings(place)) == {
        "messages to 老板群": "well: wecom: daily",
        "messages sent": "well: the last of each",
    }


def test_what_does_not_go_out_is_said_everywhere(tmp_path: Path, siyu: Siyu) -> None:
    with bot({"errcode": 93000, "errmsg": "invalid webhook url TOP-SECRET"}) as here:
        place = home(tmp_path, here.url)
        said = siyu("--home", place, "send")
    why = "it answered 93000: there is no such address; copy it anew from the group's 群机器人 (消息推送)"
    assert (said.code, said.out) == (1, f"✗ 老板群: NOT sent; {why}\n")
    status = siyu("--home", place, "status")
    assert "老板群: no daily yet" in status.out
    assert f"message: 老板群 did not get the daily report: {why}" in status.out
    assert json.loads(siyu("--home", place, "status", "--json").out)["messages"][0]["why"] == why
    assert examined(load_settings(place))["messages sent"] == f"doubt: 1 did not go out (老板群, daily: {why})"
    everything = said.out + status.out + (tmp_path / "sent.json").read_text(encoding="utf-8")
    assert "TOP-SECRET" not in everything
    (tmp_path / "boss.url").chmod(0o644)
    assert examined(load_settings(place))["messages to 老板群"].startswith("ill: boss.url may be read by others")


@pytest.mark.parametrize(
    ("arguments", "toml", "said"),
    [
        ([], "", "[send] names nobody. One line such as"),
        (["--test"], "", "[send] names nobody. One line such as"),
        (["weekly"], BOSS, "nobody in [send] of siyu.toml is named for the weekly report: add 'weekly'"),
        (["--to", "老板"], BOSS, "--to 老板: [send] of siyu.toml names nobody so; did you mean '老板群'?"),
        (["yearly"], BOSS, "'yearly' is not one of 'daily', 'weekly', 'monthly'"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, siyu: Siyu, arguments: list[str], toml: str, said: str) -> None:
    place = home(tmp_path, toml=toml)
    told = siyu("--home", place, "send", *arguments)
    assert (told.code, told.out) == (1, "")
    assert said in told.err


def test_nothing_published_is_no_fault_of_ours(tmp_path: Path, siyu: Siyu) -> None:
    (tmp_path / "siyu.toml").write_text(BOSS, encoding="utf-8")
    said = siyu("--home", str(tmp_path), "send")
    assert said.code == 1
    assert "nothing is published yet" in said.err


def test_a_run_ends_with_who_got_it(tmp_path: Path) -> None:
    """Not with who had it before."""
    came = (Delivery("a", "sent"), Delivery("b", "already"), Delivery("c", "failed", "no answer"))
    told = outcome(Settings(home=tmp_path), RunResult("published", "r", None, 1.0, deliveries=came))
    assert [line for line in told.splitlines() if "message" in line] == [
        "  message   ✓ a: sent",
        "  message   ✗ c: NOT sent; no answer",
    ]
