"""A home of few tables that ran once, to be copied and broken.

Whoever runs it again, or asks whether it ran, says `few_tables`, too.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pipelines.run import run
from pipelines.settings import Settings, load_settings
from tests.conftest import built_once
from tests.few_tables import few_tables as only_few_tables

ORDERS = """order_id,platform,buyer_id,phone,paid_at,paid_amount
o1,douyin,u1,13911112222,2025-01-05 10:00:00,100
o2,douyin,u1,,2025-01-20 10:00:00,80
o3,douyin,u2,13922223333,2025-01-21 10:00:00,60
"""
MORE = """order_id,platform,buyer_id,paid_at,paid_amount
o4,douyin,u2,2025-02-05 10:00:00,100
"""


def land(home: Path, name: str, text: str) -> Path:
    file = home / "landing" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_once(tmp_path_factory.getbasetemp(), "whole", _run_once)


def _run_once(home: Path) -> None:
    land(home, "orders/january.csv", ORDERS)
    land(home, "orders/february.csv", MORE)
    with only_few_tables():
        assert run(load_settings(home)).status == "published"


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, times and links as they were."""
    copy = tmp_path / "home"
    shutil.copytree(whole, copy, symlinks=True)
    os.chmod(copy, whole.stat().st_mode & 0o777)
    return copy


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home)


def flip(file: Path, place: float = 0.5, length: int = 64) -> None:
    """Other bytes in the middle of a file, at its old size and time."""
    before = file.stat()
    mode = before.st_mode & 0o777
    file.chmod(0o600)
    data = bytearray(file.read_bytes())
    at = int(len(data) * place)
    data[at : at + length] = bytes(byte ^ 0xFF for byte in data[at : at + length])
    file.write_bytes(data)
    file.chmod(mode)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
