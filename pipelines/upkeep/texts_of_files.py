"""All text in a file of any kind, whatever wraps it: archives and workbooks, databases, notebooks, logs.

What belongs here: reaching text. What does not: which files are looked at, what is looked for (privacy_scan.py).

Of a database only values that may hold something are given: a column of millions is asked by the engine.
"""

from __future__ import annotations

import contextlib
import html
import io
import json
import sqlite3
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.database import read_only
from pipelines.privacy import has_personal_number_sql
from pipelines.spec.literals import quoted
from pipelines.upkeep.landing_texts import BROKEN_PACK, unpacked

if TYPE_CHECKING:
    from pipelines.database import Connection

# Text is drawn in these, letter by letter or as a picture.
DRAWN = (".pdf", ".png", ".jpg", ".jpeg")
_TEXT_TYPES = "VARCHAR|JSON|BLOB"
_NUMBER_TYPES = "BIGINT|HUGEINT|DOUBLE|FLOAT|INTEGER|DECIMAL"
_SQLITE = b"SQLite format 3\x00"
_ADDRESS_SQL = "regexp_matches({}, '@[A-Za-z0-9.-]+[.][A-Za-z]')"

# where in the file ('': all of it), and the text; None: something there cannot be searched
Text = tuple[str, str | None]


def texts_of(path: Path, canaries: Collection[str]) -> Iterator[Text]:
    """Every text of a file. `canaries`: what a database is asked for besides what looks like somebody's."""
    if path.suffix == ".duckdb":
        with read_only(path) as connection:
            yield from _tables(connection, canaries)
        return
    if path.suffix == ".parquet":
        yield from _parquet(path, canaries)
        return
    with open(path, "rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    if is_sqlite:
        yield from _sqlite(path)
    else:
        yield from _of_bytes(path.read_bytes())


def _of_bytes(content: bytes) -> Iterator[Text]:
    """A text as its JSON or markup reads, and each member of an archive, however deep."""
    content, is_whole = unpacked(content)
    if not is_whole:
        yield "", None
    if zipfile.is_zipfile(io.BytesIO(content)):
        yield from _of_members(content)
        return
    text = _decoded(content)
    text = (_as_json(text) if "\\u" in text else "") or text
    yield "", html.unescape(text) if "&#" in text else text


def _of_members(content: bytes) -> Iterator[Text]:
    """What stands in an archive; a member that is broken or locked is named by its archive alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                try:
                    inside = archive.read(member)
                except BROKEN_PACK:
                    yield "", None
                else:
                    yield from _of_bytes(inside)
    except BROKEN_PACK:
        yield "", None


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("utf-8", "replace")


def _as_json(text: str) -> str:
    """JSON, or a line of it after the other, with its letters as they are; '' where it is none."""
    for several in ([text], text.splitlines()):
        with contextlib.suppress(ValueError, RecursionError):
            return "\n".join(json.dumps(json.loads(one), ensure_ascii=False) for one in several if one.strip())
    return ""


def _tables(connection: Connection, canaries: Collection[str]) -> Iterator[Text]:
    """Every column of every table that may hold something, by its name."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = current_database() order by all"
    ).fetchall()
    for schema, table, column, type_ in columns:
        yield from _column(connection, f'{schema}."{table}"', column, type_, canaries, f"{schema}.{table}.{column}")


def _parquet(path: Path, canaries: Collection[str]) -> Iterator[Text]:
    import duckdb

    table = f"read_parquet({quoted(path)})"
    try:
        with duckdb.connect() as connection:
            for column, type_, *_ in connection.execute(f"describe from {table}").fetchall():
                yield from _column(connection, table, column, type_, canaries, column)
    except duckdb.Error:
        yield "", None


def _column(
    connection: Connection, table: str, column: str, type_: str, canaries: Collection[str], where: str
) -> Iterator[Text]:
    said = f'"{column}"::varchar'
    if any(word in type_ for word in _TEXT_TYPES.split("|")):
        planted = f"list_has_any(list_transform($canaries, lambda c: contains({said}, c)), [true])"
        asked = f"{has_personal_number_sql(said)} or {_ADDRESS_SQL.format(said)} or {planted}"
        given: dict[str, Any] | None = {"canaries": [*canaries, "\x00"]}
    elif any(type_.startswith(word) for word in _NUMBER_TYPES.split("|")):
        # a phone or a national id that was read as a number; an amount with cents is neither
        could_be = f'"{column}" between 13e9 and 2e10 or "{column}" between 1e17 and 1e18'
        asked = f'({could_be}) and "{column}" = trunc("{column}")'
        said, given = f'"{column}"::hugeint::varchar', None
    else:
        return
    rows = connection.execute(f"select distinct {said} from {table} where {asked}", given).fetchall()
    yield where, "\n".join(value for (value,) in rows)


def _sqlite(path: Path) -> Iterator[Text]:
    """Every cell of a database such as Dagster's records, and its bytes: of what was deleted, or where it is broken."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_opened(path)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            for row in connection.execute(f'select * from "{name}"'):
                for cell in row:
                    yield from ((name, text) for text in _cell(cell))
    yield "its bytes", path.read_bytes().decode("utf-8", "replace")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _cell(cell: Any) -> Iterator[str]:
    if isinstance(cell, bytes):
        yield from (text for _, text in _of_bytes(cell) if text)
    elif isinstance(cell, str):
        yield from (text for _, text in _of_bytes(cell.encode("utf-8", "replace")) if text)
    elif isinstance(cell, int):
        yield str(cell)
