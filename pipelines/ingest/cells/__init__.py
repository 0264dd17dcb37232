"""One text cell → one typed value, twice: the plain spellings as DuckDB SQL, every other spelling in Python.

What belongs here: what counts as a date, an amount, an id …, in whatever spelling the platforms use. What does not:
which column is which (assets/sources), and what happens to a cell that cannot be read (planning, straightening).

The SQL half (plainly) is small and cheap, reads the spellings that nearly every row has, and says of any other cell
that it is odd. Rows with an odd cell are straightened by the Python half, one by one: it knows 1.2万, 2025年3月1日
and the rest, and names the fault where it knows no reading either. So a clean gigabyte is read at the reader's own
speed, and a new spelling is one readable branch here.
"""

from __future__ import annotations

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.ingest.cells.straight import straighten

__all__ = ["Reading", "Unread", "straighten"]
