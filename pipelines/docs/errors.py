"""The codes of the command line's errors, in both languages: docs/errors.md.

What belongs here: reading and laying out assets/errors.yaml. What does not: which error has which code
(cli/mistakes.py).
"""

from __future__ import annotations

import functools

from pipelines.docs.markdown import page
from pipelines.spec.reading import ASSETS, Strict, read

FILE = ASSETS / "errors.yaml"


class Said(Strict):
    """What a code means, in one language."""

    title: str
    means: str
    do: str


class Error(Strict):
    """One code in both languages."""

    en: Said
    zh: Said


@functools.cache
def load_errors() -> dict[str, Error]:
    """Every code, in the file's order. Raises SpecError naming the file and the key at fault."""
    return read(FILE, dict[str, Error])


def errors_page() -> str:
    """docs/errors.md; each code is a heading, so that `errors.md#sy-e203` leads to it."""
    return page(
        "# Error codes · 错误代码",
        "Made by `make docs` from `assets/errors.yaml`; change it there. An error of `siyu` ends with its code; the "
        "text before it says what was found, where, and what was expected.",
        "命令行的错误以代码结尾，前面的文字写明发现了什么、在哪里、应当是什么。",
        *(f"## {code}\n\n{_told(one.en)}\n\n{_told(one.zh)}" for code, one in load_errors().items()),
    )


def _told(said: Said) -> str:
    end = "" if said.title.endswith(("。", ".")) else ("。" if not said.title.isascii() else ".")
    return f"**{said.title}{end}** {said.means} {said.do}"
