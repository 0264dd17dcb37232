"""What a person must know of the data before believing a number: what was refused, left aside, or used with a doubt.

What belongs here: asking the rules of assets/reports/quality.yaml. What does not: the rules, their wording
(assets/reports, report/sentences.py), and where they are shown (cli/status.py, cli/running.py, report, orchestration/).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from pipelines.finding import Finding, forget, keep, kept
from pipelines.report.quality_spec import Rules
from pipelines.report.sentences import say
from pipelines.report.words import LANGUAGES, REPORTS, clean, load_words
from pipelines.settings import Settings
from pipelines.spec.reading import read

if TYPE_CHECKING:
    from pipelines.database import Connection

FILE = REPORTS / "quality.yaml"
Row = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """How much of what lies in landing is in the numbers; None: not known."""

    files: int = 0
    files_refused: int = 0
    rows_read: int = 0
    rows_refused: int = 0
    orders: int | None = None
    amount_loaded: Decimal | None = None
    amount_refused: Decimal | None = None

    @property
    def rows_refused_rate(self) -> float | None:
        return self.rows_refused / self.rows_read if self.rows_read else None

    @property
    def amount_refused_rate(self) -> float | None:
        """Of the amount loaded and refused together; None where no refused row tells its amount."""
        if self.amount_refused is None:
            return None
        whole = self.amount_refused + (self.amount_loaded or 0)
        return float(self.amount_refused / whole) if whole else None

    def plain(self) -> dict[str, Any]:
        """As values for JSON, with the two rates."""
        return asdict(self) | {
            "rows_refused_rate": self.rows_refused_rate,
            "amount_refused_rate": self.amount_refused_rate,
        }


@dataclass(frozen=True)
class Quality:
    """The measure and the findings, the most harmful first."""

    measure: Measure = field(default_factory=Measure)
    findings: tuple[Finding, ...] = ()

    @property
    def alarms(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.is_alarm)

    @property
    def verdict(self) -> Literal["alarm", "doubt", "told", "well"]:
        """The worst there is: `well` is said only where nothing was refused, left aside or doubted."""
        if self.alarms:
            return "alarm"
        if any(one.is_doubt for one in self.findings):
            return "doubt"
        return "told" if self.findings else "well"


@functools.cache
def rules() -> dict[str, Any]:
    """quality.yaml. Raises SpecError naming file and key."""
    return read(FILE, Rules).model_dump(exclude_unset=True)


def findings(connection: Connection, settings: Settings, rule: str | None = None) -> list[Finding]:
    """Everything to know of the data in a warehouse or a snapshot, the most harmful first; or what one rule finds."""
    return _findings(_Asking.of(connection, settings), rule)


def measure(connection: Connection, settings: Settings) -> Measure:
    """Files and rows that lie in landing and how many of them were refused; orders and amounts."""
    return _measure(_Asking.of(connection, settings))


def quality(connection: Connection, settings: Settings) -> Quality:
    """Both."""
    asking = _Asking.of(connection, settings)
    return Quality(_measure(asking), tuple(_findings(asking)))


def judge(connection: Connection, settings: Settings) -> Quality:
    """Both, found anew and kept beside the data: what rules over the data find is not looked for again."""
    forget(connection)
    judged = quality(connection, settings)
    keep(connection, judged.findings)
    return judged


def _findings(asking: _Asking, only: str | None = None) -> list[Finding]:
    before = kept(asking.connection) if "ops.findings" in asking.columns else None
    asked = [rule for rule in rules()["rules"] if only in (None, rule["code"])]
    found = [one for rule in asked for one in _found(rule, asking, before)]
    # a stable sort: among equals the order of the rules, which is that of harm
    return sorted(found, key=lambda one: (not one.is_alarm, one.is_light))


def _found(rule: Mapping[str, Any], asking: _Asking, before: list[Finding] | None) -> list[Finding]:
    """The ledger is always asked: a refused file may have been taken out of landing since."""
    is_of_ledger = any(table.startswith("ops.") for table in rule["needs"])
    if before is None or is_of_ledger:
        return [_finding(rule, row) for row in asking.rows(rule)]
    return [one for one in before if one.rule == rule["code"]]


def _measure(asking: _Asking) -> Measure:
    known: Row = {}
    for part in rules()["measure"].values():
        for row in asking.rows(part):
            known |= row
    return Measure(**known)


@dataclass(frozen=True)
class _Asking:
    """A connection and what the rules may name."""

    connection: Connection
    known: Row
    columns: frozenset[str]  # table and table.column, all that there are

    @classmethod
    def of(cls, connection: Connection, settings: Settings) -> _Asking:
        listed = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
        ).fetchall()
        columns = {table for table, _ in listed} | {f"{table}.{column}" for table, column in listed}
        gone = _gone(connection, settings) if "ops.files" in columns else []
        known = {**_sources(settings), "gone": gone, "hub_limit": settings.identity_hub_limit}
        return cls(connection, known, frozenset(columns))

    def rows(self, rule: Mapping[str, Any]) -> list[Row]:
        """What a rule finds; nothing where a table or column that it needs is not there."""
        if not self.columns.issuperset(rule.get("needs", ())):
            return []
        sql = _with_tables(rule["sql"])
        used = {name: value for name, value in self.known.items() if re.search(rf"\${name}\b", sql)}
        cursor = self.connection.execute(sql, used or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _with_tables(sql: str) -> str:
    """The query with the shared tables that it names, in front of its own."""
    tables: dict[str, str] = rules()["tables"]
    wanted = _named(sql, tables)
    given = ", ".join(f"{name} as ({tables[name]})" for name in tables if name in wanted)
    if not given:
        return sql
    own = re.match(r"\s*with\s+", sql)
    return f"with {given}, {sql[own.end() :]}" if own else f"with {given} {sql}"


def _named(sql: str, tables: Mapping[str, str]) -> set[str]:
    found = {name for name in tables if re.search(rf"\b{name}\b", sql)}
    return found.union(*(_named(tables[name], {k: v for k, v in tables.items() if k != name}) for name in found))


def _sources(settings: Settings) -> Row:
    from pipelines.ingest.sources import load_sources, sources_of
    from pipelines.platforms import load_platforms

    with sources_of(settings):
        sources = list(load_sources().values())
    places = {folder: source.name for source in sources for folder in source.recognise.folders}
    return {
        "order_sources": [source.name for source in sources if "orders" in source.loads],
        "folders": list(places),
        "folder_sources": list(places.values()),
        "global_platforms": [p.name for p in load_platforms().values() if p.has_global_order_ids],
    }


def _gone(connection: Connection, settings: Settings) -> list[str]:
    """Refused files that somebody has taken out of landing since: nobody waits for them. Without a landing, none."""
    from pipelines.ingest.landing import paths_there

    if not settings.landing.is_dir():
        return []
    refused = connection.execute("select distinct path from ops.files where status = 'quarantined'").fetchall()
    if not refused:
        return []
    there = paths_there(settings)
    return [path for (path,) in refused if path not in there]


def _finding(rule: Mapping[str, Any], row: Row) -> Finding:
    code, severity = row.get("code") or rule["code"], row.get("severity") or rule["severity"]
    said = {language: say(load_words(language), code, rule["code"], row) for language in LANGUAGES}
    return Finding(
        rule=rule["code"],
        code=code,
        severity=severity,
        subject=clean(str(row.get("subject") or "")),
        names=tuple(clean(str(name)) for name in row.get("names") or ()),
        rows=row.get("rows"),
        amount=row.get("amount"),
        text={language: text for language, (text, _) in said.items()},
        remedy={language: remedy for language, (_, remedy) in said.items()},
        is_doubt=bool(row.get("doubt", rule.get("doubt"))) or severity == "refused",
        is_alarm=bool(rule.get("alarm")),
        is_light=bool(row.get("is_light")),
    )
