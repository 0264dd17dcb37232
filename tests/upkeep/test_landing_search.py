"""Which files name somebody, and a large text rewritten by an excerpt: the same bytes as the whole file rewritten."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.settings import Settings, load_settings
from pipelines.upkeep import landing_lines, landing_search
from pipelines.upkeep.landing_search import excerpt, names_somebody, spliced
from pipelines.upkeep.landing_texts import Words

ANN = Words(["ann-4711", "13911112222", "安安的小店"])
SPELT = [
    "ann-4711",
    "139 1111 2222",
    "139-1111-2222",
    "１３９１１１１２２２２",
    "139\u00a01111\u20142222",
    "安安的小店",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("packed", ["", "gz", "zip"])
def test_every_spelling_is_found_in_every_wrapping(tmp_path: Path, encoding: str, spelt: str, packed: str) -> None:
    content = f"编号,谁,备注\n1,{spelt},x\n".encode(encoding)
    file = tmp_path / "a.csv"
    if packed == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.csv", content)
    else:
        file.write_bytes(gzip.compress(content) if packed else content)
    assert names_somebody(file, ANN)


@pytest.mark.parametrize("other", ["xann-47112", "213911112222", "1391111222", "安安", "1,3,9,1,1"])
def test_what_only_looks_like_it_is_not(tmp_path: Path, other: str) -> None:
    (tmp_path / "a.csv").write_text(f"id,who\n1,{other}\n", encoding="utf-8")
    assert not names_somebody(tmp_path / "a.csv", ANN)


@given(st.text(alphabet="139 1-—，ab·１３９\u3000\u2002\n中", max_size=24), st.sampled_from(["utf-8", "gb18030"]))
def test_the_bytes_are_never_passed_over(text: str, encoding: str) -> None:
    """What RE2 passes over, Words does not find either: what is asked of bytes finds more, never less."""
    words = Words(["139", "1391", "ab1"])
    is_suspect = any(landing_search._may_hold([text.encode(encoding)], words))
    assert is_suspect or not words.are_in(text)


def test_a_word_across_two_pieces_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_search, "CHUNK", 10)
    monkeypatch.setattr(landing_search, "OVERLAP", 10)
    (tmp_path / "a.txt").write_bytes(b"x" * 6 + b" ann-4711 " + b"y" * 9)
    assert names_somebody(tmp_path / "a.txt", ANN)


def lines_of(count: int, *theirs: int) -> str:
    """An export of so many orders, of which some are Ann's."""
    chance = random.Random(count)
    rows = [
        f"9{n:08d},douyin,{'ann-4711' if n in theirs else f'u{chance.randint(1, 99)}'},2025-01-05 10:00:00,{n}\n"
        for n in range(2, count + 2)
    ]
    return "order_id,platform,buyer_id,paid_at,paid_amount\n" + "".join(rows)


@pytest.mark.parametrize(
    ("theirs", "encoding", "end"),
    [((2,), "utf-8", "\n"), ((40, 41, 120), "gb18030", "\r\n"), ((121,), "utf-8-sig", "\n"), ((60,), "utf-8", "\r\n")],
)
def test_an_excerpt_gives_what_the_whole_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: tuple[int, ...], encoding: str, end: str
) -> None:
    settings, [found] = landed(tmp_path, lines_of(120, *theirs).replace("\n", end).encode(encoding), monkeypatch)
    marks = ["a mark"]
    monkeypatch.setattr(landing_lines, "lines_of", _named_lines)
    words = named = Words(["ann-4711"])
    whole = landing_lines._whole(settings, found, marks, words, named)
    part = landing_lines.by_excerpt(settings, found, marks, words, named)
    assert whole is not None
    assert part is not None
    assert (b"".join(part.content or []), part.lines) == (b"".join(whole.content or []), len(theirs))
    before = excerpt(found.full, named)
    assert before is not None
    assert len(before.numbers) < 80, "not the whole file is read"


def landed(home: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, list[landing_lines.Found]]:
    """A home with one file, which is large."""
    monkeypatch.setattr(landing_search, "LARGE", 1)
    monkeypatch.setattr(landing_search, "HEAD", 5)
    monkeypatch.setattr(landing_search, "NEAR", 3)
    (home / "landing" / "orders").mkdir(parents=True)
    (home / "landing" / "orders" / "a.csv").write_bytes(content)
    settings = load_settings(home)
    return settings, landing_lines.find_files(settings)


def _named_lines(settings: Settings, found: landing_lines.Found, marks: list[str], part: bytes | None = None):
    """What ingest would say, told by the buyer's column."""
    text = (part or found.full.read_bytes()).decode("gb18030" if b"\xef\xbb\xbf" not in (part or b"") else "utf-8-sig")
    rows = enumerate(io.StringIO(text), start=1)
    return landing_lines.Lines([number for number, row in rows if row.split(",")[2:3] == ["ann-4711"]])


@pytest.mark.parametrize(
    "content",
    [
        lines_of(60, 30).replace("2025-01-05", '"2025-01-05', 1),  # a cell that goes over lines, or a lone quote
        lines_of(60, 30).replace("\n", "\r", 1),
        "id,who\n" + "2,bo\n" * 60,
    ],
)
def test_where_a_line_is_no_row_or_nobody_is_named_the_whole_file_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    _, [found] = landed(tmp_path, content.encode(), monkeypatch)
    assert excerpt(found.full, ANN) is None


def test_a_line_that_only_mentions_them_is_asked_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = lines_of(60, 30) + "9,douyin,bo,2025-01-05 10:00:00,ann-4711\n"
    settings, [found] = landed(tmp_path, text.encode(), monkeypatch)
    monkeypatch.setattr(landing_lines, "lines_of", _named_lines)
    assert landing_lines.by_excerpt(settings, found, ["a mark"], ANN, ANN) is None


def test_an_excerpt_that_lost_a_line_is_put_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, [found] = landed(tmp_path, lines_of(60, 30).encode(), monkeypatch)
    before = excerpt(found.full, ANN)
    assert before is not None
    assert spliced(found.full, before, before.content.replace(b"\n", b"", 1)) is None
