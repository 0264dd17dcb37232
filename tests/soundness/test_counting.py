"""Traps of counting: things that stand twice, people who are one, and rates of unequal groups. Each is a small world with
the right answer of our table, worked out by hand, and the wrong one that a plausible query gives over the same rows.

What belongs here: what goes wrong when rows are joined, added up or averaged. What does not: time (test_time.py), cause
(test_cause.py).
"""

from pipelines.metrics import find_metric
from tests.metrics.asking import answers
from tests.soundness.naive import naive
from tests.worlds import world


def test_an_order_of_three_items_and_two_refunds_is_one_order():
    """Anna pays 100 for three things and gets 10 and 15 back, Bo pays 40. Joined with its items an order counts once for
    each: 300 + 40; joined with its refunds, 200 + 40."""
    shop = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | o1       | anna     | 2025-03-01 10:00:00 | 100         |
            | o2       | bo       | 2025-03-01 11:00:00 | 40          |
            """,
            "order_items": """
            | order_id | item_id | product_id | paid_amount |
            | o1       | i1      | tea        | 50          |
            | o1       | i2      | cup        | 30          |
            | o1       | i3      | hat        | 20          |
            | o2       | i4      | tea        | 40          |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | o1       | 2025-03-02 10:00:00 | 10            |
            | r2        | o1       | 2025-03-03 10:00:00 | 15            |
            """,
        },
        as_of="2025-03-31",
    )
    answers(
        shop,
        "daily_summary",
        """
        | paid_orders | paid_amount | refund_amount | net_amount | average_per_order_amount |
        | 2           | 140         | 25            | 115        | 70                       |
        """,
        where="date = '2025-03-01'",
        segments=["all"],
    )
    sums = "select count(*), sum(o.paid_amount) from core.orders as o"
    assert naive(shop, f"{sums} inner join core.order_items as i on o.order_id = i.order_id") == (4, 340)
    assert naive(shop, f"{sums} left join core.refunds as r on o.order_id = r.order_id") == (3, 240)


def test_a_rate_of_all_is_no_average_of_rates():
    """Of the one buyer of shop x one comes back, of the four of shop y nobody: one in five, and not the mean of 100 % and
    0 %."""
    shop = world(
        {
            "orders": """
            | order_id | buyer_id | shop_id | paid_at             | paid_amount |
            | a1       | anna     | x       | 2025-01-02 10:00:00 | 100         |
            | a2       | anna     | x       | 2025-01-05 10:00:00 | 100         |
            | b1       | bo       | y       | 2025-01-02 10:00:00 | 25          |
            | c1       | chen     | y       | 2025-01-03 10:00:00 | 25          |
            | d1       | ding     | y       | 2025-01-03 10:00:00 | 25          |
            | e1       | emma     | y       | 2025-01-03 10:00:00 | 25          |
            """
        },
        as_of="2025-02-28",
    )
    answers(
        shop,
        "repurchase",
        """
        | segment | mature_buyers | repeat_buyers | repurchase_rate |
        | all     | 5             | 1             | 0.2             |
        | x       | 1             | 1             | 1               |
        | y       | 4             | 0             | 0               |
        """,
        windows=[7],
        segments=["all", "shop"],
    )
    shops = shop.rows("metrics.repurchase", windows=[7], segments=["shop"])
    assert sum(row["repurchase_rate"] for row in shops) / len(shops) == 0.5


def test_a_weeks_amount_per_order_is_no_average_of_its_days():
    """Monday one order of 100, Tuesday four of 25: 200 for five orders are 40 each; the mean of 100 and 25 is 62.50."""
    tuesday = [
        {"order_id": f"t{n}", "buyer_id": f"b{n}", "paid_at": "2025-01-07 10:00:00", "paid_amount": 25}
        for n in range(4)
    ]
    monday = {"order_id": "m", "buyer_id": "anna", "paid_at": "2025-01-06 10:00:00", "paid_amount": 100}
    shop = world({"orders": [monday, *tuesday]}, as_of="2025-01-12")
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_amount | paid_orders | average_per_order_amount |
        | 2025-01-06 | 200         | 5           | 40                       |
        """,
        period="week",
        segments=["all"],
    )
    days = shop.rows("metrics.daily_summary", where="paid_orders > 0", segments=["all"])
    assert float(sum(row["average_per_order_amount"] for row in days)) / len(days) == 62.5


def test_one_person_on_two_platforms_is_one_buyer():
    """Anna buys on Douyin and a week later on Taobao, and a file links her two ids; Bo buys once. Counted by id there are
    three buyers, of whom nobody came back."""
    shop = world(
        {
            "identities": """
            | platform | id_type | id_value | linked_platform | linked_type | linked_value |
            | douyin   | user_id | ann      | taobao          | nick        | tb-ann       |
            """,
            "orders": """
            | platform | order_id | buyer_id | buyer_id_type | paid_at             | paid_amount |
            | douyin   | o1       | ann      | user_id       | 2025-01-02 10:00:00 | 30          |
            | taobao   | o2       | tb-ann   | nick          | 2025-01-09 10:00:00 | 30          |
            | douyin   | o3       | bo       | user_id       | 2025-01-03 10:00:00 | 30          |
            """,
        },
        as_of="2025-01-31",
    )
    answers(
        shop,
        "repurchase",
        "| buyers | mature_buyers | repeat_buyers |\n| 2 | 2 | 1 |",
        windows=[7],
        segments=["all"],
    )
    answers(
        shop,
        "platform_overlap",
        """
        | platform | people | shared_people |
        | douyin   | 2      | 1             |
        | taobao   | 1      | 1             |
        """,
        where="other_platform = 'all'",
    )
    by_id = "select count(distinct paid_at) as days from staging.orders group by platform, buyer_id"
    assert naive(shop, f"select count(*), count(*) filter (where days > 1) from ({by_id})") == (3, 0)


def test_a_person_in_two_groups_is_one_member():
    """Anna is in both groups and spends 50, Bo is in one: two people inside by three joins. The groups' members together
    are three, and an order joined with its buyer's groups is paid twice."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-01 09:00:00 | g1       |
            | anna    | group_join | 2025-01-01 10:00:00 | g2       |
            | bo      | group_join | 2025-01-01 09:00:00 | g1       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-01 11:00:00 | 50          |
            """,
        },
        as_of="2025-02-15",
    )
    answers(
        club,
        "daily_summary",
        """
        | segment | joins | private_entries | memberships | members |
        | all     | 3     | 2               | 3           | 2       |
        | g1      | 2     | 2               | 2           | 2       |
        | g2      | 1     | 0               | 1           | 1       |
        """,
        where="date = '2025-01-01' and segment <> 'none'",
        segments=["all", "group"],
    )
    groups = club.rows("metrics.daily_summary", where="date = '2025-01-01' and segment <> 'none'", segments=["group"])
    assert sum(row["members"] for row in groups) == 3

    answers(
        club,
        "group_health",
        """
        | group_id | member_amount |
        | g1       | 0             |
        | g2       | 50            |
        """,
        where="date = '2025-01-01'",
    )
    joined = "select sum(paid_amount) from core.orders inner join core.memberships using (person_id)"
    assert naive(club, joined) == (100,)


def test_joins_are_counted_as_joins_and_say_so():
    """What comes of a join is asked of each join: Anna's one first order follows both of hers. Its unit and its name say
    that these are joins; people who bought for the first time are told by conversion and daily_summary."""
    club = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-01 09:00:00 | g1       |
            | anna    | group_join | 2025-01-01 10:00:00 | g2       |
            """,
            "orders": "| order_id | buyer_id | paid_at | paid_amount |\n| a1 | anna | 2025-01-01 11:00:00 | 50 |",
        },
        as_of="2025-02-15",
    )
    answers(
        club,
        "group_entry",
        """
        | segment | joins | prospects_30 | first_orders_30 | first_order_30_rate |
        | all     | 2     | 2            | 2               | 1                   |
        | g1      | 1     | 1            | 1               | 1                   |
        | g2      | 1     | 1            | 1               | 1                   |
        """,
        segments=["all", "group"],
    )
    assert naive(club, "select count(first_order_at) from core.people") == (1,)
    told = find_metric("group_entry").columns["first_orders_30"]
    assert (told.unit, "入群" in told.zh) == ("membership", True)


def test_orders_closed_or_given_back_make_nobody_loyal():
    """Anna has four orders in the file: one kept, one closed after it was paid, one given back whole, one never paid. Bo has
    two and got 5 back of one. Lines of the file say that Anna is the more frequent buyer."""
    shop = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | status    |
            | a1       | anna     | 2025-01-02 10:00:00 | 30          | completed |
            | a2       | anna     | 2025-01-10 10:00:00 | 30          | cancelled |
            | a3       | anna     | 2025-01-20 10:00:00 | 30          | completed |
            | a4       | anna     | 2025-01-28 10:00:00 | 30          | unpaid    |
            | b1       | bo       | 2025-01-03 10:00:00 | 30          | completed |
            | b2       | bo       | 2025-01-15 10:00:00 | 30          | completed |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | a3       | 2025-01-25 10:00:00 | 30            |
            | r2        | b2       | 2025-01-25 10:00:00 | 5             |
            """,
        },
        as_of="2025-05-31",
    )
    answers(
        shop,
        "customer_value",
        """
        | frequency | monetary_amount |
        | 1         | 30              |
        | 2         | 55              |
        """,
        segments=["all"],
    )
    answers(shop, "repurchase", "| buyers | repeat_buyers |\n| 2 | 1 |", windows=[30], segments=["all"])
    lines = "select buyer_id, count(*) as orders from staging.orders group by buyer_id order by orders desc limit 1"
    assert naive(shop, lines) == ("anna", 4)


# Those who come by their profile stay, those who are invited leave; g1 is mostly given the invited.
JOINS = (("g1", "profile", 1, 1), ("g2", "profile", 4, 3), ("g1", "invite", 4, 1), ("g2", "invite", 1, 0))


def test_the_group_that_keeps_more_of_every_kind_keeps_fewer_in_all():
    """Simpson's paradox. By each way in g1 keeps more (1/1 against 3/4, 1/4 against 0/1), in all fewer (2/5 against 3/5).
    The finest rows show it; with the ways weighed alike, five joins of ten each, g1 keeps 5/8 and g2 3/8."""
    events = []
    for group, path, joins, stayed in JOINS:
        for n in range(joins):
            who = {"user_id": f"{group}-{path}-{n}", "group_id": group}
            events.append({**who, "event": "group_join", "event_at": "2025-01-01 10:00:00", "entry_path": path})
            if n >= stayed:
                events.append({**who, "event": "group_leave", "event_at": "2025-01-03 10:00:00", "entry_path": None})
    club = world({"events": events}, as_of="2025-01-31")
    answers(
        club,
        "group_entry",
        """
        | entry_path | group_id | mature_joins_7 | stayed_7 | stay_7_rate |
        | profile    | g1       | 1              | 1        | 1           |
        | profile    | g2       | 4              | 3        | 3/4         |
        | invite     | g1       | 4              | 1        | 1/4         |
        | invite     | g2       | 1              | 0        | 0           |
        """,
        segments=["entry_path_threshold_group"],
    )
    finest = club.rows("metrics.group_entry", segments=["entry_path_threshold_group"])
    weighed = {g: sum(row["stay_7_rate"] for row in finest if row["group_id"] == g) / 2 for g in ("g1", "g2")}
    assert weighed == {"g1": 5 / 8, "g2": 3 / 8}
    pooled = {row["segment"]: row["stay_7_rate"] for row in club.rows("metrics.group_entry", segments=["group"])}
    assert pooled == {"g1": 2 / 5, "g2": 3 / 5}
