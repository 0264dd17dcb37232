"""A home for a merchant's files: `siyu init`.

What belongs here: what is put into a new home, and that nothing that is there already is touched. What does not: what
the pieces are (settings_file.py, templates.py, folders.py, assets/new_home.yaml), and how it is told (cli/init.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.modes import make_home, private_files
from pipelines.new_home.folders import Folder, folders_for
from pipelines.new_home.settings_file import settings_text
from pipelines.new_home.templates import Template, load_templates
from pipelines.settings import Settings

__all__ = ["Folder", "Placed", "Template", "begin_home", "folders_for", "load_templates", "settings_text"]


@dataclass(frozen=True)
class Placed:
    """One file or folder of the home. `about`: what it is for."""

    path: Path  # relative to the home
    about: dict[str, str]
    is_new: bool


def begin_home(settings: Settings, platforms: Sequence[str] = ()) -> list[Placed]:
    """Makes what is not there yet, and says of each piece whether it was made now.

    `platforms`: whose exports get a folder each; without any, those of assets/new_home.yaml. Raises ValueError naming
    the nearest for a platform that is not known.
    """
    pieces = list(_pieces(settings, folders_for(platforms)))
    make_home(settings)
    with private_files():
        return [_placed(settings, path, about, make) for path, about, make in pieces]


Make = Callable[[Path], None]


def _pieces(settings: Settings, folders: Sequence[Folder]) -> Iterator[tuple[Path, dict[str, str], Make]]:
    yield Path("siyu.toml"), {"zh": "设置，每一项都有说明", "en": "settings, each explained"}, _write_settings
    for folder in folders:
        yield Path("landing", folder.name), folder.title, _make_folder
    about = {"zh": "自有映射，由 siyu map 生成", "en": "mappings of your own, which siyu map writes"}
    yield Path("sources"), about, _make_folder
    for template in load_templates().values():
        yield Path("templates", f"{template.file_name}.csv"), template.title, template.write_csv
        yield Path("templates", f"{template.file_name}.xlsx"), template.title, template.write_xlsx


def _placed(settings: Settings, path: Path, about: dict[str, str], make: Make) -> Placed:
    place = settings.home / path
    is_new = not place.exists() and not place.is_symlink()
    if is_new:
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place)
    return Placed(path, about, is_new)


def _write_settings(path: Path) -> None:
    with open(path, "x", encoding="utf-8") as file:
        file.write(settings_text())


def _make_folder(path: Path) -> None:
    path.mkdir()
