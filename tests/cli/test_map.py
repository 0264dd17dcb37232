"""`siyu map` proposes a mapping, says what it is not sure of, and `siyu run` then loads the file."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.warehouse import open_for_writing
from tests.cli.conftest import Siyu
from tests.mapping.test_proposals import TILL

SAID = ("--column", "paid_at=成交时间", "--column", "paid_amount=实付(元)")


def till(home: Path) -> Path:
    file = home / "landing" / "门店流水" / "门店流水_2026-03.csv"
    file.parent.mkdir(parents=True)
    file.write_text(TILL, encoding="utf-8")
    return file


def statuses(home: Path) -> list[tuple[str, int]]:
    settings = load_settings(home)
    with open_for_writing(settings) as warehouse:
        return [(file.status, file.rows_loaded) for file in ingest(warehouse.connection, settings).files]


def test_undecided_it_is_refused_until_somebody_decides(siyu: Siyu, tmp_path: Path) -> None:
    file = till(tmp_path)
    said = siyu("--home", str(tmp_path), "map", str(file))
    assert (said.code, said.err) == (3, "")
    assert "实付(元)  → paid_amount? to be decided" in said.out
    assert "收银员    → left alone" in said.out
    assert "--column paid_at=成交时间 --column paid_amount='实付(元)'" in said.out
    assert all(value not in said.out for value in ("王芳", "139"))
    assert statuses(tmp_path) == [("quarantined", 0)]
    assert "decide what 门店流水 asks" in siyu("--home", str(tmp_path), "quarantine").out
    assert "not read until you decide: paid_at: is 成交时间" in siyu("--home", str(tmp_path), "sources").out
    again = siyu("--home", str(tmp_path), "map", str(file), *SAID)
    assert (again.code, "nothing is written over it" in again.err) == (1, True)
    (tmp_path / "sources" / "门店流水.yaml").unlink()
    decided = siyu("--home", str(tmp_path), "map", str(file), *SAID)
    assert (decided.code, "3 rows: 3 would be loaded, 0 refused." in decided.out) == (0, True)
    assert "1060.50" in decided.out
    assert "It lies where it belongs; then `siyu run` loads it." in decided.out
    assert statuses(tmp_path) == [("loaded", 3)]


def test_only_printed(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(tmp_path), "map", str(till(tmp_path)), "--print", *SAID)
    assert said.code == 0
    assert said.out.startswith("# A kind of file of our own")
    assert "Nothing was written." in said.err
    assert not (tmp_path / "sources").exists()


def test_a_file_that_is_known_needs_none(siyu: Siyu, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("订单号,付款时间,实付金额\n1,2026-03-01 10:00:00,10\n1,2026-03-01 10:00:00,12\n", encoding="utf-8")
    said = siyu("--home", str(tmp_path), "map", str(file))
    assert (said.code, "is known already: 订单 · Orders" in said.out) == (3, True)
    assert "Of its 2 rows 2 would be refused." in said.out


def test_what_cannot_be_mapped_is_said(siyu: Siyu, tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("货号,仓库,库存\nA1,上海,5\n", encoding="utf-8")
    said = siyu("--home", str(tmp_path), "map", str(file))
    assert (said.code, "no table of Siyu can be made of it" in said.err) == (1, True)
    assert "Expected one to propose" in siyu("--home", str(tmp_path), "map", "nowhere.csv").err
    wrong = siyu("--home", str(tmp_path), "map", str(file), "--column", "paid_amount")
    assert (wrong.code, "expected NAME=HEADER" in wrong.err) == (1, True)
