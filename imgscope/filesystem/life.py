"""The life of a path: what each layer did to it, what it held then, and what became of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, NONE, ROOT
from imgscope.filesystem.timeline import Journal, Mark

_HARD_LINK = ord("1")


class Reason(StrEnum):
    """How a path was removed."""

    WHITEOUT = "a whiteout names it"
    DIRECTORY = "a directory above it was deleted"
    OPAQUE = "its directory was replaced"
    TYPE = "something of another type took the place of a directory above it"


@dataclass(frozen=True, slots=True)
class Event:
    """What one layer did to a path."""

    layer: int
    mark: Mark
    kind: int
    """What stands there afterwards; for a removal, what stood there before."""
    entry: int
    inode: int
    reason: Reason | None = None
    """Of a removal."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a body that nothing reaches."""

    cause: Cause
    layer: int
    """The layer that hid it."""


def life(fs: FileSystem, node: int) -> list[Event]:
    """Every event of a path, oldest first. A directory that is only written again as it was is no event."""
    events: list[Event] = []
    kind, entry, inode = 0, NONE, NONE
    for layer, journal in enumerate(fs.journals):
        after = _after(journal, node)
        if after is None:
            continue
        if after[0]:
            if not kind:
                events.append(Event(layer, Mark.ADDED, *after))
            elif kind != DIRECTORY or after[0] != kind or fs.attributes(entry) != fs.attributes(after[1]):
                events.append(Event(layer, Mark.MODIFIED, *after))
        elif kind:
            events.append(Event(layer, Mark.REMOVED, kind, entry, inode, _reason(fs, journal, node)))
        kind, entry, inode = after
    return events


class Fates:
    """What became of every body that nothing reaches, to be asked for many of them."""

    def __init__(self, fs: FileSystem) -> None:
        self._hidden = fs.hidden
        self._position = {entry: position for position, entry in enumerate(fs.hidden.entry)}

    def of(self, entry: int) -> Fate | None:
        """What hid the body of an entry; None where it is live, or no body."""
        position = self._position.get(entry)
        if position is None:
            return None
        return Fate(Cause(self._hidden.cause[position]), self._hidden.layer[position])


def bodies(fs: FileSystem, node: int) -> Iterator[int]:
    """Entries that were written to a path, oldest first: also those that their own layer wrote over."""
    start = 0
    while True:
        try:
            start = fs.node_of.index(node, start) + 1
        except ValueError:
            return
        yield start - 1


def hard_links(fs: FileSystem) -> Iterator[tuple[int, int]]:
    """Every path that was ever a hard link, with the entry that holds its body; a path may come several times."""
    for layer, table in enumerate(fs.tables):
        rows = () if table is None else [row for row in table.link if table.type[row] == _HARD_LINK]
        for row in rows:
            node = fs.node_of[fs.first[layer] + row]
            after = None if node == NONE else _after(fs.journals[layer], node)
            if after is not None and after[2] != NONE:
                yield node, after[2]


def _after(journal: Journal, node: int) -> tuple[int, int, int] | None:
    """Kind, entry and inode after a layer; None where the layer left the path alone."""
    row, columns = node - journal.first, journal.new
    if not 0 <= row < len(columns.kind):
        try:
            row, columns = journal.touched.index(node), journal.changed
        except ValueError:
            return None
    return columns.kind[row], columns.entry[row], columns.inode[row]


def _reason(fs: FileSystem, journal: Journal, node: int) -> Reason:
    """Whiteouts act before opaque markers, and so are the reason where both are above a path."""
    if node in journal.whiteouts:
        return Reason.WHITEOUT
    above: set[int] = set()
    while node != ROOT:
        node = fs.rootfs.parent[node]
        above.add(node)
    if not above.isdisjoint(journal.whiteouts):
        return Reason.DIRECTORY
    return Reason.TYPE if above.isdisjoint(journal.opaque) else Reason.OPAQUE
