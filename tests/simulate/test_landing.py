"""What stands in landing is what truth.json says: files read again with plain csv, json and a workbook reader."""

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import duckdb
import pytest

from pipelines.ingest.sources import shipped_sources
from pipelines.simulate import planted_phones, simulate

PEOPLE = 500
NOBODY = "6999"  # ids of planted dirt begin so


@pytest.fixture(scope="module")
def merchant(tmp_path_factory):
    home = tmp_path_factory.mktemp("merchant")
    simulate(home, people=PEOPLE)
    return home


@pytest.fixture(scope="module")
def truth(merchant):
    return json.loads((merchant / "truth.json").read_text(encoding="utf-8"))


def files_of(home, folder, beginning=""):
    return sorted((home / "landing" / folder).glob(f"{beginning}*"), key=lambda path: path.stat().st_mtime)


def text_of(path, truth):
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    told = truth["files"][f"{path.parent.name}/{path.name}"]
    return content.decode(told["encoding"])


def rows_of(path, truth):
    """A CSV file's good rows as dictionaries, ids and amounts cleaned as an importer would."""
    told = truth["files"][f"{path.parent.name}/{path.name}"]
    if told["refused"] or told["is_duplicate"]:
        return []
    reader = csv.reader(line for line in io.StringIO(text_of(path, truth)) if line.count('"') % 2 == 0)
    header = next(reader)
    return [
        {name: cell.strip("\t'") for name, cell in zip(header, row, strict=True)}
        for row in reader
        if len(row) == len(header)
    ]


def order_lines(home, truth):
    """Good lines of the monthly exports, the newest of each sub-order last."""
    for path in files_of(home, "doudian_orders"):
        if path.name.startswith("订单导出"):
            for row in rows_of(path, truth):
                if not row["主订单编号"].startswith(NOBODY) and "E+" not in row["主订单编号"]:
                    yield row


def records_of(home, folder):
    for path in files_of(home, folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


def fen(amount):
    return int(amount.replace(",", "").replace(".", ""))


def digest(home):
    return {
        str(path.relative_to(home)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.parent != home
    }


def test_the_same_seed_gives_the_same_bytes_and_times_whatever_the_threads(merchant, tmp_path, monkeypatch):
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *path: connect(*path, config={"threads": 1}))
    simulate(tmp_path, people=PEOPLE)
    assert digest(tmp_path) == digest(merchant)
    assert (tmp_path / "truth.json").read_bytes() == (merchant / "truth.json").read_bytes()


def test_a_world_too_small_is_refused(tmp_path):
    with pytest.raises(ValueError, match="300 people and 120 days"):
        simulate(tmp_path, people=10)


def test_every_file_is_listed_with_its_lines_its_size_and_its_time(merchant, truth):
    found = {path.relative_to(merchant / "landing").as_posix(): path for path in (merchant / "landing").glob("*/*")}
    assert set(found) == set(truth["files"])
    for name, told in truth["files"].items():
        path = found[name]
        assert path.stat().st_size == told["bytes"]
        moment = datetime(1970, 1, 1, 8) + timedelta(seconds=path.stat().st_mtime)
        assert moment.isoformat(sep=" ") == told["modified_at"]
        if told["encoding"] and told["bytes"]:
            header = 0 if name.endswith(".jsonl") else 1
            assert text_of(path, truth).count("\n") - header == told["rows"], name


def test_the_folders_are_those_the_sources_know(merchant):
    """In a year of 500 people nobody did what one or two files tell; in the whole demo each source has one."""
    tables = {"ad_spend", "campaigns", "events", "group_days", "identities", "pushes"}
    found = {path.name for path in (merchant / "landing").iterdir()} - {"inbox", *tables}
    assert found <= set(shipped_sources())
    assert {"compass_days", "session_funnel", "follow_events", "jd_orders"} <= found


def test_exports_hold_exactly_the_orders_and_items_of_the_truth(merchant, truth):
    lines = list(order_lines(merchant, truth))
    assert len({row["主订单编号"] for row in lines}) == sum(truth["counts"]["orders_by_platform"]["douyin"].values())
    assert len({row["子订单编号"] for row in lines}) == truth["counts"]["items"]
    alone = [row for row in lines if row["主订单编号"] == row["子订单编号"]]
    assert len(alone) > len(lines) / 2


def test_api_records_tell_the_same_orders_except_those_of_hidden_buyers(merchant, truth):
    exported = {}
    for row in order_lines(merchant, truth):
        exported.setdefault(row["主订单编号"], {})[row["子订单编号"]] = fen(row["订单应付金额"])
    records = {r["order_id"]: r for r in records_of(merchant, "doudian_orders_api") if r["pay_amount"] >= 0}
    assert set(records) < set(exported)
    assert len(exported) - len(records) <= 10
    for order_id, record in records.items():
        assert record["pay_amount"] == sum(exported[order_id].values())
        assert {sku["order_id"] for sku in record["sku_order_list"]} == set(exported[order_id])
        assert record["doudian_open_id"].startswith("1@#")
        assert record["pay_time"] == 0 or 0 < record["pay_time"] - record["create_time"] <= 90


def test_kept_orders_can_be_counted_from_exports_and_after_sale_files(merchant, truth):
    paid, closed = Counter(), set()
    for row in {row["子订单编号"]: row for row in order_lines(merchant, truth)}.values():
        paid[row["主订单编号"]] += fen(row["订单应付金额"])
        if row["订单状态"] == "已关闭":
            closed.add(row["主订单编号"])
    cases = {}
    for path in files_of(merchant, "doudian_aftersales"):
        for row in rows_of(path, truth):
            if not row["售后单号"].startswith(NOBODY):
                cases[row["售后单号"]] = {
                    name.replace("（元）", "").replace("(元)", ""): cell for name, cell in row.items()
                }
    refunded = Counter()
    for row in cases.values():
        if row["售后状态"] == "同意退款，退款成功":
            refunded[row["订单号"]] += fen(row["退商品金额"]) + fen(row["退运费金额"])
    kept = [order for order, amount in paid.items() if amount > refunded[order] and order not in closed]
    assert len(kept) == truth["counts"]["orders_by_platform"]["douyin"]["kept"]
    assert len(cases) == sum(truth["counts"]["after_sale_cases"].values())


def test_channels_of_the_day_of_order_are_known_in_the_next_export(merchant, truth):
    first, last = {}, {}
    for row in order_lines(merchant, truth):
        first.setdefault(row["子订单编号"], row["流量渠道"])
        last[row["子订单编号"]] = row["流量渠道"]
    pending = [item for item, word in first.items() if word == "数据将于第二天更新"]
    assert pending
    assert all(last[item] != "数据将于第二天更新" for item in pending)


def test_events_and_webhook_records_are_those_of_the_truth(merchant, truth):
    rows = [row for path in files_of(merchant, "events") for row in rows_of(path, truth)]
    good = [row for row in rows if not row.get("event_id", "").startswith(NOBODY)]
    hooks = {
        record["content"] for record in records_of(merchant, "group_fans_events") if '"open_id"' in record["content"]
    }
    found = Counter(row["event"] for row in good)
    found["group_join"] += len(hooks)
    assert found + Counter(truth["counts"]["events_told_elsewhere"]) == truth["counts"]["events"]
    assert len(hooks) == truth["counts"]["webhook_joins"]
    joins = sum(truth["counts"]["events"][event] for event in ("group_join", "wecom_add", "member_join"))
    joins += truth["counts"]["list_members"]
    added, joined, left = wecom(merchant)
    assert (len(added), len(joined)) == (truth["counts"]["wecom_contacts"], truth["counts"]["wecom_group_joins"])
    assert joins + len(added) + len(joined) == truth["counts"]["joins"]
    removed = found["wecom_remove"] + truth["counts"]["events_told_elsewhere"].get("wecom_remove", 0)
    assert found["group_leave"] + removed + len(left) == truth["counts"]["leaves"]
    content = json.loads(next(iter(hooks)))
    assert len(str(content["create_time"])) == 13
    assert content["create_group_type"] in ("2", "5")


def wecom(home):
    """Who was added, who joined a group, and who is missing in the next list of a group, up to the last day."""
    pages = [page for page in records_of(home, "wecom_contacts") if page["errmsg"] == "ok"]
    added = {c["external_contact"]["external_userid"] for page in pages for c in page["external_contact_list"]}
    lists = []
    for path in files_of(home, "wecom_group_members"):
        chats = [json.loads(line)["group_chat"] for line in path.read_text(encoding="utf-8").splitlines()]
        lists.append({(c["chat_id"], m["userid"]) for c in chats for m in c["member_list"] if m["type"] == 2})
    joined = set().union(*lists)
    # the last list is of the morning after the last day: who is missing in it had not left by the end of the year
    left = {member for before, after in pairwise(lists[:-1]) for member in before - after}
    return added, joined, left


def test_a_page_of_contacts_holds_a_hundred_and_the_next_says_so(merchant, truth):
    pages = list(records_of(merchant, "wecom_contacts"))
    assert all(0 < len(page["external_contact_list"]) <= 100 for page in pages)
    assert all(bool(page["next_cursor"]) == (len(page["external_contact_list"]) == 100) for page in pages)
    assert truth["counts"]["wecom_contacts"] > 10


def test_taobao_reports_hold_the_orders_of_the_truth_net_of_what_went_back(merchant, truth):
    orders = {
        row["订单编号"]: row
        for path in files_of(merchant, "taobao_orders", "ExportOrderList")
        for row in rows_of(path, truth)
    }
    told = truth["counts"]["orders_by_shop"]["taobao"]
    assert len(orders) == sum(told.values())
    kept = [row for row in orders.values() if fen(row["买家实付金额"]) > 0]
    assert len(kept) == told["kept"]
    for number, row in orders.items():
        assert re.fullmatch(r'="\d{19}"', number)
        assert fen(row["买家实付金额"]) + fen(row["退款金额"]) == fen(row["买家应付货款"]) + fen(row["买家应付邮费"])
        assert (row["订单状态"] == "交易关闭") == (fen(row["买家实付金额"]) == 0)
        assert re.fullmatch(r"tb\d{9}|林\*\*", row["买家会员名"])


def test_bills_hold_payments_and_refunds_behind_backticks_and_end_with_their_totals(merchant, truth):
    paid, back = {}, Counter()
    for path in files_of(merchant, "wechat_pay_bill"):
        header, *lines = [line.split(",") for line in text_of(path, truth).removeprefix("\ufeff").splitlines()]
        rows = [dict(zip(header, (cell[1:] for cell in line), strict=True)) for line in lines[:-2]]
        assert all(cell.startswith("`") for line in [*lines[:-2], lines[-1]] for cell in line)
        assert lines[-2][0] == "总交易单数"
        total = dict(zip(lines[-2], (cell[1:] for cell in lines[-1]), strict=True))
        assert int(total["总交易单数"]) == len(rows)
        assert fen(total["订单总金额"]) == sum(fen(row["订单金额"]) for row in rows)
        assert fen(total["申请退款总金额"]) == sum(fen(row["申请退款金额"]) for row in rows)
        paid |= {row["商户订单号"]: fen(row["订单金额"]) for row in rows if row["交易状态"] == "SUCCESS"}
        for row in rows:
            back[row["商户订单号"]] += fen(row["申请退款金额"])
    told = truth["counts"]["orders_by_shop"]["wechat"]
    assert len(paid) == sum(told.values())
    assert sum(amount > back[order] for order, amount in paid.items()) == told["kept"]


def test_every_id_is_one_persons_and_some_accounts_are_linked_by_nothing(merchant, truth):
    """Ids of the truth are those that landing shows; whoever crossed has one on every platform."""
    ids = [name for mine in truth["people"].values() for name in mine]
    assert len(ids) == len(set(ids))
    shown = {
        f"taobao/nick/{row['买家会员名']}"
        for path in files_of(merchant, "taobao_orders", "ExportOrderList")
        for row in rows_of(path, truth)
    }
    assert {name for name in ids if name.startswith("taobao/")} == shown - {"taobao/nick/林**"}
    assert truth["crossed"]
    for person in truth["crossed"]:
        mine = truth["people"][str(person)]
        assert {name.split("/")[0] for name in mine} >= {"douyin", "wecom", "wechat", "any"}
    assert truth["counts"]["second_accounts_nothing_links"] > 0


def test_groups_have_twelve_different_thresholds_or_kinds(merchant):
    groups = {r["group_id"]: r for r in records_of(merchant, "group_list")}
    assert len(groups) == 12
    assert len({(g["relation_type"], g["fans_limit"], g["group_type"]) for g in groups.values()}) == 12
    assert all(group_id.startswith("@") and group_id.endswith("==") for group_id in groups)


def test_dirty_lines_are_as_many_as_told(merchant, truth):
    content = {}
    for path in files_of(merchant, "doudian_orders"):
        name = f"doudian_orders/{path.name}"
        told = truth["files"][name]
        if path.name.startswith("订单导出") and (told["dirty_rows"] or told["dirty_cells"]):
            content[name] = text_of(path, truth).splitlines()
    reasons = Counter()
    for name, lines in content.items():
        broken = sum(sum(truth["files"][name][kind].values()) for kind in ("dirty_rows", "dirty_cells"))
        reasons["all"] += broken
        reasons["scientific_notation"] += sum("6.92898E+18" in line for line in lines)
        reasons["bad_date"] += sum("2025-13-45" in line for line in lines)
        reasons["ragged_row"] += sum(line.count(",") < 40 for line in lines)
        keys = Counter(
            tuple(line.split(",")[:2]) for line in lines if "6.92898E+18" not in line and line.count(",") > 40
        )
        reasons["duplicate_key"] += sum(keys.values()) - len(keys) - truth["files"][name]["repeated_rows"]
        reasons["unclosed_quote"] += sum(line.count('"') % 2 for line in lines)
        reasons["names"] += sum("=HYPERLINK" in line or "=1+1" in line or "<img" in line for line in lines)
    assert reasons == {
        "all": 21,
        "scientific_notation": 2,
        "bad_date": 3,
        "ragged_row": 4,
        "duplicate_key": 5,
        "unclosed_quote": 1,
        "names": 3,
    }
    totals = 2 * len(files_of(merchant, "wechat_pay_bill"))  # the two lines of totals that end each bill are no rows
    assert sum(truth["dirty"]["rows"].values()) == 37 + totals
    counts = ("repeated_rows", "refused_files", "duplicate_files")
    assert [truth["dirty"][name] for name in counts] == [5, 4, 1]


def test_full_phones_of_landing_are_exactly_the_planted_ones_and_truth_holds_none(merchant, truth):
    planted = set(planted_phones(merchant))
    shown = {row["收件人手机号"] for row in order_lines(merchant, truth)}
    linked = {
        row["linked_value"]
        for path in files_of(merchant, "identities")
        for row in rows_of(path, truth)
        if row["linked_type"] == "phone"
    }
    shown |= {
        row["联系手机"]
        for path in files_of(merchant, "taobao_orders", "ExportOrderList")
        for row in rows_of(path, truth)
    }
    noted = {
        phone.removeprefix("+86 ")
        for page in records_of(merchant, "wecom_contacts")
        for contact in page["external_contact_list"]
        for phone in contact["follow_info"]["remark_mobiles"]
    }
    assert {phone for phone in shown if re.fullmatch(r"1\d{10}", phone)} | linked | noted == planted
    assert any("****" in phone for phone in shown)
    assert any("-" in phone for phone in shown)
    assert not re.search(r"\b1\d{10}\b", (merchant / "truth.json").read_text(encoding="utf-8"))


def test_workbooks_open_and_the_same_session_is_downloaded_again(merchant):
    import python_calamine

    books = [path for path in files_of(merchant, "live_workbooks") if "损坏" not in path.name]
    sessions = Counter(path.name.split("(", 1)[1] for path in books)
    assert set(sessions.values()) == {1, 2}
    book = python_calamine.CalamineWorkbook.from_path(books[0])
    assert book.sheet_names == ["基本信息", "核心数据", "商品数据", "流量趋势"]
    basics = dict(book.get_sheet_by_name("基本信息").to_python())
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)~(\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)", basics["直播时间"])
    assert re.fullmatch(r"\d{19}", basics["直播间ID"])


def test_headers_are_those_the_platform_writes(merchant, truth):
    first, second = [path for path in files_of(merchant, "doudian_orders") if path.name.startswith("订单导出")][:2]
    header_a = text_of(first, truth).splitlines()[0].split(",")
    header_b = text_of(second, truth).splitlines()[0].lstrip("\ufeff").split(",")
    assert len(header_a) == 75
    assert header_a[-2:] == ["建议发货时间（起）", "建议发货时间（止）"]
    assert "商品单价" in header_b
    assert "货号" not in header_b
