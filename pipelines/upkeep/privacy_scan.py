"""Whether a person shows anywhere outside landing: phones, national ids, and what somebody planted to be looked for.

What belongs here: looking through every file and every column of a home. What does not: what is masked when it is read
(privacy.py).

A number is a national id only where its last digit is right (GB 11643); an order's number of 18 digits is not.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.database import read_only
from pipelines.privacy import has_personal_number_sql, personal_numbers_in
from pipelines.settings import Settings
from pipelines.upkeep.landing_texts import unpacked

# In the home, and not looked through: what holds raw values on purpose, and the key.
LEFT_OUT = ("landing", "secret.key")
# A run of letters and digits in turns is a key of ours or a program's, not a number in a text.
_HASHES = re.compile(r"(?=[A-Za-z0-9]*[0-9][A-Za-z]+[0-9])[A-Za-z0-9]{12,}")
_WEIGHTS, _LAST = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


@dataclass(frozen=True)
class Hit:
    """Where something personal stands, how often, and what it is; never the value."""

    where: str
    what: str
    count: int


def scan(settings: Settings, canaries: Collection[str] = ()) -> tuple[list[Hit], int]:
    """What was found, and how many files were looked through."""
    hits: list[Hit] = []
    files = 0
    for path in sorted(_files(settings)):
        files += 1
        name = path.relative_to(settings.home).as_posix()
        places = _tables(path, canaries) if path.suffix == ".duckdb" else ((name, text) for text in _texts(path))
        for where, text in places:
            hits += _found(where if where == name else f"{name}: {where}", text, canaries)
        hits += _found(f"the name of {path.parent.relative_to(settings.home)}/…", path.name, canaries)
    return hits, files


def _files(settings: Settings) -> Iterator[Path]:
    for path in settings.home.rglob("*"):
        parts = path.relative_to(settings.home).parts
        if path.is_file() and not path.is_symlink() and not parts[0].startswith(LEFT_OUT):
            yield path


def _texts(path: Path) -> Iterator[str]:
    """All text of a file, of a workbook that of its parts."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                yield archive.read(member).decode("utf-8", "replace")
        return
    yield unpacked(path.read_bytes())[0].decode("utf-8", "replace")


def _tables(path: Path, canaries: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every column that may hold text, and of its values those that may hold something, in lines."""
    with read_only(path) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "semi join duckdb_tables() using (database_name, schema_name, table_name) "
            "where database_name = current_database() and regexp_matches(data_type, 'VARCHAR|JSON|BLOB') order by all"
        ).fetchall()
        for schema, table, column in columns:
            said = f'"{column}"::varchar'
            planted = f"list_has_any(list_transform($canaries, lambda c: contains({said}, c)), [true])"
            rows = connection.execute(
                f'select distinct {said} from {schema}."{table}" where {has_personal_number_sql(said)} or {planted}',
                {"canaries": [*canaries, "\x00"]},
            ).fetchall()
            yield f"{schema}.{table}.{column}", "\n".join(value for (value,) in rows)


def _found(where: str, text: str, canaries: Collection[str]) -> Iterator[Hit]:
    phones, national = personal_numbers_in(_HASHES.sub("", text))
    # one of eleven numbers of an order that look like one passes for one
    real = [] if where.endswith("_id") else [number for number in national if is_national_id(number)]
    for what, count in (("a phone number", len(phones)), ("a national id", len(real))):
        if count:
            yield Hit(where, what, count)
    planted = sum(text.count(canary) for canary in canaries if canary)
    if planted:
        yield Hit(where, "what was planted", planted)


def is_national_id(number: str) -> bool:
    """Whether the last character is the check of the seventeen before it."""
    digits = [int(digit) for digit in number[:17]]
    return _LAST[sum(a * b for a, b in zip(digits, _WEIGHTS, strict=True)) % 11] == number[17].upper()
