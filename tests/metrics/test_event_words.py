"""No SQL knows a word for an event: a new platform's word, or a merchant's own, counts as what core.event_words says."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import event_words
from pipelines.event_words import load_event_words
from pipelines.facts import build_facts
from pipelines.metrics import metric_tables
from pipelines.tables import ASSETS, load_tables
from tests.metrics.asking import answers
from tests.metrics.random_world import random_rows, random_world
from tests.soundness.test_every_metric import MAY_BE_EMPTY
from tests.worlds import World, world

ELSEWHERE = "_elsewhere"
# They are also the names of standings, of steps and of channels.
ALSO_OTHER_NAMES = {"follow", "search"}


@pytest.fixture
def words_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table with a second word for everything, as of a platform that has its own names."""
    entries = yaml.safe_load(event_words.FILE.read_text(encoding="utf-8"))
    for word, entry in list(entries.items()):
        other = entry | {"zh": entry["zh"] + ELSEWHERE, "also": []}
        entries[word + ELSEWHERE] = other | ({"ends": entry["ends"] + ELSEWHERE} if "ends" in entry else {})
    file = tmp_path / "event_words.yaml"
    file.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(event_words, "FILE", file)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    event_words.load_event_words.cache_clear()
    event_words.spellings.cache_clear()


def test_a_new_platforms_words_count_as_those_that_mean_the_same(words_elsewhere: None) -> None:
    rows = random_rows(3, 60)
    for number, row in enumerate(rows["events"]):
        row["event_id"] = f"e{number}"
    private = ["group_join", "wecom_add", "member_join", "fan_club_join"]
    known = random_world(3, rows=rows, private_entry_events=private)
    events = [row | {"event": row["event"] + ELSEWHERE} for row in rows["events"]]
    renamed = random_world(
        3,
        rows=rows | {"events": events},
        private_entry_events=[word + ELSEWHERE for word in private],
        channels=_channels_elsewhere(),
    )
    for one in (known, renamed):
        build_facts(one.connection, one.settings, one.as_of)
    for name, back in ((None, None), ("retention", ["group_message"]), ("retention", ["group_leave"])):
        for metric in [name] if name else [table.name for table in metric_tables()]:
            asked = _asked(known, metric, back), _asked(renamed, metric, back and [word + ELSEWHERE for word in back])
            assert asked[0] == asked[1], metric
            # of sixty people no purchases are foretold, and nobody is weighed; nor were any drawn into a group
            assert asked[0] or metric in MAY_BE_EMPTY
    for table in ("memberships", "people", "source_days"):
        assert _plain(known.rows(f"core.{table}")) == _plain(renamed.rows(f"core.{table}")), table


def _channels_elsewhere() -> dict[str, Any]:
    with (ASSETS / "core" / "channels.csv").open(encoding="utf-8") as lines:
        return {
            row["word"] + ELSEWHERE: {"channel": row["channel"], "domain": row["domain"], "is_paid": row["is_paid"]}
            for row in csv.DictReader(lines)
            if row["channel"]
        }


def _asked(asked: World, metric: str, back: list[str] | None) -> list[list[str]]:
    return _plain(asked.rows(f"metrics.{metric}", **({"back": back} if back else {})))


def _plain(rows: list[dict[str, Any]]) -> list[list[str]]:
    return sorted([str(value).replace(ELSEWHERE, "") for value in row.values()] for row in rows)


def test_no_sql_names_a_word() -> None:
    """Sources' mappings and channels.csv do: they say what a platform's own words are."""
    words = "|".join(sorted(set(load_event_words()) - ALSO_OTHER_NAMES))
    for table in load_tables().values():
        text = Path(table.path).read_text(encoding="utf-8")
        body = text.split("*/", 1)[-1] if table.path.suffix == ".sql" else text.split('"""', 2)[-1]
        assert not re.findall(rf"""['"]({words})['"]""", body), table.path


# A merchant who counts a scan at the till as the way into the private domain, by a word of their own.
OWN = {
    "live_sessions": """
    | live_session_id | started_at          |
    | s1              | 2025-01-06 20:00:00 |
    """,
    "events": """
    | user_id | event        | event_at            | group_id | live_session_id |
    | ann     | group_apply  | 2025-01-06 09:00:00 | g1       | -               |
    | ann     | 扫码领奖     | 2025-01-06 20:10:00 | g1       | s1              |
    | ann     | live_view    | 2025-01-07 20:10:00 | -        | s1              |
    | ann     | 扫码领奖     | 2025-01-14 10:00:00 | -        | -               |
    | bo      | live_view    | 2025-01-06 20:00:00 | -        | s1              |
    | bo      | group_join   | 2025-01-06 20:20:00 | g1       | s1              |
    | bo      | 转盘抽奖     | 2025-01-06 20:30:00 | g1       | s1              |
    """,
}


@pytest.fixture(scope="module")
def own() -> World:
    return world(OWN, as_of="2025-02-28", private_entry_events=["扫码领奖"])


def test_an_own_word_is_an_entry_and_no_standing_in_a_group(own: World) -> None:
    answers(
        own,
        "live_performance",
        """
        | viewers | member_viewers | private_entries | new_group_members | new_followers |
        | 2       | 1              | 1               | 1                 | -             |
        """,
    )
    stays = own.sql("select person_id, kind, group_id, is_private_entry from core.memberships order by kind")
    assert [(row["kind"], row["group_id"], row["is_private_entry"]) for row in stays] == [
        ("group", "g1", False),
        ("扫码领奖", None, True),
    ]


def test_an_own_entry_is_no_activity_in_a_group(own: World) -> None:
    """What bo does in it by a word that nobody knows is; ann's scan and both ways in are not."""
    answers(
        own,
        "group_health",
        """
        | date       | joins | members | active_members | messages |
        | 2025-01-06 | 1     | 1       | 1              | 0        |
        """,
        where="date = '2025-01-06'",
    )


def test_an_own_entry_approves_no_application(own: World) -> None:
    answers(
        own,
        "group_entry",
        """
        | applications | approved_applications | joins |
        | 1            | 0                     | 1     |
        """,
        where="segment_by = 'all'",
    )


def test_an_own_entry_is_known_as_far_as_the_others() -> None:
    """It is a move into the private domain, so its clock is that of joins and leaves, not that of all events."""
    later = OWN["events"] + "| bo | live_view | 2025-02-20 10:00:00 | - | - |"
    asked = world(OWN | {"events": later}, as_of="2025-02-28", is_known=False, private_entry_events=["扫码领奖"])
    assert asked.sql("select max(date) as day from core.source_days where kind = 'memberships'")[0]["day"].day == 14
    for back, is_mature in ((["扫码领奖"], False), (["private_entry"], False), (["live_view"], True)):
        cell = asked.rows("metrics.retention", "segment_by = 'all' and period_no = 1", back=back)
        assert [row["is_mature"] for row in cell] == [is_mature], back
