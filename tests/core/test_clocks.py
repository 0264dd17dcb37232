"""Until when each source is known: clocks, days exported before their end, holes, sources that stopped, what metrics make of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pipelines.core import last_complete_day
from tests.metrics.asking import answers
from tests.worlds import empty_world, put, table, world

DAY = timedelta(days=1)
FIRST = date(2025, 3, 1)


def told(*files, as_of=None, **settings):
    """A world of files: (own time or None, rows by staging table). Without as_of, the last complete day in the data."""
    built = empty_world("2025-12-31", **settings)
    for file_id, (own_time, staging) in enumerate(files, start=1):
        for name, rows in staging.items():
            put(built.connection, name, table(rows) if isinstance(rows, str) else rows, file_id)
        built.connection.execute("update ops.files set exported_at = ? where file_id = ?", [own_time, file_id])
    return built.refresh(as_of=as_of or last_complete_day(built.connection, built.settings), full=True)


def orders(days, per_day=1, platform="douyin", shop_id=None, first=FIRST):
    """Orders on the days of these numbers after the first."""
    return [
        {
            "platform": platform,
            "order_id": f"{platform}{shop_id}{day}-{n}",
            "shop_id": shop_id,
            "buyer_id": f"b{n}",
            "paid_at": datetime.combine(first, datetime.min.time()) + timedelta(days=day, hours=9 + n % 12),
            "paid_amount": 100,
        }
        for day in days
        for n in range(per_day)
    ]


def joins(days, platform="douyin", first=FIRST):
    return [
        {
            "platform": platform,
            "user_id": f"j{day}",
            "event": "group_join",
            "event_at": datetime.combine(first + day * DAY, datetime.min.time()),
            "group_id": "g1",
        }
        for day in days
    ]


def gaps(built, kind="orders"):
    """(platform, shop, number of the first day, of the last day, reason)."""
    return [
        (
            row["platform"],
            row["shop_id"],
            (row["first_date"] - FIRST).days,
            (row["last_date"] - FIRST).days,
            row["reason"],
        )
        for row in built.rows("core.data_gaps", where=f"kind = '{kind}'")
    ]


def test_a_source_that_ends_early_matures_nobody_after_it():
    """Orders to 12 June, joins to 30 September: of June nobody is over 30 days, of May nobody over 90."""
    stale = told(
        (
            None,
            {
                "orders": """
                | order_id | buyer_id | paid_at          | paid_amount |
                | o1       | ann      | 2025-05-02 10:00 | 100         |
                | o2       | bo       | 2025-05-02 11:00 | 100         |
                | o3       | ann      | 2025-05-20 10:00 | 100         |
                | o4       | cai      | 2025-06-05 10:00 | 100         |
                | o5       | dee      | 2025-06-12 10:00 | 100         |
                """,
                "events": """
                | user_id | event      | event_at         | group_id |
                | zoe     | group_join | 2025-05-01 10:00 | g1       |
                | yan     | group_join | 2025-09-30 10:00 | g1       |
                """,
            },
        )
    )
    assert stale.as_of == date(2025, 9, 30)
    answers(
        stale,
        "repurchase",
        """
        | cohort_month | window_days | buyers | mature_buyers | repeat_buyers | repurchase_rate |
        | 2025-05-01   | 30          | 2      | 2             | 1             | 1/2             |
        | 2025-05-01   | 90          | 2      | 0             | 0             | -               |
        | 2025-06-01   | 30          | 2      | 0             | 0             | -               |
        | 2025-06-01   | 90          | 2      | 0             | 0             | -               |
        """,
        windows=[30, 90],
        segments=["all"],
    )
    [gap] = stale.rows("core.data_gaps", where="kind = 'orders'")
    assert (gap["first_date"], gap["last_date"], gap["reason"]) == (date(2025, 6, 13), date(2025, 9, 30), "stopped")
    answers(
        stale,
        "daily_summary",
        """
        | date       | paid_orders | paid_amount | joins | is_sales_known | is_complete |
        | 2025-05-01 | -           | -           | 1     | false          | false       |
        | 2025-06-11 | 0           | 0           | 0     | true           | true        |
        | 2025-06-12 | 1           | 100         | 0     | true           | true        |
        | 2025-06-13 | -           | -           | 0     | false          | false       |
        | 2025-09-30 | -           | -           | 1     | false          | false       |
        """,
        where="date in ('2025-05-01', '2025-06-11', '2025-06-12', '2025-06-13', '2025-09-30')",
        segments=["all"],
    )
    answers(
        stale,
        "daily_summary",
        """
        | date       | paid_amount | is_sales_known | is_complete |
        | 2025-05-01 | 300         | false          | false       |
        | 2025-06-01 | 200         | false          | false       |
        | 2025-07-01 | -           | false          | false       |
        """,
        where="date < '2025-08-01'",
        segments=["all"],
        period="month",
    )


HALF_A_DAY = {"orders": orders([0, 1, 2, 3], per_day=5) + orders([4])}


def test_the_day_of_the_export_is_not_over():
    """Exported on the fifth day at 10:05: the data ends with the fourth."""
    half = told((datetime(2025, 3, 5, 10, 5), HALF_A_DAY))
    assert half.as_of == date(2025, 3, 4)
    [clock] = half.rows("core.clocks")
    assert (clock["last_date"], clock["cut_date"]) == (date(2025, 3, 4), None)


@pytest.mark.parametrize(
    ("own_time", "why"),
    [
        (datetime(2025, 3, 6), "written at midnight, the day is over"),
        (datetime(2025, 3, 9, 8), "copied later: it cannot be told"),
        (datetime(2025, 3, 3, 8), "before its own rows: the time says nothing"),
        (None, "not known"),
    ],
)
def test_any_other_time_of_the_file_cuts_no_day(own_time, why):
    whole = told((own_time, HALF_A_DAY))
    assert whole.as_of == date(2025, 3, 5), why
    assert gaps(whole) == []


def test_a_cut_day_is_named_where_other_sources_go_on():
    """Joins are known to the sixth day; of the fifth, what was sold until ten is there and marked, and no rate waits for it."""
    half = told((datetime(2025, 3, 5, 10, 5), HALF_A_DAY), (None, {"events": joins([0, 5])}))
    assert half.as_of == date(2025, 3, 6)
    [clock] = half.rows("core.clocks", where="kind = 'orders'")
    assert (clock["last_date"], clock["cut_date"]) == (date(2025, 3, 4), date(2025, 3, 5))
    assert ("douyin", None, 4, 4, "cut") in gaps(half)
    answers(
        half,
        "daily_summary",
        """
        | date       | paid_amount | is_sales_known | is_complete |
        | 2025-03-04 | 500         | true           | true        |
        | 2025-03-05 | 100         | false          | false       |
        """,
        where="date in ('2025-03-04', '2025-03-05')",
        segments=["all"],
    )


def test_a_later_file_makes_the_day_whole():
    """Its last order is in the file of the next morning, or else it stays half."""
    evening = orders([4], per_day=3)[1:]
    mended = told((datetime(2025, 3, 5, 10, 5), HALF_A_DAY), (datetime(2025, 3, 6, 9), {"orders": evening}))
    assert mended.as_of == date(2025, 3, 5)
    assert gaps(mended) == []
    apart = told((datetime(2025, 3, 5, 10, 5), HALF_A_DAY), (datetime(2025, 3, 8, 9), {"orders": orders([5, 6])}))
    assert apart.as_of == date(2025, 3, 7)
    assert gaps(apart) == [("douyin", None, 4, 4, "cut")]


def test_a_day_is_whole_for_every_shop_or_for_none():
    """North was exported on the fifth day, south the day after: the platform is known to the fourth. An export that names no
    shop tells of all of them."""
    north, south = ({"orders": orders([0, 1, 2, 3, 4], shop_id=shop, per_day=3)} for shop in ("north", "south"))
    late = datetime(2025, 3, 6, 9)
    apart = told((datetime(2025, 3, 5, 10), north), (late, south), as_of="2025-03-05")
    assert apart.rows("core.clocks")[0]["cut_date"] == date(2025, 3, 5)
    assert gaps(apart) == [("douyin", "north", 4, 4, "cut")]
    both = told((datetime(2025, 3, 5, 10), north), (late, {"orders": orders([0, 1, 2, 3, 4])}), as_of="2025-03-05")
    assert (both.rows("core.clocks")[0]["cut_date"], gaps(both)) == (None, [])


def test_a_day_asked_for_is_taken_though_it_is_cut():
    half = told((datetime(2025, 3, 5, 10, 5), HALF_A_DAY), as_of="2025-03-05")
    [clock] = half.rows("core.clocks")
    assert (half.as_of, clock["last_date"]) == (date(2025, 3, 5), date(2025, 3, 4))


def without(days, *empty):
    return [day for day in range(days) if day not in empty]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # sold on every other day
        (orders(without(40, 20, 21, 22)), [("douyin", None, 20, 22, "hole")]),
        (orders(without(70, 33, 34)), [("douyin", None, 33, 34, "hole")]),
        # one day: a small shop may sell nothing, a busy one forgot a file, even twice
        (orders(without(40, 20)), []),
        (orders(without(40, 20, 24), per_day=12), [("douyin", None, 20, 20, "hole"), ("douyin", None, 24, 24, "hole")]),
        # closed at weekends, a long holiday apart
        (orders([day for day in range(70) if day % 7 < 5]), []),
        (
            orders([day for day in range(84) if day % 7 < 5 and not 40 <= day < 56]),
            [("douyin", None, 40, 55, "hole")],
        ),
        # every third day, or now and then
        (orders(range(0, 90, 3)), []),
        (orders([0, 2, 9, 11, 17, 30, 31, 50, 58, 80]), []),
        # two shops, one of which misses days that the other sold on
        (
            orders(range(40), shop_id="north") + orders(without(40, 18, 19, 20), shop_id="south"),
            [("douyin", "south", 18, 20, "hole")],
        ),
        # both miss them: told once
        (
            orders(without(40, 18, 19, 20), shop_id="north") + orders(without(40, 18, 19, 20), shop_id="south"),
            [("douyin", None, 18, 20, "hole")],
        ),
    ],
)
def test_a_hole_breaks_the_rhythm_of_its_own_shop(rows, expected):
    assert gaps(told((None, {"orders": rows}))) == expected


@pytest.mark.parametrize(
    ("days", "end", "is_told"),
    [
        (range(40), 45, True),
        (range(60), 60, True),
        (range(0, 60, 3), 62, False),
        ([0, 18, 34, 41], 60, False),
        ([0, 18, 34, 41], 150, True),
        ([0], 150, False),
    ],
)
def test_a_source_stopped_when_it_is_silent_for_longer_than_it_ever_was(days, end, is_told):
    built = told((None, {"orders": orders(days), "events": joins([0, end])}))
    assert gaps(built) == ([("douyin", None, max(days) + 1, end, "stopped")] if is_told else [])


def test_a_source_that_was_given_up_holds_nothing_back():
    files = (None, {"orders": orders(range(40)), "events": joins([0, 90])})
    waiting, ended = told(files), told(files, ended_sources=["orders.douyin"])
    assert gaps(ended) == []
    known = [built.rows("core.known", where="kind = 'orders'")[0]["known_until"] for built in (waiting, ended)]
    assert known == [FIRST + 39 * DAY, FIRST + 90 * DAY]


def test_a_platform_that_stopped_freezes_only_its_own_buyers():
    """Taobao ended in March: its buyers never mature, those of Douyin do as Douyin's orders go on; later months know nothing of it."""
    rows = orders([0], platform="taobao") + [
        row | {"buyer_id": f"d{row['order_id']}"} for row in orders(range(0, 91, 30))
    ]
    built = told((None, {"orders": rows}))
    answers(
        built,
        "repurchase",
        """
        | cohort_month | segment | buyers | mature_buyers | is_mature |
        | 2025-03-01   | all     | 3      | 2             | false     |
        | 2025-03-01   | douyin  | 2      | 2             | true      |
        | 2025-03-01   | taobao  | 1      | 0             | false     |
        | 2025-04-01   | all     | 1      | 1             | true      |
        | 2025-04-01   | douyin  | 1      | 1             | true      |
        """,
        where="cohort_month < '2025-05-01'",
        windows=[30],
        segments=["all", "platform"],
    )


def test_without_orders_nothing_is_said_of_them():
    """Only joins are known: no amount is 0, no buyer is mature, no ladder step of orders has a rate."""
    built = told((None, {"events": [*joins([0, 40]), {"user_id": "j0", "platform": "douyin", "event": "live_view", "event_at": datetime(2025, 3, 1), "source": "直播"}]}))  # fmt: skip
    [day] = built.rows("metrics.daily_summary", where="date = '2025-03-01'", segments=["all"])
    assert (day["paid_amount"], day["net_amount"], day["buyers"], day["joins"]) == (None, None, None, 1)
    steps = built.rows("metrics.conversion", segments=["all"], within_days=[7], order="step_no")
    assert [row["mature_people"] for row in steps] == [1, 1, 1, 1, 0, 0]
    assert [row["rate_from_first"] for row in steps[4:]] == [None, None]


def test_without_joins_nobody_is_said_to_have_stayed_away():
    """Orders by public traffic and no event at all: the share of people who became private is not known, not 0."""
    row = orders([0])[0] | {"entry": "直播"}
    built = told((None, {"orders": [row, *orders([60])]}))
    [cohort] = built.rows("metrics.public_to_private", segments=["all"], within_days=[7])
    assert (cohort["people"], cohort["mature_people"], cohort["public_to_private_rate"]) == (1, 0, None)
    [day] = built.rows("metrics.daily_summary", where="date = '2025-03-01'", segments=["all"])
    assert (day["paid_orders"], day["members"], day["joins"], day["is_members_known"]) == (1, None, None, False)


NEW_YORK = {"timezone": "America/New_York"}


def test_durations_are_differences_of_instants():
    """A click at 23:30 before the clocks go forward and a join at 23:45 the next day are 23 h 15 min apart: within one day.

    At the turn of autumn the same two wall clocks are 25 h 15 min apart, which they are not."""
    spring = """
    | user_id | event      | event_at            | group_id |
    | ann     | ad_click   | 2026-03-07 23:30:00 | -        |
    | ann     | group_join | 2026-03-08 23:45:00 | g1       |
    """
    autumn = """
    | user_id | event      | event_at            | group_id |
    | ann     | ad_click   | 2025-11-01 23:30:00 | -        |
    | ann     | group_join | 2025-11-02 23:15:00 | g1       |
    """
    for events, inside in ((spring, 1), (autumn, 0)):
        built = world({"events": events}, as_of="2026-03-31", **NEW_YORK)
        [row] = built.rows("metrics.public_to_private", segments=["all"], within_days=[1])
        assert (row["mature_people"], row["private_people"]) == (1, inside)
        [step] = built.rows("metrics.conversion", segments=["all"], within_days=[1], where="step = 'private'")
        assert step["reached_people"] == inside
        returned = built.rows(
            "metrics.retention", start=["ad_click"], back=["group_join"], period="rolling_24h", segments=["all"]
        )
        assert [row["period_no"] for row in returned if row["returned"]] == [1 - inside]


def test_a_week_and_a_push_are_measured_by_instants_too():
    """Left after 7 days by the wall clock, which are 6 d 23 h: not stayed. A push 24 h 30 min before by the wall clock: 23 h 30 min."""
    built = world(
        {
            "events": """
            | user_id | event       | event_at            | group_id |
            | ann     | group_join  | 2026-03-04 12:00:00 | g1       |
            | ann     | group_leave | 2026-03-11 12:30:00 | g1       |
            | bo      | group_join  | 2026-03-01 12:00:00 | g1       |
            | bo      | group_leave | 2026-03-08 20:30:00 | g1       |
            """,
            "pushes": """
            | message_id | sent_at             | group_id |
            | m1         | 2026-03-07 20:00:00 | g1       |
            """,
            "live_sessions": """
            | live_session_id | started_at          | ended_at            |
            | s1              | 2026-03-08 01:00:00 | 2026-03-08 04:00:00 |
            """,
        },
        as_of="2026-03-31",
        **NEW_YORK,
    )
    [row] = built.rows("metrics.group_entry", segments=["all"])
    assert (row["mature_joins_7"], row["stayed_7"]) == (2, 1)
    [day] = built.rows("metrics.group_health", where="date = '2026-03-08'")
    assert day["leaves_after_push"] == 1
    [session] = built.rows("metrics.live_performance")
    assert session["duration_minutes"] == 120


@pytest.mark.parametrize(
    ("moment", "utc"),
    [
        ("2026-03-08 01:59:59", "2026-03-08 06:59:59"),
        ("2026-03-08 03:00:00", "2026-03-08 07:00:00"),
        ("2025-11-02 00:30:00", "2025-11-02 04:30:00"),
        ("2025-11-02 02:00:00", "2025-11-02 07:00:00"),
        ("2025-11-02 23:30:00", "2025-11-03 04:30:00"),
    ],
)
def test_every_event_has_its_instant(moment, utc):
    events = [{"user_id": "ann", "event": "follow", "event_at": datetime.fromisoformat(moment)}]
    [row] = world({"events": events}, as_of="2026-03-31", **NEW_YORK).rows("core.events")
    assert row["event_at_utc"] == datetime.fromisoformat(utc)
    [row] = world({"events": events}, as_of="2026-03-31").rows("core.events")
    assert row["event_at_utc"] == datetime.fromisoformat(moment) - timedelta(hours=8)
