"""The life of a path: what each layer did to it, what it held then, and what became of that."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from imgscope.filesystem.journal import Columns, Journal
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, NONE, ROOT
from imgscope.filesystem.timeline import Mark
from imgscope.tar import typeflag


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
    found = ((layer, _after(journal, node)) for layer, journal in enumerate(fs.journals))
    steps = ((layer, after) for layer, after in found if after is not None)
    return _told(fs, steps, lambda layer: _Takers(fs, fs.journals[layer]).reason(node))


class Lives:
    """The same of any number of paths: what layers touched is put in order once, and no layer is gone through again."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs
        self._firsts = [journal.first for journal in fs.journals]
        self._starts = [0, *accumulate(len(journal.touched) for journal in fs.journals)]
        keys = sorted(
            node << _HALF | place
            for start, journal in zip(self._starts, fs.journals, strict=False)
            for place, node in enumerate(journal.touched, start)
        )
        self._touched = array("Q", keys)
        """Node, and place among all that layers touched: of one node in the order of layers."""
        self._takers: dict[int, _Takers] = {}

    def of(self, node: int) -> list[Event]:
        """Every event of a path, oldest first."""
        return _told(self._fs, self._steps(node), lambda layer: self._taker(layer).reason(node))

    @cached_property
    def buried(self) -> frozenset[int]:
        """Nodes at which a layer stored something that it put something else over itself."""
        return frozenset(buried(self._fs))

    def changed(self) -> set[int]:
        """Nodes that some layer touched once they were there; all others have one event at most."""
        return {key >> _HALF for key in self._touched}

    def _steps(self, node: int) -> Iterator[_Step]:
        born = bisect_right(self._firsts, node) - 1
        if born >= 0 and (row := node - self._firsts[born]) < len(self._fs.journals[born].new.kind):
            yield born, _at(self._fs.journals[born].new, row)
        at = bisect_left(self._touched, node << _HALF)
        while at < len(self._touched) and self._touched[at] >> _HALF == node:
            place = self._touched[at] & (1 << _HALF) - 1
            layer = bisect_right(self._starts, place) - 1
            yield layer, _at(self._fs.journals[layer].changed, place - self._starts[layer])
            at += 1

    def _taker(self, layer: int) -> _Takers:
        if layer not in self._takers:
            self._takers[layer] = _Takers(self._fs, self._fs.journals[layer])
        return self._takers[layer]


def buried(fs: FileSystem) -> Iterator[int]:
    """Nodes of bodies that their own layer stored something over; the path may have no other event at all."""
    for entry, cause in zip(fs.hidden.entry, fs.hidden.cause, strict=True):
        if cause == Cause.SHADOWED and fs.node_of[entry] != NONE:
            yield fs.node_of[entry]


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

    def copy(self, entry: int) -> int | None:
        """The inode that took the place of an overwritten body, with which it was compared; None where none did."""
        position = self._position.get(entry)
        return None if position is None or self._hidden.copy[position] == NONE else self._hidden.copy[position]


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
        rows = () if table is None else [row for row in table.link if table.type[row] == typeflag.HARD_LINK]
        for row in rows:
            node = fs.node_of[fs.first[layer] + row]
            after = None if node == NONE else _after(fs.journals[layer], node)
            if after is not None and after[2] != NONE:
                yield node, after[2]


_HALF = 32
_Step = tuple[int, tuple[int, int, int]]
"""A layer, and the kind, entry and inode that it left at a path."""


def _told(fs: FileSystem, steps: Iterable[_Step], reason: Callable[[int], Reason]) -> list[Event]:
    events: list[Event] = []
    kind, entry, inode = 0, NONE, NONE
    for layer, after in steps:
        if after[0]:
            if not kind:
                events.append(Event(layer, Mark.ADDED, *after))
            elif kind != DIRECTORY or after[0] != kind or fs.attributes(entry) != fs.attributes(after[1]):
                events.append(Event(layer, Mark.MODIFIED, *after))
        elif kind:
            events.append(Event(layer, Mark.REMOVED, kind, entry, inode, reason(layer)))
        kind, entry, inode = after
    return events


def _after(journal: Journal, node: int) -> tuple[int, int, int] | None:
    """Kind, entry and inode after a layer; None where the layer left the path alone."""
    row = node - journal.first
    if 0 <= row < len(journal.new.kind):
        return _at(journal.new, row)
    try:
        return _at(journal.changed, journal.touched.index(node))
    except ValueError:
        return None


def _at(columns: Columns, row: int) -> tuple[int, int, int]:
    return columns.kind[row], columns.entry[row], columns.inode[row]


class _Takers:
    """What took paths away in one layer. Whiteouts act before opaque markers, and so are the reason where both are."""

    def __init__(self, fs: FileSystem, journal: Journal) -> None:
        self._parent = fs.rootfs.parent
        self._whiteouts, self._opaque = set(journal.whiteouts), set(journal.opaque)
        self._inside: dict[int, Reason] = {}
        """By directory: why what was in it went away."""

    def reason(self, node: int) -> Reason:
        """Why a path went away."""
        if node in self._whiteouts:
            return Reason.WHITEOUT
        way = []
        directory = self._parent[node]
        while directory not in self._inside and directory != ROOT:
            way.append(directory)
            directory = self._parent[directory]
        found = self._inside.get(directory) or self._within(ROOT, Reason.TYPE)
        for directory in reversed(way):
            found = self._inside[directory] = self._within(directory, found)
        return found

    def _within(self, directory: int, above: Reason) -> Reason:
        if above is Reason.DIRECTORY or directory in self._whiteouts:
            return Reason.DIRECTORY
        return Reason.OPAQUE if directory in self._opaque else above
