"""A table file read once: its header and its SQL as they stand there.

What belongs here: the grammar of `assets/{core,facts,metrics}` files, what one file says by itself. What does not: what
it reads and its text for an engine (rendering.py), the list of all tables (tables.py), any meaning of a table.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipelines.spec.finished import finished
from pipelines.spec.header import Column, Header
from pipelines.spec.reading import ASSETS as ASSETS
from pipelines.spec.reading import SpecError, checked, parse
from pipelines.spec.taken_over import taken_over
from pipelines.sql_text import Unreadable, outputs
from pipelines.sql_tree import parse_select

if TYPE_CHECKING:
    from sqlglot import exp

    from pipelines.spec.checks import CheckEntry

METRICS = "metrics"
# What a table in Python offers. One of core brings itself up to a pass (building.Pass) over an open connection; a
# metric is fitted on the rows of its inputs.
WAY_IN = {
    "core": ("build", ("connection", "settings", "core_pass", "engine")),
    METRICS: ("fit", ("frames", "parameters")),
}
_HEADER = re.compile(r"\A\s*(?:/\*|\"\"\")(.*?)(?:\*/|\"\"\")", re.DOTALL)


class TableError(ValueError):
    """A table, or a parameter of it, is asked for in a way that it does not know; the message names what it knows."""


@dataclass(frozen=True)
class TableFile:
    """One file of `assets/core`, `assets/facts` or `assets/metrics`.

    `sql` is the SELECT in DuckDB's dialect ('' for a table built in Python); a metric's as its header finishes it.
    """

    schema: str
    name: str
    path: Path
    header: Header
    sql: str

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_view(self) -> bool:
        return self.header.materialized == "view"

    @property
    def counted_by(self) -> tuple[str, ...]:
        """Of a fact that follows its people, the counts of which one at least is above zero in every row; else none."""
        return self.header.counted_by

    @property
    def measures(self) -> list[str]:
        """Of a fact, the columns that add up: all that are not part of its grain."""
        return [name for name in self.columns if name not in self.key]

    @property
    def title(self) -> dict[str, str]:
        return {"zh": self.header.title.zh, "en": self.header.title.en}

    @property
    def description(self) -> str:
        return self.header.description

    @property
    def description_zh(self) -> str:
        return self.header.description_zh

    @property
    def variant(self) -> str:
        """The id of the definition; '' where it has none."""
        return self.header.variant

    @property
    def grain(self) -> str:
        """What one row is, as the header says it."""
        return str(self.header.grain)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that no two rows share; none where the grain is a text."""
        return self.header.grain.columns

    @property
    def checks(self) -> tuple[CheckEntry, ...]:
        return self.header.checks

    @property
    def columns(self) -> dict[str, Column]:
        return self.header.columns

    def parsed(self) -> exp.Expr:
        """A fresh parsed copy of the SELECT as it stands in the file."""
        return parse_select(self.sql, str(self.path)).copy()

    def module(self) -> ModuleType:
        """The Python file of a table in Python, which offers its way in.

        `build(connection, settings, core_pass, engine)` of a table of core makes it anew or brings it up to the pass,
        reading what the header's `reads` names. `fit(frames, parameters)` of a metric returns its columns from
        those of its inputs.
        """
        spec = importlib.util.spec_from_file_location(f"assets.{self.schema}.{self.name}", self.path)
        if spec is None or spec.loader is None:
            raise SpecError(f"{self.path}: not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        name, expected = WAY_IN[self.schema]
        takes = list(inspect.signature(getattr(module, name)).parameters) if hasattr(module, name) else None
        if takes != list(expected):
            found = "nothing of that name" if takes is None else f"{name}({', '.join(takes)})"
            raise SpecError(f"{self.path}: expected {name}({', '.join(expected)}), found {found}")
        return module


def read_table_file(path: Path) -> TableFile:
    """One table file. Raises SpecError naming the file and what is wrong in its header."""
    header, is_sql = checked(_header(path), Header, path), path.suffix == ".sql"
    is_metric = path.parent.name == METRICS
    if header.reads and (is_sql or is_metric):
        raise SpecError(f"{path}: reads: is for tables of core in Python; what a SELECT reads is read from its SQL")
    if bool(header.inputs) != (is_metric and not is_sql):
        raise SpecError(f"{path}: inputs: a metric in Python says them, and no other table does")
    if not is_sql and header.rebuild:
        raise SpecError(f"{path}: rebuild: is for SQL; a table built in Python brings itself up to the pass")
    sql = _HEADER.sub("", path.read_text(encoding="utf-8"), count=1).strip().rstrip(";") if is_sql else ""
    try:
        for text in header.inputs.values():
            outputs(text)
        sql = finished(sql, header) if is_metric and sql else sql
    except Unreadable as error:
        raise SpecError(f"{path}: not one readable SELECT: {error}") from error
    return TableFile(path.parent.name, path.stem, path, header, sql)


def _header(path: Path) -> Any:
    """The YAML at the head of a table file, with what it takes over from facts."""
    match = _HEADER.match(path.read_text(encoding="utf-8"))
    if not match:
        raise SpecError(f"{path}: no header; a table file begins with a YAML comment (see docs/architecture.md)")
    return taken_over(parse(match.group(1), path), path, _header_of_fact)


@functools.cache
def _header_of_fact(path: Path) -> Any:
    """The same, read once for all that ask the fact."""
    return _header(path)
