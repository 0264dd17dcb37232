"""What a table's parameters are asked to be: typed as their defaults are, and refused where the table does not take it.

What belongs here: reading what a person or a program gives for a parameter. What does not: what a parameter does (the
table's SQL), which parameters there are (its header).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from pipelines.activities import read_text
from pipelines.spec.table_file import TableError

# A choice that stands for any duration, and what one is written in: 90s, 15min, 2h, 7d, 4w.
DURATION = "duration"
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
MOST_SECONDS = 10 * 366 * 86400


def resolved(
    table: str,
    defaults: Mapping[str, Any],
    choices: Mapping[str, list[Any]],
    given: Mapping[str, Any],
    activities: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """A table's defaults overridden by `given`. Raises TableError with what the table (its qualified name) takes.

    `activities`: see Header.
    """
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        known = ", ".join(defaults) or "none"
        raise TableError(f"{table} has no parameter '{unknown[0]}'; its parameters are: {known}")
    may_repeat = activities or {}
    typed = {k: _like(defaults[k], v, k, table, k in may_repeat) for k, v in given.items()}
    for name, value in typed.items():
        _check_choice(table, name, value, choices.get(name))
        _check_numbers(table, name, value, defaults[name])
        if name in may_repeat:
            _check_activities(table, name, value, may_repeat[name])
    return {**defaults, **typed}


def _check_choice(table: str, name: str, value: Any, allowed: list[Any] | None) -> None:
    """A word that the SQL does not know would give a table of zeros, or one with another meaning."""
    if allowed is None or value is None:
        return
    for word in value if isinstance(value, list) else [value]:
        is_number = "number" in allowed and str(word).isdigit()
        is_duration = DURATION in allowed and _is_duration(str(word))
        if word not in allowed and not is_number and not is_duration:
            words = ", ".join(str(one).replace(DURATION, "a duration such as 90s, 15min, 2h, 7d") for one in allowed)
            raise TableError(f"{table}: parameter '{name}' is {word!r}; expected one of: {words}")


def _is_duration(text: str) -> bool:
    """From a second to ten years."""
    match = re.fullmatch(rf"([1-9]\d{{0,8}})({'|'.join(SECONDS)})", text)
    return match is not None and int(match[1]) * SECONDS[match[2]] <= MOST_SECONDS


def _check_activities(table: str, name: str, value: list[Any], most: int) -> None:
    """What people did is read before any SQL is made of it."""
    for text in value:
        try:
            read_text(str(text))
        except ValueError as error:
            raise TableError(f"{table}: parameter '{name}': {error}") from error
    if most and len(value) > most:
        raise TableError(f"{table}: parameter '{name}' has {len(value)} items; expected at most {most}")


def _check_numbers(table: str, name: str, value: Any, example: Any) -> None:
    """Every number asked for is a count of days, people or rows; below zero the SQL would answer with zeros."""
    if value == []:
        raise TableError(f"{table}: parameter '{name}' is empty; expected something like {example}")
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, int | float) and item < 0:
            raise TableError(f"{table}: parameter '{name}' is {item}; expected 0 or more")


def _like(default: Any, value: Any, name: str, table: str, may_repeat: bool) -> Any:
    """A value typed on a command line, read as its default's type. What is named twice is asked for once, but where it
    is what people did: two orders are two steps."""
    if isinstance(default, list) and isinstance(value, list | tuple):
        return list(value) if may_repeat else list(dict.fromkeys(value))
    if not isinstance(value, str) or isinstance(default, str):
        return [value] if isinstance(default, list) else value
    try:
        if isinstance(default, list):
            items = [item.strip() for item in value.split(",") if item.strip()]
            items = items if may_repeat else list(dict.fromkeys(items))
            return [_number(item) if default and not isinstance(default[0], str) else item for item in items]
        if isinstance(default, bool):
            return {"true": True, "false": False}[value.lower()]
        return _number(value) if isinstance(default, int | float) else yaml.safe_load(value)
    except (ValueError, KeyError) as error:
        raise TableError(f"{table}: parameter '{name}' is {value!r}; expected something like {default!r}") from error


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
