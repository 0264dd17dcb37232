"""People are keys, not phone numbers: nothing outside landing holds a phone that landing shows."""

import re

import duckdb

from pipelines.simulate import planted_phones

NUMBER = re.compile(rb"(?<!\d)1\d{10}(?!\d)")


def test_no_planted_phone_stands_in_any_file_outside_landing(demo_home):
    phones = {phone.encode() for phone in planted_phones(demo_home)}
    assert len(phones) > 100
    places = [path for path in demo_home.rglob("*") if path.is_file() and "landing" not in path.parts]
    assert any(path.suffix == ".html" for path in places)
    assert [str(path) for path in places if phones & set(NUMBER.findall(path.read_bytes()))] == []


def test_no_planted_phone_stands_in_any_column_of_the_snapshot(demo_home):
    """The file's bytes are compressed, so the tables are asked one column at a time."""
    with duckdb.connect(str((demo_home / "published" / "siyu.duckdb").resolve()), read_only=True) as connection:
        connection.execute("set temp_directory = ''")
        connection.execute(
            "create temp table planted as select unnest($phones) as phone", {"phones": planted_phones(demo_home)}
        )
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and database_name = current_database() and schema_name <> 'information_schema'"
        ).fetchall()
        assert len(columns) > 200
        found = [
            f"{schema}.{table}.{column}"
            for schema, table, column in columns
            if connection.execute(f"""
                select 1 from (select unnest(regexp_extract_all("{column}", '\\b1\\d{{10}}\\b')) as phone
                from {schema}."{table}") semi join planted using (phone) limit 1
            """).fetchall()
        ]
        assert found == []


def test_the_same_search_finds_the_phones_in_landing(demo_home):
    """The search itself works: a test that could not fail would prove nothing."""
    phones = {phone.encode() for phone in planted_phones(demo_home)}
    texts = (path.read_bytes() for path in (demo_home / "landing").rglob("*.csv"))
    assert any(phones & set(NUMBER.findall(text)) for text in texts)
