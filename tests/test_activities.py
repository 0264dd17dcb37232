"""What a question asks people to have done: the grammar, and the SQL that it stands for."""

from __future__ import annotations

import re

import duckdb
import pytest

from pipelines.activities import asked, columns, event_words_in, meanings, read_text
from pipelines.core import core_tables
from pipelines.event_words import load_event_words

SETTINGS = {"private_entry_events": ["group_join", "wecom_add"]}
ROWS = """
    (values
        ('order', 'live', 100.00, true, true), ('order', null, 50.00, true, false),
        ('live_view', 'live', null, true, true), ('group_join', 'fan_group', null, true, true),
        ('own word', null, null, true, true),
        ('group_leave', null, null, false, true)
    ) as rows (activity, channel, paid_amount, is_active, is_first_in_day)
"""


def rows_that_fit(*texts: str) -> list[int]:
    """The places of the rows above that fit one of the texts."""
    sql = asked("start", texts, SETTINGS)["start_fits"].text
    found = duckdb.sql(f"select list({sql}) from {ROWS}").fetchall()[0][0]
    assert None not in found
    return [place for place, fits in enumerate(found) if fits]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("order", [0, 1]),
        ("看直播", [2]),
        ("watch", [2]),
        ("group", [3]),
        ("own word", [4]),
        ("any", [0, 1, 2, 3, 4]),
        ("purchase", [0]),
        ("private_entry", [3]),
        ("live_view|group_join", [2, 3]),
        (" live_view | group_join ", [2, 3]),
        ("order[paid_amount>=100]", [0]),
        ("order[paid_amount<100]|live_view", [1, 2]),
        ("order[paid_amount!=100]", [1]),
        ("any[channel=live|fan_group]", [0, 2, 3]),
        ("any[channel!=live]", [1, 3, 4]),
        ("any[channel=live & paid_amount>20]", [0]),
        ("order[channel=it's]", []),
    ],
)
def test_what_fits(text: str, places: list[int]) -> None:
    assert rows_that_fit(text) == places


def test_several_texts_fit_together_and_each_has_a_number() -> None:
    assert rows_that_fit("live_view", "order") == [0, 1, 2]
    sql = asked("steps", ["any", "order", "order[paid_amount>=100]"], SETTINGS)["steps_fill"].text
    assert duckdb.sql(f"select list({sql}) from {ROWS}").fetchall()[0][0] == [7, 3, 1, 1, 1, 0]


def test_nothing_asked_for_fits_nothing() -> None:
    assert rows_that_fit() == []
    assert asked("exclude", [], SETTINGS)["exclude_clocks"] == []


@pytest.mark.parametrize(
    ("texts", "word", "clocks", "by_word"),
    [
        (["order"], "order", ["orders"], True),
        (["purchase"], "", ["orders"], True),
        (["live_view"], "live_view", ["events"], True),
        (["看直播"], "live_view", ["events"], True),
        (["own word"], "own word", ["events"], True),
        (["watch"], "", ["events"], True),
        (["group_join", "order"], "", ["memberships", "orders"], True),
        (["group_leave"], "group_leave", ["memberships"], True),
        (["follow"], "follow", ["events"], True),
        (["any"], "", ["events?", "orders?"], True),
        (["public"], "", ["events?", "orders?"], False),
        (["order[paid_amount>1]"], "", ["orders"], False),
    ],
)
def test_what_else_the_sql_is_told(texts: list[str], word: str, clocks: list[str], by_word: bool) -> None:
    told = asked("start", texts, SETTINGS)
    assert [told[f"start_{form}"] for form in ("word", "clocks", "by_word")] == [word, clocks, by_word]


def test_an_entry_of_the_merchants_own_is_known_as_joins_are() -> None:
    assert asked("start", ["own word"], {"private_entry_events": ["own word"]})["start_clocks"] == ["memberships"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no activity; expected a word, word|word or word[column=value"),
        ("order|", "is no activity"),
        ("|order", "is no activity"),
        ("order[paid_amount>=100", "is no activity"),
        ("order]", "is no activity"),
        ("order[]", "'' is no condition; expected column=value"),
        ("order[paid_amount]", "'paid_amount' is no condition"),
        ("order[chanel=live]", "there is no column 'chanel' to compare; did you mean 'channel'?"),
        ("order[person_id=x]", "there is no column 'person_id'"),
        ("order[channel>=live]", "channel is a text; expected = or !="),
        ("order[paid_amount>=many]", "expected a number, found 'many'"),
        ("order[paid_amount>=1 or true]", "expected a number, found '1 or true'"),
        ("order[paid_amount>=nan]", "expected a number"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_text(text)


def test_words_that_stand_for_themselves_are_known() -> None:
    """Of these somebody may be told that nobody did them."""
    assert event_words_in(["watch|live_view", "order[paid_amount>=3]", "own word", "any"]) == ["live_view", "own word"]


def test_no_word_means_two_things() -> None:
    words = load_event_words()
    groups = {name for one in words.values() for name in (one.act, one.kind) if name}
    assert not set(meanings()) & (set(words) | groups)
    assert {name for name in groups & set(words) if words[name].kind != name} == set()


def test_conditions_compare_what_the_view_holds() -> None:
    view = next(table for table in core_tables() if table.name == "activities")
    assert set(columns()) <= set(view.columns)
    assert {"channel", "group_id", "live_session_id", "paid_amount"} <= set(columns())
