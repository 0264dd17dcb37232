"""What came of checks, and which failures still stand."""

from __future__ import annotations

from datetime import datetime

from pipelines.check_record import Result, create_record, record, standing_failures
from pipelines.database import connect
from pipelines.spec.checks import checks_of
from pipelines.tables import load_tables


def test_what_was_entered_last_stands_whatever_the_clock_said() -> None:
    """A failure of the 3rd, mended on a machine whose clock stands at the 2nd."""
    connection = connect()
    create_record(connection)
    orders = load_tables()["core.orders"]
    check = checks_of(orders)[0]
    record(connection, "one", [Result(check, False, "4 rows at fault", 4)], datetime(2025, 1, 3, 9))
    assert [failure.name for failure in standing_failures(connection, [orders])] == [check.name]
    record(connection, "two", [Result(check, True, "0 rows at fault", 0)], datetime(2025, 1, 2, 9))
    assert standing_failures(connection, [orders]) == []
