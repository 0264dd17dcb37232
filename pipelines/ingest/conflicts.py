"""Refused rows that contradict each other about one key, as SQL: their amounts, and what is advised.

What belongs here: SELECTs over the rows of one level. What does not: which rows are refused (clashes.py), writing them
down (account.py).
"""

from __future__ import annotations

from pipelines.ingest.origin import Origin
from pipelines.ingest.rows import Rows
from pipelines.spec.literals import quoted

_SHEETS_OF_SHOPS = (
    "the number stands on several sheets: if each is a shop's, give each sheet a column 店铺 (shop_id), or each shop a "
    "folder of its own; else "
)


def conflicts_sql(
    origin: Origin,
    raw: str,
    rows: Rows,
    money: str,
    expected: str | None,
    key: list[str],
    sheets: tuple[tuple[str, int], ...] = (),
) -> str:
    """Rows that say something else about a key than another row of the same file and version.

    `raw`: SELECT of line, rec and raw_text. `expected`: what to do where all rows of the key were set aside.
    `key`: of a row. An amount that its rows repeat is most often the whole one's, on each of its lines: told once.
    Where each of its rows stands on another of several sheets, these may be shops.
    """
    whole_key = ", ".join([origin.file_id, *key])
    refused = "t.rec in (select row_id from losers where conflicts)"
    again = repeats_sql([whole_key, money])
    meant = quoted(expected or "one row per key; the last such line was loaded")
    if expected and sheets:
        meant = f"case when apart then {quoted(_SHEETS_OF_SHOPS)} || {meant} else {meant} end"
    of_key = f"over (partition by {whole_key})"
    apart = f"count(distinct {_sheet_sql(sheets)}) {of_key} = count(*) {of_key}"
    return (
        f"select line, null as column_name, 'duplicate_key' as reason, null as found, {meant} as expected, "
        f"raw_text, false as is_cell, 1 as rows, amount, file_id, path from ({raw}) left join (select t.rec, "
        f"case when {again} then null else {money} end as amount, {apart} as apart, {origin.file_id} as file_id, "
        f"{origin.path} as path from {rows.name} t where {refused}) using (rec)"
    )


def repeats_sql(same: list[str]) -> str:
    """SQL: an earlier row says the same."""
    return f"row_number() over (partition by {', '.join(same)} order by t.line) > 1"


def _sheet_sql(sheets: tuple[tuple[str, int], ...]) -> str:
    """SQL of the number of the sheet on which a row stands."""
    return " + ".join(["0", *(f"(t.line > {above})::int" for _, above in sheets)])
