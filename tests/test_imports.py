"""Packages that import a part of themselves only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.imports import absent, hollow


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that imports two modules, one of which must not be imported, and defines a name itself."""
    files = {
        "outer/__init__.py": "from . import light\nfrom .light import one\nfrom .heavy import two\n"
        "from outer.inner import three as drei\nOWN = one + 40\n",
        "outer/light.py": "one = 1\n",
        "outer/heavy.py": "two = 2\n",
        "outer/inner/__init__.py": "from .deep import three\nfrom ..heavy import two\n",
        "outer/inner/deep.py": "from .. import one\nthree = one + 2\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "outer"
    for name in [name for name in sys.modules if name.partition(".")[0] == "outer"]:
        del sys.modules[name]


def test_only_what_is_asked_for_is_imported(package: str) -> None:
    hollow("outer", "outer.inner")
    from outer import drei  # type: ignore[import-not-found]

    assert drei == 3
    assert "outer.heavy" not in sys.modules


def test_a_submodule_is_no_name_of_the_package(package: str) -> None:
    hollow("outer")
    from outer import light  # type: ignore[import-not-found]

    assert (light.one, "outer.heavy" in sys.modules) == (1, False)


def test_a_name_that_the_package_makes_itself_is_made_by_it(package: str) -> None:
    hollow("outer")
    import outer  # type: ignore[import-not-found]

    assert outer.OWN == 41
    assert (outer.two, outer.one) == (2, 1)
    with pytest.raises(AttributeError, match="module 'outer' has no attribute 'nobody'"):
        outer.nobody  # noqa: B018


def test_a_package_that_is_loaded_stays_as_it_is(package: str) -> None:
    import outer  # type: ignore[import-not-found]

    hollow("outer")
    assert sys.modules["outer"] is outer


def test_what_counts_as_missing_is_there_again_afterwards() -> None:
    with absent("this_is_nowhere"), pytest.raises(ImportError):
        import this_is_nowhere  # type: ignore[import-not-found] # noqa: F401
    assert "this_is_nowhere" not in sys.modules


def test_checks_are_asked_without_what_great_expectations_has_besides() -> None:
    heavy = ["scipy", "altair", "great_expectations.checkpoint.actions", "pyspark"]
    heavy += [
        "great_expectations.datasource.fluent.pandas_datasource",
        "great_expectations.data_context.data_context.abstract_data_context",
    ]
    code = f"""
import sys
from pipelines.expectations import Validations
from pipelines.spec.checks import Check
from pipelines.database import connect
connection = connect()
connection.execute("create table core.one as select 1 as n")
with Validations(connection) as validations:
    (result,) = validations.run("core.one", [Check("core.one", "n", "condition", "", "count(*) filter (where n > 0)")])
print(result.rows, [name for name in {heavy} if name in sys.modules])
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "1 []"
