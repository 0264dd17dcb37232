"""A page of a longer list: its envelope says that there are more records than it holds.

What belongs here: what stands beside the records of a page. What does not: where the records are (wrappers.py).
"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.formats.wrappers import Steps, records_at
from pipelines.ingest.notices import Notice
from pipelines.ingest.units import normalise

_TOTAL = {
    "total",
    "totalcount",
    "totalnum",
    "totalnumber",
    "totalrecords",
    "totalresults",
    "totalsize",
    "总数",
    "总条数",
}
_MORE = {"hasmore", "hasnext", "hasnextpage", "more", "ismore", "是否有下一页"}
_NEXT = {"nextcursor", "nextpage", "nextpagetoken", "nexttoken", "next", "nexturl"}
_PAGES = {"pages", "pagecount", "totalpages", "totalpage", "总页数"}
_PAGE = {"page", "pageno", "pagenum", "pagenumber", "currentpage", "current", "pageindex", "页码"}


def told_of_pages(sample: list[Any], steps: Steps) -> list[Notice]:
    """Whether records are missing, as far as the documents around the records say so. `sample`: all of the file."""
    around = [document for depth in range(len(steps)) for document in records_at(sample, steps[:depth])]
    said: dict[str, Any] = {}
    for document in around:
        said |= {_bare(name): value for name, value in document.items() if not isinstance(value, (dict, list))}
    here = len(list(records_at(sample, steps)))
    total = max((number for name, value in said.items() if name in _TOTAL for number in _number(value)), default=0)
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
    if any(_is_true(said[name]) for name in _MORE & said.keys()):
        return True
    if _MORE & said.keys():
        return False
    if any(said[name] not in (None, "", 0, "0", -1, "-1", False) for name in _NEXT & said.keys()):
        return True
    pages = [number for name in _PAGES & said.keys() for number in _number(said[name])]
    page = [number for name in _PAGE & said.keys() for number in _number(said[name])]
    return bool(pages and max(page, default=1) < max(pages))


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes", "是")


def _number(value: Any) -> list[int]:
    return [int(value)] if not isinstance(value, bool) and str(value).isdigit() else []
