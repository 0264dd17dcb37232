"""What a number means, from its table's header: the text that is one tap away from each figure.

What belongs here: reading headers in the report's language. What does not: wording of the report itself.
"""

from __future__ import annotations

from pipelines.report.shapes import Definition
from pipelines.report.source import column_of
from pipelines.report.words import Words
from pipelines.tables import load_tables


def define(table: str, name: str, label: str, words: Words) -> Definition | None:
    """The definition of a column: from its table's header; of bookkeeping, and of what a query of the report
    counts, from the wording; else None."""
    known = column_of(table, name)
    if known is None:
        return _of_bookkeeping(table, name, label, words)
    header, column = known
    is_zh = words.language == "zh"
    meaning = (column.zh_description if is_zh else "") or column.description
    about = (header.description_zh if is_zh else "") or header.description
    return Definition(
        id=f"{header.name}.{name}",
        label=label,
        table=table,
        table_title=header.title.get(words.language, header.name),
        column=name,
        meaning=meaning.strip(),
        unit=words.value("unit", column.unit) if column.unit else "",
        variant=header.variant,
        about=about.strip(),
        grain=header.grain,
        plain=dict(words.get(f"plain.{header.name}.{name}") or {}),
    )


def _of_bookkeeping(table: str, name: str, label: str, words: Words) -> Definition | None:
    said = words.get(f"meanings.{table}") or {}
    if name not in said:
        return None
    title, about = said.get("title"), said.get("about")
    if title is None:  # of a table with a header it says both
        header, is_zh = load_tables()[table], words.language == "zh"
        title, about = header.title[words.language], header.description_zh if is_zh else header.description
    return Definition(
        f"{table}.{name}", label, table, str(title), name, str(said[name]), "", "", str(about).strip(), ""
    )
