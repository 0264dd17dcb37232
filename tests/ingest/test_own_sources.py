"""A home's own mappings are read beside those of assets/sources, by every door; their mistakes are the merchant's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli.mistakes import USER, tell
from pipelines.ingest.checking import check_file
from pipelines.ingest.sources import OwnSourceError, load_sources, reading_fingerprint, sources_of
from pipelines.settings import Settings
from pipelines.steps.record import run_fingerprint
from tests.ingest.conftest import Landing

MAPPING = """
title: 门店小票
recognise: {columns: [[number, paid_at, amount]]}
columns:
  number:  {from: [小票], type: id, required: true}
  paid_at: {from: [结账], type: timestamp}
  amount:  {from: [合计收], type: amount, required: true}
loads:
  orders:
    columns: {order_id: number, paid_at: paid_at, paid_amount: amount}
"""
FILE = "小票,结账,合计收\nT1,2026-03-01 10:00:00,12.50\nT2,2026-03-01 11:00:00,8\n"


def own(settings: Settings, text: str = MAPPING, name: str = "tickets.yaml") -> Path:
    settings.sources.mkdir(parents=True, exist_ok=True)
    file = settings.sources / name
    file.write_text(text, encoding="utf-8")
    return file


def mistake(settings: Settings, text: str, name: str = "tickets.yaml") -> str:
    """What is said of a mapping, behind its place."""
    file = own(settings, text, name)
    with pytest.raises(OwnSourceError) as raised, sources_of(settings):
        pass
    assert tell(raised.value, None) == USER
    return str(raised.value).removeprefix(f"{file}: ")


def test_a_file_is_loaded_by_an_own_mapping(landing: Landing) -> None:
    assert landing.one("x.csv", FILE).status == "quarantined"
    own(landing.settings)
    file = landing.ingest().files[-1]  # refused before, looked at again
    assert (file.source, file.rows_loaded) == ("tickets", 2)
    assert [str(amount) for (amount,) in landing.rows("orders", "paid_amount")] == ["8.00", "12.50"]


def test_its_name_is_its_folder(landing: Landing) -> None:
    own(landing.settings, MAPPING.replace("{columns: [[number, paid_at, amount]]}", "{folder_only: true}"))
    assert landing.one("x.csv", FILE).status == "quarantined"
    assert landing.one("tickets/y.csv", FILE.replace("T", "U")).source == "tickets"


def test_two_homes_do_not_meet(tmp_path: Path) -> None:
    one, other = Settings(home=tmp_path / "one"), Settings(home=tmp_path / "other")
    one.home.mkdir()
    own(one)
    before = reading_fingerprint(one.reading)
    with sources_of(one):
        assert load_sources()["tickets"].title == {"zh": "门店小票", "en": "门店小票"}
        assert reading_fingerprint(one.reading) != before
        with sources_of(other):
            assert "tickets" not in load_sources()
        assert "tickets" in load_sources()
    assert "tickets" not in load_sources()
    file = tmp_path / "x.csv"
    file.write_text(FILE, encoding="utf-8")
    assert (check_file(file, one).source, check_file(file, other).source) == ("tickets", None)


def test_a_run_is_new_when_a_mapping_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    before = run_fingerprint(settings)
    own(settings)
    assert run_fingerprint(settings) != before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: id", "typ: id", "columns.number.typ: there is no such key; did you mean 'type'?"),
        ("order_id: number", "order_id: nummber", "loads.orders.columns.order_id: no such column: nummber; did you"),
        ("recognise: {", "recognise: {folders: [orders], ", "recognise.folders: landing/orders/ is that of canonical_"),
        ("recognise: {", "recognise: {folders: [订单], ", "recognise.folders: landing/订单/ is that of canonical_"),
        ("type: timestamp", "type: text, pattern: '['", "columns.paid_at.pattern: '[' is no regular expression"),
        ("title: 门店小票", "version: {file_name: '('}", "version.file_name: '(' is no regular expression"),
        ("title: 门店小票", "title: [", "not YAML"),
        (MAPPING, "hello", "expected keys with values"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MAPPING
    assert mistake(Settings(home=tmp_path), MAPPING.replace(old, new, 1)).startswith(said)


def test_one_that_waits_for_a_decision_is_not_read_and_says_so(landing: Landing) -> None:
    file = own(landing.settings, MAPPING.replace("title: 门店小票", "undecided: [which amount]"))
    landing.write("orders/a.csv", "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n")
    landing.write("tickets/x.csv", FILE)
    assert [one.status for one in landing.ingest().files] == ["loaded", "quarantined"]
    assert "decide what tickets asks" in landing.quarantine("expected")[0][0]
    file.write_text(MAPPING, encoding="utf-8")
    assert [one.status for one in landing.ingest().files] == ["loaded"]


def test_one_that_waits_goes_before_a_file_that_is_known_and_not_loaded(landing: Landing) -> None:
    own(landing.settings, MAPPING.replace("title: 门店小票", "undecided: [which amount]"))
    landing.write("orders/a.csv", "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n")
    landing.write("tickets/x.csv", "指标/场次,场观\n2月26日19点,50\n")
    landing.ingest()
    assert "decide what tickets asks" in landing.quarantine("expected")[0][0]


def test_nothing_tells_its_files(tmp_path: Path) -> None:
    text = MAPPING.replace("recognise: {columns: [[number, paid_at, amount]]}\n", "").replace(", required: true", "")
    assert mistake(Settings(home=tmp_path), text).startswith("recognise: nothing tells its files")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("doudian_orders.yaml", "its name: doudian_orders is that of one that Siyu brings (Doudian order export)"),
        ("orders.yaml", "its name: landing/orders/ is that of canonical_orders (Orders) already"),
        ("canonical_orders.yaml", "its name: 'canonical_orders' is no name of a mapping"),
        ("my shop.yaml", "its name: 'my shop' is no name of a mapping; call the file by letters, digits and _"),
    ],
)
def test_its_name_is_its_own(tmp_path: Path, name: str, said: str) -> None:
    assert mistake(Settings(home=tmp_path), MAPPING, name).startswith(said)


def test_one_saved_as_gbk_is_told(tmp_path: Path) -> None:
    own(Settings(home=tmp_path)).write_bytes(MAPPING.encode("gb18030"))
    with pytest.raises(OwnSourceError, match=r"not UTF-8 text.*save it as UTF-8"), sources_of(Settings(home=tmp_path)):
        pass


def test_with_a_mistake_nothing_is_loaded(landing: Landing) -> None:
    own(landing.settings, MAPPING.replace("type: id", "type: idd"))
    landing.write("orders/a.csv", "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n")
    with pytest.raises(OwnSourceError, match=r"tickets.yaml: columns.number.type: expected one of .* found 'idd'"):
        landing.ingest()
    assert landing.rows("orders") == []


def test_what_is_loaded_stays_as_its_mapping_read_it(landing: Landing) -> None:
    file = own(landing.settings)
    landing.one("x.csv", FILE)
    file.write_text(MAPPING + "# a note\n", encoding="utf-8")
    assert landing.ingest().files == []
    file.write_text(MAPPING.replace("paid_amount: amount", "paid_amount: amount / 2"), encoding="utf-8")
    with pytest.raises(OwnSourceError, match=r"says something else than when 1 file was read by it.*run --full"):
        landing.ingest()
    file.unlink()
    with pytest.raises(OwnSourceError, match=r"no such file, but 1 file was read by it: put it back, or .siyu run"):
        landing.ingest()
