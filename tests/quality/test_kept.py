"""A run keeps what it found in ops.findings; whoever looks later reads it there, and asks the ledger alone anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.finding import forget, keep, kept
from pipelines.quality import findings, judge
from pipelines.settings import Settings
from tests.quality.test_quality import file, order

SETTINGS = Settings(home=Path("nowhere"))


def a_warehouse_with_faults(ledger: Any) -> None:
    """A file refused, a buyer who is likely nobody, and an order whose numbers two sources do not agree on."""
    file(ledger, 1, "orders/1.csv", "canonical_orders", 1)
    file(ledger, 2, "orders/2.csv", None, 7)
    order(ledger)
    order(ledger, 250.5)
    ledger.execute("update staging.orders set file_source = paid_amount::varchar")
    ledger.execute(
        "create table metrics.likely_placeholders as select 'p1' as person_id, 'douyin phone:Ab3…' as masked_ids, "
        "420::bigint as orders, 0.31::double as order_share_rate, 6::bigint as next_orders, 1355::bigint as all_orders"
    )


def test_what_was_kept_is_what_was_found(ledger: Any) -> None:
    a_warehouse_with_faults(ledger)
    found = findings(ledger, SETTINGS)
    assert list(judge(ledger, SETTINGS).findings) == found == kept(ledger) == findings(ledger, SETTINGS)
    assert {one.code for one in found} == {
        *("source_mostly_refused", "file_refused", "sources_disagree", "likely_placeholder")
    }


def test_rules_over_the_data_are_not_asked_twice_and_rules_over_the_ledger_are(ledger: Any) -> None:
    a_warehouse_with_faults(ledger)
    judge(ledger, SETTINGS)
    ledger.execute("delete from staging.orders; delete from metrics.likely_placeholders")
    file(ledger, 3, "events/3.csv", "canonical_events", 9, refused=9)
    known = {one.code for one in findings(ledger, SETTINGS)}
    assert {"sources_disagree", "likely_placeholder", "source_refused"} <= known
    forget(ledger)
    assert {"sources_disagree", "likely_placeholder"} & {one.code for one in findings(ledger, SETTINGS)} == set()


def test_judging_again_finds_anew(ledger: Any) -> None:
    a_warehouse_with_faults(ledger)
    judge(ledger, SETTINGS)
    ledger.execute("delete from metrics.likely_placeholders")
    judge(ledger, SETTINGS)
    assert "likely_placeholder" not in {one.code for one in findings(ledger, SETTINGS)}


def test_half_of_what_was_found_is_not_kept(ledger: Any) -> None:
    """A run that dies meanwhile leaves nothing, and whoever looks then asks all rules."""
    a_warehouse_with_faults(ledger)
    found = findings(ledger, SETTINGS)
    with pytest.raises(AttributeError):
        keep(ledger, [*found, None])  # type: ignore[list-item]
    assert findings(ledger, SETTINGS) == found
    assert ledger.execute("select count(*) from duckdb_tables() where table_name = 'findings'").fetchone() == (0,)
