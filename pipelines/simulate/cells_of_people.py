"""Known cells of how people become private, by which door, and how long they stay.

What belongs here: counts over the world itself, independent of any metric's SQL. What does not: orders and what they
bring (cells_of_orders.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from pipelines.simulate import chances
from pipelines.simulate.asking import Row, World, total
from pipelines.simulate.one_cell import ALL, SOLD, cell, rate_of

SURVIVAL_DAYS = (0, 1, 7, 30, 90)
LADDER_DAYS = 90


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
    return rate_of(rate, parts, total(rows, "mature_people"))


def public_to_private(world: World) -> Iterator[Row]:
    """Who became private within each wait, of all and by channel of first public touch."""
    for days in chances.WAITS:
        for where, rows in _by_channel(world, days, f"private_at >= public_at and private_at <= {_until(days)}"):
            exact = {"mature_people": total(rows, "mature_people"), "private_people": total(rows, "people")}
            rate = _climbing("private_people / mature_people", rows, f"private_{days}")
            yield cell("public_to_private", where, exact, rate)


def conversion(world: World) -> Iterator[Row]:
    """Who climbed each step of the ladder, and all before it, within its window."""
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
            yield cell("conversion", where | {"step": step}, exact, rate)


def _until(days: int) -> str:
    """End of a window of elapsed days from public_at; 0 is the same calendar day."""
    if days == 0:
        return "cast(public_at as date) + interval 1 day - interval 1 second"
    return f"public_at + interval {days} day"


def group_entry(world: World) -> Iterator[Row]:
    """Who came into each group and by each door, who asked for it and who was let in."""
    joined = world.rows(
        """
        select 'group' as segment_by, group_id as segment, count(*) as joins
        from world.stays where kind = 'group' group by group_id
        union all
        select 'entry_path', door, count(*) from world.stays where kind = 'group' group by door
        order by segment_by, segment
        """
    )
    for row in joined:
        yield cell("group_entry", {name: row[name] for name in ALL}, {"joins": row["joins"]})
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
        yield cell("group_entry", {name: row[name] for name in ALL}, exact)


def group_stays(world: World) -> Iterator[Row]:
    """Who stayed after joining, and what those bought who had not bought before, by group."""
    rows = world.rows(
        """
        select m.group_id as segment,
          count(*) filter (where k.stays_until >= over_on) as mature_joins_30,
          count(*) filter (
            where k.stays_until >= over_on and (m.left_at is null or m.left_at > m.joined_at + interval 30 day)
          ) as stayed_30,
          count(*) filter (where s.first_order_at is null or s.first_order_at >= m.joined_at) as prospects_30,
          count(*) filter (where s.first_order_at >= m.joined_at and s.first_order_date <= over_on) as first_orders_30
        from (select *, cast(joined_at as date) + 30 as over_on from world.stays) as m
        inner join world.milestones as s on m.person = s.person
        inner join world.known as k on m.platform = k.platform
        where m.kind = 'group' and over_on <= $last_day
        group by m.group_id order by segment
        """
    )
    for row in rows:
        yield cell("group_entry", {"segment_by": "group", "segment": row.pop("segment")}, row)


def group_health(world: World) -> Iterator[Row]:
    """A group's year: who came, left and spoke, and what was bought by those whose newest group it was."""
    rows = world.rows(
        f"""
        {SOLD},

        homes as (
          select o.order_no, max_by(m.group_id, m.joined_at) as group_id
          from sold as o inner join world.stays as m
            on o.known_person = m.person and m.kind = 'group' and m.joined_at <= o.paid_at
              and (m.left_at is null or m.left_at > o.paid_at)
          where o.kind = 'kept' group by o.order_no
        ),

        bought as (
          select h.group_id, count(*) as member_orders, yuan(cast(sum(o.paid_fen) as bigint)) as member_amount
          from homes as h inner join sold as o on h.order_no = o.order_no group by h.group_id
        ),

        moved as (
          select group_id, group_no, count(*) as joins, count(left_at) as leaves
          from world.stays where kind = 'group' group by group_id, group_no
        ),

        spoke as (
          select group_no, count(*) as messages from world.events where event = 'group_message' group by group_no
        )

        select m.group_id, m.joins, m.leaves,
          -- of what is said in WeCom's groups no file tells
          case when m.group_no is not null then coalesce(s.messages, 0) end as messages,
          coalesce(b.member_orders, 0) as member_orders, coalesce(b.member_amount, '0.00') as member_amount
        from moved as m left join spoke as s on m.group_no = s.group_no left join bought as b on m.group_id = b.group_id
        order by m.group_id
        """
    )
    for row in rows:
        group = {"group_id": row.pop("group_id")}
        yield cell("group_health", group, row)
        yield cell("group_health", group | {"date": str(world.last_day)}, {"members": row["joins"] - row["leaves"]})


def membership_survival(world: World) -> Iterator[Row]:
    """How long stays in each group last: still in, and left, on a few days. Of WeCom's groups only what lists tell."""
    stays = world.rows(
        """
        select m.group_id as segment, g.first_day_leave, g.daily_leave,
          m.left_at is not null and cast(m.left_at as date) <= k.stays_until as has_left,
          greatest(
            date_diff('day', cast(m.joined_at as date), least(cast(m.left_at as date), k.stays_until)), 0
          ) as days
        from world.stays as m
        left join planted.groups as g on m.group_no = g.group_no
        inner join world.known as k on m.platform = k.platform
        where m.kind = 'group' order by segment
        """
    )
    for segment, mine in groupby(stays, key=lambda row: row["segment"]):
        yield from _survival_cells(segment, list(mine))


def _survival_cells(segment: str, stays: list[Row]) -> Iterator[Row]:
    """Greenwood's formula with the planted hazards gives how much survival scatters, even where nobody has left.

    Without planted hazards, as of groups whose leaves are told by the next list only, the counts stand alone.
    """
    first, daily = stays[0]["first_day_leave"], stays[0]["daily_leave"]
    variance = 0.0
    for day in range(SURVIVAL_DAYS[-1] + 1):
        at_risk = sum(row["days"] >= day for row in stays)
        if not at_risk:
            return
        hazard = (daily if day else first) or 0.0
        variance += hazard / (1 - hazard) / at_risk
        if day in SURVIVAL_DAYS:
            left = sum(row["days"] == day and row["has_left"] for row in stays)
            rate = None if daily is None else _survival(chances.survival(first, daily, day), variance)
            exact = {"memberships": len(stays), "at_risk": at_risk, "left": left}
            yield cell("membership_survival", {"segment_by": "group", "segment": segment, "day": day}, exact, rate)


def _survival(chance: float, variance: float) -> Row:
    return {"rate": "survival", "probability": chance, "standard_error": chance * math.sqrt(variance)}
