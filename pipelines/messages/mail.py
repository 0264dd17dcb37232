"""One e-mail, by the standard library: its TLS, its encodings, and the answers of its protocol.

What belongs here: the letter, and what may go wrong on the way. What does not: the text (text.py), trying again
(trying.py). Addresses of people and passwords stand in no error.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate

from pydantic import SecretStr

from pipelines.messages.settings import PORTS, Mailbox
from pipelines.messages.text import Lines
from pipelines.messages.trying import MAY_BE_THERE, NotSent

PERMANENT = 500  # from this code on a mail server means it


def letter(box: Mailbox, lines: Lines, id_: str, now: float) -> EmailMessage:
    """Plain text. `id_` is the same in every try, by which mail programs tell a double from a second letter."""
    made = EmailMessage()
    made["Subject"] = lines.title
    made["From"] = box.sender
    made["To"] = ", ".join(box.to)
    made["Date"] = formatdate(now)
    made["Message-ID"] = f"<{id_}@{box.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n\n".join(filter(None, [lines.body, lines.last])) + "\n")
    return made


def mail(box: Mailbox, made: EmailMessage, password: SecretStr | None, seconds: float) -> str:
    """Hands the letter to the server. Returns what is to be said of it, '' mostly; raises NotSent."""
    try:
        refused = _handed_over(box, made, password, seconds)
    except smtplib.SMTPAuthenticationError:
        raise NotSent("the mail server takes not this user and password (many want a 授权码 instead)") from None
    except smtplib.SMTPNotSupportedError:
        raise NotSent("the mail server offers no STARTTLS or no login on this port; nothing was told to it") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _answered(max(code for code, _ in error.recipients.values()), "takes none of the addresses") from None
    except smtplib.SMTPResponseException as error:
        raise _answered(error.smtp_code, "refuses the letter") from None
    except ssl.SSLCertVerificationError:
        raise NotSent("the mail server's certificate cannot be verified; see host, and the clock") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"the mail server gives no answer ({type(error).__name__}){MAY_BE_THERE}", 0) from None
    return f"the mail server refused {refused} of {len(box.to)} addresses" if refused else ""


def _handed_over(box: Mailbox, made: EmailMessage, password: SecretStr | None, seconds: float) -> int:
    """How many addresses the server does not take, of a letter that it does."""
    port, context = box.port or PORTS[box.security], ssl.create_default_context()
    if box.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(box.host, port, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(box.host, port, timeout=seconds)
    try:
        if box.security == "starttls":
            server.starttls(context=context)
        if password is not None:
            server.login(box.user, password.get_secret_value())
        return len(server.send_message(made))
    finally:
        # however the farewell goes: a letter that was taken is taken
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _answered(code: int, what: str) -> NotSent:
    return NotSent(f"the mail server {what} ({code})", None if code >= PERMANENT else 0)
