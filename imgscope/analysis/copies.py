"""Which overwritten files are the same as what replaced them: a chmod, a chown, a touch, or nothing at all.

Only pairs of equal size can be; their content decides, and only theirs is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from imgscope.filesystem.model import Cause, FileSystem

PrintOf = Callable[[tuple[int, int]], bytes | None]
"""The fingerprint of the body at a layer and row, where one was taken."""


def candidates(fs: FileSystem) -> dict[int, set[int]]:
    """Rows to fingerprint, by layer."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for _, before, after in _pairs(fs):
        for entry in (before, after):
            layer, row = fs.locate(entry)
            wanted[layer].add(row)
    return dict(wanted)


def mark(fs: FileSystem, print_of: PrintOf) -> None:
    """Turn ``overwritten`` into ``metadata_only`` where the fingerprints are equal."""
    for index, before, after in _pairs(fs):
        mine = print_of(fs.locate(before))
        if mine is not None and mine == print_of(fs.locate(after)):
            fs.hidden.cause[index] = Cause.METADATA_ONLY


def _pairs(fs: FileSystem) -> Iterator[tuple[int, int, int]]:
    """Positions in ``hidden`` with the overwritten entry and the one that replaced it, where sizes are equal."""
    hidden = fs.hidden
    for index, cause in enumerate(hidden.cause):
        if cause == Cause.OVERWRITTEN:
            before, after = hidden.entry[index], hidden.copy[index]
            size = fs.size(before)
            if size and size == fs.size(after) and before != after:
                yield index, before, after
