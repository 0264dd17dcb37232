"""How many random examples of a property are tried: few in each run of the tests, many in `make parity`.

What belongs here: that choice, for properties whose every example loads files or builds tables. What does not: cheap
ones, which may try as many as they like each time.

The first example that hypothesis tries is the simplest one, and each run tries others: one example alone tries nothing.
"""

from __future__ import annotations

import os

IS_MANY = os.environ.get("SIYU_PARITY") == "all"


def examples(few: int, many: int) -> int:
    """For `max_examples`; SIYU_EXAMPLES names another number."""
    return int(os.environ.get("SIYU_EXAMPLES") or (many if IS_MANY else few))
