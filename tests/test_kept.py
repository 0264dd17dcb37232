"""What is worked out of a text is worked out once, whichever process asks, and a bad file costs time only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines import kept


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept in this test; what other tests kept is put back."""
    path = tmp_path / "bytecode" / "kept"
    monkeypatch.setattr(kept, "place", lambda: path)
    for name, empty in (("_kept", {}), ("_used", set()), ("_new", set())):
        monkeypatch.setattr(kept, name, empty)
    monkeypatch.setattr(kept, "_read_once", lambda: None)
    return path


def ask(texts: list[str], next_process: bool = False) -> tuple[list[Any], list[str]]:
    """What is said of each text, and for which it had to be worked out."""
    worked: list[str] = []

    def count(text: str) -> dict[str, int]:
        worked.append(text)
        if not text:
            raise ValueError("nothing stands there")
        return {"letters": len(text)}

    if next_process:
        kept._kept.clear()
        kept._kept.update(kept._read(kept.place()))
    look = kept.kept(count)
    return [look(text) for text in texts], worked


def test_the_next_process_does_not_work_it_out_again(file: Path) -> None:
    assert ask(["a", "bb", "a"]) == ([{"letters": 1}, {"letters": 2}, {"letters": 1}], ["a", "bb"])
    kept.write()
    assert ask(["bb", "ccc"], next_process=True) == ([{"letters": 2}, {"letters": 3}], ["ccc"])


def test_two_processes_keep_what_both_found(file: Path) -> None:
    ask(["a"])
    kept.write()
    kept._kept.clear()
    ask(["bb"])
    kept.write()
    assert ask(["a", "bb"], next_process=True)[1] == []
    assert [one.name for one in file.parent.iterdir()] == ["kept"]


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_file_is_as_none(file: Path, damage: bytes | None) -> None:
    ask(["a"])
    kept.write()
    whole = file.read_bytes()
    file.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:] if damage is None else damage)
    assert ask(["a"], next_process=True) == ([{"letters": 1}], ["a"])


def test_other_code_has_said_nothing_yet(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(["a"])
    kept.write()
    monkeypatch.setattr(kept, "_code_of_work", lambda: b"a later one")
    assert ask(["a"], next_process=True)[1] == ["a"]


def test_what_cannot_be_written_is_worked_out_each_time(file: Path) -> None:
    file.parent.write_text("no folder")
    ask(["a"])
    kept.write()
    assert ask(["a"], next_process=True) == ([{"letters": 1}], ["a"])


def test_a_mistake_is_not_kept_and_a_value_is_the_callers_own(file: Path) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="nothing stands there"):
            ask([""])
    (mine, again), _ = ask(["a", "a"])
    mine["letters"] = 7
    assert again == {"letters": 1}


def test_of_too_many_those_stay_that_were_asked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(["a", "bb", "ccc"])
    kept.write()
    monkeypatch.setattr(kept, "MOST", 2)
    kept._used.clear()
    ask(["ccc", "dddd"], next_process=True)
    kept.write()
    assert ask(["a", "bb", "ccc", "dddd"], next_process=True)[1] == ["a", "bb"]


def test_a_merchants_own_file_is_not_kept(file: Path, tmp_path: Path) -> None:
    from pipelines.spec.reading import ASSETS, parse

    assert parse("a: 1", tmp_path / "activities.yaml") == {"a": 1}
    assert kept._kept == {}
    assert parse("a: 1", ASSETS / "made_up.yaml") == {"a": 1}
    assert len(kept._kept) == 1


def test_where_no_bytecode_is_written_nothing_is_kept(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines import kept; kept.place = lambda: Path(sys.argv[1])\n"
        "print(kept.kept(lambda text: len(text))('four'))"
    )
    for option, is_kept in (("-B", False), ("-X utf8", True)):
        path = tmp_path / option.replace(" ", "")
        run = [sys.executable, *option.split(), "-c", code, str(path)]
        done = subprocess.run(run, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(Path.cwd())})
        assert done.stdout == "4\n"
        assert path.exists() is is_kept
