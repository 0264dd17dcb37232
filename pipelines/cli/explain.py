"""`siyu explain`: what a table or a column means and where it comes from.

What belongs here: finding the name, laying the answer out. What does not: meanings (headers), lineage (lineage.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.activities import meanings
from pipelines.cli.mistakes import UserError
from pipelines.cli.terminal import console
from pipelines.cli.words import say, spoken
from pipelines.spec.nearest import near_words
from pipelines.tables import ASSETS, Table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table as Grid
    from rich.tree import Tree

# Where one name stands in several schemas, results are asked for more often than what they are made of.
ORDER = ("metrics", "facts", "core", "staging")


def list_tables() -> None:
    """Every table with its title, by schema."""
    from pipelines.catalogue import load_catalogue

    out = console()
    tables = load_catalogue()
    grid = _grid(("table", "中文", "English"))
    for schema in ORDER:
        for name in sorted(name for name, table in tables.items() if table.schema == schema):
            grid.add_row(name, tables[name].title["zh"], tables[name].title["en"])
    out.print(grid)
    out.print(say("siyu explain NAME tells one of them, siyu explain NAME.COLUMN one column's whole way back."))


def explain(home: Path | None, name: str, rendered: bool) -> None:
    """Prints what a table (`repurchase`) or a column (`repurchase.repurchase_rate`) is."""
    table, column = find(name)
    if column:
        _explain_column(table, column)
    else:
        _explain_table(home, table, rendered)


def find(name: str) -> tuple[Table, str]:
    """The table, and the column or '', that a name means. Raises UserError with the nearest known names."""
    from pipelines.catalogue import load_catalogue

    tables = load_catalogue()
    parts = name.strip().split(".")
    for schema in ORDER if parts[0] not in ORDER else ("",):
        found = tables.get(".".join([schema, parts[0]] if schema else parts[:2]))
        rest = parts[1:] if schema else parts[2:]
        if found and not rest:
            return found, ""
        if found and len(rest) == 1 and rest[0] in found.columns:
            return found, rest[0]
    named = [table for table in tables.values() if name.strip().lower() in _other_names(table)]
    if named:
        return min(named, key=lambda table: ORDER.index(table.schema)), ""
    raise UserError(_unknown(name, tables))


def _other_names(table: Table) -> set[str]:
    """What else people call a table: its titles, and the id that reports print beside its number."""
    return {str(word).lower() for word in (*table.title.values(), table.variant)}


def _unknown(name: str, tables: dict[str, Table]) -> str:
    holders = [table.qualified for table in tables.values() if name in table.columns]
    if holders:
        which = "'{name}' is a column of {tables}; say which, e.g. siyu explain {last}.{name}"
        return say(which, name=name, tables=", ".join(holders), last=holders[-1])
    known = {short for table in tables.values() for short in (table.qualified, table.name)}
    known |= {f"{table.name}.{column}" for table in tables.values() for column in table.columns}
    near = near_words(name, known, most=3)
    meant = say("did you mean {names}?", names=say(" or ").join(near)) if near else ""
    hint = meant or say("`siyu explain` without a name lists the tables.")
    return say("there is no table or column '{name}'; {hint}", name=name, hint=hint)


def _explain_table(home: Path | None, table: Table, rendered: bool) -> None:
    from pipelines.spec.checks import checks_of

    out = console()
    out.print(" · ".join([table.qualified, table.title["zh"], table.title["en"]]), style="bold")
    out.print()
    for text in _in_order(table.description, table.description_zh):
        out.print(text)
    out.print()
    out.print(_facts(table))
    _heading(out, "Columns")
    out.print(_columns(table))
    if table.checks:
        _heading(out, "Checks")
        for check in checks_of(table):
            out.print(f"  {check.expected}" + ("" if check.is_blocking else say(" (reported, stops nothing)")))
    _heading(out, "Reads")
    out.print(_upstream(table))
    if table.text:
        _heading(out, "Columns come from")
        out.print(_column_origins(table))
        draws = say("siyu explain {table}.COLUMN draws one column's whole way back to the files.", table=table.name)
        out.print(draws, style="dim")
        _heading(out, "SQL")
        out.print(_sql(home, table) if rendered else table.text, soft_wrap=True)


def _explain_column(table: Table, name: str) -> None:
    from pipelines.lineage import trace

    column, out = table.columns[name], console()
    out.print(" · ".join(filter(None, [f"{table.qualified}.{name}", column.zh])), style="bold")
    out.print()
    for text in _in_order(column.description, column.zh_description):
        out.print(text)
    unit = say(", in {unit}", unit=column.unit) if column.unit else ""
    out.print(say("{type}{unit}; one row is {grain}", type=column.type, unit=unit, grain=table.grain))
    _heading(out, "Comes from")
    out.print(_drawn(list(trace(table.qualified, name))))


def _in_order(english: str, chinese: str) -> list[str]:
    """Both, the language spoken first."""
    return [text for text in ((chinese, english) if spoken() == "zh" else (english, chinese)) if text]


def _heading(out: Any, text: str) -> None:
    out.print()
    out.print(say(text), style="bold")


def _facts(table: Table) -> Grid:
    grid = _grid((), header=False)
    grid.add_row(say("one row is"), table.grain)
    if table.variant:
        grid.add_row(say("variant"), table.variant)
    for name, value in table.parameters.items():
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        grid.add_row(f"--param {name}", text + _choices(table, name))
    grid.add_row(say("defined in"), table.path.relative_to(ASSETS.parent).as_posix())
    return grid


def _choices(table: Table, name: str) -> str:
    """What else a parameter takes than parts of its default."""
    if name in table.header.activities:
        words = [*meanings(), say("any word of {column}", column="core.activities.activity")]
        return say("  (of {words}; a|b, word[column=value])", words=", ".join(words))
    allowed = table.choices.get(name, table.parameters[name])
    return "" if allowed == table.parameters[name] else say("  (of {words})", words=", ".join(map(str, allowed)))


def _columns(table: Table) -> Grid:
    grid = _grid(("column", "type", "unit", "中文", "meaning"))
    for column in table.columns.values():
        meaning = "\n".join(_in_order(column.description, column.zh_description))
        grid.add_row(column.name, column.type, column.unit, column.zh, meaning)
    return grid


def _grid(columns: tuple[str, ...], header: bool = True) -> Grid:
    from rich.table import Table as RichTable

    grid = RichTable(box=None, show_header=header, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        grid.add_column(say(name), overflow="fold")
    return grid


def _upstream(table: Table) -> Tree:
    """The tables that this one reads, and theirs; one that was drawn already is only named."""
    from rich.tree import Tree

    from pipelines.catalogue import load_catalogue

    tables, seen = load_catalogue(), set()

    def grow(branch: Tree, one: Table) -> None:
        for name in one.dependencies:
            again = name in seen and bool(tables[name].dependencies)
            child = branch.add(say("{name} (above)", name=name) if again else name)
            if name in tables and not again:
                seen.add(name)
                grow(child, tables[name])

    root = Tree(table.qualified)
    grow(root, table)
    if not table.dependencies and table.schema == "staging":
        root.add(say("the files in landing/ (assets/sources)"))
    return root


def _column_origins(table: Table) -> Tree:
    from rich.tree import Tree

    from pipelines.lineage import column_lineage

    root = Tree(table.qualified)
    for column, origins in column_lineage(table).items():
        branch = root.add(
            column if origins else say("{column} (a constant, a parameter or a count of rows)", column=column)
        )
        for name, origin in origins:
            branch.add(f"{name}.{origin}")
    return root


def _drawn(steps: list[tuple[int, tuple[str, str]]]) -> Tree:
    """A walk of (depth, (table, column)) as a tree."""
    from rich.tree import Tree

    stack: list[Tree] = []
    for depth, (table, column) in steps:
        del stack[depth:]
        stack.append(stack[-1].add(f"{table}.{column}") if stack else Tree(f"{table}.{column}"))
    return stack[0]


def _sql(home: Path | None, table: Table) -> str:
    """The statement as it runs: parameters and settings filled in, for the day of the published snapshot."""
    from pipelines.building import values
    from pipelines.warehouse import open_warehouse

    with open_warehouse(home) as snapshot:
        given = {**table.parameters, **values(snapshot.settings, snapshot.as_of)}
    return table.render(given) if table.sql else "\n\n".join(one.render(given) for one in table.inputs.values())
