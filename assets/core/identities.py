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
  person_id:     {type: varchar, zh: 人, description: NULL for a cut hub}
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
# A phone on more than `identity_hub_limit` ids (a courier, a shop's own number, brushed orders) says nothing about who
# somebody is: it is cut, joins nobody, and is reported with method hub_cut.

from pipelines.imports import hollow
from pipelines.platforms import shop_scope_sql

PERSON_ID = "left(replace(replace(to_base64(unhex(md5({key}))), '+', '-'), '/', '_'), 12)"
NODE_KEY = "concat_ws(chr(31), {a}platform, {a}id_type, {a}id_value)"
NODE = "platform, id_type, id_value"

BUYER_NODES = """
    select case when buyer_id_type = 'phone' then 'any' else platform end as platform, buyer_id_type as id_type,
        buyer_id as id_value, coalesce(paid_at, ordered_at) as seen_at, platform as order_platform, order_id
    from {orders} where buyer_id is not null
    union all
    select 'any', 'phone', phone_key, coalesce(paid_at, ordered_at), platform, order_id
    from {orders} where phone_key is not null
"""
EVENT_NODES = """
    select case when user_id_type = 'phone' then 'any' else platform end as platform, user_id_type as id_type,
        user_id as id_value, event_at as seen_at
    from {events}
"""
# What is asked of an order to say who its people are.
NEAR = (
    "platform, order_shop, order_id, shop_id, file_source, buyer_id, buyer_id_type, phone_key, ordered_at, paid_at, "
    "is_known"
)
TOUCHED_ORDERS = "(select * from staging.orders semi join touched_keys using (platform, order_id))"
# A phone belongs to no platform, whatever platform's file told it.
LINKS = """
    select * replace (
        case when id_type = 'phone' then 'any' else platform end as platform,
        case when linked_type = 'phone' then 'any' else linked_platform end as linked_platform)
    from {links}
"""
LINK_NODES = """
    select platform, id_type, id_value, observed_at as seen_at from {links}
    union all
    select linked_platform, linked_type, linked_value, observed_at from {links}
"""


# The rows of core.identities for every node of touched_now.
FOUND = f"""
    select n.platform, n.id_type, n.id_value,
        case when h.node is null then {PERSON_ID.format(key="coalesce(l.smallest, n.node)")} end as person_id,
        case when h.node is not null then 'hub_cut' when d.is_linked then 'link'
            when l.node is not null then 'phone' else 'shared_id' end as method,
        n.first_seen_at, coalesce(d.linked_ids, 0) as linked_ids
    from (select *, {NODE_KEY.format(a="")} as node from touched_now) n
    left join labels l using (node) left join degrees d using (node) left join hubs h using (node)
"""


def build(connection, settings, core_pass):
    """Brings core.identities up to the pass and writes which nodes, people and orders the pass touches.

    Everything dated after as_of is left out. The touched sets are closed: they hold every id, event and order of every
    touched person, old and new, so that each later table may delete and insert by them alone.
    """
    _views_up_to(connection, core_pass.as_of)
    before = None if core_pass.is_full else _last_done(connection)
    if before is None:
        _all_nodes(connection)
        _components(connection, settings.identity_hub_limit)
        connection.execute(f"create or replace table core.identities as {FOUND}")
        connection.execute("drop view orders_near; drop view links_near")
    else:
        _touched_nodes(connection, before, core_pass.as_of)
        _components(connection, settings.identity_hub_limit)
        connection.execute(f"create or replace temp table found as {FOUND}")
        _replace_touched(connection, core_pass.number)
        connection.execute("drop table orders_near; drop table links_near")
    _forget_superseded(connection, core_pass.number)


# An order id names one order of a shop; a copy without a shop is of the one shop that knows the id, as in orders.sql.
PLACED_ORDERS = f"""
    select o.*, coalesce(nullif({shop_scope_sql("o.platform", "o.shop_id")}, ''), h.only_shop, '') as order_shop
    from staging.orders o left join (
        select platform, order_id, min(shop_id) as only_shop from staging.orders
        where {shop_scope_sql("platform", "shop_id")} <> '' group by all having count(distinct shop_id) = 1
    ) h using (platform, order_id)
"""


def _views_up_to(connection, as_of):
    """What the data says up to as_of; a row without a date counts from the start."""
    limit = f"date '{as_of}' + 1"
    connection.execute(f"""
        create or replace temp view placed_orders as
            select *, coalesce(coalesce(paid_at, ordered_at) < {limit}, true) as is_known from ({PLACED_ORDERS});
        create or replace temp view known_orders as select * from placed_orders where is_known;
        create or replace temp view known_events as select * from staging.events where event_at < {limit};
        create or replace temp view known_links as
            {LINKS.format(links="staging.identities")} where observed_at is null or observed_at < {limit};
    """)


def _last_done(connection):
    """(watermark, as_of) of the pass that core.identities was last brought up to; None before the first."""
    done = connection.execute("""
        select p.watermark, p.as_of from ops.core_passes p join ops.table_state t using (pass_no)
        where t.table_name = 'core.identities'
    """).fetchall()
    return done[0] if done else None


def _all_nodes(connection):
    connection.execute(f"""
        create or replace temp table touched_now as
        select {NODE}, min(seen_at) as first_seen_at from (
            select {NODE}, seen_at from ({BUYER_NODES.format(orders="known_orders")})
            union all {EVENT_NODES.format(events="known_events")}
            union all {LINK_NODES.format(links="known_links")}
        ) group by {NODE};
        create or replace temp view orders_near as select * from known_orders;
        create or replace temp view links_near as select * from known_links;
    """)


def _touched_nodes(connection, before, as_of):
    """Ids named by rows that came, went, or came into view since the last pass, and all ids of their people."""
    watermark, seen_until = before
    _changed_rows(connection, watermark, seen_until, as_of)
    connection.execute(f"""
        create or replace temp table touched_keys as
            select distinct platform, order_id from changed_orders
            union select distinct platform, order_id from changed_refunds;
        create or replace temp table named as
            select distinct {NODE} from (
                select {NODE} from ({BUYER_NODES.format(orders="changed_orders")})
                union all select {NODE} from ({EVENT_NODES.format(events="changed_events")})
                union all select {NODE} from ({LINK_NODES.format(links=f"({LINKS.format(links='changed_links')})")})
                union all select case when buyer_id_type = 'phone' then 'any' else platform end, buyer_id_type, buyer_id
                from changed_refunds where buyer_id is not null
                union all select {NODE} from ({BUYER_NODES.format(orders=TOUCHED_ORDERS)})
            );
    """)
    _close(connection)
    connection.execute(f"""
        create or replace temp table touched_ids as select {NODE} from named;
        create or replace temp table orders_near as select * from orders_of_touched where is_known;
        create or replace temp table links_near as
            select l.* from known_links l semi join touched_ids n using ({NODE})
            union
            select l.* from known_links l semi join touched_ids n
            on l.linked_platform = n.platform and l.linked_type = n.id_type and l.linked_value = n.id_value;
        create or replace temp table touched_now as
        select {NODE}, min(seen_at) as first_seen_at from (
            select {NODE}, seen_at from ({BUYER_NODES.format(orders="orders_near")})
            union all
            select e.* from ({EVENT_NODES.format(events="known_events")}) e semi join touched_ids using ({NODE})
            union all {LINK_NODES.format(links="links_near")}
        ) semi join touched_ids using ({NODE}) group by {NODE};
    """)


def _close(connection):
    """Lets `named` grow until it holds every id of every touched person, and of whoever shares a link or an order
    number with one: later tables make whole numbers anew, and whole histories of their buyers.

    A cut phone joins nobody, so the orders that name it are of the touched ones only where it is itself touched.
    """
    while True:
        connection.execute(f"""
            create or replace temp table old_people as
                select distinct person_id from core.identities semi join named using ({NODE})
                where person_id is not null;
            insert into named
                select {NODE} from core.identities semi join old_people using (person_id) anti join named using ({NODE})
        """)
        if _grown(connection, LINKED):
            continue
        connection.execute(f"""
            create or replace temp table orders_of_touched as
                select {NEAR} from placed_orders o semi join named n
                on n.id_value = o.buyer_id and n.id_type = o.buyer_id_type
                    and n.platform = case when o.buyer_id_type = 'phone' then 'any' else o.platform end
                union
                select {NEAR} from placed_orders o semi join (select * from named where id_type = 'phone') n
                on n.id_value = o.phone_key;
            create or replace temp table touched_numbers as
                select platform, order_id from touched_keys
                union select platform, order_id from orders_of_touched
                union select r.platform, r.order_id from staging.refunds r semi join named n
                    on n.id_type = r.buyer_id_type and n.id_value = r.buyer_id
                        and n.platform = case when r.buyer_id_type = 'phone' then 'any' else r.platform end;
            create or replace temp table copies as
                select platform, order_id, buyer_id, buyer_id_type, phone_key, paid_at, ordered_at
                from staging.orders semi join touched_numbers using (platform, order_id)
        """)
        if not _grown(connection, NAMED_BY_COPIES):
            return


LINKED = """
    select linked_platform as platform, linked_type as id_type, linked_value as id_value
    from known_links semi join named using (platform, id_type, id_value)
    union select l.platform, l.id_type, l.id_value from known_links l semi join named n
        on l.linked_platform = n.platform and l.linked_type = n.id_type and l.linked_value = n.id_value
"""
NAMED_BY_COPIES = f"""
    select {NODE} from ({BUYER_NODES.format(orders="copies")})
    anti join (select {NODE} from core.identities where method = 'hub_cut') using ({NODE})
"""


def _grown(connection, nodes):
    """How many nodes that were not named yet are so now."""
    grown = f"insert into named select distinct {NODE} from ({nodes}) anti join named using ({NODE})"
    return connection.execute(grown).fetchall()[0][0]


def _changed_rows(connection, watermark, seen_until, as_of):
    """Per staging table: rows loaded or replaced since the watermark, and rows that the new as_of brings into view."""
    dated = {
        "orders": ("paid_at", "ordered_at"),
        "refunds": ("refunded_at",),
        "events": ("event_at",),
        "identities": ("observed_at",),
    }
    view = {"identities": "changed_links"}
    for table, moments in dated.items():
        # each condition by itself, so that DuckDB passes over what was stored before
        parts = [f"file_id > {watermark}"]
        for place, moment in enumerate(moments):
            in_view = f"{moment} >= date '{seen_until}' + 1 and {moment} < date '{as_of}' + 1"
            parts.append(" and ".join([f"file_id <= {watermark}", *(f"{m} is null" for m in moments[:place]), in_view]))
        rows = " union all ".join(f"select * from staging.{table} where {part}" for part in parts)
        connection.execute(f"""
            create or replace temp table {view.get(table, "changed_" + table)} as
            {rows}
            union all by name
            select * exclude (superseded_by) from superseded.{table} where superseded_by > {watermark}
        """)
    connection.execute(f"""
        insert into changed_events by name
        select e.* from staging.events e semi join (
            select platform, group_id from staging.groups where file_id > {watermark}
            union select platform, group_id from superseded.groups where superseded_by > {watermark}
        ) g using (platform, group_id)
    """)


def _components(connection, hub_limit):
    """All that FOUND needs, for every node of temp.touched_now."""
    a, b = NODE_KEY.format(a="a."), NODE_KEY.format(a="b.")
    connection.execute(f"""
        -- one source tells an order of a shop once; see orders.sql
        create or replace temp table several as
            select platform, order_shop, order_id from orders_near semi join (
                select platform from orders_near group by platform
                having count(distinct file_source) > 1
                    or max(order_shop) <> '' and count(*) > count(nullif(shop_id, ''))
            ) using (platform) group by all having count(*) > 1;
        create or replace temp table joining as
            select * replace (concat_ws(chr(31), order_shop, order_id) as order_id) from (
                select * from orders_near where buyer_id is not null and phone_key is not null
                union all
                select * from orders_near semi join several using (platform, order_shop, order_id)
                where buyer_id is null or phone_key is null
            );
        create or replace temp table told as
            select distinct {NODE}, order_platform, order_id from ({BUYER_NODES.format(orders="joining")});
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
            select node from degrees where starts_with(node, 'any' || chr(31) || 'phone') and linked_ids > {hub_limit}
            -- a neighbour outside the touched people can only be a phone that was cut before
            union select node from degrees where node not in (select {NODE_KEY.format(a="")} from touched_now);
        create or replace temp table kept_edges as
            select one, other from edges
            where one not in (select node from hubs) and other not in (select node from hubs);
    """)
    _label(connection)


def _label(connection):
    """temp.labels(node, smallest): each linked node with the smallest node of its component, by scipy."""
    connection.execute("""
        create or replace temp table numbered as
            select node, row_number() over (order by node) - 1 as place
            from (select one as node from kept_edges union select other from kept_edges);
    """)
    pairs = connection.execute("""
        select a.place as one, b.place as other from kept_edges e
        join numbered a on a.node = e.one join numbered b on b.node = e.other
    """).fetchnumpy()
    size = connection.execute("select count(*) from numbered").fetchall()[0][0]
    if size:
        _register_labels(connection, pairs, size)
    else:
        connection.execute("create or replace temp table components (place bigint, component bigint)")
    connection.execute("""
        create or replace temp table labels as
            select node, min(node) over (partition by component) as smallest
            from numbered join components using (place)
    """)


def _register_labels(connection, pairs, size):
    import numpy
    import pyarrow

    hollow("scipy.sparse.csgraph")  # by itself it imports linear algebra too
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((numpy.ones(len(pairs["one"]), dtype=numpy.int8), (pairs["one"], pairs["other"])), (size, size))
    _, component = connected_components(links, directed=False)
    arrow = pyarrow.table({"place": numpy.arange(size, dtype=numpy.int64), "component": component.astype(numpy.int64)})
    connection.register("component_numbers", arrow)
    connection.execute("create or replace temp table components as select * from component_numbers")
    connection.unregister("component_numbers")


def _replace_touched(connection, pass_no):
    connection.execute(f"""
        delete from core.identities i using temp.main.touched_ids n
            where i.platform = n.platform and i.id_type = n.id_type and i.id_value = n.id_value;
        insert into core.identities select * from temp.main.found;
        insert into ops.touched_nodes select {pass_no}, {NODE} from temp.main.touched_ids;
        insert into ops.touched_people
            select distinct {pass_no}, person_id from (
                select person_id from temp.main.old_people union select person_id from temp.main.found
            ) where person_id is not null;
        insert into ops.touched_orders
            select {pass_no}, platform, order_id from temp.main.touched_numbers;
    """)


def _forget_superseded(connection, pass_no):
    """Replaced rows have done their work: they told which people a correction touched."""
    watermark = connection.execute("select watermark from ops.core_passes where pass_no = ?", [pass_no]).fetchall()[0][
        0
    ]
    # On another day (`siyu metric --as-of`) these are views of a published snapshot, where nothing is ever deleted.
    own = "database_name = current_database() and schema_name = 'superseded'"
    tables = connection.execute(f"select table_name from duckdb_tables() where {own}")
    for (table,) in tables.fetchall():
        connection.execute(f"delete from superseded.{table} where superseded_by <= {watermark}")
