"""`siyu doctor`: is this machine fit, is this home well; what is wrong, why that matters, how to mend it.

What belongs here: the order of the checks. What does not: the checks (machine.py, home.py, data.py, messages.py),
printing (cli/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipelines.doctor import data, home, machine, messages
from pipelines.doctor.check import Check
from pipelines.settings import Settings

CHECKS: tuple[Callable[[Settings], Iterator[Check]], ...] = (
    *machine.CHECKS,
    *home.CHECKS,
    *data.CHECKS,
    *messages.CHECKS,
)


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, the machine first. A check that fails itself is told as one that found something."""
    for check in CHECKS:
        try:
            yield from check(settings)
        except Exception as error:  # one sick part hides no other
            said = f"could not be looked at: {type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"
            name = check.__name__.replace("_", " ").strip()
            yield Check(name, "ill", said, "what cannot be looked at may be broken", "Mend what the message names.")
