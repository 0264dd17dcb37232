"""What an operator sees before any run: every table with its definition, columns and checks; jobs and their times."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.orchestration import build_defs
from pipelines.orchestration.describe import key_of
from pipelines.orchestration.messages import SENT, send_job
from pipelines.orchestration.published import WARNINGS
from pipelines.settings import Settings
from tests.dagster.merchant import DEAF
from tests.messages.home import home_with


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "not_made_yet"


@pytest.fixture(scope="module")
def definitions(home: Path) -> dg.Definitions:
    return build_defs(Settings(home=home, timezone="Asia/Urumqi", week_starts="sunday"))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> dg.AssetGraph:
    return definitions.resolve_asset_graph()


def test_definitions_load_without_a_home(definitions: dg.Definitions, home: Path) -> None:
    dg.Definitions.validate_loadable(definitions)
    assert not home.exists()


@pytest.mark.parametrize("name", load_catalogue())
def test_every_table_is_a_described_asset(graph: dg.AssetGraph, name: str) -> None:
    table, node = load_catalogue()[name], graph.get(key_of(name))
    assert node.group_name == table.schema
    assert (node.description or "").startswith(f"{table.title['zh']} · {table.title['en']}")
    assert table.description in (node.description or "")
    schema = node.metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == list(table.columns)
    units = {column.name: column.tags.get("unit") for column in schema.columns}
    assert all(units[column.name] for column in table.columns.values() if column.unit)
    assert node.owners
    # a view is SQL that others share, or that is worked out when asked: a check would count everything once more
    assert bool(graph.get_check_keys_for_assets({node.key})) or table.is_view
    assert not table.text or {"sql", "dagster/column_lineage"} <= node.metadata.keys()


@pytest.mark.parametrize("name", load_catalogue())
def test_every_table_depends_on_what_it_reads(graph: dg.AssetGraph, name: str) -> None:
    table, node = load_catalogue()[name], graph.get(key_of(name))
    if table.schema == "staging":
        assert {key.path[0] for key in node.parent_keys} == {"sources"}
    else:
        # One that reads no table waits for ingest all the same.
        assert node.parent_keys == {key_of(upstream) for upstream in table.dependencies or ["ops.files"]}


def test_a_blocking_check_stops_what_is_downstream(graph: dg.AssetGraph) -> None:
    """All do but those that warn of what was published without a source, and of a message that did not go out."""
    blocking = {key.name: graph.get(key).blocking for key in graph.asset_check_keys}
    assert len(blocking) > 50
    assert {name for name, is_blocking in blocking.items() if not is_blocking} == {*WARNINGS, SENT}


def test_checks_are_told_in_words(graph: dg.AssetGraph) -> None:
    names = {key.name for key in graph.asset_check_keys if key.asset_key == key_of("core.orders")}
    assert {"platform_is_never_missing", "no_two_rows_with_the_same_platform_shop_id_order_id"} <= names
    assert not [key.name for key in graph.asset_check_keys if key.name.startswith(("not_null_", "unique_", "between_"))]


def test_a_message_can_be_sent_by_itself(tmp_path: Path) -> None:
    """A job of one step that takes no lock; a receiver whose address is nowhere does not fail it."""
    job = send_job(home_with(tmp_path, receivers=DEAF["receivers"]))
    done = job.execute_in_process()
    assert done.success
    (step,) = [event for event in done.all_events if event.event_type_value == "STEP_OUTPUT"]
    metadata = step.step_output_data.metadata
    assert metadata["receivers"].value == 1
    assert metadata["to boss"].value.startswith("failed: the environment variable SIYU_NOWHERE is not set")


def test_publishing_waits_for_every_table(graph: dg.AssetGraph) -> None:
    names = set(load_catalogue()) | {table.qualified for table in ops_tables()}
    assert graph.get(dg.AssetKey(["published", "snapshot"])).parent_keys == {key_of(name) for name in names}


def test_the_daily_job_is_the_whole_graph_but_the_periodic_reports(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("daily")
    keys = set(job.asset_layer.executable_asset_keys)
    made = set(definitions.resolve_asset_graph().materializable_asset_keys)
    assert made - keys == {dg.AssetKey(["reports", "weekly"]), dg.AssetKey(["reports", "monthly"])}
    assert definitions.resolve_job_def("weekly_report").asset_layer.executable_asset_keys == {
        dg.AssetKey(["reports", "weekly"])
    }


@pytest.mark.parametrize(
    ("job", "cron"), [("daily", "30 6 * * *"), ("weekly_report", "30 7 * * 0"), ("monthly_report", "45 7 1 * *")]
)
def test_jobs_run_on_the_business_clock(definitions: dg.Definitions, job: str, cron: str) -> None:
    schedule = definitions.resolve_schedule_def(f"{job}_schedule")
    assert (schedule.job_name, schedule.cron_schedule) == (job, cron)
    assert schedule.execution_timezone == "Asia/Urumqi"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
