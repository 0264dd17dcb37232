"""What a header may say: every mistake is refused in words of the file, with the nearest word that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.spec.reading import SpecError
from pipelines.tables import read_table

GOOD = """
title: {zh: 例, en: Example}
description: An example.
grain: day, word
parameters: {windows: [7, 30], word: order}
choices: {word: [order, event]}
activities: {word: 8}
columns:
  day:    {type: date, zh: 日}
  word:   {type: varchar, zh: 词}
  people: {type: bigint, unit: person, zh: 人数}
  buyers: {type: bigint, unit: person, zh: 买家}
  rate:   {type: double, unit: ratio, of: [buyers, people], zh: 比例, description: NULL without people}
checks:
  - unique: [day, word]
  - between: {column: rate, min: 0, max: 1}
"""


def read(folder: Path, header: str, name: str = "example.sql", schema: str = "metrics"):
    file = folder / schema / name
    file.parent.mkdir(exist_ok=True)
    marks = ('"""', '"""\n') if name.endswith(".py") else ("/*", "*/\nselect 1")
    file.write_text(header.join(marks), encoding="utf-8")
    return read_table(file)


def test_what_a_header_says(tmp_path):
    table = read(tmp_path, GOOD)
    assert (table.grain, table.key) == ("day, word", ("day", "word"))
    assert table.columns["rate"].description == "buyers / people; NULL without people"
    assert table.header.activities == {"word": 8}


def test_a_grain_may_be_a_text(tmp_path):
    table = read(tmp_path, GOOD.replace("grain: day, word", "grain: {text: one row}"))
    assert (table.grain, table.key) == ("one row", ())


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("checks:", "check:", "check: there is no such key; did you mean 'checks'?"),
        ("zh: 日}", "zh: 日, discription: x}", "columns.day.discription: there is no such key; did you mean 'descri"),
        ("en: Example", "eng: Example", "title.eng: there is no such key; did you mean 'en'?"),
        ("zh: 日}", "zh: 日, description: one, two}", "columns.day.two: there is no such key; known: description, of"),
        ("zh: 日}", "zh: 日, description: one, two}", "(a text that holds a comma is quoted)"),
        ("zh: 日}", "zh: 日, name: date}", "the column 'day' says 'name', which is its key already"),
        ("description: An example.", "", "lacks 'description'"),
        ("type: date, zh: 日", "type: date", "columns.day: lacks 'zh'"),
        ("zh: 日}", "zh: ''}", "columns.day.zh: expected a text, found ''"),
        ("type: date", "type: dat", "columns.day.type: expected one of varchar, bigint"),
        ("type: date", "type: dat", "found 'dat'; did you mean 'date'?"),
        ("unit: person, zh: 人数", "unit: persons, zh: 人数", "found 'persons'; did you mean 'person'?"),
        ("unit: person, zh: 人数", "unit: person, over_segments: some, zh: 人数", "expected one of sum, disti"),
        ("people], zh", "people], over_segments: part, zh", "columns.rate: over_segments: is for a count or an amount"),
        ("description: An example.", "description: [a]", "description: expected a text, found ['a']"),
        ("description: An example.", "description: 7", "description: expected a text, found 7"),
        ("  day:    {type: date, zh: 日}", "  day:", "columns.day: expected keys with values, found nothing"),
        ("checks:", "materialized: veiw\nchecks:", "found 'veiw'; did you mean 'view'?"),
        ("grain: day, word", "grain: day, wrd", "grain: names the column 'wrd', which the header does not have; did"),
        ("grain: day, word", "grain: one row", "or is it a text, `grain: {text: one row}`?"),
        ("unique: [day, word]", "unique: [dai, word]", "checks[0]: names the column 'dai', which the header does not"),
        ("choices: {word", "choices: {wrd", "choices: names the parameter 'wrd', which the header does not have; did"),
        ("activities: {word", "activities: {windos", "activities: names the parameter 'windos'"),
        ("of: [buyers, people], ", "", "columns.rate: a ratio stands beside what it divides; say it by `of: [num"),
        ("of: [buyers, people]", "of: [buyer, people]", "columns.rate.of: names the column 'buyer', which the head"),
        ("of: [buyers, people]", "of: [buyers - leavers, people]", "columns.rate.of: names the column 'leavers'"),
        ("of: [buyers, people]", "of: [buyers]", "columns.rate.of: expected [numerator, denominator]"),
        ("of: [buyers, people]", "of: [count(*), people]", "columns.rate.of: expected [numerator, denominator]"),
        ("of: [buyers, people]", "of: {model: [people]}", "columns.rate.of.model: there is no such key; known: alone"),
        (
            "  rate:   {type: double, unit: ratio",
            "  buy_rate: {type: double, unit: day",
            "columns.buy_rate: unit is 'd",
        ),
        ("checks:", "grain: day\nchecks:", "'grain' stands twice"),
        ("checks:", "reads: [core.orders]\nchecks:", "reads: is for tables of core in Python"),
        ("checks:", "rebuild: {delete: touched_peple, restrict: {}}\nchecks:", "did you mean 'touched_people'?"),
    ],
)
def test_a_mistake_is_named(tmp_path, good, bad, said):
    assert good in GOOD
    with pytest.raises(SpecError) as error:
        read(tmp_path, GOOD.replace(good, bad, 1))
    assert str(error.value).startswith(str(tmp_path / "metrics" / "example.sql"))
    assert said in str(error.value)


INPUTS = GOOD + "inputs: {words: select day from core.orders}"


@pytest.mark.parametrize(
    ("schema", "body", "said"),
    [
        ("core", "x = 1", "expected build(connection, settings, core_pass, engine), found nothing of that name"),
        ("core", "def build(connection, settings): ...", "found build(connection, settings)"),
        (
            "metrics",
            "def build(connection, settings, core_pass, engine): ...",
            "expected fit(frames, parameters), found no",
        ),
        ("metrics", "def fit(frames): ...", "found fit(frames)"),
    ],
)
def test_a_table_in_python_has_one_way_in(tmp_path, schema, body, said):
    table = read(tmp_path, INPUTS if schema == "metrics" else GOOD, "example.py", schema)
    table.path.write_text(table.path.read_text(encoding="utf-8") + body, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        table.module()
    assert str(table.path) in str(error.value)
    assert said in str(error.value)


def test_touched_rows_are_made_anew_by_sql_only(tmp_path):
    with pytest.raises(SpecError, match="rebuild: is for SQL"):
        read(tmp_path, GOOD + "rebuild: {delete: touched_people, restrict: {}}", "example.py", "core")


@pytest.mark.parametrize(
    ("header", "name", "schema", "said"),
    [
        (GOOD, "example.py", "metrics", "inputs: a metric in Python says them, and no other table does"),
        (INPUTS, "example.py", "core", "inputs: a metric in Python says them"),
        (INPUTS, "example.sql", "metrics", "inputs: a metric in Python says them"),
        (INPUTS + "\nreads: [core.orders]", "example.py", "metrics", "reads: is for tables of core in Python"),
        (INPUTS.replace("select day", "selec day"), "example.py", "metrics", "not one readable SELECT"),
        (INPUTS + "\nnotice: wrd", "example.py", "metrics", "notice: names the column 'wrd'"),
    ],
)
def test_what_a_metric_in_python_reads_stands_in_its_inputs(tmp_path, header, name, schema, said):
    with pytest.raises(SpecError) as error:
        read(tmp_path, header, name, schema)
    assert said in str(error.value)


FACT = """
title: {zh: 事实, en: Fact}
description: A fact.
grain: {text: one row}
parameters: {period: week, mode: [all], longest: 9}
choices: {period: [day, week]}
constants: {shift: "case when $period = 'week' then 1 else 0 end", most: $longest + 1}
columns: {n: {type: bigint, zh: 数}}
"""


def asking(folder: Path, facts: str, more: str = ""):
    """A table that reads facts.sums; its header says this of it."""
    (folder / "facts").mkdir()
    (folder / "facts" / "sums.sql").write_text(f"/*{FACT}*/\nselect 1 as n", encoding="utf-8")
    header = FACT.partition("parameters:")[0] + more + f"facts: {facts}\ncolumns: {{n: {{type: bigint, zh: 数}}}}\n"
    return read(folder, header).header


def test_a_parameter_asked_by_the_facts_own_name_is_declared_there_alone(tmp_path):
    """With its default, its choices, and the constants that follow from such parameters alone."""
    header = asking(tmp_path, "{sums: [period, mode]}", "parameters: {mode: [few]}\n")
    assert header.parameters == {"period": "week", "mode": ["few"]}
    assert header.choices == {"period": ("day", "week")}
    assert list(header.constants) == ["shift"]
    assert header.facts == {"sums": {"period": "period", "mode": "mode"}}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("{sums: [perod]}", "facts.sums: names the parameter 'perod', which the header does not have"),
        ("{sum: [period]}", "facts.sum: there is no such fact; did you mean 'sums'?"),
    ],
)
def test_a_fact_or_a_parameter_of_it_that_is_not_there_is_refused(tmp_path, facts, said):
    with pytest.raises(SpecError) as error:
        asking(tmp_path, facts)
    assert said in str(error.value)
