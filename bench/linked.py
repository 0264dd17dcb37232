"""Ids and links of any number, and what brings them together: ours, networkx, igraph; each on the same two files.

What belongs here: the links, the way of each contender from these files to everybody's component, and a home whose
staging says the same. What does not: measuring (tasks), turns and ratios (identity.py).

An id is written as core writes it. Ten people have fifty ids: most have one or two, one has twenty; each person's ids
hang together in a chain. Three in a hundred are told apart from their other ids by no link. What takes the place of
these: families on one phone, links told twice by another way, and a few phones that thousands share.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (1, 1, 2, 2, 3, 3, 5, 5, 8, 20)
IDS_OF_TEN = sum(SIZES)
HUBS, HUB_LINKS = 20, 0.0002  # of all ids, by each hub
KINDS = ("any phone 12", "douyin open_id 36", "wecom external_userid 32", "taobao user_id 16", "wechat openid 28")

# Person p and which of their ids, by the id's number.
PEOPLE = f"""
    create table numbered as
        select n, 10 * (n // {IDS_OF_TEN}) + len(list_filter({{starts}}, lambda s: s <= n % {IDS_OF_TEN})) - 1 as person
        from range({{ids}}) as numbers (n)
"""
KEY = """
    replace(list_extract({kinds}, 1 + cast(n % {count} as bigint)), ' ', chr(31))
        || left(md5(concat('a', n)) || md5(concat('b', n)), list_extract({lengths}, 1 + cast(n % {count} as bigint)))
"""
IS_APART = "hash(person, 'apart') % 33 = 0"
LINKS = f"""
    create table pairs as
        select n - 1 as one, n as other from (
            select *, lag(person) over (order by n) = person as is_next from numbered
        ) where is_next and not {IS_APART}
        union all  -- a family: somebody's last id and the first of the next person
        select n, n + 1 from numbered where hash(n, 'family') % 60 = 0 and n + 1 < {{ids}}
        union all  -- told twice, by another way
        select n, n + 2 from numbered where person % 10 = 9 and hash(n, 'twice') % 50 = 0 and n + 2 < {{ids}}
        union all  -- a phone that many share
        select hub * ({{ids}} // {HUBS}), cast(hash(hub, nth) % {{ids}} as bigint)
        from range({HUBS}) as hubs (hub), range(cast({{ids}} * {HUB_LINKS} as bigint)) as several (nth)
"""


def write(folder: Path, ids: int) -> int:
    """ids.parquet (node) and links.parquet (one, other), in no order; returns the number of links."""
    import duckdb

    kinds = [kind.rstrip("0123456789") for kind in KINDS]
    key = KEY.format(kinds=kinds, lengths=[int(kind.split()[2]) for kind in KINDS], count=len(KINDS))
    starts = [sum(SIZES[:place]) for place in range(len(SIZES))]
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "making.duckdb")) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(PEOPLE.format(starts=starts, ids=ids))
        connection.execute(LINKS.format(ids=ids))
        connection.execute(f"create table keys as select n, {key} as node from numbered")
        connection.execute(f"copy (select node from keys order by hash(n)) to '{folder}/ids.parquet'")
        connection.execute(f"""
            copy (
                select least(a.node, b.node) as one, greatest(a.node, b.node) as other
                from pairs join keys a on a.n = pairs.one join keys b on b.n = pairs.other
                where pairs.one <> pairs.other order by hash(pairs.one, pairs.other)
            ) to '{folder}/links.parquet'
        """)
        [[links]] = connection.execute(f"select count(*) from '{folder}/links.parquet'").fetchall()
    (folder / "making.duckdb").unlink()
    return int(links)


def by_siyu(folder: Path) -> Any:
    """As core.identities has it: labels of what is linked, everybody else alone."""
    from pipelines.database import connect
    from pipelines.identity import components

    connection = connect()
    connection.execute(f"create temp table links as from '{folder}/links.parquet'")
    components.label(connection, "links")
    return connection.sql(f"""
        select node, coalesce(smallest, node) as component from '{folder}/ids.parquet' left join labels using (node)
    """).to_arrow_table()


def by_networkx(folder: Path) -> Any:
    """Straight from text, as its own pages do it."""
    import networkx
    import pyarrow
    from pyarrow import parquet

    graph = networkx.Graph()
    graph.add_nodes_from(parquet.read_table(folder / "ids.parquet")["node"].to_pylist())
    links = parquet.read_table(folder / "links.parquet")
    graph.add_edges_from(zip(links["one"].to_pylist(), links["other"].to_pylist(), strict=True))
    nodes: list[str] = []
    numbers: list[int] = []
    for number, part in enumerate(networkx.connected_components(graph)):
        nodes += part
        numbers += [number] * len(part)
    return pyarrow.table({"node": nodes, "component": numbers})


def by_igraph(folder: Path) -> Any:
    """Over numbers: pandas gives them, as igraph's own reader of names is many times slower."""
    import igraph
    import numpy
    import pandas
    import pyarrow
    from pyarrow import parquet

    nodes = parquet.read_table(folder / "ids.parquet")["node"]
    links = parquet.read_table(folder / "links.parquet")
    place = pandas.Index(nodes.to_pandas())
    pairs = numpy.column_stack([place.get_indexer(links[end].to_pandas()) for end in ("one", "other")])
    found = igraph.Graph(n=len(place), edges=pairs).connected_components(mode="weak").membership
    return pyarrow.table({"node": nodes, "component": found})


CONTENDERS: dict[str, Callable[[Path], Any]] = {
    "siyu": by_siyu,
    "networkx": by_networkx,
    "igraph": by_igraph,
}


def mark_of(found: Any) -> tuple[int, str]:
    """How many components, and one mark for who is with whom, whatever a component is called."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("found", found)
        rows = connection.execute("""
            with smallest as (select component, min(node) as first_node from found group by component)
            select (select count(*) from smallest),
                md5(concat(sum(cast(hash(node, first_node) % 1000000007 as hugeint)), ' ', count(*)))
            from found join smallest using (component)
        """).fetchall()
    count, mark = rows[0]
    return int(count), str(mark)[:16]


# The same ids and links as a merchant has them: a phone and an account stand on one order, two accounts in a file of
# links, and an account that nothing links was seen watching.
PART = "list_extract(string_split({end}, chr(31)), {n})"
ROWS = """
    create temp table told as select {one}, {other}, row_number() over () as n from '{folder}/links.parquet';
    insert into staging.orders by name
        select linked_platform as platform, concat('o', n) as order_id, linked_value as buyer_id,
            linked_type as buyer_id_type, id_value as phone_key, timestamp '2025-03-01' as paid_at, 10 as paid_amount,
            'completed' as status, 'orders' as file_source, 1 as file_id, timestamp '2025-04-01' as version_at
        from told where id_type = 'phone' and linked_type <> 'phone';
    insert into staging.identities by name
        select * exclude n, 'links' as file_source, 1 as file_id, timestamp '2025-04-01' as version_at
        from told where id_type <> 'phone' or linked_type = 'phone';
    create temp table alone as
        select node from '{folder}/ids.parquet' anti join (
            select one as node from '{folder}/links.parquet' union select other from '{folder}/links.parquet'
        ) using (node);
    insert into staging.events by name
        select platform, id_value as user_id, id_type as user_id_type, id_value as event_id, 'live_view' as event,
            timestamp '2025-03-02' as event_at, 'events' as file_source, 1 as file_id,
            timestamp '2025-04-01' as version_at
        from (select {alone} from alone);
    insert into ops.files by name select 1 as file_id, 'made' as path, 0 as rows_read;
"""


def make_home(folder: Path, home: Path) -> None:
    """A home whose staging holds these ids and links, and core nothing yet."""
    from pipelines.ingest.creating import create_staging
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    one, other, alone = (
        ", ".join(f"{PART.format(end=end, n=n)} as {name}" for n, name in enumerate(names, start=1))
        for end, names in (
            ("one", ("platform", "id_type", "id_value")),
            ("other", ("linked_platform", "linked_type", "linked_value")),
            ("node", ("platform", "id_type", "id_value")),
        )
    )
    home.mkdir(parents=True, exist_ok=True)
    with open_for_writing(load_settings(home)) as warehouse:
        create_staging(warehouse.connection)
        warehouse.connection.execute(ROWS.format(folder=folder, one=one, other=other, alone=alone))
