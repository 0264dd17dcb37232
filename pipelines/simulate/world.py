"""The demo merchant's world, made set-based inside DuckDB: people, what they did, what they bought.

What belongs here: running `tables/*.sql` in order, and asking `queries/*.sql`. What does not: the planted numbers
(`planted.py`), files (`*_files.py`).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.simulate import planted, planting

if TYPE_CHECKING:
    from pipelines.database import Connection

HERE = Path(__file__).parent
BUYING = ("people", "ladder", "first_orders", "crossers", "purchases", "orders", "items")
LIVING = (
    "refunds", "memberships", "lists", "wecom_stays", "list_members", "stays", "pushes", "events", "sessions",
    "group_days", "buyers", "identities", "told", "milestones", "known", "accounts",
)  # fmt: skip
_PARAMETER = re.compile(r"\$(\w+)")


def generate(
    connection: Connection,
    seed: int = 7,
    people: int = 20_000,
    first_day: date = planted.FIRST_DAY,
    last_day: date = planted.LAST_DAY,
    sessions: int = planted.SESSIONS,
) -> None:
    """Fill schema `world` with `people` people and their year. The same arguments give the same rows."""
    prepare(connection, seed, first_day, last_day, sessions)
    parameters = planted.scalars(first_day, last_day) | {"first_person": 0, "people": people}
    for name in (*BUYING, *LIVING):
        fill(connection, name, parameters)


def prepare(
    connection: Connection,
    seed: int,
    first_day: date = planted.FIRST_DAY,
    last_day: date = planted.LAST_DAY,
    sessions: int = planted.SESSIONS,
) -> None:
    """What `fill` builds on: the macros of draw.sql and the planted numbers."""
    connection.execute(f"set variable seed = {planting.seed_number(seed)}")
    connection.execute(planting.numbered(_text("draw.sql")))
    planting.load(connection, first_day, last_day, sessions)
    connection.execute("create schema if not exists world")


def fill(connection: Connection, name: str, parameters: dict[str, Any], file: str | None = None) -> None:
    """Create `world.<name>` from its file (or another one), giving it the parameters that it names."""
    text = planting.numbered(_text(file or f"tables/{name}.sql"))
    execute(connection, f"create or replace table world.{name} as {text}", parameters)


def tidy(connection: Connection) -> None:
    """Drop what `prepare` and `fill` made."""
    connection.execute("drop schema if exists world cascade; drop schema if exists planted cascade")


def ask(connection: Connection, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of one of `queries/`."""
    return execute(connection, question(name), parameters).fetchall()


def question(name: str) -> str:
    """The text of one of `queries/`, ready for DuckDB."""
    return planting.numbered(_text(f"queries/{name}.sql"))


def execute(connection: Connection, text: str, parameters: dict[str, Any]) -> Connection:
    """Run a text with those of the parameters that it names."""
    return connection.execute(text, {key: parameters[key] for key in _PARAMETER.findall(text)})


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
