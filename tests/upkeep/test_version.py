"""A home of an earlier release goes on; one of a later release is left alone."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.run import run
from pipelines.settings import Settings
from pipelines.upkeep.version import SHAPE, NewerHome, shape_of

pytestmark = pytest.mark.usefixtures("few_tables")


def _change(settings: Settings, *statements: str) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        for sql in statements:
            connection.execute(sql)


def test_a_newer_home_is_refused_and_left_as_it_is(settings: Settings) -> None:
    _change(settings, f"update ops.shape_of_warehouse set shape = {SHAPE + 1}")
    before = settings.snapshot_path.resolve()
    with pytest.raises(NewerHome, match="newer Siyu"):
        run(settings, full=True)
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        assert shape_of(connection) == SHAPE + 1
        assert connection.execute("select count(*) from staging.orders").fetchall() == [(4,)]
    assert settings.snapshot_path.resolve() == before


def test_a_home_of_before_shapes_were_noted_goes_on(settings: Settings) -> None:
    """And gets the columns that came since."""
    _change(
        settings,
        "drop table ops.shape_of_warehouse",
        "alter table staging.identities drop column is_withdrawn",
        "alter table superseded.identities drop column is_withdrawn",
    )
    (settings.landing / "orders" / "more.csv").write_text(
        "order_id,platform,buyer_id,paid_at,paid_amount\no5,douyin,u2,2025-02-06 10:00:00,100\n", encoding="utf-8"
    )
    assert run(settings).status == "published"
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        assert shape_of(connection) == SHAPE
        assert connection.execute("select count(is_withdrawn) from staging.identities").fetchall() == [(0,)]
        assert connection.execute("select count(*) from core.orders").fetchall() == [(5,)]
