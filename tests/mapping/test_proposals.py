"""What a file that nobody knows is taken for; what decides a number and is not certain is asked, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.own_sources import OwnFile, questions_of, read_own
from pipelines.ingest.sources import load_sources
from pipelines.mapping import NoHeader, NoTable, Proposal, propose
from pipelines.mapping.preview import preview
from pipelines.settings import Settings
from tests.ingest.files import workbook

TILL = """一店三月销售流水,,,,
导出时间：2026-04-01 08:00,,,,

单号,成交时间,实付(元),会员手机,收银员
LS0001,2026年3月1日 10:05,¥129.00,13912345670,王芳
LS0002,2026年3月2日 18:30,"¥1,060.50",13812345679,王芳
LS0003,2026年3月5日,¥88,,李雷
合计,,"¥1,277.50",,
"""
KNOWN = "订单编号,付款时间,支付金额,仓库\nA1,2026-03-01 10:00:00,12.50,x\nA2,2026-03-02 10:00:00,8.00,x\n"


def proposed(folder: Path, text: str | bytes, name: str = "file.csv", **more: object) -> Proposal:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return propose(file, Settings(home=folder / "home"), **more)  # type: ignore[arg-type]


def taken(proposal: Proposal) -> dict[str, str]:
    """Column → header."""
    return {name: proposal.table.header[one.place] for name, one in proposal.fitted.choices.items()}


def asked(proposal: Proposal) -> list[str]:
    return [one.column for one in proposal.fitted.undecided]


def landed(folder: Path, proposal: Proposal, name: str = "file.csv") -> list[dict[str, object]]:
    """The first rows as they would stand."""
    seen = preview(folder / name, Settings(home=folder / "home"), proposal)
    assert seen.checked.loads
    return [dict(zip(one.columns, row, strict=True)) for one in seen.landed for row in one.rows]


def test_a_till_with_titles_and_totals(tmp_path: Path) -> None:
    found = proposed(tmp_path, TILL)
    assert (found.fitted.table.name, found.table.line, len(found.table.rows)) == ("orders", 4, 3)
    assert taken(found) == {"order_id": "单号", "phone": "会员手机"}
    assert asked(found) == ["paid_at", "paid_amount"]
    assert questions_of(found.file)[1].startswith("paid_amount: is 实付(元) the 支付金额")
    assert read_own(found.file, load_sources()) is None


def test_decided_by_a_person_it_loads(tmp_path: Path) -> None:
    found = proposed(tmp_path, TILL, platform="微信", said={"paid_at": "成交时间", "paid_amount": "实付(元)"})
    assert asked(found) == []
    rows = landed(tmp_path, found)
    assert [(row["order_id"], str(row["paid_amount"]), row["platform"]) for row in rows] == [
        ("LS0001", "129.00", "wechat"), ("LS0002", "1060.50", "wechat"), ("LS0003", "88.00", "wechat"),
    ]  # fmt: skip
    assert [row["phone_key"] for row in rows] == ["***", "***", None]
    assert rows[2]["paid_at_has_time"] is False


def test_its_questions_are_lines_ready_to_be_taken(tmp_path: Path) -> None:
    """A person decides by taking away the # and the questions."""
    text = proposed(tmp_path, TILL).text
    before, _, rest = text.partition("undecided:")
    decided = before.replace("# To be decided", "# Was") + rest.partition("\n\n")[2]
    decided = decided.replace("  # paid_at", "  paid_at").replace("  # paid_amount", "  paid_amount")
    decided = decided.replace("      # ", "      ")
    source = read_own(OwnFile(tmp_path / "till.yaml", decided.encode()), load_sources())
    assert source is not None
    assert source.loads["orders"].columns["paid_amount"] == "paid_amount"


@pytest.mark.parametrize(
    ("header", "values", "column", "said"),
    [
        ("订单金额", ["12.50", "8.00"], "paid_amount", "is 订单金额 the 支付金额"),
        ("应付,收款", ["12.50,12.00", "8.00,8.00"], "paid_amount", "which of 收款 or 应付 is the 支付金额"),
        ("支付金额", ["12900", "8800"], "paid_amount", "支付金额 holds whole numbers without a unit. Yuan, or fen"),
        ("支付金额,实付金额", ["12.5,12.5", "8.0,8.0"], "paid_amount", "which of 实付金额 or 支付金额 is"),
    ],
)
def test_which_amount_and_which_unit_is_asked(
    tmp_path: Path, header: str, values: list[str], column: str, said: str
) -> None:
    rows = "".join(f"A{n},2026-03-0{n} 10:00:00,{value},x\n" for n, value in enumerate(values, 1))
    found = proposed(tmp_path, f"订单编号,付款时间,{header},仓库\n{rows}")
    assert asked(found) == [column]
    assert found.fitted.undecided[0].said.startswith(said)


def test_a_unit_that_was_said(tmp_path: Path) -> None:
    text = KNOWN.replace("12.50", "12900").replace("8.00", "8800")
    found = proposed(tmp_path, text, said={"paid_amount": "支付金额:fen"})
    assert asked(found) == []
    assert [str(row["paid_amount"]) for row in landed(tmp_path, found)] == ["129.00", "88.00"]


def test_a_unit_above_the_header_is_said_for_its_column(tmp_path: Path) -> None:
    text = "单位：万元\n日期,渠道,消耗\n2026-03-01,千川,0.5\n2026-03-02,千川,0.6\n"
    found = proposed(tmp_path, text, said={"cost_amount": "消耗:万"})
    assert [str(row["cost_amount"]) for row in landed(tmp_path, found)] == ["5000.00", "6000.00"]


def test_a_unit_in_the_header_is_certain(tmp_path: Path) -> None:
    found = proposed(
        tmp_path, KNOWN.replace("支付金额", "支付金额（分）").replace("12.50", "12900").replace("8.00", "8800")
    )
    assert asked(found) == []
    assert [str(row["paid_amount"]) for row in landed(tmp_path, found)] == ["129.00", "88.00"]


def test_lines_of_orders_are_no_orders(tmp_path: Path) -> None:
    found = proposed(tmp_path, KNOWN.replace("A2", "A1"))
    assert asked(found) == ["order_id"]
    assert "several rows have the same 订单编号" in found.fitted.undecided[0].said


def test_what_is_a_persons_is_never_read(tmp_path: Path) -> None:
    text = "订单编号,付款时间,支付金额,收货人,客户地址,邮件,证件,商品说明\n"
    text += "A1,2026-03-01 10:00:00,12.50,张三,上海某路1号,a@b.cn,310101199001011234,棉\n"
    found = proposed(tmp_path, text)
    personal = [found.table.header[place] for place in found.fitted.personal]
    assert personal == ["收货人", "客户地址", "邮件", "证件"]
    assert all(value not in found.text for value in ("张三", "某路", "a@b.cn", "310101"))
    assert "ignore: [商品说明]" in found.text


def test_a_word_of_a_state_that_nobody_knows_is_told(tmp_path: Path) -> None:
    text = KNOWN.replace("仓库", "订单状态").replace("00,12.50,x", "00,12.50,已出库").replace(",x", ",已完成")
    found = proposed(tmp_path, text)
    assert any("订单状态 says 已出库: rows with these are refused" in said for said in found.fitted.unsure)


def test_joins_and_leaves_of_a_workbook(tmp_path: Path) -> None:
    rows = [["群成员"], ["群名", "成员昵称", "入群时间", "退群时间"], ["一群", "小红", "2026-03-01 10:00", ""],
            ["一群", "小明", "2026-03-02 10:00", "2026-03-20 10:00"]]  # fmt: skip
    found = proposed(tmp_path, workbook({"Sheet1": rows}, ["A1:D1"]), "m.xlsx")
    assert (found.fitted.table.name, asked(found), found.table.line) == ("events", [], 2)
    events = [(row["event"], row["user_id"]) for row in landed(tmp_path, found, "m.xlsx")]
    assert events == [("group_join", "***"), ("group_join", "***"), ("group_leave", "***")]


def test_refunds_without_a_number_are_known_by_what_they_say(tmp_path: Path) -> None:
    """By the same key as in a file with the canonical names, so that one refund told twice counts once."""
    found = proposed(tmp_path, "订单号,退款时间,退款金额,原因\nA1,2026-03-01 10:00:00,12.50,大\n")
    assert found.fitted.table.name == "refunds"
    (row,) = landed(tmp_path, found)
    plain = tmp_path / "plain.csv"
    plain.write_text("order_id,refunded_at,refund_amount\nA1,2026-03-01 10:00:00,12.50\n", encoding="utf-8")
    from pipelines.ingest.checking import loaded_apart

    with loaded_apart(plain, Settings(home=tmp_path / "home"), "refunds") as (connection, _):
        assert connection.execute("select refund_id from staging.refunds").fetchall() == [(row["refund_id"],)]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("货号,仓库,库存\nA1,上海,5\n", NoTable, "no table of Siyu can be made of it"),
        ("订单号,付款时间,金额,金额\nA,2026-03-01,1.5,2\n", NoTable, "金额 stands twice: rename one of the two"),
        ("名单\n张三\n", NoHeader, "nothing in its first lines looks like a header"),
        ("", NoHeader, "the file is empty"),
        ('{"a": 1}\n', NoHeader, "this is JSON"),
    ],
)
def test_what_no_mapping_can_be_made_of(tmp_path: Path, text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        proposed(tmp_path, text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"table": "order"}, "--as order: there is no such table; did you mean 'orders'?"),
        ({"said": {"paid_amuont": "支付金额"}}, "no table has such a column; did you mean 'paid_amount'?"),
        ({"said": {"paid_amount": "支付金"}}, "is no header; did you mean '支付金额'?"),
        ({"platform": "抖"}, "no platform that Siyu knows"),
    ],
)
def test_what_a_person_said_and_is_not_there(tmp_path: Path, more: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 (the message is what is asked about)
        proposed(tmp_path, KNOWN, **more)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("file", "name"),
    [("门店流水_2026-03.csv", "门店流水"), ("2026年3月1日.csv", "own_file"), ("ERP export (2).csv", "erp_export"),
     ("订单.csv", "订单_2"), ("orders.csv", "orders_2")],
)  # fmt: skip
def test_its_name_is_the_files_without_days(tmp_path: Path, file: str, name: str) -> None:
    assert proposed(tmp_path, KNOWN, file).name == name
