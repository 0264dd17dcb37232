"""A file without somebody's rows: given bytes and whose lines they are, the bytes that are left, or none."""

from __future__ import annotations

import gzip
import io
import json

import openpyxl
import pytest

from pipelines.upkeep.landing_texts import Lines, Words, rewritten

ANN = Words(["ann-4711", "13911112222"])
ANNS = Words(["ann-4711", "13911112222", "900000001"])  # with an order of hers


def left(name: str, text: str, *records: int, entries: int = 0) -> str | None:
    made = rewritten(name, text.encode(), ANN, ANNS, Lines(list(records), entries))
    return None if made is None else made.decode()


@pytest.mark.parametrize(
    ("text", "records", "expected"),
    [
        ("id,who\n1,ann-4711\n2,bo\n", [2], "id,who\n\n2,bo\n"),
        # a quote spans lines: all of them are hers, and the next keeps its number
        ('id,who\n"1\nx",ann-4711\n2,bo\n', [2], "id,who\n\n\n2,bo\n"),
        # by her order alone
        ("id,who\n900000001,***\n2,bo\n", [2], "id,who\n\n2,bo\n"),
        # another's row that mentions her stays, without her
        ("id,who,by\n2,bo,ann-4711\n", [], "id,who,by\n2,bo,\n"),
        ("id,phone\n2,１３９１１１１２２２２\n", [], "id,phone\n2,\n"),
        ("id,phone\n2,139 1111-2222\n", [], "id,phone\n2,\n"),
        # what only looks like it is another's
        ("id,who\n2,xann-47112\n3,213911112222\n", [], "id,who\n2,xann-47112\n3,213911112222\n"),
    ],
)
def test_lines_of_a_csv(text: str, records: list[int], expected: str) -> None:
    assert left("a.csv", text, *records) == expected


@pytest.mark.parametrize("records", [[3], [2, 3], [2, 9]])
def test_nobody_elses_line_goes(records: list[int]) -> None:
    """Where ingest counts lines otherwise than the file has them, the file is none that can be rewritten."""
    assert left("a.csv", "id,who\n1,ann-4711\n2,bo\n", *records) is None


def test_a_member_of_a_list_goes_and_the_others_stay() -> None:
    bo = {"userid": "bo", "invitor": {"userid": "ann-4711"}}
    group = {"group_chat": {"chat_id": "g1", "member_list": [{"userid": "ann-4711"}, bo, {"userid": "cy"}]}}
    other = json.dumps({"group_chat": {"chat_id": "g2", "member_list": [{"userid": "cy"}]}}) + "\n"
    made = left("a.jsonl", json.dumps(group) + "\n" + other, entries=1)
    assert made is not None
    first, second = made.splitlines(keepends=True)
    assert json.loads(first)["group_chat"]["member_list"] == [
        {"userid": "bo", "invitor": {"userid": ""}},
        {"userid": "cy"},
    ]
    assert second == other


@pytest.mark.parametrize("count", [0, 3])
def test_what_does_not_fit_the_count_is_left_alone(count: int) -> None:
    text = json.dumps({"list": [{"userid": "ann-4711"}, {"userid": "bo", "by": "ann-4711"}]})
    made = left("a.json", text, *range(1, count + 1))
    assert (made is None) == (count == 3)
    if made is not None:  # none of them is hers: she is mentioned
        assert [one["userid"] for one in json.loads(made)["list"]] == ["", "bo"]


def test_records_of_a_page_go() -> None:
    """A buyer's record lies one level deeper than the order's."""
    ann = {"no": "900000001", "buyer": {"id": "ann-4711"}, "items": [{"sku": "a"}]}
    bo = {"no": "2", "buyer": {"id": "bo"}, "items": [{"sku": "a"}]}
    for spaces in (None, 2):  # on one line, which might be a record, and on many
        made = left("a.json", json.dumps({"data": {"list": [ann, bo]}}, indent=spaces), 1)
        assert made is not None
        assert json.loads(made) == {"data": {"list": [bo]}}


def test_a_record_on_a_line_goes_with_its_lists() -> None:
    ann = json.dumps({"no": "1", "buyer": "ann-4711", "items": [{"who": "ann-4711"}]}) + "\n"
    assert left("a.jsonl", ann + '{"no": "2"}\n', 1) == '\n{"no": "2"}\n'


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # records by their number, ids by which they are named, pairs of ids
        (
            {"code": 0, "orders": {"A1": {"buyer": "ann-4711"}, "A2": {"buyer": "bo"}}},
            {"code": 0, "orders": {"A2": {"buyer": "bo"}}},
        ),
        ({"data": {"ann-4711": {"level": 3}, "bo": {"level": 1}}}, {"data": {"bo": {"level": 1}}}),
        ({"data": {"ids": {"old-1": "ann-4711", "old-2": "bo"}}}, {"data": {"ids": {"old-2": "bo"}}}),
        # which of these parts is a record of somebody's cannot be seen
        ({"data": {"a": {"by": "ann-4711"}, "b": "x"}}, None),
    ],
)
@pytest.mark.parametrize("spaces", [None, 2])
def test_an_entry_of_a_map_goes_and_the_others_stay(record: dict, expected: dict | None, spaces: int | None) -> None:
    text = json.dumps(record, indent=spaces) + "\n"
    made = rewritten("a.json", text.encode(), ANN, ANNS, Lines([1], shared={1: 1}))
    assert (made and json.loads(made)) == expected


def test_a_line_that_is_not_only_hers_is_left() -> None:
    """Two tables side by side."""
    assert rewritten("a.csv", b"who,by,who\nann-4711,,bo\n", ANN, ANNS, Lines([2], shared={2: 1})) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_text_keeps_its_encoding(encoding: str) -> None:
    text = "订单,买家\n1,ann-4711\n2,小波\n"
    made = rewritten("a.csv", text.encode(encoding), ANN, ANNS, Lines([2]))
    assert made == "订单,买家\n\n2,小波\n".encode(encoding)


def test_a_packed_text_is_packed_again() -> None:
    made = rewritten("a.csv.gz", gzip.compress(b"id,who\n1,ann-4711\n"), ANN, ANNS, Lines([2]))
    assert made is not None
    assert gzip.decompress(made) == b"id,who\n\n"


@pytest.mark.parametrize("name", ["a.parquet", "a.xls", "a.zip"])
def test_other_kinds_are_left(name: str) -> None:
    assert left(name, "PAR1 ann-4711") is None


def test_a_workbook_of_several_sheets_is_left_where_rows_are_theirs() -> None:
    book = openpyxl.Workbook()
    for sheet in (book.worksheets[0], book.create_sheet()):
        sheet.append(["id", "who"])
        sheet.append([1, "ann-4711"])
    out = io.BytesIO()
    book.save(out)
    assert rewritten("a.xlsx", out.getvalue(), ANN, ANNS, Lines([2, 4])) is None
