"""The two questions by several breakdowns at once, in every engine's own words.

What belongs here: SQL and expressions, each written for one pass over the people. What does not: the same questions in
total, and what Siyu is asked (questions), opening databases (peers), timing (tasks).

A breakdown is the value of the buyer's first order: of one moment the one of the smaller platform and number.
"""

from __future__ import annotations

from typing import Any

# Breakdowns of the first order, by the column that holds them.
BY = {
    "retention_by": {"channel": "channel", "domain": "domain", "platform": "platform"},
    "repurchase_by": {
        "channel": "channel",
        "domain": "domain",
        "platform": "platform",
        "live_session": "live_session_id",
    },
}
FIRST = "paid_at, platform, order_id"


def _segments(question: str) -> str:
    """segment_by and segment of a row of grouping sets; it reads the same in DuckDB and ClickHouse."""
    names = " ".join(f"when grouping({column}) = 0 then '{name}'" for name, column in BY[question].items())
    values = " ".join(f"when grouping({column}) = 0 then {column}" for column in BY[question].values())
    return f"case {names} else 'all' end as segment_by, case {values} else 'all' end as segment"


def _sets(question: str, *keys: str) -> str:
    listed = ", ".join(keys)
    return ", ".join([f"({listed})", *(f"({listed}, {column})" for column in BY[question].values())])


def _columns(question: str) -> str:
    return ", ".join(BY[question].values())


def duckdb(question: str, variant: str) -> str:
    """One SELECT. lists: an aggregate per person; window: rows numbered by person."""
    columns, segments = _columns(question), _segments(question)
    kept = "from orders where is_kept and person_id is not null"
    first = ", ".join(f"first.{column} as {column}" for column in BY[question].values())
    packed = ", ".join(f"{column} := {column}" for column in BY[question].values())
    week = "cast(date_trunc('week', paid_date) as date)"
    lists = f"""
        select min(paid_date) as first_date, list(distinct {{value}}) as found,
            arg_min(struct_pack({packed}), row({FIRST})) as first {kept} group by person_id
    """
    if question == "retention_by":
        per_person = {
            "lists": f"""
                select {week.replace("paid_date", "first_date")} as cohort, unnest(found) as week, {first}
                from ({lists.format(value=week)})
            """,
            "window": f"""
                select distinct person_id, {week} as week, min({week}) over (partition by person_id) as cohort,
                    {", ".join(f"first_value({c}) over history as {c}" for c in BY[question].values())}
                {kept} window history as (partition by person_id order by {FIRST})
            """,
        }
        return f"""
            select {segments}, cohort, date_diff('day', cohort, week) // 7 as week_no, count(*)
            from ({per_person[variant]}) group by grouping sets ({_sets(question, "cohort", "week")})
        """
    per_person = {
        "lists": f"""
            select first_date, list_sort(found)[2] as next_date, {first} from ({lists.format(value="paid_date")})
        """,
        "window": f"""
            select paid_date as first_date, next_date, {columns} from (
                select paid_date, {columns}, row_number() over history as n, min(paid_date) over (
                    partition by person_id order by paid_date
                    range between interval 1 day following and unbounded following) as next_date
                {kept} window history as (partition by person_id order by {FIRST})
            ) where n = 1
        """,
    }
    return f"""
        select {segments}, month, count(*), count(*) filter (where first_date + 30 <= $as_of),
            count(*) filter (where first_date + 30 <= $as_of and next_date <= first_date + 30)
        from (select *, date_trunc('month', first_date) as month from ({per_person[variant]}))
        group by grouping sets ({_sets(question, "month")})
    """


def clickhouse(question: str) -> str:
    """One SELECT over an aggregate per person."""
    bought = "from orders where is_kept and person_id <> ''"
    first = ", ".join(f"tupleElement(first, {n}) as {c}" for n, c in enumerate(BY[question].values(), 1))
    value = "toMonday(paid_date)" if question == "retention_by" else "paid_date"
    per_person = f"""
        select arraySort(groupUniqArray({value})) as found, argMin(({_columns(question)}), ({FIRST})) as first
        {bought} group by person_id
    """
    if question == "retention_by":
        return f"""
            select {_segments(question)}, cohort, intDiv(week - cohort, 7) as week_no, count() from (
                select found[1] as cohort, week, {first} from ({per_person}) array join found as week
            ) group by grouping sets ({_sets(question, "cohort", "week")})
        """
    return f"""
        select {_segments(question)}, month, count(), countIf(found[1] + 30 <= as_of),
            countIf(found[1] + 30 <= as_of and length(found) > 1 and found[2] <= found[1] + 30)
        from (select found, toStartOfMonth(found[1]) as month, {first} from ({per_person}))
        group by grouping sets ({_sets(question, "month")})
    """


def polars(question: str, bought: Any, as_of: Any) -> Any:
    """A lazy frame: an aggregate per person, and of it one grouping per breakdown."""
    import polars as pl

    day = pl.col("paid_date")
    value = day.dt.truncate("1w") if question == "retention_by" else day
    order = [pl.col(name) for name in FIRST.split(", ")]
    people = bought.group_by("person_id").agg(
        value.unique().sort().alias("found"),
        *(pl.col(column).sort_by(order).first() for column in BY[question].values()),
    )
    if question == "retention_by":
        rows = people.with_columns(cohort=pl.col("found").list.first()).explode("found")
        keys = [pl.col("cohort"), ((pl.col("found") - pl.col("cohort")).dt.total_days() // 7).alias("week_no")]
        counts = [pl.len().alias("people")]
    else:
        first, second = pl.col("found").list.get(0), pl.col("found").list.get(1, null_on_oob=True)
        rows, keys = people, [first.dt.truncate("1mo").alias("month")]
        mature, repeat = first.dt.offset_by("30d") <= as_of, (second <= first.dt.offset_by("30d")).fill_null(False)
        counts = [pl.len().alias("buyers"), mature.sum().alias("mature"), (mature & repeat).sum().alias("repeat")]
    sets = {"all": pl.lit("all")} | {name: pl.col(column) for name, column in BY[question].items()}
    return pl.concat(
        rows.group_by(pl.lit(name).alias("segment_by"), segment.alias("segment"), *keys).agg(counts)
        for name, segment in sets.items()
    )
