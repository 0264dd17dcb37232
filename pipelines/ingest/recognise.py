"""Which mapping understands a header, and what to say when none does.

What belongs here: choosing among the mappings. What does not: how one header meets one mapping (headers.py).
"""

from __future__ import annotations

from pipelines.ingest.headers import Match, Missing, match_header, normalise_header
from pipelines.ingest.sources import Source, load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_letters, mask_text


def _known_folders(source: Source) -> set[str]:
    return {normalise_header(name) for name in (source.name, *source.recognise.folders)}


def choose(header: list[str], folders: tuple[str, ...], kind: str) -> Match | Missing | None:
    """The mapping for a header: one that the folder names if it fits, else the one that knows most of the header.

    Missing: none fits, but this one nearly does. None: nothing near.
    """
    places = {normalise_header(folder) for folder in folders}
    able = [source for source in load_sources().values() if kind in source.formats and not source.recognise.sheets]
    verdicts = [(match_header(source, header), bool(_known_folders(source) & places)) for source in able]
    found = [(match, named) for match, named in verdicts if isinstance(match, Match)]
    if found:
        return max(found, key=lambda entry: (entry[1], entry[0].score, entry[0].source.name))[0]
    near = [
        (miss, named)
        for miss, named in verdicts
        if isinstance(miss, Missing) and (miss.known >= 3 or (named and miss.known))
    ]
    if not near:
        return None
    return max(near, key=lambda entry: (entry[1], entry[0].known - len(entry[0].columns), entry[0].source.name))[0]


def refusal(verdict: Missing | None, header: list[str], rows: int, folders: tuple[str, ...] = ()) -> UnreadableError:
    if verdict is None:
        known = any(normalise_header(cell) in _all_names() for cell in header)
        shown = ", ".join(header)[:500]
        # A first line that holds no known header may well be a person's data.
        return UnreadableError(
            "unknown_header",
            f"{_expected_header(folders)}; a new kind of file needs one YAML in assets/sources",
            rows,
            mask_text(shown) if known else mask_letters(shown),
        )
    wanted = []
    for name in verdict.columns:
        names = verdict.source.columns[name].names
        wanted.append(" or ".join(names[:4]) if names else name)
    return UnreadableError(
        "missing_column",
        f"{verdict.source.title['en']}: column {'; column '.join(wanted)}: export again with it",
        rows,
        mask_text(", ".join(header)[:500]),
    )


def _expected_header(folders: tuple[str, ...]) -> str:
    """What the folder's own kind of file would have had; where no folder names a kind, that some mapping knows it."""
    places = {normalise_header(folder) for folder in folders}
    for source in load_sources().values():
        if _known_folders(source) & places and source.recognise.columns:
            wanted = [source.columns[name].names[0] for name in source.recognise.columns[0]]
            return f"{source.title['en']}: a header with {', '.join(wanted)}"
    return "a header that a mapping knows (docs/sources)"


def _all_names() -> set[str]:
    columns = (column for source in load_sources().values() for column in source.columns.values())
    return {normalise_header(name) for column in columns for name in column.names}
