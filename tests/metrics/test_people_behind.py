"""The people behind a number are as many as were counted, whichever row and column is asked about.

What belongs here: their count against the metric's own, and who they are by hand. What does not: what a page shows of
them (tests/serve).
"""

from __future__ import annotations

import random

import pytest

from pipelines import people_behind
from pipelines.facts import build_facts
from pipelines.metrics import find_metric, metric_tables, query
from pipelines.spec.table_file import TableError
from pipelines.tables import load_tables
from tests.examples import examples
from tests.metrics.random_world import random_world
from tests.worlds import world

ROWS = examples(12, 60)  # looked at of each question
MONTHS = {"start": ["order"], "back": ["order"], "period": "month"}
QUESTIONS = [
    ("retention", {}),
    ("retention", {**MONTHS, "segments": ["all", "channel", "platform", "live_session"]}),
    ("retention", {**MONTHS, "cohorts": "recurring", "mode": ["on_or_after"], "segments": ["all", "domain"]}),
    ("retention", {"start": ["any"], "mode": ["7", "30"], "segments": ["all", "group", "entry_path"]}),
    ("funnel", {"segments": ["all", "channel", "group"], "cohort_period": "month"}),
    ("funnel", {"steps": ["any", "order", "order[paid_amount>=20]"], "order": "any", "segments": ["platform"]}),
    ("repurchase", {"windows": [30, 90], "segments": ["all", "channel", "live_session", "membership"]}),
]


@pytest.fixture(scope="module")
def merchant():
    found = random_world(7)
    build_facts(found.connection, found.settings, found.as_of)
    return found


def behind(merchant, name, parameters, row, column):
    text = people_behind.text_of(name, parameters, merchant.settings, merchant.as_of, row, column)
    return [person for (person,) in merchant.connection.execute(text).fetchall()]


@pytest.mark.parametrize(("name", "parameters"), QUESTIONS)
def test_as_many_are_found_as_were_counted(merchant, name, parameters):
    table = find_metric(name)
    asked = query(merchant.connection, name, parameters, merchant.settings, merchant.as_of)
    rows = [dict(zip(asked.columns, row, strict=True)) for row in asked.order(", ".join(table.key)).fetchall()]
    columns, counted = table.header.whom, 0
    rows = [row for row in rows if row["segment_by"] in people_behind.breakdowns_of(table)]
    for row in random.Random(1).sample(rows, min(ROWS, len(rows))):
        for column in columns:
            people = behind(merchant, name, parameters, row, column)
            assert len(people) == len(set(people)) == (row[column] or 0), (row, column)
            counted += len(people)
    assert counted > 20


def test_who_they_are():
    """Ann and Bo bought first in January, Ann again after 15 days, Bo after 40; Cai in February."""
    orders = """
    | order_id | buyer_id | paid_at    | paid_amount |
    | o1       | ann      | 2025-01-05 | 10          |
    | o2       | ann      | 2025-01-20 | 10          |
    | o3       | bo       | 2025-01-06 | 10          |
    | o4       | bo       | 2025-02-15 | 10          |
    | o5       | cai      | 2025-02-01 | 10          |
    """
    shop = world({"orders": orders}, as_of="2025-06-30")
    names = {one["person_id"]: one["id_value"] for one in shop.sql("select person_id, id_value from core.identities")}
    build_facts(shop.connection, shop.settings, shop.as_of)
    (january,) = shop.rows("metrics.repurchase", where="segment_by = 'all' and month(cohort_month) = 1", windows=[30])

    def found(column):
        return sorted(names[one] for one in behind(shop, "repurchase", {"windows": [30]}, january, column))

    assert (found("buyers"), found("repeat_buyers")) == (["ann", "bo"], ["ann"])


def test_what_cannot_be_told_is_refused(merchant):
    row = {"cohort_month": None, "segment_by": "host", "segment": "h1", "window_days": 30}
    with pytest.raises(TableError, match="by 'host' nobody is found"):
        behind(merchant, "repurchase", {}, row, "buyers")
    with pytest.raises(TableError, match="does not tell whom 'is_small' counts; it tells of: buyers"):
        behind(merchant, "repurchase", {}, row, "is_small")


def test_every_metric_that_says_whom_it_counts_is_asked_here_and_its_facts_know():
    saying = [table for table in metric_tables() if table.header.whom]
    assert {table.name for table in saying} == {name for name, _ in QUESTIONS}
    for table in saying:
        assert all(load_tables()[f"facts.{fact}"].header.person for fact in table.header.facts), table.name
        assert {table.columns[name].unit for name in table.header.whom} == {"person"}
