"""Which mapping understands a header, and what to say when none does.

The folder decides: where a folder in landing names a source, the file is that or it is refused. Elsewhere the header
decides, by the mapping that knows most of it.

What belongs here: choosing among the mappings. What does not: how one header meets one mapping (headers.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pipelines.ingest.headers import Match, Missing, match_header, normalise_header
from pipelines.ingest.known_files import known_file, load_known_files
from pipelines.ingest.notices import Notice
from pipelines.ingest.own_sources import Own, at_work, waiting
from pipelines.ingest.sources import CANONICAL, Source, load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.ingest.unread import is_ignored, unread_notices
from pipelines.masking import mask_header
from pipelines.settings import ReadingLimits

Verdict = Match | Missing | None
MOST_WAYS = 4  # that a refusal names, where other columns would do as well


def _known_folders(source: Source) -> set[str]:
    return {normalise_header(name) for name in (source.name, *source.recognise.folders)}


def named_by(folders: tuple[str, ...]) -> list[Source]:
    """The sources that the outermost telling folder names."""
    for folder in map(normalise_header, folders):
        if found := [source for source in load_sources().values() if folder in _known_folders(source)]:
            return found
    return []


def refuse_too_wide(header: Sequence[str], limits: ReadingLimits, rows: int = 0) -> None:
    """Raises UnreadableError for a header of more columns than anybody looks at."""
    if len(header) > limits.columns:
        said = f"at most {limits.columns:,} columns (columns under [reading] in siyu.toml)"
        raise UnreadableError("too_wide", f"{said}; is the delimiter right?", rows, f"{len(header):,} columns")


def choose(header: list[str], folders: tuple[str, ...], kind: str) -> Verdict:
    """The mapping for a header. Missing: none fits, but this one nearly does. None: nothing near."""
    return _choose(tuple(header), folders, kind, at_work())


@lru_cache(maxsize=1024)
def _choose(names: tuple[str, ...], folders: tuple[str, ...], kind: str, _own: Own) -> Verdict:
    """Files of one kind have one header: it is understood once, by the mappings of one home."""
    header = list(names)
    named = named_by(folders)
    verdicts = [match_header(source, header) for source in named or _by_header() if _is_able(source, kind)]
    verdict = _of_folder(verdicts, header, folders, kind) if named else _of_header(verdicts)
    # A table's own names are anybody's: they do not make a file of one that is known not to be loaded.
    is_anybodys = isinstance(verdict, Match) and verdict.source.name.startswith(CANONICAL)
    return None if is_anybodys and known_file(header) else verdict


def _by_header() -> list[Source]:
    """The mappings that a header alone may mean."""
    return [source for source in load_sources().values() if not source.recognise.folder_only]


def _is_able(source: Source, kind: str) -> bool:
    return kind in source.formats and not source.recognise.sheets


def _of_folder(verdicts: list[Match | Missing], header: list[str], folders: tuple[str, ...], kind: str) -> Verdict:
    matches = [verdict for verdict in verdicts if isinstance(verdict, Match)]
    if matches:
        best = max(matches, key=_rank)
        told = unread_notices(best)
        if (other := _fitting_elsewhere(best, header, kind)) is not None:
            told.insert(0, _fits_better(best, other))
        return replace(best, notices=(*best.notices, *told), why=f"it lies in landing/{'/'.join(folders)}/")
    near = [verdict for verdict in verdicts if isinstance(verdict, Missing) and verdict.known]
    return max(near, key=_nearness) if near else None


def _fitting_elsewhere(chosen: Match, header: list[str], kind: str) -> Match | None:
    """A mapping that knows clearly more of the header than the folder's own."""
    others = [match_header(s, header) for s in _by_header() if s != chosen.source and _is_able(s, kind)]
    better = [other for other in others if isinstance(other, Match) and _understood(other) > _understood(chosen) + 1]
    return max(better, key=_rank) if better else None


def _fits_better(chosen: Match, other: Match) -> Notice:
    said = (
        f"read as {chosen.source.title['en']} because of its folder, but its header is rather that of "
        f"{other.source.title['en']}: then put it into landing/{_folder_of(other.source)}/"
    )
    facts = {"read_source": chosen.source.name} | _home(other.source)
    return Notice("other_source", said, other.source.name, facts=facts)


def _folder_of(source: Source) -> str:
    return (*source.recognise.folders, source.name)[0]


def _of_header(verdicts: list[Match | Missing]) -> Verdict:
    """The mapping that knows most of the header. Where it says something twice, no lesser one may take the file."""
    fitting = [
        v for v in verdicts if (isinstance(v, Match) and _is_telling(v)) or (isinstance(v, Missing) and v.doubles)
    ]
    fitting = [v for v in fitting if isinstance(v, Match) or not v.columns]
    if fitting:
        best, *others = sorted(fitting, key=_rank, reverse=True)
        if isinstance(best, Missing):
            return best
        if others and _rank(others[0])[:2] == _rank(best)[:2]:
            return Missing(best.source, (), best.score, rival=others[0].source)
        return replace(best, notices=(*best.notices, *unread_notices(best)), why=_why_header(best))
    near = [v for v in verdicts if isinstance(v, Missing) and v.known >= 3]
    return max(near, key=_nearness) if near else None


def _is_telling(match: Match) -> bool:
    """A few names of a canonical table or an own mapping may be anybody's: half of the header must be its own."""
    return not (match.source.name.startswith(CANONICAL) or match.source.is_own) or 2 * _understood(match) >= len(
        list(filter(str.strip, match.header))
    )


def _understood(match: Match) -> int:
    ignored = sum(is_ignored(text, match.source) for p, text in enumerate(match.header) if p not in match.places)
    return match.score + ignored


def _rank(verdict: Match | Missing) -> tuple[int, bool, str]:
    known = verdict.score if isinstance(verdict, Match) else verdict.known
    return known, not verdict.source.name.startswith(CANONICAL), verdict.source.name


def _nearness(missing: Missing) -> tuple[int, str]:
    return missing.known - len(missing.columns), missing.source.name


def _why_header(match: Match) -> str:
    names = [name for name in match.source.recognise.columns[0] if name in match.positions]
    return "its header has " + ", ".join(match.header_of(name) for name in names)


def refusal(verdict: Missing | None, header: list[str], rows: int, folders: tuple[str, ...] = ()) -> UnreadableError:
    """Why a whole file is refused, and what to do."""
    # A first line that holds few known headers may well be a person's data.
    shown = mask_header(header, {cell for cell in header if normalise_header(cell) in _all_names()})[:500]
    if not _waiting_for(folders) and (known := known_file(header)) is not None:
        said = load_known_files()[known].said("en")
        return UnreadableError(
            "not_loaded", f"a file that is loaded; this one is known: {said}", rows, shown, {"known_file": known}
        )
    if verdict is None:
        return UnreadableError(
            "unknown_header",
            f"{_expected_header(folders)}; {_elsewhere(header, named_by(folders), folders)}",
            rows,
            shown,
            _facts(header, named_by(folders), folders),
        )
    title = verdict.source.title["en"]
    if verdict.rival is not None:
        fitting = (verdict.source, verdict.rival)
        homes = " or ".join(f"landing/{_folder_of(source)}/" for source in fitting)
        expected = f"{title} or {verdict.rival.title['en']}? Its header fits both: put it into {homes}"
        facts = {"other_source": fitting[0].name, "rival_source": fitting[1].name}
        facts["folders"] = "、".join(f"landing/{_folder_of(source)}/" for source in fitting)
        return UnreadableError("ambiguous_source", expected, rows, shown, facts)
    if verdict.doubles and not verdict.columns:
        said = "; ".join(f"{' and '.join(headers)} both fit {name}" for name, headers in verdict.doubles.items())
        expected = f"{title}: one column each: {said}; leave one of them out, or rename it"
        columns = {"columns": "；".join("、".join(headers) for headers in verdict.doubles.values())}
        return UnreadableError("ambiguous_column", expected, rows, shown, columns)
    return _lacking(verdict, header, rows, shown)


def _lacking(verdict: Missing, header: list[str], rows: int, shown: str) -> UnreadableError:
    ways = [way for way in (verdict.columns, *verdict.others) if way][:MOST_WAYS]
    wanted = " - or ".join("; ".join(f"column {_wanted(verdict, name)}" for name in way) for way in ways)
    expected = f"{verdict.source.title['en']}: {wanted}: export again with it"
    if (other := _other_home(header, [verdict.source])) is not None:
        expected += f"; its header is that of {other.title['en']}: then put it into landing/{_folder_of(other)}/"
    read = verdict.source.columns
    names = ["、".join("/".join(read[name].names[:4]) or name for name in way) for way in ways]
    facts = {"columns": "；或 ".join(names)} | (_home(other) if other else {})
    return UnreadableError("missing_column", expected, rows, shown, facts)


def _home(source: Source) -> dict[str, str]:
    return {"other_source": source.name, "folder": _folder_of(source)}


def _facts(header: list[str], refused: list[Source], folders: tuple[str, ...]) -> dict[str, str]:
    """What _elsewhere and _expected_header name."""
    other = _other_home(header, refused) if refused else _hardly(header)
    columns = _own_header(folders)
    return (_home(other) if other else {}) | ({"columns": "、".join(columns[1])} if columns else {})


def _wanted(verdict: Missing, name: str) -> str:
    names = verdict.source.columns[name].names
    wanted = " or ".join(names[:4]) if names else name
    if name in verdict.aside:
        wanted += f" ({verdict.aside[name]} is not that: what it says behind the name is no unit to count in)"
    return wanted


def _other_home(header: list[str], refused: list[Source]) -> Source | None:
    """Another mapping that the header fits."""
    able = [source for source in _by_header() if source not in refused and not source.recognise.sheets]
    others = (match_header(source, header) for source in able)
    fitting = [other for other in others if isinstance(other, Match) and _is_telling(other)]
    return max(fitting, key=_rank).source if fitting else None


def _elsewhere(header: list[str], refused: list[Source], folders: tuple[str, ...]) -> str:
    """What to do with a header that the folder's mappings do not know, or that is too little one of ours."""
    if waits := _waiting_for(folders):
        return f"a mapping proposed for it waits for you in the home's sources/: decide what {', '.join(waits)} asks"
    if refused and (other := _other_home(header, refused)) is not None:
        return f"this one is that of {other.title['en']}: put it into landing/{_folder_of(other)}/"
    if not refused and (other := _hardly(header)) is not None:
        home = f"landing/{_folder_of(other)}/"
        return f"it has what {other.title['en']} need among others: if it is that, put it into {home}"
    return "a new kind of file needs a mapping, one YAML in the home's sources/: `siyu map FILE` proposes one"


def _waiting_for(folders: tuple[str, ...]) -> list[str]:
    """The home's own mappings that may be meant and cannot be read before something is decided."""
    return [name for name in waiting() if not folders or name in folders]


def _hardly(header: list[str]) -> Source | None:
    """A canonical table whose columns are there, but less than half of the header."""
    matches = (match_header(source, header) for name, source in load_sources().items() if name.startswith(CANONICAL))
    fitting = [match for match in matches if isinstance(match, Match) and match.score > 2]
    return max(fitting, key=_rank).source if fitting else None


def _expected_header(folders: tuple[str, ...]) -> str:
    """What the folder's own kind of file would have had; where no folder names a kind, that some mapping knows it."""
    if (own := _own_header(folders)) is not None:
        return f"{own[0].title['en']}: a header with {', '.join(own[1])}"
    return "a header that a mapping knows (docs/sources)"


def _own_header(folders: tuple[str, ...]) -> tuple[Source, list[str]] | None:
    for source in named_by(folders):
        if source.recognise.columns:
            return source, [source.columns[name].names[0] for name in source.recognise.columns[0]]
    return None


def _all_names() -> set[str]:
    return _names_of(at_work())


@lru_cache(maxsize=16)
def _names_of(_own: Own) -> set[str]:
    columns = [column.names for source in load_sources().values() for column in source.columns.values()]
    columns += [known.header for known in load_known_files().values()]
    return {normalise_header(name) for names in columns for name in names}
