"""New files, those that are small and alike together: planning SQL costs far more than reading a small file.

What belongs here: which files go together, and what is loaded once already. What does not: how one file is loaded
(loading.py), how several are (joint.py).

Rows meet whichever file came first (merging.py), so files need not be loaded in the order in which they lie there;
but where the second of two files is refused for the first (other_cut.py), it is the second that came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.database import transaction
from pipelines.ingest import rows as reading
from pipelines.ingest.account import FileResult, contents_known, note_copies
from pipelines.ingest.formats import open_plain
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.incoming import OneByOneError
from pipelines.ingest.joint import load_together
from pipelines.ingest.joint_rows import Group
from pipelines.ingest.landing import Found, shop_folder
from pipelines.ingest.loading import CHANGED, load_file
from pipelines.ingest.plan import leaving_out
from pipelines.ingest.refusals import refusals
from pipelines.ingest.side_by_side import read_across
from pipelines.ingest.snapshots import lists_again
from pipelines.ingest.staging import load_staging
from pipelines.ingest.text import sha256_of
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

SMALL = 1 << 20  # bytes
MOST_FILES = 500  # in one transaction


class Batches:
    """Takes files one after the other; gives what became of each as soon as it is known."""

    def __init__(self, connection: Connection, settings: Settings, scratch: Path) -> None:
        self.connection = connection
        self.settings = settings
        self.scratch = scratch
        self.known = contents_known(connection, settings.reading)  # None: waiting to be loaded
        self.copies: list[tuple[Found, str]] = []
        self.groups: dict[Hashable, Group] = {}

    def take(self, found: Found) -> Iterator[FileResult]:
        """Loads a file, or lets it wait for others like it."""
        try:
            sha = None if found.refused else sha256_of(found.full)
        except OSError:
            sha = None
        if (
            sha is not None
            and self._is_copy(found, sha)
            and not lists_again(self.connection, self.settings, found, sha)
        ):
            self.copies.append((found, sha))
            return
        group = self._group_for(found, sha)
        if sha is not None:
            self.known.setdefault(sha, {})[found.path] = None
        for other in list(self.groups.values()):
            if other is not group and other.is_ordered and (group is None or group.is_ordered):
                yield from self._load(other)
        if group is None:
            yield self._load_alone(found, sha)
        elif len(group.members) >= MOST_FILES:
            yield from self._load(group)

    def _is_copy(self, found: Found, sha: str) -> bool:
        """Whether this content was there before; the same bytes in the folders of two shops are two shops' files."""
        shops = {shop_folder(path) for path in self.known.get(sha, ())}
        return bool(shops) and (found.folder is None or None in shops or found.folder in shops)

    def finish(self) -> Iterator[FileResult]:
        """Loads what waits."""
        for group in list(self.groups.values()):
            yield from self._load(group)
        copies, self.copies = self.copies, []
        if left := [found for found, sha in copies if sha not in self.known]:
            self.copies = [(found, sha) for found, sha in copies if sha in self.known]
            for found in left:  # what it was a copy of changed while it was read
                yield from self.take(found)
            yield from self.finish()
            return
        yield from self._note_copies(copies)

    def _note_copies(self, files: list[tuple[Found, str]]) -> Iterator[FileResult]:
        copies = [(found, max(number or 0 for number in self.known[sha].values())) for found, sha in files]
        with transaction(self.connection):
            note_copies(self.connection, copies)
        for found, file_id in copies:
            yield FileResult(found.path, status="duplicate", file_id=file_id)

    def _group_for(self, found: Found, sha: str | None) -> Group | None:
        """The group that the file waits in; None when it has to go by itself."""
        if found.bytes > SMALL or sha is None:
            return None
        try:
            opened = open_plain(found.full, found.path, self.scratch, self.settings.reading)
            if opened is None or opened.parts or opened.refused or opened.blocks[1:] or opened.sheets:
                return None
            if not 0 < (opened.expected or 0) <= reading.FEW:
                return None
            if opened.text is not None and read_across(opened.match):
                return None  # its rows have to be looked at first
            if leaving_out(opened.match) or any(load.snapshot for load in opened.match.source.loads.values()):
                return None
            group = self._group_of(found, opened)
            return group if group.add(found, sha, opened) else None
        except refusals():
            return None  # it is refused when it is loaded by itself

    def _group_of(self, found: Found, opened: Opened) -> Group:
        """Files of one source and header, since one plan reads them all."""
        source, header = opened.match.source.name, opened.match.header
        key = (source, header, opened.delimiter, found.folder is None)
        if key not in self.groups:
            records = self.scratch / f"group-{len(self.groups)}.csv"
            records.touch()
            tables = opened.match.source.tables
            is_ordered = any(load_staging()[table].told_by for table in tables)
            self.groups[key] = Group(records, is_ordered)
        return self.groups[key]

    def _load(self, group: Group) -> Iterator[FileResult]:
        together: dict[int, FileResult] = {}
        unlike: tuple[type[Exception], ...] = (OneByOneError, *refusals())
        if len(group.members) > 1:
            try:
                together = load_together(self.connection, self.settings, group, self.scratch)
            except unlike:
                together = {}  # nothing of it stands
        for number, result in together.items():
            self.known[group.members[number].sha][result.path] = result.file_id
        yield from together.values()
        for number, member in enumerate(group.members):
            if number not in together:
                yield self._load_alone(member.found, member.sha)
        group.clear()

    def _load_alone(self, found: Found, sha: str | None) -> FileResult:
        with tempfile.TemporaryDirectory(dir=self.scratch) as scratch:
            result = load_file(self.connection, self.settings, found, sha, Path(scratch))
        if sha is not None and result.status == CHANGED:
            self.known[sha].pop(found.path)
            self.known = {content: paths for content, paths in self.known.items() if paths}
        elif sha is not None:
            self.known[sha][found.path] = result.file_id
        return result
