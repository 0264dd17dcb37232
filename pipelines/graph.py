"""The graph: sources → staging → core → facts → metrics → snapshot → reports, as Dagster assets.

What belongs here: which step is which asset, what it depends on, which failed check stops what. What does not: what a
step does (refresh.py), what a table means (assets/), when a job runs (jobs.py, schedules.py, sensors.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.checks import Check, Result, checks_of
from pipelines.describe import description, key_of, metadata
from pipelines.quality import Quality
from pipelines.rebuild import LandingIncomplete
from pipelines.refresh import Refresh, Watcher, refreshing, write_report
from pipelines.report import KINDS
from pipelines.settings import Settings
from pipelines.steps import step_of
from pipelines.tables import Table
from pipelines.warehouse import WarehouseBusy

SNAPSHOT = dg.AssetKey(["published", "snapshot"])
# Fails as a warning where `siyu run` ends with its warning exit: published, but a whole source is missing.
WHOLE = "no_source_is_refused_whole"
# A second run of the scheduler waits this long for the first one's lock, then fails naming its process.
PATIENCE_SECONDS = 3600
OWNER = "team:data"
ON_TIME = "0 8 * * *"


def graph(settings: Settings) -> list[Any]:
    """Every asset."""
    tables = load_catalogue()
    built = [_table(table) for table in tables.values() if table.schema != "staging"]
    staging = [table for table in tables.values() if table.schema == "staging"]
    return [*_sources(), _staging([*staging, *ops_tables()]), *built, _snapshot(settings), *_reports(settings)]


def warehouse(settings: Settings, watcher: Watcher | None, patience: float = PATIENCE_SECONDS) -> dg.ResourceDefinition:
    """The open warehouse of one run; `as_of` and `full` may be given in the launchpad."""

    @dg.resource(
        config_schema={
            "as_of": dg.Field(dg.Noneable(str), default_value=None, description="leave out everything after this day"),
            "full": dg.Field(bool, default_value=False, description="forget every table and make all from landing"),
        },
        description="The warehouse, read-write, held by one run at a time.",
    )
    def opened(context: dg.InitResourceContext) -> Iterator[Refresh]:
        from pipelines.dead_runs import release_dead_runs

        release_dead_runs(context.instance, but=context.run_id)
        given = context.resource_config
        as_of = date.fromisoformat(given["as_of"]) if given["as_of"] else None
        try:
            with refreshing(settings, context.run_id or "", as_of, given["full"], watcher, patience) as run:
                yield run
        except (WarehouseBusy, LandingIncomplete) as refusal:
            if watcher:
                watcher.error = refusal
            raise

    return opened


@dg.failure_hook(required_resource_keys={"warehouse"})
def say_so_on_the_report(context: dg.HookContext) -> None:
    """Publishes nothing, and says why on the report of the last good snapshot."""
    run: Refresh = context.resources.warehouse
    assert context.op_exception is not None
    run.stop(context.step_key, context.op_exception)


def _sources() -> list[dg.AssetSpec]:
    """The kinds of files that merchants bring; nothing here makes them."""
    from pipelines.ingest.sources import load_sources

    return [
        dg.AssetSpec(
            ["sources", source.name],
            group_name="sources",
            description=f"**{source.title.get('zh', '')} · {source.title.get('en', '')}**\n\n{source.description}",
            metadata={"how_to_export": dg.MetadataValue.md(source.how_to_export.get("zh", ""))},
            kinds={_KIND_OF_FORMAT[form] for form in source.formats[:3]},
            owners=[OWNER],
        )
        for source in load_sources().values()
    ]


_KIND_OF_FORMAT = {"csv": "csv", "xlsx": "excel", "json": "json", "parquet": "parquet"}


def _staging(tables: Sequence[Table]) -> dg.AssetsDefinition:
    """One step loads all files: a file may feed several tables, in one transaction."""
    from pipelines.ingest.sources import load_sources

    asked = {table.qualified: checks_of(table) for table in tables}

    def feeds(table: Table) -> list[dg.AssetKey]:
        return [dg.AssetKey(["sources", s.name]) for s in load_sources().values() if table.name in s.loads]

    @dg.multi_asset(
        name="ingest",
        specs=[_spec(table, feeds(table), {"duckdb"}) for table in tables],
        check_specs=[_check_spec(check) for checks in asked.values() for check in checks],
        required_resource_keys={"warehouse"},
        description="Loads every new file of landing; what cannot be loaded is quarantined with its reason.",
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        run: Refresh = context.resources.warehouse
        loaded = run.ingest()
        context.log.info(f"{loaded}")
        for table in tables:
            facts = run.facts(table.qualified)
            yield _materialised(run, table.qualified, asked[table.qualified], facts)

    return ingest


def _table(table: Table) -> dg.AssetsDefinition:
    """A table that is built: it is checked in the same step, so that a failure stops what reads it."""
    asked = checks_of(table)
    # A table that reads no other still waits for ingest: a pass over core covers the files that are loaded by then.
    spec = _spec(table, [key_of(name) for name in table.dependencies or ["ops.files"]], _kinds(table))

    @dg.multi_asset(
        name=step_of(table),
        specs=[spec],
        check_specs=[_check_spec(check) for check in asked],
        required_resource_keys={"warehouse"},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        run: Refresh = context.resources.warehouse
        built = run.build(table)
        facts = {
            "dagster/row_count": built.rows,
            "rows_written": built.written,
            "seconds": round(built.seconds, 3),
            "whole_table_rebuilt": built.is_full,
        }
        yield _materialised(run, table.qualified, asked, facts)

    return build


def _snapshot(settings: Settings) -> dg.AssetsDefinition:
    names = [*load_catalogue(), *(table.qualified for table in ops_tables())]

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                SNAPSHOT,
                deps=[key_of(name) for name in names],
                group_name="published",
                description=(
                    "**已发布的只读仓库 · The published snapshot**\n\n"
                    "所有检查通过后，仓库的只读副本；笔记本与报告只读它。\n\n"
                    "A read-only copy of the warehouse that notebooks and reports read, replaced in one step, and only "
                    "when every blocking check passed."
                ),
                kinds={"duckdb"},
                owners=[OWNER],
                freshness_policy=_on_time(settings),
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                WHOLE, asset=SNAPSHOT, description="no source is refused whole, and the newest files of each were read"
            )
        ],
        required_resource_keys={"warehouse"},
    )
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        run: Refresh = context.resources.warehouse
        path, known = run.publish(), run.watcher.quality
        facts: dict[str, Any] = {"file": path.name, "bytes": path.stat().st_size, "to_know": _to_know(known)}
        return dg.MaterializeResult(metadata=facts, check_results=[_whole(known)])

    return publish


def _whole(known: Quality) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=SNAPSHOT,
        check_name=WHOLE,
        passed=not known.alarms,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"sources": len(known.alarms), "to_know": _to_know(known)},
    )


def _to_know(known: Quality) -> dg.MarkdownMetadataValue:
    """What `siyu status` tells, in both languages."""
    said = [f"- **{one.severity}** {one.text['zh']} · {one.text['en']} {one.remedy['en']}" for one in known.findings]
    return dg.MetadataValue.md("\n".join(said) or "✓")


def _reports(settings: Settings) -> list[dg.AssetsDefinition]:
    """The daily one is the last step of the daily job; the others only read the snapshot, and wait for no lock."""

    @dg.multi_asset(
        name="report_daily",
        specs=[_report_spec("daily", _on_time(settings))],
        required_resource_keys={"warehouse"},
    )
    def daily(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        run: Refresh = context.resources.warehouse
        return _written(run.report("daily"))

    return [daily, *(_periodic(settings, kind) for kind in KINDS if kind != "daily")]


def _periodic(settings: Settings, kind: str) -> dg.AssetsDefinition:
    @dg.multi_asset(name=f"report_{kind}", specs=[_report_spec(kind)])
    def report() -> dg.MaterializeResult:
        return _written(write_report(settings, kind))

    return report


def _report_spec(kind: str, freshness_policy: dg.FreshnessPolicy | None = None) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["reports", kind],
        deps=[SNAPSHOT],
        group_name="reports",
        description=f"The {kind} report: one HTML page and one workbook, from the current snapshot.",
        kinds={"html", "excel"},
        owners=[OWNER],
        freshness_policy=freshness_policy,
    )


def _written(files: Sequence[Path]) -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={path.suffix[1:]: dg.MetadataValue.path(str(path)) for path in files})


def _on_time(settings: Settings) -> dg.FreshnessPolicy:
    return dg.FreshnessPolicy.cron(
        deadline_cron=ON_TIME, lower_bound_delta=timedelta(hours=2), timezone=settings.timezone
    )


def _spec(table: Table, deps: Sequence[dg.AssetKey], kinds: set[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key_of(table.qualified),
        deps=deps,
        group_name=table.schema,
        description=description(table),
        metadata=metadata(table),
        kinds=kinds,
        owners=[OWNER],
    )


def _kinds(table: Table) -> set[str]:
    return {"duckdb", "python" if table.is_python else "sql"} | ({"view"} if table.is_view else set())


def _check_spec(check: Check) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        check.name, asset=key_of(check.table), description=check.expected, blocking=check.is_blocking
    )


def _materialised(run: Refresh, name: str, asked: Sequence[Check], facts: dict[str, Any]) -> dg.MaterializeResult:
    results = [_check_result(result) for result in run.check(name, asked)]
    return dg.MaterializeResult(asset_key=key_of(name), metadata=facts, check_results=results)


def _check_result(result: Result) -> dg.AssetCheckResult:
    check = result.check
    return dg.AssetCheckResult(
        asset_key=key_of(check.table),
        check_name=check.name,
        passed=result.is_passed,
        severity=dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN,
        metadata={"expected": check.expected, "observed": result.observed}
        | ({} if result.rows is None else {"rows": result.rows}),
    )
