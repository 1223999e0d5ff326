"""Where in a Dockerfile an instruction of the history stands: a best effort, by what both say."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACE = re.compile(r"\s+")
_FLAG = re.compile(r"--[a-z-]+(=\S+)?\s*")
_SHORTEST = 12
"""Letters of an instruction that are enough to know it by."""


def line_of(instruction: str, dockerfile: str) -> int | None:
    """The line, from 1, on which an instruction begins; None where none is like it. Of several alike the last."""
    wanted = _plain(instruction)
    if not wanted:
        return None
    same = alike = None
    for line, text in _instructions(dockerfile):
        own = _plain(text)
        if own == wanted:
            same = line
        elif min(len(own), len(wanted)) >= _SHORTEST and (own in wanted or wanted in own):
            alike = line
    return same or alike


def _instructions(dockerfile: str) -> Iterator[tuple[int, str]]:
    """Each instruction with its first line, lines that are continued put together, comments left out."""
    start, parts = 0, list[str]()
    for number, line in enumerate(dockerfile.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("#") or (not stripped and not parts):
            continue
        start = start or number
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            yield start, " ".join(parts)
            start, parts = 0, []
    if parts:
        yield start, " ".join(parts)


def _plain(instruction: str) -> str:
    """An instruction without what builders change: case of the keyword, flags, blanks."""
    keyword, _, rest = instruction.strip().partition(" ")
    rest = _SPACE.sub(" ", rest.strip())
    while match := _FLAG.match(rest):
        rest = rest[match.end() :]
    return f"{keyword.upper()} {rest}".strip()
