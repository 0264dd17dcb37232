"""A metric in Python: its inputs asked for, its rows fitted, finished as its header says.

What belongs here: the one way in which a model runs, whoever asks and whichever engine runs its SQL. What does not: any
model (assets/metrics/*.py), its mathematics (models/), which table answers a question (metrics.py).

An engine runs the SELECTs of the header's `inputs`; their columns are handed to the file's `fit(frames, parameters)`;
the columns that it returns are cast, divided and put in order as those of a SELECT are (spec/finished.py). A model
knows nothing but these two, so of the same ones its rows are the same: what stands need not be fitted again.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pipelines.fingerprint import fingerprint, own_code
from pipelines.spec.finished import finished
from pipelines.spec.reading import SpecError
from pipelines.tables import Table

if TYPE_CHECKING:
    from pipelines.database import Connection

# By column an array of numpy; what is NULL is masked, or None among texts. A model returns such arrays or lists, in
# which None and NaN are NULL.
Columns = dict[str, Any]
Frames = dict[str, Columns]  # by input

# What a model's numbers come of besides Siyu's own code and DuckDB, whose hashes are its version's.
LIBRARIES = ("doubleml", "numpy", "scikit-learn", "scipy")
# of whole rows: by a name that no column has
_SUM_OF_ROWS = 'select count(*), sum(hash("a row")::hugeint), bit_xor(hash("a row")) from {rows} as "a row"'

_NUMBERS = itertools.count()


def frames_of(table: Table, ask: Callable[[Table], Columns]) -> Frames:
    """What the model is fitted on. `ask` gives the columns of one of its inputs."""
    return {name: ask(one) for name, one in table.inputs.items()}


def parameters_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of the values that its inputs use those that the model itself may: not the day, which an input tells it."""
    return {name: value for name, value in given.items() if name != "as_of"}


def mark_of(connection: Connection, table: Table, frames: Frames, given: Mapping[str, Any]) -> str:
    """Changes whenever the model might say something else: with a row that it is fitted on (in whichever order they
    came), a parameter, Siyu's own code, a library's version."""
    found = []
    for name, columns in frames.items():
        rows = _register(connection, table, columns)
        found.append((name, connection.execute(_SUM_OF_ROWS.format(rows=rows)).fetchall()))
        connection.unregister(rows)
    versions = [(library, metadata.version(library)) for library in LIBRARIES]
    return fingerprint(table.qualified, found, sorted(parameters_of(given).items()), versions, own_code())


def rows_of(table: Table, frames: Frames, given: Mapping[str, Any]) -> Columns:
    """What the model says. `given`: the values that its inputs use.

    Raises SpecError where it returns other columns than its header has, or columns of several lengths.
    """
    said: Columns = table.module().fit(frames, parameters_of(given))
    if unknown := [name for name in said if name not in table.columns]:
        raise SpecError(f"{table.path}: fit returns the column '{unknown[0]}', which the header does not have")
    if len({len(column) for column in said.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in said.items())
        raise SpecError(f"{table.path}: fit returns columns of several lengths: {lengths}")
    return said


def put(connection: Connection, table: Table, given: Mapping[str, Any], said: Columns) -> tuple[str, str]:
    """The rows under a name on this connection, and the SELECT of the finished table over them."""
    name = _register(connection, table, said)
    sql = finished(f"select {', '.join(map(_named, said))} from {name}", table.header)
    return name, Table(table.schema, table.name, table.path, table.header, sql).render(given)


def _register(connection: Connection, table: Table, columns: Columns) -> str:
    """The columns under a name of their own on this connection."""
    import pyarrow

    name = f"fitted_{table.name}_{next(_NUMBERS)}"
    connection.register(name, pyarrow.table({key: pyarrow.array(c, from_pandas=True) for key, c in columns.items()}))
    return name


def _named(column: str) -> str:
    return f'"{column}"'


@contextlib.contextmanager
def held(connection: Connection, table: Table, given: Mapping[str, Any], said: Columns) -> Iterator[str]:
    """The SELECT of the finished table, while the block lasts."""
    name, sql = put(connection, table, given, said)
    try:
        yield sql
    finally:
        connection.unregister(name)
