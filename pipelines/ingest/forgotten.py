"""People who asked to be forgotten: the marks by which a row of theirs is known again, and left out when it is read.

What belongs here: the marks in SQL and in Python, and which ids of a canonical row are its person's. What does not:
forgetting what was loaded already (upkeep/forget.py).

A mark is a keyed hash of one id; nothing else of the person is kept (ops.forgotten). It outlives a rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.notices import Notice
from pipelines.platforms import shop_scope_sql
from pipelines.privacy import phone_key, phone_key_sql
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.ingest.origin import Origin
    from pipelines.ingest.plan import Plan, Target
    from pipelines.ingest.staging import StagingTable

MADE = "create table if not exists ops.forgotten (mark varchar, forgotten_at timestamp)"
# Temporary, where somebody asks for it: the rows that were left out (line, is_record).
LINES = "forgotten_lines"


# The kind of an order's number, among the kinds of ids: whatever source tells it, it is theirs.
ORDER = "order"


class Id(NamedTuple):
    """One id of a person as core.identities has it (a phone by its keyed hash, of the platform `any`), or an order."""

    platform: str
    kind: str
    value: str

    @property
    def bare(self) -> str:
        """The value as a row's own column has it: an order's number without its shop."""
        return self.value.rpartition("\x1f")[2]

    def mark(self, key: bytes) -> str:
        """What is kept of it; the Python twin of what forgotten_sql asks."""
        return phone_key("\x1f".join(("forgotten", *self)), key)


@dataclass(frozen=True)
class Place:
    """Where a canonical row says whose it is: `value` is of the kind that the column `kind` says."""

    platform: str
    kind: str
    value: str
    is_fixed: bool = False  # `kind` is the kind itself
    shop: str | None = None

    def sql(self, say: Callable[[str], str]) -> tuple[str, str, str]:
        """Platform, kind and value as core.identities has them; `say` says a stored column."""
        kind = quoted(self.kind) if self.is_fixed else say(self.kind)
        platform, value = say(self.platform), say(self.value)
        if self.shop is not None:
            whole = f"concat_ws(chr(31), {shop_scope_sql(platform, say(self.shop))}, {value})"
            value = f"case when {value} is not null then {whole} end"
        return f"case when {kind} = 'phone' then 'any' else {platform} end", kind, value


def places_of(table: StagingTable) -> Iterator[Place]:
    """Every column of a table that says whose a row is; whom it names besides (an inviter) is another person."""
    for column in table.columns.values():
        if column.type == "phone":
            yield Place("platform", "phone", column.stored_as, is_fixed=True)
        elif column.hashed_when and not column.of_other:
            own = f"{column.hashed_when.removesuffix('_type')}_platform"
            yield Place(own if own in table.columns else "platform", column.hashed_when, column.stored_as)
        elif column.name == "order_id":
            yield Place("platform", ORDER, column.stored_as, is_fixed=True, shop="shop_id")


def marks_of(connection: Connection) -> tuple[str, ...]:
    """The marks of everybody forgotten."""
    return tuple(mark for (mark,) in connection.execute("select mark from ops.forgotten order by 1").fetchall())


def forgotten_sql(targets: list[Target], origin: Origin) -> str:
    """SQL over the last layer of a plan: whether a row is somebody's who was forgotten."""
    marks = ", ".join(map(quoted, origin.forgotten))
    said = []
    for target in targets:

        def say(name: str, target: Target = target) -> str:
            return target.constant.get(name) or f"s{target.index}_{name}"

        for place in places_of(target.table):
            platform, kind, value = place.sql(say)
            mark = phone_key_sql(f"concat_ws(chr(31), 'forgotten', {platform}, {kind}, {value})", origin.key)
            said.append(f"({value} is not null and {mark} in ({marks}))")
    return f"coalesce({' or '.join(said) or 'false'}, false)"


def note_lines(connection: Connection, plan: Plan, rows: str, is_record: bool) -> None:
    """The rows left out of one level, where somebody asks for them, and how many that stay stand on the same line.
    `is_record`: they are records, not entries of a list inside one."""
    asked = "select 1 from duckdb_tables() where temporary and table_name = ?"
    if plan.forgets and connection.execute(asked, [LINES]).fetchone():
        others = "count(*) filter (not coalesce(is_forgotten, false)) over (partition by line)"
        connection.execute(
            f"insert into temp.{LINES} select line, {is_record}, others "
            f"from (select line, is_forgotten, {others} as others from {rows}) where is_forgotten"
        )


def told_of_forgotten(connection: Connection, plan: Plan, rows: str, origin: Origin) -> list[tuple[int, Notice]]:
    """How many rows of each file were left out as their person was forgotten."""
    if not plan.forgets:
        return []
    found = connection.execute(
        f"select {origin.file_id} as file_id, count(*) from {rows} t where t.is_forgotten and not t.is_bad "
        "group by all having count(*) > 0"
    ).fetchall()
    return [(file_id, _notice(count)) for file_id, count in found]


def _notice(count: int) -> Notice:
    said = f"{count} rows are of people who asked to be forgotten (`siyu forget`): they were left out"
    return Notice("forgotten", said, "", count, "aside")
