"""`siyu run` from files to snapshot and report: nothing new, a new file, a failed check, a selection, a busy lock."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.core import NoData
from pipelines.merchant_key import KeyLost
from pipelines.messages.sending import Delivery
from pipelines.orchestration.messages import SENT
from pipelines.orchestration.published import READ, RECENT, SNAPSHOT, WARNINGS, WHOLE
from pipelines.run import RunResult, run
from pipelines.settings import Settings
from pipelines.spec.checks import CheckEntry
from pipelines.spec.table_file import TableError
from pipelines.steps.begin import begin_run
from pipelines.steps.from_landing import LandingIncomplete
from pipelines.steps.hold import read_hold
from pipelines.steps.reporting import newest_message, write_report
from pipelines.steps.watch import Step
from pipelines.tables import load_tables
from pipelines.warehouse import WarehouseBusy, open_for_writing, open_warehouse
from tests.dagster.conftest import records
from tests.dagster.merchant import DEAF, merchant, put

pytestmark = pytest.mark.usefixtures("few_tables")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, few_tables: None) -> tuple[Settings, RunResult]:
    """A merchant after the first run."""
    settings = merchant(tmp_path_factory.mktemp("home"))
    return settings, run(settings)


@pytest.fixture
def settings(first: tuple[Settings, RunResult], tmp_path: Path) -> Settings:
    """The same merchant, for one test to do with as it likes; somebody waits for messages in vain."""
    home = tmp_path / "home"
    shutil.copytree(first[0].home, home, symlinks=True)
    return Settings(home=home, send=DEAF)


@pytest.fixture
def planted() -> Iterator[list]:
    """The checks of metrics.repurchase, the last of which it cannot pass."""
    said = load_tables()["metrics.repurchase"].header.__dict__
    good = said["checks"]
    said["checks"] = [*good, CheckEntry.model_validate({"condition": {"sql": "buyers < 0", "name": "planted"}})]
    yield said["checks"]
    said["checks"] = good


def ask(settings: Settings, sql: str) -> list[tuple]:
    with open_warehouse(settings.home) as snapshot:
        return snapshot.connection.execute(sql).fetchall()


def repurchase_rows(settings: Settings) -> int:
    with open_for_writing(settings) as warehouse:
        return warehouse.connection.execute("select count(*) from metrics.repurchase").fetchone()[0]


def test_the_first_run_publishes_every_table_and_a_report(first: tuple[Settings, RunResult]) -> None:
    settings, result = first
    assert (result.status, result.as_of) == ("published", date(2025, 2, 2))
    assert (result.loaded.files, result.loaded.rows_read, result.loaded.rows_loaded) == (2, 6, 6)
    assert {step.name for step in result.steps if step.kind == "build"} == set(load_tables())
    assert [path.suffix for path in result.reports] == [".html", ".xlsx"]
    assert all(path.exists() for path in result.reports)
    assert ask(settings, "select sum(paid_amount)::int, count(*) from core.orders") == [(220, 3)]
    assert ask(settings, "select status, files_loaded, rows_loaded, as_of from ops.runs") == [
        ("published", 2, 6, date(2025, 2, 2))
    ]
    assert ask(settings, "select code from ops.findings") == [(one.code,) for one in result.quality.findings]
    ((checked, failed, tables),) = ask(
        settings, "select count(*), count(*) filter (where not passed), count(distinct table_name) from ops.checks"
    )
    stated = [table for table in [*load_catalogue().values(), *ops_tables()] if table.checks]
    assert (checked > 50, failed, tables) == (True, 0, len(stated))


def test_every_published_table_and_column_says_what_it_is(first: tuple[Settings, RunResult]) -> None:
    """As comments that any SQL client shows; a column that its header says nothing of has none."""
    told = ask(
        first[0],
        "select schema_name || '.' || table_name, comment from duckdb_tables() union all "
        "select schema_name || '.' || view_name, comment from duckdb_views() where not internal",
    )
    published = {name for name, _ in told if name in load_tables()}
    assert published
    assert {name for name, comment in told if name in published and not comment} == set()
    bare = ask(
        first[0], "select schema_name || '.' || table_name, column_name from duckdb_columns() where comment is null"
    )
    columns = {
        (name, column.name) for name in published for column in load_tables()[name].columns.values() if column.zh
    }
    assert columns & set(bare) == set()


def test_nothing_new_is_said_in_a_blink_and_without_dagster(settings: Settings) -> None:
    code = (
        "import sys; from pipelines.run import run; from pipelines.settings import load_settings\n"
        f"result = run(load_settings({str(settings.home)!r}))\n"
        "print(result.status, 'dagster' in sys.modules, 'great_expectations' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["unchanged", "False", "False"]


@pytest.mark.parametrize("change", ["file", "setting", "day"])
def test_whatever_changes_a_number_is_something_new(settings: Settings, change: str) -> None:
    from pipelines.run import unchanged

    assert unchanged(settings) == date(2025, 2, 2)
    if change == "file":
        put(settings.home, "orders", "more.csv", "order_id,paid_at,paid_amount\n9,2025-01-05,1\n")
    changed = Settings(home=settings.home, small_group=9) if change == "setting" else settings
    assert unchanged(changed, date(2025, 1, 31) if change == "day" else None) is None


def test_what_python_and_siyu_keep_beside_the_code_is_nothing_new(settings: Settings) -> None:
    """A first command after an installation writes there while it runs."""
    from pipelines import kept
    from pipelines.steps.record import run_fingerprint

    before = run_fingerprint(settings)
    beside = kept.place().with_name("kept.of-a-test")
    beside.parent.mkdir(exist_ok=True)
    beside.write_bytes(b"worked out")
    try:
        assert run_fingerprint(settings) == before
    finally:
        beside.unlink()


def test_a_new_file_is_published_with_its_quarantined_rows(settings: Settings) -> None:
    rows = "4,douyin,u2,2025-02-03 11:00:00,30.00\n5,douyin,u2,yesterday,30.00\n"
    put(settings.home, "orders", "late.csv", "order_id,platform,buyer_id,paid_at,paid_amount\n" + rows)
    seen: list[Step] = []
    result = run(settings, progress=seen.append)
    assert (result.status, result.loaded.rows_read, result.loaded.rows_quarantined) == ("published", 2, 1)
    assert seen[0].kind == "ingest"
    assert seen[0].name == "orders/late.csv"
    assert seen[0].note == "1 quarantined"
    assert ask(settings, "select order_no, purchase_no from core.orders where order_id = '4'") == [(2, 2)]


def test_a_failed_check_keeps_the_last_good_snapshot_until_a_good_run(settings: Settings, planted: list) -> None:
    before = settings.snapshot_path.resolve()
    put(settings.home, "orders", "late.csv", "order_id,buyer_id,paid_at,paid_amount\n4,u9,2025-02-03 11:00:00,30.00\n")
    result = run(settings)
    assert result.status == "held"
    assert [(f.table, f.name, f.observed) for f in result.failures] == [
        ("metrics.repurchase", "planted", f"{repurchase_rows(settings)} rows at fault")
    ]
    assert settings.snapshot_path.resolve() == before
    held = read_hold(settings)
    assert held is not None
    assert held.failures == result.failures
    # Who reads messages is told as well.
    assert [(one.receiver, one.state) for one in result.deliveries] == [("boss", "failed")]
    assert newest_message(settings, "daily").message.warnings == ("1 held back",)
    # The page is written anew, from the last good snapshot, and names the failed check; so is any later report.
    assert result.reports[0].read_text(encoding="utf-8") == f"{before.name} ['planted']"
    assert "planted" in write_report(settings, "weekly")[0].read_text(encoding="utf-8")
    # A run of other tables, all of them good, publishes nothing either.
    assert run(settings, select=["metrics.retention"]).status == "held"
    assert settings.snapshot_path.resolve() == before

    planted.pop()
    mended = run(settings)
    assert mended.status == "published"
    assert read_hold(settings) is None
    assert "planted" not in mended.reports[0].read_text(encoding="utf-8")
    assert ask(settings, "select status from ops.runs order by started_at") == [
        (status,) for status in ("published", "held", "held", "published")
    ]


def test_however_much_fails_one_message_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each failed step writes the report anew; who is told of it is told once, and keeps nobody from writing."""
    sent: list[str] = []

    def send_report(asked: Settings, kind: str) -> tuple[Delivery, ...]:
        with open_for_writing(asked):
            sent.append(kind)
        return (Delivery("boss", "sent"),)

    monkeypatch.setattr("pipelines.steps.work.send_report", send_report)
    with begin_run(settings, "r9") as run:
        run.stop("metrics__retention", ArithmeticError("planted"))
        run.stop("metrics__repurchase", ArithmeticError("planted"))
        assert sent == []
    assert (sent, run.watcher.deliveries) == (["daily"], (Delivery("boss", "sent"),))


def test_a_source_refused_whole_is_a_warning_and_no_stop(settings: Settings, tmp_path: Path) -> None:
    """Published all the same; Dagster's check on the snapshot says so, as the exit code and the result do."""
    put(settings.home, "refunds", "refunds.csv", "colour,taste\nred,sweet\n")
    put(settings.home, "orders", "late.csv", "order_id,platform,paid_at,paid_amount\n4,douyin,2025-02-01 11:00:00,3\n")
    with records(tmp_path) as instance:
        result = run(settings)
        said = {name: told(instance, SNAPSHOT, name) for name in WARNINGS}
        evaluation, sent = said[WHOLE], told(instance, dg.AssetKey(["reports", "daily"]), SENT)
        loaded, refused = (
            instance.get_latest_materialization_event(dg.AssetKey(["sources", f"canonical_{kind}"]))
            for kind in ("orders", "refunds")
        )
    assert result.status == "published"
    assert {name: (one.passed, one.severity.value) for name, one in said.items()} == dict.fromkeys(
        WARNINGS, (False, "WARN")
    )
    assert said[READ].metadata["rows"].value == 1
    assert said[RECENT].metadata["days_behind"].value == settings.days_behind(date(2025, 2, 2))
    metadata = loaded.asset_materialization.metadata
    assert (metadata["files"].value, metadata["rows_loaded"].value, metadata["rows_refused"].value) == (1, 1, 0)
    assert refused is None  # nothing of it was loaded
    assert (sent.passed, sent.severity.value, sent.metadata["receivers"].value) == (False, "WARN", 1)
    assert sent.metadata["to boss"].value.startswith("failed: the environment variable SIYU_NOWHERE is not set")
    assert [(one.code, one.subject) for one in result.quality.alarms] == [("source_refused", "canonical_refunds")]
    assert (evaluation.passed, evaluation.severity.value) == (False, "WARN")
    assert "退款" in evaluation.metadata["to_know"].value
    again = run(settings)
    assert (again.status, again.quality.verdict) == ("unchanged", "alarm")


def told(instance: dg.DagsterInstance, asset: dg.AssetKey, check: str) -> Any:
    """What the last run's check of an asset says."""
    history = instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(asset, check), limit=1)
    return history[0].event.dagster_event.event_specific_data


def test_a_selection_rebuilds_only_its_tables(settings: Settings) -> None:
    result = run(settings, select=["retention", "core.orders"])
    assert result.status == "published"
    assert {step.name for step in result.steps if step.kind == "build"} == {"metrics.retention", "core.orders"}


def test_an_unknown_table_is_refused_with_the_nearest(settings: Settings) -> None:
    with pytest.raises(TableError, match=r"no table 'retentoin'; did you mean 'retention'"):
        run(settings, select=["retentoin"])


def test_an_earlier_day_leaves_out_what_came_later(settings: Settings) -> None:
    result = run(settings, as_of=date(2025, 1, 31))
    assert result.as_of == date(2025, 1, 31)
    assert ask(settings, "select count(*) from core.orders") == [(2,)]


def test_a_second_writer_is_told_who_holds_the_warehouse(settings: Settings) -> None:
    with open_for_writing(settings), pytest.raises(WarehouseBusy, match=r"process \d+"):
        run(settings, full=True)


def test_a_full_run_starts_from_landing(settings: Settings) -> None:
    put(settings.home, "orders", "late.csv", "order_id,paid_at,paid_amount\n4,2025-02-03 11:00:00,30.00\n")
    result = run(settings, full=True)
    assert (result.status, result.loaded.files, result.loaded.rows_loaded) == ("published", 3, 7)
    assert ask(settings, "select count(*), sum(paid_amount)::int from core.orders") == [(4, 250)]
    assert ask(settings, "select count(*), max(file_id) from ops.files") == [(3, 3)]


def test_a_full_run_does_not_forget_what_landing_no_longer_has(settings: Settings) -> None:
    (settings.home / "landing" / "orders" / "orders.csv").unlink()
    before = settings.snapshot_path.resolve()
    with pytest.raises(LandingIncomplete, match=r"1 files .*orders/orders\.csv"):
        run(settings, full=True)
    assert read_hold(settings) is None
    assert settings.snapshot_path.resolve() == before
    with open_for_writing(settings) as warehouse:
        assert warehouse.connection.execute("select count(*) from staging.orders").fetchone() == (3,)


def test_what_keeps_a_run_from_beginning_is_said_by_it_and_in_dagsters_records(
    settings: Settings, tmp_path: Path
) -> None:
    """A lost key: whoever looks at the run in the web UI reads what to do, and so does whoever called it."""
    settings.key_path.unlink()
    with records(tmp_path / "records") as instance:
        with pytest.raises(KeyLost, match="Put the original file back from a backup"):
            run(settings, full=True)
        (told,) = instance.get_runs()
        events = instance.all_logs(told.run_id)
    assert told.status.value == "FAILURE"
    errors = [event.dagster_event.event_specific_data for event in events if event.dagster_event]
    assert any("Put the original file back" in str(getattr(error, "error", "")) for error in errors)


def test_an_empty_landing_is_explained(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="Put order or event files there"):
        run(Settings(home=tmp_path))


def test_what_waits_for_a_day_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (settings.landing / "ad_spend").mkdir(parents=True)
    text = "platform,account_id,date,cost_amount\ndouyin,a1,2026-03-01,10\ndouyin,a1,2026-03-02,20\n"
    (settings.landing / "ad_spend" / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(NoData, match=r"no rows of orders.* waiting for them: 2 rows of ad_spend"):
        run(settings)


def test_a_full_phone_number_is_nowhere_outside_landing(first: tuple[Settings, RunResult]) -> None:
    home = first[0].home
    outside = [p for p in home.rglob("*") if p.is_file() and home / "landing" not in p.parents]
    assert outside
    assert [p for p in outside if b"13800001234" in p.read_bytes()] == []
