"""A merchant of a few rows, given as canonical CSV, for tests that run the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.settings import Settings

# Somebody whose address is nowhere: nothing leaves this machine, and a run does not mind.
DEAF = {"receivers": {"boss": {"service": "wecom", "url": "env:SIYU_NOWHERE"}}}
ORDERS = """\
order_id,platform,buyer_id,phone,paid_at,paid_amount,source
1,douyin,u1,13800001234,2025-01-03 10:00:00,100.00,直播间
2,douyin,u1,,2025-01-20 10:00:00,50.00,直播间
3,douyin,u2,,2025-02-01 10:00:00,70.00,直播间
"""
EVENTS = """\
user_id,platform,event,event_at,group_id,entry_path
u1,douyin,live_view,2025-01-02 20:00:00,,
u1,douyin,group_join,2025-01-04 09:00:00,g1,profile
u3,douyin,live_view,2025-02-02 20:00:00,,
"""


def merchant(home: Path, **settings: Any) -> Settings:
    """A home whose landing holds three orders and three events."""
    put(home, "orders", "orders.csv", ORDERS)
    put(home, "events", "events.csv", EVENTS)
    return Settings(home=home, **settings)


def put(home: Path, folder: str, name: str, text: str) -> Path:
    """One file in landing."""
    path = home / "landing" / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
