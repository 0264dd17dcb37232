"""The chapter of identity: ids brought together by ours, networkx and igraph, and all of core.identities from staging.

What belongs here: what is measured beside what, the goals, and that all agree. What does not: the links and each
contender's way (linked.py).
"""

from __future__ import annotations

from typing import Any

from bench.measure import CACHE, Measured, in_turns, once
from bench.telling import Goal, Heading, Section

IDS, ROUNDS = 10_000_000, 3
NAMES = {"siyu": "Siyu: components", "igraph": "igraph, numbers by pandas", "networkx": "networkx"}


def section(ids: int) -> Section:
    """networkx is asked once: it takes minutes."""
    folder, home = CACHE / f"linked-{ids}", CACHE / f"linked-{ids}-home"
    if not folder.exists():
        once("write_links", folder=str(folder), ids=ids)
    if not home.exists():
        once("make_linked_home", folder=str(folder), home=str(home))
    given: dict[str, Any] = {"folder": str(folder)}
    fast = in_turns({NAMES[name]: ("components", {"engine": name, **given}) for name in ("siyu", "igraph")}, ROUNDS)
    slow = once("components", name=NAMES["networkx"], engine="networkx", **given)
    agree([*fast.values(), slow])
    whole = Measured.joined("Siyu: core.identities", [_whole(str(home)) for _ in range(ROUNDS)])
    siyu, igraph = fast.values()
    title = f"Identity: {ids:,} ids and {siyu.told['links']:,} links, {siyu.told['components']:,} people"
    rows = [Heading("from a file of links to everybody's component"), siyu, igraph, slow]
    rows += [Heading("from staging to core.identities, hubs cut, method and first seen told"), whole]
    return Section(title, rows, _goals(siyu, igraph, slow, whole))


def _whole(home: str) -> Measured:
    return once("build_identities", name="core.identities", home=home)


def _goals(siyu: Measured, igraph: Measured, slow: Measured, whole: Measured) -> list[Goal]:
    return [
        Goal("core.identities from staging, seconds", whole.median, 60),
        Goal("its peak memory, GiB", whole.peak / 2**30, 6),
        Goal("components: peak memory, GiB", siyu.peak / 2**30, 6),
        Goal("networkx / Siyu", slow.median / siyu.median, 20, at_least=True),
        Goal("Siyu / igraph", siyu.median / igraph.median, 1.5),
    ]


def agree(measured: list[Measured]) -> None:
    """All find the same people, or the benchmark ends."""
    answers = {one.name: one.told["answer"] for one in measured}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"the contenders bring other ids together: {answers}")
