"""truth.json: what was planted, what was written, and in which cell of which metric each of it must be found again.

What belongs here: the shape of that file and plain counts. What does not: probabilities (`chances.py`), cells of
metrics (`cells.py`), the process (`planted.py`, `tables/*.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.simulate import chances, planted
from pipelines.simulate.asking import Row, World
from pipelines.simulate.cells import cells
from pipelines.simulate.platform_files import COMPASS_COUNTS

if TYPE_CHECKING:
    from pipelines.database import Connection

PHONE_PREFIX = 3  # digits; what truth.json splits a phone after
ABOUT = (
    "What is true of this demo merchant. `metrics` lists cells of metric tables: build the table with `parameters` "
    "(its defaults where none are given), keep the rows that match `where`, add up the columns named in `exact` over "
    "what is left (all cohorts): the sums must be equal. `planted.probability` is what `planted.rate` estimates; over "
    "repeated seeds it scatters by `planted.standard_error`. `files` lists every file with its data lines, the lines "
    "to be refused by reason, cells to be set aside (or remarked on) while their row stays, exact repetitions of "
    "lines, and why a file as a whole cannot be loaded. `people` gives every id that landing shows (platform/kind/id, "
    "of a phone its ending) by the person whose it truly is: ids of two people are never one person, and ids of one "
    "may be told as two where no file links them (`unlinked`); `crossed` lists who watched a live session, came into a "
    "WeCom group and bought on Taobao and in the mini-program. `phones` gives every phone that landing shows in full, "
    "as prefix and endings, so that this file itself holds none. `sources` lists the files made of a mapping's sample: "
    "what they tell, how many copies, and of a shop's orders how many, of how many people, for how much. "
    "`platform_counts` says what the platform counts beside paid and kept orders in its own figures of a day."
)


def tell(connection: Connection, merchant: Row, last_day: date, files: dict[str, Row], sources: dict[str, Row]) -> Row:
    """The whole truth as one JSON-able object. `sources`: what the files made of samples tell, by source."""
    world = World(connection, last_day)
    return {
        "about": ABOUT,
        "merchant": merchant,
        "planted": _planted(date.fromisoformat(merchant["first_day"]), last_day),
        "counts": _counts(world),
        "metrics": list(cells(world)),
        "causal": _causal(world),
        "people": _people(world),
        "unlinked": _unlinked(world),
        "crossed": _crossed(world),
        "phones": _phones(world),
        "sources": _sources(world, sources),
        "platform_counts": {"douyin": COMPASS_COUNTS},
        "dirty": _dirty(files),
        "files": files,
    }


def _planted(first_day: date, last_day: date) -> Row:
    def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Row]:
        return [dict(zip(columns, row, strict=True)) for row in rows]

    return {
        "loyalty": table(planted.LOYALTY_COLUMNS, planted.LOYALTY),
        "channels": table(planted.CHANNEL_COLUMNS, planted.CHANNELS),
        "doors": table(planted.DOOR_COLUMNS, planted.DOORS),
        "groups": table(planted.GROUP_COLUMNS, planted.GROUPS),
        "wecom_groups": table(planted.WECOM_GROUP_COLUMNS, planted.WECOM_GROUPS),
        "shops": table(("platform", "share"), planted.SHOPS),
        "order_entries": table(planted.ENTRY_COLUMNS, planted.ENTRIES),
        "festivals": table(("festival", "starts", "ends", "traffic"), planted.festivals(first_day, last_day)),
        "ladder": chances.ladder(),
        "repurchase": "P(second purchase within d days) = again × (1 − exp(−d / gap_days)), again being again_member "
        "for who is inside the private domain at the first order; the third purchase is made with third_purchase, each "
        "later one with later_purchase, after exponential gaps of later_gap_days",
        "membership": "P(still inside after day d) = (1 − first_day_leave) × (1 − daily_leave)^d",
        "numbers": planted.numbers(),
    }


def _counts(world: World) -> Row:
    """How many of each thing the year held; people as a pipeline without a fault tells them apart."""
    people = world.one(
        """
        select count(*) as people, count(*) filter (where is_silent) as silent_people,
          count(public_at) as touched_in_public, count(followed_at) as followers, count(club_at) as fan_club,
          count(private_at) as private_people, count(first_order_at) as buyers, count(second_order_at) as repeat_buyers
        from world.milestones
        """
    )
    rest = world.one(
        """
        select (select count(*) from world.items as i inner join world.orders as o using (order_no)
            where o.shop = 'douyin') as items,  -- elsewhere no file tells lines
          (select count(*) from world.stays) as joins, (select count(left_at) from world.stays) as leaves,
          (select count(*) from world.crossers) as wecom_contacts,
          (select count(*) from world.wecom_stays where kind = 'group') as wecom_group_joins,
          (select count(*) from world.people where home <> 'douyin') as second_accounts_nothing_links,
          (select count(*) from planted.sessions) as live_sessions, (select count(*) from planted.groups) as groups,
          (select count(*) from world.list_members) as list_members,
          (select count(*) from world.pushes) as pushes, (select count(*) from world.identities) as identity_links,
          (select count(*) from world.events where is_webhook) as webhook_joins,
          (select count(*) from world.people where is_hidden) as hidden_people,
          (select count(*) from world.buyers where used_second_account) as people_with_two_accounts,
          (select count(*) from world.buyers where is_hub) as buyers_on_the_hub_phone
        """
    )
    orders = world.counted("select kind, count(*) from world.orders group by kind order by kind")
    cases = world.counted(
        "select reason || case when is_closed then '_closed' else '_open' end as state, count(*) "
        "from world.refunds as r inner join world.orders as o using (order_no) "
        "where o.shop = 'douyin' group by state order by state"  # elsewhere no file tells cases
    )
    events = world.counted("select event, count(*) from world.events group by event order by event")
    by_platform, by_shop = (_orders_by(world, column) for column in ("platform", "shop"))
    orders_told = {"orders": orders, "orders_by_platform": by_platform, "orders_by_shop": by_shop}
    told = world.counted("select event, count(*) from world.told group by event order by event")
    return people | rest | orders_told | {"after_sale_cases": cases, "events": events, "events_told_elsewhere": told}


def _orders_by(world: World, column: str) -> dict[str, Row]:
    """How many orders of each kind, by platform or by shop (whose file tells them)."""
    found: dict[str, Row] = {}
    for row in world.rows(f"select {column} as place, kind, count(*) as n from world.orders group by all order by all"):
        found.setdefault(row["place"], {})[row["kind"]] = row["n"]
    return found


def _sources(world: World, sources: dict[str, Row]) -> dict[str, Row]:
    """What each file made of a sample tells; of a shop's orders, how many they are, of whom, and what was paid."""
    rows = world.rows(
        """
        select o.shop, o.platform, count(*) as orders, count(distinct o.person) as buyers,
          yuan(cast(sum(i.paid_fen) as bigint)) as paid_amount
        from world.orders as o inner join world.items as i on o.order_no = i.order_no
        where o.shop not in ('douyin', 'taobao', 'wechat') group by all order by all
        """
    )
    shops = {row.pop("shop"): row for row in rows}
    return {name: told | shops.get(name, {}) for name, told in sources.items()}


def _causal(world: World) -> Row:
    """What membership at the first order truly adds to buying again in 90 days, and what a naive comparison says."""
    rows = world.rows(
        """
        select m.loyalty, m.was_member, count(*) as buyers,
          case when m.was_member then l.again_member else l.again end as again
        from world.milestones as m inner join planted.loyalty as l on m.loyalty = l.loyalty
        where m.first_order_date + 90 <= $last_day group by all order by m.loyalty, m.was_member
        """
    )
    within = chances.repeat_within(90)

    def mean(is_member: bool) -> float:
        mine = [row for row in rows if row["was_member"] is is_member]
        return sum(row["buyers"] * row["again"] for row in mine) * within / max(sum(row["buyers"] for row in mine), 1)

    return {
        "treatment": "inside the private domain at the first order: was_member of core.orders where order_no = 1",
        "outcome": "a second purchase within 90 days of the first (R3)",
        "true_effect": planted.MEMBER_EFFECT * within,
        "true_effect_by_days": {
            str(days): planted.MEMBER_EFFECT * chances.repeat_within(days) for days in (30, 90, 180)
        },
        "true_effect_ever": planted.MEMBER_EFFECT,
        "naive_difference": mean(True) - mean(False),
        "confounder": "loyalty raises following, joining and repurchase; given loyalty, membership at the first order "
        "is independent of what would have happened. It shows exactly in the number of events of the first visit (the "
        "first 50 seconds from the first touch): 1-2 casual, 3-4 regular, 5-7 loyal; silent buyers have none",
        "strata": rows,
        "metric": "private_uplift where outcome = 'repurchase' (naive_difference, effect); repurchase by membership "
        "shows the naive one. Of its other outcomes only signs are planted: who joins is likelier to order at all, "
        "and members watch more; joining after the first order changes no purchase",
    }


def _people(world: World) -> dict[str, list[str]]:
    """Every id that landing shows, by the person whose it truly is."""
    rows = world.rows(
        f"""
        select owner, list(
          platform || '/' || id_type || '/' || id_value[case id_type when 'phone' then {PHONE_PREFIX + 1} else 1 end:]
          order by person, platform, id_type, id_value
        ) as ids
        from world.accounts group by owner order by owner
        """
    )
    return {str(row["owner"]): row["ids"] for row in rows}


def _unlinked(world: World) -> list[str]:
    """Of these ids those of second accounts that no file links with their person's others."""
    rows = world.rows(
        "select concat_ws('/', platform, id_type, id_value) as id from world.accounts where person <> owner order by id"
    )
    return [row["id"] for row in rows]


def _crossed(world: World) -> list[int]:
    """Who watched a live session on Douyin, came into a WeCom group, and bought on Taobao and in the mini-program."""
    rows = world.rows(
        """
        select person from world.crossers
        where person in (select person from world.events where event = 'live_view')
          and person in (select person from world.wecom_stays where kind = 'group')
          and person in (select person from world.orders where shop = 'taobao' and kind = 'kept')
          and person in (select person from world.orders where shop = 'wechat' and kind = 'kept')
        order by person
        """
    )
    return [row["person"] for row in rows]


def _phones(world: World) -> Row:
    """Phones shown in full somewhere in landing, split so that a search for them does not find this file."""
    rows = world.rows(
        """
        select distinct phone from (
          select phone from world.buyers where phone_shown = 'full'
          union all
          select id_value from world.accounts where id_type = 'phone'
        ) order by phone
        """
    )
    phones = [row["phone"] for row in rows]
    return {"prefix": phones[0][:PHONE_PREFIX], "endings": [phone[PHONE_PREFIX:] for phone in phones]}


def _dirty(files: dict[str, Row]) -> Row:
    """Totals over all files."""
    rows: dict[str, int] = {}
    for file in files.values():
        for reason, count in file["dirty_rows"].items():
            rows[reason] = rows.get(reason, 0) + count
    return {
        "rows": dict(sorted(rows.items())),
        "cells": sum(sum(file["dirty_cells"].values()) for file in files.values()),
        "repeated_rows": sum(file["repeated_rows"] for file in files.values()),
        "refused_files": sum(file["refused"] is not None for file in files.values()),
        "duplicate_files": sum(file["is_duplicate"] for file in files.values()),
    }
