"""The kinds of ids that people have: assets/id_types.yaml, read and checked once.

What belongs here: that table and its other spellings. What does not: which of them a platform has
(platforms.py), and SQL.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.yaml_text import read_yaml

FILE = Path(__file__).resolve().parent.parent / "assets" / "id_types.yaml"
PHONE = "phone"
LEFT_OUT = " _-"  # of a word, before it is looked for


@cache
def load_id_types() -> dict[str, tuple[str, ...]]:
    """Every kind → its other spellings. Raises ValueError naming the file and the word at fault."""
    entries = read_yaml(FILE.read_text(encoding="utf-8"))
    for word, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != {"zh", "also"}:
            raise ValueError(f"{FILE}: {word}: expected the keys zh and also")
    return {word: (entry["zh"], *entry["also"]) for word, entry in entries.items()}


@cache
def id_type_words() -> dict[str, str]:
    """Every spelling, bare of what is left out → the kind. Raises ValueError where two kinds share one."""
    words: dict[str, str] = {}
    for kind, also in load_id_types().items():
        for spelling in (kind, *also):
            bare = spelling.lower().translate(dict.fromkeys(map(ord, LEFT_OUT)))
            if words.setdefault(bare, kind) != kind:
                raise ValueError(f"{FILE}: {spelling} is a word for {words[bare]} and for {kind}")
    return words
