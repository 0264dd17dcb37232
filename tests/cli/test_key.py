"""A home whose secret.key is lost, changed or made anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.database import read_only
from pipelines.run import run
from pipelines.settings import load_settings
from pipelines.upkeep.forget import Who, forget_person
from tests.cli.conftest import Siyu

pytestmark = pytest.mark.usefixtures("few_tables")

JANUARY = """order_id,platform,phone,paid_at,paid_amount
o1,douyin,13911112222,2025-01-05 10:00:00,100
o2,douyin,13911112222,2025-01-20 10:00:00,80
o3,douyin,13922223333,2025-01-21 10:00:00,60
"""
FEBRUARY = """order_id,platform,phone,paid_at,paid_amount
o4,douyin,13911112222,2025-02-05 10:00:00,100
"""


@pytest.fixture(scope="module")
def loaded(few_tables: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("january")
    _land(home, "january.csv", JANUARY)
    assert run(load_settings(home)).status == "published"
    return home


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """January is loaded; February waits."""
    copy = shutil.copytree(loaded, tmp_path / "home", symlinks=True)
    _land(copy, "february.csv", FEBRUARY)
    return copy


def _land(home: Path, name: str, text: str) -> None:
    file = home / "landing" / "orders" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _orders_of_people(home: Path) -> list[int]:
    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        counts = snapshot.execute("select count(*) as n from core.orders group by person_id order by n").fetchall()
    return [n for (n,) in counts]


@pytest.fixture
def unrun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The key is changed and no run follows: what the run makes of another key is asked once, below."""
    asked: list[str] = []
    monkeypatch.setattr("pipelines.cli.running.run_all", lambda *_: asked.append("run") or 0)
    return asked


def test_a_lost_key_stops_the_run_and_none_is_made(home: Path, siyu: Siyu) -> None:
    """Put back, the run goes on: the buyer of three orders is one person."""
    key = home / "secret.key"
    kept = key.read_text(encoding="ascii")
    key.unlink()
    for arguments in (["run"], ["run", "--full"]):
        said = siyu("--home", str(home), *arguments)
        assert said.code == 1
        assert "secret.key: the key is not there" in said.err
        assert "siyu key new" in said.err
        assert not key.exists()
    key.write_text(kept, encoding="ascii")
    assert siyu("--home", str(home), "run").code == 0
    assert _orders_of_people(home) == [1, 3]


def test_another_key_stops_the_run(home: Path, siyu: Siyu) -> None:
    (home / "secret.key").write_text("ab" * 32 + "\n", encoding="ascii")
    said = siyu("--home", str(home), "run")
    assert said.code == 1
    assert "not the key that the warehouse was loaded with" in said.err


def test_a_new_key_where_the_old_is_lost(home: Path, siyu: Siyu, unrun: list[str]) -> None:
    (home / "secret.key").unlink()
    said = siyu("--home", str(home), "key", "new")
    assert said.code == 0
    assert "a new key" in said.out
    assert (home / "secret.key").exists()
    assert unrun == ["run"]


def test_the_old_key_is_set_aside(home: Path, siyu: Siyu, unrun: list[str]) -> None:
    kept = (home / "secret.key").read_text(encoding="ascii")
    assert siyu("--home", str(home), "key", "new").code == 0
    [aside] = home.glob("secret.key.until-*")
    assert aside.read_text(encoding="ascii") == kept
    assert aside.stat().st_mode & 0o777 == 0o600


def test_without_every_file_no_new_key_is_made(home: Path, siyu: Siyu) -> None:
    kept = (home / "secret.key").read_text(encoding="ascii")
    (home / "landing" / "orders" / "january.csv").unlink()
    said = siyu("--home", str(home), "key", "new")
    assert said.code == 1
    assert "january.csv" in said.err
    assert (home / "secret.key").read_text(encoding="ascii") == kept


def test_a_rotated_key_leaves_no_old_one(home: Path, siyu: Siyu) -> None:
    """All of landing is read again: the same people under other hashes, and nothing here that knows the old ones."""
    kept = (home / "secret.key").read_text(encoding="ascii")
    before = _hashes(home)
    said = siyu("--home", str(home), "key", "rotate")
    assert said.code == 0
    assert "the old one is deleted" in said.out
    assert list(home.glob("secret.key*")) == [home / "secret.key"]
    assert (home / "secret.key").read_text(encoding="ascii") != kept
    assert _orders_of_people(home) == [1, 3]
    assert not before & _hashes(home)
    assert siyu("--home", str(home), "run").code == 0


def _hashes(home: Path) -> set[str]:
    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        return {key for (key,) in snapshot.execute("select distinct phone_key from staging.orders").fetchall()}


def test_the_old_key_stays_until_a_run_is_through(home: Path, siyu: Siyu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.cli.running.run_all", lambda *_: 1)
    said = siyu("--home", str(home), "key", "rotate")
    assert said.code == 1
    assert "The old key stays" in said.err
    assert len(list(home.glob("secret.key.until-*"))) == 1


def test_rotating_would_lose_who_was_forgotten(home: Path, siyu: Siyu, unrun: list[str]) -> None:
    """It says so, changes nothing, and goes on when told to."""
    kept = (home / "secret.key").read_text(encoding="ascii")
    forget_person(load_settings(home), Who.of_phone("13922223333"))
    said = siyu("--home", str(home), "key", "rotate")
    assert (said.code, (home / "secret.key").read_text(encoding="ascii")) == (1, kept)
    assert "siyu key rotate --lose-forgotten" in said.err
    assert siyu("--home", str(home), "key", "rotate", "--lose-forgotten").code == 0
    assert unrun == ["run"]


def test_without_a_key_there_is_none_to_rotate(home: Path, siyu: Siyu) -> None:
    (home / "secret.key").unlink()
    said = siyu("--home", str(home), "key", "rotate")
    assert said.code == 1
    assert "siyu key new" in said.err
