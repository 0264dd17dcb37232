"""`siyu run`, `status`, `quarantine`, `report` over a home with a few files of its own."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.cli.mistakes import STOPPED
from pipelines.cli.running import command
from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.steps.work import OpenRun
from pipelines.warehouse import open_for_writing
from tests.cli.conftest import Said, Siyu, heard
from tests.few_tables import few_tables

ORDERS = """order_id,platform,buyer_id,paid_at,paid_amount
o1,douyin,ann,2025-01-05 10:00:00,100
o2,douyin,ann,2025-01-20 10:00:00,80
o3,douyin,bo,not a time,60
o4,douyin,bo,2025-01-21 10:00:00,=2+3
o5,douyin,cai,2025-01-22 10:00:00,40
"""


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A home whose files were run once, and what that said: three rows loaded, two refused, one file that is none."""
    home = tmp_path_factory.mktemp("run")
    _land(home, "orders/orders.csv", ORDERS)
    _land(home, "orders/strange.csv", "colour,taste\nred,sweet\n")
    return home, heard("--home", str(home), "run")


@pytest.fixture(scope="module")
def home(first_run: tuple[Path, Said]) -> Path:
    """That home."""
    return first_run[0]


def _land(home: Path, name: str, text: str) -> None:
    file = home / "landing" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_a_first_run_says_what_it_did(first_run: tuple[Path, Said]) -> None:
    home, said = first_run
    assert said.code == 0
    assert "2 new files: 6 rows read = 3 loaded + 0 superseded + 3 quarantined" in said.out
    assert "1 file was refused whole; siyu status says which and why" in said.out
    assert "Published up to 2025-01-22 in " in said.out
    assert str(home / "published" / "siyu.duckdb") in said.out
    report = home / "published" / "reports" / "daily-2025-01-22.html"
    assert str(report) in said.out
    assert report.exists()
    steps = {line.split()[0]: line.split()[1] for line in said.err.splitlines() if " rows " in line}
    assert steps["landing/orders"] == "6"
    assert steps["core.orders"] == "3"
    assert "2 quarantined" in said.err
    assert "unknown_header" in said.err
    assert "\x1b" not in said.err


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Joins were read, of the orders none: four of five files are of no kind that Siyu knows."""
    home = tmp_path_factory.mktemp("lacking")
    _land(home, "events/joins.csv", "user_id,event,event_at,group_id\nann,group_join,2025-01-04 10:00:00,g\n")
    for number in range(4):
        _land(home, f"orders/{number}.csv", f"colour,taste\nred,{number}\n")
    return home


def test_a_run_without_any_order_ends_with_a_warning_and_says_which_source(lacking: Path, siyu: Siyu) -> None:
    with few_tables():
        said = siyu("--home", str(lacking), "run")
    assert said.code == 3
    assert "Published up to 2025-01-04" in said.out
    first, second = said.out.split("To know before believing the numbers:\n")[1].splitlines()
    assert first.startswith("  ✗ No order was read, 4 of 4 files that may hold orders were refused: amounts, buyers")
    assert second.startswith("  ✗ Orders: nothing was read, all 4 files were refused (unknown header), orders/0.csv")
    again = siyu("--home", str(lacking), "run")
    assert again.code == 3, "nothing new, and still nothing read"
    assert "Nothing new" in again.out
    assert "No order was read" in again.out
    assert "3: the same, but a whole source was refused" in " ".join(siyu("run", "--help").out.split())
    status = siyu("--home", str(lacking), "status")
    assert "4 of 5 files refused whole; 4 of 5 rows refused (80.00%); their amount is not known" in status.out
    assert "no order was read: amounts are unknown, not 0" in " ".join(status.out.split())
    assert "✓ everything" not in status.out
    told = json.loads(siyu("--home", str(lacking), "status", "--json").out)
    assert (told["verdict"], told["measure"]["orders"], told["measure"]["files_refused"]) == ("alarm", 0, 4)
    assert [(one["code"], one["is_alarm"]) for one in told["findings"]] == [
        ("orders_not_read", True),
        ("source_refused", True),
    ]


def test_where_nothing_dated_was_read_the_files_are_named(tmp_path: Path, siyu: Siyu) -> None:
    _land(tmp_path, "orders/orders.csv", "colour,taste\nred,sweet\n")
    said = siyu("--home", str(tmp_path), "run")
    assert said.code == 1
    assert "No order was read, 1 of 1 files that may hold orders were refused" in said.err
    assert "orders/orders.csv" in said.err
    assert "no day to report on" in said.err


def test_status_cuts_a_long_list_short_and_says_so(tmp_path: Path, siyu: Siyu) -> None:
    for number in range(14):
        _land(tmp_path, f"orders/bad{number:02}.csv", f"colour,taste\nred,{number}\n")
    with open_for_writing(load_settings(tmp_path)) as warehouse:
        ingest(warehouse.connection, warehouse.settings)
    short = siyu("--home", str(tmp_path), "status").out
    assert short.count("refused orders/bad") == 10
    assert "and 4 more: siyu status --all" in short
    whole = siyu("--home", str(tmp_path), "status", "--all").out
    assert whole.count("refused orders/bad") == 14
    assert "more: siyu" not in whole


@pytest.fixture(scope="module")
def shut_and_opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """A file without a fault that may not be read at first and then may: a permission changes no size and no time."""

    def shut(*given: object) -> None:
        raise PermissionError(13, "Permission denied", str(next(path for path in given if isinstance(path, Path))))

    home, said = tmp_path_factory.mktemp("shut"), {}
    rows = "\n".join(line for line in ORDERS.splitlines() if "not a time" not in line and "=2+3" not in line)
    _land(home, "orders/orders.csv", rows + "\n")
    with few_tables():
        with pytest.MonkeyPatch.context() as nobody:
            nobody.setattr("pipelines.ingest.batches.sha256_of", shut)
            nobody.setattr("pipelines.ingest.formats.open_file", shut)
            nobody.setattr("pipelines.ingest.landing.may_read", lambda _: False)
            said["run while shut"] = heard("--home", str(home), "run")
            said["status while shut"] = heard("--home", str(home), "status")
        said["status once opened"] = heard("--home", str(home), "status")
        said["run"] = heard("--home", str(home), "run")
        said["status"] = heard("--home", str(home), "status")
    return said


def test_a_file_that_may_not_be_read_is_read_once_it_may(shut_and_opened: dict[str, Said]) -> None:
    said = shut_and_opened
    assert said["run while shut"].code == 1
    refused = "refused orders/orders.csv: unreadable; expected a file that this user may read"
    assert refused in said["status while shut"].out
    assert "waiting" not in said["status while shut"].out
    assert "waiting" in said["status once opened"].out
    assert "1 new file: 3 rows read = 3 loaded + 0 superseded + 0 quarantined" in said["run"].out
    assert "refused orders/" not in said["status"].out
    assert "waiting" not in said["status"].out


def test_all_is_well_is_said_only_where_all_was_read(shut_and_opened: dict[str, Said], home: Path, siyu: Siyu) -> None:
    run, status = shut_and_opened["run"], shut_and_opened["status"]
    assert run.code == 0
    assert "To know" not in run.out
    assert "refused whole" not in run.out
    assert "✓ everything in landing was read" in status.out
    assert "✓ everything in landing was read" not in siyu("--home", str(home), "status").out


def test_nothing_new_says_so(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "run")
    assert said.code == 0
    assert said.out.startswith("Nothing new: ")
    assert "Numbers up to 2025-01-22: " in said.out


def test_an_unknown_table_is_refused_with_the_nearest(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "run", "--select", "repurchas")
    assert (said.code, said.out) == (1, "")
    assert "did you mean 'repurchase'?" in said.err


def test_without_landing_it_says_where_to_put_files(tmp_path: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(tmp_path), "run")
    assert said.code == 1
    assert f"{tmp_path}/landing: there is no such folder" in said.err
    assert not list(tmp_path.iterdir())


def test_an_empty_landing_is_no_fault_of_ours(tmp_path: Path, siyu: Siyu) -> None:
    (tmp_path / "landing").mkdir()
    said = siyu("--home", str(tmp_path), "run")
    assert said.code == 1
    assert "no day to report on" in said.err


def test_a_second_writer_is_told_to_wait(home: Path, siyu: Siyu) -> None:
    with open(home / "warehouse.lock", "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = siyu("--home", str(home), "run", "--full")
        status = siyu("--home", str(home), "status")
        refused = siyu("--home", str(home), "quarantine")
    assert said.code == 1
    assert "another run is writing this warehouse" in said.err
    assert "running now" in status.out
    assert "5 read" not in status.out.split("running now")[0]
    assert "not_a_time" not in refused.out
    assert "A run is going on" in refused.err


def test_status_adds_up(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "status")
    assert said.code == 0
    assert "6 read = 3 loaded + 0 superseded + 3 quarantined  ✓ in every file" in said.out
    assert "2025-01-22 (" in said.out
    assert "days behind)" in said.out
    assert (
        "refused orders/strange.csv: unknown_header; expected Orders: a header with order_id, paid_at, paid_amount"
        in said.out
    )


def test_status_as_json(home: Path, siyu: Siyu) -> None:
    told = json.loads(siyu("--home", str(home), "status", "--json").out)
    assert told["adds_up"] is True
    assert told["total"] == {
        "files": 2,
        "rows_read": 6,
        "rows_loaded": 3,
        "rows_superseded": 0,
        "rows_quarantined": 3,
    }
    assert told["data_date"] == "2025-01-22"
    assert told["days_behind"] > 0
    assert told["last_run"]["status"] == "published"
    assert told["checks"]["asked"] > 100
    assert told["checks"]["failed"] == []
    assert told["waiting"] == 0
    assert {row["reason"]: row["refused_rows"] for row in told["reasons"]} == {
        "bad_date": 1,
        "bad_amount": 1,
        "unknown_header": 1,
    }


def test_status_sees_what_does_not_add_up(home: Path, siyu: Siyu, tmp_path: Path) -> None:
    import duckdb

    broken = tmp_path / "broken"
    shutil.copytree(home, broken, symlinks=True)
    with duckdb.connect(str(broken / "warehouse.duckdb")) as connection:
        connection.execute("update ops.files set rows_loaded = rows_loaded - 1 where file_name = 'orders.csv'")
    said = siyu("--home", str(broken), "status")
    assert "✗" in said.out
    assert "does not add up: orders/orders.csv: 5 read = 2 loaded + 0 superseded + 2 quarantined" in said.out


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, siyu: Siyu) -> None:
    """As root no permission is missing; a directory in the place of the lock refuses everybody."""
    _land(tmp_path, "orders/orders.csv", ORDERS)
    (tmp_path / "warehouse.lock").mkdir()
    said = siyu("--home", str(tmp_path), "run")
    assert said.code == 1
    assert f"siyu: {tmp_path}/warehouse.lock: " in said.err


def test_status_tells_each_source_by_its_own_clock(home: Path, siyu: Siyu, tmp_path: Path) -> None:
    import duckdb

    clocked = tmp_path / "clocked"
    shutil.copytree(home, clocked, symlinks=True)
    with duckdb.connect(str(clocked / "warehouse.duckdb")) as connection:
        connection.execute("create schema if not exists core; drop table if exists core.clocks")
        connection.execute("""
            create table core.clocks as from (values
                ('events', 'douyin', date '2025-01-01', date '2025-09-30', null, timestamp '2025-10-01 06:00', 12),
                ('orders', 'douyin', date '2025-01-05', date '2025-06-12', date '2025-06-13', null, 3)
            ) as c (kind, platform, first_date, last_date, cut_date, exported_at, rows)""")
    said = siyu("--home", str(clocked), "status").out
    assert re.search(r"events\.douyin +2025-09-30 +\d+ +12 +2025-10-01 06:00", said)
    assert re.search(r"orders\.douyin +2025-06-12, 2025-06-13 in part +\d+ +3", said)
    events, orders = json.loads(siyu("--home", str(clocked), "status", "--json").out)["clocks"]
    assert (orders["known_until"], orders["cut_date"]) == ("2025-06-12", "2025-06-13")
    assert orders["days_behind"] - events["days_behind"] == 110


def test_status_of_a_run_that_died(home: Path, siyu: Siyu, tmp_path: Path) -> None:
    """Killed in the middle: its record still says that it is running, but nobody holds the warehouse."""
    import duckdb

    dead = tmp_path / "dead"
    shutil.copytree(home, dead, symlinks=True)
    with duckdb.connect(str(dead / "warehouse.duckdb")) as connection:
        connection.execute("update ops.runs set status = 'running', finished_at = null")
    said = siyu("--home", str(dead), "status")
    assert ", killed; its process ended without a word; the next run goes on from there" in " ".join(said.out.split())


def test_status_of_files_that_wait(tmp_path: Path, siyu: Siyu) -> None:
    _land(tmp_path, "orders/orders.csv", ORDERS)
    said = siyu("--home", str(tmp_path), "status")
    assert "1 new file lies in landing; run `siyu run`" in said.out
    assert "nothing loaded yet" in said.out


def test_quarantine_names_file_line_column_and_remedy(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "quarantine")
    assert "orders/orders.csv, line 4, column paid_at: bad_date" in said.out
    # words in a column of dates may be somebody's name
    assert "found * a *; expected one time such as" in said.out
    assert siyu("--home", str(home), "quarantine", "--reason", "bad_date").out.count("orders/orders.csv, line") == 1
    assert "strange" not in siyu("--home", str(home), "quarantine", "--path", "orders.csv").out


def test_quarantine_as_csv_is_whole_and_harmless(home: Path, siyu: Siyu) -> None:
    rows = list(csv.DictReader(io.StringIO(siyu("--home", str(home), "quarantine", "--csv").out)))
    assert len(rows) == 3
    amount = next(row for row in rows if row["column_name"] == "paid_amount")
    assert (amount["path"], amount["line"], amount["found"]) == ("orders/orders.csv", "5", "'=2+3")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_report_of_another_kind_and_day(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "report", "monthly", "--date", "2025-01-21")
    assert said.code == 0, said.err
    page, workbook = map(Path, said.out.split())
    assert (page.name, workbook.name) == ("monthly-2025-01-21.html", "monthly-2025-01-21.xlsx")
    assert page.exists()
    assert workbook.exists()


def test_the_day_of_a_report_may_be_called_as_of_too(home: Path, siyu: Siyu) -> None:
    assert "weekly-2025-01-20.html" in siyu("--home", str(home), "report", "weekly", "--as-of", "2025-01-20").out


def test_a_report_of_a_day_not_known_yet(home: Path, siyu: Siyu) -> None:
    said = siyu("--home", str(home), "report", "--date", "2031-01-01")
    assert said.code == 1
    assert "2025-01-22" in said.err


def test_a_metric_as_of_an_earlier_day(home: Path, siyu: Siyu) -> None:
    said = siyu(
        *("--home", str(home), "metric", "repurchase", "--param", "windows=7,30"),
        *("--param", "segments=all", "--as-of", "2025-01-19", "--format", "json"),
    )
    told = [
        (row["window_days"], row["buyers"], row["mature_buyers"], row["repeat_buyers"]) for row in json.loads(said.out)
    ]
    # on 19 January no order is known after Ann's own first one: nobody watched its 7 days to their end
    assert told == [(7, 1, 0, 0), (30, 1, 0, 0)]


def test_the_demo_does_not_mix_with_files_of_a_merchant(tmp_path: Path, siyu: Siyu) -> None:
    _land(tmp_path, "orders/orders.csv", ORDERS)
    said = siyu("demo", "--home", str(tmp_path))
    assert said.code == 1
    assert "holds files that the demo did not make" in said.err


def test_the_demo_is_not_made_in_the_merchants_own_home(
    tmp_path: Path, siyu: Siyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path | None] = []
    monkeypatch.setattr("pipelines.cli.running.run_demo", lambda home: asked.append(home) or 0)
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    siyu("demo")
    siyu("demo", "--home", str(tmp_path / "other"))
    assert asked == [None, tmp_path / "other"]


def test_the_demo_runs_under_its_merchants_name(tmp_path: Path, siyu: Siyu, monkeypatch: pytest.MonkeyPatch) -> None:
    days = []

    def simulate(home: Path, first_day: date, last_day: date) -> None:
        days.extend([first_day, last_day])
        home.mkdir()
        (home / "siyu.toml").write_text('merchant_name = "栖木家居"\n', encoding="utf-8")

    ran = []
    monkeypatch.setattr("pipelines.simulate.simulate", simulate)
    monkeypatch.setattr("pipelines.run.run", lambda settings, *_: ran.append(settings))
    siyu("demo", "--home", str(tmp_path / "demo"))
    assert [settings.merchant_name for settings in ran] == ["栖木家居"]
    assert days[1] == ran[0].today().date() - timedelta(days=1), "data as fresh as a merchant's own"
    assert (days[1] - days[0]).days == 364


def test_what_to_type_next_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment that `make demo` makes no shell finds `siyu` by its name alone."""
    own = tmp_path / ".venv" / "bin" / "siyu"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\n", encoding="utf-8")
    own.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(own.with_name("python")))
    monkeypatch.setenv("PATH", "/nowhere")
    assert command() == ".venv/bin/siyu"
    monkeypatch.setenv("PATH", str(own.parent))
    assert command() == "siyu"


def test_a_demo_again_has_nothing_to_do(demo_home: Path, siyu: Siyu) -> None:
    said = siyu("demo", "--home", str(demo_home))
    assert said.code == 0
    assert "Nothing new" in said.out
    assert "What to do next" in said.out
    assert "siyu explain repurchase" in said.out


def test_the_demo_adds_up(demo_home: Path, siyu: Siyu) -> None:
    told = json.loads(siyu("--home", str(demo_home), "status", "--json").out)
    assert told["adds_up"] is True
    assert told["total"]["rows_quarantined"] > 0
    assert told["checks"]["failed"] == []
    assert os.path.exists(told["published"]["newest_report"])


def test_a_run_killed_before_its_report_leaves_it_to_the_next(
    home: Path, tmp_path: Path, siyu: Siyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its numbers are published; the report that stands is yesterday's until somebody writes the new one."""
    later = tmp_path / "later"
    shutil.copytree(home, later, symlinks=True)
    page = later / "published" / "reports" / "daily-2025-01-22.html"
    before = page.read_text(encoding="utf-8")
    _land(later, "orders/more.csv", ORDERS.partition("\n")[0] + "\no6,douyin,bo,2025-01-22 11:00:00,12340\n")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(OpenRun, "report", killed)
        assert siyu("--home", str(later), "run").code == STOPPED
    assert page.read_text(encoding="utf-8") == before
    said = siyu("--home", str(later), "run")
    assert said.code == 0
    assert "Nothing new" in said.out
    # amounts of so few buyers are not shown
    assert "读入 7 行" not in before
    assert "读入 7 行" in page.read_text(encoding="utf-8")
    again = page.stat().st_mtime_ns
    assert siyu("--home", str(later), "run").code == 0
    assert page.stat().st_mtime_ns == again


def test_a_pdf_without_a_browser_is_a_plain_sentence(home: Path, siyu: Siyu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.browser.shutil.which", lambda _: None)
    said = siyu("--home", str(home), "report", "--pdf")
    assert said.code == 1
    assert "no Chromium was found" in said.err
    assert "open the HTML report in a browser and print it from there" in said.err
    assert "Traceback" not in said.err
