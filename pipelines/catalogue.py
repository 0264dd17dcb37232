"""Every table there is, described alike: staging from its YAML, core and metrics from their files.

What belongs here: one list for whoever describes tables (Dagster, `siyu explain`, docs). What does not: building them.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.spec.header import Header
from pipelines.spec.reading import checked
from pipelines.tables import ASSETS, Table, load_tables

if TYPE_CHECKING:
    from pipelines.ingest.staging import StagingTable


@functools.cache
def load_catalogue() -> dict[str, Table]:
    """Staging, core and metrics tables by qualified name, in an order in which each follows what it reads."""
    from pipelines.ingest.staging import load_staging

    staging = [_described(table) for table in load_staging().values()]
    return {table.qualified: table for table in staging} | load_tables()


@functools.cache
def ops_tables() -> tuple[Table, ...]:
    """The ledger and the quarantine of ingest, with the checks that nothing is lost on the way."""
    from pipelines.ingest.ledger import FILES, NOTICES, QUARANTINE

    def described(
        name: str, zh: str, en: str, text: str, grain: Any, columns: dict[str, Any], checks: list[dict[str, Any]]
    ) -> Table:
        header = {
            "title": {"zh": zh, "en": en},
            "description": text,
            "grain": grain,
            "columns": {c: {"type": t.lower(), "zh": z, "description": d} for c, (t, z, d) in columns.items()},
            "checks": checks,
        }
        path = Path(__file__).parent / "ingest" / "ledger.py"
        return Table("ops", name, path, checked(header, Header, path), "")

    counted = """
        select f.file_id from {table} as f left join ops.quarantine as q using (file_id)
        group by f.file_id, f.rows_quarantined having coalesce(sum(q.rows), 0) <> f.rows_quarantined
    """
    added_up = "rows_read = rows_loaded + rows_superseded + rows_quarantined"
    return (
        described(
            "files",
            "文件台账",
            "Files",
            "The ledger: one row per file loaded or refused.",
            "file_id",
            FILES,
            [
                {"unique": ["file_id"]},
                {"condition": {"sql": added_up, "name": "rows read are loaded, superseded or quarantined"}},
                {"no_rows": {"sql": counted, "name": "every quarantined row has its record"}},
            ],
        ),
        described(
            "quarantine",
            "隔离区",
            "Quarantine",
            "Everything refused, with file, line, column, reason and masked raw text.",
            {"text": "one refused row, cell or file"},
            QUARANTINE,
            [{"not_null": ["file_id", "path", "reason"]}],
        ),
        described(
            "notices",
            "提示",
            "Notices",
            "What files say and was not used, or only on an assumption: one row per file, code and subject.",
            {"text": "one file, code and subject"},
            NOTICES,
            [{"not_null": ["file_id", "path", "code", "said"]}],
        ),
    )


def _described(table: StagingTable) -> Table:
    """A canonical table with the header that a SQL file would have."""
    from pipelines.ingest.ledger import PROVENANCE

    columns: dict[str, dict[str, Any]] = {
        name: {"type": c.sql_type.lower(), "unit": c.unit, "zh": c.zh, "description": c.description}
        for name, c in table.stored.items()
    }
    for name, (sql_type, zh, description) in PROVENANCE.items():
        columns[name] = {"type": sql_type.lower(), "zh": zh, "description": description}
    header = {
        "title": table.title,
        "description": table.description,
        "description_zh": table.description_zh,
        "grain": ", ".join(table.full_key),
        "columns": columns,
        "checks": table.checks,
    }
    path = ASSETS / "staging" / f"{table.name}.yaml"
    return Table("staging", table.name, path, checked(header, Header, path), "")
