"""E-mail: the letter as it arrives, and what mail servers answer."""

from __future__ import annotations

import email
import email.policy
import socket
from pathlib import Path
from typing import Any

import pytest

from pipelines.messages.sending import Delivery, send
from tests.messages.home import MESSAGE, TEXT, Waited, home_with, secret, to
from tests.messages.servers import Post, certificate, login, post_office

BOX = {"service": "email", "host": "127.0.0.1", "security": "none", "sender": "siyu@example.com"}
PEOPLE = ["boss@example.com", "shop@example.com"]


def outcome(folder: Path, office: Post, **more: Any) -> tuple[Delivery, list[float]]:
    settings, waited = home_with(folder), Waited()
    password = {"user": "siyu@example.com", "password": secret(settings, "mail.key", "PASS-WORD")}
    box = {**BOX, "port": office.port, "to": PEOPLE, **password, **more}
    (done,) = send(to(settings, boss=box), "daily", bounds=waited.bounds())
    assert not [word for word in ("PASS-WORD", *PEOPLE) if word in repr(done)], "no address, no password"
    return done, waited.slept


def test_a_letter_says_what_the_chat_says(tmp_path: Path) -> None:
    with post_office() as office:
        assert outcome(tmp_path, office) == (Delivery("boss", "sent"), [])
    letter: Any = email.message_from_bytes(office.letters[0], policy=email.policy.default)
    title, _, body = TEXT.partition("\n\n")
    assert (letter["Subject"], letter.get_content().replace("\r\n", "\n")) == (title, body + "\n")
    assert (letter["From"], letter["To"]) == ("siyu@example.com", "boss@example.com, shop@example.com")
    assert letter.get_content_type() == "text/plain"
    assert [login(line) for line in office.lines if line.startswith("AUTH")] == [["siyu@example.com", "PASS-WORD"]]
    assert [line[5:] for line in office.lines if line.lower().startswith("rcpt")] == [
        "TO:<boss@example.com>",
        "TO:<shop@example.com>",
    ]


def test_a_second_try_is_the_same_letter(tmp_path: Path) -> None:
    """Taken in the end or not, a mail program can tell that both are one: their Message-ID is."""
    with post_office(taken="451 try later") as office:
        done, slept = outcome(tmp_path, office)
    ids = {email.message_from_bytes(letter)["Message-ID"] for letter in office.letters}
    assert (done.why, slept) == ("the mail server refuses the letter (451)", [2, 8])
    assert (len(office.letters), len(ids)) == (3, 1)
    assert ids.pop().endswith(".daily@example.com>")


@pytest.mark.parametrize(
    ("answers", "said", "slept"),
    [
        ({"auth": "535 no"}, "the mail server takes not this user and password", []),
        ({"rcpt": "550 no such mailbox"}, "the mail server takes none of the addresses (550)", []),
        ({"rcpt": "450 later"}, "the mail server takes none of the addresses (450)", [2, 8]),
        ({"mail": "553 not yours"}, "the mail server refuses the letter (553)", []),
        ({"data": "554 spam"}, "the mail server refuses the letter (554)", []),
    ],
)
def test_what_a_server_answers(tmp_path: Path, answers: dict[str, str], said: str, slept: list[float]) -> None:
    with post_office(**answers) as office:
        done, waited = outcome(tmp_path, office)
    assert (done.state, waited, office.letters) == ("failed", slept, [])
    assert done.why.startswith(said)


def test_some_addresses_may_be_wrong(tmp_path: Path) -> None:
    """The others have it, so it is sent; that one has not is said, of whom is not."""
    with post_office(only="boss@") as office:
        assert outcome(tmp_path, office)[0] == Delivery("boss", "sent", "the mail server refused 1 of 2 addresses")


def test_a_farewell_that_goes_wrong_takes_no_letter_back(tmp_path: Path) -> None:
    with post_office(quit="500 what") as office:
        assert outcome(tmp_path, office)[0] == Delivery("boss", "sent")


def test_a_password_is_told_to_no_server_in_clear(tmp_path: Path) -> None:
    """It offers no STARTTLS: nobody knows who it is."""
    with post_office() as office:
        done, slept = outcome(tmp_path, office, security="starttls")
    assert done.why.startswith("the mail server offers no STARTTLS")
    assert (slept, [line.split()[0] for line in office.lines]) == ([], ["ehlo", "quit"])


def test_a_server_that_speaks_no_tls(tmp_path: Path) -> None:
    with post_office() as office:
        done, _ = outcome(tmp_path, office, security="tls")
    assert done.why.startswith("the mail server gives no answer (")
    assert "PASS-WORD" not in "".join(office.lines)


def test_a_server_is_told_the_password_when_it_has_proved_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, tls = certificate(tmp_path)
    with post_office(tls=tls) as office:
        done, _ = outcome(tmp_path, office, security="tls")
        assert (done.why.split(";")[0], office.lines) == ("the mail server's certificate cannot be verified", [])
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert outcome(tmp_path, office, security="tls")[0] == Delivery("boss", "sent")
    assert len(office.letters) == 1


def test_no_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        done, slept = outcome(tmp_path, Post(free.getsockname()[1]))
    assert done.why.startswith("the mail server gives no answer (ConnectionRefusedError)")
    assert slept == [2, 8]


def test_a_name_of_the_merchants_is_no_header(tmp_path: Path) -> None:
    """A line break in siyu.toml would begin another header."""
    settings = home_with(tmp_path, type(MESSAGE).of({**MESSAGE.plain(), "title": "茶铺\r\nBcc: all@example.com"}))
    with post_office() as office:
        box = {**BOX, "port": office.port, "to": PEOPLE[:1]}
        assert send(to(settings, boss=box), "daily", bounds=Waited().bounds()) == (Delivery("boss", "sent"),)
    letter: Any = email.message_from_bytes(office.letters[0], policy=email.policy.default)
    assert (letter["Bcc"], letter["Subject"]) == (None, "茶铺 Bcc: all＠example．com")
