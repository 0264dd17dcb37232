"""Who stands behind a number: the people of one row of a metric, found by the metric's own SQL.

What belongs here: that question as SQL. What does not: who may see its answer and how (serve/), any metric.

A metric that counts people asks a fact, which counts them by breakdowns. Here the fact is asked for one breakdown, the
person, of those in the row's segment. So each row of the answer is one person, by the same filters, maturity and
windows, and as many people are found as were counted; no second definition could drift from the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines import breakdowns
from pipelines.building import values
from pipelines.metrics import find_metric
from pipelines.rendering import find_fact, rows_by
from pipelines.settings import Settings
from pipelines.spec.literals import literal_text, quoted
from pipelines.spec.table_file import TableError
from pipelines.sql_text import put_in_place
from pipelines.tables import Table

if TYPE_CHECKING:
    from datetime import date

SEGMENT = ("segment_by", "segment")


def breakdowns_of(table: Table) -> set[str]:
    """The breakdowns by which the metric's people can be found: those that all its facts have in their own rows."""
    told = [{one.name for one in breakdowns.breakdowns_of(f).values() if not one.of} for f in table.header.facts]
    return set.intersection(*told) if told else set()


def text_of(
    name: str, parameters: Mapping[str, Any], settings: Settings, as_of: date, row: Mapping[str, Any], column: str
) -> str:
    """A SELECT of person_id, one row for each person whom `column` counts in the row. `row`: its grain's columns.

    Raises TableError where the metric does not tell whom it counts, or not by this breakdown.
    """
    table, by = find_metric(name), row["segment_by"]
    if column not in table.header.whom:
        known = ", ".join(table.header.whom) or "none"
        raise TableError(f"{table.qualified} does not tell whom '{column}' counts; it tells of: {known}")
    if by not in breakdowns_of(table):
        raise TableError(
            f"by '{by}' nobody is found: it follows from another breakdown, or is none of {table.qualified}"
        )
    asked = {key: value for key, value in table.resolve(parameters).items() if key in parameters}
    given = {**table.parameters, **values(settings, as_of), **asked, "segments": [by]}
    placed = {f"facts.{fact}": _persons(fact, wanted, given, row) for fact, wanted in table.header.facts.items()}
    header = table.header.model_copy(update={"facts": {}})
    alone = Table(table.schema, table.name, table.path, header, put_in_place(table.sql, placed)).render(given)
    match = [f"{key} is not distinct from {literal_text(row[key])}" for key in table.key if key not in SEGMENT]
    nobody = quoted(breakdowns.NOTHING)
    where = " and ".join([f"segment <> {nobody}", f"{column} > 0", *match])
    return f"select segment as person_id from (\n{alone}\n) as persons where {where}"


def _persons(name: str, wanted: Mapping[str, str], given: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The fact's rows with a person in the place of the segment that the row is of."""
    one, person = breakdowns.breakdowns_of(name)[row["segment_by"]], find_fact(name).header.person
    if one.column:
        inside = f"coalesce({one.column}, {quoted(breakdowns.NOTHING)}) = {quoted(str(row['segment']))}"
        person = f"case when {inside} then {person} end"
    return rows_by(name, wanted, given, breakdowns.Breakdown(one.name, column=person))
