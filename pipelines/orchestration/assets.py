"""Tables as Dagster assets: sources → staging → core → facts → metrics, each with its checks.

What belongs here: which step is which asset, what it depends on, which failed check stops what. What does not: what a
step does (steps/work.py), what a table means (assets/), the snapshot and the reports (published.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.check_record import Result
from pipelines.orchestration.describe import OWNER, description, key_of, metadata
from pipelines.spec.checks import Check, checks_of
from pipelines.steps.order import step_of
from pipelines.steps.work import OpenRun
from pipelines.tables import Table


def table_assets() -> list[Any]:
    """Every table and the kinds of files it is made of."""
    tables = load_catalogue()
    built = [_table(table) for table in tables.values() if table.schema != "staging"]
    staging = [table for table in tables.values() if table.schema == "staging"]
    return [*_sources(), _staging([*staging, *ops_tables()]), *built]


def _sources() -> list[dg.AssetSpec]:
    """The kinds of files that merchants bring; nothing here makes them."""
    from pipelines.ingest.sources import load_sources

    return [
        dg.AssetSpec(
            ["sources", source.name],
            group_name="sources",
            description=f"{source.title.get('zh', '')} · {source.title.get('en', '')}\n\n{source.description}",
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
        return [dg.AssetKey(["sources", s.name]) for s in load_sources().values() if table.name in s.tables]

    @dg.multi_asset(
        name="ingest",
        specs=[_spec(table, feeds(table), {"duckdb"}) for table in tables],
        check_specs=[_check_spec(check) for checks in asked.values() for check in checks],
        required_resource_keys={"warehouse"},
        description="Loads every new file of landing; what cannot be loaded is quarantined with its reason.",
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        run: OpenRun = context.resources.warehouse
        loaded = run.ingest()
        context.log.info(f"{loaded}")
        for source in run.sources():
            context.log_event(_brought(source, run.settings.timezone))
        for table in tables:
            facts = run.facts(table.qualified)
            yield _materialised(run, table.qualified, asked[table.qualified], facts)

    return ingest


def _brought(source: Mapping[str, Any], timezone: str) -> dg.AssetMaterialization | dg.AssetObservation:
    """What came of a source; that one was loaded is said only where a file of it was."""
    told: dict[str, Any] = {name: source[name] for name in ("files", "files_refused", "rows_read", "rows_loaded")}
    told["rows_refused"] = source["rows_refused"]
    told["newest_file_of"] = dg.MetadataValue.timestamp(source["newest_file_of"].replace(tzinfo=ZoneInfo(timezone)))
    key = dg.AssetKey(["sources", source["source"]])
    if source["files_refused"] == source["files"]:
        return dg.AssetObservation(key, metadata=told)
    return dg.AssetMaterialization(key, metadata=told)


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
        run: OpenRun = context.resources.warehouse
        built = run.build(table)
        facts = {
            "dagster/row_count": built.rows,
            "rows_written": built.written,
            "seconds": round(built.seconds, 3),
            "whole_table_rebuilt": built.is_full,
        }
        yield _materialised(run, table.qualified, asked, facts)

    return build


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


_IN_WORDS = {
    "not_null": "{} is never missing",
    "unique": "no two rows with the same {}",
    "between": "{} lies within its bounds",
    "in_set": "{} is a known word",
    "relationship": "{} is found where it leads to",
    "row_count": "as many rows as there should be",
}


def check_name(check: Check) -> str:
    """The check in words, as Dagster lists it: letters and underscores are all that it takes."""
    of = check.name.removeprefix(f"{check.kind}_")
    return _IN_WORDS.get(check.kind, "{}").format(of).replace(" ", "_")


def _check_spec(check: Check) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        check_name(check), asset=key_of(check.table), description=check.expected, blocking=check.is_blocking
    )


def _materialised(run: OpenRun, name: str, asked: Sequence[Check], facts: dict[str, Any]) -> dg.MaterializeResult:
    results = [_check_result(result) for result in run.check(name, asked)]
    return dg.MaterializeResult(asset_key=key_of(name), metadata=facts, check_results=results)


def _check_result(result: Result) -> dg.AssetCheckResult:
    check = result.check
    return dg.AssetCheckResult(
        asset_key=key_of(check.table),
        check_name=check_name(check),
        passed=result.is_passed,
        severity=dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN,
        metadata={"expected": check.expected, "observed": result.observed}
        | ({} if result.rows is None else {"rows": result.rows}),
    )
