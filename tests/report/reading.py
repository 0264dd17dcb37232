"""Reads a report back from its files, knowing nothing of how it was made.

What belongs here: parsing the page (standard library) and the workbook (openpyxl). What does not: what they must say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

VOID = {"meta", "input", "br", "img", "link", "hr"}


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def classes(self) -> list[str]:
        return self["class"].split()

    @property
    def text(self) -> str:
        return "".join(self.pieces) + "".join(child.text for child in self.children)

    def walk(self) -> list[Node]:
        return [self, *(node for child in self.children for node in child.walk())]

    def all(self, tag: str, **attributes: str) -> list[Node]:
        return [n for n in self.walk() if n.tag == tag and all(n[k.rstrip("_")] == v for k, v in attributes.items())]

    def by_id(self, name: str) -> Node:
        return next(node for node in self.walk() if node["id"] == name)

    def numbers(self, column: str = "") -> list[float]:
        """Raw values of the numbers inside, in their order; of one column if it is named."""
        return [float(n["value"]) for n in self.all("data") if not column or n["data-c"] == column]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = self.here = Node("top", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.pieces.append(data)


def read_page(text: str) -> Node:
    """The page as a tree; fails when tags are not closed in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.here is reader.top, f"<{reader.here.tag}> is never closed"
    return reader.top


@dataclass
class Line:
    """A row of a sheet: values, and which column of which table a heading's note names."""

    values: list[Any]
    notes: list[str]


def read_workbook(path: Path) -> dict[str, list[Line]]:
    """Sheets by title: every row's values, and the notes on its cells ('' without)."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheets: dict[str, list[Line]] = {}
    for sheet in book.worksheets:
        lines = []
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row), "a formula or a link"
            notes = [(cell.comment.text if cell.comment else "") for cell in row]
            lines.append(Line([cell.value for cell in row], notes))
        sheets[sheet.title] = lines
    return sheets


def block_of(book: dict[str, list[Line]], title: str) -> list[Line]:
    """The rows of a block: from its title to the empty row after it."""
    for lines in book.values():
        for start, line in enumerate(lines):
            if line.values and line.values[0] == title:
                rest = lines[start:]
                end = next((i for i, one in enumerate(rest) if all(v is None for v in one.values)), len(rest))
                return rest[:end]
    raise AssertionError(f"no block '{title}' in the workbook")


def numbers_of(lines: list[Line]) -> list[float]:
    """The numbers of some rows, in their order."""
    return [float(v) for line in lines for v in line.values if isinstance(v, int | float) and not isinstance(v, bool)]
