"""What may import what: read from the code, as it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PIPELINES = Path(__file__).resolve().parent.parent / "pipelines"
FILES = sorted(PIPELINES.rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names, at its top or inside a function, but for types alone."""
    for node in _run(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a file without what stands below `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from _run(child)


def test_all_of_dagster_is_in_one_room() -> None:
    users = {file.relative_to(PIPELINES).parts[0] for file in FILES for name in imported(file) if name == "dagster"}
    assert users == {"orchestration"}


def holders(text: str) -> list[str]:
    """The files in which a piece of code stands."""
    return [file.relative_to(PIPELINES).as_posix() for file in FILES if text in file.read_text(encoding="utf-8")]


def test_readers_open_a_warehouse_by_one_door() -> None:
    assert holders("read_only=") == ["warehouse.py"]


def test_quotes_are_put_around_a_text_in_one_place() -> None:
    assert holders(""".replace("'", "''")""") == ["spec/literals.py"]
