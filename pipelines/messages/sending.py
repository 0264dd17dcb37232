"""A report's message to everybody who is named for it: once each, all at the same time, and within a minute and a half.

What belongs here: who is due, the whole of the time, what came of it. What does not: what is said (report/message.py),
how each service is spoken to (services.py, post.py, mail.py).
"""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.messages import services
from pipelines.messages.ledger import digest, open_ledger
from pipelines.messages.mail import letter, mail
from pipelines.messages.post import post
from pipelines.messages.secrets import read_address, read_secret
from pipelines.messages.settings import Mailbox, Webhook
from pipelines.messages.text import Lines, fitted, of_test
from pipelines.messages.trying import CLOCK, MAY_BE_THERE, Clock, NotSent, tried
from pipelines.report.message import Message
from pipelines.settings import Settings
from pipelines.steps.reporting import newest_message

Attempt = Callable[[], str]


@dataclass(frozen=True)
class Delivery:
    """What came of one message. `why`: why it was not sent, or what else is to be known."""

    receiver: str
    state: Literal["sent", "already", "failed"]
    why: str = ""


@dataclass(frozen=True)
class Bounds:
    """Seconds for one answer, and for everything together; and whose clock."""

    answer: float = 15.0
    total: float = 90.0
    clock: Clock = CLOCK


USUAL = Bounds()


def send(
    settings: Settings, kind: str, names: Sequence[str] | None = None, again: bool = False, bounds: Bounds = USUAL
) -> tuple[Delivery, ...]:
    """The newest report's message to those named for it, or to `names`; `again`: also where it was sent already.

    What a service acknowledged is remembered at once, so that nothing is sent twice; a message whose acknowledgement
    was lost is. Raises SendError and NothingPublished where nothing can be sent to anybody.
    """
    noted = newest_message(settings, kind)
    asked = settings.send.named_for(kind) if names is None else names
    with open_ledger(settings) as ledger:
        due = [name for name in asked if again or not ledger.has(name, noted)]
        done = {name: Delivery(name, "already") for name in asked if name not in due}
        id_ = f"{digest(noted)}.{kind}"
        attempts = {
            name: _attempt(settings, name, functools.partial(shown, settings, name, noted.message), id_, bounds)
            for name in due
        }
        for one in at_once(attempts, bounds):
            done[one.receiver] = one
            at = settings.today().isoformat(timespec="seconds")
            if one.state == "sent":
                ledger.note_sent(one.receiver, noted, at, one.why)
            else:
                ledger.note_failed(one.receiver, noted, at, one.why)
    return tuple(done[name] for name in asked)


def send_test(settings: Settings, names: Sequence[str], bounds: Bounds = USUAL) -> tuple[Delivery, ...]:
    """A message that says that it is a test; nothing is remembered of it."""
    attempts = {
        name: _attempt(settings, name, lambda: of_test(settings.send.link, settings.language), f"test.{n}", bounds)
        for n, name in enumerate(names)
    }
    return tuple(sorted(at_once(attempts, bounds), key=lambda one: names.index(one.receiver)))


def shown(settings: Settings, name: str, message: Message) -> Lines:
    """What a receiver is shown of a message, fitted to its service. Raises NotSent."""
    receiver = settings.send.receivers[name]

    def fits(lines: Lines) -> bool:
        return not isinstance(receiver, Webhook) or services.fits(receiver.service, lines)

    return fitted(message, settings.send.link, fits)


def _attempt(settings: Settings, name: str, lines: Callable[[], Lines], id_: str, bounds: Bounds) -> Attempt:
    """Everything that one try needs, secrets read anew in each."""
    receiver = settings.send.receivers[name]

    def by_webhook(bot: Webhook) -> str:
        url = read_address(bot.url, settings.home)
        secret = read_secret(bot.secret, settings.home) if bot.secret else None
        asked = services.request(bot.service, lines(), url, secret, bounds.clock.now())
        services.judge(bot.service, post(asked, bounds.answer))
        return ""

    def by_mail(box: Mailbox) -> str:
        password = read_secret(box.password, settings.home) if box.password else None
        return mail(box, letter(box, lines(), id_, bounds.clock.now()), password, bounds.answer)

    return lambda: by_webhook(receiver) if isinstance(receiver, Webhook) else by_mail(receiver)


def at_once(attempts: Mapping[str, Attempt], bounds: Bounds) -> Iterator[Delivery]:
    """What came of each, as it ends; whoever has no answer when the time is over has failed.

    No try begins when there is no time left for its answer: what arrives after the end would be taken for lost, and
    come twice. A thread that still waits then is left to itself and ends with the process.
    """
    done: queue.Queue[Delivery] = queue.Queue()
    until = bounds.clock.passed() + bounds.total
    for name, attempt in attempts.items():
        given = (name, attempt, until - bounds.answer, bounds.clock, done)
        threading.Thread(target=_try, args=given, daemon=True).start()
    waiting = list(attempts)
    while waiting:
        try:
            one = done.get(timeout=max(0.0, until - bounds.clock.passed()) + 0.1)
        except queue.Empty:
            why = f"no answer in {bounds.total:g} seconds{MAY_BE_THERE}"
            yield from (Delivery(name, "failed", why) for name in waiting)
            return
        waiting.remove(one.receiver)
        yield one


def _try(name: str, attempt: Attempt, last: float, clock: Clock, done: queue.Queue[Delivery]) -> None:
    try:
        done.put(Delivery(name, "sent", tried(attempt, last, clock)))
    except NotSent as failure:
        done.put(Delivery(name, "failed", str(failure)))
    except Exception as error:  # its text may hold a secret
        done.put(Delivery(name, "failed", f"a fault of Siyu: {type(error).__name__}"))
