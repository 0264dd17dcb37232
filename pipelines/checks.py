"""Checks in table headers: what each one says, how it is asked, what came of it.

What belongs here: the grammar of `checks:`, its SQL, the record in ops.checks, and the note that a publication is held
back. What does not: Great Expectations (expectations.py), Dagster (graph.py), any table's rules (assets/).

A header states checks as a list; each entry is one of

    - unique: [column, …]                              no two rows share these values (NULL equals NULL)
    - not_null: [column, …]
    - between: {column, min, max}                      NULL passes; either bound may be missing
    - in_set: {column, values}                         NULL passes
    - condition: {sql, name}                           a boolean over one row; like a CHECK, it fails only where false
    - row_count: {min, max}
    - relationship: {columns, table, to}               every non-NULL value stands in the other table
    - no_rows: {sql, name}                             a SELECT of which every row is a fault; {table} is this table

and may carry `blocking: false` beside it: then a failure is reported and stops nothing.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.settings import Settings
from pipelines.tables import Table, TableError, literal_text

if TYPE_CHECKING:
    import duckdb

    from pipelines.expectations import Validations


class CheckError(TableError):
    """A check is not written as the grammar asks; the message names the file, the check and the remedy."""


@dataclass(frozen=True)
class Check:
    """One check of one table.

    `violations` is an aggregate over the table that counts the rows at fault; `{batch}` in it stands for the table. A
    row_count check has bounds instead.
    """

    table: str
    name: str
    kind: str
    expected: str
    violations: str = ""
    bounds: tuple[int | None, int | None] = (None, None)
    is_blocking: bool = True


@dataclass(frozen=True)
class Result:
    """What came of a check. `observed` holds counts only, never a value of the table; `rows` is the count itself."""

    check: Check
    is_passed: bool
    observed: str
    rows: int | None = None


@dataclass(frozen=True)
class Failure:
    """A failed check as a report names it."""

    table: str
    name: str
    observed: str
    expected: str
    is_blocking: bool = True


def checks_of(table: Table) -> list[Check]:
    """The checks of a table's header. Raises CheckError for one that cannot be read or names an unknown column."""
    found = [check for entry in table.checks for check in _read(table, entry)]
    names = [check.name for check in found]
    return [_numbered(check, i, names) for i, check in enumerate(found)]


def _numbered(check: Check, i: int, names: list[str]) -> Check:
    """The same check with a number behind its name where an earlier one has the name already."""
    earlier = names[:i].count(check.name)
    return check if not earlier else Check(**{**asdict(check), "name": f"{check.name}_{earlier + 1}"})


def _read(table: Table, entry: Any) -> list[Check]:
    kinds = [key for key in entry if key != "blocking"] if isinstance(entry, dict) else []
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        near = difflib.get_close_matches(str(kinds[0]), _KINDS, n=1) if kinds else []
        hint = f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(_KINDS)}"
        raise CheckError(f"{table.path}: check {entry!r} is not understood; expected {hint}")
    try:
        found = _KINDS[kinds[0]](table, entry[kinds[0]])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckError(
            f"{table.path}: check {entry!r} cannot be read ({error!r}); see pipelines/checks.py"
        ) from error
    blocking = entry.get("blocking", True)
    return [Check(**{**asdict(check), "kind": kinds[0], "is_blocking": blocking}) for check in found]


def _unique(table: Table, given: Any) -> list[Check]:
    keys = ", ".join(_columns(table, given))
    duplicated = f"select count(*) as n from {{batch}} group by {keys} having count(*) > 1"
    count = _counted(f"select coalesce(sum(n), 0) from ({duplicated}) as duplicated")
    return [Check(table.qualified, _name("unique", *_listed(given)), "", f"no two rows with the same {keys}", count)]


def _not_null(table: Table, given: Any) -> list[Check]:
    names = _listed(given)
    columns = _columns(table, given)
    return [
        Check(table.qualified, _name("not_null", name), "", f"{name} is never missing", _rows(f"{column} is null"))
        for name, column in zip(names, columns, strict=True)
    ]


def _between(table: Table, given: dict[str, Any]) -> list[Check]:
    (column,) = _columns(table, given["column"])
    low, high = given.get("min"), given.get("max")
    bounds = [f"{column} {sign} {literal_text(v)}" for sign, v in ((">=", low), ("<=", high)) if v is not None]
    if not bounds:
        raise ValueError("neither min nor max")
    words = {True: f"{low} ≤ {given['column']} ≤ {high}", False: " and ".join(bounds)}[None not in (low, high)]
    return [Check(table.qualified, _name("between", given["column"]), "", words, _broken(" and ".join(bounds)))]


def _in_set(table: Table, given: dict[str, Any]) -> list[Check]:
    (column,) = _columns(table, given["column"])
    values = ", ".join(map(literal_text, given["values"]))
    words = f"{given['column']} is one of {', '.join(map(str, given['values']))}"
    return [Check(table.qualified, _name("in_set", given["column"]), "", words, _broken(f"{column} in ({values})"))]


def _condition(table: Table, given: Any) -> list[Check]:
    sql, words = (given, given) if isinstance(given, str) else (given["sql"], given.get("name", given["sql"]))
    return [Check(table.qualified, _name(words), "", words, _broken(sql))]


def _row_count(table: Table, given: dict[str, Any]) -> list[Check]:
    low, high = given.get("min"), given.get("max")
    words = f"from {low if low is not None else 0} rows" + (f" to {high}" if high is not None else "")
    return [Check(table.qualified, "row_count", "", words, bounds=(low, high))]


def _relationship(table: Table, given: dict[str, Any]) -> list[Check]:
    names = _listed(given["columns"])
    mine, theirs = _columns(table, names), [_quoted(name) for name in _listed(given.get("to", names))]
    match = " and ".join(f"t.{m} = o.{o}" for m, o in zip(mine, theirs, strict=True))
    known = " and ".join(f"t.{m} is not null" for m in mine)
    sql = f"select count(*) from {{batch}} as t anti join {given['table']} as o on {match} where {known}"
    words = f"every {', '.join(names)} stands in {given['table']}"
    return [Check(table.qualified, _name("relationship", *names), "", words, _counted(sql))]


def _no_rows(table: Table, given: dict[str, Any]) -> list[Check]:
    count = _counted(f"select count(*) from ({given['sql'].replace('{table}', '{batch}')}) as faults")
    return [Check(table.qualified, _name(given["name"]), "", given["name"], count)]


_KINDS: dict[str, Callable[[Table, Any], list[Check]]] = {
    "unique": _unique,
    "not_null": _not_null,
    "between": _between,
    "in_set": _in_set,
    "condition": _condition,
    "row_count": _row_count,
    "relationship": _relationship,
    "no_rows": _no_rows,
}


def _broken(condition: str) -> str:
    return _rows(f"not ({condition})")


def _rows(condition: str) -> str:
    """One scan counts the rows of all such checks; only a condition that looks at other rows needs its own."""
    if re.search(r"\b(select|from|over)\b", condition, re.IGNORECASE):
        return _counted(f"select count(*) from {{batch}} where {condition}")
    return f"count(*) filter (where {condition})"


def _counted(sql: str) -> str:
    """A SELECT of one number as an aggregate over the table, so that it stands beside others in one statement."""
    return f"({sql}) + 0 * count(*)"


def _listed(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _columns(table: Table, given: Any) -> list[str]:
    names = _listed(given)
    for name in names:
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise CheckError(f"{table.path}: a check names the column '{name}', which the header does not have{hint}")
    return [_quoted(name) for name in names]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _name(*parts: str) -> str:
    """A name that Dagster accepts: letters, digits and underscores, at most 100 of them."""
    return re.sub(r"\W+", "_", "_".join(parts), flags=re.ASCII).strip("_").lower()[:100] or "condition"


# Asking them


@contextlib.contextmanager
def open_validations(connection: duckdb.DuckDBPyConnection) -> Iterator[Validations]:
    """Great Expectations over an open connection: `.run(table, checks)` → results. The first call takes seconds."""
    from pipelines.expectations import Validations

    with Validations(connection) as opened:
        yield opened


# What came of them


def create_record(connection: duckdb.DuckDBPyConnection) -> None:
    """The table of results, one row per check and run."""
    connection.execute("""
        create table if not exists ops.checks (
            run_id varchar, table_name varchar, check_name varchar, passed boolean, blocking boolean,
            observed varchar, expected varchar, checked_at timestamp)
    """)


def record(connection: duckdb.DuckDBPyConnection, run_id: str, results: Sequence[Result], now: datetime) -> None:
    """Writes results to ops.checks."""
    rows = [
        [r.check.table, r.check.name, r.is_passed, r.check.is_blocking, r.observed, r.check.expected] for r in results
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(
            "insert into ops.checks select ?, unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), ?",
            [run_id, *columns, now],
        )


def standing_failures(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> list[Failure]:
    """Blocking checks of these tables whose newest result is a failure, of checks that the headers still state.

    Not only this run's: a run of a few tables must not publish what an earlier run found wrong.
    """
    rows = connection.execute("""
        select table_name, check_name, observed, expected from ops.checks
        qualify row_number() over (partition by table_name, check_name order by checked_at desc, rowid desc) = 1
            and blocking and not passed
        order by all
    """).fetchall()
    stated = {(check.table, check.name) for table in tables for check in checks_of(table) if check.is_blocking}
    return [Failure(*row) for row in rows if tuple(row[:2]) in stated]


# A publication held back: readers keep the last good snapshot, and every report made from it says so.


@dataclass(frozen=True)
class Held:
    """Why the current snapshot is older than the warehouse."""

    since: datetime
    reason: str
    failures: tuple[Failure, ...]


def _held_path(settings: Settings) -> Path:
    return settings.published / "held.json"


def hold(settings: Settings, reason: str, failures: Sequence[Failure]) -> None:
    """Notes that the newest run was not published, and why."""
    settings.published.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {"since": settings.today().isoformat(), "reason": reason, "failures": [asdict(f) for f in failures]},
        ensure_ascii=False,
        indent=1,
    )
    partial = _held_path(settings).with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.rename(_held_path(settings))


def lift_hold(settings: Settings) -> None:
    """Forgets the note: what readers see is the newest run again."""
    _held_path(settings).unlink(missing_ok=True)


def read_hold(settings: Settings) -> Held | None:
    """The note, or None while the current snapshot is the newest run's."""
    path = _held_path(settings)
    if not path.exists():
        return None
    note = json.loads(path.read_text(encoding="utf-8"))
    failures = tuple(Failure(**failure) for failure in note["failures"])
    return Held(datetime.fromisoformat(note["since"]), note["reason"], failures)
