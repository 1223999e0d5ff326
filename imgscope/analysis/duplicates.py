"""Live files with the same content at different paths: bytes that a link would save.

Only files of equal size can be; their content decides, and only theirs is read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from imgscope.analysis.copies import PrintOf
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Files of one content: one has to stay, and what the others take could be saved."""

    files: tuple[tuple[bytes, int], ...]
    """Path and entry of each, in order of their paths' bytes."""
    bytes: int
    """Of one of them."""

    @property
    def saved(self) -> int:
        """Bytes that all but one of them take."""
        return self.bytes * (len(self.files) - 1)


def candidates(fs: FileSystem) -> dict[int, set[int]]:
    """Rows to fingerprint, by layer: bodies that some other live body has the size of."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for entries in _by_size(fs).values():
        if len(entries) > 1:
            for entry in entries:
                layer, row = fs.locate(entry)
                wanted[layer].add(row)
    return dict(wanted)


def duplicates(fs: FileSystem, print_of: PrintOf) -> list[Duplicate]:
    """Files of equal fingerprints; what would be saved most first."""
    groups: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    for size, entries in _by_size(fs).items():
        for entry in entries:
            if (print_ := print_of(fs.locate(entry))) is not None:
                groups[size, print_].append(entry)
    found = [_duplicate(fs, entries) for entries in groups.values() if len(entries) > 1]
    return sorted(found, key=lambda group: (-group.saved, group.files))


def _duplicate(fs: FileSystem, entries: list[int]) -> Duplicate:
    files = sorted((fs.body_path(entry), entry) for entry in entries)
    return Duplicate(tuple(files), fs.stored(entries[0]))


def _by_size(fs: FileSystem) -> dict[int, list[int]]:
    """Live bodies; of a hard link only the file that it leads to."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    live = {inode for inode, kind in zip(fs.rootfs.inode, fs.rootfs.kind, strict=True) if kind == FILE}
    for entry in sorted(live):
        if size := fs.size(entry):
            groups[size].append(entry)
    return groups
