"""One text cell → one typed value as DuckDB SQL, for the plain spellings that nearly every row has.

What belongs here: SQL that reads plain cells and says of any other cell that it is odd. What does not: every other
spelling, and what is wrong with a cell that has no reading (straight.py).
"""

from __future__ import annotations

from functools import cache

from pipelines.ingest.cells.alone import odd_marks_sql
from pipelines.ingest.cells.customs import doubts_sql
from pipelines.ingest.cells.nobody import DATE_AS_ID, MASKED, PUNCTUATION, only_marks_sql
from pipelines.ingest.cells.phones import odd_phone_id_sql
from pipelines.ingest.cells.reading import (
    AMOUNT_UNITS,
    EPOCH_UNITS,
    GROUPED,
    INVISIBLE_PATTERN,
    LARGEST_COUNT,
    LARGEST_NUMBER,
    LATEST,
    LENGTH_OF_DAY,
    LONGEST_ID,
    LONGEST_JSON,
    NUMBER_UNITS,
    PLAIN_SINCE,
    SPACES,
    Reading,
)
from pipelines.privacy import is_filler_sql, phone_key_sql
from pipelines.spec.literals import quoted

_STAMPS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
)
_APOSTROPHE = quoted("'")
_BETWEEN = "\x1f"  # words
MANY_WORDS = 40
NEARLY_A_PHONE = 8  # what is shorter is not even a part of one
_DAYS = ("%Y-%m-%d", "%Y/%m/%d")
_ZONED = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+]14(:?00)?)"
)
_WIDE = "０-９Ａ-Ｚａ-ｚ"  # full-width digits and letters, inside the brackets of a pattern
_ODD_LETTERS = f"{INVISIBLE_PATTERN}{_WIDE}{PUNCTUATION}"  # of an id
# In free text: control and direction characters, and what may be a phone number or an address.
_DOUBTFUL_TEXT = (
    f"[\\x00-\\x1f\\x7f@{INVISIBLE_PATTERN}]|[0-9０-９][-－ ]?[0-9０-９]{{6}}|[3-9３-９]([-－ ]?[0-9０-９]){{9}}"
)


def listed(values: tuple[str, ...] | list[str]) -> str:
    """A SQL list of literals, in brackets."""
    return "(" + ", ".join(quoted(value) for value in values) + ")"


@cache
def list_sql(words: tuple[str, ...]) -> str:
    """SQL of a list of words, if it can be as one literal: DuckDB's parser is slow."""
    if not words or any(_BETWEEN in word for word in words):
        return "[" + ", ".join(map(quoted, words)) + "]"
    return f"string_split({quoted(_BETWEEN.join(words))}, {quoted(_BETWEEN)})"


def among_sql(x: str, words: tuple[str, ...]) -> str:
    """SQL: whether it is one of the words. DuckDB makes IN of it."""
    return f"list_contains({list_sql(words)}, {x})"


def filled_sql(x: str, reading: Reading) -> str:
    """The cell, NULL when it is one of the words for nothing. Every other function here is given this."""
    longest = max(len(word.encode()) for word in reading.empty)
    plain = f"strlen({x}) > {longest}"
    if not any("0" < word < ":" for word in reading.empty):  # a list is long to look through, and most ids are digits
        plain += f" or ({x} > '0' and {x} < ':')"
    return f"case when {plain} then {x} when {_is_empty_sql(x, reading.empty)} then null else {x} end"


def _is_empty_sql(x: str, words: tuple[str, ...]) -> str:
    """Whether the cell is one of the words; of many words only those of its own length are looked through."""
    if len(words) < MANY_WORDS:
        return among_sql(x, words)
    cases = " ".join(f"when {length} then {among_sql(x, alike)}" for length, alike in _by_length(words))
    return f"case strlen({x}) {cases} else false end"


@cache
def _by_length(words: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    """The words of each length."""
    by_length: dict[int, list[str]] = {}
    for word in dict.fromkeys(words):
        by_length.setdefault(len(word.encode()), []).append(word)
    return [(length, tuple(alike)) for length, alike in sorted(by_length.items())]


def look_sql(x: str, reading: Reading) -> str:
    """The value of a plainly spelled cell; for any other cell something that `odd_sql` finds odd."""
    match reading.kind:
        case "json":
            return x
        case "id":
            return f"case when not contains({x}, '{MASKED}') then {_unwrapped_sql(x, reading)} end"
        case "word" | "text":
            return _unwrapped_sql(x, reading)
        case "phone":
            full = f"strlen({x}) = 11 and regexp_full_match({x}, '1[3-9][0-9]{{9}}')"
            return f"case when {full} and not ({is_filler_sql(x)}) then {x} end"
        case "timestamp":
            return _stamp_sql(x, reading)
        case "date":
            return _day_sql(x, reading)
        case "amount":
            return _scaled(f"{_without_commas(x)}", AMOUNT_UNITS[reading.unit or "yuan"])
        case "count":
            plain = f"case when regexp_full_match({x}, '[0-9]{{1,14}}') then {x}::bigint end"
            return plain if reading.unit is None else f"({plain}) * {NUMBER_UNITS[reading.unit]}"
        case "number":
            factor = NUMBER_UNITS[reading.unit] if reading.unit else "1"
            return f"try_cast({_without_commas(x)} as double) * {factor}"
        case _:
            return f"case when {x} in ('1', 'true', '是') then true when {x} in ('0', 'false', '否') then false end"


def value_sql(p: str, reading: Reading, key: bytes) -> str:
    """The typed value, from the look."""
    if reading.words is not None:
        cases = " ".join(f"when {quoted(raw)} then {quoted(word)}" for raw, word in reading.words)
        if reading.default_word is not None:
            # Anything but a bare word may still be a known one: that is for the second look.
            bare = f"strlen({p}) <= {LONGEST_ID} and regexp_full_match({p}, '[0-9A-Za-z\\x{{4e00}}-\\x{{9fff}}]+')"
            cases += f" else case when {bare} then {quoted(reading.default_word)} end"
        return f"case when {p} is not null then case {p} {cases} end end"
    return phone_key_sql(p, key) if reading.kind == "phone" else p


def has_text(reading: Reading) -> bool:
    """Whether `text_sql` knows the cells that are not odd."""
    return reading.kind != "count" or reading.unit is None


def text_sql(x: str, p: str, v: str, reading: Reading) -> str:
    """The plainest spelling of a cell that is not odd, as the careful reading writes it."""
    if reading.words is not None:
        return v
    if reading.kind == "timestamp":
        return f"case when {has_time_sql(x, reading)} then {p}::varchar else {p}::date::varchar end"
    return f"{p}::varchar"


def odd_sql(x: str, p: str, v: str, reading: Reading) -> str:
    """Whether the cell says something that the look did not plainly understand (NULL counts as no)."""
    kind = reading.kind
    conditions = [f"not regexp_full_match({p}, {quoted(reading.pattern)})"] if reading.pattern else []
    if reading.words is not None:
        conditions.append(f"({p} is not null and {v} is null)")
    elif reading.values:
        conditions.append(f"not {among_sql(p, reading.values)}")
    elif kind == "id":
        conditions += [_odd_id(p, reading), *odd_marks_sql(p, reading), *odd_phone_id_sql(p, reading)]
    elif kind == "word":
        conditions.append(_odd_word(p, reading))
    elif kind == "text":
        conditions += [_odd_word(p, reading), f"regexp_matches({p}, {quoted(_DOUBTFUL_TEXT)})"]
    elif kind == "phone":
        # Masked, encrypted, or a virtual number with its extension.
        hidden = f"contains({x}, '*') or contains({x}, '#') or contains({x}, '$') or substr({x}, 12, 1) = '-'"
        conditions.append(f"({p} is null and strlen({x}) >= {NEARLY_A_PHONE} and not ({hidden}))")
    elif kind in ("timestamp", "date"):
        inside = f"{p} >= timestamp '{PLAIN_SINCE}' and {p} < timestamp '{LATEST}'"
        conditions.append(f"({x} is not null and ({inside}) is not true)")
    elif kind == "number":
        conditions.append(f"({x} is not null and (abs({p}) < {LARGEST_NUMBER:.0f}) is not true)")
    elif kind == "count":
        conditions.append(f"({x} is not null and (abs({p}) < {LARGEST_COUNT}) is not true)")
    elif kind == "json":
        conditions.append(f"strlen({x}) > {LONGEST_JSON}")
    else:
        conditions.append(f"({x} is not null and {p} is null)")
    conditions += [doubt] if (doubt := doubts_sql(x, reading)) else []
    doubts = " or ".join(conditions) or "false"
    # Most of these tests are slow where there is nothing to test.
    return f"case when {p} is not null then {doubts} end" if kind in ("id", "word", "text") else doubts


def _array(formats: tuple[str, ...]) -> str:
    return "[" + ", ".join(quoted(f) for f in formats) + "]"


def _unwrapped_sql(x: str, reading: Reading) -> str:
    """The cell without what programs put around it: a tab or an apostrophe against Excel; around text, blanks."""
    marks = "('\t')" if reading.kind == "text" else f"('\t', {_APOSTROPHE})"
    marked = f"case when {x} < '(' and left({x}, 1) in {marks} then {filled_sql(f'substr({x}, 2)', reading)}"
    if reading.kind == "text":
        marked += f" when ends_with({x}, ' ') or starts_with({x}, ' ') then {filled_sql(f'trim({x})', reading)}"
    return f"{marked} else {x} end"


def _stamp_sql(x: str, reading: Reading) -> str:
    zone = quoted(reading.timezone)
    if reading.unit in EPOCH_UNITS:
        per_second = EPOCH_UNITS[reading.unit]
        number = f"case when regexp_full_match({x}, '[0-9]{{1,{9 + len(str(per_second))}}}') then {x}::bigint end"
        return f"timezone({zone}, make_timestamptz(({number}) * {1_000_000 // per_second}))"
    if reading.formats:
        return _of_zone(f"try_strptime({x}, {_array(reading.formats)})", x, reading)
    # DuckDB's own cast takes almost any text after the minutes for a time zone, hence strptime and a strict pattern.
    zoned = f"case when regexp_full_match({x}, '{_ZONED}') then timezone({zone}, try_cast({x} as timestamptz)) end"
    return (
        f"case when ends_with({x}, 'Z') or contains({x}, '+') then {zoned} "
        f"else {_of_zone(f'try_strptime({x}, {_array(_STAMPS)})', x, reading)} end"
    )


def _of_zone(clock: str, x: str, reading: Reading) -> str:
    """A wall clock of the zone that the header states, in business time; a day without an hour stays that day."""
    if reading.zone is None:
        return clock
    there = f"timezone({quoted(reading.timezone)}, timezone({quoted(reading.zone)}, {clock}))"
    return f"case when {has_time_sql(x, reading)} then {there} else {clock} end"


def has_time_sql(x: str, reading: Reading) -> str:
    """Whether a plainly spelled moment says its hour; NULL where there is none."""
    if reading.unit in EPOCH_UNITS:
        return f"case when {x} is not null then true end"
    if reading.formats:
        return f"contains({x}, ':')" if not all("%H" in form for form in reading.formats) else f"{x} is not null"
    return f"strlen({x}) > {LENGTH_OF_DAY}"


def _day_sql(x: str, reading: Reading) -> str:
    if reading.formats:
        return f"try_strptime({x}, {_array(reading.formats)})::date"
    # %Y%m%d would take 2024115 for a day in November
    digits = f"case when regexp_full_match({x}, '[0-9]{{8}}') then try_strptime({x}, '%Y%m%d') end"
    marked = f"contains({x}, '-') or contains({x}, '/')"
    return f"(case when {marked} then try_strptime({x}, {_array(_DAYS)}) else {digits} end)::date"


def _without_commas(x: str) -> str:
    """The number without its thousands commas; NULL for a comma elsewhere, for 1_000 and for 1.2E+05."""
    unusual = " or ".join(f"contains({x}, '{mark}')" for mark in ",_eE")
    grouped = f"case when regexp_full_match({x}, '[+-]?{GROUPED}') then replace({x}, ',', '') end"
    return f"(case when {x} < '-' then null when {unusual} then {grouped} else {x} end)"  # +-0 is one to DuckDB


def _scaled(x: str, factor: str) -> str:
    if factor == "1":
        return f"try_cast({x} as decimal(18,2))"
    return f"try_cast(try_cast({x} as decimal(24,6)) * {factor} as decimal(18,2))"


def _odd_id(p: str, reading: Reading) -> str:
    return (
        f"{p} < '0' or ({p} >= ':' and {p} < '@') or ({p} >= '[' and {p} < '_') or ({p} >= '`' and {p} < 'a') "
        f"or {p} >= '{{' or contains({p}, '.') or contains({p}, ',') or contains({p}, 'E+') or contains({p}, 'e+') "
        f"or contains({p}, '<') or {_day_like(p)} "
        f"or case when strlen({p}) <> length({p}) then regexp_matches({p}, '[{_ODD_LETTERS}]') else false end "
        f"or case when starts_with({p}, '00') then ltrim({p}, '0') = '' else false end or {only_marks_sql(p)} "
        f"or {_odd_end(p, reading)}"
    )


def _day_like(p: str) -> str:
    """An id that a spreadsheet took for a day; most ids are told from one by their length alone."""
    marks = " or ".join(f"contains({p}, '{mark}')" for mark in "-/月")
    may_be = f"(strlen({p}) <= 11 or ({p} >= '1' and {p} < '3' and strlen({p}) <= 19)) and ({marks})"
    return f"case when {may_be} then regexp_full_match({p}, {quoted(DATE_AS_ID)}) else false end"


def _odd_word(p: str, reading: Reading) -> str:
    # Plain first characters: digits, letters, CJK. Everything else may be a space, a quote or a formula.
    return (
        f"{p} < '0' or ({p} >= '<' and {p} < 'A') or ({p} >= '[' and {p} < 'a') "
        f"or ({p} >= '{{' and {p} < '\u3001') or {p} >= '\uff01' "
        f"or contains({p}, '<') or {_odd_end(p, reading)}"
    )


def _odd_end(p: str, reading: Reading) -> str:
    strip = SPACES if reading.kind == "text" else reading.strip
    marks = quoted("".join(dict.fromkeys(strip)))
    return f"contains({marks}, right({p}, 1)) or strlen({p}) > {LONGEST_ID}"
