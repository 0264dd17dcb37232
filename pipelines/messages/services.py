"""WeCom, DingTalk and Feishu: what a bot of each is sent, how it is signed, and what its answer means.

What belongs here: the form of a request. What does not: limits and codes (assets/reports/message_services.yaml),
sending the request (post.py), the text (text.py).

All are sent plain text, never Markdown: what stands in it is shown and does nothing. Feishu gets it as a card whose
elements are plain text, with a button for the link; WeCom and DingTalk mention nobody who is not listed, and nobody is.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Field, SecretStr

from pipelines.messages.text import Lines
from pipelines.messages.trying import NotSent
from pipelines.report.message import word
from pipelines.report.words import REPORTS
from pipelines.spec.reading import Strict, read

FILE = REPORTS / "message_services.yaml"
Payload = dict[str, Any]


class Answer(Strict):
    """What one code means. `wait`: seconds until another try may go through; None: it cannot."""

    said: str
    wait: float | None = Field(default=None, ge=0)


class Service(Strict):
    """One service."""

    longest: int = Field(gt=0)
    code: tuple[str, ...]
    answers: dict[int, Answer]


@functools.cache
def services() -> dict[str, Service]:
    """message_services.yaml. Raises SpecError naming file and key."""
    return read(FILE, dict[str, Service])


@dataclass(frozen=True)
class Request:
    """A POST of JSON. The address is a secret, and so is what it was signed with."""

    url: SecretStr
    body: bytes


def request(service: str, lines: Lines, url: SecretStr, secret: SecretStr | None, now: float) -> Request:
    """What this service is sent; `now`: seconds since 1970, which a signature holds."""
    payload = FORMS[service](lines)
    if secret and service == "dingtalk":
        url = _signed_address(url, secret, round(now * 1000))
    if secret and service == "feishu":
        payload |= _signature_inside(secret, int(now))
    return Request(url, _bytes(payload))


def fits(service: str, lines: Lines) -> bool:
    """Whether the service takes a message of these lines whole."""
    payload = FORMS[service](lines)
    if service == "wecom":
        return len(payload["text"]["content"].encode()) <= services()[service].longest
    signed = payload | _signature_inside(SecretStr("of any length"), 0)
    return len(_bytes(signed)) <= services()[service].longest


def judge(service: str, answer: Mapping[str, Any]) -> None:
    """Nothing, where the answer says that the message was taken. Raises NotSent with what it says instead.

    The answer's own words are not repeated: some hold addresses.
    """
    known = services()[service]
    code = next((answer[name] for name in known.code if name in answer), None)
    if type(code) is not int:  # neither true nor "0" is a code
        raise NotSent(f"what answered is not {service}: see whether the address is one of a bot there")
    if code == 0:
        return
    meant = known.answers.get(code, Answer(said="see what its maker says of that code"))
    raise NotSent(f"it answered {code}: {meant.said}", meant.wait)


def _wecom(lines: Lines) -> Payload:
    return {"msgtype": "text", "text": {"content": lines.text}}


def _dingtalk(lines: Lines) -> Payload:
    return {
        "msgtype": "text",
        "text": {"content": lines.text},
        "at": {"atMobiles": [], "atUserIds": [], "isAtAll": False},
    }


def _feishu(lines: Lines) -> Payload:
    elements: list[Payload] = [{"tag": "div", "text": _plain(block)} for block in lines.blocks]
    if lines.link:
        button = {"tag": "button", "type": "primary", "text": _plain(word("open", lines.language)), "url": lines.link}
        elements.append({"tag": "action", "actions": [button]})
    return {"msg_type": "interactive", "card": {"header": {"title": _plain(lines.title)}, "elements": elements}}


def _plain(text: str) -> Payload:
    return {"tag": "plain_text", "content": text}


FORMS: dict[str, Callable[[Lines], Payload]] = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}


def _signed_address(url: SecretStr, secret: SecretStr, milliseconds: int) -> SecretStr:
    """DingTalk: the signature stands in the address, percent-encoded once."""
    key = secret.get_secret_value()
    signature = _base64(hmac.new(key.encode(), f"{milliseconds}\n{key}".encode(), hashlib.sha256))
    parts = urlsplit(url.get_secret_value())
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("timestamp", str(milliseconds)), ("sign", signature)]
    return SecretStr(urlunsplit(parts._replace(query=urlencode(query))))


def _signature_inside(secret: SecretStr, seconds: int) -> Payload:
    """Feishu: the signature stands in the request; its key is moment and secret, and what it signs is nothing."""
    key = f"{seconds}\n{secret.get_secret_value()}".encode()
    return {"timestamp": str(seconds), "sign": _base64(hmac.new(key, b"", hashlib.sha256))}


def _base64(signed: hmac.HMAC) -> str:
    return base64.b64encode(signed.digest()).decode()


def _bytes(payload: Payload) -> bytes:
    """JSON in UTF-8 as it is: escaped, a Chinese letter takes twice the bytes of a limit."""
    return json.dumps(payload, ensure_ascii=False).encode()
