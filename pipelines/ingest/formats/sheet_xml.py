"""What a workbook's XML says and its reader does not give: errors, formulas that nobody has computed, ODS merges.

What belongs here: the XML of XLSX and ODS. What does not: what such a cell means for a row (cells).

A cached value is a value if something computed it. It is none
- where there is none, as openpyxl and most libraries leave it;
- where it is 0 and the workbook asks to be computed when it is opened: libraries write that 0 for "not yet";
- where it is 0 and so is every formula of the sheet, and there is no calculation chain: Excel writes one with the first
  formula that it computes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from pipelines.ingest.formats.number_formats import Shown, shown_by
from pipelines.ingest.formats.values import Uncomputed

_TELLING = re.compile(rb"""<(?:\w+:)?f[\s/>]|\st=["']e["']""")
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")
_NUMBER = re.compile(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?")
_YES, _NO = ("1", "true"), ("0", "false")
_WIDEST = 16_384  # columns that a sheet can have
_TALLEST = 1_048_576


@dataclass
class Hidden:
    """What one sheet holds besides its values. Places count from 0."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)  # errors, formulas without a value, shown units
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first and last row, first and last column


def hidden_values(archive: zipfile.ZipFile) -> dict[str, Hidden] | None:
    """By sheet's name; None where it is not written in XML.

    Raises ValueError for an archive whose XML is damaged: what it hides cannot be told then.
    """
    names = set(archive.namelist())
    try:
        if "content.xml" in names:
            return _of_ods(archive)
        if (book := _book_of(archive, names)) is not None:
            return _of_xlsx(archive, names, book)
    except (ElementTree.ParseError, KeyError, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError("damaged XML") from error
    return None


def _book_of(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    """Where the workbook itself stands: nearly always in xl/workbook.xml."""
    if "xl/workbook.xml" in names or "_rels/.rels" not in names:
        return "xl/workbook.xml" if "xl/workbook.xml" in names else None
    for node in ElementTree.fromstring(archive.read("_rels/.rels")):
        target = node.attrib.get("Target", "").lstrip("/")
        if node.attrib.get("Type", "").endswith("/officeDocument") and target.endswith(".xml"):
            return target
    return None


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {_bare(name): value for name, value in element.attrib.items()}


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _of_xlsx(archive: zipfile.ZipFile, names: set[str], member: str) -> dict[str, Hidden]:
    book = ElementTree.fromstring(archive.read(member))
    folder, _, name = member.rpartition("/")
    calculation = next((_attributes(node) for node in book.iter() if _bare(node.tag) == "calcPr"), {})
    asks = calculation.get("fullCalcOnLoad") in _YES or calculation.get("calcCompleted") in _NO
    has_chain = any(name.endswith("calcChain.xml") for name in names)
    relations = ElementTree.fromstring(archive.read(f"{folder}/_rels/{name}.rels"))
    targets = {node.attrib["Id"]: posixpath.join(f"/{folder}", node.attrib["Target"])[1:] for node in relations}
    shown = _formats(archive, folder, names)
    result = {}
    for node in book.iter():
        if _bare(node.tag) == "sheet":
            about = _attributes(node)
            member = posixpath.normpath(targets.get(about.get("id", ""), ""))
            if member in names and _is_telling(archive, member, shown):
                result[about["name"]] = Hidden(_unseen_cells(archive, member, asks, has_chain, shown))
    return result


def _formats(archive: zipfile.ZipFile, folder: str, names: set[str]) -> dict[str, Shown]:
    """By cell style: what its format adds to a number."""
    member = f"{folder}/styles.xml"
    if member not in names:
        return {}
    styles = ElementTree.fromstring(archive.read(member))
    codes = {
        node.get("numFmtId", ""): node.get("formatCode", "") for node in styles.iter() if _bare(node.tag) == "numFmt"
    }
    used = next((list(node) for node in styles.iter() if _bare(node.tag) == "cellXfs"), [])
    keys = [node.get("numFmtId", "") for node in used]
    return {str(n): shown for n, key in enumerate(keys) if (shown := shown_by(codes.get(key, ""), key))}


def _is_telling(archive: zipfile.ZipFile, member: str, shown: dict[str, Shown]) -> bool:
    """Whether a sheet has any such cell: most have none, and a look at its bytes is quick."""
    edge = b""
    styled = b"|".join(rb"""\ss=["']%b["']""" % style.encode() for style in shown)
    telling = re.compile(_TELLING.pattern + b"|" + styled) if styled else _TELLING
    with archive.open(member) as file:
        while chunk := file.read(1 << 20):
            if telling.search(edge + chunk):
                return True
            edge = chunk[-16:]
    return False


def _unseen_cells(
    archive: zipfile.ZipFile, member: str, asks: bool, has_chain: bool, shown: dict[str, Shown]
) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    zeros: dict[tuple[int, int], str] = {}
    computed = 0
    for place, kind, formula, value, style in _cells(archive, member):
        if style in shown and kind == "n" and _is_number(value) and not (formula and _is_zero(value)):
            found[place] = shown[style].drawn(value)
            computed += formula is not None
        elif kind == "e":
            found[place] = value or "#VALUE!"
        elif formula is None or kind == "str":  # an empty text is a value of its own
            continue
        elif not value:
            found[place] = formula
        elif _is_zero(value):
            zeros[place] = formula
        else:
            computed += 1
    return found | zeros if asks or not (has_chain or computed) else found


def _is_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _is_zero(value: str) -> bool:
    try:
        return float(value) == 0
    except ValueError:
        return False


def _cells(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[tuple[int, int], str, Uncomputed | None, str, str]]:
    """Place, type, formula, value and style of each cell."""
    row = column = -1
    with archive.open(member) as file:
        for event, node in ElementTree.iterparse(file, events=("start", "end")):
            tag = _bare(node.tag)
            if event == "start":
                if tag == "row":
                    row, column = int(node.get("r", row + 2)) - 1, -1
                continue
            if tag == "c":
                row, column = _place(node.get("r", ""), row, column + 1)
                parts = {_bare(part.tag): part.text or "" for part in node}
                formula = Uncomputed("=" + (parts["f"].strip() or "…")) if "f" in parts else None
                yield (row, column), node.get("t", "n"), formula, parts.get("v", "").strip(), node.get("s", "")
            elif tag == "row":
                node.clear()


def _place(reference: str, row: int, column: int) -> tuple[int, int]:
    if (match := _PLACE.fullmatch(reference)) is None:
        return row, column
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return min(int(match[2]), _TALLEST) - 1, min(number, _WIDEST) - 1


# --- ODS --------------------------------------------------------------------------------------------------------------


def _of_ods(archive: zipfile.ZipFile) -> dict[str, Hidden]:
    result: dict[str, Hidden] = {}
    hidden, row, column = Hidden(), 0, 0
    with archive.open("content.xml") as file:
        for event, node in ElementTree.iterparse(file, events=("start", "end")):
            tag, about = _bare(node.tag), _attributes(node)
            if event == "start":
                if tag == "table":
                    hidden = result.setdefault(about.get("name", ""), Hidden())
                    row = 0
                elif tag == "table-row":
                    column = 0
            elif tag in ("table-cell", "covered-table-cell"):
                times = _times(about, "number-columns-repeated", _WIDEST)
                _note_ods(hidden, row, range(column, min(column + times, _WIDEST)), about, node)
                column += times
            elif tag == "table-row":
                row += _times(about, "number-rows-repeated", _TALLEST)
                node.clear()
    return result


def _times(about: dict[str, str], name: str, most: int) -> int:
    text = about.get(name, "1")
    return min(int(text), most) if text.isdigit() else 1


def _note_ods(hidden: Hidden, row: int, columns: range, about: dict[str, str], node: ElementTree.Element) -> None:
    rows, wide = _times(about, "number-rows-spanned", _TALLEST), _times(about, "number-columns-spanned", _WIDEST)
    if rows > 1 or wide > 1:
        hidden.merged.append((row, row + rows - 1, columns.start, columns.start + wide - 1))
    text = "".join(node.itertext()).strip()
    value: str | None = _drawn_by_ods(about)
    if about.get("formula") is None:
        pass
    elif text.startswith("#") or text.startswith("Err:"):
        value = text
    elif about.get("value-type") in (None, "void") and not text:
        value = Uncomputed(about["formula"].partition(":")[2] or "=…")
    if value is not None:
        hidden.cells |= {(row, column): value for column in columns}


def _drawn_by_ods(about: dict[str, str]) -> str | None:
    kind, number, currency = about.get("value-type"), about.get("value", ""), about.get("currency", "CNY")
    if not _is_number(number) or not (kind == "percentage" or (kind == "currency" and currency != "CNY")):
        return None
    return (Shown(is_share=True) if kind == "percentage" else Shown(currency=currency)).drawn(number)
