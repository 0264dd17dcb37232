"""What a canonical table says of two rows that may be one thing: states that only go on, and parts that cut it finer.

What belongs here: these words of assets/staging as SQL. What does not: what becomes of the rows (merging.py,
composing.py, other_cut.py).
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from pipelines.spec.literals import quoted
from pipelines.spec.reading import Strict


class States(Strict):
    """Words of a column that only go on: a later group never goes back to an earlier one."""

    column: str
    further: tuple[tuple[str, ...], ...]
    # column → the state that its having a value shows, if not further
    shown_by: dict[str, str] = Field(default_factory=dict)

    def of_copies_sql(self, value: str, sql_of: Callable[[str], str]) -> str:
        """SQL: the state of a row made of several copies, given SQL of each of its columns."""
        for column, state in self.shown_by.items():
            behind = f"{self.rank_sql(value)} < {self.rank_sql(quoted(state))}"
            value = f"case when {behind} and {sql_of(column)} is not null then {quoted(state)} else {value} end"
        return value

    def least_rank_sql(self, sql_of: Callable[[str], str]) -> str:
        """SQL: how far a copy's state is at least, by its word or by what shows it; NULL where nothing tells."""
        shown = [
            f"case when {sql_of(column)} is not null then {self.rank_sql(quoted(state))} end"
            for column, state in self.shown_by.items()
        ]
        return f"greatest({', '.join([self.rank_sql(sql_of(self.column)), *shown])})"

    def rank_sql(self, value: str) -> str:
        """SQL: how far a state is, NULL for none."""
        ranked = [f"when {quoted(word)} then {rank}" for rank, words in enumerate(self.further) for word in words]
        return f"case {value} {' '.join(ranked)} end"


class Shared(Strict):
    """Columns of which at most one differs between copies of one row, in files that do not tell the column `unless`."""

    columns: tuple[str, ...]
    unless: str = ""
    to_minute: bool = False  # of two times that tell an hour the minute counts, else the day


class ToldBy(Strict):
    """What two rows share that are one thing, and the parts of the key that cut it finer; empty where not told."""

    same: tuple[str, ...]
    parts: tuple[str, ...]
