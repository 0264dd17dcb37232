"""The demo merchant's value tables against its truth: who bought, who came back, what they brought.

What belongs here: what truth.json counts and these tables hold too. What does not: the cells of other metrics
(test_demo_truth).
"""

from __future__ import annotations

import json

import pytest

from pipelines.warehouse import open_warehouse


@pytest.fixture(scope="module")
def truth(demo_home):
    return json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ask(demo_home):
    """One row of a SELECT over the published snapshot."""
    with open_warehouse(demo_home) as snapshot:
        yield lambda sql: snapshot.sql(sql).to_dict("records")[0]


def test_every_buyer_is_valued_once(truth, ask):
    found = ask("""
        select count(*) as buyers, count(*) filter (frequency > 1) as repeat_buyers from metrics.customer_value
        where segment_by = 'all'
    """)
    assert found == {name: truth["counts"][name] for name in ("buyers", "repeat_buyers")}


def test_what_they_spent_is_what_people_spent(ask):
    found = ask("""
        select (select sum(monetary_amount) from metrics.customer_value where segment_by = 'all') as all_platforms,
          (select sum(net_amount) from core.people) as people
    """)
    assert len(set(found.values())) == 1


def test_people_acquired_are_all_people(truth, ask):
    found = ask("select sum(people) as people from metrics.value_by_cohort where month_no = 1 and segment_by = 'all'")
    assert found["people"] == truth["counts"]["people"]


def test_the_model_foretells_the_last_ninety_days(ask):
    """The planted process is no BG/NBD: everybody has the same gaps, and goes on with one of a few probabilities."""
    found = ask("select * from metrics.value_model where segment_by = 'all'")
    assert 0.75 < found["holdout_predicted"] / found["holdout_actual"] < 1.3


def test_where_buyers_are_too_few_it_is_said_and_nothing_is_predicted(ask):
    found = ask("""
        select count(*) filter (r is not null) as predicted, count(*) as platforms
        from metrics.value_model where segment_by = 'platform' and segment in ('taobao', 'wechat')
    """)
    assert found == {"predicted": 0, "platforms": 2}
