"""What this process has taken of the machine's memory.

What belongs here: asking the system. What does not: limits (bounded.py, cli/asking.py, warehouse.py).
"""

from __future__ import annotations

import resource
from pathlib import Path


def address_space() -> int:
    """Bytes that this process has taken, used or not. Raises FileNotFoundError where the system does not tell."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
