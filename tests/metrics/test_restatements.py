"""Why a report says another number of a day than an earlier one: eight reports, one after the other, as runs publish them.

What belongs here: what is kept, and what is whose cause. What does not: that a run keeps it (tests/upkeep).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines import restated
from pipelines.building import build, refresh, values
from pipelines.core import begin_pass
from pipelines.metrics import find_metric, refresh_metric
from pipelines.settings import Settings
from pipelines.tables import load_tables
from tests.metrics.asking import answers
from tests.worlds import arrive, empty_world, needed_core, table

# A day for each cause; nothing that happens to one touches another.
ORDERS = """
| order_id | buyer_id | paid_at          | paid_amount | status | source |
| o1       | ann      | 2025-01-05 10:00 | 100         | paid   | 直播   |
| o2       | bo       | 2025-01-05 11:00 | 60          | paid   | 直播   |
| o3       | ann      | 2025-01-06 10:00 | 100         | paid   | 直播   |
| o5       | ann      | 2025-01-07 10:00 | 100         | paid   | 直播   |
| o6       | cai      | 2025-01-07 12:00 | 40          | unpaid | 直播   |
| o7       | di       | 2025-01-08 10:00 | 100         | paid   | 直播   |
| o8       | eve      | 2025-01-08 11:00 | 60          | paid   | 直播   |
| o9       | ann      | 2025-01-09 10:00 | 100         | paid   | 老客   |
| o10      | ann      | 2025-01-10 10:00 | 100         | paid   | 直播   |
"""
LATER = {
    "refunds": """
    | refund_id | order_id | refunded_at      | refund_amount |
    | r1        | o1       | 2025-01-09 09:00 | 25            |
    | r2        | o2       | 2025-01-09 09:00 | 60            |
    """,
    "orders": """
    | order_id | buyer_id | paid_at          | paid_amount | status    | source |
    | o4       | bo       | 2025-01-06 20:00 | 50          | paid      | 直播   |
    | o3       | ann      | 2025-01-06 10:00 | 110         | paid      | 直播   |
    | o5       | ann      | 2025-01-07 10:00 | 100         | cancelled | 直播   |
    | o6       | cai      | 2025-01-07 12:00 | 40          | paid      | 直播   |
    """,
    "identities": """
    | platform | id_type | id_value | linked_platform | linked_type | linked_value |
    | other    | user_id | di       | other           | user_id     | eve          |
    """,
    "events": """
    | user_id | event      | event_at         | group_id |
    | eve     | group_join | 2025-01-08 08:00 | g1       |
    """,
}
PRIVATE = {"老客": {"channel": "fan_group", "domain": "private"}}


LATE = """
| order_id | buyer_id | paid_at          | paid_amount |
| o11      | fay      | 2025-01-10 20:00 | 50          |
| o12      | fay      | 2025-01-10 20:30 | 50          |
"""


def refund(number, amount):
    at = "2025-01-10 21:00"
    text = "| refund_id | order_id | refunded_at | refund_amount |\n| {} | o10 | {} | {} |"
    return text.format(number, at, amount)


class Merchant:
    """Reports are published one a day, each after what came by one file."""

    def __init__(self, folder):
        self.world, self.number = empty_world("2025-01-10"), 0
        self.connection = self.world.warehouse
        (folder / "published").mkdir()
        self.take(Settings(home=folder))

    def take(self, settings):
        self.settings = self.world.settings = settings

    def publish(self, **rows):
        """The rows come by one file; then core, the figures, and the copy that readers are given."""
        self.number += 1
        version = {"version_at": datetime(2025, 1, 6) + timedelta(days=self.number)}
        told = [(name, {**version, **row}) for name, text in rows.items() for row in table(text)]
        arrive(self.connection, told, self.number)
        self.connection.execute("update ops.files set status = 'loaded', sha256 = file_id where sha256 is null")
        core_pass = begin_pass(self.connection, self.settings, self.world.as_of, full=True)
        for name in CORE:
            refresh(self.connection, load_tables()[name], self.settings, core_pass)
        given = values(self.settings, self.world.as_of)
        for name in FACTS:
            build(self.connection, load_tables()[name], given)
        refresh_metric(self.connection, find_metric("daily_summary"), self.settings, self.world.as_of)
        restated.keep(self.connection, self.settings, f"run {self.number}")
        path = self.settings.snapshot_path
        path.unlink(missing_ok=True)
        self.connection.execute(f"attach '{path}' as given; copy from database memory to given; detach given")

    def publish_and_be_killed(self, figure, value):
        """As a run that said so and died before its copy stood."""
        self.number += 1
        run, at = f"run {self.number}", self.settings.today()
        self.connection.execute("insert into ops.reports values (?, ?, date '2025-01-10', 'as before')", [run, at])
        self.connection.execute(
            "insert into ops.reported_figures by name select ? as run_id, ? as metric, date '2025-01-10' as date, "
            "'all' as segment_by, 'all' as segment, ? as value",
            [run, figure, value],
        )

    def read_landing_again(self):
        """As after a broken warehouse was set aside: files have other numbers, what reports said is not there."""
        self.connection.execute("delete from ops.reports; delete from ops.reported_figures")
        self.connection.execute("update ops.files set file_id = file_id + 100")
        for name in ("orders", "refunds", "events", "identities"):
            self.connection.execute(f"update staging.{name} set file_id = file_id + 100")
            self.connection.execute(f"update superseded.{name} set superseded_by = superseded_by + 100")
        self.number += 100


def facts_of(name):
    """The facts that a table reads, however far below."""
    below = {
        found for read in load_tables()[name].dependencies if read.startswith("facts.") for found in facts_of(read)
    }
    return below | {name} if name.startswith("facts.") else below


FACTS = [name for name in load_tables() if name in facts_of("metrics.daily_summary")]
CORE = [name for name in load_tables() if name in needed_core({"metrics.daily_summary"})]


@pytest.fixture(scope="module")
def merchant(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        built = Merchant(tmp_path_factory.mktemp("home"))
        patch.setattr(Settings, "today", lambda _: datetime(2025, 1, 11, 12) + timedelta(days=built.number))
        built.publish(orders=ORDERS)
        built.publish(**LATER)
        built.publish_and_be_killed("net_amount", 150)
        built.publish(orders=LATE, refunds=refund("r3", 10))
        built.take(Settings(home=built.settings.home, channels=PRIVATE))
        built.publish()
        built.settings.snapshot_path.unlink()
        built.publish(refunds=refund("r4", 5))
        built.read_landing_again()
        built.publish(refunds=refund("r5", 3))
        yield built.world


def test_every_report_is_kept_and_what_it_says_as_the_last_one_is_not_kept_again(merchant):
    assert [row["run_id"] for row in merchant.sql("select run_id from ops.reports order by reported_at")] == [
        *("run 1", "run 2", "run 4", "run 5", "run 6", "run 107")
    ]
    kept = merchant.sql("select metric, segment from ops.reported_figures where run_id = 'run 6' order by all")
    assert [tuple(row.values()) for row in kept] == [
        *(("net_amount", "all"), ("net_amount", "other"), ("refund_amount", "all"), ("refund_amount", "other"))
    ]


def test_a_refund_that_came_later(merchant):
    """Of 160 yuan ann gets 25 back, bo everything: he bought, and is no buyer any more."""
    answers(
        merchant,
        "restatements",
        """
        | reported_on | metric        | said | says_now | change | refund_change | other_change | why    |
        | 2025-01-12  | refund_amount | 0    | 85       | 85     | 85            | 0            | refund |
        | 2025-01-12  | net_amount    | 160  | 75       | -85    | -85           | 0            | refund |
        | 2025-01-12  | buyers        | 2    | 1        | -1     | -1            | 0            | refund |
        """,
        where="segment = 'all' and date = '2025-01-05'",
    )


def test_a_file_that_came_later_and_one_that_says_another_amount(merchant):
    """o4 is new; of o3 a newer row says 110 yuan. The platform's figures change as those of the whole."""
    for segment in ("all", "other"):
        answers(
            merchant,
            "restatements",
            """
            | metric      | said | says_now | change | file_change | why  |
            | paid_orders | 1    | 2        | 1      | 1           | file |
            | buyers      | 1    | 2        | 1      | 1           | file |
            | paid_amount | 100  | 160      | 60     | 60          | file |
            | net_amount  | 100  | 160      | 60     | 60          | file |
            """,
            where=f"segment = '{segment}' and date = '2025-01-06'",
        )


def test_an_order_closed_and_one_that_was_known_unpaid(merchant):
    """o5 was closed without a refund told: what it brought went back, and ann is no buyer. o6, of which the report knew,
    was paid, by cai."""
    answers(
        merchant,
        "restatements",
        """
        | metric        | said | says_now | change | status_change | refund_change | file_change | why    |
        | paid_orders   | 1    | 2        | 1      | 1             | 0             | 0           | status |
        | paid_amount   | 100  | 140      | 40     | 40            | 0             | 0           | status |
        | refund_amount | 0    | 100      | 100    | 100           | 0             | 0           | status |
        | net_amount    | 100  | 40       | -60    | -60           | 0             | 0           | status |
        """,
        where="segment = 'all' and date = '2025-01-07'",
    )


def test_who_it_was_and_who_was_a_member(merchant):
    """di and eve turn out to be one person, who had joined a group before she bought."""
    answers(
        merchant,
        "restatements",
        """
        | metric        | said | says_now | change | identity_change | file_change | why      |
        | buyers        | 2    | 1        | -1     | -1              | 0           | identity |
        | member_amount | 0    | 160      | 160    | 160             | 0           | identity |
        """,
        where="segment = 'all' and date = '2025-01-08'",
    )


def test_a_setting_that_changed_what_is_counted(merchant):
    """The same rows; their raw channel word now means a private channel."""
    answers(
        merchant,
        "restatements",
        """
        | reported_on | metric                 | said | says_now | definition_change | file_change | why        |
        | 2025-01-12  | private_channel_amount | 0    | 100      | 100               | 0           | definition |
        """,
        where="segment = 'all' and date = '2025-01-09'",
    )


def test_changes_add_up_and_each_report_keeps_what_it_said(merchant):
    """Of the 10th the fourth report said 190: two orders more, and 10 back. The third was never given to readers: what it
    said is not kept. 5 more went back when there was no last report to compare with, 3 after landing was read again."""
    answers(
        merchant,
        "restatements",
        """
        | reported_on | said | says_now | change | file_change | refund_change | other_change | definition_change | why    |
        | 2025-01-12  | 100  | 182      | 82     | 100         | -13           | -5           | 0                 | file   |
        | 2025-01-15  | 190  | 182      | -8     | 0           | -3            | -5           | 0                 | other  |
        | 2025-01-17  | 185  | 182      | -3     | 0           | -3            | 0            | 0                 | refund |
        """,
        where="segment = 'all' and date = '2025-01-10' and metric = 'net_amount'",
    )


def test_a_report_of_an_earlier_day_is_what_the_reports_up_to_it_said(merchant):
    assert merchant.rows("metrics.restatements", where="date > reported_on") == []
    merchant.as_of, before = merchant.as_of - timedelta(days=1), merchant.as_of
    assert merchant.rows("metrics.restatements") == []
    merchant.as_of = before
