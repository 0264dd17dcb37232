"""The whole demo merchant: its figures against the truth that was planted when it was made.

truth.json names cells of metric tables, what they must hold exactly (counted over the made-up world, not over files), and the
probability that a rate estimates with its standard error. See its key `about`.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict

import pytest

from pipelines.warehouse import open_warehouse

# Of a thousand cells three lie further out than this by chance; the seed is fixed, so a cell that passes keeps passing.
FURTHEST_STANDARD_ERRORS = 4


@pytest.fixture(scope="module")
def cells(demo_home):
    """Each cell with the sums found in the published snapshot: (cell, {column: sum})."""
    told = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["metrics"]
    asked = defaultdict(list)
    for cell in told:
        asked[cell["table"], json.dumps(cell["parameters"])].append(cell)
    found = []
    with open_warehouse(demo_home) as snapshot:
        for (table, parameters), mine in asked.items():
            rows = snapshot.metric(table, **json.loads(parameters)).to_dict("records")
            found += [(cell, sums(rows, cell["where"], {*cell["exact"], *rate_of(cell)})) for cell in mine]
    return found


def rate_of(cell):
    """The columns of a cell's planted rate: numerator and denominator, or the one column that is the rate."""
    return cell["planted"]["rate"].split(" / ") if "planted" in cell else []


def sums(rows, where, columns):
    """Sums of columns over the rows that match; None where there are none or one is NULL throughout."""
    matching = [row for row in rows if all(equal(row[key], value) for key, value in where.items())]
    return {column: total(row[column] for row in matching) for column in columns}


def equal(found, wanted):
    """truth.json writes dates as text."""
    return found == wanted or str(found).removesuffix(" 00:00:00") == str(wanted)


def total(values):
    known = [float(value) for value in values if value is not None and value == value]
    return sum(known) if known else None


def name(cell):
    return f"{cell['table']} {cell['parameters'] or ''} {cell['where']}"


def test_every_metric_with_a_truth_is_met(cells):
    tables = {cell["table"] for cell, _ in cells}
    assert tables >= {
        "public_to_private", "conversion", "group_entry", "membership_survival", "repurchase", "order_ladder", "retention",
        "daily_summary", "live_performance", "identity_quality", "repurchase_curve", "repurchase_period", "group_health",
    }  # fmt: skip
    assert len(cells) > 100


MILESTONES = {
    "people": "count(*)",
    "touched_in_public": "count(first_public_at)",
    "followers": "count(followed_at)",
    "fan_club": "count(fan_club_at)",
    "private_people": "count(private_at)",
    "buyers": "count(first_order_at)",
    "repeat_buyers": "count(second_order_at)",
}


def test_people_are_as_many_as_were_planted(demo_home):
    """Nobody merged who is two, nobody two who is one, no milestone lost."""
    counts = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["counts"]
    sums = ", ".join(f"{sql} as {name}" for name, sql in MILESTONES.items())
    with open_warehouse(demo_home) as snapshot:
        found = snapshot.sql(f"select {sums} from core.people").to_dict("records")[0]
    assert found == {name: counts[name] for name in MILESTONES}


def test_counts_are_exact(cells):
    wrong = {
        name(cell): {
            column: (found[column], wanted)
            for column, wanted in cell["exact"].items()
            if differs(found, column, wanted)
        }
        for cell, found in cells
    }
    assert {cell: columns for cell, columns in wrong.items() if columns} == {}


def differs(found, column, wanted):
    if found[column] is None or wanted is None:
        return found[column] is not wanted
    return not math.isclose(found[column], float(wanted), rel_tol=1e-9, abs_tol=1e-9)


def test_rates_are_within_their_sampling_error(cells):
    """Found with the metric's own columns, so that a rate is what its header says: numerator over denominator."""
    errors = {}
    for cell, found in cells:
        planted = cell.get("planted")
        if not planted or planted["standard_error"] <= 0:
            continue
        over, *under = (found[column] for column in rate_of(cell))
        if over is not None:
            errors[name(cell)] = (over / (under[0] if under else 1) - planted["probability"]) / planted[
                "standard_error"
            ]
    assert len(errors) > 50
    assert {cell: error for cell, error in errors.items() if abs(error) > FURTHEST_STANDARD_ERRORS} == {}
    # Cells overlap, so they are not independent; still, on average they must not be off by more than chance.
    assert math.sqrt(sum(error**2 for error in errors.values()) / len(errors)) < 1.5
