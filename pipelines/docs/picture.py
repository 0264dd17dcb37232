"""The one picture of the whole: files → staging → core → facts → metrics → readers, drawn from what the tables read.

What belongs here: where a box stands and how a line bends. What does not: which tables there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipelines.catalogue import load_catalogue
from pipelines.tables import Table

STEP, BOX, HEIGHT, GAP = 216, 150, 30, 12
LEFT, TOP, BOTTOM = 24, 96, 56
FONT = "system-ui, -apple-system, 'Noto Sans CJK SC', sans-serif"
INK, MUTED, PAPER = "#17212b", "#5c6874", "#f5f5f1"
COLOURS = {
    "landing": ("#ffffff", "#aeb6bd"),
    "staging": ("#fdf1e7", "#c4762b"),
    "core": ("#e6f2f1", "#0e6a70"),
    "facts": ("#dceceb", "#0c5f65"),
    "metrics": ("#cfe3e2", "#0a545a"),
    "published": ("#ffffff", "#aeb6bd"),
}
HEADINGS = {
    "landing": ("landing/", "files as exported"),
    "staging": ("staging", "every platform alike"),
    "core": ("core", "one history per person"),
    "facts": ("facts", "counts by date and breakdown"),
    "metrics": ("metrics", "rates, and whether mature"),
    "published": ("published/", "read-only, for everyone"),
}
# What stands outside the tables: the files that come and what people read.
LANDING = ("platform exports", "webhook records", "your own tables")
PUBLISHED = ("siyu.duckdb", "report (HTML)", "workbook (XLSX)", "notebooks")


@dataclass(frozen=True)
class Box:
    """One table or file, where it stands."""

    label: str
    group: str
    x: float
    y: float


def picture() -> str:
    """docs/architecture.svg: a box per table, a line for each table that another one reads."""
    tables = load_catalogue()
    columns = _columns(tables)
    tallest = max(len(names) for _, names in columns)
    boxes = {
        name: Box(
            tables[name].name if name in tables else name, group, LEFT + number * STEP, _y(row, len(names), tallest)
        )
        for number, (group, names) in enumerate(columns)
        for row, name in enumerate(names)
    }
    width = LEFT * 2 + (len(columns) - 1) * STEP + BOX
    height = TOP + tallest * (HEIGHT + GAP) + BOTTOM
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-labelledby="title" font-family="{FONT}" font-size="13">',
            '<title id="title">From landing files through staging, core, facts and metrics to the report</title>',
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            *_headings(columns, height),
            *_arrows(columns, height),
            *_lines(tables, boxes),
            *map(_box, boxes.values()),
            "</svg>",
            "",
        ]
    )


def _columns(tables: dict[str, Table]) -> list[tuple[str, list[str]]]:
    """Groups from left to right, each a list of names; core in columns by how much its tables build on each other."""
    named = {
        s: [name for name, table in tables.items() if table.schema == s]
        for s in ("staging", "core", "facts", "metrics")
    }
    first = [name for name in named["core"] if not _of_core(tables[name], without=_clock(tables))]
    last = [name for name in named["core"] if name not in first and not _read_in_core(name, tables)]
    between = [name for name in named["core"] if name not in first and name not in last]
    columns = [
        ("landing", list(LANDING)),
        ("staging", named["staging"]),
        ("core", first),
        ("core", between),
        ("core", last),
    ]
    last_ones = [("facts", named["facts"]), ("metrics", named["metrics"]), ("published", list(PUBLISHED))]
    return _untangled([*columns, *last_ones], tables)


def _clock(tables: dict[str, Table]) -> set[str]:
    """Tables that read staging only for its days: one row, which any table may read without being built upon it."""
    return {name for name in tables if name == "core.as_of"}


def _of_core(table: Table, without: set[str]) -> list[str]:
    return [name for name in table.dependencies if name.startswith("core.") and name not in without]


def _read_in_core(name: str, tables: dict[str, Table]) -> bool:
    return any(name in table.dependencies for table in tables.values() if table.schema == "core")


def _untangled(columns: list[tuple[str, list[str]]], tables: dict[str, Table]) -> list[tuple[str, list[str]]]:
    """Each column in the order of the middle of what its tables read (and of what reads them): fewer crossing lines."""
    links = {(d, name) for name, table in tables.items() for d in table.dependencies if d in tables}
    for _ in range(4):
        height = {name: (row + 0.5) / len(names) for _, names in columns for row, name in enumerate(names)}
        columns = [(group, sorted(names, key=lambda name: _middle(name, links, height))) for group, names in columns]
    return columns


def _middle(name: str, links: set[tuple[str, str]], height: dict[str, float]) -> float:
    ends = sorted(height[a if b == name else b] for a, b in links if name in (a, b))
    return sum(ends) / len(ends) if ends else height[name]


def _y(row: int, rows: int, tallest: int) -> float:
    """Every column is spread over the height of the tallest one."""
    return TOP + (row + 0.5) * tallest * (HEIGHT + GAP) / rows - HEIGHT / 2


def _headings(columns: Sequence[tuple[str, list[str]]], height: int) -> list[str]:
    lines = []
    groups = [group for group, _ in columns]
    for group, (title, meaning) in HEADINGS.items():
        first, count = groups.index(group), groups.count(group)
        x, width = LEFT + first * STEP - 9, (count - 1) * STEP + BOX + 18
        stroke = COLOURS[group][1]
        lines += [
            f'<rect x="{x}" y="20" width="{width}" height="{height - 40}" rx="10" fill="none" stroke="{stroke}" '
            'stroke-opacity="0.35"/>',
            f'<g text-anchor="middle"><text x="{x + width / 2}" y="48" font-size="17" font-weight="600" fill="{INK}">'
            f'{title}</text><text x="{x + width / 2}" y="68" font-size="12" fill="{MUTED}">{meaning}</text></g>',
        ]
    return lines


def _lines(tables: dict[str, Table], boxes: dict[str, Box]) -> list[str]:
    """One line per table read. What many metrics look words up in (the first column of core) is drawn faintly."""
    links = [(boxes[d], boxes[name]) for name, table in tables.items() for d in table.dependencies if d in boxes]
    first = min(box.x for box in boxes.values() if box.group == "core")
    late = ("facts", "metrics")
    return [_line(start, end, 0.22 if start.x == first and end.group in late else 0.55) for start, end in links]


def _line(start: Box, end: Box, strength: float) -> str:
    x1, y1 = start.x + BOX, start.y + HEIGHT / 2
    x2, y2 = end.x, end.y + HEIGHT / 2
    bend = max(30.0, (x2 - x1) * 0.45)
    if start.x == end.x:
        x2, bend, back = x1, 36.0, -36.0
    else:
        back = bend
    return (
        f'<path d="M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - back:g} {y2:g} {x2:g} {y2:g}" fill="none" '
        f'stroke="{COLOURS[start.group][1]}" stroke-opacity="{strength}"/>'
    )


def _arrows(columns: Sequence[tuple[str, list[str]]], height: int) -> list[str]:
    """Everything in landing feeds staging, everything in metrics is published: one arrow each says so."""
    groups = [group for group, _ in columns]
    return [
        _arrow(LEFT + groups.index(group) * STEP, TOP + (height - TOP - BOTTOM) / 2)
        for group in ("staging", "published")
    ]


def _arrow(x: float, y: float) -> str:
    return f'<path d="M{x - 52:g} {y - 5:g}h24v-8l16 13l-16 13v-8h-24z" fill="#aeb6bd"/>'


def _box(box: Box) -> str:
    fill, stroke = COLOURS[box.group]
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{BOX}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="{stroke}"/>'
        f'<text x="{box.x + BOX / 2:g}" y="{box.y + 19.5:g}" text-anchor="middle" fill="{INK}">'
        f"{escape(box.label)}</text>"
    )
