"""What a loaded file's rows say that a person should know: times after the file's own, words that nobody knows.

What belongs here: looking over the rows once they are read. What does not: refused rows (rows.py), unread columns and
sheets (formats), and where a person reads it (quality.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.ingest.expressions import names_of
from pipelines.ingest.left_out import told_of_left_out
from pipelines.ingest.notices import Notice
from pipelines.ingest.open_words import known_words
from pipelines.ingest.origin import Origin
from pipelines.ingest.plan import Plan, Target, used_name
from pipelines.ingest.staging import Column
from pipelines.platforms import shop_scope_sql
from pipelines.settings import Settings
from pipelines.spec.nearest import nearest

if TYPE_CHECKING:
    from pipelines.database import Connection

MOST_WORDS = 20
GRACE = timedelta(days=1)  # for time zones and clocks that are a little off


def told_of_rows(
    connection: Connection, plan: Plan, rows: str, origin: Origin, settings: Settings
) -> list[tuple[int, Notice]]:
    """Notices of one level, made from its relation of read rows, each with the file that it is about."""
    notices = _assumed(connection, plan, rows, origin)
    notices += [*told_of_left_out(connection, plan, rows, origin), *_ahead(connection, plan, rows, origin)]
    for target in plan.targets:
        notices += _blocks(connection, plan, target, rows, origin)
        notices += _folder_shops(connection, plan, target, rows, origin)
        for column in target.table.columns.values():
            if column.spellings and column.stored_as in target.varying:
                notices += _own_words(connection, target, column, rows, origin, settings)
    return notices


def _assumed(connection: Connection, plan: Plan, rows: str, origin: Origin) -> list[tuple[int, Notice]]:
    """Columns that stand for another one only on an assumption, where rows used them."""
    if not plan.assumed:
        return []
    counts = ", ".join(f"count(*) filter (where {used_name(name)})" for name in plan.assumed)
    found = connection.execute(
        f"select {origin.file_id} as file_id, {counts} from {rows} t where not t.is_bad group by all order by all"
    ).fetchall()
    return [
        (file_id, _assumption(plan, name, count))
        for file_id, *counted in found
        for name, count in zip(plan.assumed, counted, strict=True)
        if count
    ]


def _assumption(plan: Plan, name: str, count: int) -> Notice:
    header, column = plan.match.header_of(name), plan.match.source.columns[name]
    return Notice("assumed", f"{header}: {column.told}", header, count, facts={"assumed": column.told_zh})


def _ahead(connection: Connection, plan: Plan, rows: str, origin: Origin) -> list[tuple[int, Notice]]:
    """Times later than the file itself: a wrong year, or a clock that is wrong. A row counts once, whatever it says."""
    ahead = _ahead_sql(plan, origin)
    if not ahead:
        return []
    counts = ", ".join(f"count(*) filter ({condition})" for condition in ahead.values())
    either = " or ".join(ahead.values())
    found = connection.execute(
        f"select {origin.file_id} as file_id, count(*), {counts} from {rows} t where {either} "
        "group by all having count(*) > 0 order by all"
    ).fetchall()
    return [
        (file_id, _future([h for h, n in zip(ahead, counted, strict=True) if n], count, origin[file_id].version_at))
        for file_id, count, *counted in found
    ]


def _ahead_sql(plan: Plan, origin: Origin) -> dict[str, str]:
    """The file's own name of each column of times that have happened → SQL: a row says one after the file's own."""
    limit = f"{origin.version_at} + interval '{GRACE.days} days'"
    found: dict[str, list[str]] = {}
    for target in plan.targets:
        for column in target.table.columns.values():
            if column.stored_as in target.varying and column.has_happened:
                late = f"({target.condition()} and {target.expression(column.stored_as)} > {limit})"
                found.setdefault(plan.header_of(target, column.name), []).append(late)
    return {header: "(" + " or ".join(late) + ")" for header, late in found.items()}


def _future(headers: list[str], count: int, version_at: datetime) -> Notice:
    said = (
        f"{count} rows say a time after the file itself was written ({version_at:%Y-%m-%d %H:%M}); "
        "they are in no number until that day has come: look at the year and the day in this column"
    )
    return Notice(
        "future_time", said, ", ".join(headers), count, "aside", {"file_time": f"{version_at:%Y-%m-%d %H:%M}"}
    )


def _blocks(connection: Connection, plan: Plan, target: Target, rows: str, origin: Origin) -> list[tuple[int, Notice]]:
    """A platform or shop that stands in some rows, the first among them, and in most of the others does not."""
    notices: list[tuple[int, Notice]] = []
    for column, none in (("platform", "other"), ("shop_id", "")):
        names = names_of(target.load.columns.get(column, "")) & plan.readings.keys()
        if not names or column not in target.varying:
            continue
        empty = f"coalesce({target.expression(column)}, '') in ('', '{none}')"
        found = connection.execute(
            f"select {origin.file_id} as file_id, count(*) filter ({empty}) as n from {rows} t "
            f"where {target.condition()} group by all having 2 * n >= count(*) and n < count(*) "
            f"and not arg_min({empty}, t.line) order by all"
        ).fetchall()
        notices += [(file_id, _block(plan.header_of(target, column), count)) for file_id, count in found]
    return notices


def _block(header: str, count: int) -> Notice:
    said = (
        f"{count} rows say nothing here, and rows above them do: they count as of none. If the first row of a block "
        "speaks for those below, fill it down in a copy"
    )
    return Notice("filled_in_blocks", said, header, count)


def _folder_shops(
    connection: Connection, plan: Plan, target: Target, rows: str, origin: Origin
) -> list[tuple[int, Notice]]:
    """Shops that only a folder's name tells, where the shop is part of what an order's number means."""
    source = plan.match.source
    texts = [
        load.columns.get("shop_id", "")
        for name, load in source.loads.items()
        if (load.into or name) == target.table.name
    ]
    by_folder = {facts.file_id: facts.folder for facts in origin.files if facts.folder is not None}
    if "shop_id" not in target.table.columns:
        is_further = target.load.into is not None  # the row of its record says it already
        return [] if is_further else [(file_id, _no_shop(target, shop)) for file_id, shop in by_folder.items()]
    if not target.table.shop_in_key or not by_folder or not any("file_folder" in names_of(text) for text in texts):
        return []
    scope = shop_scope_sql(target.expression("platform"), target.expression("shop_id"))
    found = connection.execute(
        f"select {origin.file_id} as file_id, {scope} as shop, count(*) from {rows} t where {target.condition()} "
        f"and {scope} <> '' group by all order by all"
    ).fetchall()
    return [(file_id, _folder_shop(shop, count)) for file_id, shop, count in found if shop == by_folder.get(file_id)]


def _no_shop(target: Target, shop: str) -> Notice:
    name = target.table.name
    said = (
        f"the folder {shop} was not used: {name} belong to no shop, so groups, people or days that two shops call "
        "alike are one; give them names or ids that differ"
    )
    return Notice("shop_folder_unused", said, shop, severity="aside", facts={"table": name})


def _folder_shop(shop: str, count: int) -> Notice:
    said = (
        f"{count} rows are of the shop {shop}, as their folder says: the same order number in another shop's folder is "
        "another order; if the folder is no shop, take it away or give the file a shop column, then run siyu run --full"
    )
    return Notice("shop_from_folder", said, shop, count)


def _own_words(
    connection: Connection, target: Target, column: Column, rows: str, origin: Origin, settings: Settings
) -> list[tuple[int, Notice]]:
    word = target.expression(column.stored_as)
    known = known_words(column, settings)
    found = connection.execute(
        f"select {origin.file_id} as file_id, {word} as word, count(*) as rows from {rows} t "
        f"where {target.condition()} and not list_contains($1, {word}) group by 1, 2 "
        f"qualify row_number() over (partition by file_id order by rows desc, word) <= {MOST_WORDS} "
        "order by file_id, rows desc, word",
        [known],
    ).fetchall()
    tell = _unknown_id_type if column.spellings == "id_types" else _unknown_event
    return [(file_id, tell(word, count, known)) for file_id, word, count in found]


def _unknown_id_type(word: str, rows: int, known: list[str]) -> Notice:
    near = nearest(word, known, cutoff=0.75)
    meant = f"did you mean {near}? " if near else ""
    said = (
        f"{meant}the kind of id is none of Siyu's, so its ids are joined only with those of this very word; "
        "see docs/accepted.md for the words"
    )
    return Notice("unknown_id_type", said, word, rows, facts={"near": near} if near else {})


def _unknown_event(word: str, rows: int, known: list[str]) -> Notice:
    near = nearest(word, known, cutoff=0.75)
    meant = f"did you mean {near}? " if near else ""
    said = (
        f"{meant}the event word is none of Siyu's, so it means nothing but itself; see docs/accepted.md for the words, "
        "or name it in private_entry_events if it is an entry into the private domain"
    )
    return Notice("unknown_event_word", said, word, rows, facts={"near": near} if near else {})
