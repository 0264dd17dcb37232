"""One thing that was looked at.

What belongs here: its shape. What does not: any check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "doubt", "ill"]


@dataclass(frozen=True)
class Check:
    """`state`: well; doubt (it works, but a person should know); ill (a run fails, or numbers are in danger)."""

    name: str
    state: State
    found: str
    why: str = ""  # it matters
    fix: str = ""


def well(name: str, found: str) -> Check:
    return Check(name, "well", found)
