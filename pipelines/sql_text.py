"""A SELECT as text: which tables it reads and where, and the text with other things in their places.

What belongs here: what DuckDB's own parser says of a text, and filling a text in: a tenth of the time of parsing and
writing anew by sqlglot, and the text that runs is the file's own. What does not: other dialects (sql_tree.py), what any
value means.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.kept import kept

if TYPE_CHECKING:
    from pipelines.database import Connection

# Texts, quoted names and comments stand first: a `$name` inside one is no parameter.
_PARTS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\$(?P<name>[a-z_]+)""", re.DOTALL)

# What DuckDB's parser calls the faults of a text: it is no SQL, or SQL but no SELECT.
OF_THE_TEXT = ("parser", "not implemented", "syntax")

_NAME = re.compile(rb'(?:\w+|"[^"]+")\s*\.\s*(\w+|"[^"]+")')


class Unreadable(ValueError):
    """Not one SELECT that DuckDB can read; the message is its parser's."""


@dataclass(frozen=True)
class Reference:
    """A table named in a FROM: where its name begins in the text (in bytes), and whether an alias follows it."""

    start: int
    table: str
    has_alias: bool


def references(sql: str) -> tuple[Reference, ...]:
    """Every table with a schema that a SELECT reads, in the order of the text, in which parameters stand as `$name`."""
    return _read(sql)[0]


def outputs(sql: str) -> frozenset[str]:
    """The columns that a SELECT names as its own, those that a `*` brings left out."""
    return _read(sql)[1]


@functools.cache
def _read(sql: str) -> tuple[tuple[Reference, ...], frozenset[str]]:
    tables, columns = _said_of(sql)
    return tuple(Reference(*table) for table in tables), frozenset(columns)


@kept
def _said_of(sql: str) -> tuple[list[tuple[int, str, bool]], list[str]]:
    """Of a SELECT its tables (start, name, whether an alias follows) and its columns, as DuckDB's parser finds them."""
    (text,) = _parser().cursor().execute("select json_serialize_sql(?)", [sql]).fetchall()[0]
    found: list[tuple[int, str, bool]] = []
    told = json.loads(text, object_hook=lambda node: _note_table(node, found))
    if told["error"]:
        # the parser may also say that it found no memory, which says nothing of the text
        raise (Unreadable if told["error_type"] in OF_THE_TEXT else MemoryError)(told["error_message"])
    if len(told["statements"]) != 1:
        raise Unreadable("there is more than one statement")
    columns = told["statements"][0]["node"].get("select_list", [])
    names = {column["alias"] or (column.get("column_names") or [""])[-1] for column in columns}
    return sorted(found), sorted(names - {""})


def _note_table(node: dict[str, Any], found: list[tuple[int, str, bool]]) -> dict[str, Any]:
    """Called for every node while the tree is read: a walk over it afterwards takes as long as reading it."""
    if node.get("type") == "BASE_TABLE" and node["schema_name"]:
        found.append((node["query_location"], f"{node['schema_name']}.{node['table_name']}", bool(node["alias"])))
    return node


@functools.cache
def _parser() -> Connection:
    """DuckDB as a parser: a connection in memory that never holds a table."""
    import duckdb

    return duckdb.connect()


@functools.lru_cache(maxsize=1024)
def computed(sql: str) -> Any:
    """The value of an expression that reads no table."""
    (value,) = _parser().cursor().execute(f"select {sql}").fetchall()[0]
    return value


def put_in_place(sql: str, inputs: Mapping[str, str]) -> str:
    """The SELECT with other SELECTs in the place of tables: {"core.orders": "select … from core.orders …"}."""
    text = sql.encode()
    for one in reversed([one for one in references(sql) if one.table in inputs]):
        name = _NAME.match(text, one.start)
        assert name is not None, f"DuckDB tells of {one.table} at {one.start}, where no name is"
        alias = "" if one.has_alias else f" as {name[1].decode()}"
        text = text[: one.start] + f"({inputs[one.table]}){alias}".encode() + text[name.end() :]
    return text.decode()


def fill(sql: str, literal_of: Callable[[str], str]) -> str:
    """The text with every parameter `$name` replaced by `literal_of(name)`; texts and comments stay as they are."""
    return _PARTS.sub(lambda part: literal_of(part["name"]) if part["name"] else part[0], sql)


@functools.cache
def parameters(sql: str) -> tuple[str, ...]:
    """The names of the parameters that a text uses, sorted."""
    return tuple(sorted({part["name"] for part in _PARTS.finditer(sql) if part["name"]}))
