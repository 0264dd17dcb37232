"""What is told of the data: given the ledger, the findings by name, in order of harm, in both languages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.database import connect
from pipelines.ingest.notices import Notice, write_notices
from pipelines.quality import Finding, findings, measure, quality, rules
from pipelines.report.words import LANGUAGES, load_words
from pipelines.settings import Settings

SETTINGS = Settings(home=Path("nowhere"))


def file(ledger: Any, number: int, path: str, source: str | None, read: int, refused: int = 0, day: int = 1) -> None:
    """A file of the ledger; a source of None, or as many rows refused as read: refused whole."""
    is_whole = source is None or refused >= read > 0
    ledger.execute(
        "insert into ops.files by name select ? as file_id, ? as path, ? as file_source, ? as rows_read, "
        "? as rows_loaded, 0 as rows_superseded, ? as rows_quarantined, ? as status, ? as modified_at",
        [
            *(number, path, source, read, 0 if is_whole else read - refused, read if is_whole else refused),
            *("quarantined" if is_whole else "loaded", datetime(2026, 3, day)),
        ],
    )
    if is_whole:
        refusal(ledger, number, path, "unknown_header", read, line=None)


def refusal(
    ledger: Any, number: int, path: str, reason: str, rows: int, column: str | None = None, **more: Any
) -> None:
    given = {"line": 2, "is_cell": False, "expected": "something else", **more}
    ledger.execute(
        "insert into ops.quarantine by name select ? as file_id, ? as path, ? as reason, ? as rows, "
        "? as column_name, ? as line, ? as is_cell, ? as expected",
        [number, path, reason, rows, column, *given.values()],
    )


def order(ledger: Any, amount: float = 100) -> None:
    ledger.execute(
        "insert into staging.orders by name select 'douyin' as platform, 'o1' as order_id, ? as paid_amount, "
        "timestamp '2026-03-01 10:00' as paid_at",
        [amount],
    )


def told(ledger: Any, settings: Settings = SETTINGS) -> list[tuple[str, str, str, int | None]]:
    return [(one.code, one.severity, one.subject, one.rows) for one in findings(ledger, settings)]


def test_a_ledger_without_a_fault_tells_nothing(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1)
    order(ledger)
    known = quality(ledger, SETTINGS)
    assert known.findings == ()
    assert known.verdict == "well"


def test_orders_that_were_not_read_are_the_first_to_be_told(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", None, 7)
    file(ledger, 2, "events/e.csv", "canonical_events", 5)
    first, second = findings(ledger, SETTINGS)
    assert (first.code, first.is_alarm, first.rows) == ("orders_not_read", True, 7)
    assert first.text["en"].startswith("No order was read, 1 of 1 files that may hold orders were refused: amounts,")
    assert "均为未知，不是 0" in first.text["zh"]
    assert (second.code, second.is_alarm) == ("source_refused", True)
    assert quality(ledger, SETTINGS).verdict == "alarm"


@pytest.mark.parametrize(("source", "folder"), [("doudian_aftersales", "抖店售后"), ("canonical_events", "events")])
def test_a_source_is_known_by_its_folder_where_its_files_are_not(ledger: Any, source: str, folder: str) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1)
    order(ledger)
    file(ledger, 2, f"{folder}/x.csv", None, 3)
    file(ledger, 3, f"{folder}/y.csv", None, 4)
    assert told(ledger) == [("source_refused", "refused", source, 7)]


def test_most_files_refused_is_an_alarm_and_one_of_many_is_not(ledger: Any) -> None:
    """4 of 5 order files: what is left may be another kind of day."""
    file(ledger, 1, "orders/a.csv", "canonical_orders", 2)
    order(ledger)
    for number in range(2, 6):
        file(ledger, number, f"orders/bad{number}.csv", None, 2)
    assert told(ledger) == [
        ("source_mostly_refused", "refused", "canonical_orders", 8),
        ("file_refused", "refused", "canonical_orders", 8),
    ]
    for number in range(6, 20):
        file(ledger, number, f"orders/good{number}.csv", "canonical_orders", 2)
    assert told(ledger) == [("file_refused", "refused", "canonical_orders", 8)]
    assert quality(ledger, SETTINGS).verdict == "doubt"


def test_the_newest_file_refused_stops_a_source(ledger: Any) -> None:
    """The header changed yesterday: all older files are fine, and nothing new comes in."""
    for day in (1, 2, 3):
        file(ledger, day, f"orders/{day}.csv", "canonical_orders", 2, day=day)
    order(ledger)
    file(ledger, 4, "orders/4.csv", None, 2, day=4)
    alarm, _ = findings(ledger, SETTINGS)
    assert (alarm.code, alarm.is_alarm) == ("newest_refused", True)
    assert "nothing later than the file of 2026-03-03 is in the numbers" in alarm.text["en"]


def test_a_ledger_of_an_older_version_can_be_asked(ledger: Any) -> None:
    """`siyu status` after an upgrade, before the first run."""
    ledger.execute("alter table ops.files drop column exported_at")
    ledger.execute("drop table ops.notices")
    file(ledger, 1, "orders/a.csv", None, 2)
    assert told(ledger)[0] == ("orders_not_read", "refused", "", 2)


def test_a_file_mended_in_its_place_is_forgotten(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", None, 2)
    file(ledger, 2, "orders/a.csv", "canonical_orders", 2)
    order(ledger)
    assert told(ledger) == []


def test_a_refused_file_taken_out_of_landing_is_forgotten(ledger: Any, tmp_path: Path) -> None:
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    (tmp_path / "landing" / "orders" / "bad.csv").write_text("x", encoding="utf-8")
    file(ledger, 1, "orders/a.csv", "canonical_orders", 2)
    file(ledger, 2, "orders/bad.csv", None, 2)
    order(ledger)
    settings = Settings(home=tmp_path)
    assert told(ledger, settings) == [("file_refused", "refused", "orders/bad.csv", 2)]
    (tmp_path / "landing" / "orders" / "bad.csv").unlink()
    assert told(ledger, settings) == []


def test_refused_rows_and_cells_are_told_by_source_with_their_columns(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1000, 3)
    refusal(ledger, 1, "orders/a.csv", "bad_amount", 2, "实付")
    refusal(ledger, 1, "orders/a.csv", "ragged_row", 1)
    refusal(ledger, 1, "orders/a.csv", "formula", 0, "备注", is_cell=True)
    order(ledger)
    rows, cells = findings(ledger, SETTINGS)
    assert rows.text["en"] == (
        "Orders: 3 of 1,000 rows (0.3%) refused: not an amount in 实付 (2), wrong number of cells (1)."
    )
    assert rows.text["zh"] == "订单：1,000 行中有 3 行（0.3%）被拒收：“实付”不是金额（2）、列数不符（1）。"
    assert (cells.code, cells.severity, cells.rows) == ("cells_aside", "aside", 1)


def test_no_share_is_written_as_nothing_where_there_is_something(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1_000_000, 1)
    refusal(ledger, 1, "orders/a.csv", "bad_amount", 1)
    order(ledger)
    assert "(<0.1%)" in findings(ledger, SETTINGS)[0].text["en"]


def test_a_source_whose_files_hold_no_row_is_told(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1)
    order(ledger)
    file(ledger, 2, "events/empty.csv", "canonical_events", 0)
    assert told(ledger) == [("source_empty", "aside", "canonical_events", None)]


def test_what_many_files_say_with_other_counts_is_one_finding_that_names_its_word(ledger: Any) -> None:
    """A day's export each, and not a line a day. English says the word too where its sentence leaves it out."""
    for number, rows in ((1, 3), (2, 1200)):
        file(ledger, number, f"events/{number}.csv", "canonical_events", 2000)
        said = f"{rows} rows have a word that nobody knows"
        write_notices(ledger, [(number, f"events/{number}.csv", Notice("unknown_event_word", said, "wave", rows))])
    order(ledger)
    (only,) = findings(ledger, SETTINGS)
    assert (only.rows, only.names) == (1203, ("wave",))
    assert only.text["en"] == "Events: 1,203 rows have a word that nobody knows (wave)"


def test_notices_of_files_are_grouped_by_what_they_say(ledger: Any) -> None:
    unread = Notice("column_unread", "会员等级 was not read; rename it.", "会员等级", 9, "aside")
    late = Notice("in_the_future", "o9 is late.", "o9", 1, "told")
    for number in (1, 2):
        path = f"orders/{number}.csv"
        file(ledger, number, path, "canonical_orders", 9)
        write_notices(ledger, [(number, path, notice) for notice in ([unread, late] if number == 2 else [unread])])
    order(ledger)
    assert told(ledger) == [
        ("in_the_future", "told", "o9", 1),
        ("column_unread", "aside", "会员等级", 18),
    ]
    first = findings(ledger, SETTINGS)[1]
    assert first.text["en"] == "Orders: 会员等级 was not read; rename it."
    assert first.remedy["en"] == "In 2 files, such as orders/1.csv."


def test_one_line_tells_all_columns_of_which_the_same_is_said(ledger: Any) -> None:
    """A wide export has dozens that nobody reads; one that comes near a known name stands by itself, and first."""
    file(ledger, 1, "orders/1.csv", "canonical_orders", 9)
    order(ledger)
    near = Notice("unread_column", "付款额: not read; did you mean 付款金额?", "付款额", severity="aside")
    far = [f"列{number}" for number in range(9)]
    same = [Notice("unread_column", f"{name}: it is in no number", name, severity="aside") for name in far]
    write_notices(ledger, [(1, "orders/1.csv", notice) for notice in [near, *same]])
    first, second = findings(ledger, SETTINGS)
    assert first.text["en"] == "Orders: 付款额: not read; did you mean 付款金额?"
    assert second.text["en"] == "Orders: 列0, 列1, 列2, 列3, 列4, 列5 and 3 more: it is in no number"
    assert second.text["zh"].startswith("订单：未读的列“列0、列1、列2、列3、列4、列5 等，另 3 个”。")
    assert second.names == tuple(far)


def test_one_row_of_many_does_not_stand_before_a_whole_column(ledger: Any) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 1000, 1)
    refusal(ledger, 1, "orders/1.csv", "bad_date", 1, "paid_at")
    order(ledger)
    dollars = Notice("other_currency", "ad cost (USD) is in USD: in no number", "ad cost (USD)", severity="aside")
    plain = Notice("unread_column", "memo: it is in no number", "memo", severity="aside")
    write_notices(ledger, [(1, "orders/1.csv", notice) for notice in [plain, dollars]])
    assert [code for code, *_ in told(ledger)] == ["other_currency", "rows_refused", "unread_column"]


GAPS = """create table core.data_gaps as from (values
    ('orders', 'taobao', null, date '2026-06-13', date '2026-09-30', 110, 'stopped', 0.4),
    ('orders', 'douyin', 's1', date '2026-05-02', date '2026-05-04', 3, 'hole', 0.6),
    ('orders', 'douyin', null, date '2026-09-30', date '2026-09-30', 1, 'cut', 0.6)
) as g (kind, platform, shop_id, first_date, last_date, days, reason, share_rate)"""


def test_days_that_are_not_known_are_told_by_source(ledger: Any) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 9)
    order(ledger)
    ledger.execute(GAPS)
    stopped, cut, hole = findings(ledger, SETTINGS)
    assert stopped.text["en"].startswith(
        "Orders of Taobao end on 2026-06-12, 110 days before the rest; they brought 40.0%"
    )
    assert 'ended_sources = ["orders.taobao"]' in stopped.remedy["en"]
    assert "2026-09-30: exported before the day was over" in cut.text["en"]
    assert quality(ledger, SETTINGS).verdict == "doubt"
    assert hole.text["zh"].startswith("抖音（店铺 s1）的订单：2026-05-02 至 2026-05-04（3 天）没有任何记录")


UNMATCHED = """create table core.unmatched as from (values
    ('refunds', 'douyin', 'suffix', '-1', 1::bigint, 200::decimal(18, 2), null::bigint, '6917-1'),
    ('event_groups', 'wecom', 'unknown', null, 40, null, 12, 'g9')
) as u (kind, platform, why, hint, rows, amount, people, example)"""


def test_rows_that_join_nothing_are_told_with_their_amount(ledger: Any) -> None:
    file(ledger, 1, "refunds/1.csv", "canonical_refunds", 1)
    order(ledger)
    ledger.execute(UNMATCHED)
    one, other = findings(ledger, SETTINGS)
    assert (one.code, one.rows, one.amount) == ("unmatched", 1, Decimal(200))
    assert one.text["en"] == (
        "Refunds of Douyin: 1 join nothing that was read, ¥200, such as 6917-1: "
        "the id is known without its ending (-1)."
    )
    assert other.text["zh"] == "企业微信的群内事件：40 条对不上任何已读入的数据，如 g9：没有任何数据有此编号。"


def test_leaves_that_end_nothing_are_a_doubt_unless_they_may_be_older_than_the_data(ledger: Any) -> None:
    file(ledger, 1, "events/1.csv", "canonical_events", 1)
    order(ledger)
    ledger.execute(
        f"{UNMATCHED[: UNMATCHED.index('(values')]}(values ('leaves', 'wecom', 'never_joined', null, 2::bigint, "
        "null::decimal(18, 2), 2, 'g1')) as u (kind, platform, why, hint, rows, amount, people, example)"
    )
    assert quality(ledger, SETTINGS).verdict == "told"
    ledger.execute("update core.unmatched set why = 'unknown_group'")
    (one,) = findings(ledger, SETTINGS)
    assert (one.rows, one.is_doubt) == (2, True)
    assert one.text["en"] == (
        "Leaves of WeCom: 2 join nothing that was read, such as g1: nobody is known to have joined these groups."
    )
    assert one.text["zh"] == "企业微信的退出记录：2 条对不上任何已读入的数据，如 g1：没有人加入过这些群。"


def test_orders_that_wait_for_a_line_are_told(ledger: Any) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 1)
    order(ledger)
    waiting = "insert into ops.waiting (platform, order_id, file_id) values "
    ledger.execute(waiting + "('douyin', '7301', 1), ('douyin', '7301', 1), ('douyin', '7302', 1)")
    ledger.execute("insert into staging.orders (platform, order_id) values ('douyin', '7302')")  # its line came
    (one,) = findings(ledger, SETTINGS)
    assert (one.severity, one.rows) == ("refused", 1)
    assert "1 orders, such as 7301 have no total and are in no number" in one.text["en"]


def test_one_buyer_with_most_orders_is_told_as_a_placeholder(ledger: Any) -> None:
    file(ledger, 1, "orders/1.csv", "canonical_orders", 1)
    order(ledger)
    ledger.execute(
        "create table metrics.likely_placeholders as select 'p1' as person_id, 'douyin phone:Ab3…' as masked_ids, "
        "420::bigint as orders, 0.31::double as order_share_rate, 6::bigint as next_orders, 1355::bigint as all_orders"
    )
    (one,) = findings(ledger, SETTINGS)
    assert one.text["zh"].startswith("一个买家（douyin phone:Ab3…）名下有 420 单，占 31.0%，第二多的只有 6 单")


def test_the_share_of_the_amount_is_known_only_where_refused_rows_tell_theirs(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 4, 1)
    refusal(ledger, 1, "orders/a.csv", "bad_date", 1)
    order(ledger, 300)
    known = measure(ledger, SETTINGS)
    assert (known.rows_refused_rate, known.amount_refused_rate) == (0.25, None)
    ledger.execute("update ops.quarantine set amount = 100")
    known = measure(ledger, SETTINGS)
    assert (known.amount_refused, known.amount_refused_rate) == (Decimal(100), 0.25)


def test_a_name_from_a_file_is_shown_without_what_deceives_the_eye(ledger: Any) -> None:
    file(ledger, 1, "orders/a\u202eb.csv", None, 2)
    file(ledger, 2, "orders/good.csv", "canonical_orders", 3)
    order(ledger)
    assert [one.subject for one in findings(ledger, SETTINGS)] == ["orders/ab.csv"]


def test_a_warehouse_without_a_ledger_tells_nothing() -> None:
    connection = connect()
    assert quality(connection, SETTINGS).findings == ()
    connection.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_words(language: str) -> None:
    words = load_words(language)
    for rule in rules()["rules"]:
        assert set(words.get(f"told.{rule['code']}")) == {"text", "remedy"}, rule["code"]


def test_a_finding_is_plain_for_a_program(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", None, 7)
    (first, *_) = findings(ledger, SETTINGS)
    assert isinstance(first, Finding)
    assert {"code", "severity", "subject", "rows", "amount", "text", "remedy", "is_alarm"} <= first.plain().keys()


def linked(ledger: Any, *links: tuple[str, str]) -> list[tuple[str, str, int | None, bool]]:
    """What is told of links between WeCom contacts and 抖音 users, beside an order of u7 and an event of w7 and w8."""
    file(ledger, 1, "orders/1.csv", "canonical_orders", 1)
    ledger.execute("create table core.identities as select 1 as platform")
    ledger.execute(
        "insert into staging.orders by name select 'douyin' as platform, 'o1' as order_id, 'u7' as buyer_id, "
        "'user_id' as buyer_id_type, timestamp '2026-03-01 10:00' as paid_at"
    )
    for user in ("w7", "0w8"):
        ledger.execute(
            "insert into staging.events by name select 'wecom' as platform, ? as event_id, ? as user_id, "
            "'external_userid' as user_id_type, 'follow' as event, timestamp '2026-03-01 10:00' as event_at",
            [user, user],
        )
    for (id_type, id_value), contact in links:
        ledger.execute(
            "insert into staging.identities by name select 'douyin' as platform, ? as id_type, ? as id_value, "
            "'wecom' as linked_platform, 'external_userid' as linked_type, ? as linked_value",
            [id_type, id_value, contact],
        )
    return [(one.code, one.subject, one.rows, one.is_doubt) for one in findings(ledger, SETTINGS)]


@pytest.mark.parametrize(
    ("link", "contact", "subject"),
    [
        (("user_id", "U7"), "w7", "douyin.user_id"),
        (("user_id", "0u7"), "w7", "douyin.user_id"),
        (("crm", "u7"), "w7", "douyin.crm"),
        (("user_id", "u7"), "w8", "wecom.external_userid"),
    ],
)
def test_a_link_that_names_an_id_in_another_spelling_is_a_doubt(
    ledger: Any, link: tuple[str, str], contact: str, subject: str
) -> None:
    assert ("link_misses", subject, 1, True) in linked(ledger, (link, contact))


def test_links_of_a_kind_that_nothing_else_has_are_told(ledger: Any) -> None:
    assert linked(ledger, (("crm", "c1"), "w7"), (("crm", "c2"), "0w8")) == [("links_unseen", "douyin.crm", 2, False)]


def test_links_that_join_or_lead_on_are_not_told(ledger: Any) -> None:
    """A union id between two links, and a contact who has done nothing yet beside one who has."""
    assert linked(ledger, (("user_id", "u7"), "w7"), (("union_id", "x"), "w7"), (("union_id", "x"), "w9")) == []


def test_what_counts_twice_for_want_of_a_platform_says_so_and_how_to_mend_it(ledger: Any) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1)
    order(ledger)
    ledger.execute(
        "create table core.unmatched as select 'orders' as kind, 'other' as platform, 'no_platform' as why, "
        "'douyin' as hint, 3::bigint as rows, 300::decimal(18, 2) as amount, '6901' as example"
    )
    (one,) = findings(ledger, SETTINGS)
    assert (one.code, one.is_doubt, one.rows) == ("counted_without_platform", True, 3)
    assert "count twice" in one.text["en"]
    assert "平台" in one.remedy["zh"]


def _identities(ledger: Any, rows: str) -> None:
    file(ledger, 1, "orders/a.csv", "canonical_orders", 1)
    order(ledger)
    ledger.execute(
        f"create table core.identities as select 'douyin' as platform, * from (values {rows}) "
        "t(id_type, id_value, person_id, method, linked_ids)"
    )


def test_an_account_that_touches_too_many_others_is_a_doubt(ledger: Any) -> None:
    """A phone that does is a courier's, which is usual; so many in one chain of people is not."""
    _identities(ledger, "('open_id', 'x', 'X', 'hub_cut', 5000), ('phone', 'p', null, 'hub_cut', 40)")
    [one] = findings(ledger, SETTINGS)
    assert (one.code, one.subject, one.rows, one.is_doubt) == ("accounts_cut", "douyin.open_id", 1, True)
    assert "more than 10 others (one with 5,000)" in one.text["en"]


@pytest.mark.parametrize(("accounts", "codes"), [(10, []), (11, ["too_many_ids"])])
def test_a_chain_of_people_too_long_to_be_one_is_a_doubt(ledger: Any, accounts: int, codes: list[str]) -> None:
    chain = [f"('open_id', 'x{n}', 'X', 'phone', 2)" for n in range(accounts)]
    _identities(ledger, ", ".join([*chain, "('open_id', 'y', 'Y', 'shared_id', 0)", "('phone', 'p', 'X', 'phone', 2)"]))
    assert [one.code for one in findings(ledger, SETTINGS)] == codes


@pytest.mark.parametrize(
    ("amounts", "found"), [((0.01, 0.05, 0.09, 5, 5), "< 0.1"), ((2e5, 2e5, 2e5, 5, 5), "> 100,000")]
)
def test_amounts_that_nobody_pays_tell_of_a_wrong_unit(ledger: Any, amounts: tuple[float, ...], found: str) -> None:
    """More than half of them, of one source; 0 says nothing, and what is usual is not told."""
    for number, amount in enumerate((*amounts, 0, 0, 0)):
        ledger.execute(
            "insert into staging.orders by name select 'douyin' as platform, ? as order_id, ? as paid_amount, "
            "timestamp '2026-03-01 10:00' as paid_at, 'example' as file_source",
            [str(number), amount],
        )
    ledger.execute(
        "insert into staging.ad_spend by name select 'douyin' as platform, 'a' || i as ad_id, "
        "date '2026-03-01' as date, 50 as cost_amount, 'spend' as file_source from range(9) r(i)"
    )
    (one,) = (one for one in findings(ledger, SETTINGS) if one.code == "unit_unlikely")
    assert (one.subject, one.rows, one.is_doubt) == ("orders.douyin", 5, True)
    assert found in one.text["en"]


def test_half_of_the_amounts_tell_of_no_unit(ledger: Any) -> None:
    for number, amount in enumerate((0.01, 0.01, 0.01, 5, 5, 5)):
        ledger.execute(
            "insert into staging.orders by name select 'douyin' as platform, ? as order_id, ? as paid_amount, "
            "timestamp '2026-03-01 10:00' as paid_at, 'example' as file_source",
            [str(number), amount],
        )
    assert "unit_unlikely" not in {one.code for one in findings(ledger, SETTINGS)}
