"""Column lineage: what a column is made of, by hand on a small SELECT, and no dead end in any table of assets."""

from __future__ import annotations

from pathlib import Path

from pipelines.catalogue import load_catalogue
from pipelines.lineage import column_lineage, lineage_of, trace
from pipelines.spec.header import Header
from pipelines.tables import Table

SQL = """
with kept as (select person_id, paid_amount - refund_amount as net, paid_date from core.orders where is_kept)
select p.first_channel as channel, sum(k.net) as amount, count(*) as orders, 'R3' as variant,
    max(date_diff('day', p.private_at, k.paid_date)) as days
from kept as k join core.people as p on p.person_id = k.person_id
group by p.first_channel
"""


def test_columns_are_followed_through_ctes_joins_and_aggregates() -> None:
    names = ["channel", "amount", "orders", "variant", "days"]
    header = Header.model_validate(
        {
            "title": {"zh": "手工", "en": "By hand"},
            "description": "A table by hand.",
            "grain": "channel",
            "columns": {name: {"type": "varchar", "zh": "列"} for name in names},
        }
    )
    table = Table("metrics", "by_hand", Path("by_hand.sql"), header, SQL)
    assert column_lineage(table) == {
        "channel": (("core.people", "first_channel"),),
        "amount": (("core.orders", "paid_amount"), ("core.orders", "refund_amount")),
        "orders": (),
        "variant": (),
        "days": (("core.orders", "paid_date"), ("core.people", "private_at")),
    }


def test_every_sql_table_has_lineage_that_ends_in_known_columns() -> None:
    catalogue = load_catalogue()
    for name, table in catalogue.items():
        found = lineage_of(name)
        assert set(found) == (set(table.columns) if table.text else set()), name
        for origins in found.values():
            # what runs record of themselves has no header
            known = ((one, column) for one, column in origins if not one.startswith("ops."))
            assert all(column in catalogue[upstream].columns for upstream, column in known), name


def test_the_way_back_reaches_the_files() -> None:
    steps = list(trace("metrics.repurchase", "repeat_buyers"))
    assert steps[0] == (0, ("metrics.repurchase", "repeat_buyers"))
    assert ("staging.orders", "paid_at") in [origin for _, origin in steps]
