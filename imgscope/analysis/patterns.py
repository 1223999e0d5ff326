"""Patterns that a person typed, for names and for contents of an image: none may hold everything up."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate
from math import inf
from time import perf_counter
from typing import Protocol

_PATIENCE = 1.0
"""Seconds that a pattern may take for one path."""
_SLOW = 0.01
"""Seconds that are no usual search any more."""

_SET = re.compile(r"\[([!^]?+)(\]?+[^]]*\])|\[\^")


class Found(Protocol):
    """Where a pattern was found."""

    def start(self) -> int:
        """The first byte."""

    def end(self) -> int:
        """The byte behind the last."""


def name_glob(glob: str) -> Callable[[bytes], object]:
    """One name as a shell's glob; ``[^a]`` is any letter but a: Python's own globs know only ``[!a]``."""
    return re.compile(translate(_SET.sub(_as_python_has_it, glob)).encode("utf-8", "surrogateescape")).match


def _as_python_has_it(found: re.Match[str]) -> str:
    if found[2] is None:
        return "[[]^"  # never closed, so that it stands for itself
    return f"[{'!' if found[1] else ''}{found[2]}"


class Patient:
    """A regular expression that a person typed: it may be wrong, or take for ever, and then says so.

    Python's own ``re`` cannot be interrupted: one pattern like ``(a+)+$`` would hold every key until it is through.
    ``lines``: ``^`` and ``$`` fit at every line. ``whole``: seconds that all searches together may take which took
    longer than ``slow``, as no usual one does. ``concurrent``: other threads go on meanwhile.
    """

    def __init__(
        self,
        pattern: str,
        *,
        lines: bool = False,
        patience: float = _PATIENCE,
        slow: float = _SLOW,
        whole: float = inf,
        concurrent: bool = False,
    ) -> None:
        import regex

        try:
            flags = regex.MULTILINE if lines else 0
            self._compiled = regex.compile(pattern.encode("utf-8", "surrogateescape"), flags)
        except (regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"not a regular expression: {getattr(error, 'msg', error)}") from error
        self._patience, self._slow, self._left = patience, slow, whole
        self._concurrent = concurrent

    def search(self, data: bytes, start: int = 0) -> Found | None:
        """Where it is found first, from ``start``. Raises ValueError where that takes too long."""
        begun = perf_counter()
        try:
            # Handing the interpreter to another thread for each path would cost ten times the search.
            found = self._compiled.search(data, start, timeout=self._patience, concurrent=self._concurrent)
        except TimeoutError:
            raise ValueError("this pattern takes too long") from None
        except (MemoryError, RecursionError):
            raise ValueError("this pattern takes too much memory") from None
        if (taken := perf_counter() - begun) > self._slow:
            self._left -= taken
            if self._left < 0:
                raise ValueError("this pattern takes too long")
        return found
