"""The platforms of assets/platforms.yaml: their names, and whether an order's number alone names the order.

What belongs here: reading that table, and the SQL of its one rule. What does not: any platform's name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.spec.reading import SpecError, Strict, read

FILE = Path(__file__).parents[1] / "assets" / "platforms.yaml"


class _Entry(Strict):
    """What the table states of a platform."""

    zh: str
    en: str
    has_global_order_ids: bool
    id_types: tuple[str, ...]
    also: tuple[str, ...]


class Platform(_Entry):
    """One platform, by its name."""

    name: str


@cache
def load_platforms() -> dict[str, Platform]:
    """Every platform by name, in the table's order. Raises SpecError naming the platform and the key at fault."""
    return {name: Platform(name=name, **dict(entry)) for name, entry in read(FILE, dict[str, _Entry]).items()}


@cache
def platform_words() -> dict[str, str]:
    """Every word that a file may say for a platform → its name. Raises SpecError where two platforms have one word."""
    words: dict[str, str] = {}
    for platform in load_platforms().values():
        for word in (platform.name, platform.zh, platform.en, *platform.also):
            if words.setdefault(word.lower(), platform.name) != platform.name:
                raise SpecError(f"{FILE}: {word} is a word for {words[word.lower()]} and for {platform.name}")
    return words


def shop_scope_sql(platform: str, shop: str) -> str:
    """SQL: the shop as far as it belongs to an order's number, '' where it does not or is not known."""
    whole = ", ".join(f"'{p.name}'" for p in load_platforms().values() if p.has_global_order_ids)
    return f"case when {platform} in ({whole}) then '' else coalesce({shop}, '') end"
