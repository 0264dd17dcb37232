"""Whether messages can go out: who is named, whether each secret can be read, how the last ones went.

What belongs here: looks without the network. What does not: sending; `siyu send --test` shows whether a service takes
one.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.doctor.check import Check, well
from pipelines.messages.ledger import FILE, SendError, read_entries
from pipelines.messages.secrets import read_address, read_secret
from pipelines.messages.settings import Webhook
from pipelines.messages.trying import NotSent
from pipelines.settings import Settings

WHY = "they get no report's message"


def receivers(settings: Settings) -> Iterator[Check]:
    if not settings.send.receivers:
        yield well("messages", "nobody is named in [send]: none are sent")
    for name, receiver in settings.send.receivers.items():
        try:
            for place in receiver.secrets:
                is_address = isinstance(receiver, Webhook) and place == receiver.url
                read_address(place, settings.home) if is_address else read_secret(place, settings.home)
        except NotSent as error:
            yield Check(f"messages to {name}", "ill", str(error), WHY, "Then `siyu send --test`.")
        else:
            yield well(f"messages to {name}", f"{receiver.service}: {', '.join(receiver.reports)}")


def last_messages(settings: Settings) -> Iterator[Check]:
    try:
        entries = read_entries(settings)
    except SendError as error:
        yield Check("messages sent", "ill", str(error), "nothing is sent to anybody", f"Delete {FILE}.")
        return
    failed = [
        f"{name}, {kind}: {entry['why']}"
        for name, kinds in entries.items()
        for kind, entry in kinds.items()
        if "why" in entry and name in settings.send.receivers
    ]
    if failed:
        fix = "Mend that, then `siyu send` to whoever lacks it."
        yield Check("messages sent", "doubt", f"{len(failed)} did not go out ({failed[0]})", WHY, fix)
    else:
        yield well("messages sent", "the last of each" if entries else "none yet")


CHECKS = (receivers, last_messages)
