"""A message goes to each receiver once: by snapshot, by what it says, and only after somebody has taken it."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.messages.ledger import SendError
from pipelines.messages.sending import send
from pipelines.settings import Settings
from tests.messages.home import Waited, home_with, saying, secret, to
from tests.messages.servers import Bot, bot

OK, REFUSED = {"errcode": 0}, {"errcode": 93000}


def states(settings: Settings, here: Bot, again: bool = False, **boss: Any) -> list[str]:
    """What comes of the newest message, for two bots of one group."""
    place = secret(settings, "boss.url", here.url)
    asked = to(settings, boss={"service": "wecom", "url": place, **boss}, other={"service": "wecom", "url": place})
    return [one.state for one in send(asked, "daily", again=again, bounds=Waited().bounds())]


def test_a_report_of_a_snapshot_is_sent_once(tmp_path: Path) -> None:
    with bot(OK) as here:
        assert states(home_with(tmp_path), here) == ["sent", "sent"]
        assert states(home_with(tmp_path), here) == ["already", "already"]
        # Written anew of the same snapshot, with another word in it: the figures are those that were sent.
        assert states(home_with(tmp_path, saying(warnings=("数据已滞后 2 天",))), here) == ["already", "already"]
        assert states(home_with(tmp_path), here, again=True) == ["sent", "sent"]
    assert len(here.came) == 4


def test_another_snapshot_is_sent_where_it_says_anything_else(tmp_path: Path) -> None:
    """A run in the afternoon publishes anew: only numbers that changed are news."""
    with bot(OK) as here:
        assert states(home_with(tmp_path), here) == ["sent", "sent"]
        assert states(home_with(tmp_path, snapshot="siyu-2.duckdb"), here) == ["already", "already"]
        changed = home_with(tmp_path, saying(figures=("支付金额 ¥1",)), snapshot="siyu-3.duckdb")
        assert states(changed, here) == ["sent", "sent"]


def test_who_did_not_get_it_gets_it_next_time_and_nobody_else(tmp_path: Path) -> None:
    settings = home_with(tmp_path)
    with bot(OK) as here:
        assert states(settings, here, url="env:SIYU_NOWHERE") == ["failed", "sent"]
        entries = json.loads((tmp_path / "sent.json").read_text(encoding="utf-8"))
        assert "SIYU_NOWHERE is not set" in entries["boss"]["daily"]["why"]
        assert states(settings, here) == ["sent", "already"]
    entries = json.loads((tmp_path / "sent.json").read_text(encoding="utf-8"))
    assert entries["boss"]["daily"].keys() == {"snapshot", "held", "digest", "day", "sent_at"}, "the failure is over"
    assert (tmp_path / "sent.json").stat().st_mode & 0o777 == 0o600


def test_what_was_refused_is_not_taken_for_sent(tmp_path: Path) -> None:
    with bot(REFUSED, REFUSED, OK) as here:
        assert states(home_with(tmp_path), here) == ["failed", "failed"]
        assert states(home_with(tmp_path), here) == ["sent", "sent"]


def test_a_failure_after_a_message_does_not_forget_it(tmp_path: Path) -> None:
    """Sent again on purpose, it fails: the snapshot's message has gone out all the same."""
    with bot(OK) as here:
        assert states(home_with(tmp_path), here) == ["sent", "sent"]
        assert states(home_with(tmp_path), here, again=True, url="env:SIYU_NOWHERE") == ["failed", "sent"]
        assert states(home_with(tmp_path), here) == ["already", "already"]


def test_two_do_not_send_at_once(tmp_path: Path) -> None:
    settings = home_with(tmp_path)
    with open(tmp_path / "sent.lock", "w", encoding="utf-8") as lock, bot(OK) as here:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SendError, match="another `siyu send` or run is sending"):
            states(settings, here)
    assert here.came == []


def test_a_ledger_that_cannot_be_read_stops_everything_and_says_so(tmp_path: Path) -> None:
    settings = home_with(tmp_path)
    (tmp_path / "sent.json").write_text("{", encoding="utf-8")
    with bot(OK) as here, pytest.raises(SendError, match=r"sent\.json cannot be read; without it \(delete it\)"):
        states(settings, here)
    assert here.came == []
