"""In what joiners differed, over a merchant whose joiners buy and look around more."""

from pathlib import Path

import pytest

from pipelines.database import connect
from pipelines.metrics import query
from pipelines.settings import Settings
from pipelines.simulate.joining import Joining, fill
from tests.metrics.test_private_uplift import FEW
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{**FEW, "least_joiners": 10}]


def test_what_is_left_of_the_differences():
    merchant, connection = Joining(seed=5, people=800), connect()
    fill(connection, merchant)
    asked = {"within_days": [30], "segments": ["all"], "least_joiners": 100}
    rows = query(connection, "uplift_balance", asked, Settings(home=Path("nowhere")), merchant.as_of).df()
    weeks = rows[rows["landmark"] == "week"].set_index("covariate")
    acts = weeks.loc["first_visit_acts"]
    assert acts["treated_mean"] > acts["control_mean"] + 0.3
    assert acts["weighed_control_mean"] == pytest.approx(acts["treated_mean"], abs=0.2)
    assert abs(weeks["difference_after"]).max() < 0.15 < abs(weeks["difference_before"]).max()
    assert {"week", "first_order"} == set(rows["landmark"])


def test_of_few_people_it_says_nothing():
    assert world({}).rows("metrics.uplift_balance") == []
