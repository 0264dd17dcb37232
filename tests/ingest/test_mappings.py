"""A mapping is checked when it is read, and its mistake is ours: the file and the key are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.cli.mistakes import OURS, tell
from pipelines.ingest import sources
from pipelines.ingest.mapping_checks import mistakes_of
from pipelines.ingest.sources import SourceError, load_sources, read_source, shipped_sources

MAPPING = """
title: {zh: 示例, en: Example}
description: An example.
recognise: {columns: [[number, paid_at, amount]]}
columns:
  number:  {from: [号], type: id, required: true}
  paid_at: {from: [时间], type: timestamp}
  amount:  {from: [金额], type: amount, unit: fen}
loads:
  orders:
    columns: {platform: "'other'", order_id: number, paid_at: paid_at, paid_amount: amount / 1}
refuse:
  - {when: amount < 0, reason: impossible_amount, column: amount}
"""


def mistake(folder: Path, old: str, new: str) -> str:
    """What is said of the example once one thing in it is wrong."""
    assert old in MAPPING
    file = folder / "example.yaml"
    file.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        read_source(file)
    assert str(file) in str(raised.value)
    return str(raised.value).removeprefix(f"{file}: ")


def test_the_example_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(MAPPING, encoding="utf-8")
    assert read_source(file).columns["amount"].unit == "fen"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order_id: number", "order_id: nummber", "loads.orders.columns.order_id: no such column: nummber; did you"),
        ("recognise: {columns", "recognise: {kind: number, columns", "recognise.kind: number has no map"),
        ("recognise: {columns", "recognise: {kind: numbr, columns", "recognise.kind: no such column: numbr"),
        ("amount < 0", "amuont < 0", "refuse[0].when: no such column: amuont; did you mean 'amount'?"),
        ("amount / 1", "roundd(amount)", "loads.orders.columns.paid_amount: 'roundd(amount)': Catalog Error"),
        ("amount / 1", "amount /", "loads.orders.columns.paid_amount: 'amount /': Parser Error"),
        ("amount / 1", "not_a(paid_at) + 1", "loads.orders.columns.paid_amount: 'not_a(paid_at) + 1': Catalog"),
        ("paid_amount: amount", "payed_amount: amount", "loads.orders.columns.payed_amount: no such column of"),
        ("  orders:", "  order:", "loads.order: there is no such table; did you mean 'orders'?"),
        ("order_id: number, ", "", "loads.orders.columns.order_id: missing"),
        ("[[number,", "[[numbre,", "recognise.columns: no such column: numbre; did you mean 'number'?"),
        ("column: amount}", "column: amuont}", "refuse[0].column: no such column: amuont"),
        ("title: {zh: 示例, en: Example}", "title: {en: Example}", "title.zh: missing"),
        ("unit: fen", "unit: fenn", "columns.amount: unit 'fenn' is not known for amount"),
        ("type: id, required", "type: id, reqired", "columns.number.reqired: there is no such key; did you mean 'r"),
        ("recognise: {columns", "recognise: {colums", "recognise.colums: there is no such key; did you mean 'columns"),
        ("refuse:", "refuses:", "refuses: there is no such key; did you mean 'refuse'?"),
        ("type: timestamp", "type: timestmap", "columns.paid_at.type"),
        ("from: [时间]", "from: [号]", "columns.paid_at.from: 号 is a name of number already"),
        ("refuse:", "ignore: [金额]\nrefuse:", "ignore: 金额 is read"),
        ("type: timestamp", "type: text, part: start", "columns.paid_at: dates and part are for a timestamp"),
        ("refuse:", "version: {format: x}\nrefuse:", "version.format: there is no such key"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert mistake(tmp_path, old, new).startswith(said)


def test_a_mistake_in_a_mapping_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, whatever file is met: nothing of the merchant's is put in quarantine for it."""
    (tmp_path / "example.yaml").write_text(MAPPING.replace("amount / 1", "amuont"), encoding="utf-8")
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    with pytest.raises(SourceError) as raised:
        shipped_sources.__wrapped__()
    assert tell(raised.value, tmp_path) == OURS
    said = capsys.readouterr().err
    assert "a fault of Siyu" in said
    assert "example.yaml: loads.orders.columns.paid_amount" in said


def test_every_mapping_has_its_samples() -> None:
    shipped = [source for name, source in load_sources().items() if not name.startswith("canonical_")]
    lacking = [source.name for source in shipped if not source.samples]
    assert lacking == []


def test_the_tables_own_mappings_are_sound_too() -> None:
    """They are made, not read: no header stands for two columns, every expression is SQL over the columns."""
    assert [mistake for source in load_sources().values() for mistake in mistakes_of(source)] == []


def test_names_of_columns_are_words() -> None:
    for source in load_sources().values():
        assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in source.all_columns), source.name


def test_a_mapping_of_which_no_table_takes_the_record_is_refused(tmp_path: Path) -> None:
    """Its rows would stand in no table's account: the file could only end in an error of ours."""
    lists = "each:\n  lines: {path: lines, columns: {part: {from: [part], type: id}}}\n"
    said = mistake(tmp_path, "loads:\n  orders:\n", f"{lists}loads:\n  orders:\n    each: lines\n")
    assert "loads: no table takes the record itself" in said
