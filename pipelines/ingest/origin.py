"""Which file an incoming row is from, as SQL: by literals where all rows are of one file, by columns where not.

What belongs here: what is known of a file before its rows are read, and its names in SQL. What does not: reading any of
it (file_times.py, landing.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.spec.literals import quoted

OWN = ("own_id", "own_path", "own_name", "own_folder", "own_modified_at", "own_version_at")


@dataclass(frozen=True)
class Facts:
    """What is known of a file before its rows are read."""

    file_id: int
    path: str
    name: str
    folder: str | None
    modified_at: datetime
    version_at: datetime

    @property
    def values(self) -> tuple[object, ...]:
        """In the order of OWN."""
        return (self.file_id, self.path, self.name, self.folder, self.modified_at, self.version_at)

    @property
    def literals(self) -> tuple[str, ...]:
        """SQL of each, in the order of OWN."""
        folder = quoted(self.folder) if self.folder is not None else "null::varchar"
        times = (f"timestamp '{moment}'" for moment in (self.modified_at, self.version_at))
        return (str(self.file_id), quoted(self.path), quoted(self.name), folder, *times)


@dataclass(frozen=True)
class Origin:
    """The files that the rows of one load are from: one, or several whose ids follow each other.

    Either each of them lies in a folder of its source's own or none does. `relation`: SQL with the columns OWN, one row
    per file. The rows of several files have these columns, too.
    """

    files: tuple[Facts, ...]
    relation: str
    timezone: str
    key: bytes = field(repr=False)
    is_one: bool = True
    customs: tuple[str, ...] = ()  # another country's ways to write, seen in the file (cells/customs.py)
    forgotten: tuple[str, ...] = ()  # marks of people whose rows are left out (forgotten.py)

    @classmethod
    def of_one(
        cls, facts: Facts, timezone: str, key: bytes, customs: tuple[str, ...] = (), forgotten: tuple[str, ...] = ()
    ) -> Origin:
        listed = ", ".join(f"{sql} as {name}" for sql, name in zip(facts.literals, OWN, strict=True))
        return cls((facts,), f"(select {listed})", timezone, key, customs=customs, forgotten=forgotten)

    @classmethod
    def of_several(
        cls, files: tuple[Facts, ...], relation: str, timezone: str, key: bytes, forgotten: tuple[str, ...] = ()
    ) -> Origin:
        return cls(files, relation, timezone, key, is_one=False, forgotten=forgotten)

    def __getitem__(self, file_id: int) -> Facts:
        return self.files[file_id - self.files[0].file_id]

    def _sql(self, name: str) -> str:
        return self.files[0].literals[OWN.index(name)] if self.is_one else name

    @property
    def file_id(self) -> str:
        return self._sql("own_id")

    @property
    def path(self) -> str:
        return self._sql("own_path")

    @property
    def version_at(self) -> str:
        """The file's own time."""
        return self._sql("own_version_at")

    @property
    def age(self) -> str:
        """What decides between two files of the same version; the greater is newer."""
        return f"({self._sql('own_modified_at')}, {self._sql('own_name')}, {self._sql('own_path')})"

    def brought(self, file_id: str) -> str:
        """SQL: a file is one of these."""
        first, last = self.files[0].file_id, self.files[-1].file_id
        return f"{file_id} = {first}" if first == last else f"{file_id} between {first} and {last}"

    def known_names(self) -> dict[str, str]:
        """Words that any expression of a mapping may use for the file itself, as SQL."""
        return {
            "file_name": self._sql("own_name"),
            # a shop that no folder tells is not told at all
            "file_folder": "null::varchar" if self.files[0].folder is None else self._sql("own_folder"),
            "file_version_at": self._sql("own_version_at"),
        }

    @property
    def varying(self) -> frozenset[str]:
        """Which of these words differ from row to row."""
        return frozenset() if self.is_one else frozenset(self.known_names().values())
