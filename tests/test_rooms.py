"""What may import what: read from the code, as it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

PIPELINES = Path(__file__).resolve().parent.parent / "pipelines"
FILES = sorted(PIPELINES.rglob("*.py"))
MODULES = {
    ".".join(file.relative_to(PIPELINES.parent).with_suffix("").parts).removesuffix(".__init__") for file in FILES
}


def module(file: Path) -> str:
    return ".".join(file.relative_to(PIPELINES.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(file): file for file in FILES}


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names, at its top or inside a function, but for types alone."""
    for node in _run(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = [f"{node.module}.{name.name}" for name in node.names]
            yield from (member if member in MODULES else node.module for member in members)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a file without what stands below `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from _run(child)


def test_all_of_dagster_is_in_one_room() -> None:
    users = [file for file in FILES if any(name.split(".")[0] == "dagster" for name in imported(file))]
    assert {file.relative_to(PIPELINES).parts[0] for file in users} == {"orchestration"}


def test_nothing_imports_itself_by_way_of_others() -> None:
    """Not inside a function either: a circle put off until the call is still one."""
    order = TopologicalSorter({name: set(imported(file)) & MODULES.keys() for name, file in MODULES.items()})
    order.prepare()  # raises CycleError, naming the circle


def holders(text: str) -> list[str]:
    """The files in which a piece of code stands."""
    return [file.relative_to(PIPELINES).as_posix() for file in FILES if text in file.read_text(encoding="utf-8")]


def test_readers_open_a_warehouse_by_one_door() -> None:
    assert holders("read_only=") == ["database.py"]


def test_quotes_are_put_around_a_text_in_one_place() -> None:
    assert holders(""".replace("'", "''")""") == ["spec/literals.py"]


def test_a_connection_has_one_name_and_no_type_above_the_seam() -> None:
    assert holders("DuckDBPyConnection") == ["database.py"]
