"""report.yaml + a snapshot → the blocks of a report: which rows, what each cell says, what may not be shown.

What belongs here: filling the model. What does not: pages, workbooks, rules for sentences (`findings.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pipelines.privacy import mask_text
from pipelines.report.asked_charts import chart
from pipelines.report.asking import DAYS, Asker
from pipelines.report.cells import Look, Spec, grid
from pipelines.report.layout import layout
from pipelines.report.model import Check, Section
from pipelines.report.periods import Period, Span
from pipelines.report.rules_spec import KINDS
from pipelines.report.shapes import Block, Grid
from pipelines.report.small import is_small
from pipelines.report.source import Row, Source
from pipelines.report.told import told_block
from pipelines.report.words import Words, clean, day, number, span

LATEST_CHECKS = """
    select table_name, check_name, passed, blocking, observed, expected from ops.checks
    where run_id = (select run_id from ops.checks order by checked_at desc, run_id desc limit 1)
    order by passed, table_name, check_name
"""


def sections(source: Source, period: Period, look: Look, whys: Mapping[str, Grid]) -> tuple[Section, ...]:
    """The report's chapters; a block whose table the snapshot lacks, or that has no rows, is left out. `whys`: by tile,
    its change taken apart."""
    made, words = [], look.words
    for section in layout()["sections"]:
        key = f"sections.{section['id']}"
        found = (
            whys.get(spec["why"]) if "why" in spec else block(source, spec, period, look) for spec in section["blocks"]
        )
        blocks = tuple(b for b in found if b is not None)
        made.append(Section(section["id"], words(f"{key}.title"), words(f"{key}.lead"), blocks))
    return tuple(made)


def block(source: Source, spec: Spec, period: Period, look: Look) -> Block | None:
    """One block of report.yaml."""
    if "chart" in spec:
        return chart(source, spec["chart"], look)
    if "told" in spec:
        return told_block(spec["told"], source.quality.findings, look.words)
    rows = known_rows(source, spec, period, look.words)
    return grid(spec, rows, look, days=days_said(period, look.words)) if rows else None


def known_rows(source: Source, spec: Spec, period: Period, words: Words) -> list[Row]:
    """The rows of a table block; none where the snapshot lacks its table. What was never read is unknown, not 0."""
    if not source.has(spec["table"]):
        return []
    return _masked(spec, _unread_blank(source, spec, rows_of(source, spec, bound(source, period, words))))


def asked_rows(source: Source, period: Period, words: Words) -> dict[str, list[Row]]:
    """The rows of the findings that ask for rows of their own, by finding."""
    values = bound(source, period, words)
    asked = [rule for rule in layout()["findings"] if "sql" in rule and source.has(rule["table"])]
    return {rule["id"]: source.rows(rule["sql"], **values) for rule in asked if period.kind in rule.get("kinds", KINDS)}


def bound(source: Source, period: Period, words: Words) -> dict[str, Any]:
    """What a query of report.yaml may name as `$name`."""
    return {
        "first": period.current.first,
        "since": since(period),
        "last": period.current.last,
        "as_of": source.as_of,
        "small_group": source.settings.small_group,
        "orders_on_pages": source.settings.orders_on_pages,
        "language": words.language,
    }


def since(period: Period) -> date:
    """The first of the days that breakdowns are about: of one day alone they would be too small, so at least a week."""
    return min(period.current.first, period.current.last - timedelta(days=6))


def rows_of(source: Source, spec: Spec, values: Mapping[str, Any]) -> list[Row]:
    """The rows of a block: of its query, or of a metric asked with its own parameters."""
    if "sql" in spec:
        return source.rows(spec["sql"], **values)
    return source.metric(
        spec["metric"],
        {name: _filled(value, values) for name, value in spec["parameters"].items()},
        columns=", ".join(["*", *(f"{sql} as {name}" for name, sql in spec.get("keys", {}).items())]),
        where=spec.get("where", ""),
        order=spec.get("order", ""),
    )


def _unread_blank(source: Source, spec: Spec, rows: list[Row]) -> list[Row]:
    """Rows without the numbers of what was never read: unknown, not 0."""
    blank = {name for what, names in spec.get("reads", {}).items() if not source.has_read(what) for name in names}
    return [{name: None if name in blank else value for name, value in row.items()} for row in rows] if blank else rows


def _masked(spec: Spec, rows: list[Row]) -> list[Row]:
    masked = spec.get("masked", ())
    return [{n: mask_text(v) if n in masked and v else v for n, v in row.items()} for row in rows] if masked else rows


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    return values[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def checks(source: Source) -> tuple[Check, ...]:
    """The checks of the latest run in the snapshot."""
    if not source.has("ops.checks"):
        return ()
    return tuple(check(row) for row in source.rows(LATEST_CHECKS))


def check(row: Mapping[str, Any]) -> Check:
    """One row of ops.checks."""
    observed, expected = (clean(str(row.get(k) or "")) for k in ("observed", "expected"))
    return Check(row["table_name"], row["check_name"], bool(row["passed"]), bool(row["blocking"]), observed, expected)


def facts(source: Source, words: Words) -> tuple[str, ...]:
    """One line on how much data there is and how much of it can be told apart by person."""
    said = []
    if source.has("ops.files"):
        row = source.rows("select sum(rows_read) as read, sum(rows_quarantined) as quarantined from ops.files")[0]
        known = {name: number(value or 0, "count", words.language) for name, value in row.items()}
        said.append(words("quality.rows", **known))
    measured = source.quality.measure
    if measured.files_refused:
        said.append(words("quality.files", files=measured.files, refused=measured.files_refused))
    if source.has("metrics.identity_quality"):
        whole = "select match_rate, orders from metrics.identity_quality where platform = 'all' and id_type = 'all'"
        rows = [row for row in source.rows(whole) if not is_small(row["orders"], source.settings.small_group)]
        rates = [row["match_rate"] for row in rows if row["match_rate"] is not None]
        said += [words("quality.match", rate=number(rate, "rate", words.language)) for rate in rates]
    return tuple(said)


def late_days(source: Source) -> int:
    """How many days later than yesterday's the data is; of a look back on purpose, none."""
    late = source.settings.days_behind(source.as_of)
    return max(late, 0) if source.is_newest else 0


def days_said(period: Period, words: Words) -> str:
    """The days that sentences are about."""
    return span(since(period), period.current.last, words.language)


def day_line(asker: Asker, period: Period, words: Words) -> str:
    """Of a daily report that leads with a week: the day itself, as far as it is known; else ''."""
    if period.day is None or not asker.source.has(DAYS):
        return ""
    columns = {"paid_amount": "amount", "paid_orders": "count", "private_entries": "count"}
    row = asker.table_of_days(list(columns), Span(period.day, period.day)).get(period.day, {})
    known = {name: row.get("is_members_known" if name == "private_entries" else "is_sales_known") for name in columns}
    shown = {
        name: number(row[name], kind, words.language) if known[name] and row[name] is not None else words("state.empty")
        for name, kind in columns.items()
    }
    return words("report.day_line", day=day(period.day, words.language, weekday=True), **shown)


def warnings(source: Source, period: Period, words: Words) -> tuple[str, ...]:
    """What the reader must know before believing the numbers."""
    settings, said = source.settings, []
    if late := late_days(source):
        said.append(words("warnings.late", days=late))
    if not period.is_complete:
        said.append(words("warnings.incomplete", last=day(period.current.last, words.language)))
    if source.history_days < settings.new_buyer_lookback_days:
        said.append(words("warnings.history", days=source.history_days, lookback=settings.new_buyer_lookback_days))
    return (*said, *_unheard_entries(source, words))


def _unheard_entries(source: Source, words: Words) -> list[str]:
    """Private entry events that nobody ever did: all of them, or those that the merchant named and perhaps misspelt."""
    asked = source.settings.private_entry_events
    usual = type(source.settings).model_fields["private_entry_events"].default
    held = {row["event"] for row in source.rows("select distinct event from core.events")}
    comma = words("report.comma")
    if held.isdisjoint(asked):
        return [words("warnings.no_entries", events=comma.join(asked))]
    unheard = [event for event in asked if event not in held and event not in usual]
    return [words("warnings.unheard_entries", events=comma.join(unheard))] if unheard else []
