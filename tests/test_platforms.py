"""assets/platforms.yaml is the one list: every canonical table and both languages of the report know the same names."""

from pathlib import Path

import pytest
import yaml

from pipelines import platforms
from pipelines.database import connect
from pipelines.ingest.staging import load_staging
from pipelines.platforms import load_platforms, shop_scope_sql

REPORTS = Path(__file__).parents[1] / "assets" / "reports"


def test_every_table_takes_every_platform():
    for table in load_staging().values():
        assert table.columns["platform"].values == tuple(load_platforms())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_names_every_platform(language):
    words = yaml.safe_load((REPORTS / f"wording.{language}.yaml").read_text(encoding="utf-8"))
    named = words["values"]["platform"] if "values" in words else words["platform"]
    assert {name: named[name] for name in load_platforms()} == {
        name: getattr(platform, language) for name, platform in load_platforms().items()
    }


def test_the_shop_belongs_to_a_number_only_where_numbers_are_not_global():
    sql = f"select {shop_scope_sql('p', 's')} from (values ('douyin', 'a'), ('other', 'a'), ('other', null)) t(p, s)"
    assert connect().execute(sql).fetchall() == [("",), ("a",), ("",)]


def test_a_mistake_in_the_table_is_named(tmp_path, monkeypatch):
    file = tmp_path / "platforms.yaml"
    file.write_text(
        "douyin: {zh: 抖音, en: Douyin, has_global_order_ids: perhaps, id_types: [], also: []}\n", encoding="utf-8"
    )
    monkeypatch.setattr(platforms, "FILE", file)
    with pytest.raises(ValueError, match=r"douyin\.has_global_order_ids: expected true or false"):
        load_platforms.__wrapped__()


def test_one_word_is_one_platform(tmp_path, monkeypatch):
    file = tmp_path / "platforms.yaml"
    entry = "has_global_order_ids: true, id_types: [], also: [小店]"
    file.write_text(f"a: {{zh: 甲, en: A, {entry}}}\nb: {{zh: 乙, en: B, {entry}}}\n", encoding="utf-8")
    monkeypatch.setattr(platforms, "FILE", file)
    monkeypatch.setattr(platforms, "load_platforms", load_platforms.__wrapped__)
    with pytest.raises(ValueError, match="小店 is a word for a and for b"):
        platforms.platform_words.__wrapped__()
