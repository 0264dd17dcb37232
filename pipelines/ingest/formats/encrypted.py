"""A workbook with a password → the workbook without it, in the scratch folder, where a password of the merchant's fits.

What belongs here: taking the password off. What does not: what a file is (kinds.py), reading it (sheets.py).
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from pipelines.ingest.formats.kinds import check_ole, kind_of, refused_kind, zip_kind
from pipelines.ingest.text import UnreadableError

_ASKED = (
    "a workbook without a password, or its password under [reading] passwords of siyu.toml{tried}; or open it and save "
    "it without one"
)


def open_ole(path: Path, scratch: Path, passwords: Sequence[str]) -> Path:
    """The file to read a workbook from. Raises UnreadableError for one that holds none, or that nothing here opens."""
    opened = without_password(path, scratch, passwords)
    if kind_of(opened) == "ole":
        check_ole(opened)
    elif opened != path and not _is_workbook(opened):
        raise refused_kind("no workbook behind its password", "wrong_kind", "export the table as CSV or .xlsx")
    return opened


def _is_workbook(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return zip_kind(archive) == "workbook"


def without_password(path: Path, scratch: Path, passwords: Sequence[str]) -> Path:
    """The file itself where it has none. Raises UnreadableError where no password of these fits."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    with open(path, "rb") as file:
        try:
            office = msoffcrypto.OfficeFile(file)
            if not office.is_encrypted():
                return path
        except Exception:  # of a foreign file the library raises whatever its parts do
            return path  # whoever reads it says what is wrong with it
        for password in passwords:
            target = scratch / "without-password"
            try:
                office.load_key(password=password, verify_password=True)
                with open(target, "wb") as out:
                    office.decrypt(out)
            except (InvalidKeyError, DecryptionError):
                continue
            except Exception as error:  # of a foreign file the library raises whatever its parts do
                raise UnreadableError("unreadable", "a whole workbook; this one is damaged: export it again") from error
            return target
    tried = f" (none of the {len(passwords)} that stand there fits)" if passwords else ""
    raise UnreadableError("password", _ASKED.format(tried=tried), found="a workbook with a password")
