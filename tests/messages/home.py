"""A home with a report's message in it and no warehouse: what sending needs, and no more.

What belongs here: the message, the home, a clock that nobody waits for. What does not: servers (servers.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.messages.sending import Bounds
from pipelines.messages.trying import Clock
from pipelines.report.message import Message
from pipelines.settings import Settings

NOW = 1_700_000_000.5
MESSAGE = Message(
    kind="daily",
    as_of="2025-08-12",
    language="zh",
    title="云上茶铺 · 私域日报 · 2025-08-12（周二）",
    warnings=(),
    figures=("支付金额 ¥12,345.60 · ▲ +5.0% 较上周同日 ¥11,757.71", "7 天公转私率 23.4% (123 / 525)", "30 天复购率 <5"),
    sentence="新客 500 人，较上周同日增加 25.0%。",
    page="daily-2025-08-12.html",
)
TEXT = """\
云上茶铺 · 私域日报 · 2025-08-12（周二）

支付金额 ¥12,345.60 · ▲ +5.0% 较上周同日 ¥11,757.71
7 天公转私率 23.4% (123 / 525)
30 天复购率 <5

新客 500 人，较上周同日增加 25.0%。"""


def home_with(folder: Path, message: Message = MESSAGE, snapshot: str = "siyu-1.duckdb", **send: Any) -> Settings:
    """The settings of a home that has published `snapshot` and written the report of this message."""
    reports = folder / "published" / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    (folder / "published" / snapshot).touch()
    link = folder / "published" / "siyu.duckdb"
    link.unlink(missing_ok=True)
    link.symlink_to(snapshot)
    told = {"snapshot": snapshot, "held": "", "message": message.plain()}
    (reports / f".message-{message.kind}.json").write_text(json.dumps(told), encoding="utf-8")
    return Settings(home=folder, send=send)  # type: ignore[arg-type]


def secret(settings: Settings, name: str, text: str) -> str:
    """Where siyu.toml says that it stands, once it does."""
    path = settings.home / name
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return f"file:{name}"


def to(settings: Settings, **receivers: Mapping[str, Any]) -> Settings:
    """The same home with these receivers."""
    send = {"link": settings.send.link, "receivers": receivers}
    return Settings(home=settings.home, send=send)  # type: ignore[arg-type]


def saying(**other: Any) -> Message:
    """The message with something else in it."""
    return replace(MESSAGE, **other)


@dataclass
class Waited:
    """A clock whose time passes only where somebody would have slept."""

    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def bounds(self, answer: float = 5.0, total: float = 90.0) -> Bounds:
        """Bounds by this clock."""
        return Bounds(answer, total, Clock(lambda: sum(self.slept), lambda: NOW, self.sleep))
