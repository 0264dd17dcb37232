"""The whole demo merchant: its figures against the truth that was planted when it was made.

truth.json names cells of metric tables, what they must hold exactly (counted over the made-up world, not over files), and the
probability that a rate estimates with its standard error. See its key `about`.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict

import pytest

from pipelines.ingest.sources import shipped_sources
from pipelines.privacy import load_key, phone_key
from pipelines.settings import load_settings
from pipelines.warehouse import open_warehouse

# Of a thousand cells three lie further out than this by chance; the seed is fixed, so a cell that passes keeps passing.
FURTHEST_STANDARD_ERRORS = 4


@pytest.fixture(scope="module")
def cells(demo_home):
    """Each cell with the sums found in the published snapshot: (cell, {column: sum})."""
    told = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["metrics"]
    asked = defaultdict(list)
    for cell in told:
        asked[cell["table"], json.dumps(cell["parameters"])].append(cell)
    found = []
    with open_warehouse(demo_home) as snapshot:
        for (table, parameters), mine in asked.items():
            rows = snapshot.metric(table, **json.loads(parameters)).to_dict("records")
            found += [(cell, sums(rows, cell["where"], {*cell["exact"], *rate_of(cell)})) for cell in mine]
    return found


def rate_of(cell):
    """The columns of a cell's planted rate: numerator and denominator, or the one column that is the rate."""
    return cell["planted"]["rate"].split(" / ") if "planted" in cell else []


def sums(rows, where, columns):
    """Sums of columns over the rows that match; None where there are none or one is NULL throughout."""
    matching = [row for row in rows if all(equal(row[key], value) for key, value in where.items())]
    return {column: total(row[column] for row in matching) for column in columns}


def equal(found, wanted):
    """truth.json writes dates as text."""
    return found == wanted or str(found).removesuffix(" 00:00:00") == str(wanted)


def total(values):
    known = [float(value) for value in values if value is not None and value == value]
    return sum(known) if known else None


def name(cell):
    return f"{cell['table']} {cell['parameters'] or ''} {cell['where']}"


def test_every_metric_with_a_truth_is_met(cells):
    tables = {cell["table"] for cell, _ in cells}
    assert tables >= {
        "public_to_private", "conversion", "group_entry", "membership_survival", "repurchase", "order_ladder", "retention",
        "daily_summary", "live_performance", "identity_quality", "repurchase_curve", "repurchase_period", "group_health",
    }  # fmt: skip
    assert len(cells) > 100


MILESTONES = {
    "people": "count(*)",
    "touched_in_public": "count(first_public_at)",
    "followers": "count(followed_at)",
    "fan_club": "count(fan_club_at)",
    "private_people": "count(private_at)",
    "buyers": "count(first_order_at)",
    "repeat_buyers": "count(second_order_at)",
}


def test_people_are_as_many_as_were_planted(demo_home):
    """Nobody merged who is two, nobody two who is one, no milestone lost."""
    counts = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["counts"]
    sums = ", ".join(f"{sql} as {name}" for name, sql in MILESTONES.items())
    with open_warehouse(demo_home) as snapshot:
        found = snapshot.sql(f"select {sums} from core.people").to_dict("records")[0]
    assert found == {name: counts[name] for name in MILESTONES}


@pytest.fixture(scope="module")
def told_people(demo_home):
    """Each id with the person whose it truly is and the one whose Siyu says it is: [(id, true person, told person)].

    A phone stands in core as its keyed hash; a parcel station's phone is nobody's and stands in neither.
    """
    truth = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))
    key, prefix = load_key(load_settings(demo_home).key_path), truth["phones"]["prefix"]
    truly = {}
    for person, ids in truth["people"].items():
        for name in ids:
            platform, kind, value = name.split("/", 2)
            truly[platform, kind, phone_key(prefix + value, key) if kind == "phone" else value] = int(person)
    with open_warehouse(demo_home) as snapshot:
        rows = snapshot.sql(
            "select platform, id_type, id_value, person_id from core.identities where method <> 'hub_cut'"
        ).to_dict("records")
    told = {(row["platform"], row["id_type"], row["id_value"]): row["person_id"] for row in rows}
    assert set(told) == set(truly)
    return [(name, truly[name], told[name]) for name in sorted(told)]


def pairs(people):
    """How many pairs of ids are one person's."""
    return sum(count * (count - 1) // 2 for count in Counter(people).values())


def test_ids_of_two_people_are_never_one_person(told_people):
    """Pairwise: of the pairs told to be one person all are; of those that are, as many as files link."""
    together = pairs(told for _, _, told in told_people)
    rightly = pairs((truly, told) for _, truly, told in told_people)
    truly = pairs(truly for _, truly, _ in told_people)
    print(
        f"pairs of ids: {together:,} told, {truly:,} true; precision {rightly / together}, recall {rightly / truly:.4f}"
    )
    assert together > 1000
    assert rightly == together
    # Second accounts that no file links with anybody cannot be told to be somebody's, and are planted as such.
    assert 0.9 < rightly / truly < 1


def test_only_accounts_that_nothing_links_are_told_apart(demo_home, told_people):
    unlinked = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["unlinked"]
    told_as = defaultdict(Counter)
    for _, truly, told in told_people:
        told_as[truly][told] += 1
    apart = {"/".join(name) for name, truly, told in told_people if told != told_as[truly].most_common(1)[0][0]}
    assert apart == set(unlinked)
    assert {name.rpartition("/")[0] for name in apart} == {"taobao/nick", "wechat/open_id"}


def test_who_watched_joined_and_bought_on_two_more_platforms_is_one_row(demo_home):
    """One person of the truth: their ids of five files are one row of people, with all they did there."""
    truth = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["crossed"]) > 5
    unlinked = set(truth["unlinked"])
    with open_warehouse(demo_home) as snapshot:
        for person in truth["crossed"]:
            ids = [name for name in truth["people"][str(person)] if name not in unlinked and name[:4] != "any/"]
            names = ", ".join("('" + "', '".join(name.split("/", 2)) + "')" for name in ids)
            found = snapshot.sql(f"""
                select p.platforms, p.private_at is not null as is_private, p.orders,
                  (select count(*) from core.orders o where o.person_id = p.person_id and o.is_kept and o.platform = 'taobao')
                    as taobao_orders,
                  (select count(*) from core.orders o where o.person_id = p.person_id and o.is_kept and o.platform = 'wechat')
                    as mini_orders,
                  (select count(*) from core.events e where e.person_id = p.person_id and e.event = 'live_view') as views,
                  (select count(*) from core.memberships m
                    where m.person_id = p.person_id and m.platform = 'wecom' and m.kind = 'group') as groups
                from core.people p where p.person_id in (
                  select person_id from core.identities where (platform, id_type, id_value) in ({names})
                )
            """).to_dict("records")
            assert len(found) == 1, person
            (row,) = found
            assert {*row["platforms"].split(",")} >= {"douyin", "taobao", "wechat", "wecom"}
            assert row["is_private"]
            assert min(row["taobao_orders"], row["mini_orders"], row["views"], row["groups"]) >= 1


def test_every_source_has_a_file_in_the_demo(demo_home):
    """Each was read as what it is; of those made of a mapping's sample nothing was refused."""
    made = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["sources"]
    with open_warehouse(demo_home) as snapshot:
        files = snapshot.sql("select path, file_source, status, rows_quarantined from ops.files").to_dict("records")
    assert set(shipped_sources()) - {file["file_source"] for file in files if file["status"] == "loaded"} == set()
    mine = {told["file"]: name for name, told in made.items()}
    found = {file["path"]: file for file in files if file["path"] in mine}
    wrong = {
        path: found.get(path)
        for path, name in mine.items()
        if [found.get(path, {}).get(key) for key in ("file_source", "rows_quarantined")] != [name, 0]
    }
    assert wrong == {}


def test_each_shop_sold_what_its_file_tells(demo_home):
    """Orders, their buyers as people, and what they paid, by the source that tells them."""
    made = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["sources"]
    shops = {name: told for name, told in made.items() if told["tells"] == "orders"}
    keys = ("orders", "buyers", "paid_amount")
    with open_warehouse(demo_home) as snapshot:
        rows = snapshot.sql("""
            select f.path, count(*) as orders, count(distinct o.person_id) as buyers,
              cast(sum(o.paid_amount) as varchar) as paid_amount
            from core.orders as o
            inner join staging.orders as s on o.platform = s.platform and o.order_id = s.order_id
            inner join ops.files as f on s.file_id = f.file_id
            group by f.path
        """).to_dict("records")
    found = {row["path"]: [row[key] for key in keys] for row in rows}
    assert {path: found[path] for path in found.keys() & {told["file"] for told in shops.values()}} == {
        told["file"]: [told[key] for key in keys] for told in shops.values()
    }
    assert len(shops) > 15


def test_counts_are_exact(cells):
    wrong = {
        name(cell): {
            column: (found[column], wanted)
            for column, wanted in cell["exact"].items()
            if differs(found, column, wanted)
        }
        for cell, found in cells
    }
    assert {cell: columns for cell, columns in wrong.items() if columns} == {}


def differs(found, column, wanted):
    if found[column] is None or wanted is None:
        return found[column] is not wanted
    return not math.isclose(found[column], float(wanted), rel_tol=1e-9, abs_tol=1e-9)


def test_rates_are_within_their_sampling_error(cells):
    """Found with the metric's own columns, so that a rate is what its header says: numerator over denominator."""
    errors = {}
    for cell, found in cells:
        planted = cell.get("planted")
        if not planted or planted["standard_error"] <= 0:
            continue
        over, *under = (found[column] for column in rate_of(cell))
        if over is not None:
            errors[name(cell)] = (over / (under[0] if under else 1) - planted["probability"]) / planted[
                "standard_error"
            ]
    assert len(errors) > 50
    assert {cell: error for cell, error in errors.items() if abs(error) > FURTHEST_STANDARD_ERRORS} == {}
    # Cells overlap, so they are not independent; still, on average they must not be off by more than chance.
    assert math.sqrt(sum(error**2 for error in errors.values()) / len(errors)) < 1.5


def test_what_the_platform_counts_is_found_and_explains_its_days(demo_home):
    """罗盘's days are told by the made-up world. Of rows that were spoilt on purpose the order is missing, so a few days
    stay unexplained, and no amount of the others by a cent."""
    planted = json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["platform_counts"]["douyin"]
    with open_warehouse(demo_home) as snapshot:
        taken = snapshot.sql(
            "select concat_ws(', ', case when counts_refunded then 'refunded' end, case when counts_cancelled then 'cancelled' end, "
            "case when counts_samples then 'samples' end, case when by_order_day then 'by_order_day' end) as counts "
            "from metrics.platform_definitions where platform = 'douyin' and is_taken"
        )
        days = snapshot.sql(
            "select measure, count(*) as days, count(*) filter (where is_explained) as explained from metrics.reconciliation "
            "where platform = 'douyin' and why is null and measure in ('paid_amount', 'user_paid_amount', 'orders') group by all"
        )
    assert taken["counts"].tolist() == [planted]
    assert len(days) == 3
    assert (days["days"] > 300).all()
    assert (days["explained"] >= 0.97 * days["days"]).all(), days
