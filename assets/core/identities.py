"""
title: {zh: 身份, en: Identities}
description: |
  Which ids are one person. Ids are joined by an exact shared id, by a full phone on one order, or by a link the
  merchant gave; connected components over all of these.
description_zh: 哪些账号是同一个人：同一账号、同一订单上的完整手机号、或商家给出的对应关系；取连通分量。
grain: platform, id_type, id_value
reads: [staging.events, staging.identities, staging.orders, staging.refunds, staging.groups]
columns:
  platform:      {type: varchar, zh: 平台, description: 'any for a phone, which belongs to no platform'}
  id_type:       {type: varchar, zh: 账号类型}
  id_value:      {type: varchar, zh: 账号, description: a phone only as its keyed hash}
  person_id:     {type: varchar, zh: 人, description: NULL for a phone that is a cut hub}
  method:        {type: varchar, zh: 依据, description: 'link, phone, shared_id (it stands alone), or hub_cut'}
  first_seen_at: {type: timestamp, zh: 首次出现}
  linked_ids:    {type: bigint, unit: id, zh: 直接相连的账号数}
checks:
  - unique: [platform, id_type, id_value]
  - not_null: [platform, id_type, id_value, method]
  - in_set: {column: method, values: [shared_id, phone, link, hub_cut]}
"""

# One person's id is the hash of the smallest of their ids, so it depends on the data alone, not on when it came. It may
# change when two people turn out to be one; the old and the new id are then both among the touched people.
#
# An id that touches more than `identity_hub_limit` others says nothing about who somebody is: it is cut, joins nobody,
# and is reported with method hub_cut. A phone (a courier's, a shop's own, of brushed orders) is then nobody's. An
# account stays one person's, who stands alone: it bought for many others, or a file of links is wrong.

from pipelines.identity import touched
from pipelines.identity.touched import NODE
from pipelines.platforms import shop_scope_sql

PERSON_ID = "left(replace(replace(to_base64(unhex(md5({key}))), '+', '-'), '/', '_'), 12)"
NODE_KEY = "concat_ws(chr(31), {a}platform, {a}id_type, {a}id_value)"
# A phone belongs to no platform, whatever platform's file told it.
PLATFORM = "case when {id_type} = 'phone' then 'any' else platform end"
BUYER = f"{PLATFORM.format(id_type='buyer_id_type')} as platform, buyer_id_type as id_type, buyer_id as id_value"


def of_orders(orders, *also):
    """The ids that orders name: their buyer and a full phone. `also`: columns of the orders to stand beside them."""
    told = ", ".join(["coalesce(paid_at, ordered_at) as seen_at", "platform as order_platform", "order_id", *also])
    return f"""
        select {BUYER}, {told} from {orders} where buyer_id is not null
        union all
        select 'any', 'phone', phone_key, {told} from {orders} where phone_key is not null
    """


def of_refunds(refunds):
    """The ids that refunds name; they are of nobody whom no order, event or link names."""
    told = "refunded_at as seen_at, platform as order_platform, order_id"
    return f"select {BUYER}, {told} from {refunds} where buyer_id is not null"


def of_events(events):
    """The ids that events name."""
    user = f"{PLATFORM.format(id_type='user_id_type')} as platform, user_id_type as id_type, user_id as id_value"
    return f"select {user}, event_at as seen_at from {events}"


def of_links(links):
    """Both ends of links()."""
    return f"""
        select platform, id_type, id_value, observed_at as seen_at from {links}
        union all
        select linked_platform, linked_type, linked_value, observed_at from {links}
    """


def links(table):
    """The merchant's links that still count, whose ends are compared as other ids are."""
    return f"""(
        select * replace (
            {PLATFORM.format(id_type="id_type")} as platform,
            case when linked_type = 'phone' then 'any' else linked_platform end as linked_platform)
        from {table} where not coalesce(is_withdrawn, false)
    )"""


NAMING = touched.Naming(orders=of_orders, refunds=of_refunds, events=of_events, link_ends=of_links, links=links)


def placed(orders):
    """Orders with the shop whose number theirs is: a copy without a shop is of the one that knows it, as in orders.sql.

    `orders` holds all copies of its order numbers, or none.
    """
    return f"""
        select o.*, coalesce(nullif({shop_scope_sql("o.platform", "o.shop_id")}, ''), h.only_shop, '') as order_shop
        from {orders} o left join (
            select platform, order_id, min(shop_id) as only_shop from {orders}
            where {shop_scope_sql("platform", "shop_id")} <> '' group by all having count(distinct shop_id) = 1
        ) h using (platform, order_id)
    """


# The rows of core.identities for every node of nodes_now.
FOUND = f"""
    select n.platform, n.id_type, n.id_value,
        case when h.node is null or n.id_type <> 'phone' then {PERSON_ID.format(key="coalesce(l.smallest, n.node)")} end
            as person_id,
        case when h.node is not null then 'hub_cut' when d.is_linked then 'link'
            when l.node is not null then 'phone' else 'shared_id' end as method,
        n.first_seen_at, coalesce(d.linked_ids, 0) as linked_ids
    from (select *, {NODE_KEY.format(a="")} as node from nodes_now) n
    left join labels l using (node) left join degrees d using (node) left join hubs h using (node)
"""


def build(connection, settings, core_pass, engine):
    """Brings core.identities up to the pass and writes which nodes, people and orders the pass touches.

    Everything dated after as_of is left out. The touched sets are closed (see touched.touch), so that each later table
    may delete and insert by them alone.
    """
    _known(connection, core_pass.as_of)
    since = None if core_pass.is_full else touched.last_done(connection)
    if since is None:
        _all_near(connection)
        _join(connection, settings.identity_hub_limit)
        engine.label("kept_edges")
        connection.execute(f"create or replace table core.identities as {FOUND}")
        connection.execute("drop view orders_near; drop view links_near; drop view events_near")
    else:
        touched.touch(connection, NAMING, since, core_pass.as_of)
        _touched_near(connection)
        _join(connection, settings.identity_hub_limit, asked=f"semi join touched_ids using ({NODE})")
        engine.label("kept_edges")
        connection.execute(f"create or replace temp table found as {FOUND}")
        touched.exchange(connection, "temp.main.found", core_pass.number)
        connection.execute("drop table orders_near; drop table links_near; drop table events_near")
    touched.forget_superseded(connection, core_pass.number)


def _known(connection, as_of):
    """What the data says up to as_of; a row without a date counts from the start."""
    limit = f"date '{as_of}' + 1"
    connection.execute(f"""
        create or replace temp macro is_known(seen_at) as coalesce(seen_at < {limit}, true);
        create or replace temp view known_links as
            select * from {links("staging.identities")} where is_known(observed_at);
        create or replace temp view known_events as select * from staging.events where event_at < {limit};
    """)


def _all_near(connection):
    connection.execute(f"""
        create or replace temp view orders_near as
            select * from ({placed("staging.orders")}) where is_known(coalesce(paid_at, ordered_at));
        create or replace temp view links_near as select * from known_links;
        create or replace temp view events_near as {of_events("known_events")};
    """)


def _touched_near(connection):
    """What says who the touched ids are; a cut phone's orders only where it is itself touched."""
    connection.execute(f"""
        create or replace temp table placed_copies as
            select *, row_number() over () as place from ({placed("copies")})
            where is_known(coalesce(paid_at, ordered_at));
        create or replace temp table orders_near as
            select * from placed_copies semi join (
                select place from ({of_orders("placed_copies", "place")}) semi join touched_ids using ({NODE})
            ) using (place);
        create or replace temp table links_near as
            select l.* from known_links l semi join touched_ids using ({NODE})
            union
            select l.* from known_links l semi join touched_ids n
            on l.linked_platform = n.platform and l.linked_type = n.id_type and l.linked_value = n.id_value;
        create or replace temp table events_near as
            select * from ({of_events("known_events")}) semi join touched_ids using ({NODE});
    """)


def _join(connection, hub_limit, asked=""):
    """What FOUND needs but for labels: the nodes that are near (and asked for), and in kept_edges what joins them."""
    a, b = NODE_KEY.format(a="a."), NODE_KEY.format(a="b.")
    connection.execute(f"""
        create or replace temp table nodes_now as
            select {NODE}, min(seen_at) as first_seen_at from (
                select {NODE}, seen_at from ({of_orders("orders_near")})
                union all select {NODE}, seen_at from events_near
                union all select {NODE}, seen_at from ({of_links("links_near")})
            ) {asked} group by {NODE};
        -- one source tells an order of a shop once; see orders.sql
        create or replace temp table several as
            select platform, order_shop, order_id from orders_near semi join (
                select platform from orders_near group by platform
                having count(distinct file_source) > 1
                    or max(order_shop) <> '' and count(*) > count(nullif(shop_id, ''))
            ) using (platform) group by all having count(*) > 1;
        create or replace temp table joining as
            select platform, concat_ws(chr(31), order_shop, order_id) as order_id, buyer_id_type, buyer_id, phone_key,
                paid_at, ordered_at
            from (
                select * from orders_near where buyer_id is not null and phone_key is not null
                union all
                select * from orders_near semi join several using (platform, order_shop, order_id)
                where buyer_id is null or phone_key is null
            );
        create or replace temp table told as
            select distinct {NODE}, order_platform, order_id from ({of_orders("joining")});
        create or replace temp table edges as
            select distinct {a} as one, {b} as other, 'phone' as method
            from told a join told b using (order_platform, order_id) where {a} < {b}
            union
            select distinct least(one, other), greatest(one, other), 'link' from (
                select concat_ws(chr(31), platform, id_type, id_value) as one,
                    concat_ws(chr(31), linked_platform, linked_type, linked_value) as other from links_near
            ) where one <> other;
        create or replace temp table degrees as
            select node, count(distinct neighbour) as linked_ids, bool_or(method = 'link') as is_linked from (
                select one as node, other as neighbour, method from edges
                union all select other, one, method from edges
            ) group by node;
        create or replace temp table hubs as
            select node from degrees where linked_ids > {hub_limit}
            -- a neighbour that nothing is asked of can only be a phone that was cut before
            union select node from degrees where node not in (select {NODE_KEY.format(a="")} from nodes_now);
        create or replace temp table kept_edges as
            select one, other from edges
            where one not in (select node from hubs) and other not in (select node from hubs);
    """)
