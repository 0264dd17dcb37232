"""Every YAML and CSV file of assets is checked when it is read: what it may not say is refused, file and key named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import (
    activities,
    breakdowns,
    channels,
    event_words,
    festivals,
    id_types,
    platforms,
    quality,
    uplift_words,
)
from pipelines.cli import words as terminal
from pipelines.docs import errors
from pipelines.ingest import folder_names, known_files, sheet_names, staging, synonyms, units
from pipelines.ingest.formats import pages
from pipelines.mapping import words as map_words
from pipelines.messages import services
from pipelines.new_home import settings_file
from pipelines.new_home import templates as new_home
from pipelines.report import charts, layout, message, pages_spec, sentences, words
from pipelines.spec.reading import SpecError
from pipelines.tables import ASSETS

READ = {
    "activity_words": (activities, activities.meanings),
    "advice": (sentences, sentences.advice),
    "breakdowns": (breakdowns, breakdowns.load_breakdowns),
    "channels": (channels, channels.load_channels),
    "charts": (charts, charts.definitions),
    "errors": (errors, errors.load_errors),
    "event_words": (event_words, event_words.load_event_words),
    "festivals": (festivals, festivals.load_festivals),
    "folder_names": (folder_names, folder_names._words),
    "headers": (synonyms, synonyms.load_headers),
    "id_types": (id_types, id_types.load_id_types),
    "known_files": (known_files, known_files.load_known_files),
    "map_words": (map_words, map_words.words),
    "message": (message, message.chosen),
    "message_services": (services, services.services),
    "new_home": (new_home, new_home.new_home),
    "page_words": (pages, pages._words),
    "pages": (pages_spec, pages_spec.page_kinds),
    "platforms": (platforms, platforms.load_platforms),
    "quality": (quality, quality.rules),
    "report": (layout, layout.layout),
    "settings": (settings_file, settings_file.words),
    "sheet_names": (sheet_names, sheet_names._words),
    "terminal.zh": (terminal, terminal.chinese),
    "units": (units, units.written),
    "uplift_words": (uplift_words, uplift_words.load_uplift_words),
}


def changed(folder: Path, file: Path, good: str, bad: str) -> Path:
    """A copy of a file of assets with one thing in it wrong."""
    text = file.read_text(encoding="utf-8")
    assert good in text
    copy = folder / file.name
    copy.write_text(text.replace(good, bad, 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("name", "good", "bad", "said"),
    [
        ("errors", "means: 'A setting", "meaning: 'A setting", "SY-E101.en.meaning: there is no such key; "),
        ("activity_words", "known_by: [orders]", "known: [orders]", "order.known: there is no such key; did you mean"),
        (
            "known_files",
            "  header: [素材ID",
            "  headers: [素材ID",
            "qianchuan_videos.headers: there is no such key; did you",
        ),
        ("map_words", "paid_amount:", "paid_amuont:", "no such column or table; did you mean 'paid_amount'?"),
        ("new_home", "platforms:", "platform:", "platform: there is no such key; did you mean 'platforms'?"),
        ("settings", "zh: 印在", "cn: 印在", "merchant_name.cn: there is no such key; "),
        ("advice", "notices:\n", "notice:\n", "notice: there is no such key; did you mean 'notices'?"),
        ("advice", "en: Unpack", "eng: Unpack", "reasons.archive.eng: there is no such key; did you mean 'en'?"),
        (
            "breakdowns",
            "facts:\n    first",
            "fact:\n    first",
            "all.fact: there is no such key; did you mean 'facts'?",
        ),
        ("breakdowns", "en: Live session", "", "live_session.title: lacks 'en'"),
        (
            "channels",
            "live,live,public",
            "live,live,publik",
            "line 2: domain: expected one of public, private",
        ),
        (
            "channels",
            "直播,live,public,false",
            "直播,live,public,flase",
            "line 3: is_paid: expected true or false",
        ),
        (
            "channels",
            "直播间,live,public",
            "直播间,live,",
            "line 4: a channel and its domain stand together",
        ),
        ("channels", "直播间,live", "直播,live", "the word 直播 stands twice"),
        ("channels", "video,video,", "video,live,", "video: live is called 直播 and 短视频"),
        ("channels", "is_paid,zh", "paid,zh", "line 2: paid: there is no such key; did you mean 'is_paid'?"),
        (
            "channels",
            "live,live,public,false,直播",
            "live,live,public,false",
            "line 2: zh: expected a text, found nothing",
        ),
        ("channels", "live,live,", "live,live,live,", "line 2: more cells than columns: there is no such key"),
        ("charts", "kind: bars", "kind: bar", "daily_amount.kind: expected one of curve, bars, dots, funnel, heatmap"),
        ("charts", "    y_title:", "    ytitle:", "daily_amount.ytitle: there is no such key; did you mean 'y_title'?"),
        ("charts", "    x: day\n", "", "membership_survival: a chart of kind curve lacks 'x'"),
        ("charts", "y: survival\n", "y: survived\n", "no column 'survived'; did you mean 'survival'?"),
        (
            "charts",
            "table: metrics.retention",
            "table: metrics.retentions",
            "no such table: metrics.retentions; did you",
        ),
        (
            "charts",
            "cohort_period: all",
            "cohort: all",
            "no such parameter of metrics.conversion: cohort; did you mean",
        ),
        ("charts", "{reached_people} /", "{people} /", "no such blank: people; did you mean 'mature_people'?"),
        ("charts", "colour: private", "colour: privat", "no such colour (of ladder): privat; did you mean 'private'?"),
        ("charts", "marks: festivals", "marks: festival", "(of daily_amount): festival; did you mean 'festivals'?"),
        (
            "charts",
            "summary.is_sales_known",
            "summary.is_sale_known",
            "unknown.sales.needs: metrics.daily_summary has no",
        ),
        ("event_words", "also:", "aslo:", "aslo: there is no such key; did you mean 'also'?"),
        ("festivals", "solar,03-01", "lunar,03-01", "line 2: kind: expected one of solar, before_spring_festival"),
        ("festivals", "03-08", "03-32", "line 2: expected a day such as 06-20, found '03-32'"),
        ("festivals", ",-28", ",28 days", "line 8: expected a number of days such as -28, found '28 days'"),
        ("festivals", "10-20", "11-20", "line 6: it starts on 11-20 and ends before, on 11-11"),
        ("folder_names", "festivals:", "festival:", "festival: there is no such key; did you mean 'festivals'?"),
        ("folder_names", '"618"', "618", "expected a text, found 618"),
        ("headers", "names:", "name:", "name: there is no such key; did you mean 'names'?"),
        ("id_types", "also: [用户", "also: 用户, x: [", "user_id.x: there is no such key; known: also, zh"),
        ("message", "paid_amount,", "paid_amuont,", "tiles: no such tile: paid_amuont; did you mean 'paid_amount'?"),
        ("message", "more: {zh:", "more: {cn:", "words.more.cn: there is no such key; "),
        ("message_services", "longest: 2048", "longest: none", "wecom.longest: expected a whole number, found 'none'"),
        ("message_services", "wait: 60", "waits: 60", "answers[45009].waits: there is no such key; did you"),
        (
            "page_words",
            "pages: [pages",
            "pages: pages\npaegs: [pages",
            "paegs: there is no such key; did you mean 'page",
        ),
        ("platforms", "en: Douyin, ", "", "douyin: lacks 'en'"),
        (
            "platforms",
            "has_global_order_ids: true",
            "has_global_order_ids: perhaps",
            "expected true or false, found 'p",
        ),
        ("quality", "severity: told", "severity: tell", "severity: expected one of refused, aside, told, found 'tell'"),
        (
            "quality",
            "    alarm: true",
            "    alarms: true",
            "rules[0].alarms: there is no such key; did you mean 'alarm'?",
        ),
        (
            "quality",
            "[core.data_gaps]",
            "[core.data_gap]",
            "no such table: core.data_gap; did you mean 'core.data_gaps'?",
        ),
        (
            "quality",
            "core.unmatched.why]",
            "core.unmatched.wy]",
            "core.unmatched has no column 'wy'; did you mean 'why'?",
        ),
        (
            "quality",
            "($order_sources, source",
            "($order_source, source",
            "no such value: order_source; did you mean",
        ),
        ("quality", "code: gap_cut", "code: gap_hole", "'gap_hole' stands twice"),
        (
            "pages",
            "of: group_health",
            "of: group_helth",
            "no such block of the report (of group): group_helth; did you",
        ),
        (
            "pages",
            "links: {title: live_session}",
            "links: {title: live}",
            "no such kind of page (of group, group_sessions)",
        ),
        ("pages", "also: {cohort: [month]}", "also: {cohort: []}", "month: a page of cohort is told by 1 columns"),
        (
            "pages",
            "columns: [window_days, rep",
            "columns: [window_day, rep",
            "no such column in its sql: window_day; did you mean",
        ),
        (
            "pages",
            "keys: {month: date}\n        columns: [seg",
            "columns: [seg",
            "month: 'month_channels' has no 'month', by",
        ),
        (
            "pages",
            "    most: 12\n",
            "    at_most: 12\n",
            "kinds.campaign.at_most: there is no such key; did you mean 'most'",
        ),
        ("report", "by_day: true", "byday: true", "tiles[0].byday: there is no such key; did you mean 'by_day'?"),
        (
            "report",
            "column: net_amount",
            "column: nett_amount",
            "has no column 'nett_amount'; did you mean 'net_amount'?",
        ),
        ("report", "reads: members", "reads: member", "reads[0]: expected one of sales, members, found 'member'"),
        ("report", "metric: daily_summary, column: members", "column: members", "a tile asks a 'metric', or a 'table'"),
        ("report", "rule: heads\n", "rule: head\n", "whys[2].rule: expected one of parts, heads, days"),
        ("report", "by: group", "by: groups", "no such breakdown: groups; did you mean 'group'?"),
        ("report", "lead: [members,", "lead: [member,", "no such number of group_health: member; did you mean"),
        ("report", "{why: private_entries}", "{why: members}", "no such tile that is taken apart: members; "),
        ("charts", "{at_30} 没有离开", "{at_31} 没有离开", "no such blank: at_31; did you mean 'at_30'?"),
        ("charts", '  rest: "#4a555d"\n', "", "dark: lacks 'rest'"),
        ("report", "{chart: retention}", "{chart: retentions}", "no such chart: retentions; did you mean 'retention'?"),
        ("report", "bars: [joins]", "bars: [join]", "no such column of group_entry_path: join; did you mean 'joins'?"),
        (
            "report",
            "within_days: [7]}",
            "days: [7]}",
            "no such parameter of metrics.public_to_private: days; did you mean",
        ),
        (
            "report",
            "columns: [purchase_no",
            "columns: [purchase",
            "no such column in its sql: purchase; did you mean 'purchase_no",
        ),
        (
            "report",
            "tile: new_buyers",
            "tile: new_buyer",
            "(of the finding new_buyers): new_buyer; did you mean 'new_buyers'",
        ),
        (
            "report",
            "block: live_performance",
            "block: live_rate",
            "no such block (of the finding live): live_rate; did you mean 'live_rates'?",
        ),
        ("sheet_names", "alone: [旧", "alone: [[旧]", "alone[0]: expected a text, found ['旧']"),
        ("units", "  fen: [", "  fenn: [", "amounts: no such unit: fenn; did you mean 'fen'?"),
        ("units", "Asia/Tokyo", "Asia/Tokio", "zones: no such time zone: Asia/Tokio; did you mean 'Asia/Tokyo'?"),
        ("units", "  yuan: [", "  fen: [角子]\n  yuan: [", "'fen' stands twice"),
        ("uplift_words", "unit: share", "unit: shares", "outcomes.live_attendance.unit: expected one of yuan, share"),
        ("uplift_words", "{effect}（", "{efect}（", "verdicts.part.zh: no such place: efect; did you mean 'effect'?"),
    ],
)
def test_a_mistake_in_a_vocabulary_is_named(tmp_path, monkeypatch, name, good, bad, said):
    module, load = READ[name]
    file = changed(tmp_path, module.FILE, good, bad)
    monkeypatch.setattr(module, "FILE", file)
    with pytest.raises(SpecError) as error:
        load.__wrapped__()
    assert str(file) in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("tile_notes:", "tilenotes:", "tilenotes: there is no such key; did you mean 'tile_notes'?"),
        ("  no_findings:", "  no_findings: 1\n  other:", "report: no_findings: expected a text, found 1"),
    ],
)
def test_a_mistake_in_a_wording_is_named(tmp_path, monkeypatch, language, good, bad, said):
    file = changed(tmp_path, words.FILES[language], good, bad)
    monkeypatch.setitem(words.FILES, language, file)
    with pytest.raises(SpecError) as error:
        words.load_words.__wrapped__(language)
    assert str(error.value) == f"{file}: {said}"


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("checks:", "check:", "check: there is no such key; did you mean 'checks'?"),
        ("key: [platform, group_id, date]", "key: [platform, group, date]", "key: no such column: group; did you mean"),
        ("unit: person", "unit: persons", "columns.members.unit: expected one of person, membership"),
        ("type: count, min: 0", "type: counts, min: 0", "found 'counts'; did you mean 'count'?"),
        ("min: 0", "minn: 0", "columns.members.minn: there is no such key; did you mean 'min'?"),
        ("versions: newest_row", "versions: newest", "versions: expected one of newest_row, newest_per_source"),
        ("unique: [platform", "uniqe: [platform", "checks[0].uniqe: there is no such key; did you mean 'unique'?"),
        ("unless: platform", "unles: platform", "copies_share.unles: there is no such key; did you mean 'unless'?"),
    ],
)
def test_a_mistake_in_a_canonical_table_is_named(tmp_path, good, bad, said):
    file = changed(tmp_path, ASSETS / "staging" / "group_days.yaml", good, bad)
    with pytest.raises(SpecError) as error:
        staging._table(file)
    assert str(file) in str(error.value)
    assert said in str(error.value)


def test_every_vocabulary_is_read_so():
    """totals_words is read as its module is imported, so a mistake in it shows in every test of files."""
    files = {file.stem for folder in (ASSETS, ASSETS / "reports") for file in folder.glob("*.yaml")}
    files |= {file.stem for file in ASSETS.rglob("*.csv")}
    assert files == {*READ, *(file.stem for file in words.FILES.values()), "totals_words"}
