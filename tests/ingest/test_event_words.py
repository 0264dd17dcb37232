"""Event words stand in one table: read in every spelling, and one event told in two spellings is one."""

from __future__ import annotations

import pytest

from pipelines.event_words import known_word, load_event_words
from pipelines.settings import SettingsError, load_settings

from .conftest import Landing

HEADER = "platform,user_id,user_id_type,event,event_at,group_id\n"


def event(word: str, user: str = "u1", kind: str = "user_id", platform: str = "douyin", at: str = "10:00:00") -> str:
    return f"{platform},{user},{kind},{word},2026-03-01 {at},g1\n"


def test_chinese_names_are_read_as_the_word(landing: Landing, each_way: str) -> None:
    words = ["入群", "进群", "退群", "关注", "取关", "加企微", "入会", "Group_Join", "我的活动"]
    landing.one("events/a.csv", HEADER + "".join(event(word, f"u{n}") for n, word in enumerate(words, 1)))
    assert [word for _, word in landing.rows("events", "user_id, event")] == [
        "group_join", "group_join", "group_leave", "follow", "unfollow", "wecom_add", "member_join", "group_join",
        "我的活动",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (event("group_join"), event("GROUP_JOIN")),
        (event("group_join"), event("入群")),
        (event("group_join", platform="douyin"), event("group_join", platform="Douyin")),
        (event("follow", "13812345670", "phone"), event("follow", "+86 138-1234-5670", "手机号")),
        (event("follow", "13812345670", "Mobile"), event("follow", "138 1234 5670", "手机")),
    ],
)
def test_one_event_in_two_spellings_is_one(landing: Landing, each_way: str, one: str, other: str) -> None:
    """Keys are hashed after checking, not before."""
    landing.write("events/a.csv", HEADER + one)
    landing.write("events/b.csv", HEADER + other)
    landing.ingest()
    assert len({key for (key,) in landing.rows("events", "event_id")}) == 1


def test_the_key_of_a_plain_event_is_what_it_always_was(landing: Landing, each_way: str) -> None:
    """A warehouse that stands must know its events again."""
    landing.one("events/a.csv", HEADER + event("group_join"))
    parts = "'douyin', 'user_id', 'u1', 'group_join', '2026-03-01 10:00:00', 'g1', '', '', '', '', ''"
    assert landing.rows("events", f"event_id = left(md5(concat_ws(chr(31), {parts})), 20)") == [(True,)]


def test_no_spelling_means_two_words() -> None:
    for word, entry in load_event_words().items():
        assert [known_word(text) for text in (word, word.upper(), entry.zh, *entry.also)] == [word] * (
            3 + len(entry.also)
        )


def test_a_word_that_nobody_knows_is_told(landing: Landing, each_way: str) -> None:
    landing.settings = landing.settings.model_copy(update={"private_entry_events": ["group_join", "扫码领奖"]})
    words = ["扫码领奖", "group_join", "groupjoin", "groupjoin", "抽奖转盘"]
    landing.one("events/a.csv", HEADER + "".join(event(word, f"u{n}") for n, word in enumerate(words, 1)))
    notices = landing.sql("select code, subject, rows, said from ops.notices order by rows desc")
    assert [(n["code"], n["subject"], n["rows"]) for n in notices] == [
        ("unknown_event_word", "groupjoin", 2),
        ("unknown_event_word", "抽奖转盘", 1),
    ]
    assert notices[0]["said"].startswith("did you mean group_join?")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (["入群", "group_join"], ["group_join"]),
        (["扫码领奖"], ["扫码领奖"]),
        (["follow", "加企微"], ["follow", "wecom_add"]),
    ],
)
def test_private_entry_events_by_any_name(landing: Landing, told: list[str], read: list[str]) -> None:
    home = landing.settings.home
    home.mkdir(exist_ok=True)
    (home / "siyu.toml").write_text(f"private_entry_events = {told!r}", encoding="utf-8")
    assert load_settings(home).private_entry_events == read


@pytest.mark.parametrize(
    ("word", "said"),
    [("group_joins", "did you mean 'group_join'"), ("退群", "is no entry"), ("sms_delivered", "is no entry")],
)
def test_what_is_no_entry_is_refused(landing: Landing, word: str, said: str) -> None:
    home = landing.settings.home
    home.mkdir(exist_ok=True)
    (home / "siyu.toml").write_text(f"private_entry_events = ['{word}']", encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_settings(home)
