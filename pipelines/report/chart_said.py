"""What a chart shows, in one sentence with its numbers: it stands over the drawing, which then only bears it out.

What belongs here: the values that a sentence of charts.yaml (`finding`) may name, by kind of chart. What does not: the
sentences, and judging whether anything moved (chance.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any

from pipelines.report.chart_kinds import said
from pipelines.report.source import Row
from pipelines.report.words import Words, day, number

Spec = Mapping[str, Any]
Values = dict[str, str]


def finding_of(chart: Spec, rows: Sequence[Row], words: Words, totals: Mapping[Any, float] | None = None) -> str:
    """The sentence; '' where the chart has none, or where one of its numbers is not known."""
    if "finding" not in chart or not rows:
        return ""
    known = _VALUES[chart["kind"]](chart, rows, words, totals or {})
    asked = {name for _, name, _, _ in Formatter().parse(chart["finding"][words.language]) if name}
    return said(chart, "finding", words, **known) if asked <= known.keys() else ""


def _bars(chart: Spec, _: Sequence[Row], words: Words, totals: Mapping[Any, float]) -> Values:
    """Of the wholes, as the parts may not all be told."""
    if not totals:
        return {}
    top = max(totals, key=lambda place: (totals[place], place))
    mean = sum(totals.values()) / len(totals)
    return {
        "mean": number(round(mean, 2), chart["format"], words.language),
        "highest": number(totals[top], chart["format"], words.language),
        "highest_on": day(top, words.language),
        "days": number(len(totals), "count", words.language),
    }


def _dots(chart: Spec, rows: Sequence[Row], words: Words, _: Mapping[Any, float]) -> Values:
    known = [(row[chart["x"]], row[chart["y"]]) for row in rows if row[chart["y"]] is not None]
    if not known:
        return {}
    values = [value for _, value in known]
    low, high, last = (number(v, chart["format"], words.language) for v in (min(values), max(values), values[-1]))
    on = day(known[-1][0], words.language)
    return {"low": low, "high": high, "last": last, "last_on": on, "count": str(len(known))}


def _curve(chart: Spec, rows: Sequence[Row], words: Words, _: Mapping[Any, float]) -> Values:
    """The height at each place of `at`, as far as the curve goes."""
    known = [(row[chart["x"]], row[chart["y"]]) for row in rows if row[chart["y"]] is not None]
    found = {}
    for at in chart.get("at", ()):
        heights = [y for x, y in known if x <= at]
        if heights and known[-1][0] >= at:
            found[f"at_{at}"] = number(heights[-1], chart["format"], words.language)
    return found


def _funnel(chart: Spec, rows: Sequence[Row], words: Words, _: Mapping[Any, float]) -> Values:
    known = {str(row[chart["x"]]): row[chart["rate"]] for row in rows}
    return {step: number(rate, "rate", words.language) for step, rate in known.items() if rate is not None}


def _heatmap(chart: Spec, rows: Sequence[Row], words: Words, _: Mapping[Any, float]) -> Values:
    """Of each place of `at` all shown cohorts together that are over: their counts, and the share."""
    found = {}
    for at in chart.get("at", ()):
        column = [row for row in rows if row[chart["column"]] == at and row[chart["mature"]]]
        column = [row for row in column if row[chart["count"]] is not None and row[chart["n"]] is not None]
        part, of = (sum(row[chart[key]] for row in column) for key in ("count", "n"))
        if of:
            found[f"at_{at}"] = number(part / of, "rate", words.language)
            found[f"of_{at}"] = number(of, "count", words.language)
    return found


_VALUES: dict[str, Callable[[Spec, Sequence[Row], Words, Mapping[Any, float]], Values]] = {
    "bars": _bars,
    "dots": _dots,
    "curve": _curve,
    "funnel": _funnel,
    "heatmap": _heatmap,
}
