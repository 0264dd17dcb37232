"""A line of landing on which several people's records stand loses one of them and keeps the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.ingest.creating import create_staging
from pipelines.ingest.forgotten import Id
from pipelines.privacy import load_key
from pipelines.settings import Settings
from pipelines.upkeep.landing_lines import forget_in_landing
from pipelines.warehouse import open_for_writing

JOINED = {"level_layer": 1, "participate_time": 1780473600}


@pytest.mark.parametrize(
    ("folder", "given", "who", "left"),
    [
        (
            "openid_aliases",
            {"data": {"open_id_old_to_new_map": {"18@#old3.a=": "1@#ann-4711=", "18@#old4=": "1@#bo-4712="}}},
            Id("douyin", "doudian_open_id", "1@#ann-4711="),
            {"data": {"open_id_old_to_new_map": {"18@#old4=": "1@#bo-4712="}}},
        ),
        (
            "fan_club_records",
            {
                "data": {
                    "fans_club_Info": {
                        "_ann4711": {"participate_time": 1780473600},
                        "_bo4712": JOINED,
                        "_cy4713": JOINED,
                    }
                }
            },
            Id("douyin", "open_id", "_ann4711"),
            {"data": {"fans_club_Info": {"_bo4712": JOINED, "_cy4713": JOINED}}},
        ),
    ],
)
def test_an_entry_of_a_map_goes(tmp_path: Path, folder: str, given: dict, who: Id, left: dict) -> None:
    settings = Settings(home=tmp_path)
    key = load_key(settings.key_path)
    file = settings.landing / folder / "answers.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(given) + "\n", encoding="utf-8")
    with open_for_writing(settings) as warehouse:
        create_staging(warehouse.connection)
    done = forget_in_landing(settings, [who.mark(key)], [who.value], [], lambda _: None)
    assert (done.rewritten, done.left) == (1, [])
    assert json.loads(file.read_text(encoding="utf-8")) == left
