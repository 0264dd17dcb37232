"""Messages in Dagster: what an operator sees of those that went with a report, and a job that sends one by itself.

What belongs here: the check and the job. What does not: sending (messages/), when a report is written (published.py).
Nothing here fails a run: a message that did not go out is a check that warns.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipelines.messages.sending import Delivery
from pipelines.report import KINDS
from pipelines.settings import Settings
from pipelines.steps.sending import send_report

SENT = "messages_are_sent"


def sent_check(report: dg.AssetKey) -> dg.AssetCheckSpec:
    """Of a report: its message went to everybody who is named for it."""
    return dg.AssetCheckSpec(SENT, asset=report, description="the report's message went to everybody named in [send]")


def sent_result(report: dg.AssetKey, deliveries: Sequence[Delivery]) -> dg.AssetCheckResult:
    """What came of it, by receiver: names and reasons, never an address."""
    return dg.AssetCheckResult(
        asset_key=report,
        check_name=SENT,
        passed=not any(one.state == "failed" for one in deliveries),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"receivers": len(deliveries), **told(deliveries)},
    )


def tell(log: dg.DagsterLogManager, deliveries: Sequence[Delivery]) -> None:
    """What came of it, into the log of a run."""
    for one in deliveries:
        say = log.warning if one.state == "failed" else log.info
        say(f"the message to {one.receiver}: {one.state} {one.why}".strip())


def told(deliveries: Sequence[Delivery]) -> dict[str, str]:
    """By receiver what came of it, as metadata."""
    return {f"to {one.receiver}": ": ".join(filter(None, [one.state, one.why])) for one in deliveries}


def send_job(settings: Settings) -> dg.JobDefinition:
    """The newest report's message once more: to those who do not have it, or with `again` to all."""

    @dg.op(
        config_schema={
            "kind": dg.Field(dg.Enum("Kind", [dg.EnumValue(kind) for kind in KINDS]), default_value="daily"),
            "again": dg.Field(bool, default_value=False, description="also to those who have it"),
        },
        description="Sends the newest report's message.",
    )
    def send_messages(context: dg.OpExecutionContext) -> None:
        deliveries = send_report(settings, context.op_config["kind"], context.op_config["again"])
        context.add_output_metadata({"receivers": len(deliveries), **told(deliveries)})
        tell(context.log, deliveries)

    @dg.job(executor_def=dg.in_process_executor, description="Sends the newest report's message to whoever lacks it.")
    def send() -> Any:
        send_messages()

    return send
