"""What a file is by its first bytes; names are not trusted. And what to do with a file that holds no table.

What belongs here: one table of magic bytes, names and advice. What does not: reading any of them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from pipelines.ingest.text import UnreadableError

_HEAD = 4096
# Read by a reader of their own.
_READ = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"PAR1", "parquet"),
)

_UNPACK = "unpack it and put each file in by itself"
_RESAVE = "open it in a spreadsheet program and save it as .xlsx"
_TABLE = "export the table as CSV or .xlsx"
# First bytes (at an offset), what such a file is, reason, what to do.
_REFUSED: tuple[tuple[int, bytes, str, str, str], ...] = (
    (0, b"Rar!\x1a\x07", "a RAR archive", "archive", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", "archive", _UNPACK),
    (0, b"BZh", "a bzip2 archive", "archive", _UNPACK),
    (0, b"\xfd7zXZ\x00", "an xz archive", "archive", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive", "archive", _UNPACK),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive", "archive", _UNPACK),
    (0, b"LZIP", "an lzip archive", "archive", _UNPACK),
    (257, b"ustar", "a tar archive", "archive", _UNPACK),
    (0, b"%PDF-", "a PDF", "wrong_kind", _TABLE),
    (0, b"\x89PNG\r\n\x1a\n", "a picture (PNG)", "wrong_kind", _TABLE),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", "wrong_kind", _TABLE),
    (0, b"GIF8", "a picture (GIF)", "wrong_kind", _TABLE),
    (8, b"WEBP", "a picture (WebP)", "wrong_kind", _TABLE),
    (4, b"ftyp", "a picture or a film (HEIC, MP4)", "wrong_kind", _TABLE),
    (0, b"II*\x00", "a picture (TIFF)", "wrong_kind", _TABLE),
    (0, b"MM\x00*", "a picture (TIFF)", "wrong_kind", _TABLE),
    (0, b"{\\rtf", "a text document (RTF)", "wrong_kind", _TABLE),
    (0, b"SQLite format 3\x00", "a database (SQLite)", "wrong_kind", _TABLE),
    (4, b"Standard ACE DB", "a database (Access)", "wrong_kind", _TABLE),
    (4, b"Standard Jet DB", "a database (Access)", "wrong_kind", _TABLE),
    (0, b"Obj\x01", "an Avro file", "wrong_kind", "write it as Parquet"),
    (0, b"ORC", "an ORC file", "wrong_kind", "write it as Parquet"),
    (0, b"ARROW1", "an Arrow file", "wrong_kind", "write it as Parquet"),
    (0, b"FEA1", "a Feather file", "wrong_kind", "write it as Parquet"),
    (0, b"PARE", "an encrypted Parquet file", "password", "write it without encryption"),
    (0, b"\x7fELF", "a program", "wrong_kind", "nothing to load"),
    (0, b"MZ\x90", "a program", "wrong_kind", "nothing to load"),
    (0, b"MIME-Version:", "a web page in one file (MHTML)", "wrong_kind", _RESAVE),
)  # fmt: skip
# A member of a ZIP that tells what the archive is.
_ZIPPED = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint file"),
    ("Index/Document.iwa", "a Numbers or Pages file"),
    ("index.xml", "a Numbers or Pages file of an old version"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)
# A stream's name, in UTF-16, in an OLE file that is no workbook.
_OLE = (
    ("EncryptedPackage", "a workbook with a password", "password", "open it, save it without a password"),
    ("WordDocument", "a text document (.doc, .wps)", "wrong_kind", _TABLE),
    ("PowerPoint Document", "a presentation (.ppt, .dps)", "wrong_kind", _TABLE),
    ("__properties_version1.0", "an Outlook message", "wrong_kind", "save its attachment and put that in"),
)


def kind_of(path: Path) -> str:
    """empty, gzip, zip, ole, parquet, markup or text. Raises UnreadableError for a kind that holds no table we read."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if not head:
        return "empty"
    for offset, magic, what, reason, advice in _REFUSED:
        if head.startswith(magic, offset):
            raise refused_kind(what, reason, advice)
    if head.startswith(b"BM") and 0 in head[2:18]:
        raise refused_kind("a picture (BMP)", "wrong_kind", _TABLE)
    found = next((kind for magic, kind in _READ if head.startswith(magic)), None)
    return found or ("markup" if _is_markup(head) else "text")


def refused_kind(what: str, reason: str, advice: str) -> UnreadableError:
    """A refusal that says what a file is and what to do."""
    return UnreadableError(reason, f"a table as CSV, .xlsx, JSON or Parquet; this is {what}: {advice}", found=what)


def _is_markup(head: bytes) -> bool:
    """HTML or XML, in any encoding that keeps ASCII or has two bytes for it."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def zip_kind(archive: zipfile.ZipFile) -> str:
    """workbook, or one (a single file in it). Raises UnreadableError for any other archive."""
    names = archive.namelist()
    if {"content.xml", "xl/workbook.xml"} & set(names) or any(name.startswith("xl/") for name in names):
        return "workbook"
    for member, what in _ZIPPED:
        if member in names:
            raise refused_kind(what, "wrong_kind", _TABLE)
    inside = files_in(archive)
    if any(entry.flag_bits & 1 for entry in inside):
        raise refused_kind("a ZIP archive with a password", "password", _UNPACK)
    if len(inside) == 1:
        return "one"
    raise refused_kind(f"a ZIP archive of {len(inside)} files", "archive", _UNPACK)


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Its files, without folders and what macOS adds to them."""
    extra = ("__MACOSX/", ".DS_Store")
    return [entry for entry in archive.infolist() if not entry.is_dir() and not entry.filename.startswith(extra)]


def check_ole(path: Path) -> None:
    """Raises UnreadableError for an OLE file that is no workbook. Its directory lies anywhere in it."""
    with open(path, "rb") as file:
        data = file.read(64 << 20)
    if any(name.encode("utf-16-le") + b"\0\0" in data for name in ("Workbook", "Book")):
        return
    for name, what, reason, advice in _OLE:
        if name.encode("utf-16-le") in data:
            raise refused_kind(what, reason, advice)
