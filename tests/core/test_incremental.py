"""A day costs a day, and still nothing differs: any split of a history into files, in any order, equals one full build.

The histories hold what makes this hard: corrected rows, late refunds, identity links that merge two people or vanish
again, a phone that becomes a hub, group rows that change thresholds, orders told by two sources, and a business day
that moves on.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.building import Pass, refresh
from pipelines.facts import fact_tables
from tests.examples import examples
from tests.metrics.random_world import random_rows
from tests.worlds import arrive, empty_world, on_every_thread

TABLES = (
    "identities", "orders", "refunds", "events", "memberships", "people", "groups", "live_sessions", "unmatched",
    "source_days", "clocks", "data_gaps", "known",
)  # fmt: skip
DAYS = st.integers(1, 28)
PEOPLE = st.sampled_from(["u1", "u2", "u3", "u4"])
PHONES = st.sampled_from(["p1", "p2", None])
SHOPS = st.sampled_from(["north", "south", None])
SOURCES = st.sampled_from(["export", "api"])


def moment(day: int, hour: int = 10) -> str:
    return f"2025-01-{day:02d} {hour:02d}:00:00"


@st.composite
def order(draw) -> tuple[str, dict]:
    return "orders", {
        "platform": draw(st.sampled_from(["douyin", "wechat"])),
        "order_id": f"o{draw(st.integers(1, 8))}",
        "shop_id": draw(SHOPS),
        "buyer_id": draw(st.one_of(PEOPLE, st.none())),
        "phone": draw(PHONES),
        "paid_at": moment(draw(DAYS), draw(st.sampled_from([9, 10]))),
        "paid_amount": draw(st.sampled_from([0, 10, 20])),
        "status": draw(st.sampled_from(["paid", "completed", "cancelled", "unpaid"])),
        "entry": draw(st.sampled_from(["直播", "粉丝群", None])),
        "file_source": draw(SOURCES),
    }


@st.composite
def refund(draw) -> tuple[str, dict]:
    named = draw(st.sampled_from(["o1", "o2", "o3", "c1"]))
    return "refunds", {
        "platform": draw(st.sampled_from(["douyin", "wechat"])),
        "shop_id": draw(SHOPS),
        "refund_id": f"r{draw(st.integers(1, 4))}",
        "order_id": named,
        "buyer_id": draw(PEOPLE) if named == "c1" else None,
        "buyer_id_type": "user_id" if named == "c1" else None,
        "refunded_at": moment(draw(DAYS), 20),
        "refund_amount": draw(st.sampled_from([5, 10, 20])),
        "status": draw(st.sampled_from(["requested", "succeeded"])),
    }


@st.composite
def event(draw) -> tuple[str, dict]:
    return "events", {
        "platform": "douyin",
        "event_id": f"e{draw(st.integers(1, 10))}",
        "user_id": draw(PEOPLE),
        "event": draw(st.sampled_from(["live_view", "follow", "group_join", "group_leave", "wecom_add"])),
        "event_at": moment(draw(DAYS), draw(st.sampled_from([9, 10]))),
        "group_id": draw(st.sampled_from(["g1", "g2"])),
    }


@st.composite
def link(draw) -> tuple[str, dict]:
    return "identities", {
        "platform": "douyin",
        "id_type": "user_id",
        "id_value": draw(PEOPLE),
        "linked_platform": "any",
        "linked_type": "phone",
        "linked_value": draw(st.sampled_from(["p1", "p2", "p3"])),
        "observed_at": moment(draw(DAYS)),
        "is_withdrawn": draw(st.sampled_from([None, None, True])),
    }


@st.composite
def group(draw) -> tuple[str, dict]:
    return "groups", {
        "platform": "douyin",
        "group_id": draw(st.sampled_from(["g1", "g2"])),
        "follow_days_required": draw(st.sampled_from([0, 7])),
        "fan_level_required": draw(st.sampled_from([None, 5])),
        "file_source": draw(SOURCES),
    }


ROWS = st.lists(st.one_of(order(), order(), refund(), event(), event(), link(), group()), min_size=3, max_size=24)


@st.composite
def histories(draw):
    """Rows with a version each (their place in the history), cut into files, and a business day for each arrival."""
    rows = [(name, row | {"version_at": f"2025-03-01 00:{n:02d}:00"}) for n, (name, row) in enumerate(draw(ROWS))]
    arrival = draw(st.permutations(rows))
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    files = [arrival[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    days = [draw(st.sampled_from(["2025-01-10", "2025-01-20", "2025-01-31"])) for _ in files]
    return rows, files, [*days[:-1], "2025-01-31"]


FACTS = [table.qualified for table in fact_tables()]


def tables(world) -> dict[str, list]:
    return {name: world.rows(f"core.{name}") for name in TABLES}


def tables_and_facts(world) -> dict[str, list]:
    """As they stand: asked once more for the same pass, a fact would be built whole, and whole equals whole."""
    return tables(world) | {name: world.rows(name) for name in FACTS}


def with_facts(world):
    """The facts brought up to the newest pass, as a run does after core."""
    number, day, is_full = world.connection.execute(
        "select pass_no, as_of, is_full from ops.core_passes order by pass_no desc limit 1"
    ).fetchone()
    return [refresh(world.connection, t, world.settings, Pass(number, day, is_full)) for t in fact_tables()]


@settings(max_examples=examples(2, 10), deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
def test_any_split_and_any_order_of_arrival_equals_one_full_build(history):
    rows, files, days = history
    whole = on_every_thread(empty_world(identity_hub_limit=2))
    arrive(whole.connection, rows, file_id=1)
    with_facts(whole.refresh(as_of="2025-01-31", full=True))

    daily = on_every_thread(empty_world(identity_hub_limit=2))
    for file_id, (file, day) in enumerate(zip(files, days, strict=True), start=1):
        arrive(daily.connection, file, file_id)
        with_facts(daily.refresh(as_of=day))

    assert tables_and_facts(daily) == tables_and_facts(whole)


def paid(order_id, buyer, phone, version="2025-03-01", **more):
    row = {"platform": "douyin", "order_id": order_id, "buyer_id": buyer, "phone": phone, "paid_at": moment(3)}
    return "orders", row | {"paid_amount": 10, "version_at": version} | more


def joined(user, group_id="g1", at=None):
    row = {"platform": "douyin", "event_id": f"{user}-{group_id}", "user_id": user, "event": "group_join"}
    return "events", row | {"event_at": at or moment(2), "group_id": group_id}


COURIER = [paid(f"o{n}", f"u{n}", "courier") for n in range(3)]
GIFTS = [paid(f"g{n}", "giver", f"p{n}") for n in range(3)]
U1_IS_U8 = {"id_type": "user_id", "id_value": "u1", "linked_platform": "douyin", "linked_type": "user_id"}
LINK = ("identities", {"platform": "douyin", **U1_IS_U8, "linked_value": "u8", "version_at": "2025-03-01"})


def withdrawn(link, is_withdrawn=True):
    version = "2025-03-02" if is_withdrawn else "2025-03-03"
    return link[0], link[1] | {"is_withdrawn": is_withdrawn, "version_at": version}


CREDIT_NOTE = {"platform": "douyin", "refund_id": "r1", "order_id": "C1", "buyer_id": "u1", "buyer_id_type": "user_id"}
SHOP_ORDER = {"platform": "wechat", "paid_amount": 100, "status": "paid"}
HUB_ORDER = {"platform": "douyin", "paid_amount": 100, "status": "paid"}
# Columns that hold somebody's or something's number.
IDS = ("_id", "_value", "phone")
SCENARIOS = {
    "a third id makes a phone a hub": [COURIER[:2], COURIER[2:]],
    "a correction takes an id off a hub": [COURIER, [paid("o2", "u2", "p2", "2025-03-02")]],
    "a third phone makes an account a hub": [GIFTS[:2], GIFTS[2:]],
    "a correction takes a phone off such an account": [GIFTS, [paid("g2", "giver", None, "2025-03-02")]],
    "such an account buys again, and so does who was given": [
        GIFTS,
        [paid("g8", "giver", None)],
        [paid("g9", "ann", "p1")],
    ],
    "a link is withdrawn": [[paid("o1", "u1", None), paid("o2", "u8", None), LINK], [withdrawn(LINK)]],
    "a withdrawn link is given again": [[paid("o1", "u1", None), LINK], [withdrawn(LINK)], [withdrawn(LINK, False)]],
    "someone with a cut phone buys again": [COURIER, [paid("o9", "u1", None)]],
    "someone with a cut phone is linked elsewhere": [
        [*COURIER, paid("o8", "u8", None)],
        [
            (
                "identities",
                {
                    "platform": "douyin",
                    "id_type": "user_id",
                    "id_value": "u1",
                    "linked_type": "user_id",
                    "linked_value": "u8",
                },
            )
        ],
    ],
    "a link joins an id to a cut phone": [
        COURIER,
        [
            (
                "identities",
                {
                    "platform": "douyin",
                    "id_type": "user_id",
                    "id_value": "u9",
                    "linked_platform": "any",
                    "linked_type": "phone",
                    "linked_value": "courier",
                },
            )
        ],
    ],
    "an event by phone comes after its order, and a link from elsewhere after both": [
        [paid("o1", "u1", "p1")],
        [
            (
                "events",
                {
                    "platform": "other",
                    "event_id": "s",
                    "user_id": "p1",
                    "user_id_type": "phone",
                    "event": "sms_click",
                    "event_at": moment(4),
                },
            )
        ],
        [
            (
                "identities",
                {
                    "platform": "wecom",
                    "id_type": "wm",
                    "id_value": "w",
                    "linked_platform": "wecom",
                    "linked_type": "phone",
                    "linked_value": "p1",
                },
            )
        ],
    ],
    "the thresholds of a group arrive late": [
        [joined("u1"), joined("u2", "g2")],
        [("groups", {"platform": "douyin", "group_id": "g1", "follow_days_required": 7})],
    ],
    "an order is corrected to another buyer": [
        [paid("o1", "u1", None), paid("o2", "u1", None), paid("o3", "u2", None)],
        [paid("o1", "u2", None, "2025-03-02")],
    ],
    "the file that knows the buyer comes last": [
        [paid("o1", None, "p1"), paid("o2", "u1", None)],
        [paid("o1", "u1", None, "2025-02-01", file_source="api")],
    ],
    "a join learned late lies before an order": [[paid("o1", "u1", None)], [joined("u1")]],
    "a credit note comes before its order": [
        [("refunds", CREDIT_NOTE | {"refunded_at": moment(5), "refund_amount": 4})],
        [paid("o1", "u1", None)],
    ],
    "a refund empties the first order": [
        [paid("o1", "u1", None), paid("o2", "u1", None, paid_at=moment(9))],
        [
            (
                "refunds",
                {
                    "platform": "douyin",
                    "refund_id": "r1",
                    "order_id": "o1",
                    "refunded_at": moment(8),
                    "refund_amount": 10,
                },
            )
        ],
    ],
    "two shops have one order number, and the other shop's buyer is seen again": [
        [
            ("orders", {**SHOP_ORDER, "order_id": "o9", "shop_id": "north", "buyer_id": "u1", "paid_at": moment(1)}),
            ("orders", {**SHOP_ORDER, "order_id": "o1", "shop_id": "north", "buyer_id": "u1", "paid_at": moment(5)}),
            ("orders", {**SHOP_ORDER, "order_id": "o1", "shop_id": "south", "buyer_id": "u2", "paid_at": moment(6)}),
            ("events", {"platform": "wechat", "user_id": "u1", "event": "wecom_add", "event_at": moment(1, 8)}),
            (
                "refunds",
                {
                    "platform": "wechat",
                    "shop_id": "north",
                    "refund_id": "r1",
                    "order_id": "c1",
                    "buyer_id": "u1",
                    "buyer_id_type": "user_id",
                    "refunded_at": moment(7),
                    "refund_amount": 100,
                    "status": "succeeded",
                },
            ),
        ],
        [("events", {"platform": "wechat", "user_id": "u2", "event": "follow", "event_at": moment(9)})],
    ],
    "a link leads to a cut phone whose people bought and sent back": [
        [
            *(
                ("orders", {**HUB_ORDER, "order_id": f"o{n}", "buyer_id": f"u{n}", "phone": "p", "paid_at": moment(5)})
                for n in (1, 2, 3)
            ),
            ("orders", {**HUB_ORDER, "order_id": "o0", "buyer_id": "u1", "paid_at": moment(1)}),
            (
                "identities",
                {
                    "platform": "wecom",
                    "id_type": "external",
                    "id_value": "w1",
                    "linked_platform": "any",
                    "linked_type": "phone",
                    "linked_value": "p",
                    "observed_at": moment(1),
                },
            ),
            (
                "refunds",
                {
                    "platform": "douyin",
                    "refund_id": "r1",
                    "order_id": "c1",
                    "buyer_id": "u1",
                    "buyer_id_type": "user_id",
                    "refunded_at": moment(7),
                    "refund_amount": 100,
                    "status": "succeeded",
                },
            ),
        ],
        [
            (
                "events",
                {
                    "platform": "wecom",
                    "user_id": "w1",
                    "user_id_type": "external",
                    "event": "wecom_add",
                    "event_at": moment(9),
                },
            )
        ],
    ],
    "a cut phone is a buyer's id too, of someone with another phone": [
        [
            *(
                ("orders", {**HUB_ORDER, "order_id": f"o{n}", "buyer_id": f"u{n}", "phone": "p", "paid_at": moment(2)})
                for n in (1, 2, 3)
            ),
            (
                "orders",
                {
                    **HUB_ORDER,
                    "order_id": "o4",
                    "buyer_id": "p",
                    "buyer_id_type": "phone",
                    "phone": "k2",
                    "paid_at": moment(5),
                },
            ),
            ("orders", {**HUB_ORDER, "order_id": "o5", "phone": "k2", "paid_at": moment(1)}),
        ],
        [("orders", {**HUB_ORDER, "order_id": "o6", "buyer_id": "u4", "phone": "p", "paid_at": moment(9)})],
    ],
    "who bought is told only by a copy that is paid after the last day": [
        [
            (
                "orders",
                {
                    **HUB_ORDER,
                    "order_id": "y",
                    "paid_at": moment(31, 23),
                    "file_source": "api",
                    "version_at": "2025-02-03 00:00:00",
                },
            ),
            (
                "orders",
                {
                    **HUB_ORDER,
                    "order_id": "y",
                    "buyer_id": "u1",
                    "paid_at": "2025-02-01 00:00:05",
                    "file_source": "export",
                    "version_at": "2025-02-02 00:00:00",
                },
            ),
            ("events", {"platform": "douyin", "user_id": "u1", "event": "follow", "event_at": moment(1)}),
        ],
        [("events", {"platform": "douyin", "user_id": "u1", "event": "follow", "event_at": moment(2)})],
    ],
}


def of_scenario(number: int, row: dict) -> dict:
    """The row with ids that no other scenario has."""
    return {
        key: f"{number}:{value}" if value is not None and key.endswith(IDS) else value for key, value in row.items()
    }


@pytest.fixture(scope="module")
def late_and_at_once() -> tuple[dict[str, list], dict[str, list]]:
    """All scenarios side by side in one history: the tables after one file a day, and after one full build."""
    daily, whole = empty_world(identity_hub_limit=2), empty_world(identity_hub_limit=2)
    arrivals = [
        [
            (name, of_scenario(number, row))
            for number, files in enumerate(SCENARIOS.values())
            if day < len(files)
            for name, row in files[day]
        ]
        for day in range(max(map(len, SCENARIOS.values())))
    ]
    for file_id, file in enumerate(arrivals, start=1):
        arrive(daily.connection, file, file_id)
        daily.refresh(as_of="2025-01-31")
    arrive(whole.connection, [row for file in arrivals for row in file], 1)
    return tables(daily), tables(whole.refresh(as_of="2025-01-31", full=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_arrives_late_is_as_if_it_had_always_been_there(late_and_at_once, name):
    mark = f"{list(SCENARIOS).index(name)}:"
    late, at_once = (
        {
            table: [row for row in rows if any(str(cell).startswith(mark) for cell in row.values())]
            for table, rows in side.items()
        }
        for side in late_and_at_once
    )
    assert any(late.values())
    assert late == at_once


def test_what_arrives_late_leaves_nothing_else_different(late_and_at_once):
    late, at_once = late_and_at_once
    assert late == at_once


FIRST = [("orders", {"platform": "douyin", "order_id": "o1", "buyer_id": "u1", "paid_at": moment(1), "paid_amount": 5})]
LINK = {"platform": "douyin", "id_type": "user_id", "id_value": "u1", "linked_platform": "douyin"}
SECOND = [
    ("orders", {"platform": "douyin", "order_id": "o2", "buyer_id": "u2", "paid_at": moment(2), "paid_amount": 5}),
    ("identities", LINK | {"linked_type": "user_id", "linked_value": "u2"}),
    ("events", {"platform": "douyin", "event_id": "e1", "user_id": "u2", "event": "follow", "event_at": moment(1)}),
]


@pytest.fixture(scope="module")
def never_killed() -> dict[str, list]:
    """The tables of both files in one full build."""
    whole = empty_world()
    arrive(whole.connection, FIRST + SECOND, 1)
    return tables(whole.refresh(as_of="2025-01-31", full=True))


@pytest.mark.parametrize("killed_after", ["identities", "events", "refunds", "memberships", "orders"])
def test_a_run_killed_between_two_tables_is_made_good_by_the_next(never_killed, killed_after):
    """The pass's touched people wait until every table has dealt with them."""
    from pipelines.building import refresh
    from pipelines.core import begin_pass, core_tables

    killed = empty_world()
    arrive(killed.connection, FIRST, 1)
    killed.refresh(as_of="2025-01-31")
    arrive(killed.connection, SECOND, 2)
    core_pass = begin_pass(killed.connection, killed.settings, killed.as_of)
    for table in core_tables():
        refresh(killed.connection, table, killed.settings, core_pass)
        if table.name == killed_after:
            break
    killed.refresh()
    assert tables(killed) == never_killed


def test_a_quiet_pass_rewrites_nobody():
    """Without new rows nothing is touched, and the tables stay as they are."""
    quiet = empty_world()
    row = {"platform": "douyin", "order_id": "o1", "buyer_id": "u1", "paid_at": moment(1), "paid_amount": 5}
    arrive(quiet.connection, [("orders", row)], 1)
    quiet.refresh(as_of="2025-01-31")
    before = tables(quiet)
    quiet.refresh()
    assert tables(quiet) == before
    assert quiet.sql("select count(*) as n from ops.touched_people") == [{"n": 0}]


def test_a_fact_follows_the_touched_people_and_is_not_built_anew():
    """One more purchase changes two rows of each breakdown: the first purchase's gap, without and with the second."""
    world = on_every_thread(empty_world())
    first = [paid("o1", "u1", None), *(paid(f"x{n}", f"x{n}", None) for n in range(50))]
    arrive(world.connection, first, 1)
    with_facts(world.refresh(as_of="2025-01-31"))
    arrive(world.connection, [paid("o2", "u1", None, paid_at=moment(9))], 2)
    built = {one.table: one for one in with_facts(world.refresh(as_of="2025-01-31"))}["facts.first_orders"]
    assert not built.is_full
    assert world.sql("select gap_days, buyers from facts.first_orders where segment_by = 'all' order by all") == [
        {"gap_days": 6, "buyers": 1},
        {"gap_days": None, "buyers": 50},
    ]


def test_a_merchant_with_everything_in_three_mornings_equals_one_full_build():
    """Sessions, groups, refunds, links and people on two platforms, in any order, also after the day they are of."""
    rows = [
        (name, row | {"version_at": "2024-12-01 00:00:00"})
        for name, given in random_rows(2, 60).items()
        for row in given
    ]
    random.Random(2).shuffle(rows)
    daily, whole = on_every_thread(empty_world()), on_every_thread(empty_world())
    mornings = {"2024-05-01": rows[::2], "2024-06-20": rows[1::4], "2024-06-29": rows[3::4]}
    for file_id, (day, file) in enumerate(mornings.items(), start=1):
        arrive(daily.connection, file, file_id)
        built = {one.table: one.is_full for one in with_facts(daily.refresh(as_of=day))}
    arrive(whole.connection, rows, 1)
    with_facts(whole.refresh(as_of="2024-06-29", full=True))
    assert tables_and_facts(daily) == tables_and_facts(whole)
    assert not any(built[table.qualified] for table in fact_tables() if table.counted_by)


def test_facts_that_a_killed_run_left_behind_core_are_built_whole():
    """Core went on without them, so what its people were before is not known any more."""
    world = on_every_thread(empty_world())
    arrive(world.connection, [paid("o1", "u1", None)], 1)
    with_facts(world.refresh(as_of="2025-01-31"))
    arrive(world.connection, [paid("o2", "u1", None, paid_at=moment(9))], 2)
    world.refresh(as_of="2025-01-31")
    arrive(world.connection, [paid("o3", "u1", None, paid_at=moment(11))], 3)
    assert {one.is_full for one in with_facts(world.refresh(as_of="2025-01-31"))} == {True}


def test_a_day_that_touches_more_rows_than_duckdb_keeps_together_equals_a_full_build():
    """The 150,000 orders of one buyer are found in one turn, those of another, whose shop has
    a number of hers too, in the next. What is put together in two turns must be all there (see database.add_rows)."""
    many = """
        insert into staging.orders by name
        select 'wechat' as platform, 's1' as shop_id, 'n' || n as order_id, 'ann' as buyer_id, 'user_id' as buyer_id_type,
            timestamp '2025-01-03 10:00:00' as paid_at, 10 as paid_amount, 'paid' as status, 'normal' as order_kind,
            'export' as file_source, 1 as file_id, timestamp '2025-03-01' as version_at
        from range(150000) as numbers (n)
    """
    world = on_every_thread(empty_world())
    world.connection.execute(many)
    arrive(
        world.connection, [paid(name, "bo", None, platform="wechat", shop_id="s2") for name in ("n1", "b1")], file_id=1
    )
    world.refresh(as_of="2025-01-31")
    before = world.sql("select person_id, count(*) as n from core.orders group by all order by n")
    assert [row["n"] for row in before] == [2, 150000]
    arrive(world.connection, [paid("a1", "ann", None, platform="wechat", shop_id="s1")], file_id=2)
    world.refresh(as_of="2025-01-31")
    after = world.sql("select person_id, count(*) as n from core.orders group by all order by n")
    assert [row["n"] for row in after] == [2, 150001]
