"""`siyu init`: a home to begin with.

What belongs here: the words. What does not: what is made (new_home/).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import UserError
from pipelines.cli.words import say
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.new_home import Placed


def begin(home: Path | None, platforms: list[str]) -> int:
    """Makes what is not there yet and says what was made, what was there, and what to do next."""
    from pipelines.new_home import begin_home

    settings = load_settings(home)
    try:
        placed = begin_home(settings, platforms)
    except ValueError as error:
        raise UserError(f"--platform: {error}") from error
    made, there = [one for one in placed if one.is_new], [one for one in placed if not one.is_new]
    lines = [f"{settings.home}", *_listed(say("Made:"), made), *_listed(say("There already, left as it is:"), there)]
    last = _NEXT if made else ["Nothing was made: everything is there already."]
    print("\n".join([*lines, *map(say, last)]))
    return 0


_NEXT = [
    "What to do next",
    "  put exports into the folders of landing/, whole and as they were downloaded; `siyu sources` lists all folders",
    "  or fill a template (delete its example row) and put it into the folder of its name",
    "  a file that nobody knows: `siyu map FILE`; what a file is: `siyu check FILE`",
    "  then `siyu run`",
]


def _listed(title: str, placed: list[Placed]) -> list[str]:
    from pipelines.cli.show import pad, text_width

    if not placed:
        return []
    names = [f"{one.path.as_posix()}{'' if one.path.suffix else '/'}" for one in placed]
    width = max(map(text_width, names))
    return [
        title,
        *(
            f"  {pad(name, width)}  {one.about['zh']} · {one.about['en']}"
            for name, one in zip(names, placed, strict=True)
        ),
    ]
