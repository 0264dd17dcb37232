"""Whether a person shows anywhere outside landing: phones, national ids, addresses, and what was planted to be found.

What belongs here: which places there are, what is a person's in a text. What does not: how a file's texts are reached
(texts_of_files.py), what is masked when it is read (privacy.py).

A number is a national id only where its last digit is right (GB 11643); an order's number of 18 digits is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.privacy import MASK, mask_text, personal_numbers_in
from pipelines.settings import Settings
from pipelines.upkeep.texts_of_files import DRAWN, texts_of

# Whose addresses are told on purpose: the merchant's own, for messages.
OWN_ADDRESSES = "siyu.toml"
# A run of letters and digits in turns is a key of ours or a program's, not a number in a text.
_HASHES = re.compile(r"(?=[A-Za-z0-9]*[0-9][A-Za-z]+[0-9])[A-Za-z0-9]{12,}")
# Eleven decimals may look like a phone: of a number in a workbook's cell (a time of day is one), and of a share. Behind
# another number and a point in a text a phone may well stand (the third of a list).
_DECIMALS = re.compile(r"(?<=<v>)(-?\d+)\.\d+(?=</v>)|(?<![\w.])(0)\.\d+")
# An end of letters tells an address from a package and its version.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}(?![A-Za-z0-9\-])"
)
# Nobody's: kept for examples (RFC 2606), and what programs call themselves.
_NOBODYS = re.compile(r"@(?:.*\.)?(?:example\.(?:com|org|net|cn)|localhost\.localdomain)$", re.IGNORECASE)
_WEIGHTS, _LAST = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


@dataclass(frozen=True)
class Hit:
    """Where something personal stands, how often, and what it is; never the value."""

    where: str
    what: str
    count: int


@dataclass(frozen=True)
class Scan:
    """What was found, how many files were looked through, and which hold what cannot be searched: pictures of text,
    and what is broken or locked."""

    hits: list[Hit]
    files: int
    unseen: list[str]


def scan(settings: Settings, canaries: Collection[str] = (), also: Sequence[Path] = ()) -> Scan:
    """Looks through every file of the home but landing and the key, and through every file below `also`."""
    hits: list[Hit] = []
    files, unseen = 0, []
    for folder, path in [(settings.home, path) for path in _own_files(settings)] + _others(settings, also):
        files += 1
        name = _unnamed(path.relative_to(folder).as_posix(), canaries)
        if path.suffix.lower() in DRAWN:
            unseen.append(name)
        for place, text in texts_of(path, canaries):
            if text is None:
                unseen.append(name)
                continue
            hits += _found(f"{name}: {place}" if place else name, text, canaries)
        hits += _found(f"the name of {name}", path.relative_to(folder).as_posix(), canaries)
    return Scan(hits, files, list(dict.fromkeys(unseen)))


def _own_files(settings: Settings) -> list[Path]:
    """What holds raw values on purpose is left out: landing, and the key with those that it took the place of."""
    kept = settings.landing, settings.key_path
    return [
        path
        for path in _files(settings.home)
        if not path.is_relative_to(kept[0]) and not path.name.startswith(kept[1].name)
    ]


def _others(settings: Settings, also: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Files elsewhere, each with the folder that it is told under; those of the home are not looked at twice."""
    found = ((folder.resolve(), path) for folder in also for path in _files(folder.resolve()))
    return [(folder, path) for folder, path in found if not path.is_relative_to(settings.home.resolve())]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _unnamed(name: str, canaries: Collection[str]) -> str:
    """A path without what may be somebody's in it."""
    for canary in canaries:
        name = name.replace(canary, MASK)
    return mask_text(name)


def _found(where: str, text: str, canaries: Collection[str]) -> Iterator[Hit]:
    phones, national = personal_numbers_in(_DECIMALS.sub(r"\1\2", _HASHES.sub("", text)))
    # one of eleven numbers of an order that look like one passes for one
    real = [] if where.endswith("_id") else [number for number in national if is_national_id(number)]
    addresses = [] if where == OWN_ADDRESSES else addresses_in(text)
    for what, several in (("a phone number", phones), ("a national id", real), ("an e-mail address", addresses)):
        if several:
            yield Hit(where, what, len(several))
    planted = sum(text.count(canary) for canary in canaries if canary)
    if planted:
        yield Hit(where, "what was planted", planted)


def addresses_in(text: str) -> list[str]:
    """Every e-mail address in a text but those kept for examples."""
    return [found for found in _ADDRESS.findall(text) if not _NOBODYS.search(found)] if "@" in text else []


def is_national_id(number: str) -> bool:
    """Whether the last character is the check of the seventeen before it."""
    digits = [int(digit) for digit in number[:17]]
    return _LAST[sum(a * b for a, b in zip(digits, _WEIGHTS, strict=True)) % 11] == number[17].upper()
