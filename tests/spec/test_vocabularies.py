"""Every YAML file of assets is checked when it is read: what it may not say is refused, file and key named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import breakdowns, event_words, id_types, platforms
from pipelines.ingest import folder_names, sheet_names, staging, synonyms, units
from pipelines.ingest.formats import pages
from pipelines.report import charts
from pipelines.spec.reading import SpecError
from pipelines.tables import ASSETS

READ = {
    "breakdowns": (breakdowns, breakdowns.load_breakdowns),
    "charts": (charts, charts.definitions),
    "event_words": (event_words, event_words.load_event_words),
    "folder_names": (folder_names, folder_names._words),
    "headers": (synonyms, synonyms.load_headers),
    "id_types": (id_types, id_types.load_id_types),
    "page_words": (pages, pages._words),
    "platforms": (platforms, platforms.load_platforms),
    "sheet_names": (sheet_names, sheet_names._words),
    "units": (units, units.written),
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
        (
            "breakdowns",
            "facts:\n    first",
            "fact:\n    first",
            "all.fact: there is no such key; did you mean 'facts'?",
        ),
        ("breakdowns", "en: Live session", "", "live_session.title: lacks 'en'"),
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
        ("folder_names", "festivals:", "festival:", "festival: there is no such key; did you mean 'festivals'?"),
        ("folder_names", '"618"', "618", "expected a text, found 618"),
        ("headers", "names:", "name:", "name: there is no such key; did you mean 'names'?"),
        ("id_types", "also: [用户", "also: 用户, x: [", "user_id.x: there is no such key; known: also, zh"),
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
        ("sheet_names", "alone: [旧", "alone: [[旧]", "alone[0]: expected a text, found ['旧']"),
        ("units", "  fen: [", "  fenn: [", "amounts: no such unit: fenn; did you mean 'fen'?"),
        ("units", "Asia/Tokyo", "Asia/Tokio", "zones: no such time zone: Asia/Tokio; did you mean 'Asia/Tokyo'?"),
        ("units", "  yuan: [", "  fen: [角子]\n  yuan: [", "'fen' stands twice"),
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
    assert files == {*READ, "totals_words"}
