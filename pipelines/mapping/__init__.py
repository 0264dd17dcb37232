"""`siyu map`: a mapping proposed for a file that nobody knows.

`propose` looks at the file and says what it would be; nothing is written. Modules, in the order in which a file meets
them: unknown_table (header and rows), looks (what values look like), known_names (what headers mean elsewhere), fitting
(which table, which column), yaml_text (the file that a person goes on with).

What belongs here: proposing. What does not: the grammar of a mapping and reading by it (ingest), how it is told
(cli/map.py), words of business (assets/map_words.yaml).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.own_sources import OwnFile
from pipelines.ingest.sources import CANONICAL, load_sources, sources_of
from pipelines.mapping.fitted import Fitted, NoTable
from pipelines.mapping.fitting import fit
from pipelines.mapping.unknown_table import NoHeader, UnknownTable, read_unknown
from pipelines.mapping.yaml_text import yaml_of
from pipelines.settings import Settings

__all__ = ["Fitted", "NoHeader", "NoTable", "Proposal", "propose"]


@dataclass(frozen=True)
class Proposal:
    """A mapping that nobody has agreed to yet."""

    file: OwnFile  # as it would be written
    table: UnknownTable
    fitted: Fitted

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def text(self) -> str:
        return self.file.content.decode()


def propose(
    file: Path,
    settings: Settings,
    name: str = "",
    table: str = "",
    platform: str = "",
    said: Mapping[str, str] | None = None,
) -> Proposal:
    """What a file might be. `table`, `platform`, `said` (column → header): what a person has decided already.

    Raises UnreadableError, NoHeader, NoTable, and ValueError for what was said and is not there.
    """
    with tempfile.TemporaryDirectory(prefix="siyu-map-") as scratch, sources_of(settings):
        seen = read_unknown(file, Path(scratch), settings)
        fitted = fit(seen, table, platform, said or {})
        known = load_sources().values()
        taken = {folder for source in known for folder in (source.name, *source.recognise.folders)}
        name = name or _name_of(file, taken)
        text = yaml_of(name, file.name, seen, fitted)
    return Proposal(OwnFile(settings.sources / f"{name}.yaml", text.encode()), seen, fitted)


def _name_of(file: Path, taken: Set[str]) -> str:
    """Of the file's name its words, without days and numbers; one that is taken gets a number."""
    stem = file.name.split(".")[0]
    words = re.sub(r"[\W_]*\d[\d\W_年月日号时点分秒至到]*", "_", stem)
    name = re.sub(r"\W+", "_", words).strip("_").lower() or "own_file"
    with_number, number = name, 2
    while with_number in taken or f"{CANONICAL}{with_number}" in taken:
        with_number, number = f"{name}_{number}", number + 1
    return with_number
