"""What a merchant's own file may call a kind of id: assets/id_types.yaml says it, in every table."""

from __future__ import annotations

import pytest

from pipelines.id_types import id_type_words, load_id_types
from pipelines.platforms import load_platforms
from tests.ingest.conftest import Landing

LINKS = "platform,id_type,id_value,linked_platform,linked_type,linked_value\n"


KINDS = [
        ("用户ID", "user_id"), ("用户 id", "user_id"), ("userid", "user_id"),
        ("USER_ID", "user_id"), ("uid", "user_id"),
        ("会员ID", "user_id"),
        ("openid", "open_id"), ("openId", "open_id"), ("OpenID", "open_id"), ("open-id", "open_id"),
        ("UnionID", "union_id"), ("外部联系人ID", "external_userid"), ("external_user_id", "external_userid"),
        ("抖店OpenID", "doudian_open_id"), ("昵称", "nickname"), ("旺旺", "nick"), ("crm号", "crm号"), ("CRM", "crm"),
]  # fmt: skip


def test_a_kind_of_id_by_any_of_its_names(landing: Landing, each_way: str) -> None:
    rows = (f"douyin,{word},a{n:02},wecom,external_userid,w1\n" for n, (word, _) in enumerate(KINDS))
    landing.one("identities/a.csv", LINKS + "".join(rows))
    assert landing.rows("identities", "id_value, id_type, linked_type") == [
        (f"a{n:02}", kind, "external_userid") for n, (_, kind) in enumerate(KINDS)
    ]


@pytest.mark.parametrize("table", ["identities", "events"])
def test_a_phone_by_any_name_is_kept_as_its_key(landing: Landing, each_way: str, table: str) -> None:
    words = ["手机号", "电话号码", "Mobile Phone", "联系电话", "手机"]
    content = {
        "identities": [
            LINKS,
            *(f"douyin,user_id,u{n},douyin,{word},139 1234 567{n}\n" for n, word in enumerate(words)),
        ],
        "events": [
            "user_id,user_id_type,event,event_at\n",
            *(f"139 1234 567{n},{word},follow,2026-03-01 10:00:00\n" for n, word in enumerate(words)),
        ],
    }
    landing.one(f"{table}/a.csv", "".join(content[table]))
    columns = {"identities": "linked_type, linked_value", "events": "user_id_type, user_id"}
    kept = landing.rows(table, columns[table])
    assert [kind for kind, _ in kept] == ["phone"] * len(words)
    assert [value for _, value in kept if "1234" in value] == []
    assert len({value for _, value in kept}) == len(words)


def test_a_kind_that_nobody_knows_is_told(landing: Landing, each_way: str) -> None:
    landing.one(
        "identities/a.csv", f"{LINKS}douyin,crm_id,a1,wecom,extern_userid,w1\ndouyin,crm_id,a2,wecom,用户ID,w2\n"
    )
    told = landing.connection.execute(
        "select subject, rows, said from ops.notices where code = 'unknown_id_type' order by subject"
    ).fetchall()
    assert [(subject, rows) for subject, rows, _ in told] == [("crm_id", 2), ("extern_userid", 1)]
    assert "did you mean external_userid?" in told[1][2]


def test_the_kinds_of_every_platform_are_in_the_table() -> None:
    for platform in load_platforms().values():
        assert set(platform.id_types) <= set(load_id_types())
    assert all(id_type_words()[word.replace("_", "")] == word for word in load_id_types())
