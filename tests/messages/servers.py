"""Servers on this machine that answer as the services document it, one answer after the other, and keep what came.

What belongs here: speaking HTTP and SMTP. What does not: which answers (the tests).
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SILENT = "never answers"
Reply = Any  # a JSON object, a status, (status, headers), bytes of a page, or SILENT


@dataclass
class Came:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query, strict_parsing=True)


@dataclass
class Bot:
    """A service's endpoint, and what came to it."""

    replies: list[Reply]
    url: str = ""
    came: list[Came] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def bot(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Bot]:
    """A server that gives these answers in their order, the last one from then on."""
    known = Bot(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.came.append(Came(self.path, dict(self.headers), body))
            reply = known.replies.pop(0) if len(known.replies) > 1 else known.replies[0]
            if reply == SILENT:
                known.is_over.wait(20)
                return
            status, headers, content = _as_http(reply)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        known.url = (
            f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/robot/send?access_token=TOP-SECRET"
        )
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield known
        finally:
            known.is_over.set()
            server.shutdown()


def _as_http(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    if isinstance(reply, int):
        return reply, {}, b""
    if isinstance(reply, tuple):
        return reply[0], reply[1], b""
    if isinstance(reply, bytes):
        return 200, {}, reply
    return 200, {"Content-Type": "application/json"}, json.dumps(reply).encode()


@dataclass
class Post:
    """A mail server's port, and what came to it: letters, and the lines of the talk around them."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@contextlib.contextmanager
def post_office(
    offers: Sequence[str] = ("AUTH PLAIN",), tls: ssl.SSLContext | None = None, **answers: str
) -> Iterator[Post]:
    """A mail server that takes every letter, but for `answers` to a command: rcpt="550 no such mailbox"."""
    known = Post()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                known.lines.append(line)
                command = line.split()[0].lower()
                if command == "ehlo":
                    self.say("\r\n".join([*(f"250-{one}" for one in ("here", *offers)), "250 8BITMIME"]))
                    continue
                answer = answers.get(command, {"auth": "235 yes", "quit": "221 bye"}.get(command, "250 ok"))
                if "only" in answers and command == "rcpt":
                    answer = "250 ok" if answers["only"] in line else "550 no such mailbox"
                self.say("354 go on" if command == "data" and answer == "250 ok" else answer)
                if command == "data" and answer == "250 ok":
                    known.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self.say(answers.get("taken", "250 taken"))
                if command == "quit":
                    return

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        known.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield known
        finally:
            server.shutdown()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """One that 127.0.0.1 gave itself, so that nobody trusts it unasked: where it lies, and a server's side of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(here, critical=True).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def login(line: str) -> list[str]:
    """User and password out of `AUTH PLAIN …`."""
    return base64.b64decode(line.split()[-1]).decode().split("\0")[1:]
