"""The message of a report that a run has written, to whoever is named for it. It never stops or fails a run.

What belongs here: that no failure leaves here but as a word of it. What does not: sending (messages/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.messages.sending import Delivery


def send_report(settings: Settings, kind: str, again: bool = False) -> tuple[Delivery, ...]:
    """What came of it, by receiver; nothing where nobody is named for reports of this kind. `again`: also to those who
    have it."""
    named = settings.send.named_for(kind)
    if not named:
        return ()
    from pipelines.messages.ledger import SendError
    from pipelines.messages.sending import Delivery, send

    try:
        return send(settings, kind, again=again)
    except SendError as error:
        why = str(error)
    except Exception as error:  # its text may hold a path or a value
        why = f"a fault of Siyu: {type(error).__name__}"
    return tuple(Delivery(name, "failed", why) for name in named)
