"""Files that were loaded whole go when they are old; nothing else does, and nobody takes them for lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.run import run
from pipelines.settings import Settings
from pipelines.steps.from_landing import LandingIncomplete
from pipelines.upkeep.purge import purge
from pipelines.upkeep.verify import verify
from tests.upkeep.conftest import MORE, land

pytestmark = pytest.mark.usefixtures("few_tables")


def old(settings: Settings, days: int) -> None:
    """As if everything had been loaded so many days ago."""
    from pipelines.warehouse import open_for_writing

    with open_for_writing(settings) as warehouse:
        warehouse.connection.execute(f"update ops.files set loaded_at = loaded_at - interval {days} days")


def test_what_was_loaded_whole_goes_and_the_rest_says_why_it_stays(home: Path, settings: Settings) -> None:
    land(home, "orders/some.csv", MORE.replace("o4", "o5") + "o6,douyin,u9,soon,1\n")
    land(home, "orders/none.csv", "a,b\n1,2\n")
    run(settings)
    old(settings, 100)
    land(home, "orders/february.csv", MORE.replace("100", "101"))  # written to since
    land(home, "orders/new.csv", MORE.replace("o4", "o7"))
    done = purge(settings, timedelta(days=90))
    assert done.gone == ["orders/january.csv"]
    assert done.kept == {
        "orders/february.csv": "it is not what was loaded; the next run reads it",
        "orders/new.csv": "no run has loaded it",
        "orders/none.csv": "it was refused",
        "orders/some.csv": "1 of its rows were refused",
    }
    assert not (home / "landing" / "orders" / "january.csv").exists()


def test_what_is_young_stays(home: Path, settings: Settings) -> None:
    old(settings, 89)
    assert (purge(settings, timedelta(days=90)).gone, purge(settings, timedelta(days=90)).young) == ([], 2)


def test_a_trial_deletes_nothing(home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    old(settings, 100)
    assert main(["--home", str(home), "purge", "--landing-older-than", "90d", "--dry-run"]) == 0
    assert "2 files would go" in capsys.readouterr().out
    assert len(list((home / "landing" / "orders").iterdir())) == 2


def test_a_purged_home_goes_on_and_is_whole(home: Path, settings: Settings) -> None:
    old(settings, 100)
    purge(settings, timedelta(days=90))
    assert run(settings).status == "unchanged"
    [landing] = [found for found in verify(settings) if found.part == "landing"]
    assert (landing.broken, landing.whole.endswith("2 were purged (`siyu purge`)")) == ("", True)
    with pytest.raises(LandingIncomplete, match=r"2 of them were purged"):
        run(settings, full=True)


@pytest.mark.parametrize("text", ["", "soon", "0d", "-3d"])
def test_days_are_asked_for(home: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "purge", "--landing-older-than", text]) == 1
    assert "expected days, such as 90d" in capsys.readouterr().err
