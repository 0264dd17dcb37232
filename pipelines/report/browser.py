"""A Chromium, where the machine has one: it prints a report as a PDF and takes its picture.

What belongs here: finding it and starting it. What does not: the page (html.py), which must need none to be read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipelines.report.html import for_paper

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 180


class NoBrowser(RuntimeError):
    """Nothing on this machine can print a page, or it could not."""


def found() -> str:
    """The path of a Chromium. Raises NoBrowser with what to do where there is none."""
    path = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if path is None:
        raise NoBrowser(
            f"no Chromium was found (looked for {', '.join(BROWSERS)}), and a PDF is printed by one. Install chromium, "
            "or open the HTML report in a browser and print it from there: it is laid out for A4."
        )
    return path


def print_page(page: Path, pdf: Path) -> None:
    """Prints a page of ours on A4, with the headers and page numbers that it says itself. Raises NoBrowser."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, page.name)
        copy.write_text(for_paper(page.read_text(encoding="utf-8")), encoding="utf-8")
        _run("--no-pdf-header-footer", f"--print-to-pdf={pdf.resolve()}", copy.as_uri())
    if not pdf.exists():
        raise NoBrowser(f"{found()} printed nothing of {page}. Open the page in a browser and print it from there.")


def photograph(page: Path, picture: Path, width: int, height: int) -> None:
    """Takes a PNG of a page. Raises NoBrowser."""
    size = (f"--window-size={width},{height}", "--hide-scrollbars", "--force-device-scale-factor=1")
    _run(*size, f"--screenshot={picture.resolve()}", page.resolve().as_uri())
    if not picture.exists():
        raise NoBrowser(f"{found()} made no picture of {page}")


def _run(*options: str) -> None:
    """Starts it for one page of this machine, with a profile that is thrown away and no part of the network."""
    flags = ["--headless=new", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # a Chromium refuses to start as root with one
    with tempfile.TemporaryDirectory() as folder:
        command = [found(), *flags, f"--user-data-dir={folder}/profile", *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoBrowser(f"{command[0]} did not answer: {error}") from error
    if done.returncode != 0:
        raise NoBrowser(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
