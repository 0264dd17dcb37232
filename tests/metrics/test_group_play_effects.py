"""Evenings with a play against the same group's other evenings: matching by hand, the interval against scipy's own t test."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.models.matched import Strata, differences
from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"from_hour": 12, "least_evenings": 1}]
MONDAY = date(2025, 3, 3)


def _said(people, day, hour=20):
    """So many people who each write in g1 on a day."""
    return [
        {"user_id": f"u{n}", "event": "group_message", "event_at": f"{day} {hour}:00:00", "group_id": "g1"}
        for n in range(people)
    ]


@pytest.fixture(scope="module")
def ten_weeks():
    """Ten Mondays: on five of them a red packet, with 5, 6, 7, 8 and 9 people; on the others 2, 2, 3, 3 and 2. On every Tuesday
    a link-up and 50 people. One red packet on a Wednesday morning, and much said that morning."""
    events, pushes = [], []
    plays, others = [5, 6, 7, 8, 9], [2, 2, 3, 3, 2]
    for week in range(10):
        monday = MONDAY + timedelta(days=7 * week)
        events += _said(plays[week // 2] if week % 2 else others[week // 2], monday)
        events += _said(50, monday + timedelta(days=1))
        pushes.append({"sent_at": f"{monday + timedelta(days=1)} 20:00:00", "kind": "link_mic"})
        if week % 2:
            pushes.append({"sent_at": f"{monday} 19:00:00", "kind": "red_packet"})
    events += _said(90, MONDAY + timedelta(days=2), hour=10)
    pushes.append({"sent_at": f"{MONDAY + timedelta(days=2)} 09:00:00", "kind": "red_packet"})
    pushes = [{**push, "message_id": f"m{n}", "group_id": "g1"} for n, push in enumerate(pushes)]
    return world({"events": events, "pushes": pushes}, as_of="2025-05-11")


def test_evenings_are_matched_by_weekday(ten_weeks):
    """7 people on average against 2.4. The link-up has no evening on a Tuesday without it, and the morning is no evening."""
    rows = ten_weeks.rows("metrics.group_play_effects", where="outcome = 'active_members' and platform = 'other'")
    told = {row["kind"]: row for row in rows}
    found = told["red_packet"]
    assert (found["evenings"], found["other_evenings"], found["unmatched_evenings"]) == (5, 5, 0)
    assert (found["mean"], found["expected"]) == (7, pytest.approx(2.4))
    assert found["difference"] == pytest.approx(4.6)
    # the spread of 5, 6, 7, 8, 9 and of 2, 2, 3, 3, 2: Welch's t test
    oracle = stats.ttest_ind([5, 6, 7, 8, 9], [2, 2, 3, 3, 2], equal_var=False).confidence_interval()
    assert (found["difference_low"], found["difference_high"]) == pytest.approx(tuple(oracle))
    assert (told["link_mic"]["evenings"], told["link_mic"]["unmatched_evenings"], told["link_mic"]["why"]) == (
        0,
        10,
        "few_evenings",
    )
    assert told["any"]["difference"] == pytest.approx(4.6)


def test_what_no_file_tells_is_no_zero_and_all_groups_stand_together(ten_weeks):
    answers(
        ten_weeks,
        "group_play_effects",
        """
        | group_id | outcome | evenings | difference | why          |
        | g1       | orders  | 5        | -          | nothing_told |
        | g1       | leaves  | 5        | -          | nothing_told |
        | all      | messages | 5       | 4.6        | -            |
        """,
        where="kind = 'red_packet' and (outcome in ('orders', 'leaves') or group_id = 'all' and outcome = 'messages')",
    )


def _strata(groups):
    """Strata of (cell, unit, marked values, other values)."""
    columns = [[len(v), sum(v), sum(x * x for x in v)] for _, _, *both in groups for v in both]
    sums = np.array(columns, dtype=float).reshape(len(groups), 6).T
    return Strata(np.array([g[0] for g in groups]), np.array([g[1] for g in groups]), *sums)


VALUES = st.lists(st.integers(0, 50), min_size=2, max_size=8)


@given(marked=VALUES, others=VALUES)
def test_of_one_stratum_it_is_welchs_t_test(marked, others):
    found = differences(_strata([(0, 0, marked, others)]), 1)
    assert found.difference[0] == pytest.approx(np.mean(marked) - np.mean(others))
    if np.var(marked) * np.var(others) > 0:
        low, high = stats.ttest_ind(marked, others, equal_var=False).confidence_interval()
        assert (found.low[0], found.high[0]) == (pytest.approx(low), pytest.approx(high))


@given(marked=VALUES, weekday=st.integers(1, 90))
def test_of_other_evenings_that_are_all_alike_it_is_the_t_test_of_the_differences(marked, weekday):
    """Half of the days in another stratum, whose evenings are higher by the same number, marked or not."""
    low_days, high_days = marked[::2], [value + weekday for value in marked[1::2]]
    strata = [(0, 0, low_days, [3, 3, 3]), (0, 0, high_days, [3 + weekday] * 4)]
    found = differences(_strata(strata), 1)
    assert found.difference[0] == pytest.approx(np.mean(marked) - 3)
    if len(set(marked)) > 1:
        low, high = stats.ttest_1samp(np.array(marked) - 3.0, 0).confidence_interval()
        assert (found.low[0], found.high[0]) == (pytest.approx(low), pytest.approx(high))


def test_the_interval_holds_the_planted_difference_about_as_often_as_it_says():
    """Two groups of unlike size, four evenings with a play in each of three weekdays: of 2,000 times some 95 in a hundred."""
    chance, cells, strata = np.random.default_rng(7), 2000, []
    for cell in range(cells):
        for unit, (level, spread) in enumerate(((10, 3), (100, 12))):
            for weekday in range(3):
                marked = chance.normal(level + 5 * weekday + 4, spread, 4)
                strata.append((cell, unit, marked, chance.normal(level + 5 * weekday, spread, 9)))
    found = differences(_strata(strata), cells)
    held = np.mean((found.low <= 4) & (found.high >= 4))
    assert 0.935 <= held <= 0.965
