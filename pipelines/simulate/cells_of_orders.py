"""Known cells of buying again and of sales, by month, by live session and in all.

What belongs here: counts over the world itself, independent of any metric's SQL. What does not: who is private and for
how long (cells_of_people.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.simulate import chances
from pipelines.simulate.asking import Row, World, total
from pipelines.simulate.one_cell import ALL, AMOUNTS, SOLD, cell, rate_of

REPURCHASE_DAYS = (7, 30, 60, 90, 180)


def repurchase(world: World) -> Iterator[Row]:
    """Who bought again on a later day, of all, of members and of others; and the curve on these days."""
    for days in REPURCHASE_DAYS:
        rows = world.rows(
            f"""
            select m.was_member, case when m.was_member then l.again_member else l.again end as chance,
              count(*) as buyers, count(*) filter (where first_order_date + {days} <= k.orders_until) as mature_buyers,
              count(*) filter (
                where first_order_date + {days} <= k.orders_until and second_order_date <= first_order_date + {days}
              ) as repeat_buyers
            from world.milestones as m inner join planted.loyalty as l on m.loyalty = l.loyalty
            inner join world.known as k on m.first_order_platform = k.platform
            where m.first_order_at is not null group by m.was_member, chance order by m.was_member, chance
            """
        )
        members = [row for row in rows if row["was_member"]]
        others = [row for row in rows if not row["was_member"]]
        yield from _repurchase_cells(ALL, rows, days)
        yield from _repurchase_cells({"segment_by": "membership", "segment": "member"}, members, days)
        yield from _repurchase_cells({"segment_by": "membership", "segment": "not_member"}, others, days)


def _repurchase_cells(where: Row, rows: list[Row], days: int) -> Iterator[Row]:
    within = chances.repeat_within(days)
    exact = {name: total(rows, name) for name in ("buyers", "mature_buyers", "repeat_buyers")}
    mature = [(row["mature_buyers"], row["chance"] * within) for row in rows]
    rate = rate_of("repeat_buyers / mature_buyers", mature, exact["mature_buyers"])
    yield cell("repurchase", where | {"window_days": days}, exact, rate)
    if rate:
        # Among all buyers, by the Kaplan-Meier curve, which scatters less than the share of the mature ones.
        probability = sum(row["buyers"] * row["chance"] for row in rows) * within / exact["buyers"]
        curve = rate | {"rate": "repeat_probability", "probability": probability}
        yield cell("repurchase_curve", where | {"day": days}, {"buyers": exact["buyers"]}, curve)


def repurchase_period(world: World) -> Iterator[Row]:
    """By month; R1 counts orders, R1d days, R2 orders after the first ever, R4 the whole year, R6 new buyers."""
    rows = world.rows(
        f"""
        {SOLD},

        placed as (
          select *, row_number() over (partition by known_person order by paid_at, order_id) as place,
            count(*) over (partition by known_person) as lifetime
          from sold where kind = 'kept' and known_person is not null
        ),

        monthly as (
          select month, known_person, count(*) as orders, count(distinct cast(paid_at as date)) as days,
            count(*) filter (where place > 1) as repeats, bool_or(place = 1) as is_new, max(lifetime) as lifetime
          from placed group by month, known_person
        )

        select month, count(*) as buyers, count(*) filter (where orders > 1) as r1,
          count(*) filter (where days > 1) as r1d, cast(sum(repeats) as bigint) as r2,
          cast(sum(orders) as bigint) as orders, count(*) filter (where lifetime > 1) as r4,
          count(*) filter (where is_new and orders > 1) as r6, count(*) filter (where is_new) as new_buyers
        from monthly group by month order by month
        """
    )
    for row in rows:
        month = ALL | {"period": str(row["month"])}
        for variant, over, under in (
            ("R1", "r1", "buyers"), ("R1d", "r1d", "buyers"), ("R2", "r2", "orders"), ("R4", "r4", "buyers"),
            ("R6", "r6", "new_buyers"),
        ):  # fmt: skip
            exact = {"numerator": row[over], "denominator": row[under]}
            yield cell("repurchase_period", month | {"variant": variant}, exact)


def order_ladder(world: World) -> Iterator[Row]:
    """Of buyers of each number of purchases, how many made one more."""
    rows = world.rows(
        """
        select k as purchase_no, count(*) as buyers, count(*) filter (where purchases > k) as next_buyers
        from world.milestones cross join range(1, 13) as t (k) where purchases >= k group by k order by k
        """
    )
    for row in rows:
        exact = {name: row[name] for name in ("buyers", "next_buyers")}
        yield cell("order_ladder", ALL | {"purchase_no": row["purchase_no"]}, exact)


def retention(world: World) -> Iterator[Row]:
    """First entry into a chat group, then messages in groups, by calendar week; only weeks that are over."""
    rows = world.rows(
        """
        with started as (
          select person, min(joined_at) as joined_at, cast(date_trunc('week', min(joined_at)) as date) as week,
            min_by(platform, joined_at) as platform
          from world.stays where kind = 'group' group by person
        ),

        -- a week is over when it is known of all who started in it
        weeks as (
          select week, min(k.stays_until) as known_until
          from started as s inner join world.known as k on s.platform = k.platform group by week
        ),

        spoke as (
          select distinct s.person, date_diff('day', s.week, cast(e.event_at as date)) // 7 as period_no
          from started as s inner join world.events as e
            on s.person = e.person and e.event = 'group_message' and e.event_at >= s.joined_at
        )

        select k as period_no, count(*) as mature_people, count(p.person) as returned
        from started as s inner join weeks as w on s.week = w.week cross join range(0, 9) as t (k)
        left join spoke as p on s.person = p.person and p.period_no = k
        where s.week + cast(7 * k + 6 as integer) <= w.known_until
        group by k order by k
        """
    )
    parameters = {"start": ["group_join"], "back": ["group_message"], "period": "week"}
    for row in rows:
        where = ALL | {"is_mature": True, "period_no": row["period_no"]}
        exact = {name: row[name] for name in ("mature_people", "returned")}
        yield cell("retention", where, exact, parameters=parameters)


def daily_summary(world: World) -> Iterator[Row]:
    """Orders, buyers and amounts by month."""
    rows = world.rows(
        f"""
        {SOLD}
        select month, count(*) as paid_orders, count(*) filter (where kind = 'kept') as orders,
          count(distinct case when kind = 'kept' then known_person end) as buyers,
          {AMOUNTS.format(paid="paid_amount", refund="refund_amount")},
          yuan(cast(coalesce(sum(paid_fen) filter (where domain = 'private'), 0) as bigint)) as private_channel_amount
        from sold group by month order by month
        """
    )
    for row in rows:
        month = str(row.pop("month"))
        yield cell("daily_summary", ALL | {"date": month}, row, parameters={"period": "month"})


def daily_platforms(world: World) -> Iterator[Row]:
    """The same by platform: what each of the merchant's shops sold."""
    rows = world.rows(
        f"""
        {SOLD}
        select month, platform, count(*) as paid_orders, count(*) filter (where kind = 'kept') as orders,
          count(distinct case when kind = 'kept' then known_person end) as buyers,
          {AMOUNTS.format(paid="paid_amount", refund="refund_amount")}
        from sold group by month, platform order by month, platform
        """
    )
    parameters = {"period": "month", "segments": ["platform"]}
    for row in rows:
        where = {"segment_by": "platform", "segment": row.pop("platform"), "date": str(row.pop("month"))}
        yield cell("daily_summary", where, row, parameters=parameters)


def daily_members(world: World) -> Iterator[Row]:
    """Who bought for the first time, what members bought, who came in, left and is in at the end, by month."""
    rows = world.rows(
        f"""
        {SOLD},

        inside as (
          select distinct o.order_no
          from sold as o inner join world.stays as m
            on o.known_person = m.person and m.joined_at <= o.paid_at and (m.left_at is null or m.left_at > o.paid_at)
        ),

        months as (
          select month, yuan(cast(coalesce(sum(paid_fen) filter (where i.order_no is not null), 0) as bigint))
            as member_amount
          from sold as o left join inside as i on o.order_no = i.order_no group by month
        )

        select t.month, t.member_amount,
          (select count(*) from world.milestones
            where date_trunc('month', first_order_at) = t.month) as new_buyers,
          (select count(*) from world.milestones where date_trunc('month', private_at) = t.month) as private_entries,
          (select count(*) from world.stays where date_trunc('month', joined_at) = t.month) as joins,
          (select count(*) from world.stays where date_trunc('month', left_at) = t.month) as leaves,
          (select count(distinct person) from world.stays
            where joined_at < t.month + interval 1 month
              and (left_at is null or left_at >= t.month + interval 1 month)) as members
        from months as t order by t.month
        """
    )
    for row in rows:
        month = str(row.pop("month"))
        yield cell("daily_summary", ALL | {"date": month}, row, parameters={"period": "month"})


def live_performance(world: World) -> Iterator[Row]:
    """The live session of an order is told by API records alone, which know nothing of hidden buyers."""
    rows = world.rows(
        f"""
        {SOLD},

        bought as (
          select session_no, count(*) as matched_orders, count(distinct person) as matched_buyers,
            {AMOUNTS.format(paid="matched_amount", refund="matched_refund_amount")}
          from sold where session_no is not null and not is_hidden group by session_no
        ),

        seen as (
          select session_no, count(distinct person) as identified_viewers
          from world.events where event = 'live_view' and session_no is not null group by session_no
        )

        select room_id(b.session_no) as live_session_id, b.*exclude (session_no), v.identified_viewers
        from bought as b inner join seen as v on b.session_no = v.session_no order by b.session_no
        """
    )
    for row in rows:
        session = row.pop("live_session_id")
        yield cell("live_performance", {"live_session_id": session}, row)


def identity_quality(world: World) -> Iterator[Row]:
    """Orders without a buyer, and numbers shared by too many."""
    orders = world.one(
        f"{SOLD} select count(*) as orders, count(*) filter (where is_hidden) as orders_without_buyer "
        "from sold where kind = 'kept'"
    )
    hubs = world.one("select count(distinct phone) as cut_hubs from world.buyers where is_hub")
    yield cell("identity_quality", {"platform": "all", "id_type": "all"}, orders | hubs)
