"""`[send]` of siyu.toml: who gets a message with which report. A secret is never written there, only where it stands.

What belongs here: the keys and what must fit together. What does not: reading secrets (secrets.py), sending.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Kind = Literal["daily", "weekly", "monthly"]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PLACE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:[\w-][\w.-]*")
_OURS = ("secret.key", "siyu.toml", "warehouse.", "sent.")
_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
PORTS = {"tls": 465, "starttls": 587, "none": 25}


def _a_place(text: str) -> str:
    """Where a secret stands. The message never repeats what was given: it may be the secret itself."""
    if not _PLACE.fullmatch(text) or text.removeprefix("file:").startswith(_OURS):
        raise ValueError(
            "expected where the secret stands, not the secret: env:NAME for an environment variable, or file:NAME for "
            "a file of your own beside siyu.toml that only its owner may read"
        )
    return text


def _a_mailbox(text: str) -> str:
    if not (text.isascii() and _MAIL.fullmatch(text)):
        raise ValueError("expected an e-mail address such as name@example.com")
    return text


def _an_address(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text)):
        raise ValueError("expected the address under which the reports are served, such as https://example.com/reports")
    return text


SecretPlace = Annotated[str, AfterValidator(_a_place)]
Mail = Annotated[str, AfterValidator(_a_mailbox)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Webhook(_Part):
    """A bot in a chat group. `secret`: what its messages are signed with, where the group asks for that."""

    service: Literal["wecom", "dingtalk", "feishu"]
    url: SecretPlace
    secret: SecretPlace | None = None
    reports: tuple[Kind, ...] = Field(default=("daily",), min_length=1)

    @model_validator(mode="after")
    def _can_be_signed(self) -> Webhook:
        if self.service == "wecom" and self.secret:
            raise ValueError("WeCom signs nothing: leave 'secret' out, its address is the secret")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.url, self.secret)))


class Mailbox(_Part):
    """People reached by e-mail, and the server that takes it. `security`: how the connection is kept private."""

    service: Literal["email"]
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: SecretPlace | None = None
    sender: Mail
    to: tuple[Mail, ...] = Field(min_length=1)
    reports: tuple[Kind, ...] = Field(default=("daily",), min_length=1)

    @model_validator(mode="after")
    def _keeps_its_secrets(self) -> Mailbox:
        if bool(self.user) != bool(self.password):
            raise ValueError("'user' and 'password' stand together, or neither where the server asks for none")
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("security 'none' is for a server on this machine; another one gets 'tls' or 'starttls'")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.password,) if self.password else ()


Receiver = Annotated[Webhook | Mailbox, Field(discriminator="service")]


class SendSettings(_Part):
    """Where the merchant serves the reports (nothing: messages have no link), and who gets messages, by name."""

    link: Annotated[str, AfterValidator(_an_address)] = ""
    receivers: dict[str, Receiver] = {}

    def named_for(self, kind: str) -> tuple[str, ...]:
        """Those who get this kind of report."""
        return tuple(name for name, receiver in self.receivers.items() if kind in receiver.reports)
