"""Personal identifiers become keyed hashes while they are read, and are masked wherever raw text is shown.

What belongs here: the merchant's key, what a phone number is, its keyed hash, masking of raw text. What does not: which
columns hold personal values (assets/sources say that).

The hash is HMAC-SHA-256 (RFC 2104) computed by DuckDB itself from `sha256`, cut to 72 bits and written as 12 url-safe
base64 characters: DuckDB keeps strings of up to 12 bytes in place, so keys join as fast as numbers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

MASK = "***"

_FULL_WIDTH_DIGITS = "０１２３４５６７８９"
_SEPARATOR = r"[\s\x{00a0}\x{3000}\-－—.·_]*"
_DIGIT = "[0-9０-９]"
# One text for RE2 (DuckDB) and for Python's re; the optional prefix is the country code in any spelling.
_PHONE = rf"(?:[+＋]?(?:[0０][0０])?[8８][6６]{_SEPARATOR})?[1１]{_SEPARATOR}[3-9３-９](?:{_SEPARATOR}{_DIGIT}){{9}}"
_NATIONAL_ID = r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}[0-9Xx]"
# The local part has 64 characters at most; without that limit Python's re is quadratic on a long word.
_EMAIL = r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"
_PERSONAL = f"(?:{_NATIONAL_ID}|{_PHONE})"


def load_key(path: Path) -> bytes:
    """The merchant's 32-byte secret, made on first use and readable by its owner only.

    Raises ValueError naming the file when what stands there is not 64 hexadecimal characters.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _new_key(path)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError(
            f"{path}: expected 64 hexadecimal characters (32 bytes). Put the original file back: with another key, "
            "people already loaded would not be recognised. Delete it only together with the warehouse."
        )
    return key


def _new_key(path: Path) -> bytes:
    key = secrets.token_bytes(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return key


def phone_key(number: str, key: bytes) -> str:
    """The keyed hash of one normalised number; the Python twin of `phone_key_sql`, for a question about one person."""
    digest = hmac.new(key, number.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:9]).decode()


def phone_key_sql(expression: str, key: bytes) -> str:
    """SQL: 12 characters for a normalised number (text), NULL for NULL. The SQL holds the key: never log it."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = _blob(bytes(b ^ 0x36 for b in block))
    outer = _blob(bytes(b ^ 0x5C for b in block))
    digest = f"sha256({outer} || unhex(sha256({inner} || encode({expression}))))"
    return f"translate(to_base64(unhex(left({digest}, 18))), '+/', '-_')"


def _blob(value: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::blob"


# Numbers that people type where they want to give none: thousands of strangers share them.
_FILLERS = ("13800138000", "13800138001", "13888888888", "18888888888", "13900139000")
_FILLER_TAILS = (*(digit * 8 for digit in "0123456789"), "12345678", "23456789", "87654321")


def is_filler_sql(expression: str) -> str:
    """SQL: whether an 11-digit number is one that is typed to have none."""
    fillers, tails = (", ".join(f"'{word}'" for word in words) for words in (_FILLERS, _FILLER_TAILS))
    return f"{expression} in ({fillers}) or right({expression}, 8) in ({tails})"


def is_filler(number: str) -> bool:
    """The Python twin of `is_filler_sql`."""
    return number in _FILLERS or number[-8:] in _FILLER_TAILS


def normalise_phone_sql(expression: str) -> str:
    """SQL: the 11-digit mainland mobile number, or NULL for what must never be an identity.

    Taken: +86/0086/86 prefixes, spaces, dashes, brackets, full-width digits, Excel's trailing `.0`.
    Refused: masked (138****8000), ciphertext (##…, $$…), virtual numbers with an extension (A-B), landlines, and what
    is typed to give none (13800138000, 15900000000).
    """
    x = expression
    drop = " -－—()（）+＋\t\u00a0\u3000'"
    bare = f"translate({x}, '{_FULL_WIDTH_DIGITS}{drop.replace(chr(39), chr(39) * 2)}', '0123456789')"
    found = rf"regexp_extract({bare}, '^(?:0086|86)?(1[3-9][0-9]{{9}})(?:\.0)?$', 1)"
    number = f"case when {is_filler_sql(found)} then null else nullif({found}, '') end"
    return (
        f"case when {x} is null or contains({x}, '*') or contains({x}, '#') or contains({x}, '$') then null "
        f"when length({x}) = 11 and regexp_full_match({x}, '1[3-9][0-9]{{9}}') "
        f"then case when {is_filler_sql(x)} then null else {x} end else {number} end"
    )


def mask_text_sql(expression: str) -> str:
    """SQL: the text with phone numbers, national ids and e-mail addresses replaced by `***`.

    Numbers inside a longer run of digits stay: an order id is not a phone.
    """
    # RE2 has no look-around, so a separator between two numbers is used up by the first: hence twice.
    once = _replace_bounded(_replace_bounded(expression))
    return f"regexp_replace({once}, '{_EMAIL}', '{MASK}', 'g')"


def _replace_bounded(expression: str) -> str:
    return rf"regexp_replace({expression}, '(^|[^0-9０-９]){_PERSONAL}($|[^0-9０-９])', '\1{MASK}\2', 'g')"


def has_personal_number_sql(expression: str) -> str:
    """SQL: whether the text holds anything that `mask_text_sql` would take for a phone or a national id."""
    return f"regexp_matches({expression}, '(^|[^0-9０-９]){_PERSONAL}($|[^0-9０-９])')"


def has_phone_sql(expression: str) -> str:
    """SQL: whether a mainland mobile number stands somewhere in the text, no digit before or behind it."""
    return f"regexp_matches({expression}, '(^|[^0-9０-９]){_PHONE}($|[^0-9０-９])')"


_HALF_WIDTH = str.maketrans(_FULL_WIDTH_DIGITS, "0123456789")
_BETWEEN_DIGITS = re.compile(r"[\s\-－—()（）+＋']")
_NUMBER = re.compile(r"(?:0086|86)?(1[3-9][0-9]{9})(?:\.0)?")


def normalise_phone(text: str) -> str | None:
    """The Python twin of `normalise_phone_sql`."""
    match = _NUMBER.fullmatch(_BETWEEN_DIGITS.sub("", text.translate(_HALF_WIDTH)))
    return match[1] if match and not is_filler(match[1]) else None


def phones_in(text: str) -> tuple[list[str], str]:
    """The different mainland mobile numbers in a text, in 11 digits, and what stands beside them."""
    text = text.translate(_HALF_WIDTH)
    numbers = [re.sub("[^0-9]", "", match[0])[-11:] for match in _PHONES.finditer(text)]
    return list(dict.fromkeys(numbers)), _PHONES.sub("", text)


def personal_numbers_in(text: str) -> tuple[list[str], list[str]]:
    """Everything in a text that has the shape of a mainland mobile number, and of a national id."""
    found = [match[0] for match in _BOUNDED.finditer(text)]
    national = [number for number in found if re.fullmatch(_NATIONAL_ID, number)]
    return [number for number in found if number not in national], national


_BOUNDED = re.compile(
    r"(?<![0-9０-９])(?:" + _PERSONAL.replace(r"\x{00a0}", "\u00a0").replace(r"\x{3000}", "\u3000") + r")(?![0-9０-９])"
)
_EMAILS = re.compile(_EMAIL)
_PHONES = re.compile("(?<![0-9])" + _PHONE.replace(r"\x{00a0}", "\u00a0").replace(r"\x{3000}", "\u3000") + "(?![0-9])")
_LETTERS = re.compile(r"[^\W\d_]+")
_HALF_NUMBER = re.compile(r"[\W\d_]+$")


def mask_text(text: str) -> str:
    """The Python twin of `mask_text_sql`."""
    return _EMAILS.sub(MASK, _BOUNDED.sub(MASK, text))


def mask_letters(text: str) -> str:
    """A line whose columns cannot be told apart: every word goes too, as any of them may be a name or an address."""
    return _LETTERS.sub("*", mask_text(text))


def mask_letters_sql(expression: str) -> str:
    """SQL: the twin of `mask_letters`."""
    return rf"regexp_replace({mask_text_sql(expression)}, '[\p{{L}}\p{{Nl}}\p{{No}}]+', '*', 'g')"


def mask_start(text: str, length: int, mask: Callable[[str], str] = mask_text) -> str:
    """The masked beginning of a text that may be very long, without half a number where it is cut."""
    head = mask(text[: 10 * length])
    return (head if len(text) <= 10 * length else _HALF_NUMBER.sub("", head))[:length]
