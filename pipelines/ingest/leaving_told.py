"""What a person should know of whole lists: who counts as having left by them, and why nobody does.

What belongs here: the notices, made anew for every file whose lists were judged. What does not: judging (leaving.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.notices import Notice, write_notices

if TYPE_CHECKING:
    from pipelines.database import Connection

SHOWN = 5
LEFT = (
    "{rows} who stood in an earlier list are not in this one: they count as having left by {left_at:%Y-%m-%d %H:%M}, "
    "the time of this list (nobody told when; is_inferred in staging.events); if the list is not whole, take the file "
    "out of landing and run siyu run --full"
)
GAPS = (
    "{rows} are missing here and stand in a later list as members since before: they never left, so this list was not "
    "whole"
)
TORN = (
    "rows of these lists were refused (siyu quarantine), so nobody counts as having left by them, although {rows} who "
    "stood in an earlier one are missing: mend the rows and export again"
)
SHORT = (
    "more than half of those who stood in an earlier list are missing ({rows}): a filtered or partial export, so "
    "nobody counts as having left by it; export the whole list, or tell who left when in a column 退群时间"
)
EARLY = (
    "{rows} are here for the first time and say that they joined before an earlier whole list: renamed people count as "
    "two (export an id), or that list was not whole"
)
FIRST = (
    "this is the first list: {rows} in it joined before it, and whoever joined and left before it stands nowhere, so "
    "retention of those who joined before {left_at:%Y-%m-%d} is too high; look at who joined from then on"
)
CAME = (
    "{rows} stand in this list and not in an earlier whole one, and nobody tells since when: they count as having "
    "joined by {left_at:%Y-%m-%d %H:%M}, the time of this list (is_inferred in staging.events); export 入群时间"
)
UNKNOWN = (
    "{rows} stood in the first list already and nobody tells since when: they are in no number of joins or members "
    "until a column 入群时间 is exported; whoever joins after it counts"
)
PARTS = (
    "{rows} files have a list of one group with one time ({left_at:%Y-%m-%d %H:%M}): taken as parts of one list; if "
    "they are lists of several days, put the day into their names (成员_2026-10-06.csv) and run siyu run --full"
)
CODES = {"left_by_list": LEFT, "list_gap": GAPS, "list_torn": TORN, "list_short": SHORT, "list_newcomers": EARLY}
CODES |= {"list_begins": FIRST, "list_parts": PARTS, "came_by_list": CAME, "list_since_unknown": UNKNOWN}
ASIDE = ("list_torn", "list_short", "list_since_unknown")
_FOUND = """
    with counted as (
        select file_id, if(is_revoked, 'list_gap', 'left_by_list') as code, list, count(*) as rows,
            max(left_at) as left_at
        from ops.departures where is_arrival is not true group by all
        union all
        select file_id, 'came_by_list', list, count(*), max(left_at)
        from ops.departures where is_arrival and not is_revoked group by all
        union all
        select distinct file_id, 'list_' || verdict, list, missing, version_at from ops.lists
        where verdict in ('torn', 'short') and missing > 0 and list is not null
        union all
        select distinct file_id, 'list_newcomers', list, early, version_at from ops.lists where early > 0
        union all
        select m.file_id, 'list_begins', m.list, count(*), m.version_at from ops.list_members m
        semi join (select list, min(version_at) as version_at from ops.lists group by list) using (list, version_at)
        where m.since < m.version_at and not m.is_gone and m.file_id in (from affected) group by all
        union all
        select m.file_id, 'list_since_unknown', m.list, count(*), m.version_at from ops.list_members m
        semi join (select list, min(version_at) as version_at from ops.lists group by list) using (list, version_at)
        where m.since is null and not m.is_gone and m.file_id in (from affected) group by all
    )
    select file_id, code, list_sort(list(distinct split_part(list, chr(31), -1))), sum(rows)::bigint, max(left_at)
    from counted semi join affected using (file_id) group by file_id, code
    union all
    select file_id, 'list_parts', list_sort(list(distinct split_part(list, chr(31), -1))), max(files), max(version_at)
    from ops.lists join (
        select list, version_at, count(distinct file_id) as files from ops.lists group by all having files > 1
    ) using (list, version_at) where list is not null and file_id in (from affected) group by file_id
    order by all
"""


def notices_of_lists(connection: Connection) -> dict[int, list[Notice]]:
    """Writes them anew for the files of temp table affected; by file."""
    connection.execute(
        "delete from ops.notices where list_contains($1, code) and file_id in (select file_id from affected)",
        [list(CODES)],
    )
    told: dict[int, list[Notice]] = {}
    for file_id, code, names, rows, left_at in connection.execute(_FOUND).fetchall():
        shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        severity = "aside" if code in ASIDE else "told"
        facts = {"left_at": f"{left_at:%Y-%m-%d %H:%M}"}
        said = CODES[code].format(rows=rows, left_at=left_at)
        notice = Notice(code, said, shown, rows, severity, facts)  # type: ignore[arg-type]
        told.setdefault(file_id, []).append(notice)
    paths = dict(
        connection.execute("select file_id, path from ops.files semi join affected using (file_id)").fetchall()
    )
    named = [(file_id, paths[file_id], notice) for file_id, notices in told.items() for notice in notices]
    write_notices(connection, named)
    return told
