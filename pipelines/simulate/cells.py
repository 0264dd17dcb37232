"""Cells of metric tables whose numbers are known: exactly, as counted here, and on average, as planted.

What belongs here: which rows of which table, which columns, which sums. What does not: the metrics' own SQL. Nothing
here reads a file or a warehouse: it is a second, independent count, over the world itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from pipelines.simulate import chances
from pipelines.simulate.asking import Row, World, total

SURVIVAL_DAYS = (0, 1, 7, 30, 90)
REPURCHASE_DAYS = (7, 30, 60, 90, 180)
LADDER_DAYS = 90
ALL = {"segment_by": "all", "segment": "all"}


def cells(world: World) -> Iterator[Row]:
    """Every cell as {table, parameters, where, exact, planted}; how to read it says truth.ABOUT."""
    yield from _public_to_private(world)
    yield from _conversion(world)
    yield from _group_entry(world)
    yield from _group_stays(world)
    yield from _group_health(world)
    yield from _membership_survival(world)
    yield from _repurchase(world)
    yield from _repurchase_period(world)
    yield from _order_ladder(world)
    yield from _retention(world)
    yield from _daily_summary(world)
    yield from _daily_members(world)
    yield from _live_performance(world)
    yield from _identity_quality(world)


def _cell(table: str, where: Row, exact: Row, planted: Row | None = None, parameters: Row | None = None) -> Row:
    cell = {"table": table, "parameters": parameters or {}, "where": where, "exact": exact}
    return cell | ({"planted": planted} if planted else {})


def _rate(rate: str, parts: list[tuple[int, float]], people: int) -> Row | None:
    """The planted mean of a rate over groups of (people, probability), and how much it scatters."""
    if not people:
        return None
    expected = sum(n * p for n, p in parts)
    error = math.sqrt(sum(n * p * (1 - p) for n, p in parts)) / people
    return {"rate": rate, "probability": expected / people, "standard_error": error}


# --- from public to private ------------------------------------------------------------------------------------------


def _by_channel(world: World, days: int, condition: str) -> Iterator[tuple[Row, list[Row]]]:
    """(where, rows) for all and for each channel of first public touch: mature people, of them those touched before
    they ever ordered (silent buyers never climb), and those who meet the condition."""
    rows = world.rows(
        f"""
        select channel, count(*) as mature_people, count(*) filter (where not is_silent) as touched,
          count(*) filter (where {condition}) as people
        from world.milestones
        where cast(public_at as date) + {days} <= $last_day
        group by channel order by channel
        """
    )
    yield ALL | {"window_days": days}, rows
    for row in rows:
        yield {"segment_by": "channel", "segment": row["channel"], "window_days": days}, [row]


def _climbing(rate: str, rows: list[Row], step: str) -> Row | None:
    ladder = chances.ladder()
    parts = [(row["touched"], ladder.get(row["channel"], {}).get(step, 0.0)) for row in rows]
    return _rate(rate, parts, total(rows, "mature_people"))


def _public_to_private(world: World) -> Iterator[Row]:
    for days in chances.WAITS:
        for where, rows in _by_channel(world, days, f"private_at >= public_at and private_at <= {_until(days)}"):
            exact = {"mature_people": total(rows, "mature_people"), "private_people": total(rows, "people")}
            rate = _climbing("private_people / mature_people", rows, f"private_{days}")
            yield _cell("public_to_private", where, exact, rate)


def _conversion(world: World) -> Iterator[Row]:
    climbed = "true"
    last_date = f"cast(public_at as date) + {LADDER_DAYS}"
    for step, before, reached, within in (
        ("follow", "public_at", "followed_at", f"followed_at <= {_until(LADDER_DAYS)}"),
        ("fan_club", "followed_at", "club_at", f"club_at <= {_until(LADDER_DAYS)}"),
        ("private", "club_at", "private_at", f"private_at <= {_until(LADDER_DAYS)}"),
        ("first_order", "private_at", "first_order_at", f"first_order_date <= {last_date}"),
        ("second_order", "first_order_at", "second_order_at", f"second_order_date <= {last_date}"),
    ):
        climbed += f" and {reached} >= {before} and {within}"
        for where, rows in _by_channel(world, LADDER_DAYS, climbed):
            exact = {"mature_people": total(rows, "mature_people"), "people": total(rows, "people")}
            rate = _climbing("people / mature_people", rows, step) if step != "second_order" else None
            yield _cell("conversion", where | {"step": step}, exact, rate)


def _until(days: int) -> str:
    """End of a window of elapsed days from public_at; 0 is the same calendar day."""
    if days == 0:
        return "cast(public_at as date) + interval 1 day - interval 1 second"
    return f"public_at + interval {days} day"


# --- groups ----------------------------------------------------------------------------------------------------------


def _group_entry(world: World) -> Iterator[Row]:
    joined = world.rows(
        """
        select 'group' as segment_by, group_id(group_no) as segment, count(*) as joins
        from world.memberships where kind = 'group' group by group_no
        union all
        select 'entry_path', door, count(*) from world.memberships where kind = 'group' group by door
        order by segment_by, segment
        """
    )
    for row in joined:
        yield _cell("group_entry", {name: row[name] for name in ALL}, {"joins": row["joins"]})
    applied = world.rows(
        """
        select 'group' as segment_by, group_id(group_no) as segment,
          count(*) filter (where event = 'group_apply') as applications,
          count(*) filter (where event = 'group_approve') as approvals
        from world.events where event in ('group_apply', 'group_approve')
        group by group_no order by segment
        """
    )
    for row in applied:
        exact = {name: row[name] for name in ("applications", "approvals")}
        yield _cell("group_entry", {name: row[name] for name in ALL}, exact)


def _group_stays(world: World) -> Iterator[Row]:
    """Who stayed after joining, and what those bought who had not bought before, by group."""
    rows = world.rows(
        """
        select group_id(m.group_no) as segment, count(*) as mature_joins_30,
          count(*) filter (where m.left_at is null or m.left_at > m.joined_at + interval 30 day) as stayed_30,
          count(*) filter (where s.first_order_at is null or s.first_order_at >= m.joined_at) as prospects_30,
          count(*) filter (
            where s.first_order_at >= m.joined_at and s.first_order_date <= cast(m.joined_at as date) + 30
          ) as first_orders_30
        from world.memberships as m inner join world.milestones as s on m.person = s.person
        where m.kind = 'group' and cast(m.joined_at as date) + 30 <= $last_day
        group by m.group_no order by segment
        """
    )
    for row in rows:
        yield _cell("group_entry", {"segment_by": "group", "segment": row.pop("segment")}, row)


def _group_health(world: World) -> Iterator[Row]:
    """A group's year: who came, left and spoke, and what was bought by those whose newest group it was."""
    rows = world.rows(
        f"""
        {SOLD},

        homes as (
          select o.order_no, max_by(m.group_no, m.joined_at) as group_no
          from sold as o inner join world.memberships as m
            on o.known_person = m.person and m.kind = 'group' and m.joined_at <= o.paid_at
              and (m.left_at is null or m.left_at > o.paid_at)
          where o.kind = 'kept' group by o.order_no
        ),

        bought as (
          select h.group_no, count(*) as member_orders, yuan(cast(sum(o.paid_fen) as bigint)) as member_amount
          from homes as h inner join sold as o on h.order_no = o.order_no group by h.group_no
        ),

        moved as (
          select group_no, count(*) as joins, count(left_at) as leaves
          from world.memberships where kind = 'group' group by group_no
        ),

        spoke as (
          select group_no, count(*) as messages from world.events where event = 'group_message' group by group_no
        )

        select group_id(m.group_no) as group_id, m.joins, m.leaves, s.messages, b.member_orders, b.member_amount
        from moved as m left join spoke as s on m.group_no = s.group_no left join bought as b on m.group_no = b.group_no
        order by group_id
        """
    )
    for row in rows:
        group = {"group_id": row.pop("group_id")}
        yield _cell("group_health", group, row)
        yield _cell("group_health", group | {"date": str(world.last_day)}, {"members": row["joins"] - row["leaves"]})


def _membership_survival(world: World) -> Iterator[Row]:
    stays = world.rows(
        """
        select group_id(m.group_no) as segment, g.first_day_leave, g.daily_leave, m.left_at is not null as has_left,
          date_diff('day', cast(m.joined_at as date), coalesce(cast(m.left_at as date), $last_day)) as days
        from world.memberships as m inner join planted.groups as g on m.group_no = g.group_no order by segment
        """
    )
    for segment, mine in groupby(stays, key=lambda row: row["segment"]):
        yield from _survival_cells(segment, list(mine))


def _survival_cells(segment: str, stays: list[Row]) -> Iterator[Row]:
    """Greenwood's formula with the planted hazards gives how much survival scatters, even where nobody has left."""
    first, daily = stays[0]["first_day_leave"], stays[0]["daily_leave"]
    variance = 0.0
    for day in range(SURVIVAL_DAYS[-1] + 1):
        at_risk = sum(row["days"] >= day for row in stays)
        if not at_risk:
            return
        hazard = daily if day else first
        variance += hazard / (1 - hazard) / at_risk
        if day in SURVIVAL_DAYS:
            left = sum(row["days"] == day and row["has_left"] for row in stays)
            chance = chances.survival(first, daily, day)
            rate = {"rate": "survival", "probability": chance, "standard_error": chance * math.sqrt(variance)}
            exact = {"memberships": len(stays), "at_risk": at_risk, "left": left}
            yield _cell("membership_survival", {"segment_by": "group", "segment": segment, "day": day}, exact, rate)


# --- buying again ----------------------------------------------------------------------------------------------------


def _repurchase(world: World) -> Iterator[Row]:
    for days in REPURCHASE_DAYS:
        rows = world.rows(
            f"""
            select m.was_member, case when m.was_member then l.again_member else l.again end as chance,
              count(*) as buyers, count(*) filter (where first_order_date + {days} <= $last_day) as mature_buyers,
              count(*) filter (
                where first_order_date + {days} <= $last_day and second_order_date <= first_order_date + {days}
              ) as repeat_buyers
            from world.milestones as m inner join planted.loyalty as l on m.loyalty = l.loyalty
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
    rate = _rate("repeat_buyers / mature_buyers", mature, exact["mature_buyers"])
    yield _cell("repurchase", where | {"window_days": days}, exact, rate)
    if rate:
        # Among all buyers, by the Kaplan-Meier curve, which scatters less than the share of the mature ones.
        probability = sum(row["buyers"] * row["chance"] for row in rows) * within / exact["buyers"]
        curve = rate | {"rate": "repeat_probability", "probability": probability}
        yield _cell("repurchase_curve", where | {"day": days}, {"buyers": exact["buyers"]}, curve)


def _repurchase_period(world: World) -> Iterator[Row]:
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
            yield _cell("repurchase_period", month | {"variant": variant}, exact)


def _order_ladder(world: World) -> Iterator[Row]:
    rows = world.rows(
        """
        select k as purchase_no, count(*) as buyers, count(*) filter (where purchases > k) as next_buyers
        from world.milestones cross join range(1, 13) as t (k) where purchases >= k group by k order by k
        """
    )
    for row in rows:
        exact = {name: row[name] for name in ("buyers", "next_buyers")}
        yield _cell("order_ladder", ALL | {"purchase_no": row["purchase_no"]}, exact)


def _retention(world: World) -> Iterator[Row]:
    """First entry into a chat group, then messages in groups, by calendar week; only weeks that are over."""
    rows = world.rows(
        """
        with started as (
          select person, min(joined_at) as joined_at, cast(date_trunc('week', min(joined_at)) as date) as week
          from world.memberships where kind = 'group' group by person
        ),

        spoke as (
          select distinct s.person, date_diff('day', s.week, cast(e.event_at as date)) // 7 as period_no
          from started as s inner join world.events as e
            on s.person = e.person and e.event = 'group_message' and e.event_at >= s.joined_at
        )

        select k as period_no, count(*) as mature_people, count(p.person) as returned
        from started as s cross join range(0, 9) as t (k)
        left join spoke as p on s.person = p.person and p.period_no = k
        where s.week + cast(7 * k + 6 as integer) <= $last_day
        group by k order by k
        """
    )
    parameters = {"start": ["group_join"], "back": ["group_message"], "period": "week"}
    for row in rows:
        where = ALL | {"is_mature": True, "period_no": row["period_no"]}
        exact = {name: row[name] for name in ("mature_people", "returned")}
        yield _cell("retention", where, exact, parameters=parameters)


# --- sales -----------------------------------------------------------------------------------------------------------

SOLD = """
with amounts as (select order_no, sum(paid_fen) as paid_fen from world.items group by order_no),

sold as (
  select o.*, cast(date_trunc('month', o.paid_at) as date) as month, a.paid_fen,
    coalesce(r.refund_fen, 0) as refund_fen,
    p.is_hidden, case when not p.is_hidden then o.person end as known_person
  from world.orders as o
  inner join amounts as a on o.order_no = a.order_no
  inner join world.people as p on o.person = p.person
  left join world.refunds as r on o.order_no = r.order_no and r.is_closed and r.refund_fen > 0
  where o.kind in ('kept', 'refunded', 'cancelled')  -- paid, then closed, counts in paid and in refund
)
"""
AMOUNTS = "yuan(cast(sum(paid_fen) as bigint)) as {paid}, yuan(cast(sum(refund_fen) as bigint)) as {refund}"


def _daily_summary(world: World) -> Iterator[Row]:
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
        yield _cell("daily_summary", ALL | {"date": month}, row, parameters={"period": "month"})


def _daily_members(world: World) -> Iterator[Row]:
    """Who bought for the first time, what members bought, who came in, left and is in at the end, by month."""
    rows = world.rows(
        f"""
        {SOLD},

        inside as (
          select distinct o.order_no
          from sold as o inner join world.memberships as m
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
          (select count(*) from world.memberships where date_trunc('month', joined_at) = t.month) as joins,
          (select count(*) from world.memberships where date_trunc('month', left_at) = t.month) as leaves,
          (select count(distinct person) from world.memberships
            where joined_at < t.month + interval 1 month
              and (left_at is null or left_at >= t.month + interval 1 month)) as members
        from months as t order by t.month
        """
    )
    for row in rows:
        month = str(row.pop("month"))
        yield _cell("daily_summary", ALL | {"date": month}, row, parameters={"period": "month"})


def _live_performance(world: World) -> Iterator[Row]:
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
        yield _cell("live_performance", {"live_session_id": session}, row)


def _identity_quality(world: World) -> Iterator[Row]:
    orders = world.one(
        f"{SOLD} select count(*) as orders, count(*) filter (where is_hidden) as orders_without_buyer "
        "from sold where kind = 'kept'"
    )
    hubs = world.one("select count(distinct phone) as cut_hubs from world.buyers where is_hub")
    yield _cell("identity_quality", {"platform": "all", "id_type": "all"}, orders | hubs)
