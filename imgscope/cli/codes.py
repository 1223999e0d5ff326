"""Exit codes; they are an API."""

from __future__ import annotations

OK = 0
VIOLATED = 1
USAGE = 2
INPUT = 3
INTERNAL = 4
INTERRUPTED = 130
CLOSED_PIPE = 141
