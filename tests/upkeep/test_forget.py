"""A person forgotten: no row, no byte of theirs left, the others' numbers as if they had never been."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from pipelines.cli import main
from pipelines.database import read_only
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.upkeep.forget import NobodyNamed, Who, forget_person
from tests.upkeep.conftest import land

HEADER = "order_id,platform,buyer_id,phone,paid_at,paid_amount,source\n"
# Ann is one person by her phone: user ann-4711 on Douyin, tb-ann-88 on Taobao.
ANN = [
    "900000001,douyin,ann-4711,13911112222,2025-01-05 10:00:00,100,直播间\n",
    "900000002,douyin,ann-4711,,2025-01-20 10:00:00,80,粉丝群\n",
    "900000003,taobao,tb-ann-88,139 1111 2222,2025-02-20 10:00:00,40,店铺\n",
]
BO = [
    "900000011,douyin,bo-4712,13922223333,2025-01-21 10:00:00,60,直播间\n",
    "900000012,douyin,bo-4712,,2025-02-05 10:00:00,70,粉丝群\n",
]
EVENTS = "platform,user_id,event,event_at,group_id,inviter_id\n"
VALUES = ("13911112222", "139 1111 2222", "ann-4711", "tb-ann-88")


def put(home: Path, with_ann: bool = True) -> None:
    """Files of several kinds; without Ann, blank lines stand in the place of hers."""
    ann = ANN if with_ann else ["\n"] * len(ANN)
    land(home, "orders/a.csv", HEADER + ann[0] + BO[0] + ann[1] + ann[2])
    land(home, "orders/b.csv", HEADER + BO[1])
    events = ["douyin,ann-4711,group_join,2025-01-06 10:00:00,g1,\n"] if with_ann else ["\n"]
    # Bo was invited by her: his row stays, without her
    inviter = "ann-4711" if with_ann else ""
    land(home, "events/e.csv", EVENTS + events[0] + f"douyin,bo-4712,group_join,2025-01-22 10:00:00,g1,{inviter}\n")
    # a file that names no person, only her order
    refund = "r1,900000002,douyin,2025-01-25 10:00:00,5\n" if with_ann else "\n"
    land(home, "refunds/r.csv", "refund_id,order_id,platform,refunded_at,refund_amount\n" + refund)


@pytest.fixture(scope="module")
def with_ann(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ann") / "home"
    put(home)
    assert run(load_settings(home)).status == "published"
    return home


@pytest.fixture
def home(with_ann: Path, tmp_path: Path) -> Path:
    return shutil.copytree(with_ann, tmp_path / "home", symlinks=True)


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home)


def tables(home: Path) -> dict[str, list[tuple]]:
    """Everything that a person could stand in, as readers see it."""
    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        names = snapshot.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'metrics')"
        ).fetchall()
        told = {}
        for (name,) in sorted(names):
            columns = [column for column, *_ in snapshot.execute(f"describe {name}").fetchall()]
            kept = ", ".join(f'"{c}"' for c in columns if c not in ("file_id", "version_at", "shape", "exported_at"))
            told[name] = snapshot.execute(f"select {kept} from {name} order by all").fetchall()
    return told


def places(home: Path, values: tuple[str, ...] = VALUES) -> Iterator[str]:
    """Where a value stands: bytes of every file, text of every column of every table."""
    for path in home.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        yield from (f"{path.name}: {value}" for value in values if value.encode() in content)
        if path.suffix == ".duckdb":
            with read_only(path) as connection:
                columns = connection.execute(
                    "select schema_name, table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' "
                    "and not internal and database_name = current_database()"
                ).fetchall()
                for schema, table, column in columns:
                    asked = f'select count(*) from {schema}.{table} where regexp_matches("{column}", ?)'
                    found = connection.execute(asked, ["|".join(values)]).fetchall()
                    yield from (f"{schema}.{table}.{column}" for (count,) in found if count)


def test_what_is_left_is_as_if_they_had_never_been(home: Path, settings: Settings, tmp_path: Path) -> None:
    """One phone names all of her: both accounts, their orders and events, and a refund that names only the order."""
    assert len(list(places(home))) > 3
    assert main(["--home", str(home), "forget", "--phone", "139-1111-2222"]) == 0
    assert list(places(home)) == []
    without = tmp_path / "without"
    put(without, with_ann=False)
    (without / "secret.key").write_bytes((home / "secret.key").read_bytes())
    run(load_settings(without))
    found, expected = tables(home), tables(without)
    assert {name: rows for name, rows in found.items() if rows != expected[name]} == {}


@pytest.mark.parametrize("named", ["douyin:user_id:ann-4711", "taobao:user_id:tb-ann-88"])
def test_any_of_their_ids_names_them(home: Path, settings: Settings, named: str) -> None:
    """What the ids share, her phone, is found by the lines, though nobody told it."""
    done = forget_person(settings, Who.of_id(named))
    assert (done.ids, done.orders, done.landing.lines, done.landing.left) == (3, 3, 5, [])
    assert [place for place in places(home) if "siyu-" not in place and "." not in place.split(":")[0]] == []


def test_read_again_they_stay_forgotten(home: Path, settings: Settings) -> None:
    """The same file once more, a newer one, and everything from landing."""
    forget_person(settings, Who.of_phone("13911112222"))
    land(home, "orders/again.csv", HEADER + "".join(ANN) + BO[0])
    land(home, "orders/new.csv", HEADER + "900000009,douyin,ann-4711,,2025-03-20 10:00:00,80,粉丝群\n")
    for full in (False, True):
        assert run(settings, full=full).status == "published"
        with read_only(settings.snapshot_path) as snapshot:
            assert snapshot.execute("select order_id from staging.orders order by 1").fetchall() == [
                ("900000011",),
                ("900000012",),
            ]
            told = snapshot.execute("select path, rows from ops.notices where code = 'forgotten' order by 1").fetchall()
            assert told[-2:] == [("orders/again.csv", 3), ("orders/new.csv", 1)]
            assert snapshot.execute("select count(*) from ops.quarantine").fetchall() == [(0,)]


def test_the_ledger_adds_up(home: Path, settings: Settings) -> None:
    """And what was rewritten is not read again as another file."""
    forget_person(settings, Who.of_phone("13911112222"))
    assert run(settings).loaded.files == 0
    with read_only(settings.snapshot_path) as snapshot:
        files = snapshot.execute(
            "select path, rows_read, rows_loaded, rows_superseded, rows_quarantined from ops.files order by 1"
        ).fetchall()
    assert files == [
        ("events/e.csv", 1, 1, 0, 0),
        ("orders/a.csv", 1, 1, 0, 0),
        ("orders/b.csv", 1, 1, 0, 0),
        ("refunds/r.csv", 0, 0, 0, 0),
    ]


def test_lines_keep_their_numbers(home: Path, settings: Settings) -> None:
    forget_person(settings, Who.of_phone("13911112222"))
    assert (home / "landing" / "orders" / "a.csv").read_text("utf-8") == HEADER + "\n" + BO[0] + "\n\n"
    events = (home / "landing" / "events" / "e.csv").read_text("utf-8")
    assert events == EVENTS + "\n" + "douyin,bo-4712,group_join,2025-01-22 10:00:00,g1,\n"


def test_files_in_other_wrappings(home: Path, settings: Settings) -> None:
    landing = home / "landing" / "orders"
    (landing / "gbk.csv").write_bytes((HEADER + ANN[0].replace("900000001", "900000021") + BO[0]).encode("gb18030"))
    (landing / "packed.csv.gz").write_bytes(gzip.compress((HEADER + ANN[0].replace("900000001", "900000022")).encode()))
    record = {"order_id": "900000023", "platform": "douyin", "buyer_id": "ann-4711", "paid_amount": "9"}
    record["paid_at"] = "2025-03-01 10:00:00"
    records = [record, {**record, "order_id": "900000024", "buyer_id": "bo-4712"}]
    (landing / "lines.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADER.strip().split(","))
    for number, buyer in (("900000025", "ann-4711"), ("900000026", "bo-4712")):
        book.worksheets[0].append([number, "douyin", buyer, "", "2025-03-01 10:00:00", 5, ""])
    book.save(landing / "book.xlsx")
    run(settings)
    done = forget_person(settings, Who.of_id("douyin:user_id:ann-4711"))
    assert (done.landing.left, done.landing.rewritten) == ([], 7)
    assert [place for place in places(home, ("ann-4711",)) if ".csv" in place or ".jsonl" in place] == []
    sheet = openpyxl.load_workbook(landing / "book.xlsx").worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["order_id", None, "900000026"]
    assert run(settings, full=True).status == "published"
    with read_only(settings.snapshot_path) as snapshot:
        kept = snapshot.execute("select order_id from staging.orders order by 1").fetchall()
    assert kept == [("900000011",), ("900000012",), ("900000024",), ("900000026",)]


def test_a_group_loses_one_member(home: Path, settings: Settings) -> None:
    """A whole list of members stands on one line; everybody else's rows come back from it."""
    members = [
        {"userid": who, "type": 2, "join_time": 1735783200 + n, "join_scene": 3}
        for n, who in enumerate(["wm-ann-00000000000001", "wm-bo-000000000000002", "wm-cy-000000000000003"])
    ]
    group = {
        "errcode": 0,
        "group_chat": {
            "chat_id": "wr-1",
            "name": "一群",
            "owner": "s",
            "create_time": 1735000000,
            "member_list": members,
        },
    }
    land(home, "wecom_group_members/群_20250301120000.json", json.dumps(group, ensure_ascii=False))
    run(settings)
    done = forget_person(settings, Who.of_id("wecom:external_userid:wm-ann-00000000000001"))
    assert (done.landing.left, done.landing.lines) == ([], 1)
    run(settings, full=True)
    with read_only(settings.snapshot_path) as snapshot:
        asked = "select user_id from staging.events where platform = 'wecom' order by 1"
        assert snapshot.execute(asked).fetchall() == [("wm-bo-000000000000002",), ("wm-cy-000000000000003",)]


def test_stopped_in_landing_the_same_call_goes_on(
    home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By her phone, all of her ids are known the second time, too."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.upkeep.landing_lines._tell_ledger", stop)
        with pytest.raises(KeyboardInterrupt):
            forget_person(settings, Who.of_phone("13911112222"))
    done = forget_person(settings, Who.of_phone("13911112222"))
    assert (done.ids, done.orders, done.landing.left) == (3, 3, [])
    assert [place for place in places(home) if "siyu-" not in place and "." not in place.split(":")[0]] == []


def test_a_new_key_says_whose_marks_went(home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    forget_person(settings, Who.of_phone("13911112222"))
    assert main(["--home", str(home), "key", "new"]) == 0
    assert "6 marks of people who were forgotten went with the old key" in capsys.readouterr().err


def test_a_packed_file_that_was_cut_is_no_fault(home: Path, settings: Settings) -> None:
    packed = gzip.compress((HEADER + ANN[0] * 200).encode())
    (home / "landing" / "orders" / "cut.csv.gz").write_bytes(packed[:-9])
    done = forget_person(settings, Who.of_phone("13911112222"))
    assert done.landing.left == ["orders/cut.csv.gz"]


def test_a_file_that_cannot_be_rewritten_is_named(
    home: Path, settings: Settings, capsys: pytest.CaptureFixture
) -> None:
    import pyarrow
    import pyarrow.parquet

    names, row = HEADER.strip().split(","), ANN[0].strip().split(",")
    table = pyarrow.table({name: [cell] for name, cell in zip(names, row, strict=True)})
    pyarrow.parquet.write_table(table, home / "landing" / "orders" / "p.parquet", compression="none")
    run(settings)
    assert main(["--home", str(home), "forget", "--phone", "13911112222"]) == 1
    assert "orders/p.parquet" in capsys.readouterr().err
    with read_only(settings.snapshot_path) as snapshot:
        assert snapshot.execute("select count(*) from staging.orders where buyer_id = 'ann-4711'").fetchall() == [(0,)]


def test_the_value_may_come_from_input_and_is_in_no_receipt(home: Path) -> None:
    code = "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--home", str(home), "forget", "--phone", "-"]
    said = subprocess.run(command, input="13911112222\n", capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert not any(value in said.stdout + said.stderr for value in VALUES)
    [receipt] = (home / "receipts").glob("*.json")
    assert json.loads(receipt.read_text("utf-8"))["orders"] == 3


def test_nobody_else_goes(home: Path, settings: Settings) -> None:
    done = forget_person(settings, Who.of_phone("13700009999"))
    assert (done.total, done.landing.lines) == (0, 0)
    land(home, "orders/late.csv", HEADER + "900000031,douyin,cy-1,13700009999,2025-03-20 10:00:00,80,粉丝群\n")
    assert run(settings).status == "published"
    with read_only(settings.snapshot_path) as snapshot:
        assert snapshot.execute("select count(*) from staging.orders").fetchall() == [(5,)]


@pytest.mark.parametrize("text", ["", "1391111", "a@b.cn"])
def test_who_must_be_named(text: str) -> None:
    with pytest.raises(NobodyNamed):
        Who.of_phone(text)
    with pytest.raises(NobodyNamed, match="PLATFORM:TYPE:VALUE"):
        Who.of_id(f"nowhere:user_id:{text}")
