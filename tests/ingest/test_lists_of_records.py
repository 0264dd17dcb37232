"""Lists inside records: what is left out with its record, what is wrong with one entry, and words for the file."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Landing

MAPPING = """
title: {zh: 群成员, en: Members}
description: Groups with their members.
formats: [json]
recognise: {columns: [[group_id, members_told]]}
columns:
  group_id:     {from: [gid], type: id, required: true}
  members_told: {from: [total], type: count}
  kind:         {from: [kind], type: word, leaves_out: [内部群], keeps: [客户群]}
each:
  people:
    path: people
    columns:
      user_id:   {from: [uid], type: id}
      joined_at: {from: [joined], type: timestamp, on_bad: row}
loads:
  groups:
    columns: {platform: "'wecom'", group_id: group_id}
  events:
    each: people
    columns: {platform: "'wecom'", user_id: user_id, event: "'group_join'", event_at: joined_at, group_id: group_id}
  identities:
    each: people
    columns:
      platform: "'wecom'"
      id_type: "'external_userid'"
      id_value: user_id
      linked_platform: "'wechat'"
      linked_type: "'union_id'"
      linked_value: user_id
refuse:
  - when: file_folder = '老店' and group_id is not null
    reason: missing_value
    column: group_id
    expected: a newer folder
"""
GROUP = {"gid": "g1", "total": 2, "kind": "客户群", "people": [{"uid": "a1", "joined": "2025-01-02 10:00:00"}]}


@pytest.fixture
def members(landing: Landing) -> Landing:
    landing.settings.sources.mkdir(parents=True)
    (landing.settings.sources / "members_of_groups.yaml").write_text(MAPPING, encoding="utf-8")
    return landing


def test_a_list_is_left_out_with_its_record(members: Landing) -> None:
    inside = {**GROUP, "gid": "g2", "kind": "内部群"}
    members.write_rows("x.jsonl", [GROUP, inside])
    file = members.ingest().files[-1]
    assert (file.source, file.rows_read, file.rows_loaded) == ("members_of_groups", 1, 1)
    assert members.rows("events", "group_id") == [("g1",)]


def test_one_wrong_entry_is_told_once(members: Landing) -> None:
    people = [{"uid": f"a{n}", "joined": "2025-01-02 10:00:00" if n else "soon"} for n in range(5)]
    members.write_rows("x.jsonl", [{**GROUP, "people": people}])
    members.ingest()
    assert members.quarantine("column_name, reason") == [("joined", "bad_date")]
    assert len(members.rows("events")) == 4


def test_the_other_platform_of_a_link_may_be_said_once(members: Landing) -> None:
    members.write_rows("x.jsonl", [GROUP])
    members.ingest()
    assert members.rows("identities", "platform, linked_platform") == [("wecom", "wechat")]


def test_a_rule_may_ask_for_the_folder(members: Landing) -> None:
    members.write_rows("members_of_groups/老店/x.jsonl", [GROUP])
    members.write_rows("members_of_groups/新店/y.jsonl", [{**GROUP, "gid": "g9"}])
    assert [file.rows_quarantined for file in members.ingest().files] == [1, 0]
