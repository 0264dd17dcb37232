"""Workbooks with a password: opened with the merchant's own, else refused by name; the password is shown nowhere."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pydantic import SecretStr

from pipelines.ingest.sources import reading_fingerprint
from pipelines.settings import ReadingLimits, SettingsError, load_settings
from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

PASSWORD = "ks-2026-密"
ROWS = [["order_id", "paid_at", "paid_amount"], ["A1", "2026-03-01 20:15:00", "5"]]


def locked(content: bytes, password: str = PASSWORD) -> bytes:
    """As a spreadsheet program saves it with a password."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, out)
    return out.getvalue()


def knowing(landing: Landing, *passwords: str) -> None:
    reading = ReadingLimits(passwords=tuple(map(SecretStr, passwords)))
    landing.settings = landing.settings.model_copy(update={"reading": reading})


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ""])
def test_one_of_the_merchants_passwords_opens_it(landing: Landing, ending: str) -> None:
    knowing(landing, "another", PASSWORD)
    file = landing.one(f"orders/a{ending}", locked(workbook({"一月": ROWS})))
    assert (file.status, landing.rows("orders", "order_id, paid_amount::varchar")) == ("loaded", [("A1", "5.00")])


@pytest.mark.parametrize(
    ("passwords", "said"), [((), "its password under [reading] passwords"), (("x", "y"), "none of the 2 that stand")]
)
def test_without_one_that_fits_it_is_refused_by_name(landing: Landing, passwords: tuple[str, ...], said: str) -> None:
    knowing(landing, *passwords)
    file = landing.one("orders/a.xlsx", locked(workbook({"一月": ROWS})))
    assert (file.status, file.reason) == ("quarantined", "password")
    [(expected, found)] = landing.quarantine("expected, found")
    assert said in expected
    assert found == "a workbook with a password"


def test_what_a_password_hides_need_not_be_a_table(landing: Landing) -> None:
    from tests.ingest.test_kinds import archive

    knowing(landing, PASSWORD)
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    document = archive(**{"word/document.xml": "".join(map(str, range(9_000))), "[Content_Types].xml": types})
    assert landing.one("orders/a.xlsx", locked(document)).reason == "wrong_kind"


def test_a_file_at_which_the_library_breaks_down_is_refused_by_name(landing: Landing) -> None:
    """It raises a ValueError over a whole package of less than 4,096 bytes."""
    from tests.ingest.test_kinds import archive

    knowing(landing, PASSWORD)
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    noise = hashlib.shake_256(b"noise").digest(3_000)
    file = landing.one("orders/a.xlsx", locked(archive(**{"a.bin": noise, "[Content_Types].xml": types})))
    assert (file.status, file.reason) == ("quarantined", "unreadable")


def test_a_password_that_comes_later_opens_what_was_refused(landing: Landing) -> None:
    """Its text stands in no table and in no word about the settings."""
    landing.one("orders/a.xlsx", locked(workbook({"一月": ROWS})))
    file = landing.settings.home / "siyu.toml"
    file.write_text(f'[reading]\npasswords = ["{PASSWORD}"]\n', encoding="utf-8")
    landing.settings = load_settings(landing.settings.home)
    assert [done.status for done in landing.ingest().files] == ["loaded"]
    assert PASSWORD not in repr(landing.settings)
    for schema, table in landing.connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in ('ops', 'staging')"
    ).fetchall():
        assert PASSWORD not in str(landing.connection.execute(f"from {schema}.{table}").fetchall())


def test_another_password_is_another_reading(tmp_path: Path) -> None:
    """Known by the time of siyu.toml: a mark of the password itself could be guessed at."""
    first, other = (ReadingLimits(passwords=(SecretStr("a"),)).with_time(time) for time in (1, 2))
    assert reading_fingerprint(first) != reading_fingerprint(other)
    assert reading_fingerprint(ReadingLimits().with_time(1)) == reading_fingerprint(ReadingLimits().with_time(2))


def test_a_mistake_in_the_passwords_shows_none(tmp_path: Path) -> None:
    (tmp_path / "siyu.toml").write_text('[reading]\npasswords = "ks-secret"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as said:
        load_settings(tmp_path)
    assert "ks-secret" not in str(said.value)
