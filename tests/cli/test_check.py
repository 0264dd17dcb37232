"""`siyu check` says what a file is and what would become of it; nothing is loaded, made or kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Siyu
from tests.ingest.files import workbook
from tests.ingest.test_passwords import locked

LIVE = "开播时间,主播,观看人数(w),成交金额(千元),整体消耗(美元),峰值在线人数\n2026-03-01 19:00,小林,1.2,35,100,300\n"
ORDERS = "order_id,paid_at (UTC),paid_amount,微信昵称\n1,2026-03-01 10:00:00,10,小王\n2,昨天,12,小李\n"


def shown(text: str) -> list[str]:
    """Lines without the blanks that line them up."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that nothing was ever loaded into."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def written(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def test_what_becomes_of_each_column(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    said = siyu("--home", str(home), "check", written(tmp_path, "直播.csv", LIVE))
    lines = shown(said.out)
    assert (said.code, said.err) == (0, "")
    assert "直播场次表 · Live session sheet (mapping live_sessions_csv), because its header has" in lines[0]
    assert "成交金额(千元) → live_sessions.paid_amount in 千 (1000 yuan)" in lines
    assert "观看人数(w) → live_sessions.viewers in 万 (10000)" in lines
    assert "整体消耗(美元) → not read: see below" in lines
    assert "1 rows: 1 would be loaded, 0 refused." in lines
    told = lines[lines.index("Not used, or only on an assumption:") + 1 :]
    assert told[0].startswith("整体消耗(美元) is in USD")
    assert told[1].startswith("峰值在线人数")
    assert "→ peak_online?" in told[1]


def test_rows_that_would_be_refused(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    said = siyu("--home", str(home), "check", written(tmp_path, "a.csv", ORDERS), "--as", "orders")
    assert said.code == 3
    lines = shown(said.out)
    assert "because it lies in landing/orders/" in lines[0]
    assert "paid_at (UTC) → orders.paid_at in time zone UTC" in lines
    assert "2 rows: 1 would be loaded, 1 refused." in lines
    assert any(line.startswith("line 3, column paid_at (UTC): bad_date") for line in lines)
    assert "小" not in said.out  # nobody's name


def test_a_file_that_is_something_else(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", ORDERS)
    said = siyu("--home", str(home), "check", file, "--as", "doudian_aftersales")
    assert said.code == 3
    assert "would be refused" in said.out
    assert "put it into landing/orders/" in said.out
    assert siyu("--home", str(home), "check", written(tmp_path, "b.csv", "a,b\n1,2\n")).code == 3


def test_it_leaves_nothing_behind(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    siyu("--home", str(home), "check", written(tmp_path, "a.csv", ORDERS), "--as", "orders")
    assert os.listdir(home) == []


def test_a_file_in_landing_is_what_its_folder_says(siyu: Siyu, home: Path) -> None:
    file = written(home / "landing" / "orders", "a.csv", "order_id,paid_at,paid_amount\n1,2026-03-01 10:00:00,10\n")
    said = siyu("--home", str(home), "check", file)
    assert (said.code, "it lies in landing/orders/" in said.out) == (0, True)


def test_for_a_program(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    said = siyu("--home", str(home), "check", written(tmp_path, "a.csv", ORDERS), "--as", "orders", "--json")
    told = json.loads(said.out)
    assert (told["source"], told["loads"], told["rows_read"], told["rows_refused"]) == ("canonical_orders", False, 2, 1)
    assert told["columns"][1] == {
        "header": "paid_at (UTC)",
        "becomes": ["orders.paid_at"],
        "unit": "time zone UTC",
        "note": "",
    }
    assert (told["refused"][0]["line"], told["refused"][0]["reason"]) == (3, "bad_date")


def test_records_show_the_paths_they_have(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    record = {"order_id": "1", "付款时间": "2026-03-01 10:00:00", "paid_amount": 12, "mood": "good"}
    said = siyu("--home", str(home), "check", written(tmp_path, "a.jsonl", json.dumps(record)), "--as", "orders")
    lines = shown(said.out)
    assert (said.code, sum("→" in line for line in lines)) == (0, 3)
    assert "付款时间 → orders.paid_at" in lines
    assert any(line.startswith("mood: no column of this name is read") for line in lines)


def test_a_workbook_that_is_one_record(siyu: Siyu, home: Path, tmp_path: Path) -> None:
    basics = [["直播时间", "2026/07/28 08:15:49-2026/07/28 15:44:39"], ["主播抖音号", "a1"]]
    said = siyu("--home", str(home), "check", written(tmp_path, "a.xlsx", workbook({"基本信息": basics})))
    assert said.code == 0
    assert "直播时间 → live_sessions.live_session_id, live_sessions.started_at, live_sessions.ended_at" in shown(
        said.out
    )


def test_a_file_that_is_not_there(siyu: Siyu, home: Path) -> None:
    said = siyu("--home", str(home), "check", "nowhere.csv")
    assert (said.code, "there is no such file" in said.err) == (1, True)


def test_a_workbook_with_a_password_is_asked_for_it(
    siyu: Siyu, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal; what is given is kept nowhere and shown nowhere."""
    rows = [["order_id", "paid_at", "paid_amount"], ["A1", "2026-03-01 20:15:00", "5"]]
    file = written(tmp_path, "orders/a.xlsx", locked(workbook({"一月": rows}), "ks-secret"))
    asked = ("--home", str(home), "check", file)
    assert siyu(*asked).code == 3
    monkeypatch.setattr("pipelines.cli.check.sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("pipelines.cli.check.getpass", lambda _: "ks-secret")
    said = siyu(*asked)
    assert said.code == 0
    assert "[reading] passwords of siyu.toml" in said.out
    assert "ks-secret" not in said.out + said.err
    assert not list(home.rglob("*.toml"))
    monkeypatch.setattr("pipelines.cli.check.getpass", lambda _: "another")
    assert siyu(*asked).code == 3
