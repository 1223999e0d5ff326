"""The root filesystem after any layer, put together again from what each layer changed when it is asked for."""

from __future__ import annotations

from array import array
from enum import IntEnum

from imgscope.filesystem.journal import Columns, Journal
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, NONE, ROOT


class Mark(IntEnum):
    """What a layer did to a path."""

    SAME = 0
    ADDED = 1
    MODIFIED = 2
    REMOVED = 3


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
