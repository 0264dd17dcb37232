"""What the terminal says, in English or in Chinese.

What belongs here: which language a command speaks, and a sentence in it. What does not: the sentences: the English one
stands where it is said, the Chinese in assets/terminal.zh.yaml under the English.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "zh"]

FILE = Path(__file__).resolve().parents[2] / "assets" / "terminal.zh.yaml"
_spoken: Language = "en"


def speak(language: Language) -> None:
    """From here on this process's commands speak it."""
    global _spoken
    _spoken = language


def spoken() -> Language:
    return _spoken


def language_of(home: Path, environment: Mapping[str, str]) -> Language:
    """What the home's siyu.toml says, else what the machine speaks (LC_ALL, LC_MESSAGES, LANG), else English."""
    try:
        said = tomllib.loads((home / "siyu.toml").read_text(encoding="utf-8")).get("language")
    except (OSError, ValueError):
        said = None  # a file that cannot be read is told by whoever needs what it says
    if said not in ("en", "zh"):
        said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def say(text: str, /, **values: Any) -> str:
    """A sentence in the language spoken, its {names} filled in as str.format does; an unknown one stays English."""
    known = chinese().get(text, text) if _spoken == "zh" else text
    return known.format(**values)


def say_of(count: int, one: str, many: str, /, **values: Any) -> str:
    """The sentence for one or for several; both may name {count}."""
    return say(one if count == 1 else many, count=count, **values)


@functools.cache
def chinese() -> dict[str, str]:
    """The Chinese sentence of each English one. Raises SpecError naming the file."""
    from pipelines.spec.reading import read

    return read(FILE, dict[str, str])
