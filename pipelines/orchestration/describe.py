"""What Dagster shows of a table, made from its header.

What belongs here: descriptions, column schema, column lineage, SQL and links as Dagster's metadata. What does not: the
assets themselves (assets.py).
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.lineage import lineage_of
from pipelines.spec.header import Column
from pipelines.tables import Table

OWNER = "team:data"


def key_of(name: str) -> dg.AssetKey:
    """`core.orders` → the asset core/orders."""
    return dg.AssetKey(name.split("."))


def description(table: Table) -> str:
    """The definition in both languages, and the grain, as Markdown."""
    variant = f" · {table.variant}" if table.variant else ""
    parts = [
        f"{table.title['zh']} · {table.title['en']}{variant}",
        table.description_zh,
        table.description,
        f"One row per / 每行：`{table.grain}`",
    ]
    return "\n\n".join(part for part in parts if part)


def metadata(table: Table) -> dict[str, Any]:
    """Column schema with units, column lineage, SQL, parameters and a link to the file: known before any run."""
    shown: dict[str, Any] = {
        "dagster/column_schema": dg.TableSchema(columns=[_column(column) for column in table.columns.values()]),
        "dagster/table_name": table.qualified,
        "dagster/code_references": _link(table.path),
    }
    if table.parameters:
        shown["parameters"] = dg.MetadataValue.json(table.parameters)
    if table.text:
        shown["sql"] = dg.MetadataValue.md(f"```sql\n{table.text}\n```")
        shown["dagster/column_lineage"] = _lineage(table)
    return shown


def _column(column: Column) -> dg.TableColumn:
    unit = f"[{column.unit}]" if column.unit else ""
    words = " ".join(part for part in (column.zh, unit, column.description) if part)
    tag = re.sub(r"[^\w.-]+", "_", column.unit).strip("_")
    return dg.TableColumn(column.name, column.type, description=words or None, tags={"unit": tag} if tag else {})


def _lineage(table: Table) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(asset_key=key_of(upstream), column_name=column) for upstream, column in origins]
            for name, origins in lineage_of(table.qualified).items()
        }
    )


def _link(path: Path) -> dg.CodeReferencesMetadataValue:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        here = dg.LocalFileCodeReference(file_path=str(path), line_number=1, label="/".join(path.parts[-3:]))
        return dg.CodeReferencesMetadataValue(code_references=[here])
