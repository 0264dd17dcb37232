"""The published snapshot of the whole demo merchant: parts, totals, medians and ladders agree, in and across tables.

What belongs here: what the published rows must say of each other, to the cent. What does not: what is true
(tests/metrics/test_demo_truth.py).
"""

from __future__ import annotations

import pytest

from pipelines.breakdowns import breakdowns_of
from pipelines.expectations import Validations
from pipelines.spec.adding_up import promised
from pipelines.spec.checks import checks_of
from pipelines.tables import load_tables
from pipelines.warehouse import open_warehouse
from tests.soundness.reconciling import HINT, breaches

# A fact that few people stand in has one breakdown and no total.
BROKEN_DOWN = [name for name, t in load_tables().items() if promised(t) and "all" in (breakdowns_of(t.name) or "all")]
SALES = "order_kind in ('normal', 'deposit') and paid_amount > 0"
ALL = "segment_by = 'all'"
# No run asks a view's checks, as it would have to be worked out for them (decision 49).
VIEWS = [name for name, table in load_tables().items() if table.is_view and table.checks]

# What several tables tell: each SELECT has one number, or one per window, and all of these are one.
ALIKE = {
    "people": [
        "select count(*) from core.people",
        f"select sum(people) from metrics.value_by_cohort where {ALL} group by month_no",
    ],
    "people first touched in public": [
        "select count(first_public_at) from core.people",
        f"select sum(cohort_people) from metrics.conversion where {ALL} group by window_days, step_no",
        f"select sum(people) from metrics.public_to_private where {ALL} group by window_days",
    ],
    "buyers": [
        "select count(first_order_at) from core.people",
        f"select sum(buyers) from metrics.repurchase where {ALL} group by window_days",
        f"select max(buyers) from metrics.repurchase_curve where {ALL}",
        f"select buyers from metrics.order_ladder where {ALL} and purchase_no = 1",
        f"select count(*) from metrics.customer_value where {ALL}",
    ],
    "buyers who came back": [
        "select count(second_order_at) from core.people",
        f"select next_buyers from metrics.order_ladder where {ALL} and purchase_no = 1",
        f"select buyers from metrics.order_ladder where {ALL} and purchase_no = 2",
        f"select count(*) from metrics.customer_value where {ALL} and repeat_purchases > 0",
    ],
    "amount paid": [
        f"select sum(paid_amount) from core.orders where {SALES}",
        f"select sum(paid_amount) from metrics.daily_summary where {ALL}",
        "select sum(paid_amount) from metrics.daily_summary where segment_by = 'domain'",
    ],
    "amount refunded": [
        f"select sum(refund_amount) from core.orders where {SALES}",
        f"select sum(refund_amount) from metrics.daily_summary where {ALL}",
    ],
    "amount of members": [
        f"select sum(paid_amount) from core.orders where {SALES} and was_member",
        f"select sum(member_amount) from metrics.daily_summary where {ALL}",
    ],
    "net amount of people": [
        "select sum(net_amount) from core.people",
        "select sum(net_amount) from core.orders where order_no is not null",
        f"select sum(monetary_amount) from metrics.customer_value where {ALL}",
    ],
    "kept orders": [
        "select count(*) from core.orders where is_kept",
        f"select sum(orders) from metrics.daily_summary where {ALL}",
        "select orders from metrics.identity_quality where platform = 'all' and id_type = 'all'",
    ],
    "people who became private": [
        "select count(private_at) from core.people",
        f"select sum(private_entries) from metrics.daily_summary where {ALL}",
    ],
    "people inside today": [
        "select count(*) from core.people where is_member",
        f"select members from metrics.daily_summary where {ALL} order by date desc limit 1",
    ],
    "private memberships": [
        "select count(*) from core.memberships where is_private_entry",
        f"select sum(joins) from metrics.daily_summary where {ALL}",
        f"select max(memberships) from metrics.membership_survival where {ALL}",
    ],
    "joins of chat groups": [
        "select count(*) from core.memberships where kind = 'group'",
        f"select sum(joins) from metrics.group_entry where {ALL}",
    ],
    "amount of the groups' members": [
        "select sum(paid_amount) from core.orders where is_kept and member_group_id is not null",
        "select sum(member_amount) from metrics.group_health",
    ],
    "orders of sessions": [
        f"select count(*) from core.orders semi join core.live_sessions using (platform, live_session_id) where {SALES}",
        "select sum(matched_orders) from metrics.live_performance",
    ],
    "buyers by the end of the last month": [
        "select count(distinct person_id) from core.orders where order_no is not null "
        "and paid_date <= last_day((select max(month) from metrics.rfm_migration))",
        f"select sum(people) from metrics.rfm_migration where {ALL} group by month order by month desc limit 1",
    ],
}


@pytest.fixture(scope="module")
def published(demo_home):
    with open_warehouse(demo_home) as snapshot:
        yield snapshot.connection


@pytest.mark.parametrize("name", BROKEN_DOWN)
def test_the_parts_make_up_the_whole(published, name):
    assert breaches(published, load_tables()[name]) == [], HINT


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_view_promises_holds(published, name):
    checks = checks_of(load_tables()[name])
    with Validations(published) as validations:
        told = validations.run(name, checks)
    assert [result.check for result in told] == checks
    assert [(result.check.name, result.observed) for result in told if not result.is_passed] == []


def test_there_are_breakdowns_to_compare(published):
    """Of every metric whose nightly table has breakdowns at all."""
    several = [name for name in BROKEN_DOWN if len(load_tables()[name].parameters.get("segments", [])) > 1]
    assert len(several) > 10
    for name in several:
        (told,) = published.execute(f"select count(distinct segment_by) from {name}").fetchall()[0]
        assert told > 1, name


@pytest.mark.parametrize("what", ALIKE)
def test_tables_tell_one_number(published, what):
    found = {sql: [row[0] for row in published.execute(sql).fetchall()] for sql in ALIKE[what]}
    assert all(found.values()), found
    assert len({number for numbers in found.values() for number in numbers}) == 1, found
    assert all(number > 0 for numbers in found.values() for number in numbers)


def test_public_private_and_unknown_are_everything(published):
    """Day by day to the cent, and the two ways of telling a domain's amount are one."""
    wrong = published.execute("""
        select w.date, w.paid_amount, w.private_channel_amount, w.unknown_channel_amount,
          sum(p.paid_amount) as together,
          coalesce(sum(p.paid_amount) filter (where p.segment = 'private'), 0) as private,
          coalesce(sum(p.paid_amount) filter (where p.segment = 'unknown'), 0) as unknown
        from metrics.daily_summary as w
        left join metrics.daily_summary as p on w.date = p.date and p.segment_by = 'domain'
        where w.segment_by = 'all' and w.paid_amount > 0
        group by all
        having together <> w.paid_amount or private <> w.private_channel_amount or unknown <> w.unknown_channel_amount
    """).fetchall()
    domains = published.execute(
        "select distinct segment from metrics.daily_summary where segment_by = 'domain' order by 1"
    )
    assert (wrong, domains.fetchall()) == ([], [("private",), ("public",), ("unknown",)])


def test_quartiles_are_those_of_the_orders_themselves(published):
    counted = published.execute("""
        select purchase_no, quantile_cont(gap, 0.25), quantile_cont(gap, 0.5), quantile_cont(gap, 0.75)
        from (
          select purchase_no, cast(date_diff('day', paid_date, next_purchase_date) as double) as gap
          from core.orders where is_first_in_day and next_purchase_date is not null
        ) where purchase_no <= 20 group by purchase_no order by purchase_no
    """).fetchall()
    told = published.execute("""
        select purchase_no, gap_days_p25, gap_days_p50, gap_days_p75 from metrics.order_ladder
        where segment_by = 'all' and next_buyers > 0 order by purchase_no
    """).fetchall()
    assert len(counted) > 5
    assert told == [pytest.approx(row) for row in counted]


def test_the_ladders_private_step_is_public_to_private(published):
    """Where both are over for the whole cohort, whatever was skipped on the way."""
    sql = """
        select p.cohort_week, p.window_days, c.reached_people, p.private_people
        from metrics.public_to_private as p
        inner join metrics.conversion as c using (cohort_week, segment_by, segment, window_days)
        where c.step = 'private' and c.is_mature and p.is_mature
    """
    assert len(published.execute(sql).fetchall()) > 100
    assert published.execute(f"{sql} and c.reached_people <> p.private_people").fetchall() == []
