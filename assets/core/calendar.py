"""
title: {zh: 日历, en: Calendar}
description: >-
  Every day from the one before the first in the data to 400 days after as_of, with its week, festival and holiday.
  Festivals are those of assets/core/festivals.csv, and the merchant's campaigns of the kind festival: one that is
  named as a festival of the table gives its days of that year in place of the table's; any other of at most 60 days
  is a festival of its own on the days that no other has.
description_zh: >-
  从最早数据日的前一天到数据日期之后 400 天，每天一行：周、月、大促、节假日。
  大促取 assets/core/festivals.csv，以及营销活动表里类型为大促的活动：
  与内置大促同名的，当年以活动日期为准；其他不超过 60 天的自成一个大促，只占没有别的大促的日子。
grain: date
reads: [core.as_of, staging.campaigns]
columns:
  date:          {type: date, zh: 日期}
  week:          {type: date, zh: 周, description: "first day of its week, by the setting week_starts"}
  week_sunday:   {type: date, zh: 周（周日起）, description: first day of its week when weeks start on Sunday}
  month:         {type: date, zh: 月}
  quarter:       {type: date, zh: 季度}
  year:          {type: bigint, zh: 年}
  day_of_week:   {type: bigint, zh: 星期, description: Monday is 1}
  festival:      {type: varchar, zh: 大促, description: "id of a sales festival, or a campaign's name; else NULL"}
  festival_name: {type: varchar, zh: 大促名称}
  is_holiday:    {type: boolean, zh: 是否法定假日}
  is_workday:    {type: boolean, zh: 是否工作日, description: make-up workdays count as far as announced}
  is_announced:  {type: boolean, zh: 调休是否已公布, description: false while its make-up workdays are unknown}
  is_complete:   {type: boolean, zh: 是否已结束, description: the day is over at as_of}
  utc_offset_seconds:
    {type: bigint, unit: second, zh: 时区偏移, description: business time minus UTC as the day begins}
  utc_offset_changes_at:
    type: timestamp
    zh: 时区偏移变更时刻
    description: >-
      business time from which the other offset holds, as daylight saving begins or ends; NULL on other days
  utc_offset_seconds_after: {type: bigint, unit: second, zh: 变更后的时区偏移}
checks:
  - unique: [date]
  - not_null: [date, week, month]
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.festivals import load_festivals
from pipelines.imports import hollow

AHEAD_DAYS = 400
LONGEST_CAMPAIGN_DAYS = 60  # what is said to last longer is no festival, and nothing would be an ordinary day


def build(connection, settings, core_pass, engine):
    """The calendar as a table; dates from core.as_of, holidays of mainland China from the library holidays."""
    import pandas as pd

    first = connection.execute("select first_date from core.as_of").fetchall()[0][0] or core_pass.as_of
    first -= timedelta(days=1)
    last = core_pass.as_of + timedelta(days=AHEAD_DAYS)
    years = range(first.year, last.year + 2)
    free, working, announced, spring = holidays_of(years)
    festivals = festival_days(years, spring, campaigns_of(connection))
    rows, zone = [], ZoneInfo(settings.timezone)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        festival = festivals.get(day, (None, None))
        rows.append(
            {
                "date": day,
                "festival": festival[0],
                "festival_name": festival[1],
                "is_holiday": day in free,
                "is_workday": day in working or (day.isoweekday() < 6 and day not in free),
                "is_announced": day.year in announced,
                **utc_offsets(day, zone),
            }
        )
    frame = pd.DataFrame(rows).astype({"festival": "string", "festival_name": "string", "after": "Int64"})
    frame["changes_at"] = pd.to_datetime(frame["changes_at"])
    connection.register("calendar_days", frame)
    connection.execute(
        """
        create or replace table core.calendar as
        select
            cast(date as date) as date,
            case when $sunday then cast(date_trunc('week', cast(date as date) + 1) as date) - 1
                else cast(date_trunc('week', cast(date as date)) as date) end as week,
            cast(date_trunc('week', cast(date as date) + 1) as date) - 1 as week_sunday,
            cast(date_trunc('month', cast(date as date)) as date) as month,
            cast(date_trunc('quarter', cast(date as date)) as date) as quarter,
            cast(year(date) as bigint) as year,
            cast(isodow(date) as bigint) as day_of_week,
            cast(festival as varchar) as festival,
            cast(festival_name as varchar) as festival_name,
            is_holiday, is_workday, is_announced,
            cast(date as date) <= $as_of as is_complete,
            cast(utc_offset as bigint) as utc_offset_seconds,
            cast(changes_at as timestamp) as utc_offset_changes_at,
            cast("after" as bigint) as utc_offset_seconds_after
        from calendar_days
        order by date
        """,
        {"sunday": settings.week_starts == "sunday", "as_of": core_pass.as_of},
    )
    connection.unregister("calendar_days")


def holidays_of(years):
    """Days off, make-up workdays, the years whose make-up workdays the library knows, each year's spring festival."""
    hollow("holidays.countries")  # by itself it imports every country there is
    import holidays

    china = holidays.country_holidays("CN", years=list(years), language="en_US")
    working = set(getattr(china, "weekend_workdays", ()))
    spring = {}
    for day in sorted(china.get_named("(Spring Festival)")):
        spring.setdefault(day.year, day)
    return set(china), working, {day.year for day in working}, spring


def utc_offsets(day, zone):
    """The offset from UTC with which a day begins; on a day that changes it, from when on and to what.

    An hour that is told twice has the first of its two offsets, one that is left out the one before.
    """
    start = datetime.combine(day, time(), zone)
    before, after = start.utcoffset(), datetime.combine(day + timedelta(days=1), time(), zone).utcoffset()
    told = {"utc_offset": before.total_seconds(), "changes_at": None, "after": None}
    if before == after:
        return told
    first, last = start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=26)
    while last - first > timedelta(seconds=1):
        middle = first + (last - first) / 2
        first, last = (middle, last) if middle.astimezone(zone).utcoffset() == before else (first, middle)
    moment = last.replace(microsecond=0, tzinfo=None)
    return told | {"changes_at": moment + max(before, after), "after": after.total_seconds()}


def campaigns_of(connection):
    """The merchant's own festivals: (name, first day, last day), the last one included."""
    rows = connection.execute(
        """
        select distinct trim(name), cast(starts_at as date), cast(coalesce(ends_at, starts_at) as date)
        from staging.campaigns
        where kind = 'festival' and starts_at is not null and starts_at <= coalesce(ends_at, starts_at)
        order by all
        """
    ).fetchall()
    return [(name, first, last) for name, first, last in rows if (last - first).days < LONGEST_CAMPAIGN_DAYS]


def festival_days(years, lunar_new_years, campaigns=()):
    """{date: (festival, name)} from festivals.csv and from campaigns (name, first day, last day)."""
    days, known = {}, {}
    for one in load_festivals():
        known |= {one.festival: one, one.zh: one}
        named = [stretch for name, *stretch in campaigns if name in (one.festival, one.zh)]
        for year in years:
            own = [(first, last) for first, last in named if last.year == year]
            for first, last in own or [one.days(year, lunar_new_years[year])]:
                days |= dict.fromkeys(days_between(first, last), (one.festival, one.zh))
    for name, first, last in campaigns:
        if name not in known:
            days = dict.fromkeys(days_between(first, last), (name, name)) | days
    return days


def days_between(first, last):
    """Every day of a stretch, the last one included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
