"""Where text goes: consoles for answers (standard output) and for progress (standard error).

What belongs here: widths and colours. What does not: any text. NO_COLOR and pipes are respected by rich itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# A pipe has no width; texts for people are wrapped there as in a page of this many columns.
PAGE = 120


def console(to_errors: bool = False) -> Console:
    """A console on standard output, or on standard error."""
    from rich.console import Console

    from pipelines.cli.show import terminal_width

    stream = sys.stderr if to_errors else sys.stdout
    return Console(file=stream, width=terminal_width(stream) or PAGE, highlight=False, markup=False, emoji=False)
