"""The two questions, each in total and by several breakdowns at once, in every engine's own words; several ways of
asking each, of which the fastest is measured.

What belongs here: SQL and expressions, and what Siyu is asked. What does not: the questions by breakdown
(by_breakdown), opening databases (peers), timing (tasks).

Peers read orders whose buyers are already known, in the order in which they were paid: person_id (NULL or '' where
nobody knows the buyer), platform, order_id, paid_at, paid_date, paid_amount, is_kept, and where each came from
(channel, domain, live_session_id). Siyu reads facts, counted when core was built, or core.orders, whose rows know their
place in the buyer's history.
"""

from __future__ import annotations

from typing import Any

from bench import by_breakdown
from bench.by_breakdown import BY

QUESTIONS = {
    "retention": "weekly retention matrix",
    "repurchase": "repurchase within 30 days, by month",
    "retention_by": "weekly retention matrix, in total and by channel, domain and platform",
    "repurchase_by": "repurchase within 30 days, by month, in total and by channel, domain, platform and live session",
}

# name: (engine, ways of asking). Siyu first, the plain scan second, then the peers.
VARIANTS: dict[str, dict[str, tuple[str, list[str]]]] = {
    question: {
        "Siyu": ("siyu", ["metric"]),
        "plain grouped scan of core.orders": ("scan", ["scan"]),
        "DuckDB, join and count distinct": ("duckdb", ["join"]),
        "DuckDB, best by hand": ("duckdb", ["window", "lists", "aggregate"]),
        "ClickHouse": ("clickhouse", ["arrays", "join"]),
        "Polars": ("polars", ["groups", "join"]),
    }
    for question in ("retention", "repurchase")
} | {
    question: {
        "Siyu": ("siyu", ["metric"]),
        "plain grouped scan of core.orders": ("scan", ["scan"]),
        "DuckDB, best by hand": ("duckdb", ["lists", "window"]),
        "ClickHouse": ("clickhouse", ["arrays"]),
        "Polars": ("polars", ["groups"]),
    }
    for question in BY
}

SIYU: dict[str, tuple[str, dict[str, Any]]] = {
    "retention": ("retention", {"start": ["order"], "back": ["order"], "period": "week", "segments": ["all"]}),
    "repurchase": ("repurchase", {"windows": [30], "segments": ["all"]}),
    "retention_by": (
        "retention",
        {"start": ["order"], "back": ["order"], "period": "week", "segments": ["all", *BY["retention_by"]]},
    ),
    "repurchase_by": ("repurchase", {"windows": [30], "segments": ["all", *BY["repurchase_by"]]}),
}
SIYU_ANSWER = {
    "retention": "select cohort, period_no, returned from answer where returned > 0",
    "repurchase": "select cohort_month, buyers, mature_buyers, repeat_buyers from answer",
    "retention_by": "select segment_by, segment, cohort, period_no, returned from answer where returned > 0",
    "repurchase_by": "select segment_by, segment, cohort_month, buyers, mature_buyers, repeat_buyers from answer",
}

SCAN = {
    "retention": "select first_paid_date, paid_week, count(*) from core.orders where is_kept group by all",
    "repurchase": "select paid_date, next_purchase_date, count(*) from core.orders where order_no = 1 group by all",
    "retention_by": """
        select first_paid_date, paid_week, first_order_channel, first_order_domain, first_order_platform, count(*)
        from core.orders where is_kept group by all
    """,
    "repurchase_by": """
        select paid_date, next_purchase_date, channel, domain, platform, live_session_id, count(*)
        from core.orders where order_no = 1 group by all
    """,
}

_KEPT = "from orders where is_kept and person_id is not null"

DUCKDB = {
    ("retention", "join"): f"""
        with bought as (select person_id, cast(date_trunc('week', paid_date) as date) as week {_KEPT}),
        first as (select person_id, min(week) as cohort from bought group by person_id)
        select cohort, date_diff('day', cohort, week) // 7 as week_no, count(distinct person_id)
        from bought join first using (person_id) group by all
    """,
    ("retention", "window"): f"""
        select cohort, date_diff('day', cohort, week) // 7 as week_no, count(*) from (
            select week, min(week) over (partition by person_id) as cohort
            from (select distinct person_id, cast(date_trunc('week', paid_date) as date) as week {_KEPT})
        ) group by all
    """,
    ("retention", "lists"): f"""
        select cohort, date_diff('day', cohort, week) // 7 as week_no, count(*) from (
            select min(week) as cohort, unnest(list(distinct week)) as week
            from (select person_id, cast(date_trunc('week', paid_date) as date) as week {_KEPT}) group by person_id
        ) group by all
    """,
    ("retention", "aggregate"): f"""
        with weeks as materialized (
            select distinct person_id, cast(date_trunc('week', paid_date) as date) as week {_KEPT}
        ),
        first as (select person_id, min(week) as cohort from weeks group by person_id)
        select cohort, date_diff('day', cohort, week) // 7 as week_no, count(*)
        from weeks join first using (person_id) group by all
    """,
    ("repurchase", "join"): f"""
        with first as (select person_id, min(paid_date) as first_date {_KEPT} group by person_id)
        select date_trunc('month', first_date), count(distinct person_id),
            count(distinct person_id) filter (where first_date + 30 <= $as_of),
            count(distinct person_id) filter (
                where first_date + 30 <= $as_of and paid_date > first_date and paid_date <= first_date + 30)
        from (select person_id, paid_date {_KEPT}) join first using (person_id) group by all
    """,
    ("repurchase", "window"): f"""
        select date_trunc('month', paid_date), count(*), count(*) filter (where paid_date + 30 <= $as_of),
            count(*) filter (where paid_date + 30 <= $as_of and next_date <= paid_date + 30)
        from (
            select paid_date, row_number() over history as n, lead(paid_date) over history as next_date
            from (select distinct person_id, paid_date {_KEPT})
            window history as (partition by person_id order by paid_date)
        ) where n = 1 group by all
    """,
    ("repurchase", "lists"): f"""
        select date_trunc('month', days[1]), count(*), count(*) filter (where days[1] + 30 <= $as_of),
            count(*) filter (where days[1] + 30 <= $as_of and days[2] <= days[1] + 30)
        from (select list_sort(list(distinct paid_date)) as days {_KEPT} group by person_id) group by all
    """,
    ("repurchase", "aggregate"): f"""
        select date_trunc('month', days[1]), count(*), count(*) filter (where days[1] + 30 <= $as_of),
            count(*) filter (where days[1] + 30 <= $as_of and days[2] <= days[1] + 30)
        from (
            select min(paid_date, 2) as days from (select distinct person_id, paid_date {_KEPT}) group by person_id
        ) group by all
    """,
}

DUCKDB |= {(q, variant): by_breakdown.duckdb(q, variant) for q in BY for variant in ("lists", "window")}

_BOUGHT = "from orders where is_kept and person_id <> ''"

CLICKHOUSE = {
    ("retention", "arrays"): f"""
        select cohort, intDiv(week - cohort, 7) as week_no, count() from (
            select min(toMonday(paid_date)) as cohort, groupUniqArray(toMonday(paid_date)) as weeks
            {_BOUGHT} group by person_id
        ) array join weeks as week group by cohort, week_no
    """,
    ("retention", "join"): f"""
        select cohort, intDiv(week - cohort, 7) as week_no, count() from (
            select distinct person_id, toMonday(paid_date) as week {_BOUGHT}
        ) as w inner join (
            select person_id, min(toMonday(paid_date)) as cohort {_BOUGHT} group by person_id
        ) as f on w.person_id = f.person_id group by cohort, week_no
    """,
    ("repurchase", "arrays"): f"""
        select toStartOfMonth(days[1]) as month, count(), countIf(days[1] + 30 <= as_of),
            countIf(days[1] + 30 <= as_of and length(days) > 1 and days[2] <= days[1] + 30)
        from (select arraySort(groupUniqArray(paid_date)) as days {_BOUGHT} group by person_id)
        group by month
    """,
    ("repurchase", "join"): f"""
        select toStartOfMonth(first_date) as month, count(), countIf(first_date + 30 <= as_of),
            countIf(first_date + 30 <= as_of and is_repeat)
        from (
            select f.person_id, any(f.first_date) as first_date,
                max(o.paid_date > f.first_date and o.paid_date <= f.first_date + 30) as is_repeat
            from (select person_id, paid_date {_BOUGHT}) as o inner join (
                select person_id, min(paid_date) as first_date {_BOUGHT} group by person_id
            ) as f on o.person_id = f.person_id group by f.person_id
        ) group by month
    """,
}

CLICKHOUSE |= {(question, "arrays"): by_breakdown.clickhouse(question) for question in BY}


def polars_question(question: str, variant: str, parquet: str, as_of: Any) -> Any:
    """A lazy frame; nothing is read yet."""
    import polars as pl

    bought = pl.scan_parquet(parquet).filter(pl.col("is_kept") & pl.col("person_id").is_not_null())
    if question in BY:
        return by_breakdown.polars(question, bought, as_of)
    if question == "retention":
        return _polars_retention(bought.select("person_id", week=pl.col("paid_date").dt.truncate("1w")), variant)
    return _polars_repurchase(bought.select("person_id", "paid_date"), variant, as_of)


def _polars_retention(bought: Any, variant: str) -> Any:
    import polars as pl

    week, cohort = pl.col("week"), pl.col("cohort")
    if variant == "groups":
        weeks = bought.group_by("person_id").agg(week.unique(), week.min().alias("cohort")).explode("week")
    else:
        first = bought.group_by("person_id").agg(week.min().alias("cohort"))
        weeks = bought.unique().join(first, on="person_id")
    return weeks.group_by(cohort, ((week - cohort).dt.total_days() // 7).alias("week_no")).len()


def _polars_repurchase(bought: Any, variant: str, as_of: Any) -> Any:
    import polars as pl

    first, second, day = pl.col("first"), pl.col("second"), pl.col("paid_date")
    if variant == "groups":
        days = bought.group_by("person_id").agg(day.unique().sort().alias("days"))
        people = days.select(
            pl.col("days").list.get(0).alias("first"), pl.col("days").list.get(1, null_on_oob=True).alias("second")
        )
    else:
        start = bought.group_by("person_id").agg(day.min().alias("first"))
        later = (
            bought.join(start, on="person_id").filter(day > first).group_by("person_id").agg(day.min().alias("second"))
        )
        people = start.join(later, on="person_id", how="left")
    is_mature = first.dt.offset_by("30d") <= as_of
    is_repeat = (second <= first.dt.offset_by("30d")).fill_null(False)
    return people.group_by(first.dt.truncate("1mo").alias("month")).agg(
        pl.len().alias("buyers"), is_mature.sum().alias("mature"), (is_mature & is_repeat).sum().alias("repeat")
    )
