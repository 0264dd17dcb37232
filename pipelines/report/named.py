"""Tables and columns that a file of assets/reports names: they are there, or the file is refused with the nearest.

What belongs here: which there are, and the words of the refusal. What does not: any file's model.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.spec.nearest import hint
from pipelines.tables import load_tables

# Tables that runs keep beside the data: they have no header, so of them only the name is known.
WITHOUT_HEADER = ("ops.checks", "ops.copies", "ops.findings", "ops.runs", "ops.waiting")


@functools.cache
def tables() -> dict[str, frozenset[str]]:
    """Every table that a report may read, by qualified name; of one without a header no columns."""
    described = load_catalogue() | {table.qualified: table for table in ops_tables()}
    columns = {name: frozenset(table.columns) for name, table in described.items()}
    return columns | dict.fromkeys(WITHOUT_HEADER, frozenset[str]())


def known_table(name: str) -> str:
    """A table's name. Raises ValueError with the nearest where there is none."""
    return among(name, tables(), "table")


def among(word: str, known: Iterable[str], what: str) -> str:
    """A word that is known. Raises ValueError with the nearest where it is not."""
    words = list(known)
    if word not in words:
        raise ValueError(f"no such {what}: {word}; {hint(word, words)}")
    return word


def has_columns(table: str, columns: Iterable[str]) -> None:
    """Nothing, where a table has these columns. Raises ValueError naming the first that it lacks and the nearest."""
    known = tables()[table]
    for column in columns if known else ():
        if column not in known:
            raise ValueError(f"{table} has no column '{column}'; {hint(column, known)}")


def has_parameters(table: str, parameters: Collection[str]) -> None:
    """Nothing, where a table takes these parameters. Raises ValueError naming the first that it does not take."""
    for parameter in parameters:
        among(parameter, load_tables()[table].parameters, f"parameter of {table}")


def known_part(name: str) -> str:
    """A table, or a column as schema.table.column. Raises ValueError where it is not there."""
    table, _, column = name.rpartition(".")
    if table not in tables():
        return known_table(name)
    has_columns(table, [column])
    return name


def fills(sentence: str, values: Collection[str]) -> None:
    """Nothing, where these are all that a sentence's blanks ask for. Raises ValueError naming the first other one."""
    for _, blank, _, _ in Formatter().parse(sentence):
        if blank is not None:
            among(blank, values, "blank")


TableName = Annotated[str, AfterValidator(known_table)]
PartName = Annotated[str, AfterValidator(known_part)]
