"""Many small files, as a merchant has who drops a day's exports of each shop and group into landing.

What belongs here: writing them. What does not: measuring (tasks.py).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 1, 9)
BUYERS = 30_000
HEADERS = {
    "orders": "order_id,paid_at,paid_amount,buyer_id,platform",
    "doudian_orders": (
        "主订单编号,子订单编号,选购商品,订单状态,订单应付金额,运费,订单提交时间,支付完成时间,流量来源,流量体裁"
    ),
    "events": "user_id,event,event_at,group_id,platform",
}


def write(folder: Path, files: int, rows: int) -> int:
    """Files of three kinds in turn, a file an hour; returns the rows of all."""
    chance = random.Random(1)
    for kind in HEADERS:
        (folder / kind).mkdir(parents=True)
    for number in range(files):
        kind = list(HEADERS)[number % len(HEADERS)]
        hour = START + timedelta(hours=number)
        lines = [
            ROWS[kind](chance, hour + timedelta(minutes=minute), f"{number}{minute:03d}") for minute in range(rows)
        ]
        text = "\n".join([HEADERS[kind], *lines]) + "\n"
        (folder / kind / f"{number:05d}.csv").write_text(text, encoding="utf-8")
    return files * rows


def _order(chance: random.Random, at: datetime, key: str) -> str:
    return f"A{key},{at},{chance.randint(900, 99900) / 100:.2f},u{chance.randint(1, BUYERS)},wechat"


def _export(chance: random.Random, at: datetime, key: str) -> str:
    paid = chance.randint(900, 99900) / 100
    return f"\t69{key},\t70{key},连衣裙,已完成,{paid:.2f},0.00,{at},{at + timedelta(seconds=40)},直播,直播"


def _event(chance: random.Random, at: datetime, key: str) -> str:
    word = chance.choice(["live_view", "group_join", "group_message"])
    return f"u{chance.randint(1, BUYERS)},{word},{at},g{chance.randint(1, 40)},douyin"


ROWS: dict[str, Callable[[random.Random, datetime, str], str]] = {
    "orders": _order,
    "doudian_orders": _export,
    "events": _event,
}
