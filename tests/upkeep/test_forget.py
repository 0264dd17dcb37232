"""A person forgotten: no row, no byte of theirs left, the others' numbers as if they had never been.

One home has files of every wrapping; she is forgotten in it once, by the command, and what most tests ask is asked of
what is left. A run is made three times: before, by the command, and where she never was.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from pipelines.cli import main
from pipelines.database import read_only
from pipelines.ingest import ingest
from pipelines.ingest.landing import find_new
from pipelines.privacy import load_key
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.steps.begin import prepare
from pipelines.steps.from_landing import start_over
from pipelines.upkeep.forget import NobodyNamed, Who, forget_person, ids_of
from pipelines.warehouse import open_for_writing
from tests.cli.conftest import heard
from tests.upkeep.conftest import land

HEADER = "order_id,platform,buyer_id,phone,paid_at,paid_amount,source\n"
PHONE = "13911112222"
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
# After all of hers: the last day that the data knows is the same without her.
LAST = "900000013,douyin,bo-4712,,2025-03-01 10:00:00,30,直播间\n"
EVENTS = "platform,user_id,event,event_at,group_id,inviter_id\n"
VALUES = (PHONE, "139 1111 2222", "ann-4711", "tb-ann-88")
LEFT = "orders/p.parquet"  # cannot be rewritten


def numbered(row: str, number: int) -> str:
    return f"{number}{row[9:]}"


def put(home: Path, with_ann: bool = True) -> None:
    """Files of several kinds; without Ann, blank lines stand in the place of hers."""
    ann = ANN if with_ann else ["\n"] * len(ANN)
    land(home, "orders/a.csv", HEADER + ann[0] + BO[0] + ann[1] + ann[2])
    land(home, "orders/b.csv", HEADER + BO[1] + LAST)
    events = ["douyin,ann-4711,group_join,2025-01-06 10:00:00,g1,\n"] if with_ann else ["\n"]
    # Bo was invited by her: his row stays, without her
    inviter = "ann-4711" if with_ann else ""
    land(home, "events/e.csv", EVENTS + events[0] + f"douyin,bo-4712,group_join,2025-01-22 10:00:00,g1,{inviter}\n")
    # a file that names no person, only her order
    refund = "r1,900000002,douyin,2025-01-25 10:00:00,5\n" if with_ann else "\n"
    land(home, "refunds/r.csv", "refund_id,order_id,platform,refunded_at,refund_amount\n" + refund)
    _put_wrapped(home / "landing" / "orders", with_ann)


def _put_wrapped(orders: Path, with_ann: bool) -> None:
    """Of each wrapping an order of hers, and but for the packed one an order of Bo's."""

    def hers(number: int) -> str:
        return numbered(ANN[0], number) if with_ann else "\n"

    (orders / "gbk.csv").write_bytes((HEADER + hers(900000021) + numbered(BO[1], 900000031)).encode("gb18030"))
    (orders / "packed.csv.gz").write_bytes(gzip.compress((HEADER + hers(900000022)).encode()))
    names = HEADER.strip().split(",")
    records = [dict(zip(names, numbered(row, n).strip().split(","), strict=True)) for row, n in WRAPPED]
    lines = [json.dumps(record) if with_ann or "bo" in record["buyer_id"] else "" for record in records[:2]]
    (orders / "lines.jsonl").write_text("".join(f"{line}\n" for line in lines))
    book = openpyxl.Workbook()
    book.worksheets[0].append(names)
    for record in records[2:4]:
        book.worksheets[0].append(list(record.values()) if with_ann or "bo" in record["buyer_id"] else [])
    book.save(orders / "book.xlsx")
    kept = [record for record in records[4:] if with_ann or "bo" in record["buyer_id"]]
    table = pyarrow.table({name: [record[name] for record in kept] for name in names})
    pyarrow.parquet.write_table(table, orders / "p.parquet", compression="none")


WRAPPED = [
    (row, number)
    for hers, his in ((900000023, 900000033), (900000024, 900000034), (900000025, 900000035))
    for row, number in ((ANN[1], hers), (BO[1], his))
]
# A page of an older report, as pages.html.j2 writes it.
OLD_PAGE = "daily-2024-01-31-month.html"
COUNTED, LISTED = (
    f'<article class="block long" id="month-0a-{name}" data-source="core.orders">\n<p>{text}</p></article>'
    for name, text in (("month_channels", "群"), ("page_orders", "2024-01-30"))
)
HER_ORDERS, HIS = 8, ["900000011", "900000012", "900000013", "900000031", "900000033", "900000034", "900000035"]


@pytest.fixture(scope="module")
def with_ann(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ann") / "home"
    put(home)
    assert run(load_settings(home)).status == "published"
    return home


@pytest.fixture(scope="module")
def forgotten(with_ann: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The home after `siyu forget --phone -`, and what that said. Nothing is changed in it."""
    home = shutil.copytree(with_ann, tmp_path_factory.mktemp("forgotten") / "home", symlinks=True)
    before = len(list(places(home)))
    (home / "published/reports" / OLD_PAGE).write_text(COUNTED + LISTED + "<footer>", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("139-1111-2222\n"))
        said = heard("--home", str(home), "forget", "--phone", "-")
    return SimpleNamespace(home=home, settings=load_settings(home), before=before, said=said)


@pytest.fixture
def home(with_ann: Path, tmp_path: Path) -> Path:
    return shutil.copytree(with_ann, tmp_path / "home", symlinks=True)


def tables(home: Path) -> dict[str, list[tuple]]:
    """Everything that a person could stand in, as readers see it."""
    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        names = snapshot.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('core', 'facts', 'metrics')"
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
                texts = connection.execute(
                    "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
                    "where data_type = 'VARCHAR' and not internal and database_name = current_database() group by all"
                ).fetchall()
                for table, columns in texts:
                    asked = ", ".join(f'count(*) filter (regexp_matches("{column}", $1))' for column in columns)
                    found = connection.execute(f"select {asked} from {table}", ["|".join(values)]).fetchall()[0]
                    yield from (
                        f"{path.name}: {table}.{column}" for column, count in zip(columns, found, strict=True) if count
                    )


def load(settings: Settings, anew: bool = False) -> None:
    """What a run loads from landing, without the tables above it."""
    with open_for_writing(settings) as warehouse:
        prepare(warehouse)
        if anew:
            start_over(warehouse.connection)
        ingest(warehouse.connection, settings)


def asked(settings: Settings, sql: str) -> list[tuple]:
    with read_only(settings.warehouse_path) as warehouse:
        return warehouse.execute(sql).fetchall()


def test_she_is_left_nowhere_but_in_the_file_that_is_named(forgotten: SimpleNamespace) -> None:
    assert forgotten.before > 20
    assert {place.split(":")[0] for place in places(forgotten.home)} == {"p.parquet"}


def test_what_is_left_is_as_if_they_had_never_been(forgotten: SimpleNamespace, tmp_path: Path) -> None:
    """One phone names all of her: both accounts, their orders and events, and a refund that names only the order."""
    without = tmp_path / "without"
    put(without, with_ann=False)
    (without / "secret.key").write_bytes((forgotten.home / "secret.key").read_bytes())
    run(load_settings(without))
    found, expected = tables(forgotten.home), tables(without)
    assert {name: rows for name, rows in found.items() if rows != expected[name]} == {}


def test_core_followed_and_was_not_built_anew(forgotten: SimpleNamespace) -> None:
    """The first run's pass, that of forgetting, that of the run after it."""
    passes = asked(forgotten.settings, "select is_full from ops.core_passes order by pass_no")
    assert passes == [(True,), (False,), (False,)]
    for name in ("touched_nodes", "touched_people", "touched_orders"):
        assert asked(forgotten.settings, f"select count(*) from ops.{name}") == [(0,)]


def test_pages_of_older_reports_list_no_orders_any_more(forgotten: SimpleNamespace) -> None:
    """Theirs may be among them, by pseudonym; what is counted stays."""
    page = forgotten.home / "published/reports" / OLD_PAGE
    assert page.read_text(encoding="utf-8") == COUNTED + "<footer>"


def test_of_the_days_on_which_she_bought_nothing_is_kept_that_reports_said(forgotten: SimpleNamespace) -> None:
    """Before and after, the sums of such a day would tell what she paid. Of Bo's days all is kept."""
    first = "(select run_id from ops.reports order by reported_at limit 1)"
    days = f"select strftime(date, '%m-%d') from ops.reported_figures where run_id = {first} and segment = 'all' "
    assert asked(forgotten.settings, days + "and metric = 'paid_amount' and value > 0 order by all") == [
        *(("01-21",), ("02-05",), ("03-01",))
    ]
    assert asked(forgotten.settings, days + "and date in ('2025-01-05', '2025-01-20', '2025-02-20')") == []


def test_what_is_said_names_a_file_and_nobody(forgotten: SimpleNamespace) -> None:
    """The value came from input, so no process list shows it; a file that cannot be rewritten is named."""
    assert forgotten.said.code == 1
    assert LEFT in forgotten.said.err
    assert not any(value in forgotten.said.out + forgotten.said.err for value in VALUES)
    [receipt] = (forgotten.home / "receipts").glob("*.json")
    told = json.loads(receipt.read_text("utf-8"))
    assert (told["ids"], told["orders"], told["files_rewritten"], told["lines_blanked"]) == (3, HER_ORDERS, 7, 9)
    assert told["files_left"] == [LEFT]


def test_the_ledger_adds_up(forgotten: SimpleNamespace) -> None:
    """And what was rewritten is not read again as another file; the report is of what is left."""
    files = asked(
        forgotten.settings,
        "select path, rows_read, rows_read - rows_loaded - rows_superseded - rows_quarantined from ops.files "
        "order by path",
    )
    assert files == [
        ("events/e.csv", 1, 0),
        ("orders/a.csv", 1, 0),
        ("orders/b.csv", 2, 0),
        ("orders/book.xlsx", 1, 0),
        ("orders/gbk.csv", 1, 0),
        ("orders/lines.jsonl", 1, 0),
        ("orders/p.parquet", 1, 0),
        ("orders/packed.csv.gz", 0, 0),
        ("refunds/r.csv", 0, 0),
    ]
    with read_only(forgotten.settings.warehouse_path) as warehouse:
        assert find_new(warehouse, forgotten.settings) == []
    of_snapshot = (forgotten.settings.reports / ".daily-is-of").read_text(encoding="utf-8")
    assert of_snapshot == forgotten.settings.snapshot_path.resolve().name


def test_lines_keep_their_numbers_in_every_wrapping(forgotten: SimpleNamespace) -> None:
    landing = forgotten.home / "landing"
    assert (landing / "orders" / "a.csv").read_text("utf-8") == HEADER + "\n" + BO[0] + "\n\n"
    assert (landing / "orders" / "gbk.csv").read_text("gb18030") == HEADER + "\n" + numbered(BO[1], 900000031)
    assert gzip.decompress((landing / "orders" / "packed.csv.gz").read_bytes()).decode() == HEADER + "\n"
    events = (landing / "events" / "e.csv").read_text("utf-8")
    assert events == EVENTS + "\n" + "douyin,bo-4712,group_join,2025-01-22 10:00:00,g1,\n"
    blank, his = (landing / "orders" / "lines.jsonl").read_text("utf-8").splitlines()
    assert (blank, json.loads(his)["order_id"]) == ("", "900000033")
    sheet = openpyxl.load_workbook(landing / "orders" / "book.xlsx").worksheets[0]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["order_id", None, "900000034"]


def test_read_again_they_stay_forgotten(forgotten: SimpleNamespace, tmp_path: Path) -> None:
    """The same rows once more, newer ones, and everything from landing; so does a phone that nobody had yet."""
    home = shutil.copytree(forgotten.home, tmp_path / "home", symlinks=True)
    settings = load_settings(home)
    done = forget_person(settings, Who.of_phone("13700009999"))
    assert (done.total, done.landing.lines) == (0, 0)
    land(home, "orders/again.csv", HEADER + "".join(ANN) + BO[0])
    land(home, "orders/late.csv", HEADER + "900000041,douyin,cy-1,13700009999,2025-03-20 10:00:00,80,粉丝群\n")
    land(home, "orders/new.csv", HEADER + "900000009,douyin,ann-4711,,2025-03-20 10:00:00,80,粉丝群\n")
    for anew in (False, True):
        load(settings, anew)
        assert [number for (number,) in asked(settings, "select order_id from staging.orders order by 1")] == HIS
        told = asked(settings, "select path, rows from ops.notices where code = 'forgotten' order by 1")
        assert {"orders/again.csv": 3, "orders/late.csv": 1, "orders/new.csv": 1}.items() <= dict(told).items()
        assert asked(settings, "select count(*) from ops.quarantine") == [(0,)]


@pytest.mark.parametrize("named", [f"any:phone:{PHONE}", "douyin:user_id:ann-4711", "taobao:user_id:tb-ann-88"])
def test_any_of_their_ids_names_them(with_ann: Path, named: str) -> None:
    settings = load_settings(with_ann)
    who = Who.of_phone(PHONE) if "phone" in named else Who.of_id(named)
    with read_only(settings.warehouse_path) as warehouse:
        ids = ids_of(warehouse, who.id(load_key(settings.key_path)))
    assert [(one.platform, one.kind) for one in ids] == [
        ("any", "phone"),
        ("douyin", "user_id"),
        ("taobao", "user_id"),
    ]


def test_a_group_loses_one_member(tmp_path: Path) -> None:
    """A whole list of members stands on one line; everybody else's rows come back from it. Core was never built."""
    members = [
        {"userid": who, "type": 2, "join_time": 1735783200 + n, "join_scene": 3}
        for n, who in enumerate(["wm-ann-00000000000001", "wm-bo-000000000000002", "wm-cy-000000000000003"])
    ]
    about = {"chat_id": "wr-1", "name": "一群", "owner": "s", "create_time": 1735000000, "member_list": members}
    group = json.dumps({"errcode": 0, "group_chat": about}, ensure_ascii=False)
    land(tmp_path, "wecom_group_members/群_20250301120000.json", group)
    settings = load_settings(tmp_path)
    load(settings)
    done = forget_person(settings, Who.of_id("wecom:external_userid:wm-ann-00000000000001"))
    assert (done.landing.left, done.landing.lines) == ([], 1)
    load(settings, anew=True)
    found = asked(settings, "select user_id from staging.events where platform = 'wecom' order by 1")
    assert found == [("wm-bo-000000000000002",), ("wm-cy-000000000000003",)]


def test_stopped_in_landing_the_same_call_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By her phone, all of her ids are known the second time, too."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    settings = load_settings(home)
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.upkeep.landing_lines._tell_ledger", stop)
        with pytest.raises(KeyboardInterrupt):
            forget_person(settings, Who.of_phone(PHONE))
    done = forget_person(settings, Who.of_phone(PHONE))
    assert (done.ids, done.orders, done.landing.left) == (3, HER_ORDERS, [LEFT])
    left = {place.split(":")[0] for place in places(home)}
    assert {name for name in left if not name.startswith("siyu-")} == {"p.parquet"}, "snapshots are the run's to remove"


def test_a_new_key_says_whose_marks_went(
    forgotten: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = shutil.copytree(forgotten.home, tmp_path / "home", symlinks=True)
    monkeypatch.setattr("pipelines.cli.running.run_all", lambda *_: 0)
    assert main(["--home", str(home), "key", "new"]) == 0
    assert f"{3 + HER_ORDERS} marks of people who were forgotten went with the old key" in capsys.readouterr().err


def test_a_packed_file_that_was_cut_is_no_fault(tmp_path: Path) -> None:
    land(tmp_path, "orders/b.csv", HEADER + BO[1])
    (tmp_path / "landing" / "orders" / "cut.csv.gz").write_bytes(gzip.compress((HEADER + ANN[0] * 200).encode())[:-9])
    load(load_settings(tmp_path))
    done = forget_person(load_settings(tmp_path), Who.of_phone(PHONE))
    assert done.landing.left == ["orders/cut.csv.gz"]


@pytest.mark.parametrize("text", ["", "1391111", "a@b.cn"])
def test_who_must_be_named(text: str) -> None:
    with pytest.raises(NobodyNamed):
        Who.of_phone(text)
    with pytest.raises(NobodyNamed, match="PLATFORM:TYPE:VALUE"):
        Who.of_id(f"nowhere:user_id:{text}")
