"""Bytes → the name of their encoding.

What belongs here: telling encodings apart, and how sure that is. What does not: decoding a file (text.py).

GB18030 takes nearly any two bytes for a character, so text in another double-byte encoding decodes without a fault and
comes out as nonsense. It gives itself away by its letters: in each encoding nearly all text is made of the few thousand
characters of its first level, and read by another one the same bytes fall all over the plane.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_OTHER_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first begins like UTF-16's
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ADVICE = "export again as CSV UTF-8"
MIXED = (
    "text in one encoding; lines in UTF-8 stand among lines in GBK, as where two files were joined: put each in alone"
)
_KNOWN = "text in UTF-8, UTF-16 or GB18030 (GBK)"


class UnknownEncodingError(Exception):
    """No encoding that we read; says which one it seems to be, and what to do."""

    def __init__(self, expected: str, found: str | None = None) -> None:
        super().__init__(expected)
        self.expected, self.found = expected, found


@dataclass(frozen=True)
class _Script:
    """A double-byte encoding, and the bytes of what nearly all of its text is made of."""

    codec: str
    title: str
    usual: re.Pattern[bytes]  # one usual character
    own: re.Pattern[bytes]  # what only its text is likely to be made of


_SYLLABLES = "이다는의가고하을지사기도로은나인스어한자리시해대구주문상김박최정원일수서부전제장라아품성동"
_SCRIPTS = (
    _Script(
        "cp950",
        "Big5 (traditional Chinese)",
        usual=re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),
        own=re.compile(rb"[\xa4-\xc6][\x40-\x7e]"),
    ),
    _Script(
        "cp932",
        "Shift-JIS (Japanese)",
        usual=re.compile(rb"[\x81-\x83][\x40-\xfc]|[\x88-\x97][\x40-\xfc]"),
        own=re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]"),
    ),
    # The bytes of Korean are Chinese of the first level, too, but the commonest syllables are rare Chinese.
    _Script(
        "cp949",
        "EUC-KR (Korean)",
        usual=re.compile(rb"[\xa1-\xc8][\xa1-\xfe]"),
        own=re.compile(b"|".join(re.escape(letter.encode("cp949")) for letter in _SYLLABLES)),
    ),
)
_GB_USUAL = re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]")
_PAIR = re.compile(rb"[\x81-\xfe][\x30-\xfe]")
# Two Chinese letters of UTF-8, and a line of nothing else: read as GB18030 they are three rare ones (小红: 灏忕孩).
_UTF8_PAIR = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
_UTF8_LINE = re.compile(rb"(?:[\x00-\x7f]|[\xe3-\xe9\xef][\x80-\xbf]{2})+")
_UTF8_LONG = re.compile(rb"[\xe0-\xf4][\x80-\xbf]")  # of three bytes or more
_ODD_LETTERS = re.compile("[\u0180-\u036f\u0500-\u058f\u0700-\u07ff]")
_ENOUGH = 4  # different characters, below which letters prove nothing


def encoding_of(sample: bytes, is_cut: bool) -> tuple[str, int]:
    """Encoding and length of the BOM: BOM, then UTF-16 by its zero bytes, then UTF-8, then by its letters.

    `is_cut`: the sample ends where it happens to. A text may hold a few lines that are of no encoding; they are refused
    one by one. Raises UnknownEncodingError for anything else.
    """
    if sample.startswith(_OTHER_BOMS):
        raise UnknownEncodingError(f"{_KNOWN}, this is UTF-32; {_ADVICE}", "UTF-32")
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name, len(bom)
    if 0 in sample[:1000]:
        even, odd = sample[0:1000:2].count(0), sample[1:1000:2].count(0)
        if max(even, odd) > len(sample[:1000]) // 5:
            return ("utf-16-le", 0) if odd > even else ("utf-16-be", 0)
    return _eight_bit_encoding(sample, is_cut), 0


def _eight_bit_encoding(sample: bytes, is_cut: bool) -> str:
    lines = [line for line in sample.split(b"\n")[: -1 if is_cut else None] if line]
    telling = [line for line in lines if not line.isascii()]
    if is_sound(sample, "utf-8", is_cut=True) or 2 * _sound_lines(telling, "utf-8") > len(telling):
        return "gb18030" if _is_gb_that_is_sound_utf8(telling) else "utf-8"
    # Most telling lines first: UTF-8 with one damaged line may happen to be GB18030, and would be nonsense then.
    if is_sound(sample, "gb18030", is_cut=True) or 2 * _sound_lines(telling, "gb18030") > len(telling):
        return _by_letters(telling)
    if (script := _script_of(telling)) is not None:
        return script.codec
    if 2 * len(telling) < len(lines):
        return "utf-8"
    raise UnknownEncodingError(f"{_KNOWN}; {_ADVICE}")


def _is_gb_that_is_sound_utf8(lines: list[bytes]) -> bool:
    """A few Chinese letters in GBK are sound UTF-8: 元 is a rare Cyrillic Ԫ, 时 a raised ʱ.

    Where such letters, which no merchant writes, stand among usual Chinese ones and nothing else does, they are these.
    """
    if not lines or any(_UTF8_LONG.search(line) for line in lines):
        return False
    has_odd = any(_ODD_LETTERS.search(line.decode("utf-8", "ignore")) for line in lines)
    return has_odd and all(_GB_USUAL.fullmatch(pair) for pair in _letters(lines))


def _sound_lines(lines: list[bytes], encoding: str) -> int:
    return sum(is_sound(line, encoding) for line in lines)


def _by_letters(lines: list[bytes]) -> str:
    """GB18030, unless the letters are those of another encoding, or of none."""
    letters = _letters(lines)
    usual = sum(1 for pair in letters if _GB_USUAL.fullmatch(pair))
    script = _script_of(lines)
    if script is not None and (script.codec == "cp949" or 10 * usual < 9 * len(letters)):
        return script.codec
    if len(letters) >= _ENOUGH and 5 * usual < len(letters):
        raise UnknownEncodingError(f"{_KNOWN}, and this is none of them; {_ADVICE}")
    return "gb18030"


def _script_of(lines: list[bytes]) -> _Script | None:
    """The encoding in which all is sound, nearly every letter usual, and many are what only its text is made of."""
    for script in _SCRIPTS:
        if not all(is_sound(line, script.codec) for line in lines):
            continue
        letters = _letters(lines, script.usual)
        usual = sum(1 for pair in letters if script.usual.fullmatch(pair))
        own = sum(1 for pair in letters if script.own.fullmatch(pair))
        is_plain = len(letters) >= _ENOUGH and 10 * usual >= 9 * len(letters)
        # Chinese has two letters in five above \xc8, Korean has none: a dozen without one leave little doubt.
        if is_plain and (5 * own >= len(letters) or (script.codec == "cp949" and own and len(letters) >= 3 * _ENOUGH)):
            return script
    return None


def _letters(lines: list[bytes], usual: re.Pattern[bytes] | None = None) -> set[bytes]:
    """The different double-byte characters: a word that stands in each row proves no more than once."""
    either = _PAIR if usual is None else re.compile(usual.pattern + b"|" + _PAIR.pattern)
    return {pair for line in lines for pair in either.findall(line)}


def utf8_within(chunk: bytes) -> bytes | None:
    """A line of text in UTF-8 among lines that are read as GB18030, if there is one."""
    if _UTF8_PAIR.search(chunk) is None:
        return None
    lines = (line for line in chunk.split(b"\n") if _UTF8_PAIR.search(line))
    return next((line for line in lines if _UTF8_LINE.fullmatch(line)), None)


def title_of(encoding: str) -> str | None:
    """How an encoding that was told by its letters is called; None for those that are certain."""
    return next((script.title for script in _SCRIPTS if script.codec == encoding), None)


def is_sound(sample: bytes, encoding: str, is_cut: bool = False) -> bool:
    """Whether the bytes are text of that encoding, of which the last character may be cut."""
    try:
        if is_cut:
            codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=False)
        elif not sample.isascii():
            sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
