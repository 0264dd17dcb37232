"""Bytes → clean UTF-8 text that DuckDB can read: compression, encodings, and counts to hold the reader against.

What belongs here: what the bytes are, decoding them as a stream, counting lines. What does not: records (records.py),
columns and their meaning.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import hashlib
import io
import itertools
import zlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.ingest.encodings import MIXED, UnknownEncodingError, encoding_of, is_sound, utf8_within
from pipelines.settings import ReadingLimits

CHUNK = 1 << 22
LONGEST_LINE = 1_000_000  # bytes; DuckDB's own limit is twice that
SAMPLE = 1 << 20
DAMAGE = "\ufffd".encode()


class UnreadableError(Exception):
    """The whole file cannot be taken; says why in a stable code, what to do, and how many rows it seems to hold."""

    def __init__(
        self,
        reason: str,
        expected: str,
        rows: int = 0,
        found: str | None = None,
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        """`facts`: what `expected` names, so that it can be said in another language."""
        super().__init__(reason)
        self.reason, self.expected, self.rows, self.found, self.facts = reason, expected, rows, found, facts or {}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.expected, self.rows, self.found, dict(self.facts))

    def looked_within(self, lines: int) -> UnreadableError:
        """The same, saying how far a header was looked for."""
        self.expected += f"; a header is looked for in the first {lines} lines"
        return self


@dataclass(frozen=True)
class Text:
    """A text file as UTF-8 on disk, and the counts that the loader's sums are held against."""

    path: Path
    encoding: str
    lines: int  # physical lines that are not empty
    has_blank_lines: bool  # empty ones before the last line: line numbers can't be told from row numbers
    has_mixed_ends: bool  # some lines end in \r\n, some in \n
    has_long_lines: bool
    has_quotes: bool
    is_damaged: bool  # some bytes were no text of the encoding; U+FFFD stands there
    origin: Path = Path()  # the file that the text was decoded from

    @property
    def needs_care(self) -> bool:
        return self.has_blank_lines or self.has_mixed_ends or self.has_long_lines or self.is_damaged


def sha256_of(path: Path) -> str:
    """The file's fingerprint, read as a stream."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_packed(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"


def open_text(path: Path, scratch: Path, limits: ReadingLimits) -> Text:
    """The file as UTF-8 text: itself when it is that already, else decoded into the scratch folder.

    Raises UnreadableError for what is no text in any encoding we know, and for gzip that ends too early.
    """
    packed = _is_packed(path)
    sample = _sample(path, packed)
    encoding, bom = _encoding_of(sample)
    if encoding == "utf-8" and is_sound(sample, encoding, is_cut=True):
        # the reader itself reports later bytes that are not UTF-8
        text = _counted(_unpack(path, scratch, limits) if packed else path, encoding, scratch)
    else:
        text = _decoded(path, packed, encoding, bom, scratch, limits)
    return replace(text, origin=path)


def reopen_decoded(path: Path, scratch: Path, limits: ReadingLimits) -> Text | None:
    """A file that looked like UTF-8 because its beginning is plain ASCII; None when it is in no other encoding."""
    packed = _is_packed(path)
    if not _sample(path, packed).isascii():
        return None
    telling = _telling_lines(path, packed)
    try:
        encoding, _ = encoding_of(telling, is_cut=len(telling) == SAMPLE)
    except UnknownEncodingError:
        return None
    if encoding == "utf-8":
        return None
    text = _decoded(path, packed, encoding, 0, scratch, limits)
    return None if text.is_damaged else replace(text, origin=path)


def _encoding_of(sample: bytes) -> tuple[str, int]:
    try:
        return encoding_of(sample, is_cut=len(sample) == SAMPLE)
    except UnknownEncodingError as error:
        raise UnreadableError("bad_encoding", error.expected, _lines(sample), error.found) from error


def _telling_lines(path: Path, packed: bool) -> bytes:
    """A sample of the lines that are not plain ASCII."""
    found, held = [b""], b""
    with contextlib.closing(_unpacked(path, packed)) as chunks:
        for chunk in itertools.chain(chunks, [b"\n"]):
            *lines, held = (held + chunk).split(b"\n")
            found += [line for line in lines if not line.isascii()]
            if sum(map(len, found)) >= SAMPLE:
                break
    return b"\n".join(found)[1:][:SAMPLE]


def reopen_damaged(text: Text, scratch: Path, limits: ReadingLimits) -> Text:
    """A UTF-8 text with bytes far from its beginning that are none: U+FFFD stands there now."""
    return _decoded(text.path, False, "utf-8", 0, scratch, limits)


def _sample(path: Path, packed: bool) -> bytes:
    sample = b""
    with contextlib.closing(_unpacked(path, packed)) as chunks:
        while len(sample) < SAMPLE and (chunk := next(chunks, b"")):
            sample += chunk
    return sample[:SAMPLE]


def _unpacked(path: Path, packed: bool) -> Generator[bytes, None, None]:
    """The file's bytes in chunks. A gzip that ends too early gives what can be had, then raises UnreadableError."""
    lines = 0
    with open(path, "rb") as raw, gzip.GzipFile(fileobj=raw) if packed else raw as file:
        try:
            # read1 gives what there is before it stumbles over the end that is missing
            while chunk := (file.read1(CHUNK) if isinstance(file, gzip.GzipFile) else file.read(CHUNK)):
                lines += chunk.count(b"\n")
                yield chunk
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            expected = "a complete gzip file; this one is cut off or damaged: copy it again"
            raise UnreadableError("truncated_gzip", expected, max(lines - 1, 0)) from error


def _lines(sample: bytes) -> int:
    return max(sample.count(b"\n") - 1, 0)


def _unpack(path: Path, scratch: Path, limits: ReadingLimits) -> Path:
    target = scratch / "unpacked.txt"
    with open(target, "wb") as out:
        for chunk in _unpacked(path, True):
            _write(out, chunk, limits)
    return target


def _write(out: BinaryIO, chunk: bytes, limits: ReadingLimits) -> None:
    """Raises UnreadableError once a copy is larger than any file may become."""
    if out.tell() + len(chunk) > limits.unpacked_bytes:
        raise too_much_unpacked(limits)
    out.write(chunk)


def too_much_unpacked(limits: ReadingLimits) -> UnreadableError:
    """What is small as it lies there and enormous once it is unpacked."""
    said = f"a file of at most {limits.unpacked} once unpacked (unpacked under [reading] in siyu.toml); split it"
    return UnreadableError("too_large", said)


def _decoded(path: Path, packed: bool, encoding: str, bom: int, scratch: Path, limits: ReadingLimits) -> Text:
    """A copy in UTF-8; U+FFFD stands where bytes were no text."""
    target = scratch / "decoded.txt"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    damaged = False
    with open(target, "wb") as out:
        for chunk in itertools.chain(_unpacked(path, packed), [None]):
            if encoding == "gb18030" and chunk and utf8_within(chunk) is not None:
                raise UnreadableError("mixed_encodings", MIXED, chunk.count(b"\n"))
            text = decoder.decode(b"", final=True) if chunk is None else decoder.decode(chunk[bom:])
            bom = 0
            damaged = damaged or "\ufffd" in text
            _write(out, text.encode("utf-8", "replace"), limits)
    return _counted(target, encoding, scratch, damaged)


def _counted(path: Path, encoding: str, scratch: Path, damaged: bool = False) -> Text:
    """One pass that counts. To cut a chunk into its lines is faster than to look for two line ends in a row."""
    newlines = returns = pairs = quotes = blanks = zeros = 0
    run = longest = 0
    held = b""
    with open(path, "rb") as file:
        while chunk := file.read(LONGEST_LINE // 2):
            quotes = quotes or chunk.find(b'"') + 1
            zeros = zeros or chunk.find(b"\0") + 1
            lines = chunk.split(b"\n")
            run += len(lines[0])
            longest = max(longest, run)
            lines[0] = held + lines[0]
            rest = lines.pop()
            run = len(rest) if lines else run
            held = rest if len(rest) < 2 else rest[:1] + rest[-1:]  # enough to know whether it is blank, and its end
            newlines += len(lines)
            blanks += lines.count(b"")
            if b"\r" in chunk or returns:
                returns += chunk.count(b"\r")
                pairs += sum(line.endswith(b"\r") for line in lines)
                blanks += lines.count(b"\r")
    if returns > pairs or zeros:
        return _counted(_cleaned(path, scratch), encoding, scratch, damaged)
    trailing = _trailing_blank_lines(path)
    return Text(
        path=path,
        encoding=encoding,
        lines=newlines + bool(held) - trailing,
        has_blank_lines=blanks > trailing,
        has_mixed_ends=0 < pairs < newlines,
        has_long_lines=longest > LONGEST_LINE,
        has_quotes=quotes > 0,
        is_damaged=damaged,
    )


def _cleaned(path: Path, scratch: Path) -> Path:
    """A copy in which every line ends in a newline, as a bare carriage return ends one too, and without zero bytes."""
    target = scratch / "cleaned.txt"
    held = b""
    with open(path, "rb") as file, open(target, "wb") as out:
        while chunk := file.read(CHUNK):
            chunk = held + chunk.replace(b"\0", b"")
            held = b"\r" if chunk.endswith(b"\r") else b""
            out.write(chunk.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        out.write(held.replace(b"\r", b"\n"))
    return target


def _trailing_blank_lines(path: Path) -> int:
    with open(path, "rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 65536))
        tail = file.read().replace(b"\r\n", b"\n")
    return max(len(tail) - len(tail.rstrip(b"\n")) - 1, 0)


def head_of(text: Text, lines: int = 12) -> list[str]:
    """The first lines, without their ends."""
    with open(text.path, "rb") as file:
        sample = file.read(SAMPLE).decode("utf-8", "replace").removeprefix("\ufeff")
    return io.StringIO(sample, newline=None).read().split("\n")[:lines]
