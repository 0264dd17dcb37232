"""The demo merchant: a seeded year of a Douyin shop whose buyers go on to WeCom, Taobao and a mini-program.

It is written as the platforms' own files, with its truth beside them.

What belongs here: the doors to the generator, for the demo (`simulate`), the benchmarks (`generate_orders`,
`write_order_export`) and tests (`planted_phones`). What does not: the numbers (`planted.py`), the process
(`tables/*.sql`), the files (`*_files.py`, `dirty.py`; of a mapping's sample `patterns.py`), what is true of them
(`truth.py`).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pipelines.simulate import planted
from pipelines.simulate.bulk import generate_orders, write_order_export

SMALLEST_PEOPLE = 300
SHORTEST_DAYS = 120

__all__ = ["generate_orders", "planted_phones", "simulate", "write_order_export"]


def simulate(
    home: Path,
    seed: int = 7,
    people: int = 20_000,
    first_day: date = planted.FIRST_DAY,
    last_day: date = planted.LAST_DAY,
) -> Path:
    """Write `home/landing/`, `home/truth.json` and, unless there is one, `home/siyu.toml`; returns truth.json's path.

    The same arguments give the same bytes and the same file times. Files of the same name are overwritten, no others
    touched. Raises ValueError for a world too small or too short to hold what is planted.
    """
    import duckdb

    from pipelines.simulate import (
        dirty,
        files,
        live_files,
        order_files,
        other_files,
        platform_files,
        shop_files,
        told_files,
        truth,
        wecom_files,
        world,
    )

    days = (last_day - first_day).days
    if people < SMALLEST_PEOPLE or days < SHORTEST_DAYS:
        raise ValueError(
            f"a demo merchant needs {SMALLEST_PEOPLE} people and {SHORTEST_DAYS} days at least; "
            f"asked for {people} people and {days} days"
        )
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        world.generate(connection, seed, people, first_day, last_day)
        clean = [
            *order_files.order_exports(connection, first_day, last_day),
            *order_files.after_sale_exports(connection, first_day, last_day),
            *order_files.api_records(connection, first_day, last_day),
            *live_files.operator_files(connection),
            *live_files.workbooks(connection),
            *other_files.webhook_files(connection),
            *other_files.group_lists(connection, first_day, last_day),
            *other_files.event_files(connection),
            *other_files.identity_files(connection, last_day),
            *other_files.table_files(connection, last_day),
            *wecom_files.member_lists(connection, first_day),
            *wecom_files.contact_pages(connection, last_day),
            *shop_files.taobao_reports(connection, first_day, last_day),
            *shop_files.wechat_bills(connection, last_day),
        ]
        told_by_samples = told_files.told_files(connection, last_day)
        told_by_platform = platform_files.compass_days(connection, last_day)
        written = files.write(home / "landing", [*dirty.soil(clean), *told_by_samples.files, *told_by_platform])
        merchant = {
            "seed": seed,
            "people": people,
            "first_day": str(first_day),
            "last_day": str(last_day),
            "as_of": str(last_day),
        }
        told = truth.tell(connection, merchant, last_day, written, told_by_samples.sources)
    settings = home / "siyu.toml"
    if not settings.exists():
        settings.write_text(f'merchant_name = "{planted.SHOP_NAME}（演示）"\n', encoding="utf-8")
    path = home / "truth.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    return path


def planted_phones(home: Path) -> list[str]:
    """Every phone number that `home/landing` shows in full, as truth.json tells them."""
    phones = json.loads((home / "truth.json").read_text(encoding="utf-8"))["phones"]
    return [phones["prefix"] + ending for ending in phones["endings"]]
