"""The snapshot and the reports as Dagster assets.

What belongs here: what publishing waits for, by when it is due, what it tells operators. What does not: publishing and
writing reports (steps/work.py), when they are run (jobs.py, schedules.py).
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.doctor.data import STALE_DAYS
from pipelines.messages.sending import Delivery
from pipelines.orchestration.describe import OWNER, key_of
from pipelines.orchestration.messages import sent_check, sent_result
from pipelines.quality import Quality
from pipelines.report import KINDS
from pipelines.settings import Settings
from pipelines.steps.reporting import write_report
from pipelines.steps.sending import send_report
from pipelines.steps.work import OpenRun

SNAPSHOT = dg.AssetKey(["published", "snapshot"])
# Each fails as a warning. The first where `siyu run` ends with its warning exit: published, but a source is missing.
WHOLE, RECENT, READ = "no_source_is_refused_whole", "the_data_is_recent", "few_rows_are_refused"
REFUSED_RATE = 0.01
WARNINGS = {
    WHOLE: "no source is refused whole, and the newest files of each were read",
    RECENT: f"the data is fewer than {STALE_DAYS} days behind, whenever this ran",
    READ: f"of all rows in landing at most {REFUSED_RATE:.0%} are refused",
}
ON_TIME = "0 8 * * *"


def published_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """What readers get."""
    return [_snapshot(settings), *_reports(settings)]


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
                    "已发布的只读仓库 · The published snapshot\n\n"
                    "所有检查通过后，仓库的只读副本；笔记本与报告只读它。\n\n"
                    "A read-only copy of the warehouse that notebooks and reports read, replaced in one step, and only "
                    "when every blocking check passed."
                ),
                kinds={"duckdb"},
                owners=[OWNER],
                freshness_policy=_on_time(settings),
            )
        ],
        check_specs=[dg.AssetCheckSpec(name, asset=SNAPSHOT, description=said) for name, said in WARNINGS.items()],
        required_resource_keys={"warehouse"},
    )
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        run: OpenRun = context.resources.warehouse
        path, known = run.publish(), run.watcher.quality
        facts: dict[str, Any] = {"file": path.name, "bytes": path.stat().st_size, "to_know": _to_know(known)}
        day, refused = run.data_date, known.measure.rows_refused_rate or 0.0
        behind = settings.days_behind(day)
        results = [
            _warns(WHOLE, not known.alarms, {"sources": len(known.alarms), "to_know": facts["to_know"]}),
            _warns(RECENT, behind < STALE_DAYS, {"days_behind": behind, "data_date": str(day)}),
            _warns(READ, refused <= REFUSED_RATE, {"rows_refused_rate": refused, "rows": known.measure.rows_refused}),
        ]
        return dg.MaterializeResult(metadata=facts | {"days_behind": behind}, check_results=results)

    return publish


def _warns(name: str, is_passed: bool, facts: dict[str, Any]) -> dg.AssetCheckResult:
    """Of what was published all the same."""
    severity = dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(asset_key=SNAPSHOT, check_name=name, passed=is_passed, severity=severity, metadata=facts)


def _to_know(known: Quality) -> dg.MarkdownMetadataValue:
    """What `siyu status` tells, in both languages."""
    said = [f"- **{one.severity}** {one.text['zh']} · {one.text['en']} {one.remedy['en']}" for one in known.findings]
    return dg.MetadataValue.md("\n".join(said) or "✓")


def _reports(settings: Settings) -> list[dg.AssetsDefinition]:
    """The daily one is the last step of the daily job; the others only read the snapshot, and wait for no lock."""

    @dg.multi_asset(
        name="report_daily",
        specs=[_report_spec("daily", _on_time(settings))],
        check_specs=[sent_check(_report_key("daily"))],
        required_resource_keys={"warehouse"},
    )
    def daily(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        run: OpenRun = context.resources.warehouse
        return _written("daily", run.report("daily"), run.send("daily"))

    return [daily, *(_periodic(settings, kind) for kind in KINDS if kind != "daily")]


def _periodic(settings: Settings, kind: str) -> dg.AssetsDefinition:
    @dg.multi_asset(name=f"report_{kind}", specs=[_report_spec(kind)], check_specs=[sent_check(_report_key(kind))])
    def report() -> dg.MaterializeResult:
        return _written(kind, write_report(settings, kind), send_report(settings, kind))

    return report


def _report_spec(kind: str, freshness_policy: dg.FreshnessPolicy | None = None) -> dg.AssetSpec:
    return dg.AssetSpec(
        _report_key(kind),
        deps=[SNAPSHOT],
        group_name="reports",
        description=f"The {kind} report: one HTML page, one workbook and its message, from the current snapshot.",
        kinds={"html", "excel"},
        owners=[OWNER],
        freshness_policy=freshness_policy,
    )


def _report_key(kind: str) -> dg.AssetKey:
    return dg.AssetKey(["reports", kind])


def _written(kind: str, files: Sequence[Path], deliveries: Sequence[Delivery]) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={path.suffix[1:]: dg.MetadataValue.path(str(path)) for path in files},
        check_results=[sent_result(_report_key(kind), deliveries)],
    )


def _on_time(settings: Settings) -> dg.FreshnessPolicy:
    return dg.FreshnessPolicy.cron(
        deadline_cron=ON_TIME, lower_bound_delta=timedelta(hours=2), timezone=settings.timezone
    )
