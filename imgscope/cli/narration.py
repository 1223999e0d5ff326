"""What is said on stderr: a terminal gets it broken between words, anything else a line each."""

from __future__ import annotations

import os
import sys

from imgscope.cells import shortened, wrapped
from imgscope.escaping import inert

_LONGEST = 1000
"""Characters of a message: names in it come from the image, and may be a megabyte long."""
_HANG = "  "


def narrated(kind: str, text: str) -> str:
    """``kind: text`` with an end of line, escaped; what goes on below at a terminal is set in."""
    line = f"{kind}: {shortened(inert(text), _LONGEST)}"
    width = _width()
    return "\n".join([line] if width is None else wrapped(line, width, _HANG)) + "\n"


def say(kind: str, text: str) -> None:
    """Write that to stderr."""
    sys.stderr.write(narrated(kind, text))


def _width() -> int | None:
    """Cells of a line of the terminal that reads stderr; None where none does."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or None if sys.stderr.isatty() else None
    except (OSError, ValueError):
        return None
