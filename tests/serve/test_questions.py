"""A metric as a form, its answer as the report would write it, and the people behind a number."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas
import pytest

from pipelines.metrics import metric_tables
from pipelines.report.shapes import OK, SMALL
from pipelines.report.words import load_words
from pipelines.serve import questions
from pipelines.spec.table_file import TableError
from pipelines.warehouse import open_warehouse
from tests.report.merchant import AS_OF, TWO

WORDS = load_words("zh")
COHORTS = {"segments": ["all", "channel"], "windows": [30]}


def form(name):
    return {one.name: one for one in questions.parameters_of(name, WORDS)}


def test_every_metric_is_offered_and_has_a_form_whose_defaults_are_its_own_over_everybody():
    assert list(questions.offered("zh"))[:3] == ["retention", "funnel", "repurchase"]
    of_persons = {"customer_value", "likely_placeholders"}
    assert set(questions.offered("zh")) == {table.name for table in metric_tables()} - of_persons
    for name in questions.offered("zh"):
        typed = {one.name: one.default for one in questions.parameters_of(name, WORDS)}
        assert questions.asked(name, typed).items() <= {"segments": ["all"]}.items(), name


def test_a_field_offers_what_the_header_says_it_takes():
    retention = form("retention")
    assert (retention["period"].kind, list(retention["period"].words)) == (
        "word",
        ["day", "week", "month", "rolling_24h"],
    )
    assert (retention["mode"].kind, retention["mode"].default) == ("text", "on")
    assert retention["segments"].kind == "words"
    assert retention["segments"].words["live_session"] == "直播场次"
    assert retention["start"].kind == "activities"
    assert retention["start"].words["group_join"] == "入群（group_join）"
    assert form("funnel")["within"].kind == "text"


def test_what_is_typed_is_read_as_the_metric_reads_it_and_told_as_a_line_of_a_notebook(settings):
    typed = {
        "start": "order",
        "back": "order",
        "period": "month",
        "segments": "all",
        "week_starts": "monday",
        "mode": "",
    }
    given = questions.asked("retention", typed)
    assert given == {"start": ["order"], "back": ["order"], "period": "month", "segments": ["all"]}
    call = questions.call_of("retention", given, AS_OF)
    with open_warehouse(settings.home) as warehouse:
        rows = eval(call, {"warehouse": warehouse})
    found = questions.answer(settings, "retention", given)
    assert len(rows) == found.rows > 5


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("retention", {"period": "year"}, "parameter 'period' is 'year'; expected one of: day, week, month"),
        ("retention", {"start": "order["}, "parameter 'start'"),
        ("repurchase", {"windows": "soon"}, "parameter 'windows' is 'soon'; expected something like"),
    ],
)
def test_what_the_metric_does_not_take_is_refused_in_its_words(name, typed, said):
    with pytest.raises(TableError, match=r"metrics\.") as error:
        questions.asked(name, typed)
    assert said in str(error.value)


def test_an_answer_is_the_metrics_own(settings):
    """Every number that is shown stands in the metric's rows as it is."""
    found = questions.answer(settings, "repurchase", COHORTS)
    with open_warehouse(settings.home) as warehouse:
        frame = warehouse.metric("repurchase", **COHORTS)
    frame = frame.sort_values(["cohort_month", "segment_by", "segment"], ascending=[False, True, True])
    assert [one.name for one in found.fields] == list(frame.columns)
    buyers = list(frame.columns).index("buyers")
    shown = [(line[buyers].value, count) for line, count in zip(found.lines, frame["buyers"], strict=True)]
    assert all(value == count for value, count in shown if value is not None)
    assert sum(value is not None for value, _ in shown) > 3
    assert found.chart


def test_numbers_of_few_people_are_hidden_and_nobody_finds_them_by_taking_the_others_off(settings):
    given = {"segments": ["channel"], "windows": [30]}
    found = questions.answer(settings, "repurchase", given)
    names = [one.name for one in found.fields]
    few = [line for line in found.lines if line[names.index("mature_buyers")].state == SMALL]
    assert few
    numbers = [n for n, one in enumerate(found.fields) if one.is_number and one.name != "window_days"]
    assert all(line[n].value is None for line in few for n in numbers)
    by_month = {}
    for key, line in zip(found.keys, found.lines, strict=True):
        by_month.setdefault(key["cohort_month"], []).append(line[names.index("mature_buyers")].state)
    assert all(states.count(SMALL) != 1 for states in by_month.values() if len(states) > 1)


def test_of_few_people_whose_time_has_not_come_nothing_is_told_either(settings):
    """A cohort of two, of whom none is mature: two stand behind its numbers, and not none."""
    found = questions.answer(settings, "retention", {"segments": ["all", "channel", "group"]})
    names = [one.name for one in found.fields]
    with open_warehouse(settings.home) as warehouse:
        frame = warehouse.metric("retention", segments=["all", "channel", "group"]).set_index(list(found.keys[0]))
    young = 0
    for key, line in zip(found.keys, found.lines, strict=True):
        people = frame.loc[tuple(pandas.Timestamp(v) if isinstance(v, date) else v for v in key.values())]["people"]
        if 0 < people < settings.small_group:
            assert all(line[names.index(one)].value is None for one in ("people", "mature_people", "returned")), key
            young += 1
    assert young > 3


def test_words_are_the_reports_and_a_group_has_its_name(settings):
    found = questions.answer(settings, "repurchase", {"segments": ["channel", "group"], "windows": [30]})
    place = [one.name for one in found.fields].index("segment")
    texts = {line[place].text for line in found.lines}
    assert {"渠道", "粉丝群"} == {line[place - 1].text for line in found.lines}
    assert {"福利群", "直播"} <= texts
    dates = [key["cohort_month"] for key in found.keys]
    assert dates == sorted(dates, reverse=True)


def test_the_people_behind_a_number_are_told_by_pseudonym_and_as_many(settings):
    found = questions.answer(settings, "repurchase", COHORTS)
    names = [one.name for one in found.fields]
    place = max(range(found.rows), key=lambda n: found.lines[n][names.index("buyers")].value or 0)
    key = {name: value.isoformat() if isinstance(value, date) else value for name, value in found.keys[place].items()}
    people = questions.people(settings, "repurchase", COHORTS, None, key, "buyers")
    assert people.count == found.lines[place][names.index("buyers")].value
    assert len(people.lines) == min(people.count, questions.MOST_PEOPLE)
    assert all(len(line[0].value) == 8 and line[0].state == OK for line in people.lines)


def test_of_few_people_nobody_is_listed(settings):
    asked = {"start": ["group_join"], "segments": ["group"], "period": "month"}
    with open_warehouse(settings.home) as warehouse:
        rows = warehouse.metric("retention", **asked)
    rows = rows[(rows["people"] == len(TWO)) & (rows["period_no"] == 0) & (rows["segment"] != "none")]
    alone = rows.to_dict("records")[0]
    key = {name: alone[name] for name in ("period_no", "segment_by", "segment")} | {"cohort": str(alone["cohort"])[:10]}
    people = questions.people(settings, "retention", asked, None, key, "people")
    assert people == questions.People((), ())


def test_nor_of_a_part_that_with_the_total_would_tell_of_few(settings):
    """Of each month's parts that are hidden together with a few none lists its people, whoever asks for them."""
    rows, hidden = questions.answer(settings, "repurchase", COHORTS), 0
    buyers = [one.name for one in rows.fields].index("buyers")
    for key, line in zip(rows.keys, rows.lines, strict=True):
        if line[buyers].state == SMALL:
            assert not questions.people(settings, "repurchase", COHORTS, None, key, "buyers").lines
            hidden += 1
    assert hidden > 3


def test_what_a_few_made_is_hidden_with_them(settings):
    """A step that one person took tells no time, a cohort of which one bought again no amount."""
    for name, parameters, counted, made in (
        ("funnel", {"segments": ["all", "channel"]}, "people", ("seconds_p50", "average_seconds")),
        ("money_retention", {"segments": ["all", "channel"]}, "spenders", ("orders", "net_amount")),
    ):
        found = questions.answer(settings, name, parameters)
        with open_warehouse(settings.home) as warehouse:
            frame = warehouse.metric(name, **parameters).set_index(list(found.keys[0]))
        names = [one.name for one in found.fields]
        few = 0
        for key, line in zip(found.keys, found.lines, strict=True):
            count = frame.loc[tuple(pandas.Timestamp(v) if isinstance(v, date) else v for v in key.values())][counted]
            if not pandas.isna(count) and 0 < count < settings.small_group:
                assert all(line[names.index(one)].value is None for one in made if one in names), (name, key)
                few += 1
        assert few, name


def test_what_lies_outside_the_data_is_refused(settings):
    for day in (date(1, 1, 1), AS_OF + timedelta(days=1), date(9999, 12, 31)):
        with pytest.raises(ValueError, match="the data begin on"):
            questions.answer(settings, "repurchase", {}, day)


def test_an_earlier_day_is_as_shut_and_as_bounded_as_the_newest(settings, monkeypatch):
    with questions._opened(settings, AS_OF - timedelta(days=9)) as (_, connection, _):
        limits = "select current_setting('enable_external_access'), current_setting('lock_configuration')"
        assert connection.execute(limits).fetchall() == [(False, True)]
        own = connection.execute("select current_setting('memory_limit')").fetchall()
    with questions._opened(settings, None) as (_, connection, _):
        assert connection.execute("select current_setting('memory_limit')").fetchall() == own
    monkeypatch.setattr(questions, "SECONDS", 0)
    with pytest.raises(duckdb.InterruptException):
        questions.answer(settings, "repurchase", {}, AS_OF - timedelta(days=9))


def test_an_earlier_day_knows_nothing_of_later_ones(settings):
    day = AS_OF - timedelta(days=40)
    found = questions.answer(settings, "repurchase", COHORTS, day)
    newest = questions.answer(settings, "repurchase", COHORTS)
    assert found.rows < newest.rows
    assert f"as_of='{day.isoformat()}'" in found.call


@pytest.mark.parametrize("name", list(questions.offered("zh")))
def test_every_metric_answers(settings, name):
    found = questions.answer(settings, name, {})
    assert len(found.lines) == min(found.rows, questions.MOST_ROWS)
    assert all(len(line) == len(found.fields) for line in found.lines)
