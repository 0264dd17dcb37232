"""Deletions that a platform asks for: a record only queues one; one command makes them all, and the queue is empty."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.database import read_only
from pipelines.ingest import ingest
from pipelines.settings import load_settings
from pipelines.upkeep.forget import Who, forget_person
from pipelines.upkeep.requested import waiting
from pipelines.warehouse import open_for_writing
from tests.upkeep.conftest import land

pytestmark = pytest.mark.usefixtures("few_tables")

ANN, BO, CY, SHOP = "_000ann4711", "_000bo4712", "_000cy4713", "_000shop01"
PHONE = "13800001234"
ORDERS = (
    "order_id,platform,buyer_id,buyer_id_type,paid_at,paid_amount\n"
    f"900000001,douyin,{ANN},open_id,2025-01-05 10:00:00,100\n"
    f"900000002,douyin,{BO},open_id,2025-01-06 10:00:00,60\n"
    f"900000003,douyin,{CY},open_id,2025-01-07 10:00:00,70\n"
)


def withdrawn(*people: str, event: str = "unauthorize") -> str:
    records = ({"event": event, "client_key": "k", "from_user_id": who, "content": {"scopes": []}} for who in people)
    return "".join(json.dumps(record) + "\n" for record in records)


def wrote(who: str, second: int) -> str:
    content = {"conversation_short_id": "@c", "conversation_type": 1, "create_time": 1736000000000 + second * 1000}
    record = {"event": "im_receive_msg", "from_user_id": who, "to_user_id": SHOP, "content": json.dumps(content)}
    return json.dumps(record) + "\n"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home whose files ask for deletions, after a run, and what that said."""
    home = tmp_path_factory.mktemp("asked") / "home"
    land(home, "orders/a.csv", ORDERS)
    land(home, "direct_messages/d.jsonl", wrote(ANN, 1) + wrote(BO, 2) + wrote(CY, 3))
    group = {"group_id": "g", "group_name": "群", "owner_open_id": SHOP}
    land(home, "group_list/g.json", json.dumps({"group_list": [group]}))
    land(home, "unauthorized/u.jsonl", withdrawn(ANN, BO) + withdrawn(SHOP, event="contract_unauthorize"))
    land(home, "deletion_requests/p.csv", f"platform,id_type,id_value,request\ndouyin,phone,{PHONE},person\n")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main(["--home", str(home), "run"]) in (0, 3)
    return home, said.getvalue()


@pytest.fixture
def home(asked: tuple[Path, str], tmp_path: Path) -> Path:
    return shutil.copytree(asked[0], tmp_path / "home", symlinks=True)


def left(home: Path) -> list[str]:
    """Who stands in the snapshot, a phone aside, which is a hash."""
    with read_only(load_settings(home).snapshot_path) as snapshot:
        rows = snapshot.execute(
            "select buyer_id from staging.orders union all select user_id from staging.events "
            "union all select id_value from staging.deletion_requests where id_type <> 'phone' order by 1"
        ).fetchall()
    return [who for (who,) in rows]


def test_a_record_only_queues_a_deletion(asked: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Who waits is counted and never named; the owner of a group is not counted."""
    home, said = asked
    assert "To be deleted: 3 people's deletion is asked for by a loaded file; `siyu forget --requested`" in said
    assert sorted(left(home)) == sorted([ANN, ANN, ANN, BO, BO, BO, CY, CY, SHOP])
    waits = waiting(load_settings(home))
    assert (len(waits.people), waits.phones, waits.owners) == (2, 1, 1)
    assert main(["--home", str(home), "status"]) == 0
    status = capsys.readouterr().out
    assert "3 people's deletion is asked for" in status
    assert not any(who in said + status for who in (ANN, BO, SHOP, PHONE))


def test_one_command_makes_them_all_and_what_is_delivered_again_is_left_out(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A phone is told of and stays, as only its hash is kept and landing cannot be searched for it."""
    settings = load_settings(home)
    assert main(["--home", str(home), "forget", "--requested"]) == 0
    said = capsys.readouterr()
    assert "2 ids and 2 orders are theirs" in said.out
    assert "1 owning a group" in said.out
    assert "1 known by a phone" in said.out
    assert not any(who in said.out + said.err for who in (ANN, BO, SHOP))
    assert left(home) == sorted([CY, CY, SHOP])
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not any(who.encode() in content for content in files for who in (ANN, BO))
    assert (waiting(settings).people, waiting(settings).count) == ((), 1)
    assert len(list((home / "receipts").glob("*.json"))) == 1
    land(home, "unauthorized/again.jsonl", withdrawn(ANN))
    with open_for_writing(settings) as warehouse:
        ingest(warehouse.connection, settings)
    assert waiting(settings).people == ()
    assert main(["--home", str(home), "forget", "--requested"]) == 0
    assert "Nobody waits whom this can forget" in capsys.readouterr().out
    forget_person(settings, Who.of_phone(PHONE))
    assert waiting(settings).count == 0


def test_it_names_everybody_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "forget", "--requested", "--phone", PHONE]) == 1
    assert "give it alone" in capsys.readouterr().err


def test_without_requests_nothing_is_said(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`whole` is a home that ran without any."""
    main(["--home", str(whole), "status"])
    assert "deletion" not in capsys.readouterr().out
    assert waiting(load_settings(tmp_path / "nothing")).count == 0
