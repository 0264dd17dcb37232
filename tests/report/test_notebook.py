"""What notebooks show: columns called and written as in the report, charts that need no script."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from pipelines.report.charts import definitions
from pipelines.report.notebook import chart, shown


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    made.attrs["table"] = table
    return made


LADDER = frame(
    "metrics.conversion",
    [
        {
            **{"segment_by": "all", "segment": "all", "step_no": n, "step": step, "window_days": days},
            **{"reached_people": people, "reached_rate": people / 200, "mature_people": 200, "cohort_people": 200},
        }
        for n, (step, days, people) in enumerate([("public", 7, 200), ("follow", 7, 50), ("private", 7, 30)], 1)
    ],
)


def test_a_frame_is_called_and_written_as_in_the_report() -> None:
    html = shown(LADDER, "step", "mature_people", "reached_rate").to_html()
    assert "公域触达" in html
    assert "25.0%" in html
    assert "reached_rate" not in html
    assert "blank level0" not in html, "no index"


def test_what_is_not_known_is_a_dash_and_a_date_a_day() -> None:
    rows = [{"cohort_week": pd.Timestamp(date(2025, 3, 3)), "public_to_private_rate": None, "people": 1234}]
    html = shown(frame("metrics.public_to_private", rows)).to_html()
    assert "2025-03-03" in html
    assert "–" in html
    assert "1,234" in html


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        shown(LADDER, "nothing")


def test_a_ladder_is_a_table_where_no_script_runs() -> None:
    bundle = chart("ladder", LADDER)._repr_mimebundle_()
    assert "application/vnd.plotly.v1+json" in bundle
    html = bundle["text/html"]
    assert "<table" in html
    assert "15.0%" in html
    assert "<script" not in html


def test_a_heat_map_is_a_table_whose_cells_are_shaded() -> None:
    rows = [
        {
            **{"segment_by": "all", "cohort_month": date(2025, month, 1), "window_days": days, "buyers": 40},
            **{"repurchase_rate": rate, "repeat_buyers": 4, "mature_buyers": 40, "is_mature": rate is not None},
        }
        for month, days, rate in [(1, 30, 0.1), (1, 90, 0.4), (2, 30, 0.2), (2, 90, None)]
    ]
    html = chart("repurchase", rows).html
    assert "40%" in html
    palette = definitions()["palette"]
    assert f"background: {palette['heat_high']}" in html, "the greatest is the darkest"
    shades = set(re.findall(r"background: (#\w{6})", html))
    assert len(shades) == 3, "one of each rate, none of what is not known"


def test_a_curve_is_drawn() -> None:
    rows = [
        {
            **{"segment_by": "all", "day": day, "survival": 1 - day / 100, "at_risk": 50},
            **{"survival_low": 0.9 - day / 100, "survival_high": 1.0},
        }
        for day in range(0, 60, 10)
    ]
    html = chart("membership_survival", rows, "en").html
    assert "<svg" in html
    assert "How many stay" in html
