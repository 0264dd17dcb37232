"""Components on Spark, by SQL alone, are scipy's on one machine."""

from __future__ import annotations

import random
from itertools import pairwise

from pipelines.database import connect
from pipelines.engines.spark import SparkTables
from pipelines.identity import components, stars


def test_components_are_the_same_on_both(spark: SparkTables) -> None:
    """Small components, a hub and a chain whose names are in no order."""
    chance = random.Random(3)
    names = [f"n{number:04}" for number in range(400)]
    chance.shuffle(names)
    few = [(chance.choice(names[:200]), chance.choice(names[:200])) for _ in range(90)]
    hub = [(names[200], leaf) for leaf in names[201:260]]
    chain = list(pairwise(names[260:301]))
    connection = connect()
    connection.execute("create table core.some_edges (one varchar, other varchar)")
    connection.executemany(
        "insert into core.some_edges values (?, ?)", [edge for edge in [*few, *hub, *chain] if edge[0] != edge[1]]
    )
    components.label(connection, "core.some_edges")
    spark.load(connection, "core.some_edges")
    stars.label(spark, "core.some_edges", "core.some_labels")
    connection.execute(f"create temp table by_spark as {spark.made('core.some_labels')}")
    assert connection.execute("select count(*) from labels").fetchall()[0][0] > 200
    for one, other in (("labels", "by_spark"), ("by_spark", "labels")):
        only = f"select node, smallest from {one} except select node, smallest from {other}"
        assert connection.execute(only).fetchall() == []
