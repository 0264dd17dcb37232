"""docs/notebooks/: the notebooks as they look over the demo, for whoever reads without running (`make rendered`).

What belongs here: running them, and their outputs as Markdown and pictures. What does not: the notebooks (notebooks/),
how a chart or a table looks (report/notebook.py).
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.docs import FOLDER

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTEBOOKS = FOLDER.parent / "notebooks"
RENDERED = FOLDER / "notebooks"
SECONDS = 300
WIDTH, HEIGHT = 820, 220
LETTERS = "<style>text{font:11px sans-serif;fill:#5c6874}.tick.y{text-anchor:end}.grid{stroke:#e2e5e4}</style>"
NOTE = "*Made by `make rendered` over the demo merchant; change [the notebook](../../notebooks/{name}) instead.*\n\n"


def render(notebook: Path, home: Path, folder: Path = RENDERED) -> Path:
    """Runs one notebook over a home and writes NAME.md with its pictures beside it; the page."""
    import nbformat
    from nbconvert.exporters import MarkdownExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    os.environ["SIYU_HOME"] = str(home.resolve())
    read = nbformat.read(notebook, as_version=4)
    ran, _ = ExecutePreprocessor(timeout=SECONDS).preprocess(read, {"metadata": {"path": str(notebook.parent)}})
    for cell in ran.cells:
        for output in cell.get("outputs", ()):
            _as_it_lies_still(output)
    given = {"unique_key": notebook.stem, "output_files_dir": ""}
    text, resources = MarkdownExporter().from_notebook_node(ran, given)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in resources["outputs"].items():
        (folder / name).write_bytes(content)
        [title] = re.findall(rb'aria-label="([^"]*)"', content)[:1] or [b""]
        text = text.replace(f"![svg]({name})", f"**{title.decode()}**\n\n![{title.decode()}]({name})")
    page = folder / f"{notebook.stem}.md"
    lines = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().split("\n")))
    page.write_text(f"{NOTE.format(name=notebook.name)}{lines}\n", encoding="utf-8")
    return page


def _as_it_lies_still(output: NotebookNode) -> None:
    """A drawing as a picture, a table without its style: a page of Markdown shows neither inside its text. Of a warning
    what it says, and not where."""
    if output.get("name") == "stderr":
        output["text"] = "".join(f"{said}\n" for said in re.findall(r"Warning: (.*)", output["text"]))
        return
    data: dict[str, Any] = output.get("data", {})
    drawn = data.get("text/html", "")
    if "<svg" in drawn:
        output["data"] = {
            "image/svg+xml": _picture(drawn[drawn.index("<svg") : drawn.rindex("</svg>") + len("</svg>")])
        }
    elif drawn:
        plain = re.sub(r"<style.*?</style>", "", drawn, flags=re.DOTALL)
        bare = re.sub(r' (?:id|class|style|border|scope)="[^"]*"', "", plain)
        output["data"] = {"text/html": re.sub(r">\s+<", "><", bare.replace(" >", ">")).strip()}


def _picture(svg: str) -> str:
    """A drawing with room around it for its axes, which a page leaves beside it."""
    height = re.match(r'<svg[^>]* height="(\d+)"', svg)
    inner = int(height[1]) if height else HEIGHT
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{inner + 48}">'
    placed = svg.replace("<svg", f'<svg x="64" y="16" width="{WIDTH - 96}" overflow="visible"', 1)
    return f"{head}{LETTERS}{placed}</svg>"


def main(home: Path) -> None:
    """Every notebook; what was rendered before and is no longer made is removed."""
    for old in RENDERED.glob("*"):
        old.unlink()
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        print(render(notebook, home).relative_to(FOLDER.parent))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
