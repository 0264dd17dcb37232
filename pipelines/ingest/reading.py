"""A landing file → the mapping that understands it and a DuckDB relation of its cells, all text.

What belongs here: CSV, workbooks, JSON Lines and Parquet as one shape: columns c0, c1, … (VARCHAR), and for all but the
plainest CSV also `line` (where a person finds the row) and `rec` (which record it is). What does not: types and tables.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.cells import EMPTY, Reading, Unread, straighten
from pipelines.ingest.sources import Form, Match, Missing, Source, load_sources, match_header, normalise_header
from pipelines.ingest.staging import quoted
from pipelines.ingest.text import (
    DAMAGE,
    Refused,
    Text,
    UnreadableError,
    head_of,
    kind_of,
    open_text,
    reopen_damaged,
    split_line,
)
from pipelines.privacy import mask_letters, mask_text

if TYPE_CHECKING:
    import duckdb

HEADER_WITHIN = 10  # lines: some exports put a title or a notice above the header
DELIMITERS = ",\t;|"
SAMPLE_RECORDS = 50
LARGEST_DOCUMENT = 256 << 20  # bytes of one JSON document that is not JSON Lines
LONGEST_RECORD = 16_000_000  # bytes of one line of JSON Lines: a page of a hundred orders takes two million
CUT, DAMAGED = b"\x03", b"\x04"  # first byte of a line that was too long to be read whole, or is no text
LARGEST_WORKBOOK = 2 << 30  # bytes of a workbook once unpacked

_DIGIT = re.compile(r"\d")


@dataclass
class Opened:
    """A recognised file, ready to be read."""

    match: Match
    encoding: str
    relation: str  # SQL, in brackets or a table function
    numbered: bool  # the relation has line and rec
    first_line: int = 1  # line of the first row, where it has not
    delimiter: str = ","
    text: Text | None = None  # of a CSV
    expected: int | None = None  # rows that a CSV must give, refused lines included
    children: dict[str, str] = field(default_factory=dict)  # list inside the records → relation
    child_matches: dict[str, Match] = field(default_factory=dict)
    refused_sql: str | None = None  # relation (line, raw, reason) of lines that are no records at all
    refused: list[Refused] = field(default_factory=list)  # of a workbook: rows under another header than the first
    warnings: list[str] = field(default_factory=list)


def open_file(connection: duckdb.DuckDBPyConnection, path: Path, relative: str, scratch: Path) -> Opened:
    """Recognises a file and prepares its relation. Raises UnreadableError when the whole file must be refused."""
    kind = kind_of(path)
    folders = tuple(Path(relative).parts[:-1])
    if kind == "empty":
        raise UnreadableError("empty_file", "a file with a header and rows; this one has no bytes: export it again")
    if kind in ("zip", "ole"):
        return _open_workbook(path, folders, scratch)
    if kind == "parquet":
        return _open_parquet(path, folders)
    text = open_text(path, scratch)
    head = head_of(text)
    first = next((line for line in head if line.strip()), "")
    if not first:
        raise UnreadableError("empty_file", "a file with a header and rows; this one has only empty lines")
    if first.lstrip()[:1] in ("{", "["):
        return _open_json(connection, text, folders, scratch)
    return open_csv(text, folders)


# --- which mapping -------------------------------------------------------------------------------------------------


def _known_folders(source: Source) -> set[str]:
    return {normalise_header(name) for name in (source.name, *source.recognise.folders)}


def choose(header: list[str], folders: tuple[str, ...], kind: str) -> Match | Missing | None:
    """The mapping for a header: one that the folder names if it fits, else the one that knows most of the header.

    Missing: none fits, but this one nearly does. None: nothing near.
    """
    places = {normalise_header(folder) for folder in folders}
    able = [source for source in load_sources().values() if kind in source.formats and not source.recognise.sheets]
    verdicts = [(match_header(source, header), bool(_known_folders(source) & places)) for source in able]
    found = [(match, named) for match, named in verdicts if isinstance(match, Match)]
    if found:
        return max(found, key=lambda entry: (entry[1], entry[0].score, entry[0].source.name))[0]
    near = [
        (miss, named)
        for miss, named in verdicts
        if isinstance(miss, Missing) and (miss.known >= 3 or (named and miss.known))
    ]
    if not near:
        return None
    return max(near, key=lambda entry: (entry[1], entry[0].known - len(entry[0].columns), entry[0].source.name))[0]


def _refuse(verdict: Missing | None, header: list[str], rows: int, folders: tuple[str, ...] = ()) -> UnreadableError:
    if verdict is None:
        known = any(normalise_header(cell) in _all_names() for cell in header)
        shown = ", ".join(header)[:500]
        # A first line that holds no known header may well be a person's data.
        return UnreadableError(
            "unknown_header",
            f"{_expected_header(folders)}; a new kind of file needs one YAML in assets/sources",
            rows,
            mask_text(shown) if known else mask_letters(shown),
        )
    wanted = []
    for name in verdict.columns:
        names = verdict.source.columns[name].names
        wanted.append(" or ".join(names[:4]) if names else name)
    return UnreadableError(
        "missing_column",
        f"{verdict.source.title['en']}: column {'; column '.join(wanted)}: export again with it",
        rows,
        mask_text(", ".join(header)[:500]),
    )


def _expected_header(folders: tuple[str, ...]) -> str:
    """What the folder's own kind of file would have had; where no folder names a kind, that some mapping knows it."""
    places = {normalise_header(folder) for folder in folders}
    for source in load_sources().values():
        if _known_folders(source) & places and source.recognise.columns:
            wanted = [source.columns[name].names[0] for name in source.recognise.columns[0]]
            return f"{source.title['en']}: a header with {', '.join(wanted)}"
    return "a header that a mapping knows (docs/sources)"


def _all_names() -> set[str]:
    columns = (column for source in load_sources().values() for column in source.columns.values())
    return {normalise_header(name) for column in columns for name in column.names}


# --- CSV -----------------------------------------------------------------------------------------------------------


def open_csv(text: Text, folders: tuple[str, ...]) -> Opened:
    """Finds header and delimiter among the first lines."""
    best: Missing | None = None
    seen: list[str] = []
    for number, line in enumerate(head_of(text, HEADER_WITHIN), start=1):
        for delimiter in DELIMITERS:
            if delimiter not in line and delimiter != ",":
                continue
            header = split_line(line, delimiter)
            seen = seen or header
            verdict = choose(header, folders, "csv")
            if isinstance(verdict, Match):
                return _opened_csv(text, verdict, delimiter, number)
            if verdict is not None and (best is None or verdict.known > best.known):
                best, seen = verdict, header
    raise _refuse(best, seen, max(text.lines - 1, 0), folders)


def _opened_csv(text: Text, match: Match, delimiter: str, header_line: int) -> Opened:
    skipped = header_line + match.source.skip_after_header
    return Opened(
        match=match,
        encoding=text.encoding,
        relation=csv_relation(text.path, len(match.header), delimiter, skipped),
        numbered=False,
        first_line=skipped + 1,
        delimiter=delimiter,
        text=text,
        expected=max(text.lines - skipped, 0),
    )


def csv_relation(path: Path, columns: int, delimiter: str, skip: int, numbered: bool = False) -> str:
    """DuckDB's reader, every column text, nothing guessed; lines that do not fit go to the table `rejects`."""
    names = ["line"] if numbered else []
    names += [f"c{place}" for place in range(columns)]
    spec = ", ".join(f"'{name}': '{'BIGINT' if name == 'line' else 'VARCHAR'}'" for name in names)
    call = (
        f"read_csv({quoted(str(path))}, columns = {{{spec}}}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {quoted(delimiter)}, quote = '\"', escape = '\"', nullstr = '\x01', max_line_size = 4000000, "
        "store_rejects = true, rejects_table = 'rejects', rejects_scan = 'rejects_scans', rejects_limit = 0)"
    )
    return f"(select *, line as rec from {call})" if numbered else call


# --- workbooks -----------------------------------------------------------------------------------------------------


def _open_workbook(path: Path, folders: tuple[str, ...], scratch: Path) -> Opened:
    sheets = _sheets(path)
    for source in load_sources().values():
        if source.recognise.sheets and _has_sheets(sheets, source.recognise.sheets):
            return _opened_form(source, sheets, path, scratch)
    return _opened_tables(sheets, folders, scratch)


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet as rows of Python values; numbers of more than 15 digits have already lost the rest."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > LARGEST_WORKBOOK:
                    raise UnreadableError(
                        "too_large", f"a workbook of at most {LARGEST_WORKBOOK >> 30} GB; export as CSV"
                    )
        workbook = CalamineWorkbook.from_path(str(path))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    except PasswordError as error:
        raise UnreadableError("unreadable", "a workbook without a password") from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError(
            "unreadable", "an Excel workbook (.xlsx); this one is damaged or something else"
        ) from error


def _has_sheets(sheets: dict[str, list[list[Any]]], wanted: tuple[str, ...]) -> bool:
    names = {normalise_header(name) for name in sheets}
    return all(normalise_header(name) in names for name in wanted)


def _opened_tables(sheets: dict[str, list[list[Any]]], folders: tuple[str, ...], scratch: Path) -> Opened:
    """All sheets whose header is that of the first recognised one; lines of later sheets are counted on."""
    verdicts = {name: _header_row(rows, folders) for name, rows in sheets.items()}
    match = next((verdict for _, verdict, _ in verdicts.values() if isinstance(verdict, Match)), None)
    if match is None:
        raise _refuse_workbook(sheets, [(verdict, header) for _, verdict, header in verdicts.values()], folders)
    opened = Opened(match, "xlsx", csv_relation(scratch / "sheet.csv", len(match.header), ",", 0, True), True)
    above = opened.expected = 0
    with open(scratch / "sheet.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for name, rows in sheets.items():
            found, verdict, _ = verdicts[name]
            start = (found or 0) + 1 + match.source.skip_after_header
            numbered = enumerate(([_cell(value) for value in row] for row in rows[start:]), above + start + 1)
            filled = [(number, cells) for number, cells in numbered if any(cells)]
            if not isinstance(verdict, Match):
                said = f"sheet {mask_text(name)!r} was left alone: no mapping knows its header (rows: {len(filled)})"
                opened.warnings += [said] if filled else []
            elif (verdict.source, verdict.header) != (match.source, match.header):
                opened.refused += [Refused(n, "other_header", mask_letters(",".join(cells))) for n, cells in filled]
            else:
                width = len(match.header)
                filled = [(n, cells[:width]) for n, cells in filled if any(cells[:width])]
                out.writerows([n, *cells, *[""] * (width - len(cells))] for n, cells in filled)
                opened.expected += len(filled)
            above += len(rows)
    return opened


def _refuse_workbook(
    sheets: dict[str, list[list[Any]]], verdicts: list[tuple[Any, list[str]]], folders: tuple[str, ...]
) -> UnreadableError:
    seen = [(verdict, header) for verdict, header in verdicts if header]
    if not seen:
        return UnreadableError("empty_file", "a workbook with a header and rows; this one is empty: export it again")
    near, header = next((entry for entry in seen if isinstance(entry[0], Missing)), (None, seen[0][1]))
    return _refuse(near, header, max(sum(map(len, sheets.values())) - 1, 0), folders)


def _header_row(rows: list[list[Any]], folders: tuple[str, ...]) -> tuple[int | None, Any, list[str]]:
    best: Missing | None = None
    seen: list[str] = []
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        header = [_cell(value) for value in row]
        while header and not header[-1].strip():
            header.pop()
        if not header:
            continue
        seen = seen or header
        verdict = choose(header, folders, "xlsx")
        if isinstance(verdict, Match):
            return number, verdict, header
        best = best or (verdict if isinstance(verdict, Missing) else None)
    return None, best, seen


def _cell(value: Any) -> str:
    """A workbook's value as text. A number beyond 2^53 is shown as the damage it is: in scientific notation."""
    import datetime as dt

    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < 2**53 else f"{value:e}"
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.timedelta):
        return str(value.total_seconds())
    return str(value).replace("\0", "")


def _opened_form(source: Source, sheets: dict[str, list[list[Any]]], path: Path, scratch: Path) -> Opened:
    """A workbook read as one record: its labelled values, the sums of its nested tables, and its file name."""
    kinds: dict[str, str] = {
        normalise_header(name): column.type for column in source.columns.values() for name in column.names
    }
    record: dict[str, str] = {}
    form = source.form or Form(labels={})
    for name, rows in sheets.items():
        for prefix, first in form.labels.items():
            if name.startswith(prefix):
                for label, value in _labelled(rows[: first or None], kinds):
                    record.setdefault(label, value)
        for prefix, headers in form.sums.items():
            if name.startswith(prefix):
                record |= {f"sum({header})": value for header, value in _sums(rows, headers).items()}
    record["file_name"] = path.name
    verdict = match_header(source, list(record))
    if isinstance(verdict, Missing):
        raise _refuse(verdict, list(record), 1)
    target = scratch / "form.csv"
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([1, *record.values()])
    relation = csv_relation(target, len(record), ",", 0, numbered=True)
    return Opened(match=verdict, encoding="xlsx", relation=relation, numbered=True, expected=1)


def _labelled(rows: list[list[Any]], kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Label and value: in one cell with a colon, else beside each other, else one above the other."""
    grid = [[_cell(value) for value in row] for row in rows]

    def is_label(text: str) -> bool:
        return normalise_header(text) in kinds

    def is_value_of(label: str, text: str) -> bool:
        """A label that we do not know may stand where a value is looked for, but it holds no digit."""
        is_number = kinds[normalise_header(label)] in ("count", "amount", "number")
        return (
            bool(text.strip()) and not is_label(text) and (not is_number or text in EMPTY or bool(_DIGIT.search(text)))
        )

    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            head, colon, tail = text.replace("：", ":", 1).partition(":")
            if colon and is_label(head) and tail.strip():
                yield head, tail
                continue
            if not is_label(text):
                continue
            beside = row[c + 1] if c + 1 < len(row) else ""
            below = grid[r + 1][c] if r + 1 < len(grid) and c < len(grid[r + 1]) else ""
            # A row of labels has its values below, even where the cell beside is no label we know.
            in_row_of_labels = sum(map(is_label, row)) > 1 and not any(
                map(is_label, grid[r + 1] if r + 1 < len(grid) else [])
            )
            order = (below, beside) if in_row_of_labels else (beside, below)
            value = next((v for v in order if is_value_of(text, v)), None)
            if value is not None:
                yield text, value


def _sums(rows: list[list[Any]], headers: tuple[str, ...]) -> dict[str, str]:
    """Sums of columns over a nested table's top-level rows: rows of details under them begin with `-` or nothing.

    A cell that is no amount stands for the whole sum, so that it is found and refused.
    """
    wanted = {normalise_header(header): header for header in headers}
    how = Reading("amount", "UTC", datetime.min)
    sums: dict[str, Decimal | str] = {}
    places: dict[str, int] = {}
    for row in rows:
        cells = [_cell(value) for value in row]
        found = {wanted[n]: c for c, text in enumerate(cells) if (n := normalise_header(text)) in wanted}
        if found and not places:
            places = found
        elif places and cells and cells[0].strip() not in ("", "-", "--"):
            for header, c in places.items():
                value = straighten(cells[c], how) if c < len(cells) else None
                standing = sums.get(header, Decimal(0))
                if isinstance(value, Unread):
                    sums[header] = cells[c]
                elif value is not None and isinstance(standing, Decimal):
                    sums[header] = standing + Decimal(value)
    return {header: str(value).removesuffix(".00") for header, value in sums.items()}


# --- Parquet -------------------------------------------------------------------------------------------------------


def _open_parquet(path: Path, folders: tuple[str, ...]) -> Opened:
    call = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    header, cells, rows = _vetted_parquet(call)
    verdict = choose(header, folders, "parquet")
    if not isinstance(verdict, Match):
        raise _refuse(verdict, header, rows, folders)
    named = ", ".join(f"{cell} as c{n}" for n, cell in enumerate(cells))
    relation = f"(select file_row_number + 1 as line, file_row_number + 1 as rec, {named} from {call})"
    return Opened(match=verdict, encoding="parquet", relation=relation, numbered=True, expected=rows)


def _vetted_parquet(call: str) -> tuple[list[str], list[str], int]:
    """Header, SQL of each cell, number of rows; the whole file is read once in a database of its own.

    What damaged files do to DuckDB may go as far as making the database unusable.
    """
    import duckdb

    try:
        with duckdb.connect() as apart:
            described = apart.execute(f"describe select * exclude (file_row_number) from {call}").fetchall()
            cells = [_parquet_cell(name, sql_type) for name, sql_type, *_ in described]
            counted = apart.execute(f"select count(hash({', '.join(cells)})) from {call}").fetchall()
    except duckdb.Error as error:
        raise UnreadableError("unreadable", "a complete Parquet file; this one is cut off or damaged") from error
    return [row[0] for row in described], cells, counted[0][0]


def _parquet_cell(name: str, sql_type: str) -> str:
    """SQL of a column's text; what is nested in it becomes JSON, so that it is known for nested."""
    column = '"' + name.replace('"', '""') + '"'
    if sql_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")) or sql_type.endswith("]"):
        return f"to_json({column})::varchar"
    return f"replace(cast({column} as varchar), chr(0), '')"


# --- JSON ----------------------------------------------------------------------------------------------------------


def _open_json(connection: duckdb.DuckDBPyConnection, text: Text, folders: tuple[str, ...], scratch: Path) -> Opened:
    """JSON Lines, or one JSON document; records may be wrapped in a list inside each."""
    lines = _json_lines(connection, text, scratch)
    objects = "len(list_filter(json_extract(record, '$[*]'), lambda j: json_type(j) <> 'OBJECT')) = 0"
    is_record = (
        f"case when not json_valid(record) then false when json_type(record) = 'OBJECT' then not {_REPEATS} "
        f"when json_type(record) = 'ARRAY' then {objects} else false end"
    )
    found = connection.execute(f"select record from {lines} where {is_record} limit {SAMPLE_RECORDS}").fetchall()
    sample = [json.loads(record) for (record,) in found if _is_json(record)]
    verdict, wrapper = _choose_json(sample, folders)
    if not isinstance(verdict, Match):
        counted = connection.execute(f"select count(*) from {lines}").fetchone()
        if not sample:
            raise UnreadableError("bad_json", "one JSON object per line", counted[0] if counted else 0)
        raise _refuse(verdict, _keys(sample[0]), counted[0] if counted else 0, folders)
    is_record = _with_inner_json(verdict, wrapper, is_record)
    return _opened_json(connection, text, verdict, wrapper, lines, is_record)


# JSON leaves open which of two values of one name counts.
_REPEATS = "(list_unique(json_keys(record)) < len(json_keys(record)))"
_REASON = (
    f"case when starts_with(record, '{CUT.decode()}') then 'line_too_long' "
    f"when starts_with(record, '{DAMAGED.decode()}') then 'bad_encoding' when not json_valid(record) then 'bad_json' "
    f"when json_type(record) = 'OBJECT' and {_REPEATS} then 'repeated_name' else 'bad_json' end"
)


def _with_inner_json(match: Match, wrapper: str, is_record: str) -> str:
    """A record whose inner JSON string is no JSON is no record."""
    outer = {name.partition("|")[0] for column in match.source.columns.values() for name in column.names if "|" in name}
    if wrapper:
        return is_record
    for name in sorted(outer):
        text = f"json_extract_string(record, {_path(name)})"
        is_record = f"case when {is_record} then json_valid(coalesce({text}, 'null')) else false end"
    return is_record


def _json_lines(connection: duckdb.DuckDBPyConnection, text: Text, scratch: Path) -> str:
    """Temp table json_lines, and the relation (line, record) over it.

    A document that spans lines is one record; of an overlong line only the beginning is kept, marked as cut.
    """
    import duckdb

    path, longest, numbered = text.path, LONGEST_RECORD, text.needs_care
    if (document := _as_document(text)) is not None:
        path, longest, numbered = scratch / "document.jsonl", max(longest, 4 * len(document)), False
        path.write_text(document, encoding="utf-8")
    elif numbered:
        path = _numbered_copy(text, scratch)
    try:
        _create_json_lines(connection, path, longest, numbered)
    except duckdb.InvalidInputException:  # a byte that is no text, or the delimiter itself
        numbered = True
        _create_json_lines(connection, _numbered_copy(reopen_damaged(text, scratch), scratch), longest, numbered)
    line = "line" if numbered else "rowid + 1 as line"
    return f"(select {line}, record from json_lines where trim(coalesce(record, '')) <> '')"


def _create_json_lines(connection: duckdb.DuckDBPyConnection, path: Path, longest: int, numbered: bool) -> None:
    columns = "'line': 'BIGINT', 'record': 'VARCHAR'" if numbered else "'record': 'VARCHAR'"
    connection.execute(
        f"create or replace temp table json_lines as select {'line,' if numbered else ''} "
        f"ltrim(replace(record, '\\u0000', ''), '\ufeff') as record from read_csv({quoted(str(path))}, "
        f"columns = {{{columns}}}, auto_detect = false, header = false, delim = '\x02', quote = '', escape = '', "
        f"nullstr = '\x01', strict_mode = false, max_line_size = {longest + 100}, buffer_size = {2 * longest + 200})"
    )


def _as_document(text: Text) -> str | None:
    """A file that is one JSON document over several lines, on one line; None when its lines are JSON themselves."""
    with open(text.path, "rb") as file:
        first = file.readline(1 << 20).removeprefix(b"\xef\xbb\xbf")
    if _is_json(first) or text.path.stat().st_size > LARGEST_DOCUMENT:
        return None
    try:
        document = json.loads(text.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _is_json(line: bytes | str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _numbered_copy(text: Text, scratch: Path) -> Path:
    """The lines behind their numbers; one that is too long is cut, and one that is no text marked."""
    target = scratch / "lines.jsonl"
    with open(text.path, "rb") as source, open(target, "wb") as out:
        number = 0
        while line := source.readline(LONGEST_RECORD + 1):
            number += 1
            mark = DAMAGED if text.is_damaged and DAMAGE in line else b""
            if len(line) > LONGEST_RECORD:
                mark, kept = CUT, line[:2000].decode("utf-8", "ignore").encode()
                while line and not line.endswith(b"\n"):
                    line = source.readline(1 << 22)
                line = kept
            if line.strip():
                out.write(b"%d\x02" % number + mark + line.strip().replace(b"\x02", b" ") + b"\n")
    return target


def _choose_json(sample: list[Any], folders: tuple[str, ...]) -> tuple[Match | Missing | None, str]:
    """The mapping, and the path of the list that holds the records ('' when a line is a record itself)."""
    wrappers = {""} | {path for source in load_sources().values() for path in source.recognise.records}
    best: Missing | None = None
    for wrapper in sorted(wrappers):
        records = list(_records(sample, wrapper))
        if not records:
            continue
        present = {name for record in records for name in _paths(record)}
        verdict = choose(sorted(present), folders, "json")
        if isinstance(verdict, Match):
            allowed = verdict.source.recognise.records
            if wrapper in ("", *allowed):
                return verdict, wrapper
        elif verdict is not None and (best is None or verdict.known > best.known):
            best = verdict
    return best, ""


def _records(sample: list[Any], wrapper: str) -> Iterator[dict[str, Any]]:
    for entry in sample:
        value = _walk(entry, wrapper) if wrapper else entry
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict):
                yield record


def _paths(record: dict[str, Any]) -> set[str]:
    """Every declared path that the record has."""
    columns = [
        column for source in load_sources().values() if "json" in source.formats for column in source.columns.values()
    ]
    return {name for column in columns for name in column.names if _walk(record, name) is not None}


def _walk(value: Any, path: str) -> Any:
    """The value at `a.b[0].c`; `a|b` goes on inside JSON that is itself a string."""
    for part in path.replace("|", ".").replace("[", ".[").split("."):
        if isinstance(value, str) and value[:1] in ("{", "["):
            if not _is_json(value):
                return None
            value = json.loads(value)
        if part.startswith("["):
            place = int(part[1:-1])
            value = value[place] if isinstance(value, list) and place < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _keys(record: Any) -> list[str]:
    record = record[0] if isinstance(record, list) and record else record
    return list(record) if isinstance(record, dict) else []


def _opened_json(
    connection: duckdb.DuckDBPyConnection, text: Text, match: Match, wrapper: str, lines: str, is_record: str
) -> Opened:
    """Temp table json_cells, and one per list inside the records: each document is taken apart once."""
    source = match.source
    listed = (
        f"case when json_type(record{_at(wrapper)}) = 'ARRAY' then json_extract(record, {_path(wrapper + '[*]')}) "
        f"else [json_extract(record, {_path(wrapper)})] end"
    )
    lists = {f"l_{name}": f"json_extract(record, {_path(child.path + '[*]')})" for name, child in source.each.items()}
    header, found, cells = _extracted({name: column.names for name, column in source.columns.items()}, "record")
    kept = ", ".join(["line", "rec", cells, *(f"{sql} as {name}" for name, sql in lists.items())])
    connection.execute(
        f"create or replace temp table json_cells as select {kept} from (select *, {found} as found from ("
        f"select line, line * 1000000 + generate_subscripts(records, 1) as rec, unnest(records) as record from ("
        f"select line, {listed} as records from {lines} where {is_record})))"
    )
    opened = Opened(
        match=Match(source, _positions(source.columns, header), {}, tuple(header)),
        encoding=text.encoding,
        relation=f"(select line, rec, {_names(len(header))} from json_cells)",
        numbered=True,
        refused_sql=(
            f"(select line, ltrim(record, '{(CUT + DAMAGED).decode()}') as raw, {_REASON} as reason "
            f"from {lines} where not ({is_record}))"
        ),
    )
    for number, (name, child) in enumerate(source.each.items()):
        inner = {key: column.names for key, column in child.columns.items()}
        more, found, cells = _extracted(inner, "child", len(header))
        connection.execute(
            f"create or replace temp table json_list_{number} as "
            f"select line, rec, {_names(len(header))}, {cells} from ("
            f"select *, {found} as found from (select *, unnest(l_{name}) as child from json_cells))"
        )
        places = _positions(source.columns, header)
        places |= {key: tuple(p + len(header) for p in at) for key, at in _positions(child.columns, more).items()}
        opened.children[name] = f"(select * from json_list_{number})"
        opened.child_matches[name] = Match(source, places, {}, (*header, *more))
    return opened


def _names(count: int) -> str:
    return ", ".join(f"c{place}" for place in range(count))


def _extracted(names: dict[str, tuple[str, ...]], document: str, start: int = 0) -> tuple[list[str], str, str]:
    """Header (every declared path), SQL of the list of their texts, and SQL that takes it apart into cells."""
    header = list(dict.fromkeys(name for aliases in names.values() for name in aliases))
    plain = [name for name in header if "|" not in name]
    found = f"json_extract_string({document}, [{', '.join(_path(name) for name in plain)}])"
    cells = []
    for place, name in enumerate(header, start=start):
        cell = f"found[{plain.index(name) + 1}]" if name in plain else _inside(document, name)
        cells.append(f"{cell} as c{place}")
    return header, found, ", ".join(cells)


def _inside(document: str, name: str) -> str:
    """A value inside JSON that is itself a string."""
    outer, _, inner = name.partition("|")
    text = f"json_extract_string({document}, {_path(outer)})"
    return f"case when json_valid({text}) then json_extract_string({text}, {_path(inner)}) end"


def _positions(columns: dict[str, Any], header: list[str]) -> dict[str, tuple[int, ...]]:
    return {
        name: tuple(header.index(alias) for alias in column.names) for name, column in columns.items() if column.names
    }


def _path(path: str) -> str:
    return quoted("$" + "".join(part if part.startswith("[") else f".{part}" for part in _parts(path)))


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("[", ".[").split(".") if part]


def _at(path: str) -> str:
    return f", {_path(path)}" if path else ""
