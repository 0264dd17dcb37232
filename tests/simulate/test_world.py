"""The planted process is what the world follows, and the same generator makes orders by the million."""

import math
from datetime import date

import duckdb
import pytest

from pipelines.ingest.staging import load_staging
from pipelines.simulate import chances, generate_orders, planted, world, write_order_export
from pipelines.simulate.asking import World
from pipelines.simulate.cells import cells

PEOPLE = 12_000


@pytest.fixture(scope="module")
def year():
    with duckdb.connect() as connection:
        world.generate(connection, people=PEOPLE)
        yield World(connection, planted.LAST_DAY)


def test_planted_rates_come_out_within_their_sampling_error(year):
    errors = {}
    for cell in cells(year):
        rate = cell.get("planted")
        if rate and " / " in rate["rate"] and rate["standard_error"] > 0:
            over, under = rate["rate"].split(" / ")
            found = cell["exact"][over] / cell["exact"][under]
            errors[str((cell["table"], cell["where"]))] = (found - rate["probability"]) / rate["standard_error"]
    assert len(errors) > 50
    assert {name: error for name, error in errors.items() if abs(error) > 4} == {}
    # Cells overlap, so they are not independent; still, on average they must not be off by more than chance.
    assert math.sqrt(sum(error**2 for error in errors.values()) / len(errors)) < 1.5


def test_leaving_follows_the_planted_hazards(year):
    rows = year.rows(
        """
        select g.first_day_leave, g.daily_leave, count(*) as stays,
          count(*) filter (where cast(left_at as date) = cast(joined_at as date)) as first_day,
          count(*) filter (where cast(left_at as date) > cast(joined_at as date)) as later,
          sum(date_diff('day', cast(joined_at as date), coalesce(cast(left_at as date), $last_day))) as days
        from world.memberships as m inner join planted.groups as g on m.group_no = g.group_no group by all
        """
    )
    for row in rows:
        expected = row["stays"] * row["first_day_leave"]
        assert abs(row["first_day"] - expected) < 4 * math.sqrt(expected) + 1
        expected = float(row["days"]) * row["daily_leave"]
        assert abs(row["later"] - expected) < 4 * math.sqrt(expected) + 1


def test_who_was_inside_at_the_first_order_is_who_got_the_effect(year):
    assert year.rows(
        "select m.person from world.milestones as m inner join world.first_orders as f on m.person = f.person "
        "where m.was_member <> f.was_member"
    ) == []  # fmt: skip


def test_who_crosses_joins_after_every_planted_window_and_buys_as_often(year):
    """So nothing planted changes: they come into WeCom late, and buy elsewhere what they would have bought anyway."""
    late = year.one(
        "select min(date_diff('day', cast(touched_at as date), cast(added_at as date))) as soonest, count(*) as people "
        "from world.crossers as c inner join world.people as p on c.person = p.person"
    )
    assert late["soonest"] >= 95
    assert late["people"] > 500
    assert year.rows(
        "select person, purchase_no from world.orders where kind = 'kept' group by all "
        "having count(distinct platform) > 1 or (purchase_no = 1 and bool_or(platform <> 'douyin') "
        "and person not in (select person from world.people where home <> 'douyin'))"
    ) == []  # fmt: skip
    # of them those that still other shops tell of are Taobao's and the mini-program's: no share of their own
    bought = year.counted(
        "select platform, count(*) from world.orders where purchase_no > 1 and kind = 'kept' and order_no % 4 = 0 "
        "and person in (select person from world.crossers) group by platform"
    )
    total = sum(bought.values())
    for platform, share in planted.SHOPS:
        assert abs(bought[platform] - total * share) < 4 * math.sqrt(total * share * (1 - share))


def test_who_left_a_wecom_group_is_told_by_the_next_list(year):
    stays = year.rows("select joined_at, truly_left_at, left_at from world.wecom_stays where kind = 'group'")
    lists = [row["taken_at"] for row in year.rows("select taken_at from world.lists order by taken_at")]
    assert len(lists) == 4
    assert sum(stay["left_at"] is not None for stay in stays) > 20
    for stay in stays:
        seen = [
            at for at in lists if stay["joined_at"] < at and (not stay["truly_left_at"] or at < stay["truly_left_at"])
        ]
        missed = [at for at in lists if stay["truly_left_at"] and at > stay["truly_left_at"]]
        told = missed[0] if missed and missed[0].date() <= planted.LAST_DAY else None
        assert seen
        assert stay["left_at"] == told


def test_naive_comparison_overstates_the_true_effect(year):
    strata = year.rows(
        "select loyalty, avg(cast(was_member as integer)) as members from world.milestones "
        "where first_order_at is not null and not is_silent group by loyalty"
    )
    members = {row["loyalty"]: row["members"] for row in strata}
    assert members["casual"] < members["regular"] < members["loyal"]


def test_loyalty_shows_in_the_acts_of_the_first_visit(year):
    rows = year.rows(
        """
        select p.loyalty, min(a.acts) as fewest, max(a.acts) as most from (
          select p.person, count(*) as acts from world.people as p
          inner join world.events as e on p.person = e.person and e.event_at < p.touched_at + interval 50 second
          group by p.person
        ) as a inner join world.people as p on a.person = p.person group by p.loyalty
        """
    )
    assert {row["loyalty"]: (row["fewest"], row["most"]) for row in rows} == {
        "casual": (1, 2), "regular": (3, 4), "loyal": (5, 7),
    }  # fmt: skip


def test_festivals_lift_traffic(year):
    by_day = year.counted("select cast(touched_at as date), count(*) from world.people group by all")
    festivals = planted.festivals(planted.FIRST_DAY, planted.LAST_DAY)
    name, starts, ends, _ = festivals[2]
    inside = [by_day.get(day, 0) for day in by_day if starts <= day <= ends]
    before = [by_day.get(day, 0) for day in by_day if day < festivals[0][1]]
    assert name == "double_11"
    assert sum(inside) / 23 > 1.8 * sum(before) / 38


def test_festivals_are_those_of_the_calendar_whichever_the_year():
    """年货节 of the lunar new years of 29 January 2025 and 17 February 2026, and nothing outside the days."""
    assert planted.festivals(date(2025, 1, 1), date(2025, 6, 4)) == [
        ("new_year_goods", date(2025, 1, 1), date(2025, 1, 24), 1.9),
        ("38", date(2025, 3, 1), date(2025, 3, 8), 1.7),
        ("618", date(2025, 5, 31), date(2025, 6, 20), 2.2),
    ]
    names = [name for name, *_ in planted.festivals(planted.FIRST_DAY, planted.LAST_DAY)]
    assert names == ["818", "99", "double_11", "double_12", "new_year_goods", "38", "618"]


def test_doors_shares_and_rooms_add_up():
    for state in {door[0] for door in planted.DOORS}:
        assert sum(door[2] for door in planted.DOORS if door[0] == state) < 1
    assert all(math.isclose(sum(door[3:]), 1) for door in planted.DOORS)
    assert math.isclose(sum(row[1] for row in planted.LOYALTY), 1)
    assert math.isclose(sum(row[1] for row in planted.CHANNELS), 1)
    assert all(math.isclose(row[10] - row[9], planted.MEMBER_EFFECT) for row in planted.LOYALTY)
    assert 0 < chances.ladder()["live"]["first_order"] < chances.ladder()["live"]["private"] < 1


def test_the_seed_decides_the_year():
    digests = []
    for seed in (7, 8):
        with duckdb.connect() as connection:
            generate_orders(connection, 1000, seed=seed)
            digests.append(connection.execute("select sum(hash(o)) from generated.orders as o").fetchall())
    assert digests[0] != digests[1]


def test_generated_orders_are_exactly_as_many_and_named_as_staging():
    with duckdb.connect() as connection:
        generate_orders(connection, 3000, items=True)
        columns = [row[0] for row in connection.execute("describe generated.orders").fetchall()]
        staging = [column.stored_as for column in load_staging()["orders"].columns.values()]
        assert set(columns) == set(staging)
        assert connection.execute(
            "select count(*), count(distinct order_id), count(*) filter (where status <> 'unpaid' and paid_at is null)"
            " from generated.orders"
        ).fetchall() == [(3000, 3000, 0)]
        assert connection.execute(
            "select count(*) from (select order_id, sum(paid_amount) as total from generated.items group by order_id) "
            "full join generated.orders as o using (order_id) where o.paid_amount is distinct from total"
        ).fetchall() == [(0,)]
        assert connection.execute(
            "select count(*) from duckdb_tables() where schema_name in ('world', 'planted')"
        ).fetchall() == [(0,)]


def test_an_order_export_of_a_wanted_size(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.simulate.bulk.EXPORT_PEOPLE", 1000)
    with duckdb.connect() as connection:
        rows = write_order_export(connection, tmp_path / "by_rows.csv", rows=100)
        more = write_order_export(connection, tmp_path / "by_size.csv", size=1_000_000)
    assert len((tmp_path / "by_rows.csv").read_text(encoding="utf-8").splitlines()) - 1 == rows == 100
    lines = (tmp_path / "by_size.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert (tmp_path / "by_size.csv").stat().st_size == pytest.approx(1_000_000, rel=0.02)
    assert len({line.split(",")[1] for line in lines}) == len(lines) == more > 1000
    assert {line.count(",") for line in lines} <= {74, 75, 76}  # an amount may hold a thousands comma


def test_many_buyers_buy_again_as_planted():
    with duckdb.connect() as connection:
        generate_orders(connection, 40_000)
        buyers, again = connection.execute(
            """
            with bought as (
              select buyer_id, row_number() over (partition by buyer_id order by paid_at) as k
              from generated.orders where status = 'completed'
            )

            select count(distinct buyer_id), count(distinct buyer_id) filter (where k > 1) from bought
            """
        ).fetchall()[0]
    assert 0.25 < again / buyers < 0.5
