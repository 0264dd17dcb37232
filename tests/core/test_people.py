"""core.identities, core.memberships and core.people: who is who, when they came in and went out."""

import networkx
import pytest

from tests.worlds import table, world


def people_of(built):
    """Sets of ids that are one person."""
    found = {}
    for row in built.sql("select id_value, person_id from core.identities where person_id is not null"):
        found.setdefault(row["person_id"], set()).add(row["id_value"])
    return sorted(map(sorted, found.values()))


def test_a_shared_phone_and_a_given_link_join_ids_and_an_equal_id_on_another_platform_does_not():
    built = world(
        {
            "orders": """
            | platform | order_id | buyer_id | phone | paid_at    | paid_amount |
            | douyin   | o1       | ann      | p1    | 2025-01-01 | 10          |
            | taobao   | o2       | annie    | p1    | 2025-01-02 | 10          |
            | taobao   | o3       | bob      | -     | 2025-01-02 | 10          |
            | douyin   | o4       | bob      | -     | 2025-01-02 | 10          |
            """,
            "identities": """
            | platform | id_type | id_value | linked_platform | linked_type | linked_value |
            | taobao   | user_id | annie    | wechat          | unionid     | wx_ann       |
            """,
        }
    )
    assert people_of(built) == [["ann", "annie", "p1", "wx_ann"], ["bob"], ["bob"]]


def test_a_phone_is_the_same_phone_whatever_platform_tells_it():
    """As the buyer's id, on an order, as an event's user, or in a link."""
    built = world(
        {
            "orders": """
            | platform | order_id | buyer_id | buyer_id_type | phone | paid_at    | paid_amount |
            | taobao   | o1       | p1       | phone         | -     | 2025-01-01 | 10          |
            | douyin   | o2       | ann      | user_id       | p1    | 2025-01-02 | 10          |
            """,
            "events": "| platform | user_id | user_id_type | event | event_at |\n| other | p1 | phone | sms_click | 2025-01-03 |",
            "identities": """
            | platform | id_type     | id_value | linked_platform | linked_type | linked_value |
            | wecom    | external_id | wm_ann   | wecom           | phone       | p1           |
            """,
        }
    )
    assert people_of(built) == [["ann", "p1", "wm_ann"]]
    assert (
        len(built.sql("select distinct person_id from core.events union select distinct person_id from core.orders"))
        == 1
    )


def test_a_phone_on_too_many_ids_joins_nobody_and_is_reported():
    orders = [
        {"order_id": f"o{n}", "buyer_id": f"u{n}", "phone": "courier", "paid_at": "2025-01-01", "paid_amount": 1}
        for n in range(4)
    ]
    orders.append({"order_id": "alone", "phone": "courier", "paid_at": "2025-01-02", "paid_amount": 1})
    cut = world({"orders": orders}, identity_hub_limit=3)
    assert people_of(cut) == [["u0"], ["u1"], ["u2"], ["u3"]]
    assert cut.sql("select id_value, person_id, linked_ids from core.identities where method = 'hub_cut'") == [
        {"id_value": "courier", "person_id": None, "linked_ids": 4}
    ]
    assert cut.sql("select person_id from core.orders where order_id = 'alone'") == [{"person_id": None}]
    kept = world({"orders": orders}, identity_hub_limit=4)
    assert people_of(kept) == [["courier", "u0", "u1", "u2", "u3"]]


def test_an_account_on_too_many_ids_joins_nobody_and_is_a_person_all_the_same():
    """Whoever sends gifts to many phones, or stands in a wrong file of links, keeps his orders and nobody else's."""
    orders = [
        {"order_id": f"o{n}", "buyer_id": "giver", "phone": f"p{n}", "paid_at": "2025-01-01", "paid_amount": 1}
        for n in range(4)
    ]
    cut = world({"orders": orders}, identity_hub_limit=3)
    assert people_of(cut) == [["giver"], ["p0"], ["p1"], ["p2"], ["p3"]]
    assert cut.sql("select count(distinct person_id) as n, count(person_id) as orders from core.orders") == [
        {"n": 1, "orders": 4}
    ]
    links = [
        {"platform": "douyin", "id_type": "open_id", "id_value": "x", "linked_type": "open_id", "linked_value": f"y{n}"}
        for n in range(4)
    ]
    assert people_of(world({"identities": links}, identity_hub_limit=3)) == [["x"], ["y0"], ["y1"], ["y2"], ["y3"]]
    assert people_of(world({"identities": links}, identity_hub_limit=4)) == [["x", "y0", "y1", "y2", "y3"]]


def test_a_withdrawn_link_joins_nobody():
    link = {"platform": "douyin", "id_type": "open_id", "id_value": "x", "linked_type": "open_id"}
    links = [{**link, "linked_value": "y"}, {**link, "linked_value": "z", "is_withdrawn": True}]
    orders = "| order_id | buyer_id | buyer_id_type | paid_at | paid_amount |\n| o1 | z | open_id | 2025-01-01 | 1 |"
    assert people_of(world({"identities": links, "orders": orders})) == [["x", "y"], ["z"]]


@pytest.mark.parametrize("seed", range(3))
def test_components_are_those_of_an_independent_library(seed):
    graph = networkx.gnm_random_graph(60, 45, seed=seed)
    links = [
        {
            "platform": "douyin",
            "id_type": "user_id",
            "id_value": f"u{a}",
            "linked_type": "user_id",
            "linked_value": f"u{b}",
        }
        for a, b in graph.edges
    ]
    linked = [component for component in networkx.connected_components(graph) if len(component) > 1]
    assert people_of(world({"identities": links})) == sorted(sorted(f"u{n}" for n in component) for component in linked)


def test_stays_run_from_a_join_to_the_next_leave():
    """A second join while inside opens nothing, a leave without a join is no stay, a return is a new stay."""
    built = world(
        {
            "events": """
            | user_id | event        | event_at            | group_id | entry_path |
            | ann     | group_leave  | 2025-01-01 10:00:00 | g1       | -          |
            | ann     | group_join   | 2025-01-02 10:00:00 | g1       | qr         |
            | ann     | group_join   | 2025-01-03 10:00:00 | g1       | invite     |
            | ann     | group_remove | 2025-01-04 10:00:00 | g1       | -          |
            | ann     | group_join   | 2025-01-05 10:00:00 | g1       | profile    |
            | ann     | wecom_add    | 2025-01-06 10:00:00 | -        | -          |
            | bob     | group_join   | 2025-01-07 10:00:00 | g1       | qr         |
            | bob     | group_leave  | 2025-01-07 10:00:00 | g1       | -          |
            """,
            "groups": "| group_id | follow_days_required | fan_level_required |\n| g1 | 7 | 5 |",
        }
    )
    shown = "kind, group_id, joined_at, left_at, entry_path, threshold"
    assert built.sql(f"select {shown} from core.memberships order by joined_at") == table("""
    | kind  | group_id | joined_at           | left_at             | entry_path | threshold      |
    | group | g1       | 2025-01-02 10:00:00 | 2025-01-04 10:00:00 | qr         | follow_7+fan_5 |
    | group | g1       | 2025-01-05 10:00:00 | -                   | profile    | follow_7+fan_5 |
    | wecom | -        | 2025-01-06 10:00:00 | -                   | wecom      | none           |
    | group | g1       | 2025-01-07 10:00:00 | 2025-01-07 10:00:00 | qr         | follow_7+fan_5 |
    """)


def test_milestones_of_a_person():
    built = world(
        {
            "events": """
            | user_id | event         | event_at            | group_id | live_session_id | entry_path |
            | ann     | push_click    | 2025-01-01 08:00:00 | -        | -               | -          |
            | ann     | live_view     | 2025-01-02 08:00:00 | -        | s1              | -          |
            | ann     | follow        | 2025-01-02 09:00:00 | -        | s1              | -          |
            | ann     | fan_club_join | 2025-01-03 09:00:00 | -        | s1              | -          |
            | ann     | group_join    | 2025-01-04 09:00:00 | g1       | s1              | qr         |
            | ann     | push_delivered| 2025-03-04 09:00:00 | g1       | -               | -          |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | live_session_id |
            | o1       | ann      | 2025-01-05 09:00:00 | 10          | s1              |
            | o2       | ann      | 2025-01-05 19:00:00 | 10          | s1              |
            | o3       | ann      | 2025-02-05 09:00:00 | 10          | s1              |
            """,
        }
    )
    shown = (
        "first_seen_at, first_channel, first_public_at, first_public_channel, private_at, private_entry_path, "
        "first_order_at, second_order_at, orders, purchases, first_order_was_member, last_active_at, is_member"
    )
    assert built.sql(f"select {shown} from core.people") == table("""
    | first_seen_at       | first_channel | first_public_at     | first_public_channel | private_at          | private_entry_path | first_order_at      | second_order_at     | orders | purchases | first_order_was_member | last_active_at      | is_member |
    | 2025-01-01 08:00:00 | push          | 2025-01-02 08:00:00 | live                 | 2025-01-04 09:00:00 | qr                 | 2025-01-05 09:00:00 | 2025-02-05 09:00:00 | 3      | 2         | true                   | 2025-02-05 09:00:00 | true      |
    """)


def test_of_two_orders_of_one_second_and_number_the_shop_says_which_is_first():
    """Two shops of one platform gave out one number. Neither order was kept, so no history says it."""
    built = world(
        {
            "orders": """
            | platform | order_id | shop_id | buyer_id | paid_at             | paid_amount | status    | entry  |
            | wechat   | o1       | south   | u1       | 2025-01-05 10:00:00 | 10          | cancelled | 粉丝群 |
            | wechat   | o1       | north   | u1       | 2025-01-05 10:00:00 | 10          | cancelled | 直播   |
            """
        }
    )
    assert [row["first_channel"] for row in built.rows("core.people")] == ["live"]


def test_private_entry_events_are_the_merchants_choice():
    events = """
    | user_id | event              | event_at            | group_id |
    | ann     | group_join         | 2025-01-01 10:00:00 | g1       |
    | ann     | mini_program_visit | 2025-01-02 10:00:00 | -        |
    """
    built = world({"events": events}, private_entry_events=["mini_program_visit"])
    shown = "select private_at, private_event from core.people"
    assert built.sql(shown) == table("""
    | private_at          | private_event      |
    | 2025-01-02 10:00:00 | mini_program_visit |
    """)


def test_an_advertisement_is_public_wherever_it_was_clicked():
    built = world(
        {
            "events": """
            | user_id | event    | event_at            | entry  |
            | ann     | ad_click | 2025-01-01 10:00:00 | 粉丝群 |
            """
        }
    )
    assert built.sql("select channel, domain, is_paid_channel from core.events") == table("""
    | channel   | domain | is_paid_channel |
    | fan_group | public | true            |
    """)


def test_a_farewell_is_no_public_touch():
    """Of ann it is known only that she stopped following, before she watched for the first time in these files."""
    built = world(
        {
            "events": """
            | user_id | event     | event_at            |
            | ann     | unfollow  | 2025-01-02 10:00:00 |
            | ann     | live_view | 2025-01-03 10:00:00 |
            """
        }
    )
    assert built.sql("select first_public_at, first_public_channel from core.people") == table("""
    | first_public_at     | first_public_channel |
    | 2025-01-03 10:00:00 | live                 |
    """)


def test_the_label_of_a_groups_thresholds():
    """Of g5 no file tells a threshold; that is not a group without any."""
    groups = """
    | group_id | follow_days_required | fan_level_required |
    | g1       | 7                    | 5                  |
    | g2       | 7                    | 0                  |
    | g3       | -                    | 3                  |
    | g4       | 0                    | -                  |
    | g5       | -                    | -                  |
    """
    assert world({"groups": groups}).sql("select group_id, threshold from core.groups order by group_id") == table("""
    | group_id | threshold      |
    | g1       | follow_7+fan_5 |
    | g2       | follow_7       |
    | g3       | fan_3          |
    | g4       | none           |
    | g5       | unknown        |
    """)


def test_where_following_is_private_unfollowing_ends_it():
    events = """
    | user_id | event    | event_at            |
    | ann     | follow   | 2025-01-01 10:00:00 |
    | ann     | unfollow | 2025-01-05 10:00:00 |
    | bob     | unfollow | 2025-01-05 10:00:00 |
    """
    built = world({"events": events}, private_entry_events=["follow", "group_join"])
    assert built.sql("select kind, joined_at, left_at, is_private_entry from core.memberships") == table("""
    | kind   | joined_at           | left_at             | is_private_entry |
    | follow | 2025-01-01 10:00:00 | 2025-01-05 10:00:00 | true             |
    """)
    assert world({"events": events}).sql("select kind from core.memberships") == []
