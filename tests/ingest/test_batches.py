"""Small files alike are loaded together: nothing but the time it takes may tell.

What belongs here: files loaded together against the same files loaded one by one. What does not: which row stands
(test_versions.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import batches, joint
from tests.examples import examples
from tests.ingest.conftest import Landing

MANY = settings(
    max_examples=examples(3, 10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ORDERS = "order_id,shop_id,paid_at,paid_amount,buyer_id"
LINES = "主订单编号,子订单编号,选购商品,订单状态,订单应付金额,运费,订单提交时间,支付完成时间"
EVENTS = "user_id,event,event_at,group_id"
AFTERSALES = "售后单号,订单号,商品单号,退款金额（元）,售后状态,申请时间"

Kind = tuple[str, str, list[Any]]
_FEW = st.integers(1, 4)
_AMOUNT = st.sampled_from(["5.00", "5.00", "7.50", "¥8", "1,250", "x", "#REF!", ""])
_DAY = st.sampled_from(["2026-03-01 10:00:00", "2026-03-02", "3月4日 10:00", "2026-13-01", "2027-12-31 09:00:00"])
KINDS: list[Kind] = [
    ("orders", ORDERS, [_FEW.map("A{}".format), st.sampled_from(["s1", "", "s2"]), _DAY, _AMOUNT, _FEW.map(str)]),
    (
        "doudian_orders",
        LINES,
        [
            _FEW.map("69{}".format),
            st.integers(1, 6).map("70{}".format),
            st.just("裙"),
            st.sampled_from(["已完成", "已发货", "已关闭", "谁知道"]),
            _AMOUNT,
            st.just("0"),
            _DAY,
            _DAY,
        ],
    ),
    (
        "events",
        EVENTS,
        [_FEW.map("u{}".format), st.sampled_from(["group_join", "入群", "wave"]), _DAY, _FEW.map(str)],
    ),
    ("ad_spend", "日期,账户ID,消耗", [_DAY, st.sampled_from(["acc1", ""]), _AMOUNT]),
    (
        "doudian_aftersales",
        AFTERSALES,
        [
            _FEW.map("88{}".format),
            _FEW.map("69{}".format),
            _FEW.map("70{}".format),
            _AMOUNT,
            st.sampled_from(["退款成功", "待商家处理", "?"]),
            _DAY,
        ],
    ),
]
# Lines that are no rows, and rows of which something is to be told.
ODD = st.sampled_from(["", ",,,", "合计", 'a,"b', "again", "a,b"])


@st.composite
def small_files(draw: st.DrawFn) -> dict[str, tuple[str, str]]:
    """Path → content and time; few keys, so that files of one kind meet."""
    files = {}
    for number in range(draw(st.integers(2, 7))):
        folder, header, columns = KINDS[draw(st.sampled_from([0, 0, 1, 1, 2, 3, 4]))]
        rows = [",".join(draw(column) for column in columns) for _ in range(draw(st.integers(0, 5)))]
        if draw(st.integers(0, 5)) == 0:
            odd = draw(ODD)
            rows.insert(draw(st.integers(0, len(rows))), header if odd == "again" else odd)
        at = f"2026-04-0{draw(st.integers(1, 3))} 09:00:00"
        shop = draw(st.sampled_from(["", "", "shop/"]))
        files[f"{folder}/{shop}{draw(_FEW)}{number}.csv"] = ("\n".join([header, *rows]) + "\n", at)
    return files


def everything(landing: Landing) -> dict[str, list[tuple[Any, ...]]]:
    """All that ingest leaves, with paths for the numbers of files."""
    said = {"ops.files": "select path, file_source, sha256, exported_at, rows_read, rows_loaded, rows_superseded, "
            "rows_quarantined, status from ops.files"}  # fmt: skip
    for table in ("orders", "order_items", "events", "refunds", "ad_spend"):
        said[table] = (
            f"select s.* exclude (file_id, shape), path from staging.{table} s left join ops.files using (file_id)"
        )
    for table in ("order_items", "events", "refunds"):  # of copies, those that still tell something
        said[f"superseded.{table}"] = (
            f"select s.* exclude (file_id, shape, superseded_by), path from superseded.{table} s "
            "left join ops.files using (file_id) where superseded_by is null"
        )
    said["ops.quarantine"] = "select * exclude (file_id, quarantined_at) from ops.quarantine"
    # of two files that tell two things under one number the one read second is told, and folders are read apart
    said["ops.notices"] = "select * exclude (file_id) from ops.notices where code <> 'other_row'"
    said["other_row"] = "select distinct code from ops.notices where code = 'other_row'"
    said["ops.waiting"] = "select w.* exclude (file_id), path from ops.waiting w join ops.files using (file_id)"
    return {name: landing.connection.execute(f"{sql} order by all").fetchall() for name, sql in said.items()}


def loaded(files: dict[str, tuple[str, str]], home: Path, warehouse: Any) -> Landing:
    landing = Landing(home, warehouse)
    for path, (content, at) in files.items():
        landing.write(path, content, at)
    landing.ingest()
    return landing


@MANY
@given(files=small_files(), more=small_files())
def test_files_loaded_together_are_as_if_loaded_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, warehouse: Any, files: Any, more: Any
) -> None:
    """Whatever stands already, and whatever is wrong with some of them."""
    came_out = []
    for most in (batches.SMALL, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batches, "SMALL", most)
            landing = loaded(files, tmp_path_factory.mktemp("home"), warehouse)
            for path, (content, at) in more.items():
                landing.write(f"{path}.later.csv", content, at)
            landing.ingest()
            came_out.append(everything(landing))
    together, alone = came_out
    for name in alone:
        assert sorted(set(together[name]) ^ set(alone[name]), key=str) == [], name
        assert together[name] == alone[name], name


def test_most_small_files_are_loaded_together(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with a line that is no row goes by itself, and takes nobody with it."""
    together = []
    load_together = joint.load_together

    def counted(*given: Any) -> Any:
        results = load_together(*given)
        together.extend(sorted(result.path for result in results.values()))
        return results

    monkeypatch.setattr(batches, "load_together", counted)
    for number in range(4):
        landing.write(f"orders/{number}.csv", f"{ORDERS}\nA{number},s1,2026-03-01,5,u1\n")
    landing.write("orders/ragged.csv", f"{ORDERS}\nA9,s1,2026-03-01,5,u1\nA10,s1\n")
    landing.write("orders/total.csv", f"{ORDERS}\nA11,s1,2026-03-01,5,u1\n合计,,,5,\n")
    landing.ingest()
    assert together == [f"orders/{number}.csv" for number in range(4)]
    assert [row[0] for row in landing.rows("orders", "order_id")] == ["A0", "A1", "A11", "A2", "A3", "A9"]
    assert landing.quarantine("path, line") == [("orders/ragged.csv", 3)]
