"""Which folders a new landing gets: a merchant's own tables, and the exports of the platforms that he sells on.

What belongs here: choosing among the sources. What does not: the choice for everybody (assets/new_home.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.sources import CANONICAL, Source, load_sources
from pipelines.new_home.templates import new_home
from pipelines.platforms import load_platforms, platform_words
from pipelines.spec.nearest import nearest

EXPORTED = {"csv", "xlsx"}  # formats that people export; JSON comes of programs
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Folder:
    """A folder of landing and what belongs into it."""

    name: str
    source: str
    title: dict[str, str]


def folders_for(platforms: Sequence[str] = ()) -> list[Folder]:
    """One for each kind of file that people put in by hand. Raises ValueError for a platform that is not known."""
    known = load_sources()
    wanted = [known.get(name) or known[CANONICAL + name] for name in new_home().folders]
    asked = [_platform(name) for name in platforms or new_home().platforms]
    for platform in dict.fromkeys(asked):
        wanted += [source for source in known.values() if _is_export_of(source, platform)]
    return [Folder(folder_of(source), source.name, source.title) for source in wanted]


def folder_of(source: Source) -> str:
    """The name under which a person finds its folder: a Chinese one where there is one."""
    names = (*source.recognise.folders, source.name)
    return next((name for name in names if _CHINESE.search(name)), names[0])


def platforms_of(source: Source) -> set[str]:
    """The platforms that a mapping says its rows are of; none where the file says it."""
    said = (load.columns.get("platform", "") for load in source.loads.values())
    return {found[1] for text in said if (found := re.fullmatch(r"'(\w+)'", text.strip()))}


def _is_export_of(source: Source, platform: str) -> bool:
    return platforms_of(source) == {platform} and bool(EXPORTED & set(source.formats))


def _platform(name: str) -> str:
    words = platform_words()
    found = words.get(name) or words.get(name.lower())
    if found is None:
        near = nearest(name, words, cutoff=0.4)
        said = f"did you mean '{near}'?" if near else f"known: {', '.join(p.zh for p in load_platforms().values())}"
        raise ValueError(f"{name!r} is no platform that Siyu knows; {said}")
    return found
