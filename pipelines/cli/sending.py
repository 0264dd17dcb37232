"""`siyu send`: a report's message to those named in `[send]`, shown or sent; what came of it.

What belongs here: the words. What does not: the message (report/message.py), sending (messages/).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import USER, UserError
from pipelines.cli.words import say
from pipelines.settings import Settings, load_settings
from pipelines.spec.nearest import hint

if TYPE_CHECKING:
    from pipelines.messages.sending import Delivery

MARKS = {"sent": "✓", "already": "–", "failed": "✗"}


def send_messages(home: Path | None, kind: str, to: Sequence[str], again: bool) -> int:
    """Sends, and says to whom; 1 where somebody did not get it."""
    from pipelines.messages.sending import send

    settings = load_settings(home)
    names = _named(settings, kind, to)
    return _told(send(settings, kind, names, again))


def send_tests(home: Path | None, to: Sequence[str]) -> int:
    """A test message to everybody who is named at all, or to these."""
    from pipelines.messages.sending import send_test

    settings = load_settings(home)
    return _told(send_test(settings, _known(settings, to) or tuple(settings.send.receivers) or _nobody(settings)))


def show_messages(home: Path | None, kind: str, to: Sequence[str]) -> int:
    """What each would be sent; nothing is sent, and no secret is read."""
    from pipelines.cli.show import visible
    from pipelines.messages.ledger import open_ledger
    from pipelines.messages.sending import shown
    from pipelines.messages.text import fitted
    from pipelines.steps.reporting import newest_message

    settings = load_settings(home)
    noted = newest_message(settings, kind)
    names = _known(settings, to) or settings.send.named_for(kind)
    if not names:
        print(fitted(noted.message, settings.send.link, lambda _: True).text)
        nobody = "Nobody is named for the {kind} report: docs/operations.md says how."
        print("\n" + say(nobody, kind=kind), file=sys.stderr)
        return 0
    with open_ledger(settings) as ledger:
        for name in names:
            text = shown(settings, name, noted.message).text
            service = settings.send.receivers[name].service
            state = say("has it already") if ledger.has(name, noted) else say("would be sent")
            size = say("{bytes:,} bytes", bytes=len(text.encode()))
            print(f"--- {visible(name)} ({service}, {size}) {state}:\n{text}\n")
    return 0


def _named(settings: Settings, kind: str, to: Sequence[str]) -> tuple[str, ...]:
    names = _known(settings, to) or settings.send.named_for(kind)
    if not settings.send.receivers:
        return _nobody(settings)
    if not names:
        said = say(
            "nobody in [send] of siyu.toml is named for the {kind} report: add {kind!r} to its `reports`", kind=kind
        )
        raise UserError(said)
    return names


def _known(settings: Settings, to: Sequence[str]) -> tuple[str, ...]:
    for name in to:
        if name not in settings.send.receivers:
            near = hint(name, settings.send.receivers)
            raise UserError(say("--to {name}: [send] of siyu.toml names nobody so; {hint}", name=name, hint=near))
    return tuple(dict.fromkeys(to))


def _nobody(settings: Settings) -> tuple[str, ...]:
    said = say(
        "{file}: [send] names nobody. One line such as\n"
        '      receivers."老板群" = {{service = "wecom", url = "file:boss.url"}}\n'
        "      below [send] does, and the file boss.url beside it holds the address; docs/operations.md has more. "
        "`siyu send --dry-run` shows the message.",
        file=settings.home / "siyu.toml",
    )
    raise UserError(said)


def _told(deliveries: Sequence[Delivery]) -> int:
    print("\n".join(delivery_lines(deliveries)))
    return USER if any(one.state == "failed" for one in deliveries) else 0


def delivery_lines(deliveries: Sequence[Delivery]) -> list[str]:
    """A line for each receiver."""
    from pipelines.cli.show import visible

    already = "has this message already (--again sends it once more)"
    said = {"sent": say("sent"), "already": say(already), "failed": say("NOT sent")}
    return [
        f"{MARKS[one.state]} {visible(one.receiver)}: {said[one.state]}{'; ' + one.why if one.why else ''}"
        for one in deliveries
    ]
