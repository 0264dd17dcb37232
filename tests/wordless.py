"""Codes that a ledger holds and the report has no words for.

What belongs here: asking a ledger. What does not: the words (assets/reports/advice.yaml), and the codes that stand in
the program (tests/quality/test_advice.py).
"""

from __future__ import annotations

from typing import Any

from pipelines.report.sentences import advice


def codes_without_words(connection: Any) -> list[str]:
    """Reasons and notices of a ledger that advice.yaml does not know; every test of ingest asks."""
    met = connection.execute(
        "select distinct 'reasons', reason from ops.quarantine "
        "union all select distinct 'notices', code from ops.notices"
    ).fetchall()
    return sorted(code for kind, code in met if code not in advice()[kind])
