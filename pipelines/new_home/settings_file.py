"""siyu.toml with every key explained: made from the Settings model and the words of assets/settings.yaml.

What belongs here: the text of that file. What does not: which keys there are and their defaults (settings.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipelines.settings import Settings
from pipelines.spec.reading import Strict, read

FILE = Path(__file__).parents[2] / "assets" / "settings.yaml"
_HEAD = """\
# 设置。每一项都可以不写；前面的 # 表示用默认值，要改就去掉行首的 #。
# Settings. Every key may be left out; a leading # leaves it at its default, take it away to change one.
"""


class Words(Strict):
    """What a key means. `example`: a line that a table may hold."""

    zh: str
    en: str
    example: str = ""


@cache
def words() -> dict[str, Words]:
    """By key; of a key inside a table by table.key. Raises SpecError."""
    return read(FILE, dict[str, Words])


def settings_text() -> str:
    """The file; with its leading # taken away it says the defaults."""
    fields = {name: field for name, field in Settings.model_fields.items() if name != "home"}
    plain = [name for name, field in fields.items() if not _is_table(field.get_default())]
    tables = [name for name in fields if name not in plain]
    lines = [_HEAD]
    for name in plain:
        lines += [*_said(name), f"#{name} = {_toml(fields[name].get_default())}", ""]
    for name in tables:
        lines += [*_said(name), f"#[{name}]", *_inside(name, fields[name].get_default()), ""]
    return "\n".join(lines).rstrip() + "\n"


def _is_table(default: Any) -> bool:
    return isinstance(default, BaseModel | dict)


def _inside(name: str, default: Any) -> Iterator[str]:
    values = default.model_dump() if isinstance(default, BaseModel) else default
    for key, value in values.items():
        said = words()[f"{name}.{key}"]
        yield f"#{key} = {_toml(value)}  # {said.zh} · {said.en}"
    if words()[name].example:
        yield f"# {words()[name].example}"


def _said(name: str) -> list[str]:
    return [f"# {words()[name].zh}", f"# {words()[name].en}"]


def _toml(value: Any) -> str:
    return "{}" if value == {} else json.dumps(value, ensure_ascii=False)
