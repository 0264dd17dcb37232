"""One text cell → one typed value, twice: the plain spellings as DuckDB SQL, every other spelling in Python.

What belongs here: what counts as a date, an amount, an id …, in whatever spelling the platforms use. What does not:
which column is which (assets/sources), and what happens to a cell that cannot be read (plan.py, straightening.py).

The SQL half is small and cheap, reads the spellings that nearly every row has, and says of any other cell that it is
odd. Rows with an odd cell are straightened by the Python half, one by one: it knows 1.2万, 2025年3月1日 and the rest,
and names the fault where it knows no reading either. So a clean gigabyte is read at the reader's own speed, and a
new spelling is one readable branch here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from pipelines.ingest.staging import quoted
from pipelines.privacy import mask_text, normalise_phone, phone_key_sql

# Zero-width and direction characters: WeChat and Excel copy them along with a number.
INVISIBLE = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)))
SPACES = " \t\r\n\v\f\u00a0\u3000" + INVISIBLE
QUOTES = "'\"`\\"
EMPTY = ("", "-", "--", "—", "——", "NULL", "null", "None", "NaN", "nan", "NaT", "N/A", "n/a", "#N/A", "\\N")
PHONE_WORDS = ("phone", "mobile", "tel", "手机", "手机号", "手机号码", "电话")

EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)
LARGEST_NUMBER = 10**15
LONGEST_ID = 256
LONGEST_TEXT = 4000
LONGEST_JSON = 200_000

# Factor to the unit the tables keep. Amounts: yuan. Numbers: seconds, or one.
AMOUNT_UNITS = {"yuan": "1", "fen": "0.01", "milli_fen": "0.00001", "万": "10000"}
NUMBER_UNITS = {"second": "1", "s": "1", "ms": "0.001", "minute": "60", "hour": "3600", "万": "10000", "%": "0.01"}
SECOND_UNITS = {"second", "s", "ms", "minute", "hour"}
EPOCH_UNITS = {"s": 1, "ms": 1000}

_STAMPS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
)
_APOSTROPHE = quoted("'")
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")


@dataclass(frozen=True)
class Reading:
    """How the cells of one column of one file are to be read."""

    kind: str
    timezone: str
    modified_at: datetime  # a date without a year is the latest such day up to a day after it
    unit: str | None = None
    formats: tuple[str, ...] = ()
    pattern: str | None = None
    words: tuple[tuple[str, str], ...] | None = None  # the platform's words → ours
    default_word: str | None = None
    values: tuple[str, ...] = ()
    strip: str = SPACES + QUOTES
    empty: tuple[str, ...] = EMPTY


@dataclass(frozen=True)
class Unread:
    """Why a cell has no reading: a stable code and what was expected."""

    reason: str
    expected: str


# --- the plain spellings, as SQL -----------------------------------------------------------------------------------


def listed(values: tuple[str, ...] | list[str]) -> str:
    """A SQL list of literals, in brackets."""
    return "(" + ", ".join(quoted(value) for value in values) + ")"


def filled_sql(x: str, reading: Reading) -> str:
    """The cell, NULL when it is one of the words for nothing. Every other function here is given this."""
    longest = max(len(word.encode()) for word in reading.empty)
    return f"case when strlen({x}) > {longest} then {x} when {x} in {listed(reading.empty)} then null else {x} end"


def look_sql(x: str, reading: Reading) -> str:
    """The value of a plainly spelled cell; for any other cell something that `odd_sql` finds odd."""
    match reading.kind:
        case "json":
            return x
        case "id" | "word" | "text":
            return _unwrapped_sql(x, reading)
        case "phone":
            return f"case when strlen({x}) = 11 and regexp_full_match({x}, '1[3-9][0-9]{{9}}') then {x} end"
        case "timestamp":
            return _stamp_sql(x, reading)
        case "date":
            return f"try_strptime({x}, {_array(reading.formats or _DAYS)})::date"
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
        return f"case {p} {cases} end"
    return phone_key_sql(p, key) if reading.kind == "phone" else p


def odd_sql(x: str, p: str, v: str, reading: Reading) -> str:
    """Whether the cell says something that the look did not plainly understand (NULL counts as no)."""
    kind = reading.kind
    conditions = []
    if reading.pattern:
        conditions.append(f"not regexp_full_match({p}, {quoted(reading.pattern)})")
    if reading.words is not None:
        conditions.append(f"({p} is not null and {v} is null)")
    elif reading.values:
        conditions.append(f"{p} not in {listed(reading.values)}")
    elif kind == "id":
        conditions.append(_odd_id(p, reading))
    elif kind == "word":
        conditions.append(_odd_word(p, reading))
    elif kind == "text":
        conditions += [_odd_word(p, reading), f"regexp_matches({p}, {quoted(_DOUBTFUL_TEXT)})"]
    elif kind == "phone":
        # Masked, encrypted, or a virtual number with its extension.
        hidden = f"contains({x}, '*') or contains({x}, '#') or contains({x}, '$') or substr({x}, 12, 1) = '-'"
        conditions.append(f"({p} is null and strlen({x}) >= 11 and not ({hidden}))")
    elif kind in ("timestamp", "date"):
        inside = f"{p} >= timestamp '{EARLIEST}' and {p} < timestamp '{LATEST}'"
        conditions.append(f"({x} is not null and ({inside}) is not true)")
    elif kind == "number":
        conditions.append(f"({x} is not null and (abs({p}) < {LARGEST_NUMBER:.0f}) is not true)")
    elif kind == "json":
        conditions.append(f"strlen({x}) > {LONGEST_JSON}")
    else:
        conditions.append(f"({x} is not null and {p} is null)")
    return " or ".join(conditions) or "false"


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
        return f"try_strptime({x}, {_array(reading.formats)})"
    # DuckDB's own cast takes almost any text after the minutes for a time zone, hence strptime.
    return (
        f"case when ends_with({x}, 'Z') or contains({x}, '+') then timezone({zone}, try_cast({x} as timestamptz)) "
        f"else try_strptime({x}, {_array(_STAMPS)}) end"
    )


def _without_commas(x: str) -> str:
    """The number without its thousands commas; NULL for a comma elsewhere, for 1_000 and for 1.2E+05."""
    unusual = " or ".join(f"contains({x}, '{mark}')" for mark in ",_eE")
    grouped = f"regexp_full_match({x}, '[+-]?{_GROUPED}')"
    return f"(case when {unusual} then case when {grouped} then replace({x}, ',', '') end else {x} end)"


def _scaled(x: str, factor: str) -> str:
    if factor == "1":
        return f"try_cast({x} as decimal(18,2))"
    return f"try_cast(try_cast({x} as decimal(24,6)) * {factor} as decimal(18,2))"


def _odd_id(p: str, reading: Reading) -> str:
    return (
        f"{p} < '0' or ({p} >= '<' and {p} < '@') or ({p} >= '[' and {p} < '_') or ({p} >= '`' and {p} < 'a') "
        f"or {p} >= '{{' or contains({p}, '.') or contains({p}, 'E+') or contains({p}, 'e+') or contains({p}, '<') "
        f"or case when strlen({p}) <> length({p}) then regexp_matches({p}, '[{_INVISIBLE}]') else false end "
        f"or {_odd_end(p, reading)}"
    )


def _odd_word(p: str, reading: Reading) -> str:
    # Plain first characters: digits, letters, CJK. Everything else may be a space, a quote or a formula.
    return (
        f"{p} < '0' or ({p} >= '<' and {p} < 'A') or ({p} >= '[' and {p} < 'a') "
        f"or ({p} >= '{{' and {p} < '\u3001') or {p} >= '\uff01' "
        f"or contains({p}, '<') or {_odd_end(p, reading)}"
    )


def _odd_end(p: str, reading: Reading) -> str:
    strip = SPACES if reading.kind == "text" else reading.strip
    return f"right({p}, 1) in {listed(list(dict.fromkeys(strip)))} or strlen({p}) > {LONGEST_ID}"


# --- every spelling, in Python -------------------------------------------------------------------------------------

_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # INVISIBLE, inside the brackets of a pattern
# In free text: control and direction characters, and what may be a phone number or an address.
_DOUBTFUL_TEXT = f"[\\x00-\\x1f\\x7f@{_INVISIBLE}]|[0-9０-９][-－ ]?[0-9０-９]{{6}}|[3-9３-９]([-－ ]?[0-9０-９]){{9}}"
_CONTROLS = re.compile(f"[\x00-\x1f\x7f{_INVISIBLE}]")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]*[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+|[0-9]{16,}\.[0-9]+")
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_SIGNED_NUMBER = re.compile(r"[+\-][0-9.,]+[%％]?")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_BRACKETED_END = re.compile(r"[\s]|[（(].*[）)]$")
_STAMP = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T _]*(?P<hour>\d{1,2})[:：\-时点](?P<minute>\d{1,2})分?(?:[:：\-]?(?P<second>\d{1,2})秒?)?"
    r"(?:\.(?P<part>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?"
)
_NO_YEAR = re.compile(r"\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:.*")
# Commas belong between groups of three digits: 12,5 and 1.234,50 are another country's numbers, not these digits.
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"
_NUMBER = re.compile(
    rf"(?:¥|CNY|RMB)?\s*(?P<sign>[+-]?)\s*¥?\s*(?P<digits>{_GROUPED}|[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"(?:[eE](?P<power>[+-]?[0-9]{1,2}))?\s*(?P<scale>[万亿wW%]?)\s*(?:[元人次个条单件]{1,2}|CNY|RMB)?"
)
_SCALES = {"万": "10000", "w": "10000", "W": "10000", "亿": "100000000", "%": "0.01"}
_SPELLED = re.compile(
    r"(?:(?P<h>[0-9]+(?:\.[0-9]+)?) ?(?:小时|时|h))? ?(?:(?P<m>[0-9]+(?:\.[0-9]+)?) ?(?:分钟|分|min|m))? ?"
    r"(?:(?P<s>[0-9]+(?:\.[0-9]+)?) ?(?:秒|s))?"
)
_CLOCK = re.compile(r"(?:(?P<h>\d+):)?(?P<m>\d+):(?P<s>\d{2}(?:\.\d+)?)")

_EXPECTED = {
    "id": "an id as text: format the column as text and export again, as numbers ids lose digits",
    "word": "a plain word",
    "text": "plain text, no formula and no markup",
    "timestamp": "a time such as 2025-03-31 20:15:00",
    "date": "a date such as 2025-03-31",
    "amount": "an amount such as 1234.50",
    "count": "a whole number",
    "number": "a number",
    "boolean": "yes or no (1/0, true/false, 是/否)",
}


def straighten(text: str | None, reading: Reading) -> str | Unread | None:
    """The cell in its plainest spelling (None: it is empty), or why it has no reading."""
    if text is None:
        return None
    cell = text.strip(SPACES if reading.kind in ("text", "json") else reading.strip)
    if cell in reading.empty:
        return None
    expected = _EXPECTED.get(reading.kind, "")
    if len(cell) > LONGEST_TEXT and reading.kind not in ("phone", "json"):
        return Unread("too_long", expected)
    if reading.pattern and not re.fullmatch(reading.pattern, cell):
        return Unread(_act(cell) or "bad_pattern", f"text that matches {reading.pattern}")
    match reading.kind:
        case "json":
            return Unread("too_long", f"at most {LONGEST_JSON:,} characters") if len(cell) > LONGEST_JSON else cell
        case "id":
            return _id(cell, expected)
        case "word":
            return _word(cell, reading, expected)
        case "text":
            return Unread(reason, expected) if (reason := _act(cell)) else mask_text(_CONTROLS.sub("", cell))
        case "phone":
            return normalise_phone(cell)
        case "timestamp" | "date":
            moment = _moment(cell, reading)
            if moment is None or not EARLIEST <= moment < LATEST:
                return Unread("bad_date", expected)
            return moment.isoformat(" ") if reading.kind == "timestamp" else moment.date().isoformat()
        case "boolean":
            return _boolean(cell, expected)
    number = _number(cell, reading)
    return Unread(number, expected) if isinstance(number, str) else _rounded(number, reading.kind, expected)


def _id(cell: str, expected: str) -> str | Unread:
    cell = _HIDDEN.sub("", cell)
    if _SCIENTIFIC.fullmatch(cell):
        return Unread("scientific_notation", expected)
    if cell.endswith(".0") and cell[:-2].isdigit():  # a spreadsheet shows 12345 as 12345.0
        cell = cell[:-2]
    if cell.startswith(("=", "＝")):
        return Unread("formula", expected)
    if "<" in cell:
        return Unread("html", expected)
    if _is_nested(cell):
        return Unread("nested_value", expected)
    return Unread("too_long", expected) if len(cell) > LONGEST_ID else cell


def _word(cell: str, reading: Reading, expected: str) -> str | Unread:
    if reading.words is not None or reading.values:
        known = dict(reading.words) if reading.words is not None else {value: value for value in reading.values}
        bare = {raw.lower(): word for raw, word in known.items()}
        found = known.get(cell) or bare.get(_BRACKETED_END.sub("", cell).lower()) or reading.default_word
        return found or Unread(_act(cell) or "unknown_value", "one of " + ", ".join(known))
    reason = _act(cell) or ("too_long" if len(cell) > LONGEST_ID else None)
    return Unread(reason, expected) if reason else cell


def _act(cell: str) -> str | None:
    """Whether a spreadsheet would compute it or a browser draw it."""
    if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell):
        return "formula"
    if _MARKUP.search(cell):
        return "html"
    if _is_nested(cell):
        return "nested_value"
    return None


def _is_nested(cell: str) -> bool:
    """Whether a whole record or list stands where one value should: its parts were never looked at."""
    if not (cell.startswith(("{", "[")) and cell.endswith(("}", "]"))):
        return False
    try:
        return isinstance(json.loads(cell), (dict, list))
    except (ValueError, RecursionError):
        return False


def _boolean(cell: str, expected: str) -> str | Unread:
    word = cell.lower()
    if word in ("1", "1.0", "true", "t", "yes", "y", "是", "有", "开启", "开"):
        return "true"
    if word in ("0", "0.0", "2", "false", "f", "no", "n", "否", "无", "关闭", "关"):
        return "false"
    return Unread("bad_boolean", expected)


def _moment(cell: str, reading: Reading) -> datetime | None:
    """Business time: an offset or an epoch is converted, a bare wall clock is taken as it stands."""
    zone = ZoneInfo(reading.timezone)
    cell = unicodedata.normalize("NFKC", cell)
    for form in reading.formats:
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            continue
    if reading.formats:
        return None
    if re.fullmatch("[0-9]{1,16}", cell):
        return _from_digits(cell, reading, zone)
    if _NO_YEAR.fullmatch(cell):
        return _latest(cell, reading)
    if (match := _STAMP.fullmatch(cell)) is None:
        return None
    parts = match.groupdict()
    year, month, day, hour, minute, second = (
        int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    micros = int((parts["part"] or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, micros)
    except ValueError:
        return None
    return _converted(moment, parts["zone"], zone) if parts["zone"] else moment


def _converted(moment: datetime, offset: str, zone: ZoneInfo) -> datetime | None:
    sign = -1 if offset.startswith("-") else 1
    digits = re.sub(r"\D", "", offset).ljust(4, "0")
    shift = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        return (moment - shift).replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999
        return None


def _from_digits(cell: str, reading: Reading, zone: ZoneInfo) -> datetime | None:
    if reading.unit in EPOCH_UNITS or len(cell) in (10, 13):
        per_second = EPOCH_UNITS.get(reading.unit or "", 1000 if len(cell) == 13 else 1)
        seconds, rest = divmod(int(cell), per_second)
        if seconds > 10**11:
            return None
        moment = datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
        return moment + timedelta(seconds=rest / per_second)
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(cell))
    try:
        return datetime.strptime(cell, form) if form else None
    except ValueError:
        return None


def _latest(cell: str, reading: Reading) -> datetime | None:
    for year in (reading.modified_at.year, reading.modified_at.year - 1):
        moment = _moment(f"{year}-{cell.replace('/', '-')}", reading)
        if moment is not None and moment <= reading.modified_at + timedelta(days=1):
            return moment
    return None


def _number(cell: str, reading: Reading) -> Decimal | str:
    """The number in the unit that the tables keep, or the reason why it is none.

    A unit that the cell itself states wins over the column's.
    """
    cell = unicodedata.normalize("NFKC", cell)
    match = _NUMBER.fullmatch(cell)
    if match is None:
        seconds = _seconds(cell) if reading.unit in SECOND_UNITS else None
        return seconds if seconds is not None else "bad_amount" if reading.kind == "amount" else "bad_number"
    power = int(match["power"] or 0)
    if power > 0:  # 1.2E+05 was 123456 once
        return "scientific_notation"
    number = Decimal(match["sign"] + match["digits"].replace(",", "")).scaleb(power)
    if match["scale"]:
        return number * Decimal(_SCALES[match["scale"]])
    units = AMOUNT_UNITS if reading.kind == "amount" else NUMBER_UNITS
    return number * Decimal(units[reading.unit] if reading.unit else "1")


def _seconds(cell: str) -> Decimal | None:
    """1分20秒 and 00:01:20."""
    for form in (_SPELLED, _CLOCK):
        match = form.fullmatch(cell)
        if match and any(match.groups()):
            hours, minutes, seconds = (Decimal(match[name] or 0) for name in "hms")
            return hours * 3600 + minutes * 60 + seconds
    return None


def _rounded(number: Decimal, kind: str, expected: str) -> str | Unread:
    if kind == "amount":
        fits = abs(number) < 10**16
        return str(number.quantize(Decimal("0.01"), ROUND_HALF_UP)) if fits else Unread("bad_amount", expected)
    if kind == "count":
        whole = number == number.to_integral_value() and abs(number) < LARGEST_NUMBER
        return str(int(number)) if whole else Unread("bad_number", expected)
    return repr(float(number)) if abs(number) < LARGEST_NUMBER else Unread("bad_number", expected)
