"""One writer, many readers: the lock, the published copy, the pointer."""

import os
import signal
import subprocess
import sys
import textwrap

import duckdb
import pytest

from pipelines.settings import load_settings
from pipelines.warehouse import NothingPublished, WarehouseBusy, open_for_writing, open_warehouse, publish


@pytest.fixture
def settings(tmp_path):
    return load_settings(tmp_path)


def write_number(settings, number):
    with open_for_writing(settings) as warehouse:
        warehouse.connection.execute(
            f"create or replace table core.as_of as select date '2025-01-01' + {number} as as_of"
        )
        return publish(warehouse)


def test_readers_see_the_newest_publication_and_keep_the_one_they_opened(settings):
    write_number(settings, 1)
    early = open_warehouse(settings.home)
    write_number(settings, 2)
    with early, open_warehouse(settings.home) as late:
        assert (early.as_of.day, late.as_of.day) == (2, 3)
        assert late.table("core.as_of").shape == (1, 1)
        assert late.sql("select $n + 1 as n", n=1)["n"].tolist() == [2]


def test_a_reader_never_hinders_the_writer_nor_the_writer_a_reader(settings):
    write_number(settings, 1)
    with open_warehouse(settings.home) as reader, open_for_writing(settings):
        assert reader.as_of.day == 2


def test_readers_cannot_write(settings):
    write_number(settings, 1)
    with open_warehouse(settings.home) as reader, pytest.raises(duckdb.Error, match="read-only"):
        reader.connection.execute("create table core.mine (n integer)")


def test_what_does_not_fit_in_memory_goes_beside_the_warehouse(settings, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with open_for_writing(settings.model_copy(update={"memory_limit": "40 MB"})) as warehouse:
        warehouse.connection.execute("set threads = 1")
        warehouse.connection.execute("create temp table big as select hash(n) as h, n from range(3000000) as r (n)")
        assert list(settings.home.glob("warehouse.duckdb.tmp/*"))
    assert list(elsewhere.iterdir()) == []
    assert list(settings.home.glob("warehouse.duckdb.tmp/*")) == []


def test_less_than_a_third_of_the_memory_unless_the_merchant_says(settings):
    def limit(connection):
        text = connection.execute("select current_setting('memory_limit')").fetchall()[0][0]
        number, unit = text.split()
        return float(number) * {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]

    found = limit(duckdb.connect()) / 0.8  # by itself DuckDB takes four fifths
    with open_for_writing(settings) as warehouse:
        assert 0.28 < limit(warehouse.connection) / found < 0.32
    with open_for_writing(settings.model_copy(update={"memory_limit": "40 MB"})) as warehouse:
        assert limit(warehouse.connection) == pytest.approx(40e6, rel=0.01)


def test_only_the_last_copies_are_kept_and_no_half_one(settings):
    (settings.home / "published").mkdir(parents=True)
    (settings.published / "siyu-1.partial").write_text("half")
    for number in range(5):
        newest = write_number(settings, number)
    copies = sorted(settings.published.glob("siyu-*.duckdb"))
    assert len(copies) == 3
    manifests = sorted(copy.with_suffix(".json") for copy in copies)
    assert sorted(settings.published.glob("siyu-*")) == sorted([*copies, *manifests])
    assert settings.snapshot_path.resolve() == newest == copies[-1]


def test_the_snapshot_is_in_the_older_storage_format(settings):
    """Analysts still have DuckDB 1.5; it refuses files of a newer format. The version stands in the file's header."""
    path = write_number(settings, 1)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as copy (read_only)")
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'copy'").fetchall()
    assert "v1.5" in str(tags[0][0]["storage_version"])


def test_before_the_first_run_the_reader_is_told_what_to_do(settings):
    with pytest.raises(NothingPublished, match="siyu run"):
        open_warehouse(settings.home)


HOLDER = """
    import sys, time
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing
    with open_for_writing(load_settings(sys.argv[1])) as warehouse:
        warehouse.connection.execute("create table if not exists core.kept as select 1 as n")
        warehouse.connection.execute("begin")
        warehouse.connection.execute("create table core.lost as select * from range(1000000)")
        print("held", flush=True)
        time.sleep(60)
"""


def holding(text, settings):
    """A process of its own that has opened the warehouse for writing."""
    command = [sys.executable, "-c", textwrap.dedent(text), str(settings.home)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline().strip() == "held"
    return holder


def test_a_second_writer_is_refused_by_name_and_a_killed_one_leaves_no_lock_and_nothing_half(settings):
    holder = holding(HOLDER, settings)
    with pytest.raises(WarehouseBusy, match=f"process {holder.pid}"), open_for_writing(settings):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with open_for_writing(settings) as warehouse:
        tables = warehouse.connection.execute("select table_name from duckdb_tables() where schema_name = 'core'")
        assert tables.fetchall() == [("kept",)]


# What reads a foreign file is a fork, which has the lock of its run, and may be a moment longer in dying.
OUTLIVED = """
    import os, sys, time
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing
    with open_for_writing(load_settings(sys.argv[1])):
        if not os.fork():
            time.sleep(1.5)
            os._exit(0)
        print("held", flush=True)
        time.sleep(60)
"""


def test_the_lock_of_a_killed_run_is_waited_for_while_its_reader_still_has_it(settings):
    holder = holding(OUTLIVED, settings)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with open_for_writing(settings) as warehouse:
        assert warehouse.connection.execute("select 1").fetchall() == [(1,)]
