"""siyu.toml: what is read, what is refused and how it is said."""

import pytest

from pipelines.settings import SettingsError, load_settings


def write(home, text):
    (home / "siyu.toml").write_text(text, encoding="utf-8")
    return home


def test_without_a_file_the_defaults_hold(tmp_path):
    settings = load_settings(tmp_path)
    assert (settings.timezone, settings.language, settings.private_entry_events) == (
        "Asia/Shanghai",
        "zh",
        ["group_join", "wecom_add", "member_join"],
    )


def test_a_file_overrides_them(tmp_path):
    home = write(
        tmp_path, 'language = "en"\nsmall_group = 10\n[channels."老客群"]\nchannel = "fan_group"\ndomain = "private"\n'
    )
    settings = load_settings(home)
    assert (settings.language, settings.small_group, settings.channels["老客群"].domain) == ("en", 10, "private")


def test_where_spark_runs_is_a_table_of_its_own(tmp_path):
    text = 'engine = "spark"\n[spark]\nmaster = "spark://host:7077"\noptions = {"spark.driver.memory" = "8g"}\n'
    spark = load_settings(write(tmp_path, text)).spark
    assert (spark.master, spark.folder, spark.options) == ("spark://host:7077", "", {"spark.driver.memory": "8g"})


def test_a_window_named_twice_is_one_window(tmp_path):
    assert load_settings(write(tmp_path, "windows = [30, 7, 30]")).windows == [30, 7]


def test_the_home_is_the_argument_else_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "b"))
    assert load_settings(tmp_path / "a").home.name == "a"
    assert load_settings().home.name == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('timezon = "Asia/Shanghai"', "unknown key 'timezon'; did you mean 'timezone'?"),
        (
            'timezone = "Mars/Olympus"',
            "'timezone' is 'Mars/Olympus': 'Mars/Olympus' is not a time zone; expected a name",
        ),
        ("small_group = 0", "'small_group' is 0"),
        ("new_buyer_lookback_days = 0", "expected 1 or more, or -1 for the whole history"),
        ("new_buyer_lookback_days = -2", "'new_buyer_lookback_days' is -2"),
        ('ended_sources = ["taobao"]', "'taobao' is not a source; expected a kind and a platform such as"),
        ('week_starts = "friday"', "'week_starts' is 'friday'"),
        ("windows = [30, 0]", "'windows.1' is 0"),
        ("windows = []", "'windows' is []"),
        ('memory_limit = "lots"', "'memory_limit' is 'lots'"),
        ("language = zh", "not readable as TOML"),
        ('[channels.x]\nchannel = "live"\ndomain = "open"', "'channels.x.domain' is 'open'"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_remedy(tmp_path, text, message):
    with pytest.raises(SettingsError) as error:
        load_settings(write(tmp_path, text))
    assert message in str(error.value)
    assert "siyu.toml" in str(error.value)
