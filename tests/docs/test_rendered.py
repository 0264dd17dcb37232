"""The notebooks as docs/notebooks shows them are those of notebooks/, and hold pictures that anybody can see."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from pipelines.docs.rendered import NOTEBOOKS, RENDERED, _as_it_lies_still

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
PICTURE = re.compile(r"!\[[^]]*\]\(([^)]+)\)")


def test_each_notebook_is_rendered_and_nothing_else() -> None:
    assert sorted(path.stem for path in RENDERED.glob("*.md")) == NAMES
    shown = {name for page in RENDERED.glob("*.md") for name in PICTURE.findall(page.read_text(encoding="utf-8"))}
    assert {path.name for path in RENDERED.glob("*.svg")} == shown


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_cell_of_its_notebook_as_it_is_now(name: str) -> None:
    """Where this fails, the notebook was changed: `make rendered`."""
    page = (RENDERED / f"{name}.md").read_text(encoding="utf-8")
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        source = "\n".join(line.rstrip() for line in "".join(cell["source"]).strip().split("\n"))
        assert source in page
    assert "Traceback" not in page
    assert "<table" in page or PICTURE.search(page)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_runs_nothing_and_names_no_place(name: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in RENDERED.glob(f"{name}*")]
    for text in texts:
        assert "<script" not in text
        assert not re.search(r"(?<![\w.])/(?:tmp|root|home|work|Users)/", text)


def test_a_drawing_becomes_a_picture_that_stands_alone_with_room_for_its_axes() -> None:
    drawn = '<style>b{}</style><b>title</b><div><svg class="plot" height="220"><text x="-8">1</text></svg></div>'
    output = {"data": {"text/html": drawn}}
    _as_it_lies_still(output)  # type: ignore[arg-type]
    svg = output["data"].pop("image/svg+xml")
    assert output == {"data": {}}
    whole = ElementTree.fromstring(svg)
    assert (whole.tag, whole.get("height")) == ("{http://www.w3.org/2000/svg}svg", "268")
    assert [(one.get("x"), one.get("height"), one.get("overflow")) for one in whole if one.tag.endswith("svg")] == [
        ("64", "220", "visible")
    ]


def test_of_a_warning_stays_what_it_says() -> None:
    told = "/somewhere/1.py:1: UserWarning: jd: nothing is predicted\n  ask()\n"
    output = {"name": "stderr", "text": told + told.replace("jd", "taobao")}
    _as_it_lies_still(output)  # type: ignore[arg-type]
    assert output["text"] == "jd: nothing is predicted\ntaobao: nothing is predicted\n"


def test_a_table_keeps_its_cells_and_loses_its_style() -> None:
    table = '<table id="T" class="x">\n <tr>\n<td id="a" class="b" >1 &lt; 2</td></tr></table>'
    output = {"data": {"text/html": f"<style>td{{}}</style>\n{table}"}}
    _as_it_lies_still(output)  # type: ignore[arg-type]
    assert output["data"] == {"text/html": "<table><tr><td>1 &lt; 2</td></tr></table>"}


def test_what_is_said_in_words_stays() -> None:
    output = {"data": {"text/plain": "7"}}
    _as_it_lies_still(output)  # type: ignore[arg-type]
    assert output == {"data": {"text/plain": "7"}}
