"""What the data is worth, in a few words: the chip on the report's first line, which leads to the whole list.

What belongs here: which words. What does not: judging the data (quality.py), the list (told.py), running checks.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.quality import Quality
from pipelines.report.model import Check, Chip
from pipelines.report.words import Words, number

LEAST_SHARE = 0.001  # of rows or amounts missing: less would be printed as 0.0 %


def chip_of(
    quality: Quality, checks: Sequence[Check], unpublished: Sequence[Check], late_days: int, words: Words
) -> Chip:
    """The worst there is to say. Passed checks are no praise: they judge what was loaded, the chip what is missing."""
    failed = sum(not check.is_passed for check in checks) + len(unpublished)
    if failed:
        return Chip("bad", words("chip.failed", n=failed))
    if quality.alarms:
        return Chip("bad", words("chip.alarm"))
    if not checks:
        return Chip("doubt", words("chip.unchecked"))
    if late_days > 0:
        return Chip("doubt", words("chip.late", days=late_days))
    if quality.verdict == "doubt":
        doubts = sum(one.is_doubt for one in quality.findings)
        return Chip("doubt", f"{words('chip.doubt', n=doubts)}{_missing(quality, words)}")
    told = len(quality.findings)
    return Chip("told", words("chip.told", n=told)) if told else Chip("good", words("chip.well"))


def _missing(quality: Quality, words: Words) -> str:
    """How much is in no number: of the amount where the refused rows tell it, else of the rows."""
    measured = quality.measure
    for what, rate in (("amount", measured.amount_refused_rate), ("rows", measured.rows_refused_rate)):
        if rate is not None and rate >= LEAST_SHARE:
            return words(f"chip.missing_{what}", rate=number(rate, "rate", words.language))
    return ""
