"""`siyu sources` names every kind of file, its folder, and whether any has come."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.warehouse import open_for_writing
from tests.cli.conftest import Siyu

OWN = """
title: 门店小票
recognise: {folder_only: true, folders: [小票]}
columns:
  number: {from: [小票], type: id, required: true}
  paid_at: {from: [结账], type: timestamp}
  amount: {from: [收], type: amount}
loads:
  orders: {columns: {order_id: number, paid_at: paid_at, paid_amount: amount}}
"""


def home(folder: Path) -> Path:
    """One file of orders, one of an own kind, one that nobody knows."""
    files = {
        "landing/orders/a.csv": "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n",
        "landing/小票/b.csv": "小票,结账,收\n1,2026-03-01 10:00:00,10\n",
        "landing/c.csv": "colour,taste\nred,sweet\n",
        "sources/tickets.yaml": OWN,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    settings = load_settings(folder)
    with open_for_writing(settings) as warehouse:
        ingest(warehouse.connection, settings)
    return folder


def test_what_came_and_where_the_rest_belongs(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(home(tmp_path)), "sources")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert "门店小票 · 门店小票" in lines[2]
    assert "landing/小票/" in lines[2]
    assert lines[3].startswith("canonical_orders")
    assert any("landing/抖店订单/" in line and line.rstrip().endswith("-") for line in lines[4:])
    assert "1 file lies in landing that no source knows" in said.out


def test_for_a_program(siyu: Siyu, tmp_path: Path) -> None:
    told = json.loads(siyu("--home", str(home(tmp_path)), "sources", "--json").out)
    own = next(row for row in told["sources"] if row["source"] == "tickets")
    assert (own["is_own"], own["files"], own["files_refused"], own["folder"]) == (True, 1, 0, "小票")
    assert own["last_loaded_at"]
    assert told["files_of_no_source"] == 1
    assert next(row for row in told["sources"] if row["source"] == "doudian_orders")["files"] == 0


def test_before_anything_was_loaded(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(tmp_path), "sources")
    assert (said.code, "doudian_orders" in said.out) == (0, True)


def test_a_mistake_in_an_own_mapping_is_told(siyu: Siyu, tmp_path: Path) -> None:
    (home(tmp_path) / "sources" / "tickets.yaml").write_text(OWN.replace("order_id: number", "order_id: nr"), "utf-8")
    for command in (["sources"], ["status"], ["run"], ["check", str(tmp_path / "landing" / "c.csv")]):
        said = siyu("--home", str(tmp_path), *command)
        assert (said.code, "tickets.yaml: loads.orders.columns.order_id: no such column: nr" in said.err) == (1, True)
