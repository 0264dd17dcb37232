#!/usr/bin/env bash
# msoffcrypto-tool 6.1.0 opens workbooks with a password, and writes them. A whole workbook of less than 4,096 bytes that it
# encrypts cannot be opened with that password by anybody, itself included (InvalidKeyError or ValueError): streams of an OLE
# file below 4,096 bytes belong into its mini stream, it writes them as large ones, and a reader looks in the other place.
# The same workbook with one more part, of 6,000 bytes that do not shrink, comes back byte for byte. No error tells it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check msoffcrypto-tool==6.1.0 openpyxl==3.1.5
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import hashlib
import io
import zipfile

import msoffcrypto
import openpyxl
from msoffcrypto.format.ooxml import OOXMLFile

OFFICE = "http://schemas.openxmlformats.org"
MAIN = f"{OFFICE}/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/s.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" Target="xl/workbook.xml" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/officeDocument/2006/relationships"><sheets>'
    '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Target="s.xml" Type="{OFFICE}/officeDocument/2006/relationships/worksheet"/></Relationships>',
    "xl/s.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>42</v></c></row></sheetData></worksheet>',
}


def workbook(**more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (PARTS | more).items():
            archive.writestr(name, content)
    assert openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A1"].value == 42
    return out.getvalue()


def there_and_back(content):
    locked, opened = io.BytesIO(), io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("a password", locked)
    file = msoffcrypto.OfficeFile(io.BytesIO(locked.getvalue()))
    try:
        file.load_key(password="a password", verify_password=True)
        file.decrypt(opened)
    except Exception as error:
        return type(error).__name__
    return "as it was" if opened.getvalue() == content else "another"


small = workbook()
large = workbook(**{"docProps/noise.bin": hashlib.shake_256(b"noise").digest(6_000)})
seen = {len(content): there_and_back(content) for content in (small, large)}
print(seen)
assert len(small) < 4096 < len(large)
assert seen[len(small)] in ("InvalidKeyError", "ValueError"), seen
assert seen[len(large)] == "as it was", seen
PYTHON
echo "as described"
