"""Sales festivals: assets/core/festivals.csv, read and checked once.

What belongs here: what a line of that table may say, and which days it means. What does not: any festival (the CSV),
holidays (assets/core/calendar.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Literal

from pydantic import model_validator

from pipelines.spec.header import Text
from pipelines.spec.reading import Strict, read_lines
from pipelines.tables import ASSETS

FILE = ASSETS / "core" / "festivals.csv"
LEAP_YEAR = date(2024, 1, 1)


class Festival(Strict):
    """One festival: two days of a year, or how many days before the lunar new year it begins and ends."""

    festival: Text
    zh: Text
    kind: Literal["solar", "before_spring_festival"]
    starts: Text
    ends: Text

    @model_validator(mode="after")
    def _is_a_stretch_of_days(self) -> Festival:
        first, last = self.days(LEAP_YEAR.year, LEAP_YEAR)
        if first > last:
            raise ValueError(f"it starts on {self.starts} and ends before, on {self.ends}")
        return self

    def days(self, year: int, lunar_new_year: date) -> tuple[date, date]:
        """Its first and last day of a year. Raises ValueError where these are none."""
        first, last = (self._day(text, year, lunar_new_year) for text in (self.starts, self.ends))
        return first, last

    def _day(self, text: str, year: int, lunar_new_year: date) -> date:
        try:
            if self.kind == "solar":
                return date.fromisoformat(f"{year}-{text}")
            return lunar_new_year + timedelta(days=int(text))
        except ValueError as error:
            form = "a day such as 06-20" if self.kind == "solar" else "a number of days such as -28"
            raise ValueError(f"expected {form}, found '{text}'") from error


@cache
def load_festivals() -> tuple[Festival, ...]:
    """Every festival of the table. Raises SpecError naming file, line and column."""
    return read_lines(FILE, Festival)
