"""One cell whose number is known: exactly, as counted, and on average, as planted.

What belongs here: its shape, and the orders that more than one table counts. What does not: which cells (cells.py).
"""

from __future__ import annotations

import math

from pipelines.simulate.asking import Row

ALL = {"segment_by": "all", "segment": "all"}
# The orders that were paid for, by known people and by hidden ones.
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


def cell(table: str, where: Row, exact: Row, planted: Row | None = None, parameters: Row | None = None) -> Row:
    """A cell as truth.ABOUT tells it; `planted` only where the mean is known."""
    made = {"table": table, "parameters": parameters or {}, "where": where, "exact": exact}
    return made | ({"planted": planted} if planted else {})


def rate_of(rate: str, parts: list[tuple[int, float]], people: int) -> Row | None:
    """The planted mean of a rate over groups of (people, probability), and how much it scatters."""
    if not people:
        return None
    expected = sum(n * p for n, p in parts)
    error = math.sqrt(sum(n * p * (1 - p) for n, p in parts)) / people
    return {"rate": rate, "probability": expected / people, "standard_error": error}
