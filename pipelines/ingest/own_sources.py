"""The merchant's own mappings: HOME/sources/*.yaml, read beside those of assets/sources.

What belongs here: which of them are at work, reading them, and what is asked of them besides what is asked of every
mapping. What does not: the grammar, which is one for all (grammar.py), and what a mapping is used for.

Whoever works for a home says so (`with sources_of(settings)` of sources.py): inside, `load_sources` knows its mappings,
and outside they are forgotten. What is at work is a matter of the calling thread: two homes in a process never meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest.grammar import Source
from pipelines.ingest.units import normalise
from pipelines.settings import Settings
from pipelines.spec.reading import SpecError, checked, parse

SUFFIXES = (".yaml", ".yml")
_NAME = re.compile(r"[^\W_]\w*")
RESERVED = "canonical_"


class SourceError(SpecError):
    """A mapping says something the engine does not understand; the message names the file and the key."""


class OwnSourceError(SourceError):
    """A mapping of the merchant's own does: nothing is loaded until it is mended."""


@dataclass(frozen=True)
class OwnFile:
    """One file of a home's `sources` folder, as it stands."""

    path: Path
    content: bytes

    @property
    def name(self) -> str:
        return self.path.stem


Own = tuple[OwnFile, ...]
_at_work: ContextVar[Own] = ContextVar("own_sources", default=())


def at_work() -> Own:
    """The own mappings of the home that this thread works for; none outside of `sources_of`."""
    return _at_work.get()


@contextmanager
def working_with(own: Own) -> Iterator[None]:
    """Inside, these are at work and no others."""
    before = _at_work.set(own)
    try:
        yield
    finally:
        _at_work.reset(before)


def files_of(settings: Settings) -> Own:
    """The mappings that lie in a home, by name; hidden files are an editor's."""
    folder = settings.sources
    if not folder.is_dir():
        return ()
    paths = (path for path in folder.iterdir() if path.suffix in SUFFIXES and not path.name.startswith((".", "~")))
    return tuple(OwnFile(path, path.read_bytes()) for path in sorted(paths))


def read_own(file: OwnFile, known: Mapping[str, Source]) -> Source | None:
    """One of them; None where it waits for somebody to decide something. Raises OwnSourceError.

    `known`: the mappings that are there without it.
    """
    from pipelines.ingest.mapping_checks import mistakes_of

    if questions_of(file):
        return None
    source = checked(_with_words(file), Source, file.path, OwnSourceError)
    if mistake := next(iter((*_own_mistakes(source, known), *mistakes_of(source))), None):
        raise OwnSourceError(f"{file.path}: {mistake}")
    return source


def questions_of(file: OwnFile) -> list[str]:
    """What a mapping says that somebody has to decide. Until then it is not read, and nothing else of it is asked."""
    data = _data(file)
    questions = data.get("undecided") if isinstance(data, dict) else None
    return [str(one) for one in questions] if isinstance(questions, list) else [str(questions)] if questions else []


def waiting(own: Iterable[OwnFile] | None = None) -> dict[str, list[str]]:
    """The own mappings that are not read yet, with what is to decide: of these files, or of those at work."""
    asked = {file.name: questions_of(file) for file in (at_work() if own is None else own)}
    return {name: questions for name, questions in asked.items() if questions}


def _data(file: OwnFile) -> Any:
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        said = f"{file.path}: not UTF-8 text: {fault.reason} at byte {fault.start}; save it as UTF-8"
        raise OwnSourceError(said) from fault
    return parse(text, file.path, OwnSourceError)


def _with_words(file: OwnFile) -> Any:
    """What the file says, and its words filled in: one title does for both languages, and for the description."""
    data = _data(file)
    if not isinstance(data, dict):
        return data
    data = {"title": file.name, "recognise": {}, **data}
    for key in ("title", "how_to_export"):
        if key in data:
            data[key] = _in_both(data[key])
    title = data["title"]["en"] if isinstance(data["title"], dict) and "en" in data["title"] else file.name
    return {"description": title, **data, "name": file.name, "is_own": True}


def _in_both(said: Any) -> Any:
    if isinstance(said, str):
        return {"zh": said, "en": said}
    if isinstance(said, dict) and len(said) == 1 and said.keys() <= {"zh", "en"}:
        return dict.fromkeys(("zh", "en"), next(iter(said.values())))
    return said


def _own_mistakes(source: Source, known: Mapping[str, Source]) -> Iterator[str]:
    """What only an own mapping can get wrong: its name and folders may be taken, and nothing may tell its files."""
    if not _NAME.fullmatch(source.name) or source.name.startswith(RESERVED):
        yield f"its name: {source.name!r} is no name of a mapping; call the file by letters, digits and _, such as erp"
    if source.name in known:
        taken = known[source.name]
        whose = "another file here" if taken.is_own else f"one that Siyu brings ({taken.title['en']})"
        yield f"its name: {source.name} is that of {whose}; rename this file"
    for key, folder in (("its name", source.name), *(("recognise.folders", name) for name in source.recognise.folders)):
        for other in _owners(folder, known.values()):
            yield f"{key}: landing/{folder}/ is that of {other.name} ({other.title['en']}) already; name another one"
    by = source.recognise
    needs_any = any(by.columns) or any(column.required for column in source.columns.values())
    if not (needs_any or by.sheets or by.folder_only):
        yield (
            "recognise: nothing tells its files; name the columns that they all have (columns: [[order_no, paid]]), or "
            "say folder_only: true"
        )


def _owners(folder: str, known: Iterable[Source]) -> Iterator[Source]:
    name = normalise(folder)
    return (source for source in known if name in map(normalise, (source.name, *source.recognise.folders)))
