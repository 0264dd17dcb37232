"""The platforms of assets/platforms.yaml: their names, and whether an order's number alone names the order.

What belongs here: reading that table, and the SQL of its one rule. What does not: any platform's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[1] / "assets" / "platforms.yaml"
_KEYS = {"zh", "en", "has_global_order_ids", "id_types", "also"}


@dataclass(frozen=True)
class Platform:
    """One platform, as the table states it."""

    name: str
    zh: str
    en: str
    has_global_order_ids: bool
    id_types: tuple[str, ...]
    also: tuple[str, ...] = ()


@cache
def load_platforms() -> dict[str, Platform]:
    """Every platform by name, in the table's order. Raises ValueError naming the platform and the key at fault."""
    given = read_yaml(FILE.read_text(encoding="utf-8"))
    return {name: _platform(name, entry) for name, entry in given.items()}


def _platform(name: str, entry: dict[str, Any]) -> Platform:
    if set(entry) != _KEYS:
        raise ValueError(f"{FILE}: {name}: has {sorted(entry)}; expected the keys {sorted(_KEYS)}")
    if not isinstance(entry["has_global_order_ids"], bool):
        raise ValueError(f"{FILE}: {name}: has_global_order_ids is neither true nor false")
    lists = {key: tuple(entry[key]) for key in ("id_types", "also")}
    return Platform(name=name, **{**entry, **lists})


@cache
def platform_words() -> dict[str, str]:
    """Every word that a file may say for a platform → its name. Raises ValueError where two platforms have one word."""
    words: dict[str, str] = {}
    for platform in load_platforms().values():
        for word in (platform.name, platform.zh, platform.en, *platform.also):
            if words.setdefault(word.lower(), platform.name) != platform.name:
                raise ValueError(f"{FILE}: {word} is a word for {words[word.lower()]} and for {platform.name}")
    return words


def shop_scope_sql(platform: str, shop: str) -> str:
    """SQL: the shop as far as it belongs to an order's number, '' where it does not or is not known."""
    whole = ", ".join(f"'{p.name}'" for p in load_platforms().values() if p.has_global_order_ids)
    return f"case when {platform} in ({whole}) then '' else coalesce({shop}, '') end"
