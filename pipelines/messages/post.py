"""One request to a webhook, by the standard library.

What belongs here: the request, and what may go wrong on the way. What does not: what an answer says (services.py),
trying again (trying.py).

An error of the library may name the address, which is a secret: none leaves this module, nor does its text.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from email.message import Message as Headers
from typing import Any
from urllib.parse import urlsplit

from pipelines.messages.services import Request
from pipelines.messages.settings import LOOPBACK
from pipelines.messages.trying import MAY_BE_THERE, NotSent

LONGEST_ANSWER = 1 << 16
HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def post(request: Request, seconds: float) -> dict[str, Any]:
    """Sends the request and gives the JSON that is answered. Raises NotSent.

    Follows no redirect: whatever stands behind one is not the service that was named.
    """
    url = request.url.get_secret_value()
    opener = urllib.request.build_opener(_NoRedirect, *_proxies(url))
    try:
        sent = urllib.request.Request(url, data=request.body, headers=HEADERS, method="POST")
        with opener.open(sent, timeout=seconds) as response:
            answer = json.loads(response.read(LONGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error.code, error.headers) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(getattr(error, "reason", error), seconds) from None
    if not isinstance(answer, dict):
        raise NotSent("it answered something that no such service answers: see whether the address is right")
    return answer


def _proxies(url: str) -> list[urllib.request.BaseHandler]:
    """The environment's proxies (HTTPS_PROXY) but for this machine itself, which none of them knows."""
    return [urllib.request.ProxyHandler({})] if urlsplit(url).hostname in LOOPBACK else []


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other that is no acknowledgement."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _refused(status: int, headers: Headers) -> NotSent:
    """An answer that is none of the service's own: of a server before it, or of one that is not it."""
    if status == 429:
        asked = headers.get("Retry-After", "")
        return NotSent("it asks to wait (HTTP 429)", float(asked) if asked.isdecimal() else 0)
    if status >= 500:
        return NotSent(f"it failed (HTTP {status}){MAY_BE_THERE}", 0)
    return NotSent(f"it answered HTTP {status}: see whether the address is one of a bot there")


def _failed(reason: object, seconds: float) -> NotSent:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NotSent("its certificate cannot be verified; see the clock and the certificates of this machine")
    if isinstance(reason, TimeoutError):
        return NotSent(f"no answer in {seconds:g} seconds{MAY_BE_THERE}", 0)
    if isinstance(reason, ConnectionResetError | BrokenPipeError | http.client.HTTPException):
        return NotSent(f"the connection broke ({type(reason).__name__}){MAY_BE_THERE}", 0)
    if isinstance(reason, OSError):
        return NotSent(f"it cannot be reached ({type(reason).__name__}); see the network, or HTTPS_PROXY", 0)
    return NotSent("it answered something that no such service answers: see whether the address is right")
