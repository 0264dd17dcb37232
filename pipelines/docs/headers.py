"""The page of what a header may say: units, currencies, time zones, and the names of the canonical tables' columns.

What belongs here: the layout of the page. What does not: any of the words (assets/units.yaml, assets/headers.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.docs.markdown import code, grid, page
from pipelines.ingest.staging import load_staging
from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.ingest.units import written

_TITLES = {
    "scales": "how many of its unit one stands for",
    "amounts": "of an amount",
    "durations": "of a duration",
    "epochs": "of a time that is a number",
    "shares": "of a share",
    "currencies": "a currency that is set aside",
    "zones": "a time zone",
}


def headers_page() -> str:
    """docs/headers.md."""
    return page(
        "# What a header may say",
        "<!-- made by `make docs` from assets/units.yaml and assets/headers.yaml; change it there -->",
        "Headers are compared without case, white space, quotes and width; brackets may be `()`, `【】` or `[]`.",
        *_units(),
        "## Several columns for one of ours",
        "Where two columns fit one of ours, or a name stands twice, the file is refused and both are named, unless its "
        "mapping says which counts. A column that nobody reads is told by name, near names first; `siyu check FILE` "
        "says all of it beforehand.",
        "## A merchant's own files",
        "The canonical tables take these headers besides their very column names (`order_id`, also `Order ID` or "
        "`orderId`), in `landing/<table>/` or wherever half of the header is theirs. Titles above the header are "
        "skipped.",
        *(_table(name, headers) for name, headers in load_headers().items()),
    )


def _units() -> list[str]:
    words = written()
    units = [
        (_TITLES[kind], code(key), _names(spellings)) for kind in _TITLES for key, spellings in words[kind].items()
    ]
    return [
        "## Units",
        "A unit stands in brackets behind the name, or behind `/` or `_`: `成交金额（万元）`, "
        "`paid_amount（单位：分）`, `人均停留时长(毫秒)`, `paid_at (UTC)`. What a cell itself says (1.2万, 80秒, an "
        "offset) counts before its header. A bracket that is no word of this list makes another column: "
        "`成交人数(新客)` is not `成交人数`.",
        grid(("what it is", "unit", "words"), units),
        f"Words that count nothing ({_names(words['counters'])}) and notes ({_names(words['notes'])}) are left out. "
        "`utc+8`, `gmt+08:00` and names such as `Asia/Tokyo` are time zones too.",
        "An amount in another currency is never added to yuan: a column is set aside and told, a needed one refuses "
        f"the file, and a row whose currency column ({_names(words['currency_columns'])}) says something else than "
        "yuan is refused.",
    ]


def _table(name: str, headers: TableHeaders) -> str:
    rows = [(code(column), _names(said.names), _names(said.dates)) for column, said in headers.columns.items()]
    rows += [
        (f"{code(also.instead_of)} ({', '.join(f'{k} = {v}' for k, v in also.sets.items())})", _names(also.names), "")
        for also in headers.also.values()
    ]
    words = [
        (code(column), code(word), ", ".join(spellings))
        for column, said in headers.columns.items()
        for word, spellings in said.words.items()
    ]
    title = load_staging()[name].title
    key = headers.content_key
    without = "a row is known by its content; equal rows of one file are numbered."
    if key and key.first_of:
        without += f" It must say one of {_names(key.first_of)}."
    return page(
        f"### [{name}](tables/staging.{name}.md) · {title['zh']}",
        f"Without `{key.column}` {without}" if key else "",
        grid(("column", "headers", "its date apart"), rows),
        grid(("column", "word", "may be said"), words) if words else "",
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))
