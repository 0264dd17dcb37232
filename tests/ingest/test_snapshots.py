"""Lists of members: who joined, who left, and who is no longer in the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.sources import SourceError, read_source
from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.files import workbook


def events(landing: Landing, where: str = "true") -> list[tuple[str, ...]]:
    """Who, what, when, in which group."""
    rows = landing.rows("events", "user_id, event, event_at, group_id", where)
    return [(user, event, f"{at:%m-%d %H:%M}", group) for user, event, at, group in rows]


def test_join_and_leave_in_one_row_are_two_events(landing: Landing, each_way: str) -> None:
    rows = [
        "群名称,昵称,入群时间,退群时间",
        "一群,小王,2026-03-01 10:00:00,2026-03-05 08:00:00",
        "一群,小李,2026-03-02 10:00:00,-",
        "一群,小周,2026-03-02 10:00:00,未退群",
        "一群,小吴,,2026-03-06 08:00:00",
    ]
    file = landing.one("events/a.csv", "\n".join(rows) + "\n")
    assert events(landing) == [
        ("小吴", "group_leave", "03-06 08:00", "一群"),
        ("小周", "group_join", "03-02 10:00", "一群"),
        ("小李", "group_join", "03-02 10:00", "一群"),
        ("小王", "group_join", "03-01 10:00", "一群"),
        ("小王", "group_leave", "03-05 08:00", "一群"),
    ]
    assert (file.rows_read, file.rows_loaded, file.rows_quarantined) == (4, 4, 0)


def test_two_events_of_one_row_are_counted_once_when_a_newer_copy_comes(landing: Landing) -> None:
    """The older file's row is one row superseded, and both of its events."""
    text = "群名称,昵称,入群时间,退群时间\n一群,小王,2026-03-01 10:00:00,2026-03-05 08:00:00\n"
    landing.one("events/a.csv", text)
    landing.one("events/b.csv", text + "一群,小李,2026-03-02 10:00:00,\n")
    ledger = landing.sql("select rows_read, rows_loaded, rows_superseded from ops.files order by path")
    assert [tuple(row.values()) for row in ledger] == [(1, 0, 1), (2, 2, 0)]
    assert len(events(landing)) == 3


def test_small_files_together_count_their_records_once(landing: Landing) -> None:
    """Read in one go (two at first, two more later), with a row that stands in two of them."""
    for number in range(4):
        row = f"一群,u{number // 2},2026-03-01 10:00:00,2026-03-05 08:00:00\n一群,v{number},2026-03-02 10:00:00,\n"
        landing.write(f"events/{number}.csv", "群名称,昵称,入群时间,退群时间\n" + row)
        if number % 2:
            landing.ingest()
    ledger = landing.sql("select rows_read, rows_loaded, rows_superseded from ops.files order by path")
    assert [tuple(row.values()) for row in ledger] == [(2, 1, 1), (2, 2, 0)] * 2
    assert len(events(landing)) == 8


def test_a_leave_that_cannot_be_read_sets_its_row_aside(landing: Landing) -> None:
    """Without it the person would be a member for ever."""
    rows = [["群名称", "昵称", "入群时间", "退群时间"], ["一群", "小王", "2026-03-01 10:00:00", "上周"]]
    file = landing.one("inbox/群.xlsx", workbook({"成员": rows}))
    assert (file.rows_quarantined, events(landing)) == (1, [])


HEADER = "群名称,成员ID,入群时间"
JOINED = {"a": "03-01 10:00", "b": "03-02 10:00", "c": "03-03 10:00", "d": "03-04 10:00", "e": "03-05 10:00"}


def members(who: str, group: str = "一群", **joined: str) -> str:
    """A list of members; each letter is one."""
    rows = [f"{group},{user},2026-{joined.get(user, JOINED.get(user, '03-01 10:00'))}:00" for user in who]
    return "\n".join([HEADER, *rows]) + "\n"


def leaves(landing: Landing) -> list[tuple[str, ...]]:
    """Who left, when, in which group; all of them inferred."""
    return [(user, at, group) for user, _, at, group in events(landing, "is_inferred and event = 'group_leave'")]


def codes(landing: Landing) -> list[tuple[str, str, int]]:
    rows = landing.sql(
        "select path, code, rows from ops.notices where code like '%list%' and code <> 'list_begins' order by all"
    )
    return [(row["path"].removeprefix("member_lists/"), row["code"], row["rows"]) for row in rows]


def test_who_is_no_longer_in_the_list_has_left(landing: Landing, each_way: str) -> None:
    landing.write("member_lists/1.csv", members("abc"), at="2026-03-06 09:00")
    landing.write("member_lists/2.csv", members("acd", d="03-06 20:00"), at="2026-03-07 09:00")
    landing.write("member_lists/3.csv", members("acd", d="03-06 20:00"), at="2026-03-08 09:00")
    files = landing.ingest().files
    assert leaves(landing) == [("b", "03-07 09:00", "一群")]
    assert codes(landing) == [("2.csv", "left_by_list", 1)]
    assert [notice.code for notice in files[1].notices] == ["left_by_list"]
    joins = [(user, at) for user, event, at, _ in events(landing) if event == "group_join"]
    assert joins == [*((user, JOINED[user]) for user in "abc"), ("d", "03-06 20:00")]


def test_a_list_that_comes_late_moves_the_leave(landing: Landing) -> None:
    """First the last, then the first, then the one between them."""
    landing.one("member_lists/9.csv", members("a"), at="2026-03-09 09:00")
    assert leaves(landing) == []
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    assert leaves(landing) == [("b", "03-09 09:00", "一群"), ("c", "03-09 09:00", "一群")]
    landing.one("member_lists/7.csv", members("ab"), at="2026-03-07 09:00")
    assert leaves(landing) == [("b", "03-09 09:00", "一群"), ("c", "03-07 09:00", "一群")]
    assert codes(landing) == [("7.csv", "left_by_list", 1), ("9.csv", "left_by_list", 1)]


def test_a_leave_lies_between_two_lists(landing: Landing) -> None:
    """A list that comes late may only say that it was later."""
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    landing.one("member_lists/9.csv", members("ab"), at="2026-03-09 09:00")
    between = "user_id, happened_after::varchar, event_at::varchar"
    assert landing.rows("events", between, "is_inferred") == [("c", "2026-03-06 09:00:00", "2026-03-09 09:00:00")]
    landing.one("member_lists/8.csv", members("abc"), at="2026-03-08 09:00")
    assert landing.rows("events", between, "is_inferred") == [("c", "2026-03-08 09:00:00", "2026-03-09 09:00:00")]


def test_who_comes_back_joins_again(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("ab"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("a"), at="2026-03-07 09:00")
    landing.one("member_lists/8.csv", members("ab", b="03-08 08:00"), at="2026-03-08 09:00")
    landing.one("member_lists/9.csv", members("a"), at="2026-03-09 09:00")
    assert [(event, at) for user, event, at, _ in events(landing, "user_id = 'b'")] == [
        ("group_join", "03-02 10:00"),
        ("group_join", "03-08 08:00"),
        ("group_leave", "03-07 09:00"),
        ("group_leave", "03-09 09:00"),
    ]


def test_who_is_back_with_the_old_time_of_joining_never_left(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("ac"), at="2026-03-07 09:00")
    landing.one("member_lists/8.csv", members("ab"), at="2026-03-08 09:00")
    assert leaves(landing) == [("c", "03-08 09:00", "一群")]
    assert codes(landing) == [("7.csv", "list_gap", 1), ("8.csv", "left_by_list", 1)]


def test_the_list_itself_tells_who_left(landing: Landing) -> None:
    """Who stands in it as having left is no member, and is not missing later."""
    head, rows = f"{HEADER},退群时间\n", "一群,a,2026-03-01 10:00:00,\n"
    landing.one("member_lists/6.csv", members("ab"), at="2026-03-06 09:00")
    landing.one(
        "member_lists/7.csv", head + rows + "一群,b,2026-03-02 10:00:00,2026-03-06 20:00:00\n", "2026-03-07 09:00"
    )
    landing.one("member_lists/8.csv", head + rows, at="2026-03-08 09:00")
    assert (leaves(landing), len(events(landing))) == ([], 3)


def test_other_groups_and_sources_are_not_touched(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("ab") + members("ab", "二群").partition("\n")[2], at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("a", "二群"), at="2026-03-07 09:00")
    landing.one("events/8.csv", members("a"), at="2026-03-08 09:00")
    assert leaves(landing) == [("b", "03-07 09:00", "二群")]


def test_refused_members_do_not_leave(landing: Landing) -> None:
    """Of that group nobody does; of the others in the file who is missing."""
    landing.one("member_lists/6.csv", members("abc") + members("ab", "二群").partition("\n")[2], at="2026-03-06 09:00")
    torn = members("a") + "一群,b,soon\n" + members("a", "二群").partition("\n")[2]
    landing.one("member_lists/7.csv", torn, at="2026-03-07 09:00")
    assert leaves(landing) == [("b", "03-07 09:00", "二群")]
    assert codes(landing) == [("7.csv", "left_by_list", 1), ("7.csv", "list_torn", 2)]


def test_a_line_that_is_no_row_may_be_of_any_group(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("a") + "一群,b,2026-03-02 10:00:00,x,y,z\n", at="2026-03-07 09:00")
    assert (leaves(landing), codes(landing)) == ([], [("7.csv", "list_torn", 2)])


def test_most_missing_is_another_kind_of_list(landing: Landing) -> None:
    """Told and taken for who is there; a list after it is compared with who stood before."""
    landing.one("member_lists/6.csv", members("abcde"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("ab"), at="2026-03-07 09:00")
    landing.one("member_lists/8.csv", members("ac"), at="2026-03-08 09:00")
    assert leaves(landing) == []
    assert codes(landing) == [("7.csv", "list_short", 3), ("8.csv", "list_short", 3)]
    landing.one("member_lists/9.csv", members("abcd"), at="2026-03-09 09:00")
    assert leaves(landing) == [("e", "03-09 09:00", "一群")]


def test_an_empty_list_says_nothing(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("ab"), at="2026-03-06 09:00")
    file = landing.one("member_lists/7.csv", HEADER + "\n", at="2026-03-07 09:00")
    assert (leaves(landing), [notice.code for notice in file.notices]) == ([], ["no_rows"])


def test_two_files_of_one_time_are_one_list(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    landing.write("member_lists/7-1.csv", members("a"), at="2026-03-07 09:00")
    landing.write("member_lists/7-2.csv", members("b"), at="2026-03-07 09:00")
    landing.ingest()
    assert leaves(landing) == [("c", "03-07 09:00", "一群")]
    assert codes(landing)[1:] == [("7-1.csv", "list_parts", 2), ("7-2.csv", "list_parts", 2)]


@pytest.mark.parametrize(
    ("name", "at", "time"),
    [
        ("成员_2026-03-07", "2026-11-20 10:00", "03-07 23:59"),
        ("成员20260307", "2026-11-20 10:00", "03-07 23:59"),
        ("2026年3月7日成员", "2026-11-20 10:00", "03-07 23:59"),
        ("成员_2026-03-01至2026-03-07", "2026-11-20 10:00", "03-07 23:59"),
        ("成员_2026-03-07", "2026-03-07 18:00", "03-07 18:00"),
        ("成员_2026-03-07 12.30", "2026-11-20 10:00", "03-07 12:30"),
        ("成员_20261307", "2026-03-08 10:00", "03-08 10:00"),
        ("成员_20270307", "2026-03-08 10:00", "03-08 10:00"),
    ],
)
def test_the_day_in_the_name_is_that_of_the_list(landing: Landing, name: str, at: str, time: str) -> None:
    """Copying gives all files one time."""
    landing.write("member_lists/2026-03-06.csv", members("abc"), at="2026-03-06 10:00")
    landing.write(f"member_lists/{name}.csv", members("ab"), at=at)
    landing.ingest()
    assert leaves(landing) == [("c", time, "一群")]


def test_the_first_list_says_what_it_cannot_know(landing: Landing) -> None:
    """Of joins before it only those who stayed are known. A list from before it takes that over."""
    begins = "select path, rows from ops.notices where code = 'list_begins'"
    landing.one("member_lists/4.csv", members("abcde"), at="2026-03-04 09:00")
    assert landing.sql(begins) == [{"path": "member_lists/4.csv", "rows": 3}]
    landing.one("member_lists/2.csv", members("ab"), at="2026-03-02 09:00")
    assert landing.sql(begins) == [{"path": "member_lists/2.csv", "rows": 1}]


def test_a_renamed_member_is_told(landing: Landing) -> None:
    landing.one("member_lists/6.csv", members("abc"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", members("abx"), at="2026-03-07 09:00")
    assert codes(landing) == [("7.csv", "left_by_list", 1), ("7.csv", "list_newcomers", 1)]


def test_a_list_elsewhere_is_only_who_joined_and_says_so(landing: Landing) -> None:
    file = landing.one("inbox/6.csv", members("ab"))
    landing.one("inbox/7.csv", members("a"))
    assert (file.source, leaves(landing)) == ("canonical_events", [])
    assert "landing/member_lists/" in file.notices[0].said


FAST = settings(
    max_examples=examples(3, 10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAY = 20
SNAPSHOTS = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=2, max_size=5)


def departed(lists: list[set[str]]) -> list[tuple[str, int]]:
    """Ten lines of Python: who left by which list. Nobody comes back with another time of joining here."""
    gone, standing = [], set(lists[0])
    for number, there in enumerate(lists[1:], start=1):
        missing = standing - there
        if len(missing) < 3 or 2 * len(missing) <= len(standing):
            gone += [(user, number) for user in missing]
            standing -= missing
        standing |= there
    return sorted((user, number) for user, number in gone if all(user not in later for later in lists[number:]))


@FAST
@given(lists=SNAPSHOTS, data=st.data())
def test_no_order_of_arrival_makes_a_difference(
    tmp_path_factory: pytest.TempPathFactory, warehouse: Any, lists: list[set[str]], data: st.DataObject
) -> None:
    """Nor in how many runs the files come. Equal lists of two times are two lists."""
    landing = Landing(tmp_path_factory.mktemp("home"), warehouse)
    order = data.draw(st.permutations(range(len(lists))))
    for number in order:
        text = members("".join(sorted(lists[number]))) + members("z", "二群").partition("\n")[2]
        landing.write(f"member_lists/2026-03-{DAY + number} 09.00.00.csv", text)
        if data.draw(st.booleans()):
            landing.ingest()
    landing.ingest()
    assert leaves(landing) == [(user, f"03-{DAY + number} 09:00", "一群") for user, number in departed(lists)]
    last_seen = [(user, DAY + max(n for n in range(number) if user in lists[n])) for user, number in departed(lists)]
    assert landing.rows("events", "user_id, day(happened_after)", "is_inferred") == last_seen
    files = landing.sql("select distinct file_id from ops.departures where not is_revoked")
    told = landing.sql("select file_id from ops.notices where code = 'left_by_list'")
    assert {row["file_id"] for row in files} == {row["file_id"] for row in told}


def only_members(who: str, group: str = "一群") -> str:
    """A list that does not say since when."""
    return "群名称,成员ID\n" + "".join(f"{group},{user}\n" for user in who)


def joined(landing: Landing) -> list[tuple[str, ...]]:
    """Who joined between which two lists."""
    found = landing.rows("events", "user_id, happened_after, event_at", "is_inferred and event = 'group_join'")
    return [(user, f"{after:%m-%d %H:%M}", f"{at:%m-%d %H:%M}") for user, after, at in found]


def test_who_is_in_the_list_for_the_first_time_has_come(landing: Landing) -> None:
    """Where it does not tell since when. Of those in the first list nobody knows; they are in no number of joins."""
    landing.one("member_lists/6.csv", only_members("ab"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", only_members("bc"), at="2026-03-07 09:00")
    landing.one("member_lists/9.csv", only_members("abc"), at="2026-03-09 09:00")
    assert joined(landing) == [("a", "03-07 09:00", "03-09 09:00"), ("c", "03-06 09:00", "03-07 09:00")]
    assert leaves(landing) == [("a", "03-07 09:00", "一群")]
    assert codes(landing) == [
        ("6.csv", "list_since_unknown", 2),
        ("7.csv", "came_by_list", 1),
        ("7.csv", "left_by_list", 1),
        ("9.csv", "came_by_list", 1),
    ]
    landing.one("member_lists/8.csv", only_members("bc"), at="2026-03-08 09:00")
    assert joined(landing)[0] == ("a", "03-08 09:00", "03-09 09:00")


def test_a_time_of_joining_that_comes_later_is_better(landing: Landing) -> None:
    landing.one("member_lists/6.csv", only_members("a"), at="2026-03-06 09:00")
    landing.one("member_lists/7.csv", only_members("ab"), at="2026-03-07 09:00")
    landing.one("member_lists/8.csv", members("ab", b="03-06 20:00"), at="2026-03-08 09:00")
    assert joined(landing) == []
    joins = [(user, at) for user, event, at, _ in events(landing) if event == "group_join"]
    assert joins == [("a", "03-01 10:00"), ("b", "03-06 20:00")]


def observed(*rows: str) -> str:
    return "\n".join(["platform,group_id,user_id,observed_at,is_complete", *rows]) + "\n"


def test_lists_of_several_times_in_one_file(landing: Landing) -> None:
    """The canonical table: its rows say when each list was taken, and whether it is whole."""
    first = [f"wecom,g1,{user},2026-03-06 09:00:00,true" for user in "ab"]
    partial = ["wecom,g1,c,2026-03-07 09:00:00,false"]
    last = [f"wecom,g1,{user},2026-03-08 09:00:00,true" for user in "bc"]
    file = landing.one("group_members/all.csv", observed(*last, *first, *partial))
    assert (file.rows_read, file.rows_loaded) == (5, 5)
    assert leaves(landing) == [("a", "03-08 09:00", "g1")]
    assert joined(landing) == [("c", "03-06 09:00", "03-07 09:00")]
    assert len(landing.rows("group_members")) == 5


def test_a_refused_row_whose_time_is_unknown_may_be_of_any_list(landing: Landing) -> None:
    rows = [f"wecom,g1,{user},2026-03-06 09:00:00,true" for user in "ab"]
    rows += ["wecom,g1,a,2026-03-08 09:00:00,true", "wecom,g1,b,soon,true"]
    landing.one("group_members/all.csv", observed(*rows))
    assert leaves(landing) == []


def came(lists: list[set[str]]) -> list[tuple[str, int, int]]:
    """Who came, after which list and by which, where lists tell no times; as in `departed`."""
    found, standing, whole = [], set(lists[0]), 0
    for number, there in enumerate(lists[1:], start=1):
        found += [(user, whole, number) for user in there - standing]
        missing = standing - there
        if len(missing) < 3 or 2 * len(missing) <= len(standing):
            standing, whole = standing - missing, number
        standing |= there
    return sorted(found)


@FAST
@given(lists=SNAPSHOTS, data=st.data())
def test_no_order_of_arrival_makes_a_difference_without_times_either(
    tmp_path_factory: pytest.TempPathFactory, warehouse: Any, lists: list[set[str]], data: st.DataObject
) -> None:
    landing = Landing(tmp_path_factory.mktemp("home"), warehouse)
    for number in data.draw(st.permutations(range(len(lists)))):
        landing.write(f"member_lists/2026-03-{DAY + number} 09.00.00.csv", only_members("".join(sorted(lists[number]))))
        if data.draw(st.booleans()):
            landing.ingest()
    landing.ingest()
    days = landing.rows("events", "user_id, day(happened_after), day(event_at)", "is_inferred and event = 'group_join'")
    assert days == [(user, DAY + after, DAY + by) for user, after, by in came(lists)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("of: [platform, group_id]", "of: [platform, grup_id]", "loads.group_members.snapshot.of: no such column of s"),
        ("who: [user_id_type", "who: [user_id_tipe", "loads.group_members.snapshot.who: no such column of staging."),
        ("since: joined_at\n", "since: event_at\n", "loads.group_members.snapshot.since: no such column of staging.gr"),
        ("gone: leaving", "gone: leving", "loads.group_members.snapshot.gone: leving is no load with a `where`; did"),
        ("event_at: file_version_at,", "", "loads.group_members.snapshot.leave.event_at: missing; staging.events has"),
        ("event_at: file_version_at,", "event_at: joined_at,", "loads.group_members.snapshot.leave.event_at: 'joine"),
        ("since: joined_at", "sinse: joined_at", "loads.group_members.snapshot.sinse: there is no such key; did you"),
        ("      into: events", "      into: event", "loads.group_members.snapshot.into: there is no such table: "),
        ("    into: events\n    where: j", "    into: event\n    where: j", "loads.joining.into: there is no such tab"),
        ("version: {", "version: {column: joined_at, ", "loads.group_members.snapshot: with version.column"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_snapshot_is_told_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = Path("assets/sources/member_lists.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "lists.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        read_source(file)
    assert str(raised.value).removeprefix(f"{file}: ").startswith(said)
