"""The root filesystem after any layer: what each layer changed is kept, and put together again when it is asked for.

A journal holds what stood at every path that its layer touched once the layer was applied. Nodes are numbered in the
order they are first seen, so what is new in a layer is one range, taken over as slices; the rest is a list.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from imgscope.filesystem.rootfs import DIRECTORY, NONE, ROOT, RootFs

if TYPE_CHECKING:
    from imgscope.filesystem.model import FileSystem


@dataclass(slots=True, repr=False)
class Columns:
    """What stands at a number of paths: kind, entry and inode as in :class:`RootFs`."""

    kind: bytearray = field(default_factory=bytearray)
    entry: array[int] = field(default_factory=lambda: array("I"))
    inode: array[int] = field(default_factory=lambda: array("I"))


@dataclass(slots=True, repr=False)
class Journal:
    """What one layer left behind."""

    first: int = 0
    """The first node that the layer saw first; :attr:`new` are the columns from there on."""
    touched: array[int] = field(default_factory=lambda: array("I"))
    """Nodes from before that the layer changed or wrote again; ``changed`` are their columns."""
    changed: Columns = field(default_factory=Columns)
    whiteouts: array[int] = field(default_factory=lambda: array("I"))
    """Nodes that a whiteout names, whether anything stood there or not."""
    opaque: array[int] = field(default_factory=lambda: array("I"))
    """Directories that an opaque marker empties."""
    _fs: RootFs | None = None
    _new: Columns = field(default_factory=Columns)

    @property
    def new(self) -> Columns:
        """What stands at nodes that the layer saw first."""
        return self.close()

    def close(self) -> Columns:
        """Copy what another layer may change; put off until then, or until somebody asks, which is hardly ever."""
        fs, first = self._fs, self.first
        if fs is not None:
            # Two threads that ask at once make a copy each, of the same.
            self._new = Columns(fs.kind[first:], fs.entry[first:], fs.inode[first:])
            self._fs = None
        return self._new

    def nodes(self) -> Iterator[int]:
        """All nodes that the layer changed or wrote."""
        yield from self.touched
        yield from range(self.first, self.first + len(self.new.kind))


class Mark(IntEnum):
    """What a layer did to a path."""

    SAME = 0
    ADDED = 1
    MODIFIED = 2
    REMOVED = 3


def take_down(fs: RootFs, nodes_before: int, touched: list[int]) -> Journal:
    """A journal of what stands now at ``touched`` nodes and at all that are new since there were ``nodes_before``."""
    return Journal(
        first=nodes_before,
        touched=array("I", touched),
        changed=Columns(
            bytearray(map(fs.kind.__getitem__, touched)),
            array("I", map(fs.entry.__getitem__, touched)),
            array("I", map(fs.inode.__getitem__, touched)),
        ),
        _fs=fs,
    )


def state_after(fs: FileSystem, layer: int) -> Columns:
    """What stands at every node after ``layer``; -1 is the empty root that the lowest layer is applied to."""
    count = len(fs.rootfs)
    state = Columns(bytearray(count), array("I", [NONE]) * count, array("I", [NONE]) * count)
    state.kind[ROOT] = DIRECTORY
    for journal in fs.journals[: layer + 1]:
        _replay(state, journal)
    return state


def _replay(state: Columns, journal: Journal) -> None:
    end = journal.first + len(journal.new.kind)
    state.kind[journal.first : end] = journal.new.kind
    state.entry[journal.first : end] = journal.new.entry
    state.inode[journal.first : end] = journal.new.inode
    changed = journal.changed
    for node, kind, entry, inode in zip(journal.touched, changed.kind, changed.entry, changed.inode, strict=True):
        state.kind[node] = kind
        state.entry[node] = entry
        state.inode[node] = inode


def marks(fs: FileSystem, layer: int, before: Columns) -> bytearray:
    """By node: the :class:`Mark` of what ``layer`` did; ``before`` is the state that it was applied to.

    A directory that was only written again as it was is SAME, as in the counts of the layer's effect. The root is
    always SAME.
    """
    journal = fs.journals[layer]
    found = bytearray(len(fs.rootfs))
    added = bytes(Mark.ADDED if kind else Mark.SAME for kind in range(256))
    found[journal.first : journal.first + len(journal.new.kind)] = journal.new.kind.translate(added)
    for node, kind, entry in zip(journal.touched, journal.changed.kind, journal.changed.entry, strict=True):
        found[node] = _mark(fs, before.kind[node], before.entry[node], kind, entry)
    found[ROOT] = Mark.SAME
    return found


def _mark(fs: FileSystem, kind_before: int, entry_before: int, kind: int, entry: int) -> Mark:
    if not kind_before:
        return Mark.ADDED if kind else Mark.SAME
    if not kind:
        return Mark.REMOVED
    same = kind == kind_before == DIRECTORY and fs.attributes(entry_before) == fs.attributes(entry)
    return Mark.SAME if same else Mark.MODIFIED
