"""[send] of siyu.toml: what is read, what is refused, and that a secret written there is not repeated."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from pipelines.building import core_fingerprint
from pipelines.messages.settings import Mailbox, Webhook
from pipelines.new_home.settings_file import words
from pipelines.settings import Settings, SettingsError, load_settings
from pipelines.steps.record import run_fingerprint

GOOD = """
[send]
link = "https://example.com/reports"
receivers."老板群" = {service = "wecom", url = "file:boss.url", reports = ["daily", "weekly"]}
[send.receivers.ops]
service = "dingtalk"
url = "env:OPS_URL"
secret = "file:ops.key"
[send.receivers.mail]
service = "email"
host = "smtp.example.com"
user = "siyu@example.com"
password = "env:MAIL_PASSWORD"
sender = "siyu@example.com"
to = ["boss@example.com"]
reports = ["monthly"]
"""


def loaded(home: Path, text: str) -> Settings:
    (home / "siyu.toml").write_text(text, encoding="utf-8")
    return load_settings(home)


def test_receivers_by_name(tmp_path: Path) -> None:
    settings = loaded(tmp_path, GOOD)
    boss, ops, mail = settings.send.receivers.values()
    assert isinstance(boss, Webhook)
    assert isinstance(mail, Mailbox)
    assert (boss.secrets, ops.secrets) == (("file:boss.url",), ("env:OPS_URL", "file:ops.key"))
    assert (mail.security, mail.port, mail.secrets) == ("tls", None, ("env:MAIL_PASSWORD",))
    assert {kind: settings.send.named_for(kind) for kind in ("daily", "weekly", "monthly")} == {
        "daily": ("老板群", "ops"),
        "weekly": ("老板群",),
        "monthly": ("mail",),
    }


def test_the_example_of_the_docs_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    settings = loaded(tmp_path, page.partition("```toml\n")[2].partition("```")[0])
    assert [one.service for one in settings.send.receivers.values()] == ["wecom", "dingtalk", "feishu", "email"]
    example = words()["send"].example
    assert loaded(tmp_path, f"[send]\n{example}\n").send.named_for("weekly") == ("老板群",)


def test_who_is_told_decides_no_number(tmp_path: Path) -> None:
    """Another receiver builds nothing anew, and publishes nothing again."""
    before, after = Settings(home=tmp_path), loaded(tmp_path, GOOD)
    assert core_fingerprint(before) == core_fingerprint(after)
    assert run_fingerprint(before) == run_fingerprint(after)


SECRET = "https://qyapi.example.com/send?key=TOP-SECRET"
WEBHOOK, MAIL = 'service = "wecom", url = "env:A"', 'service = "email", host = "h", sender = "a@b.c", to = ["a@b.c"]'


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        (f'{{service = "wecom", url = "{SECRET}"}}', "expected where the secret stands, not the secret: env:NAME"),
        (f'"{SECRET}"', "'send.receivers.a' is ***"),
        ('{service = "wecom", url = "file:../TOP-SECRET"}', "expected where the secret stands"),
        ('{service = "wecom", url = "file:secret.key"}', "expected where the secret stands"),
        ('{service = "wecom"}', "'send.receivers.a.wecom.url' is ***: Field required"),
        (f'{{{WEBHOOK}, secret = "env:B"}}', "WeCom signs nothing"),
        (f'{{{WEBHOOK}, reports = ["yearly"]}}', "Input should be 'daily', 'weekly' or 'monthly'"),
        (f'{{{WEBHOOK}, token = "TOP-SECRET"}}', "'send.receivers.a.wecom.token' is ***: Extra inputs"),
        ('{service = "wechat", url = "env:A"}', "does not match any of the expected tags: 'wecom', 'dingtalk'"),
        (f'{{{MAIL}, password = "TOP-SECRET", user = "u"}}', "expected where the secret stands"),
        (f'{{{MAIL}, user = "u"}}', "'user' and 'password' stand together"),
        (f'{{{MAIL}, security = "none"}}', "security 'none' is for a server on this machine"),
        (f"{{{MAIL.replace('a@b.c', 'TOP-SECRET')}}}", "expected an e-mail address such as name@example.com"),
    ],
)
def test_a_mistake_is_told_and_never_what_was_written(tmp_path: Path, receiver: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(tmp_path, f"[send]\nreceivers.a = {receiver}\n")
    assert said in str(error.value)
    assert "TOP-SECRET" not in "".join(traceback.format_exception(error.value)), "nor in what Dagster would log"


def test_a_link_is_an_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="expected the address under which the reports are served"):
        loaded(tmp_path, '[send]\nlink = "reports/"\n')
