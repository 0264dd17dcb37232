"""Charts: one definition for notebooks and report, drawn from frames as from rows; what their drawings say."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.report import charts
from pipelines.report.axes import ticks
from pipelines.report.chart_said import finding_of
from pipelines.report.draw import draw
from pipelines.report.words import load_words
from tests.report.reading import read_page


@pytest.mark.parametrize("name", charts.names())
def test_a_frame_makes_the_same_figure_as_rows(snapshot: SimpleNamespace, name: str) -> None:
    """As a notebook does it: the whole table as a frame, the chart picks its rows."""
    chart = charts.definition(name)
    with duckdb.connect(str(snapshot.path), read_only=True) as connection:
        relation = connection.table(chart["table"])
        rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
        frame = connection.table(chart["table"]).df()
    figure = charts.figure(name, frame)
    assert figure.to_json() == charts.figure(name, rows).to_json()
    assert len(figure.data) >= 1
    assert figure.layout.title.text
    assert charts.figure(name, rows, "en").layout.title.text < "\u4e00"


def test_a_chart_asks_for_its_columns() -> None:
    with pytest.raises(
        charts.ChartError, match=r"'repurchase_curve' needs the column 'day' of metrics.repurchase_curve"
    ):
        charts.figure("repurchase_curve", [{"segment": "all", "segment_by": "all"}])
    with pytest.raises(charts.ChartError, match=r"no chart 'curve'; charts\.yaml has: daily_amount"):
        charts.figure("curve", [])


def curve_rows() -> list[dict[str, object]]:
    shared = {"segment_by": "all", "at_risk": 50}
    return [
        {
            **shared,
            "day": d,
            "repeat_probability": p,
            "repeat_probability_low": p - 0.01,
            "repeat_probability_high": p + 0.01,
        }
        for d, p in ((0, 0.01), (10, 0.05), (20, 0.1))
    ]


def test_a_curve_ends_at_its_last_day() -> None:
    """The step line is drawn day by day and not beyond; each point says itself, days as days."""
    svg = draw(charts.figure("repurchase_curve", curve_rows()), 'How "soon"')
    page = read_page(str(svg))
    (outer, *_) = page.all("svg")
    assert outer["aria-label"] == 'How "soon"'
    titles = [n.text for n in page.all("title")]
    assert titles[1] == "第 10 天 · 已复购 5.0%（4.0% – 6.0%），在观察 50 人"
    band, line = page.all("path")
    assert line["d"].endswith("L1000.0 36.7") or line["d"].startswith("M0.0")
    assert band["fill"] == charts.definitions()["palette"]["band"]
    assert [n.text for n in page.all("text") if "x" in n.classes] == ["0", "5", "10", "15", "20"]


def test_no_rows_draw_nothing() -> None:
    assert draw(charts.figure("repurchase_curve", []), "empty") == ""


def test_a_gap_in_the_rates_is_a_gap_in_the_line() -> None:
    shared = {"segment_by": "all", "window_days": 7, "is_mature": True, "private_people": 1, "mature_people": 9}
    weeks = [date(2025, 6, 2), date(2025, 6, 9), date(2025, 6, 16)]
    rows = [
        {**shared, "cohort_week": w, "public_to_private_rate": r} for w, r in zip(weeks, (0.1, None, 0.2), strict=True)
    ]
    page = read_page(str(draw(charts.figure("public_to_private", rows), "rate")))
    assert len(page.all("circle")) == 2
    assert page.all("path")[0]["d"].count("M") == 2


def test_a_week_that_is_missing_is_a_gap_too() -> None:
    """Nobody was touched in the second week: a line from the first to the third would tell of people there were not."""
    shared = {"segment_by": "all", "window_days": 7, "is_mature": True, "private_people": 1, "mature_people": 9}
    weeks = [date(2025, 6, 2), date(2025, 6, 16), date(2025, 6, 23)]
    rows = [{**shared, "cohort_week": w, "public_to_private_rate": 0.1} for w in weeks]
    page = read_page(str(draw(charts.figure("public_to_private", rows), "rate")))
    assert len(page.all("circle")) == 3
    assert page.all("path")[0]["d"].count("M") == 2


def test_days_that_are_not_known_are_marked_and_no_bar_stands_for_nothing() -> None:
    known = [date(2025, 6, day) for day in range(1, 7)]
    rows = [
        {"segment_by": "domain", "segment": "public", "date": day, "paid_amount": None if day.day > 4 else 100.0}
        for day in known
    ]
    gap = {"word": "unread", "colour": "gap", "first_date": date(2025, 6, 5), "last_date": date(2025, 6, 9)}
    page = read_page(str(draw(charts.figure("daily_amount", rows, marks=[gap]), "amount")))
    (area,) = [n for n in page.all("rect") if n["fill"] == charts.definitions()["palette"]["gap"]]
    assert float(area["x"].rstrip("%")) == pytest.approx(100 * 4 / 6, abs=0.01)
    assert [n.text for n in page.all("text") if "mark" in n.classes] == ["没有读到"]
    assert [n.text for n in page.all("title")] == [f"2025-06-{day:02} · 公域 ¥100" for day in (1, 2, 3, 4)]


def test_each_step_of_the_ladder_stands_in_its_own_window() -> None:
    row = {"segment_by": "all", "reached_people": 5, "mature_people": 50, "cohort_people": 60, "reached_rate": 0.1}
    steps = ["public", "follow", "fan_club", "private", "first_order", "second_order"]
    rows = [{**row, "step": s, "step_no": n, "window_days": w} for n, s in enumerate(steps) for w in (7, 30, 90)]
    (trace,) = charts.figure("ladder", rows, "en").data
    assert [text.rpartition(" · ")[2] for text in trace.text] == ["7 d", "7 d", "7 d", "7 d", "30 d", "90 d"]
    assert trace.text[3] == "5 / 50 · 10.0% · 7 d"


def test_a_day_without_orders_leaves_its_place_empty() -> None:
    days = [date(2025, 6, 1), date(2025, 6, 2), date(2025, 6, 5)]
    rows = [{"segment_by": "domain", "segment": "public", "date": d, "paid_amount": 100.0} for d in days]
    page = read_page(str(draw(charts.figure("daily_amount", rows), "amount")))
    places = [float(n["x"].rstrip("%")) for n in page.all("rect") if "hit" not in n.classes]
    assert places[1] - places[0] == pytest.approx(20)
    assert places[2] - places[1] == pytest.approx(60)


def test_festivals_are_named_where_they_lie() -> None:
    """From morning to night, cut at the chart's edge; one that lies outside is not there."""
    rows = [
        {"segment_by": "domain", "segment": "public", "date": date(2025, 6, day), "paid_amount": 100.0}
        for day in range(1, 11)
    ]
    marks = [
        {"word": "618", "name": "618", "first_date": date(2025, 6, 6), "last_date": date(2025, 6, 20)},
        {"word": "own", "name": "店庆", "first_date": date(2025, 6, 2), "last_date": date(2025, 6, 2)},
        {"word": "double_11", "name": "双11", "first_date": date(2025, 10, 20), "last_date": date(2025, 11, 11)},
    ]
    page = read_page(str(draw(charts.figure("daily_amount", rows, marks=marks), "amount")))
    colour = charts.definitions()["palette"]["mark"]
    found = [(n["x"], n["width"]) for n in page.all("rect") if n["fill"] == colour]
    assert found == [("50.00%", "50.00%"), ("10.00%", "10.00%")]
    assert [n.text for n in page.all("text") if "mark" in n.classes] == ["618大促", "店庆"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.25, 0.5, 0.75, 1]), (0, 37, [0, 10, 20, 30, 40]), (0, 0, [0]), (0, 960, [0, 250, 500, 750, 1000])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_a_day_of_bars_has_one_place_that_says_its_whole() -> None:
    """On the second day the private part is not told: the bar still reaches the whole, by a part of no name."""
    days = [date(2025, 6, 1), date(2025, 6, 2)]
    shown = {(0, "private"): 20.0, (0, "public"): 80.0, (1, "private"): None, (1, "public"): 60.0}
    rows = [
        {"segment_by": "domain", "segment": part, "date": days[n], "paid_amount": amount}
        for (n, part), amount in shown.items()
    ]
    figure = charts.figure("daily_amount", rows, totals={days[0]: 100.0, days[1]: 90.0})
    page = read_page(str(draw(figure, "amount", {charts.definitions()["palette"]["rest"]: "rest"})))
    assert [n.text for n in page.all("title")] == [
        "2025-06-01 · 共 ¥100 · 私域 ¥20 · 公域 ¥80",
        "2025-06-02 · 共 ¥90 · 公域 ¥60 · 不拆分 ¥30",
    ]
    assert len([n for n in page.all("rect") if n.classes == ["c-rest"]]) == 1
    assert [n["width"] for n in page.all("rect") if n.classes == ["hit"]] == ["50.00%", "50.00%"], "no gap between two"


def test_a_long_curve_has_fewer_places_to_ask_than_days() -> None:
    """Of 300 days every third can be asked, the last among them."""
    shared = {"segment_by": "all", "at_risk": 50, "repeat_probability_low": 0.0, "repeat_probability_high": 1.0}
    rows = [{**shared, "day": day, "repeat_probability": day / 300} for day in range(300)]
    titles = [n.text for n in read_page(str(draw(charts.figure("repurchase_curve", rows), "curve"))).all("title")]
    assert len(titles) == 100
    assert titles[-1].startswith("第 299 天")


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (120, "首购 30 天后 30.0% 已再买，90 天后 90.0%（全部历史的估计；首屏的复购率只看最近一个月首购的人）"),
        (60, ""),  # nobody is known for 90 days
    ],
)
def test_a_title_states_what_the_curve_shows_as_far_as_it_goes(last_day: int, expected: str) -> None:
    chart = charts.definition("repurchase_curve")
    rows = [{"day": day, "repeat_probability": min(day / 100, 0.9)} for day in range(last_day)]
    assert finding_of(chart, rows, load_words("zh")) == expected


def test_a_title_of_bars_is_of_the_days_wholes() -> None:
    totals = {date(2025, 6, 1): 100.0, date(2025, 6, 2): 350.5}
    said = finding_of(charts.definition("daily_amount"), [{"date": d} for d in totals], load_words("en"), totals)
    assert said == "¥225.25 a day over 2 days, most on 2025-06-02: ¥350.50"


def test_a_title_of_cohorts_adds_up_those_that_are_over() -> None:
    """12 of 40 and 3 of 20; the third week is not over for all, the fourth is of too few people to tell."""
    cells = ((12, 40, True), (3, 20, True), (9, 10, False), (None, None, True))
    rows = [{"period_no": 4, "returned": part, "mature_people": of, "is_mature": over} for part, of, over in cells]
    said = finding_of(charts.definition("retention"), rows, load_words("en"))
    assert said.startswith("In the fourth week after becoming private 25.0% still watch")
    assert "of the 60 people shown" in said
