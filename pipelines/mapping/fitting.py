"""Which canonical table an unknown file is most like, and which of its columns is which.

What decides a number is taken only where a name says so that is known for certain: `undecided` names the rest, and the
mapping is refused until somebody has decided.

What belongs here: which table. What does not: which column is which (table_fit.py), what is left (undecided.py), the
text that comes of it (yaml_text.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipelines.ingest.staging import load_staging
from pipelines.mapping.fitted import Fitted, NoTable
from pipelines.mapping.known_names import targets_of
from pipelines.mapping.looks import Looks
from pipelines.mapping.table_fit import TableFit
from pipelines.mapping.undecided import Undecided
from pipelines.mapping.unknown_table import UnknownTable
from pipelines.platforms import platform_words
from pipelines.spec.nearest import hint


def fit(seen: UnknownTable, table: str = "", platform: str = "", said: Mapping[str, str] | None = None) -> Fitted:
    """The table that fits best, or the one that was said. Raises NoTable, and ValueError for what is not there."""
    tables = load_staging()
    if table and table not in tables:
        raise ValueError(f"--as {table}: there is no such table; {hint(table, tables)}")
    looks = [Looks(seen.values(place)) for place in range(len(seen.header))]
    asked = [table] if table else _having(tables, said or {})
    tried = [TableFit(seen, looks, tables[name], said or {}) for name in asked]
    able = [one for one in tried if not one.lacking()]
    if not able:
        raise _none_fits(max(tried, key=lambda one: (-len(one.lacking()), one.worth)))
    best = max(able, key=lambda one: one.worth)
    Undecided(best).tell(_platform(platform))
    _tell_rival(best, able)
    return best.fitted


def _none_fits(nearest: TableFit) -> NoTable:
    lacking = ", ".join(f"{name} ({'/'.join(nearest.targets[name].column.names[1:4])})" for name in nearest.lacking())
    table = nearest.table
    return NoTable(
        f"no table of Siyu can be made of it. The nearest is {table.title['en']} ({table.name}), which needs a column "
        f"{lacking}{nearest.told_twice()}; --as TABLE says which one it is, --column NAME=HEADER which column"
    )


def _having(tables: Iterable[str], said: Mapping[str, str]) -> list[str]:
    """The tables that have every column that was named."""
    targets = {name: targets_of(name) for name in tables}
    for name in said:
        known = {column for columns in targets.values() for column in columns}
        if name not in known:
            raise ValueError(f"--column {name}=…: no table has such a column; {hint(name, known, cutoff=0)}")
    able = [name for name, columns in targets.items() if said.keys() <= columns.keys()]
    if not able:
        raise ValueError(f"--column: no one table has all of {', '.join(said)}; --as TABLE says which one it is")
    return able


def _platform(name: str) -> str:
    found = platform_words().get(name, platform_words().get(name.lower(), "")) if name else ""
    if name and not found:
        raise ValueError(
            f"--platform {name}: no platform that Siyu knows; {hint(name, set(platform_words().values()))}"
        )
    return found


def _tell_rival(best: TableFit, able: Sequence[TableFit]) -> None:
    others = sorted((one for one in able if one is not best), key=lambda one: -one.worth)
    if others and others[0].worth > 0.8 * best.worth:
        rival = others[0].table
        best.fitted.unsure.insert(
            0, f"taken as {best.table.title['en']}; it may be {rival.title['en']}: then --as {rival.name}"
        )
