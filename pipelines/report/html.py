"""A report as one HTML file that asks the network for nothing: styles, script and charts stand inside it.

What belongs here: rendering. What does not: values (they come in the model) and markup (assets/reports/*.j2).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from pipelines.report import charts
from pipelines.report.layout import layout
from pipelines.report.model import Report
from pipelines.report.periods import Span
from pipelines.report.shapes import IMMATURE, OK, SMALL, Cell, Field
from pipelines.report.words import REPORTS, Words, clean, day, days, load_words, moment, span
from pipelines.tables import load_tables

if TYPE_CHECKING:
    from jinja2 import Environment

SHADES = 10
_PAGE_LINK = re.compile(r'<a class="page-link" href="[^"]*">')  # as _cells writes it
# The table `page_orders` of pages.yaml, as blocks.html.j2 writes it; no table holds another.
_ORDERS = re.compile(r'<article class="block[^>]* id="[^"]*-page_orders".*?</article>', re.DOTALL)


def render(report: Report, small_group: int) -> str:
    """The whole page of a report."""
    return _of_report(
        "report",
        report,
        small_group,
        sql=_sql,
        definitions="",
        compare_at_least=layout()["compare_at_least"],
    )


def render_pages(report: Report, small_group: int) -> dict[str, str]:
    """The pages of single things by the name of their file, one file a kind."""
    home = f"{report.kind}-{report.as_of}.html"
    return {
        kind.file: _of_report(
            "pages", report, small_group, scripts=("report", "index"), definitions=home, home=home, one=kind
        )
        for kind in report.pages
    }


def _of_report(name: str, report: Report, small_group: int, **given: Any) -> str:
    """A page with numbers of a report on it. `definitions`: the page on which these stand, '' for itself."""
    return framed(
        name,
        f"{report.merchant} · {report.title}",
        load_words(report.language),
        foot=f"{load_words(report.language)('report.as_of')} {report.as_of}",
        number=_cells(load_words(report.language), small_group),
        raw=raw,
        shade=shade,
        pairs=lambda fields, row: list(zip(fields, row, strict=True)),
        day=lambda value: day(value, report.language, weekday=True),
        span=lambda value: _span(value, report.language),
        days=lambda value: days(value.first, value.last),
        moment=moment,
        report=report,
        small_group=small_group,
        **given,
    )


def framed(name: str, head: str, words: Words, foot: str = "", scripts: Sequence[str] = (), **given: Any) -> str:
    """A page of ours by its template, NAME.html.j2, and NAME.js, or other `scripts`.

    `head`, `foot`: what a printed page says of itself.

    Autoescape is on; only our own style and script may run (their hashes stand in the policy).
    """
    style = _style(head, foot)
    script = "\n".join((REPORTS / f"{one}.js").read_text(encoding="utf-8") for one in scripts or (name,))
    return (
        _templates()
        .get_template(f"{name}.html.j2")
        .render(
            t=words,
            language=words.language,
            # Ours, not anybody's input; escaping would break the CSS, and the hashes below cover every byte of them.
            style=Markup(style),
            script=Markup(script),
            style_hash=Markup(_hash(style)),
            script_hash=Markup(_hash(script)),
            **given,
        )
    )


@functools.cache
def _templates() -> Environment:
    """Kept, as a template is compiled once for all pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(REPORTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _cells(words: Words, small_group: int) -> Callable[[Field, Cell], Markup]:
    """How a cell is written: `data-c` and `value` let a program read every number back, exactly.

    Not a macro of the templates: there are tens of thousands, and a macro takes ten times as long.
    """
    why = {IMMATURE: words("report.legend_immature"), SMALL: words("report.legend_small", n=small_group)}
    titles = {state: f' title="{escape(text)}"' for state, text in why.items()}

    def number(field: Field, cell: Cell) -> Markup:
        name, text = escape(field.name), escape(cell.text)
        if cell.state != OK:
            return Markup(f'<span class="{cell.state}" data-c="{name}"{titles.get(cell.state, "")}>{text}</span>')
        value = escape(raw(cell.value))
        if field.is_number:
            return Markup(f'<data data-c="{name}" value="{value}">{text}</data>')
        shown = f"<bdi>{text}</bdi>"
        if cell.link:
            shown = f'<a class="page-link" href="{escape(cell.link)}">{shown}</a>'
        return Markup(f'<span data-c="{name}" data-v="{value}">{shown}</span>')

    return number


def without_orders(page: str) -> str:
    """A file of pages without the orders that they list: for old reports, when somebody is to be forgotten."""
    return _ORDERS.sub("", page)


def for_paper(page: str) -> str:
    """A page whose names lead to no other file: in a PDF that would be this machine's path to it."""
    return _PAGE_LINK.sub('<a class="page-link">', page)


def raw(value: Any) -> str:
    """A value as text that reads back exactly; names lose what `clean` takes from them."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return repr(value) if isinstance(value, float) and not value.is_integer() else str(value).removesuffix(".0")


def shade(cell: Cell) -> str:
    """The class of a heat map's cell."""
    if cell.state != OK:
        return cell.state
    return "partial" if cell.is_partial else f"h{round((cell.level or 0) * (SHADES - 1))}"


def _span(value: Span, language: str) -> str:
    return span(value.first, value.last, language)


def _sql(table: str) -> str:
    """How a table is counted, for who wants to know; '' of one that has no SQL of its own."""
    found = load_tables().get(table)
    return found.text.strip() if found else ""


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _style(head: str, foot: str) -> str:
    """report.css after the palettes, the shades of heat maps, and what each printed page says of itself."""
    defined = charts.definitions()
    light, dark = (
        {name.replace("_", "-"): value for name, value in defined[key].items()} for key in ("palette", "dark")
    )
    classes = "".join(f".c-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}" for name in light)
    own = (REPORTS / "report.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            f":root{{{_properties(light)}}}",
            classes,
            own,
            _shades(light),
            f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(dark)}}}\n{_shades(dark)}}}",
            f"@page{{@top-left{{content:{_text(head)}}}@bottom-left{{content:{_text(foot)}}}}}",
        ]
    )


def _properties(palette: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in palette.items())


def _text(value: str) -> str:
    """A text as CSS says it: whatever is no letter or digit as its number, so that no name can end it."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):06x}" for c in value) + '"'


def _shades(palette: Mapping[str, str]) -> str:
    return "".join(_shade_rule(level, palette["heat-low"], palette["heat-high"]) for level in range(SHADES))


def _shade_rule(level: int, low: str, high: str) -> str:
    part = level / (SHADES - 1)
    mixed = [round(a + (b - a) * part) for a, b in zip(_rgb(low), _rgb(high), strict=True)]
    # At a luminance of 0.18 white and black letters both stand out enough (WCAG: 4.5 to 1); the page's ink would not.
    letters = "#fff" if _luminance(mixed) < 0.18 else "#000"
    return f"td.h{level},i.h{level}{{background:rgb({' '.join(map(str, mixed))});color:{letters}}}\n"


def _luminance(rgb: Iterable[int]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> Iterable[int]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
