"""Exit codes; they are an API."""

from __future__ import annotations

OK = 0
VIOLATED = 1
USAGE = 2
INPUT = 3
INTERNAL = 4
INTERRUPTED = 130
CLOSED_PIPE = 141


class ClosedPipe(Exception):  # noqa: N818 - no fault: whoever read the output has enough
    """The reader of standard output went away."""
