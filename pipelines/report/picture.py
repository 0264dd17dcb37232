"""docs/report.png: the demo merchant's monthly report on a desk and on a phone, photographed by a Chromium.

What belongs here: taking the picture (`make picture`). What does not: anything a report needs; reports never do.
"""

from __future__ import annotations

import sys
import tempfile
from html import escape
from pathlib import Path

from pipelines.report.browser import photograph

# Two frames of one page beside each other: 1,180 px as on a desk, 360 px as on a phone.
STAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 40px; display: flex; gap: 40px; background: #d9dfdd; }}
iframe {{ border: 0; height: 1360px; border-radius: 10px; box-shadow: 0 10px 40px rgb(10 40 44 / .25); }}
</style><iframe width="1180" srcdoc="{page}"></iframe><iframe width="360" srcdoc="{page}"></iframe>"""
SIZE = (1660, 1440)


def take(report: Path, picture: Path) -> None:
    """Photographs the report into a PNG. Raises NoBrowser where no Chromium is installed or it fails."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / "stage.html"
        stage.write_text(STAGE.format(page=escape(_still(report.read_text(encoding="utf-8")))), encoding="utf-8")
        photograph(stage, picture, *SIZE)


def _still(page: str) -> str:
    """The page without scroll bars. Its policy allows only its own style, so it goes, and its script with it."""
    head, _, rest = page.partition('<meta http-equiv="Content-Security-Policy"')
    body = rest.partition(">")[2].partition("<script>")[0]
    return f"{head}<style>::-webkit-scrollbar {{ display: none }}</style>{body}"


def main(home: Path, picture: Path) -> None:
    """Writes the monthly report of a home directory aside and photographs it."""
    from pipelines.report import write_report
    from pipelines.settings import load_settings

    settings = load_settings(home)
    with tempfile.TemporaryDirectory() as folder:
        take(write_report(settings.snapshot_path, Path(folder), settings, "monthly").html, picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
