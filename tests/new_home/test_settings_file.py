"""siyu.toml as `siyu init` writes it: every key, at its default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel

from pipelines.new_home import settings_text
from pipelines.new_home.settings_file import words
from pipelines.settings import Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_as_it_is_it_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "siyu.toml").write_text(settings_text(), encoding="utf-8")
    assert load_settings(tmp_path) == Settings(home=tmp_path)


def test_every_key_says_its_default(tmp_path: Path) -> None:
    said = re.sub(r"(?m)^#(?! )", "", settings_text())
    assert tomllib.loads(said).keys() == Settings.model_fields.keys() - {"home"}
    (tmp_path / "siyu.toml").write_text(said, encoding="utf-8")
    assert load_settings(tmp_path) == Settings(home=tmp_path)


def test_every_key_is_explained_and_no_other() -> None:
    fields = Settings.model_fields
    inside = {
        f"{name}.{key}"
        for name, field in fields.items()
        if isinstance(default := field.get_default(), BaseModel)
        for key in type(default).model_fields
    }
    assert words().keys() == (fields.keys() - {"home"}) | inside


def test_the_example_of_a_table_is_one(tmp_path: Path) -> None:
    said = re.sub(r"(?m)^#(?! )", "", settings_text()).replace(
        f"# {words()['channels'].example}", words()["channels"].example
    )
    (tmp_path / "siyu.toml").write_text(said, encoding="utf-8")
    assert load_settings(tmp_path).channels["私域小程序"].domain == "private"


def test_the_page_of_settings_has_every_key() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [key for key in Settings.model_fields if f"| `{key}` |" not in page and f"| `[{key}]` |" not in page] == [
        "home"
    ]
