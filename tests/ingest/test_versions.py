"""Which copy of a row stands: one content once, the newest version, whatever the files and their order of arrival.

The properties are held against a few lines of plain Python that know nothing of ingest.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.ingest import account
from pipelines.ingest import landing as landing_module
from pipelines.simulate.order_columns import HEADER_12
from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.files import Row, csv_text, json_lines, sheet

FAST = settings(
    max_examples=examples(4, 16), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def order(number: int, amount: int, version: int | None = None) -> Row:
    row: Row = {"order_id": f"A{number}", "paid_at": "2026-03-01", "paid_amount": f"{amount}.00"}
    return row if version is None else row | {"version_at": f"{datetime(2026, 3, 1) + timedelta(minutes=version)}"}


def amounts(landing: Landing, table: str = "orders") -> dict[str, int]:
    key = {"orders": "order_id", "order_items": "item_id", "refunds": "refund_id"}[table]
    amount = "refund_amount" if table == "refunds" else "paid_amount"
    return {name: int(value) for name, value in landing.rows(table, f"{key}, {amount}")}


def ledger(landing: Landing) -> list[tuple[int, int, int, int]]:
    rows = landing.sql(
        "select rows_read, rows_loaded, rows_superseded, rows_quarantined from ops.files order by file_id"
    )
    return [tuple(row.values()) for row in rows]


# --- one content, once ------------------------------------------------------------------------------------------------


def test_a_second_look_finds_nothing_new(landing: Landing) -> None:
    landing.write("orders/a.csv", csv_text([order(1, 5)]))
    landing.write("inbox/unknown.csv", "a,b\n1,2\n")
    assert len(landing.ingest().files) == 2
    before = (landing.rows("orders"), ledger(landing), landing.quarantine("*"))
    assert landing.ingest().files == []
    assert (landing.rows("orders"), ledger(landing), landing.quarantine("*")) == before


def test_the_same_content_is_skipped_under_any_name_and_time(landing: Landing) -> None:
    content = csv_text([order(1, 5)])
    landing.write("orders/a.csv", content)
    landing.write("orders/a (1).csv", content)
    landing.write("elsewhere/b.txt", content)
    assert [file.status for file in landing.ingest().files] == ["loaded", "duplicate", "duplicate"]
    landing.write("orders/a.csv", content, at="2026-05-01 00:00:00")  # touched
    result = landing.ingest()
    assert [(file.path, file.status) for file in result.files] == [("orders/a.csv", "duplicate")]
    assert not result.changed
    assert ledger(landing) == [(1, 1, 0, 0)]


def test_a_path_with_new_content_is_a_new_file(landing: Landing) -> None:
    landing.one("orders/today.csv", csv_text([order(1, 5), order(2, 5)]))
    landing.one("orders/today.csv", csv_text([order(1, 6), order(3, 5)]))
    assert amounts(landing) == {"A1": 6, "A2": 5, "A3": 5}
    assert ledger(landing) == [(2, 1, 1, 0), (2, 2, 0, 0)]


def test_unfinished_and_hidden_files_wait(landing: Landing) -> None:
    for name in (".hidden.csv", "~$a.csv", "a.csv.part", "b.csv.crdownload", ".folder/a.csv"):
        landing.write(f"orders/{name}", csv_text([order(1, 5)]))
    assert landing.ingest().files == []
    os.rename(landing.settings.landing / "orders/a.csv.part", landing.settings.landing / "orders/a.csv")
    assert [file.status for file in landing.ingest().files] == ["loaded"]


def test_a_refused_file_is_tried_again_when_mappings_change(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """And then its old refusal is told no more."""
    content = "order_id,paid_at,amount\nA1,2026-03-01,5\n"
    landing.write("orders/a.csv", content)
    landing.write("orders/copy.csv", content)
    landing.ingest()
    assert landing.ingest().files == []
    assert ledger(landing) == [(1, 0, 0, 1)]
    for module in (landing_module, account):
        monkeypatch.setattr(module, "reading_fingerprint", lambda _: "other mappings")
    assert [file.status for file in landing.ingest().files] == ["quarantined", "duplicate"]
    assert ledger(landing) == [(1, 0, 0, 1)]
    assert landing.quarantine("reason, rows") == [("missing_column", 1)]
    assert landing.ingest().files == []


# --- newer and older copies -------------------------------------------------------------------------------------------


def test_a_newer_copy_supersedes_and_an_older_one_that_comes_late_does_not(landing: Landing) -> None:
    landing.one("orders/b.csv", csv_text([order(1, 20), order(2, 20)]), at="2026-03-02 00:00:00")
    landing.one("orders/c.csv", csv_text([order(1, 30)]), at="2026-03-03 00:00:00")
    landing.one("orders/a.csv", csv_text([order(1, 10), order(3, 10)]), at="2026-03-01 00:00:00")
    assert amounts(landing) == {"A1": 30, "A2": 20, "A3": 10}
    assert ledger(landing) == [(2, 1, 1, 0), (1, 1, 0, 0), (2, 1, 1, 0)]
    replaced = landing.sql(
        "select order_id, paid_amount, file_id, superseded_by from superseded.orders order by file_id"
    )
    assert [tuple(row.values()) for row in replaced] == [
        ("A1", Decimal("20.00"), 1, 2),
        ("A1", Decimal("10.00"), 3, 3),
    ]


def test_version_at_counts_before_the_time_of_the_file(landing: Landing) -> None:
    landing.one("orders/a.csv", csv_text([order(1, 5, version=9)]), at="2026-03-02 00:00:00")
    landing.one("orders/b.csv", csv_text([order(1, 6, version=8)]), at="2026-03-03 00:00:00")
    assert amounts(landing) == {"A1": 5}


def test_a_version_that_cannot_be_read_refuses_the_row(landing: Landing) -> None:
    landing.one("orders/a.csv", csv_text([order(1, 5) | {"version_at": "soon"}]))
    assert landing.rows("orders") == []
    assert landing.quarantine() == [(2, "version_at", "bad_date")]


@pytest.mark.parametrize("first", ["a", "b"])
def test_equal_versions_are_decided_by_the_files_not_by_their_arrival(landing: Landing, first: str) -> None:
    for name in (first, "b" if first == "a" else "a"):
        landing.one(f"orders/{name}.csv", csv_text([order(1, ord(name), version=1)]), at="2026-03-02 00:00:00")
    assert amounts(landing) == {"A1": ord("b")}


def test_one_copy_per_source_stands_where_sources_know_different_things(landing: Landing) -> None:
    """The export knows the phone, the API the buyer; of events and refunds one copy stands, whoever told it."""
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间\n"
    landing.write("doudian_orders/a.csv", header + "A1,A11,已完成,5,2026-03-01 20:00:00\n")
    landing.write("orders/b.csv", csv_text([order(1, 6) | {"platform": "douyin"}]))
    refund = {
        "refund_id": "R1",
        "order_id": "A1",
        "platform": "douyin",
        "refunded_at": "2026-03-02",
        "refund_amount": 3,
    }
    landing.write("refunds/c.csv", csv_text([refund]))
    landing.write(
        "inbox/售后.csv",
        "售后单号,订单号,退商品金额（元）,售后状态,商家退款时间\nR1,A1,4.00,退款成功,2026-03-02 10:00:00\n",
    )
    landing.ingest()
    assert landing.rows("orders", "file_source, paid_amount") == [
        ("canonical_orders", Decimal("6.00")), ("doudian_orders", Decimal("5.00")),
    ]  # fmt: skip
    assert landing.rows("refunds", "file_source, refund_amount") == [("doudian_aftersales", Decimal("4.00"))]


# --- any split, any order ---------------------------------------------------------------------------------------------


@st.composite
def split(draw: st.DrawFn, rows: list[Any]) -> list[list[Any]]:
    """The rows in up to four files, each shuffled, in some order of arrival."""
    places = draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    files = [draw(st.permutations([row for row, at in zip(rows, places, strict=True) if at == n])) for n in range(4)]
    return draw(st.permutations([list(file) for file in files if file]))


@st.composite
def copies_of_orders(draw: st.DrawFn) -> list[list[tuple[int, int, int]]]:
    """(order, amount, version); a version is told once, or again with equal words."""
    told = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=1, max_size=10))
    rows = [(number, amount, version) for version, (number, amount) in enumerate(told)]
    again = draw(st.lists(st.sampled_from(rows), max_size=3))
    return draw(split(rows + again))


def all_different(files: list[Any]) -> None:
    """Equal bytes are one file, whenever they come: the second is skipped, so it can't be a newer copy."""
    assume(len({str(file) for file in files}) == len(files))


@FAST
@given(files=copies_of_orders(), at_once=st.booleans(), ending=st.sampled_from(["csv", "jsonl", "xlsx"]))
def test_any_split_of_versions_gives_the_newest(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, files: list[Any], at_once: bool, ending: str
) -> None:
    all_different(files)
    merchant = Landing(tmp_path_factory.mktemp("home"), landing.connection)
    for number, file in enumerate(files):
        rows = [order(*row) for row in file]
        content = {"csv": csv_text, "jsonl": json_lines, "xlsx": sheet}[ending](rows)
        merchant.write(f"orders/{number}.{ending}", content)
        if at_once:
            merchant.ingest()
    merchant.ingest()
    newest: dict[str, tuple[int, int]] = {}
    for number, amount, version in (row for file in files for row in file):
        newest[f"A{number}"] = max(newest.get(f"A{number}", (-1, 0)), (version, amount))
    assert amounts(merchant) == {name: amount for name, (_, amount) in newest.items()}
    held = ledger(merchant)
    assert sum(read for read, *_ in held) == sum(map(len, files))
    assert sum(loaded for _, loaded, *_ in held) == len(newest)
    assert merchant.quarantine() == []


@FAST
@given(data=st.data(), at_once=st.booleans())
def test_orders_are_the_sums_of_their_newest_items(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, at_once: bool
) -> None:
    """Exports of different days in any order of arrival; an item may even move to another order, or come packed."""
    item = st.tuples(st.integers(0, 2), st.sampled_from(["1", "2", "3", "1;2"]), st.integers(0, 9))
    exports = data.draw(
        st.lists(st.lists(item, min_size=1, max_size=5, unique_by=lambda i: i[1]), min_size=1, max_size=4)
    )
    all_different(exports)
    merchant = Landing(tmp_path_factory.mktemp("home"), landing.connection)
    for day in data.draw(st.permutations(range(len(exports)))):
        rows = [
            dict.fromkeys(HEADER_12, "-")
            | {"主订单编号": f"A{number}", "子订单编号": name, "订单应付金额": f"{amount}.00", "订单状态": "已完成",
               "订单提交时间": "2026-03-01 20:00:00"}
            for number, name, amount in exports[day]
        ]  # fmt: skip
        merchant.write(f"doudian_orders/{day}.csv", csv_text(rows), at=f"2026-03-{day + 1:02d} 09:00:00")
        if at_once:
            merchant.ingest()
    merchant.ingest()
    items = {name: (f"A{number}", amount) for export in exports for number, name, amount in export}
    sums: dict[str, int] = {}
    for number in {number for number, _ in items.values()}:
        mine = {name: amount for name, (of, amount) in items.items() if of == number}
        single = {name: amount for name, amount in mine.items() if ";" not in name}
        sums[number] = sum((single or mine).values())
    assert amounts(merchant, "order_items") == {name: amount for name, (_, amount) in items.items()}
    assert amounts(merchant) == sums
    assert sum(loaded for _, loaded, *_ in ledger(merchant)) == len(items)


@FAST
@given(data=st.data())
def test_the_order_of_arrival_changes_no_value_of_any_row(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The same files in two orders of arrival, whole rows with their source, line and version; also the quarantine."""
    files = data.draw(st.lists(st.lists(st.sampled_from(MIXED), min_size=1, max_size=6), min_size=2, max_size=4))
    all_different(files)
    seen = []
    for turn in (list(range(len(files))), data.draw(st.permutations(range(len(files))))):
        merchant = Landing(tmp_path_factory.mktemp("home"), landing.connection)
        merchant.settings.key_path.write_text("00" * 32)
        for number in turn:
            merchant.write(
                f"events/{number}.csv", EVENTS + "".join(files[number]), at=f"2026-03-0{number + 1} 09:00:00"
            )
            merchant.ingest()
        seen.append(
            (
                merchant.rows("events", "* exclude (file_id)"),
                sorted(merchant.quarantine("path, line, column_name, reason, found, raw_text, is_cell, rows"), key=str),
                merchant.sql("select path, rows_read, rows_loaded, rows_superseded from ops.files order by path"),
            )
        )
    assert seen[0] == seen[1]


EVENTS = "user_id,event,event_at,event_id,value\n"
MIXED = [
    "u-1,follow,2026-03-01 10:00:00,,\n",
    "u-1,follow,2026-03-01 10:00:00,,2\n",
    "13800138006,follow,2026-03-01 10:00:00,,\n",
    "u-2,follow,2026-03-01 10:00:00,e-1,1\n",
    "u-2,unfollow,2026-03-01 11:00:00,e-1,1\n",
    "u-2,follow,someday,e-2,1\n",
    "u-2,follow,2026-03-01 10:00:00,e-3,many\n",
    "u-2,follow\n",
]
