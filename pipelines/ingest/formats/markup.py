"""Web pages and XML that call themselves .xls: their tables as sheets.

What belongs here: HTML tables and Microsoft's XML spreadsheets. What does not: headers and rows (tables.py).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from pipelines.ingest.formats.kinds import refused_kind
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.sheets import Sheet, Workbook
from pipelines.ingest.formats.tables import open_tables
from pipelines.ingest.text import Text, UnreadableError

_MOST_SPANNED = 1000
_SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_RESAVE = "open it in a spreadsheet program and save it as .xlsx"


def open_markup(text: Text, folders: tuple[str, ...], scratch: Path) -> Opened:
    """The tables of a web page, or of an XML spreadsheet. Raises UnreadableError for any other XML, and for none."""
    content = text.path.read_text(encoding="utf-8-sig", errors="replace")
    start = content[:4000].lower()
    if "schemas-microsoft-com:office:spreadsheet" in start and "<html" not in start:
        book, kind = _xml_workbook(content), "xml"
    elif "<html" in start or "<table" in content.lower():
        book, kind = Workbook(_html_sheets(content)), "html"
        if not any(sheet.rows for sheet in book.sheets):
            raise refused_kind("a web page without a table", "wrong_kind", "log in where it came from and export again")
    else:
        raise refused_kind("an XML file", "wrong_kind", "export the table as CSV or .xlsx")
    opened = open_tables([sheet for sheet in book.sheets if sheet.rows], folders, scratch, kind)
    opened.notices += book.notices
    return opened


# --- HTML -------------------------------------------------------------------------------------------------------------


def _html_sheets(content: str) -> list[Sheet]:
    page = _Page()
    page.feed(content)
    page.close()
    return page.sheets


class _Page(HTMLParser):
    """Every table as a sheet: what a cell shows, without what the page does with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self.open: list[_Table] = []  # tables around the place that is read
        self.silent = 0  # inside script or style

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = self.open[-1] if self.open else None
        if tag in ("script", "style"):
            self.silent += 1
        elif tag == "table":
            self.sheets.append(Sheet(f"table {len(self.sheets) + 1}", []))
            self.open.append(_Table(self.sheets[-1]))
        elif tag == "tr" and table is not None:
            table.start_row()
        elif tag in ("td", "th") and table is not None:
            table.start_cell({name: value or "" for name, value in attrs})
        elif tag in ("br", "p", "div") and table is not None and table.cell and table.cell[-1] != "\n":
            table.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(self.silent - 1, 0)
        elif self.open and tag == "table":
            self.open.pop().end_cell()
        elif self.open and tag in ("td", "th", "tr"):
            self.open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self.open and not self.silent and self.open[-1].cell is not None:
            self.open[-1].cell.append(data)


class _Table:
    """The rows of one table while they are read; cells that span are laid out as a spreadsheet would."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.until: dict[int, int] = {}  # column → last row that a cell further up or left covers there

    def start_row(self) -> None:
        self.end_cell()
        self.sheet.rows.append([])

    def start_cell(self, about: dict[str, str]) -> None:
        self.end_cell()
        if not self.sheet.rows:
            self.sheet.rows.append([])
        self.cell = []
        self.span = (_span(about.get("rowspan")), _span(about.get("colspan")))

    def end_cell(self) -> None:
        if self.cell is None:
            return
        rows, row = self.sheet.rows, len(self.sheet.rows) - 1
        while self.until.get(len(rows[row]), -1) >= row:
            rows[row].append("")
        column, (down, wide) = len(rows[row]), self.span
        rows[row].append(re.sub(r"[ \t\r\n\xa0]*\n[ \t\r\n\xa0]*", "\n", "".join(self.cell)).strip())
        if down > 1 or wide > 1:
            self.until |= dict.fromkeys(range(column, column + wide), row + down - 1)
            self.sheet.merged.append((row, row + down - 1, column, column + wide - 1))
        self.cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _MOST_SPANNED) if text and text.strip().isdigit() else 1


# --- XML spreadsheet of 2003 ------------------------------------------------------------------------------------------


def _xml_workbook(content: str) -> Workbook:
    content = re.sub(r"^\s*<\?xml.*?\?>", "", content, count=1, flags=re.DOTALL)  # its encoding was decoded already
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise UnreadableError("unreadable", f"an XML spreadsheet that is whole; {_RESAVE}") from error
    book = Workbook([])
    for node in root.iter(f"{_SPREADSHEET}Worksheet"):
        name = node.get(f"{_SPREADSHEET}Name", "")
        options = " ".join(part.tag + (part.text or "") for part in node.iter() if part.tag.endswith("Visible"))
        if "SheetHidden" in options or "SheetVeryHidden" in options:
            book.hidden.append(name)
        else:
            book.sheets.append(_xml_sheet(name, node))
    return book


def _xml_sheet(name: str, node: ElementTree.Element) -> Sheet:
    sheet = Sheet(name, [])
    for row in node.iter(f"{_SPREADSHEET}Row"):
        number = min(_number(row, "Index", len(sheet.rows) + 1), len(sheet.rows) + 1_000_000)
        sheet.rows += [[] for _ in range(number - 1 - len(sheet.rows))]
        cells: list[str] = []
        for cell in row.iter(f"{_SPREADSHEET}Cell"):
            place = min(_number(cell, "Index", len(cells) + 1), 16_384)
            cells += [""] * (place - 1 - len(cells))
            down, wide = _number(cell, "MergeDown", 0), _number(cell, "MergeAcross", 0)
            if down or wide:
                sheet.merged.append((number - 1, number - 1 + down, len(cells), len(cells) + wide))
            cells.append(_xml_value(cell))
            cells += [""] * min(wide, 16_384)
        sheet.rows.append(cells)
    return sheet


def _number(node: ElementTree.Element, name: str, default: int) -> int:
    text = node.get(_SPREADSHEET + name, "")
    return int(text) if text.isdigit() else default


def _xml_value(cell: ElementTree.Element) -> str:
    data = cell.find(f"{_SPREADSHEET}Data")
    if data is None:
        return cell.get(f"{_SPREADSHEET}Formula", "")
    text = "".join(data.itertext())
    kind = data.get(f"{_SPREADSHEET}Type")
    if kind == "DateTime":
        return text.replace("T", " ").removesuffix(".000")
    if kind == "Number" and re.fullmatch(r"[0-9]{16,}(\.0*)?", text):
        return f"{float(text):e}"  # digits that a spreadsheet does not keep
    return text
