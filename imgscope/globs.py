"""Globs of .gitignore's dialect: the one importer of pathspec, which is loaded only where there are some."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


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
    return spec.match_file


def bytes_matcher(patterns: Sequence[str]) -> Callable[[bytes], bool]:
    """The same for paths as they are stored."""
    matches = matcher(patterns)
    return lambda path: matches(path.decode("utf-8", "surrogateescape"))
