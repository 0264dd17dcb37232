"""A page of a longer list: its envelope says that there are more records than it holds.

What belongs here: what stands beside the records of a page. What does not: the words (assets/page_words.yaml), and
where the records are (wrappers.py).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.formats.wrappers import Steps, records_at
from pipelines.ingest.notices import Notice
from pipelines.ingest.units import normalise
from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[3] / "assets" / "page_words.yaml"


def told_of_pages(sample: list[Any], steps: Steps) -> list[Notice]:
    """Whether records are missing, as far as the documents around the records say so. `sample`: all of the file."""
    around = [document for depth in range(len(steps)) for document in records_at(sample, steps[:depth])]
    said: dict[str, Any] = {}
    for document in around:
        said |= {_bare(name): value for name, value in document.items() if not isinstance(value, (dict, list))}
    here = len(list(records_at(sample, steps)))
    total = max(
        (number for name, value in said.items() if name in _words()["total"] for number in _number(value)), default=0
    )
    if total <= here and not _goes_on(said):
        return []
    counted = f"{total} records in all" if total > here else "that more follow"
    text = (
        f"the file says {counted} and holds {here}: it is one page of a longer list, and what is on the others is in "
        "no number until they are put in too; where they are, nothing is to do"
    )
    return [Notice("more_pages", text, ".".join(steps), here, "aside", {"total": total} if total > here else {})]


def _bare(name: str) -> str:
    return normalise(name).replace("_", "").replace("-", "")


def _goes_on(said: dict[str, Any]) -> bool:
    words = _words()
    if more := words["more"] & said.keys():
        return any(_is_true(said[name]) for name in more)
    if any(said[name] not in (None, "", 0, "0", -1, "-1", False) for name in words["next"] & said.keys()):
        return True
    pages = [number for name in words["pages"] & said.keys() for number in _number(said[name])]
    page = [number for name in words["page"] & said.keys() for number in _number(said[name])]
    return bool(pages and max(page, default=1) < max(pages))


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes", "是")


def _number(value: Any) -> list[int]:
    return [int(value)] if not isinstance(value, bool) and str(value).isdigit() else []


@cache
def _words() -> dict[str, frozenset[str]]:
    given = read_yaml(FILE.read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in given.items()}
