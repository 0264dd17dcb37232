"""Statistics: SELECTs that metrics share stand in their SQL as if they were tables.

What belongs here: how they are put in. What does not: whether a statistic is right (tests/metrics).
"""

from __future__ import annotations

import pytest

from pipelines.metrics import find_metric
from pipelines.spec.reading import SpecError
from pipelines.statistics import find_statistic


@pytest.mark.parametrize("name", ["repurchase_curve", "membership_survival"])
def test_a_statistic_reads_what_the_metric_defines(name):
    metric = find_metric(name)
    assert "from statistics.kaplan_meier" in metric.sql
    text = metric.render({**metric.parameters, "small_group": 30})
    assert "statistics." not in text
    assert text.count("from durations") == 1


def test_a_statistic_is_no_table_that_a_metric_waits_for():
    schemas = {name.split(".")[0] for name in find_metric("repurchase_curve").dependencies}
    assert schemas == {"core", "facts"}


def test_a_statistic_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(SpecError, match=r"no statistic 'kaplan_meyer'; did you mean 'kaplan_meier'\?"):
        find_statistic("kaplan_meyer")
