"""Each source's sample as a pattern: several copies of it as a file of the platform's, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.sources import shipped_sources
from pipelines.simulate.pattern_files import LIST, as_file, demo_files, ending_of
from pipelines.simulate.patterns import Copy, NoPatternError, Pattern, pattern_of
from pipelines.simulate.respelling import bare, moved, moved_digits, moved_epoch, other_id
from pipelines.spec.reading import SpecError
from tests.ingest.conftest import Landing
from tests.warehouses import empty_warehouse

SOURCES = sorted(shipped_sources())
MADE = datetime(2026, 10, 1, 12)


@pytest.fixture(scope="module")
def warehouse() -> Any:
    return empty_warehouse()


@pytest.fixture
def landing(tmp_path: Path, warehouse: Any) -> Landing:
    return Landing(tmp_path / "home", warehouse)


def copies_of(pattern: Pattern) -> list[Copy]:
    """Three, a month apart. Of a list that says when it was taken all are one list: in a later one nobody has left."""
    lists = [load.snapshot for load in pattern.source.loads.values() if load.snapshot]
    days = 0 if any(one.at for one in lists) else 30
    return [Copy(number, timedelta(days=days * number)) for number in (1, 2, 3)]


def files_of(pattern: Pattern) -> Iterator[tuple[str, bytes]]:
    """Names and bytes: a file of all copies; of a workbook that is one record, one for each."""
    demo, copies = demo_files()[pattern.source.name], copies_of(pattern)
    ending = ending_of(pattern.sample)
    if ending == "csv" and demo.file.endswith(".xlsx"):
        ending = "xlsx"
    for place, mine in enumerate([[copy] for copy in copies] if pattern.sample.sheets else [copies]):
        name = f"{place}.{ending}"
        yield name, as_file(pattern, pattern.copied(mine), "", name, MADE, demo.encoding).encoded()


@pytest.mark.parametrize("name", SOURCES)
def test_copies_of_a_sample_give_its_rows_for_others(landing: Landing, name: str) -> None:
    """Three copies, a month apart: three times the rows of the sample, under other ids and on other days."""
    pattern = pattern_of(shipped_sources()[name])
    for path, content in files_of(pattern):
        landing.write(f"{name}/{path}", content)
    found = landing.ingest()
    assert {file.source for file in found.files} == {name}
    assert landing.quarantine() == []
    for table, given in pattern.sample.gives.items():
        expected = [row for copy in copies_of(pattern) for row in pattern.gives(copy)[table]]
        rows = landing.sql(f"select {', '.join(given[0])} from staging.{table}")
        shown = [{key: None if value is None else str(value) for key, value in row.items()} for row in rows]
        assert sorted(shown, key=str) == sorted(expected, key=str)


def test_a_copy_changes_who_which_and_when_and_nothing_else() -> None:
    pattern = pattern_of(shipped_sources()["taobao_orders"], 2)
    assert pattern.old_ids == ("2610000000000000021", "某某旺旺", "13800001234", "2610000000000000022")
    ids = {"某某旺旺": "tb1", "13800001234": "13900005678"}
    assert pattern.copied([Copy(4, timedelta(days=31), ids)]) == [
        ['="2610000000000004021"', "tb1", "100.00", "10.00", "0.00", "交易关闭", "'13900005678", "2026/4/1 9:05",
         "2026/4/1 9:06", "110.00"],
        ['="2610000000000004022"', "甲**", "100.00", "0.00", "100.00", "卖家已发货，等待买家确认", "", "2026/4/1 9:05",
         "2026/4/1 9:07", "0.00"],
    ]  # fmt: skip


def test_a_record_keeps_its_shape_also_where_json_stands_in_a_text() -> None:
    pattern = pattern_of(shipped_sources()["group_fans_events"])
    assert pattern.copied([Copy(1, timedelta(days=1), {"_a": "_b", "@g1==": "@g2=="})]) == [
        {
            "event": "group_fans_event",
            "from_user_id": "_b",
            "to_user_id": "_owner",
            "content": '{"im_group_id":"@g2==","group_type":1,"create_time":1780560000123}',
        }
    ]


def test_what_explains_the_columns_stands_once() -> None:
    pattern = pattern_of(shipped_sources()["doudian_settlements"])
    rows = pattern.copied(copies_of(pattern))
    assert [row[0] for row in rows] == [
        " ", "2026-04-09 02:00:00", "2026-04-11 02:00:00", "2026-05-09 02:00:00", "2026-05-11 02:00:00",
        "2026-06-08 02:00:00", "2026-06-10 02:00:00",
    ]  # fmt: skip


def test_a_source_without_a_sample_is_named() -> None:
    bare_source = shipped_sources()["jd_orders"].model_copy(update={"samples": ()})
    with pytest.raises(NoPatternError, match="jd_orders: no sample 1"):
        pattern_of(bare_source)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2606000000000001", "2606000000007001"),
        ("wmaaaaaaaaaaaaaaaaaaaaaaaaaaaa01", "wmaaaaaaaaaaaaaaaaaaaaaaaaa00701"),
        ("@g1==", "@g7001=="),
        ("wrOgA", "wrOgA7"),
        ("小鹿", "小鹿7"),
        ("+8613800001234", "+8613800071234"),
    ],
)
def test_another_id_is_spelled_alike(old: str, new: str) -> None:
    assert other_id(old, 7) == new


def test_moments_keep_their_spelling() -> None:
    day = timedelta(days=31)
    assert [moved(text, day) for text in ("2026/3/1 20:01", "2026-12-01", "0301春装")] == [
        "2026/4/1 20:01", "2027-01-01", "0301春装",
    ]  # fmt: skip
    assert [moved_digits(text, day) for text in ("20260301", "2603012001", "1780473600", "7300001")] == [
        "20260401", "2604012001", "1783152000", "7300001",
    ]  # fmt: skip
    assert moved_epoch(1780473600123, timedelta(days=1)) == 1780560000123
    assert [bare(cell) for cell in ('="261"', "'261\t", "\t261")] == ["261"] * 3


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("\njd_orders: ", "\n# ", "no file of the demo merchant for jd_orders"),
        ("\njd_orders: ", "\njd_order: ", "jd_order: there is no such source.*jd_orders"),
        ("tells: sessions", "tells: session", "tells: nothing is told by 'session'.*sessions"),
        ("of: youzan_orders", "of: yuozan", "youzan_items.of"),
    ],
)
def test_a_mistake_in_the_list_of_the_demos_files_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: str, bad: str, said: str
) -> None:
    """A source without a line above all: a new mapping comes with one."""
    text = LIST.read_text(encoding="utf-8")
    assert good in text
    changed = tmp_path / "files.yaml"
    changed.write_text(text.replace(good, bad), encoding="utf-8")
    monkeypatch.setattr("pipelines.simulate.pattern_files.LIST", changed)
    with pytest.raises(SpecError, match=said):
        demo_files.__wrapped__()
