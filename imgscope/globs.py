"""Globs of .gitignore's dialect: the one importer of pathspec, which is loaded only where there are some."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from time import perf_counter

from imgscope.errors import SettingsError


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Globs as a test of paths: ``*.pyc``, ``/var/cache/**``; ``!keep`` takes back. A directory's path ends in a slash.

    Raises ValueError where one is none, or all only take back.
    """
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
    except re.error as error:
        raise ValueError(f"not a pattern: {error.pattern!r}") from error
    meant = [pattern.include for pattern in spec.patterns]
    if None in meant:
        raise ValueError(f"not a pattern: {patterns[meant.index(None)]!r}")
    if True not in meant:
        raise ValueError("only patterns that take back; begin with one that matches, for example '*'")
    for pattern in spec.patterns:
        if pattern.regex is not None and len(_STARS.findall(str(pattern.pattern))) >= _MANY:
            pattern.regex = _Patient(pattern.regex.pattern, str(pattern.pattern))  # type: ignore[assignment]
    return spec.match_file


_STARS = re.compile(r"\*+")
_MANY = 3
_PATIENCE = 2.0
"""Seconds that a pattern may take for all paths together that it is slow with."""
_SLOW = 0.01
"""Seconds for one path; a usual one takes a thousandth of that."""


class _Patient:
    """A pattern with many stars: against a path that an image made up for it Python's own would take for ever."""

    def __init__(self, compiled: str, written: str) -> None:
        import regex

        self._regex, self._written = regex.compile(compiled), written
        self._left = _PATIENCE

    def match(self, path: str) -> object:
        """As its namesake. Raises SettingsError where it takes too long."""
        begun = perf_counter()
        try:
            found: object = self._regex.match(path, timeout=max(self._left, _SLOW), concurrent=False)
        except TimeoutError:
            what = f"the pattern {self._written!r} takes too long for a path of the image"
            raise SettingsError(what, hint="write it with fewer stars") from None
        if (taken := perf_counter() - begun) > _SLOW:
            self._left -= taken
        return found

    search = match


def bytes_matcher(patterns: Sequence[str]) -> Callable[[bytes], bool]:
    """The same for paths as they are stored."""
    matches = matcher(patterns)
    return lambda path: matches(path.decode("utf-8", "surrogateescape"))
