"""One person forgotten at a merchant's size: `python -m bench.forgetting [ORDERS]`; seconds by part, and what is left.

What belongs here: the home, the parts, the search for what is left. What does not: forgetting itself
(pipelines/upkeep), whether it is right in every table (tests/upkeep/test_forget.py).

The home is a real one: monthly exports of orders with names, addresses and phones, of refunds and of events, in
landing, loaded and published by a run. It is made once and kept; each measurement takes a copy of it.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.measure import CACHE

ORDERS = 10_000_000
GOAL = 60
# What an export holds beside what is read: an order's line is about 300 bytes of it.
ORDER_FILE = """
    select order_id, platform, shop_id, buyer_id, buyer_id_type, {phone} as phone, ordered_at, paid_at, status,
        paid_amount, freight_amount, order_kind, entry, live_session_id, group_id,
        concat('收件人', hash(buyer_id) % 100000) as 收件人,
        concat('浙江省杭州市第', hash(buyer_id) % 900, '街道', hash(buyer_id, 'door') % 9000, '号') as 收货地址,
        concat('商品', hash(order_id) % 3000, ' 规格', hash(order_id, 'size') % 40) as 商品名称
    from made.staging.orders where file_id = {file}
"""
# Two of three buyers' exports show a number, which is nobody's: the test numbers of an operator.
PHONE = (
    "case when hash(buyer_id) % 3 < 2 then concat('1380', lpad(cast(hash(buyer_id) % 10000000 as varchar), 7, '0')) end"
)
OTHERS = {
    "refunds": "select platform, refund_id, order_id, refunded_at, refund_amount, status from made.staging.refunds",
    "events": """
        select platform, user_id, user_id_type, event, event_at, group_id, live_session_id, entry_path
        from made.staging.events
    """,
    "live_sessions": "select platform, live_session_id, host_id, started_at from made.staging.live_sessions",
    "groups": "select platform, group_id, follow_days_required, fan_level_required from made.staging.groups",
}
SOMEBODY = f"""
    select buyer_id, any_value({PHONE}) as phone, count(*) as orders from made.staging.orders
    where hash(buyer_id) % 10 = 0 and hash(buyer_id) % 3 < 2 and paid_at is not null
    group by buyer_id having count(*) between 6 and 12 order by hash(buyer_id) limit 1
"""


def main() -> int:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    made = CACHE / f"forgetting-{orders}"
    if not made.exists():
        make(made, orders)
    home = made.with_name(f"{made.name}-copy")
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(made, home, symlinks=True)
    told = forget(home)
    print(f"one person of {orders:,} orders forgotten in {told['whole']:.1f} s (goal: {GOAL} s)")
    for part, seconds in told["parts"].items():
        print(f"  {part:30} {seconds:6.1f}")
    print(f"{told['rows']} rows, {told['lines']} lines of landing; left anywhere: {told['left'] or 'nothing'}")
    shutil.rmtree(home)
    return int(bool(told["left"]))


def make(home: Path, orders: int) -> None:
    """A home whose landing holds so many orders, loaded and published; `somebody` names the one to forget."""
    import duckdb

    from bench import merchant
    from pipelines.run import run
    from pipelines.settings import load_settings

    partial, scratch = home.with_name(f"{home.name}.partial"), home.with_name(f"{home.name}.scratch")
    for folder in (partial, scratch):
        shutil.rmtree(folder, ignore_errors=True)
    merchant.make(scratch, orders)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{scratch}/warehouse.duckdb' as made (read_only)")
        [[buyer, phone, _]] = connection.execute(SOMEBODY).fetchall()
        for file in range(2, 14):
            query = ORDER_FILE.format(phone=PHONE, file=file)
            _export(connection, partial / "landing" / "orders" / f"orders-{file - 1:02d}.csv", query)
        for name, query in OTHERS.items():
            _export(connection, partial / "landing" / name / f"{name}.csv", query)
    shutil.copy(scratch / "siyu.toml", partial / "siyu.toml")
    shutil.rmtree(scratch)
    (partial / "somebody").write_text(f"{buyer}\n{phone}\n", encoding="utf-8")
    result = run(load_settings(partial))
    print(f"made: {result.status}, {result.loaded}")
    partial.rename(home)


def _export(connection: Any, path: Path, query: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({query}) to '{path}' (header, delimiter ',')")


def forget(home: Path) -> dict[str, Any]:
    """As `siyu forget --phone` does it, with seconds by part."""
    from pipelines.cli import forgetting
    from pipelines.upkeep import forget as upkeep

    buyer, phone = (home / "somebody").read_text(encoding="utf-8").split()
    (home / "somebody").unlink()
    parts: dict[str, float] = {}
    for module, name, part in (
        (upkeep, "ids_of", "whose ids"),
        (upkeep.theirs, "orders_of", "whose orders"),
        (upkeep, "forget_in_landing", "landing"),
        (upkeep.theirs, "take_out", "rows out of staging"),
        (upkeep.theirs, "follow", "core and facts"),
        (upkeep, "write_anew", "the warehouse as another file"),
    ):
        setattr(module, name, _timed(getattr(module, name), part, parts))
    import pipelines.run

    pipelines.run.run = _timed(pipelines.run.run, "metrics, checks, snapshot, report", parts)
    done: list[Any] = []
    forgetting._tell = done.append  # type: ignore[assignment]
    started = time.perf_counter()
    forgetting.forget_person(home, phone, "")
    whole = time.perf_counter() - started
    return {
        "whole": whole,
        "parts": parts | {"all else": whole - sum(parts.values())},
        "rows": done[0].total,
        "lines": done[0].landing.lines,
        "left": sorted(_left(home, (buyer, phone))),
    }


def _timed(call: Callable[..., Any], part: str, parts: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return call(*given, **named)
        finally:
            parts[part] = parts.get(part, 0) + time.perf_counter() - started

    return timed


def _left(home: Path, values: tuple[str, ...]) -> Iterator[str]:
    """Files that hold the bytes of a value, and columns of tables that hold it."""
    from pipelines.upkeep.landing_search import names_somebody
    from pipelines.upkeep.landing_texts import Words

    named = Words(values)
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink() and names_somebody(path, named):
            yield path.relative_to(home).as_posix()


if __name__ == "__main__":
    sys.exit(main())
