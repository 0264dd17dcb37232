"""Files that are no table we read: refused with what they are and what to do, whatever they are called."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

PAID = "2026-03-01 20:15:00"
GOOD = f"order_id,paid_at,paid_amount\nA1,{PAID},5\n"


def archive(**members: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return content.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + stream.encode("utf-16-le") + b"\0" * 200


KINDS = [
    (b"Rar!\x1a\x07\x01\x00" + bytes(100), "archive", "a RAR archive: unpack it"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(100), "archive", "a 7z archive: unpack it"),
    (b"a.csv" + bytes(252) + b"ustar\x0000" + bytes(100), "archive", "a tar archive"),
    (b"%PDF-1.7\n" + bytes(100), "wrong_kind", "a PDF: export the table"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "wrong_kind", "a picture (PNG)"),
    (b"\xff\xd8\xff\xe0" + bytes(100), "wrong_kind", "a picture (JPEG)"),
    (b"SQLite format 3\x00" + bytes(100), "wrong_kind", "a database (SQLite)"),
    (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "wrong_kind", "MHTML"),
    (b"<?xml version='1.0'?><feed><entry/></feed>", "wrong_kind", "an XML file"),
    (b"<html><body>please log in</body></html>", "wrong_kind", "log in"),
    (archive(**{"word/document.xml": "x"}), "wrong_kind", "a Word document"),
    (archive(**{"Index/Document.iwa": "x"}), "wrong_kind", "a Numbers or Pages file"),
    (archive(**{"a.csv": GOOD, "b.csv": GOOD}), "archive", "a ZIP archive of 2 files: unpack it"),
    (archive(), "archive", "a ZIP archive of 0 files"),
    (ole("EncryptedPackage"), "password", "save it without a password"),
    (ole("WordDocument"), "wrong_kind", "a text document"),
]


@pytest.mark.parametrize("ending", [".csv", ".xls", ".et", ""])
def test_what_is_no_table_is_refused_by_name(landing: Landing, ending: str) -> None:
    for number, (content, _, _) in enumerate(KINDS):
        landing.write(f"orders/a{number}{ending}", content)
    files = {file.path: (file.status, file.reason) for file in landing.ingest().files}
    assert files == {f"orders/a{n}{ending}": ("quarantined", reason) for n, (_, reason, _) in enumerate(KINDS)}
    told = {row["path"]: row["expected"] for row in landing.sql("select path, expected from ops.quarantine")}
    assert [kind for n, kind in enumerate(KINDS) if kind[2] not in told[f"orders/a{n}{ending}"]] == []


@pytest.mark.parametrize("extra", [{}, {"__MACOSX/._a.csv": b"\0\5\x16\7"}, {"folder/": b""}])
@pytest.mark.parametrize("inner", ["csv", "gb18030", "xlsx"])
def test_an_archive_of_one_file_is_that_file(landing: Landing, inner: str, extra: dict[str, bytes]) -> None:
    """Also where the inner text is not UTF-8, which shows only while it is read."""
    sheet = workbook({"S": [["order_id", "paid_at", "paid_amount"], ["A1", PAID, 5]]})
    tables = {"csv": GOOD, "gb18030": GOOD.replace("A1", "甲1").encode("gb18030"), "xlsx": sheet}
    landing.one("orders/a.zip", archive(**{"export.bin": tables[inner], **extra}))
    assert landing.rows("orders", "order_id") == [("甲1" if inner == "gb18030" else "A1",)]


def test_an_archive_in_an_archive(landing: Landing) -> None:
    file = landing.one("orders/a.zip", archive(**{"b.zip": archive(**{"a.csv": GOOD})}))
    assert file.reason in ("archive", None)


def test_text_that_begins_like_another_kind_is_text(landing: Landing, each_way: str) -> None:
    """Two letters of a title are no magic: BM begins pictures, MZ programs, PK archives."""
    for number, title in enumerate(["BM报表", "MZ", "PK对比", "ORDERS", "{不是"]):
        landing.one(f"orders/{number}.csv", f"{title}\n" + GOOD.replace("A1", f"A{number}"))
    assert len(landing.rows("orders")) >= 4
