"""A small merchant of whom it is known what joining caused: straight into the columns of core that uplift is asked of.

What belongs here: people who live week by week, once as they are and once as they would have been. What does not: the
demo merchant (world.py), whose effect of being a member at the first order truth.json tells.

Everybody has a loyalty that shows in their first visit and makes them buy, watch and join; having bought in the four
weeks before makes them join the sooner, too. From the week after joining on the chances of buying and of watching are
higher. What a joiner would have done is the same draws with the week's wish to join not granted; whoever wishes again
joins later, as controls do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pipelines.database import Connection

FIRST_DAY = date(2025, 1, 6)  # a Monday
SHARES = (0.6, 0.3, 0.1)
FEWEST_ACTS, MOST_ACTS = (1, 3, 5), (2, 4, 7)
BUY, WATCH, JOIN = (0.02, 0.05, 0.10), (0.05, 0.12, 0.25), (0.008, 0.02, 0.04)  # each week, by loyalty
RECENT_WEEKS = 4
NEVER = 10_000


@dataclass(frozen=True)
class Joining:
    """How many live how long, and what is planted."""

    seed: int = 1
    people: int = 6_000
    weeks: int = 60
    buy_more: float = 0.03  # added to the chance to buy in a week
    watch_more: float = 0.08
    join_sooner: float = 2.0  # times as likely, and once more, after a purchase of the last four weeks
    watchful: float = 0.0  # joiners-to-be watch as if they were inside already: then a comparison with the past fails

    @property
    def as_of(self) -> date:
        return FIRST_DAY + timedelta(days=7 * self.weeks - 1)

    @cached_property
    def lives(self) -> tuple[Life, Life]:
        """As it was, and as it had been if nobody's first wish to join had been granted."""
        return self._lived(False), self._lived(True)

    @cached_property
    def drawn(self) -> dict[str, np.ndarray]:
        """Everything that chance decides, by person and week."""
        dice, size = np.random.default_rng(self.seed), (self.people, self.weeks)
        loyalty = dice.choice(3, self.people, p=SHARES)
        acts = dice.integers(np.array(FEWEST_ACTS)[loyalty], np.array(MOST_ACTS)[loyalty] + 1)
        drawn: dict[str, Any] = {"loyalty": loyalty, "acts": acts}
        drawn |= {"first": dice.integers(0, 7 * (self.weeks - 30), self.people)}
        drawn |= {name: dice.random(size) for name in ("buy", "watch", "join")}
        drawn |= {f"{name}_day": dice.integers(0, 7, size) for name in ("buy", "watch", "join")}
        return drawn | {"amount": np.round(dice.gamma(2.0, 50.0, size), 2) + 1}

    def _lived(self, is_first_refused: bool) -> Life:
        drawn, size = self.drawn, (self.people, self.weeks)
        loyalty, starts = drawn["loyalty"], drawn["first"] // 7 + 1
        buys, watches = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        joined, was_refused = np.full(self.people, NEVER), np.zeros(self.people, dtype=bool)
        always_more = self.watchful * (drawn["join"] < 0.02).any(axis=1)
        for week in range(self.weeks):
            is_here, is_inside = week >= starts, joined < week
            buys[:, week] = is_here & (drawn["buy"][:, week] < np.array(BUY)[loyalty] + self.buy_more * is_inside)
            recent = buys[:, max(week - RECENT_WEEKS, 0) : week].any(axis=1)
            chance = np.array(JOIN)[loyalty] * (1 + self.join_sooner * recent)
            wish = is_here & (joined == NEVER) & (drawn["join"][:, week] < chance)
            if is_first_refused:
                refused = wish & ~was_refused
                was_refused |= refused
                wish &= ~refused
            joined[wish] = week
            more = self.watch_more * is_inside + always_more
            watches[:, week] = is_here & (drawn["watch"][:, week] < np.array(WATCH)[loyalty] + more)
        return Life(buys, watches, joined)

    def caused(self, outcome: str, window: int) -> float:
        """The mean effect of joining on who joined, of those whose window is over: yuan, or a share."""
        told, otherwise = self.lives
        last = (self.as_of - FIRST_DAY).days
        week = told.joined
        mine = (week < NEVER) & (7 * week + 7 + window - 1 <= last) & (week >= 4) & (7 * week > self.drawn["first"])
        began = (7 * week + 7)[mine, None]
        both = []
        for life in (told, otherwise):
            happened, name = (life.buys, "buy_day") if outcome == "spend" else (life.watches, "watch_day")
            day = 7 * np.arange(self.weeks) + self.drawn[name][mine]
            inside = happened[mine] & (day >= began) & (day < began + window)
            worth = inside * self.drawn["amount"][mine] if outcome == "spend" else inside
            both.append(worth.sum(axis=1) if outcome == "spend" else worth.any(axis=1))
        return float(np.mean(both[0]) - np.mean(both[1]))


@dataclass(frozen=True)
class Life:
    """What people did, by week, and the week in which they joined."""

    buys: np.ndarray
    watches: np.ndarray
    joined: np.ndarray


def fill(connection: Connection, world: Joining) -> None:
    """The world as the columns of core that statistics.uplift_units and uplift_panel read."""
    life, drawn = world.lives[0], world.drawn
    keys = np.array([f"p{number:06d}" for number in range(world.people)])
    seen = [_moment(day, 10) for day in drawn["first"]]
    joins = [None if w == NEVER else _moment(7 * w + drawn["join_day"][p, w], 12) for p, w in enumerate(life.joined)]
    orders = _happened(life.buys, drawn["buy_day"], keys)
    amounts = [float(drawn["amount"][person, week]) for person, week in np.argwhere(life.buys)]
    views = _happened(life.watches, drawn["watch_day"], keys)
    visits = [
        (person, moment + timedelta(seconds=7 * n))
        for person, moment, acts in zip(keys, seen, drawn["acts"], strict=True)
        for n in range(acts)
    ]
    put(connection, "seen", {"person_id": keys, "first_seen_at": seen, "private_at": joins})
    put(connection, "bought", {"person_id": [o[0] for o in orders], "paid_at": [o[1] for o in orders],
                               "net_amount": amounts})  # fmt: skip
    acts = [(*act, "product_click") for act in visits] + [(*view, "live_view") for view in views]
    put(connection, "acted", dict(zip(("person_id", "event_at", "event"), zip(*acts, strict=True), strict=True)))
    connection.execute("create or replace temp table inside (person_id varchar)")
    core_of(connection, FIRST_DAY, world.as_of)


def core_of(connection: Connection, first: date, last: date) -> None:
    """Core's columns from the temporary tables seen (person_id, first_seen_at, private_at), bought (person_id, paid_at,
    net_amount) and acted (person_id, event_at, event). A person in `inside` is a member at the first order whatever
    private_at says; where nobody is, who joined before it."""
    connection.execute(_CORE.format(first=first, last=last))


def put(connection: Connection, name: str, columns: dict[str, Any]) -> None:
    """Columns as a temporary table."""
    import pyarrow

    table = pyarrow.table({key: pyarrow.array(list(column)) for key, column in columns.items()})
    connection.register("given", table)
    connection.execute(f"create or replace temp table {name} as select * from given")
    connection.unregister("given")


def _moment(day: int, hour: int) -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=int(day), hours=hour)


def _happened(happened: np.ndarray, day: np.ndarray, keys: np.ndarray) -> list[tuple[str, datetime]]:
    places = np.argwhere(happened)
    return [(str(keys[person]), _moment(7 * week + day[person, week], 20)) for person, week in places]


_CORE = """
create schema if not exists core;
create or replace table core.orders as
select person_id, paid_at, cast(paid_at as date) as paid_date, cast(net_amount as decimal(18, 2)) as net_amount,
  row_number() over (partition by person_id order by paid_at) as order_no, true as is_first_in_day
from bought;
create or replace table core.people as
select s.person_id, s.first_seen_at, 'douyin' as first_platform, 'live' as first_channel, s.private_at,
  null::timestamp as followed_at, null::timestamp as fan_club_at, o.paid_at as first_order_at,
  'douyin' as first_order_platform,
  case
    when exists (from inside) then o.paid_at is not null and s.person_id in (from inside)
    else coalesce(s.private_at < o.paid_at, false)
  end as first_order_was_member
from seen as s left join (from core.orders where order_no = 1) as o on s.person_id = o.person_id;
create or replace table core.events as
select person_id, event, event_at, cast(event_at as date) as event_date, true as is_active from acted;
create or replace table core.event_words as
select 'product_click' as event, null::varchar as kind, 'click' as act
union all select 'live_view', null, 'watch';
create or replace table core.known as
select kind, 'douyin' as platform, date '{first}' as known_from, date '{last}' as known_until
from unnest(['orders', 'events', 'memberships']) as k (kind);
create or replace table core.as_of as select date '{last}' as as_of, date '{first}' as first_date;
create or replace table core.calendar as
select day::date as date, date_trunc('week', day)::date as week, null::varchar as festival
from generate_series(timestamp '{first}', timestamp '{last}', interval 1 day) as d (day);
"""
