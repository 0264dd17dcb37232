"""Did you mean: the known word nearest to one that is not known.

What belongs here: finding it, and the words of the hint. What does not: which words are known, and whether an unknown
one is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

CUTOFF = 0.5  # of 1, by difflib: `check` is 0.91 from `checks`, `zh` 0 from `unit`


def near_words(word: str, known: Iterable[str], most: int, cutoff: float = CUTOFF) -> list[str]:
    """The known words near to one that is not known, the nearest first."""
    import difflib

    return difflib.get_close_matches(word, sorted(known), n=most, cutoff=cutoff)


def nearest(word: str, known: Iterable[str], cutoff: float = CUTOFF) -> str:
    """The known word nearest to one that is not known; '' where none is near."""
    return next(iter(near_words(word, known, 1, cutoff)), "")


def hint(word: str, known: Iterable[str], cutoff: float = CUTOFF, otherwise: str = "known") -> str:
    """What to say behind a refusal: the nearest known word, or all of them."""
    words = sorted(map(str, known))
    near = nearest(word, words, cutoff)
    return f"did you mean '{near}'?" if near else f"{otherwise}: {', '.join(words)}"
