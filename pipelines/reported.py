"""ops.reports and ops.reported_figures: what each published report said of each day, kept where it first said so.

What belongs here: the two tables, and taking a day out of them. What does not: filling them (restated.py), comparing
what was said with what is said now (assets/metrics/restatements.sql), which figures are kept (assets/reported).

They cannot be made again from landing, so `--full` leaves them, a forgotten person's warehouse is written anew with
them, and a warehouse that was lost takes them over from the snapshot. They hold sums and counts, of no person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.forgotten import ORDER

if TYPE_CHECKING:
    from pipelines.database import Connection

CAUSES = ("definition_change", "identity_change", "refund_change", "status_change", "file_change")
# One row a figure that a report was the first to say so; `…_change`: by cause, what of it is another than the last
# report's; NULL where no report had said anything of the day, or the two could not be compared.
MADE = f"""
    create table if not exists ops.reports (run_id varchar, reported_at timestamp, as_of date, definition varchar);
    create table if not exists ops.reported_figures (
        run_id varchar, metric varchar, date date, segment_by varchar, segment varchar, value decimal(18, 2),
        {", ".join(f"{cause} decimal(18, 2)" for cause in CAUSES)});
    comment on table ops.reports is 'Published reports: when, up to which day, by which definitions';
    comment on table ops.reported_figures is 'What reports said, each figure where it was first said';
"""


def forget_days(connection: Connection) -> None:
    """Takes out the days on which the ids and orders in temp table gone bought: what such a day's sums were and are
    would tell what they paid. Where core does not say which days these are, all days."""
    built = "select count(*) from duckdb_tables() where database_name = current_database() and schema_name = 'core' "
    (found,) = connection.execute(built + "and table_name in ('orders', 'identities')").fetchall()[0]
    if found < 2:
        connection.execute("delete from ops.reported_figures")
        return
    connection.execute(
        """
        delete from ops.reported_figures where date in (
            select o.paid_date from core.orders as o where o.person_id in (
                select i.person_id from core.identities as i
                semi join temp.main.gone as g
                    on i.platform = g.platform and i.id_type = g.kind and i.id_value = g.value)
            union
            select o.paid_date from core.orders as o
            semi join temp.main.gone as g on g.kind = ? and o.platform = g.platform and o.order_id = g.bare)
        """,
        [ORDER],
    )
