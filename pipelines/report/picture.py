"""docs/report.png: the demo merchant's monthly report on a desk and on a phone, photographed by a Chromium.

What belongs here: taking the picture (`make picture`). What does not: anything a report needs; reports never do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Two frames of one page beside each other: 1,180 px as on a desk, 360 px as on a phone.
STAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 40px; display: flex; gap: 40px; background: #d9dfdd; }}
iframe {{ border: 0; height: 1360px; border-radius: 10px; box-shadow: 0 10px 40px rgb(10 40 44 / .25); }}
</style><iframe width="1180" srcdoc="{page}"></iframe><iframe width="360" srcdoc="{page}"></iframe>
<script>
// The phone shows what comes further down.
onload = () => {{
  const phone = frames[1];
  phone.document.documentElement.style.scrollBehavior = "auto";
  phone.document.getElementById("section-conversion").scrollIntoView();
}};
</script>"""
SIZE = (1660, 1440)


def take(report: Path, picture: Path) -> None:
    """Photographs the report into a PNG. Raises RuntimeError where no Chromium is installed or it fails."""
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser is None:
        raise RuntimeError(f"no Chromium found (looked for: {', '.join(BROWSERS)}); install one to renew {picture}")
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / "stage.html"
        stage.write_text(STAGE.format(page=escape(_still(report.read_text(encoding="utf-8")))), encoding="utf-8")
        _photograph(browser, stage, picture, Path(folder))
    if not picture.exists():
        raise RuntimeError(f"{browser} made no picture of {report}")


def _still(page: str) -> str:
    """The page without scroll bars. Its policy allows only its own style, so it goes, and its script with it."""
    head, _, rest = page.partition('<meta http-equiv="Content-Security-Policy"')
    body = rest.partition(">")[2].partition("<script>")[0]
    return f"{head}<style>::-webkit-scrollbar {{ display: none }}</style>{body}"


def _photograph(browser: str, stage: Path, picture: Path, folder: Path) -> None:
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    size = [f"--window-size={SIZE[0]},{SIZE[1]}", "--force-device-scale-factor=1", f"--user-data-dir={folder}/profile"]
    command = [browser, *flags, *size, f"--screenshot={picture.resolve()}", stage.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if done.returncode != 0:
        raise RuntimeError(f"{browser} ended with {done.returncode}: {done.stderr.strip()[-500:]}")


def main(home: Path, picture: Path) -> None:
    """Writes the monthly report of a home directory aside and photographs it."""
    from pipelines.report import write_report
    from pipelines.settings import load_settings

    settings = load_settings(home)
    with tempfile.TemporaryDirectory() as folder:
        take(write_report(settings.snapshot_path, Path(folder), settings, "monthly").html, picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
