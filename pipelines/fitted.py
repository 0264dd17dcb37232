"""A metric in Python: its inputs asked for, its rows fitted, finished as its header says.

What belongs here: the one way in which a model runs, whoever asks and whichever engine runs its SQL. What does not: any
model (assets/metrics/*.py), its mathematics (models/), which table answers a question (metrics.py).

An engine runs the SELECTs of the header's `inputs`; their columns are handed to the file's `fit(frames, parameters,
as_of)`; the columns that it returns are cast, divided and put in order as those of a SELECT are (spec/finished.py).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.spec.finished import finished
from pipelines.spec.reading import SpecError
from pipelines.tables import Table

if TYPE_CHECKING:
    from pipelines.database import Connection

# By column an array of numpy; what is NULL is masked, or None among texts. A model returns such arrays or lists, in
# which None and NaN are NULL.
Columns = dict[str, Any]

_NUMBERS = itertools.count()


def rows_of(table: Table, given: Mapping[str, Any], ask: Callable[[Table], Columns]) -> Columns:
    """What the model says. `ask` gives the columns of one of its inputs, `given` the values that these use.

    Raises SpecError where it returns other columns than its header has, or columns of several lengths.
    """
    frames = {name: ask(one) for name, one in table.inputs.items()}
    said: Columns = table.module().fit(frames, given, given["as_of"])
    if unknown := [name for name in said if name not in table.columns]:
        raise SpecError(f"{table.path}: fit returns the column '{unknown[0]}', which the header does not have")
    if len({len(column) for column in said.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in said.items())
        raise SpecError(f"{table.path}: fit returns columns of several lengths: {lengths}")
    return said


def put(connection: Connection, table: Table, given: Mapping[str, Any], said: Columns) -> tuple[str, str]:
    """The rows under a name on this connection, and the SELECT of the finished table over them."""
    import pyarrow

    name = f"fitted_{table.name}_{next(_NUMBERS)}"
    connection.register(name, pyarrow.table({key: pyarrow.array(c, from_pandas=True) for key, c in said.items()}))
    sql = finished(f"select {', '.join(map(_named, said))} from {name}", table.header)
    return name, Table(table.schema, table.name, table.path, table.header, sql).render(given)


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
