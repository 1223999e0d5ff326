"""Lens: one way to look at the filesystem: which paths are shown, what stands there, how many bytes each holds.

    aggregated   the filesystem as it stands after a layer, with what that layer removed
    changes      what the layer added, changed and removed
    wasted       every body that travels for nothing, in one layer or all of them

Columns are by node, so a cursor, an open directory or a filter means the same path in every lens.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import compress
from operator import add, mul
from threading import Lock

from imgscope.analysis.growth import stored_sizes
from imgscope.filesystem.journal import Columns
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.filesystem.timeline import Mark, marks, state_after
from imgscope.filesystem.tree import Tree
from imgscope.tar import typeflag


class Mode(StrEnum):
    """Which lens."""

    AGGREGATED = "aggregated"
    CHANGES = "changes"
    WASTED = "wasted"


@dataclass(frozen=True, repr=False)
class Lens:
    """What one look shows. Sizes are bytes of bodies; a body with several names counts at one of them."""

    mode: Mode
    layer: int
    tree: Tree
    state: Columns
    """What stands at each node; at removed ones, what stood there before."""
    mark: bytearray
    """By node: the :class:`Mark` of the layer."""
    shown: bytearray
    own: array[int]
    """Bytes of the body at the node itself."""
    lost: dict[int, int] = field(default_factory=dict)
    """Bytes that were at nodes which the layer removed; they are in no sum of what is there."""
    opaque: frozenset[int] = frozenset()
    """Directories that the layer emptied first."""
    whiteouts: frozenset[int] = frozenset()
    """Nodes that whiteouts of the layer name."""
    narrowed_to: bytearray | None = None
    """By node: whether a filter let it through; None where there is none."""

    @cached_property
    def bytes(self) -> array[int]:
        """By node: bytes at it and below it."""
        return self._sum(self.own)

    @cached_property
    def items(self) -> array[int]:
        """By node: paths below it, and itself; of those that a filter let through."""
        return self._sum(self.shown if self.narrowed_to is None else self.narrowed_to)

    @cached_property
    def gone(self) -> array[int]:
        """By node: bytes at it and below it that the layer removed."""
        lost = array("Q", bytes(8 * len(self.tree)))
        for node, number in self.lost.items():
            lost[node] = number
        return self.tree.sums_of(self.tree.column(node for node in self.lost if self.shown[node]), lost)

    @cached_property
    def weight(self) -> array[int]:
        """What sizes are sorted and bars drawn by: in a layer's changes, what it took away counts too."""
        if self.mode is not Mode.CHANGES or not self.lost:
            return self.bytes
        return array("Q", map(add, self.bytes, self.gone))

    def below(self, node: int) -> int:
        """How many paths are below a node; of those that a filter let through."""
        counted = self.shown if self.narrowed_to is None else self.narrowed_to
        return self.items[node] - counted[node]

    def has_children(self, node: int) -> bool:
        """Whether anything is shown below a node."""
        return any(map(self.shown.__getitem__, self.tree.children.get(node, {}).values()))

    def children(self, node: int) -> list[int]:
        """Shown nodes in a directory, in order of their names."""
        found = self.tree.by_name(node)
        return list(compress(found, map(self.shown.__getitem__, found)))

    def is_directory(self, node: int) -> bool:
        """Whether a directory stands at a node, or would have to."""
        return self.state.kind[node] == DIRECTORY or self.has_children(node)

    def narrowed(self, some: bytearray) -> Lens:
        """The same with only some nodes and the directories above them; sums are of these nodes alone."""
        shown = self.tree.with_ancestors(some)
        shown[ROOT] = 1
        lost = {node: number for node, number in self.lost.items() if some[node]}
        return replace(self, shown=shown, lost=lost, narrowed_to=some)

    @property
    def matched(self) -> int | None:
        """How many paths a filter let through; None where there is none."""
        return None if self.narrowed_to is None else self.narrowed_to.count(1)

    def _sum(self, own: array[int] | bytearray) -> array[int]:
        return self.tree.sums(own) if self.narrowed_to is None else self.tree.sums_of(self.narrowed_to, own)


class Lenses:
    """Makes the lenses of one filesystem, and keeps the last few states that they are made from."""

    _KEPT = 3

    def __init__(self, fs: FileSystem) -> None:
        self.fs = fs
        self.tree = Tree(fs.rootfs)
        self.stored = stored_sizes(fs)
        self._hard_links = [entry for entry in _hard_links(fs) if fs.node_of[entry] != NONE]
        self._states: dict[int, Columns] = {}
        self._lock = Lock()

    def aggregated(self, layer: int) -> Lens:
        """The filesystem after ``layer``; what the layer removed is shown too, and has no bytes."""
        after, mark = self.state(layer), self._marks(layer)
        own = self._own(after)
        state, lost = self._with_removed(layer, mark)
        return self._lens(Mode.AGGREGATED, layer, state, mark, bytearray(state.kind.translate(_ANY)), own, lost)

    def changes(self, layer: int) -> Lens:
        """What ``layer`` added, changed and removed, and its markers, with the bytes that it carries."""
        mark = self._marks(layer)
        state, lost = self._with_removed(layer, mark)
        journal = self.fs.journals[layer]
        own = array("Q", bytes(8 * len(self.tree)))
        first, kinds, inodes, stored = self.fs.first[layer], state.kind, state.inode, self.stored
        for node in journal.nodes():
            if kinds[node] == FILE and first <= (inode := inodes[node]) == state.entry[node]:
                own[node] = stored[inode]
        for node, number in self._at_hard_links(state):
            if inodes[node] >= first:
                own[node] = number
        some = bytearray(mark.translate(_ANY))
        for node in (ROOT, *journal.whiteouts, *journal.opaque):
            some[node] = 1
        shown = self.tree.with_ancestors(some)
        return self._lens(Mode.CHANGES, layer, state, mark, shown, own, lost)

    def wasted(self, layer: int, *, only: bool) -> Lens:
        """Paths with bodies that nothing reaches in the end, stored in ``layer`` (``only``) or up to it."""
        return self._of_bodies(Mode.WASTED, layer, self._bodies(self.fs.hidden.entry, layer, only=only))

    def body(self, entry: int) -> Lens:
        """One body that nothing reaches, in the layer that carries it."""
        return self._of_bodies(Mode.WASTED, self.fs.locate(entry)[0], [entry])

    def live(self, layer: int, *, only: bool) -> Lens:
        """Paths with bodies that are reached in the end, stored in ``layer`` (``only``) or up to it."""
        links = self.fs.links
        first, end = self._range(layer, only=only)
        entries = (entry for entry in range(first, end) if links[entry])
        return self._of_bodies(Mode.AGGREGATED, layer, self._bodies(entries, layer, only=only))

    def _range(self, layer: int, *, only: bool) -> tuple[int, int]:
        return self.fs.first[layer] if only else 0, self.fs.first[layer + 1]

    def _bodies(self, entries: Iterable[int], layer: int, *, only: bool) -> Iterable[int]:
        first, end = self._range(layer, only=only)
        return (entry for entry in entries if first <= entry < end and self.stored[entry])

    def _of_bodies(self, mode: Mode, layer: int, entries: Iterable[int]) -> Lens:
        """The paths that bodies were stored at. What is not there any more is shown as the file it was."""
        own = array("Q", bytes(8 * len(self.tree)))
        state = _copy(self.state(len(self.fs.tables) - 1))
        nodes: dict[int, None] = {}
        for entry in entries:
            node = self.fs.node_of[entry]
            node = ROOT if node == NONE else node
            nodes[node] = None
            own[node] += self.stored[entry]
            if mode is Mode.WASTED or not state.kind[node]:  # of several bodies, the last stands for them
                state.kind[node], state.entry[node], state.inode[node] = FILE, entry, entry
        shown = self.tree.with_ancestors(self.tree.column([ROOT, *nodes]))
        return Lens(mode, layer, self.tree, state, bytearray(len(self.tree)), shown, own)

    def to_extract(self, lens: Lens, node: int) -> Columns:
        """What to write to disk for a node that is seen through a lens.

        The filesystem as it is after the lens's layer; for what the layer removed, as it was before; of waste, the
        wasted bodies and the directories above them, and nothing else.
        """
        if lens.mode is not Mode.WASTED:
            return self.state(lens.layer - (lens.mark[node] == Mark.REMOVED))
        found = _copy(lens.state)
        found.kind = bytearray(map(mul, found.kind, lens.shown))
        for directory in self.tree.directories:
            if lens.shown[directory]:
                found.kind[directory] = DIRECTORY
        return found

    def state(self, layer: int) -> Columns:
        """What stands at every node after a layer."""
        with self._lock:  # rows, map and extraction are made in threads
            found = self._states.pop(layer, None) or state_after(self.fs, layer)
            self._states[layer] = found
            while len(self._states) > self._KEPT:
                del self._states[next(iter(self._states))]
            return found

    def _lens(
        self,
        mode: Mode,
        layer: int,
        state: Columns,
        mark: bytearray,
        shown: bytearray,
        own: array[int],
        lost: dict[int, int],
    ) -> Lens:
        journal = self.fs.journals[layer]
        opaque, whiteouts = frozenset(journal.opaque), frozenset(journal.whiteouts)
        return Lens(mode, layer, self.tree, state, mark, shown, own, lost, opaque, whiteouts)

    def _marks(self, layer: int) -> bytearray:
        return marks(self.fs, layer, self.state(layer - 1))

    def _with_removed(self, layer: int, mark: bytearray) -> tuple[Columns, dict[int, int]]:
        """The state after a layer, with what it removed put back to be shown, and the bytes that this lost.

        A file with another name left loses nothing; one that loses all its names in this layer does so once.
        """
        hidden = self.fs.hidden
        lost_here = {entry for entry, by in zip(hidden.entry, hidden.layer, strict=True) if by == layer}
        before, state = self.state(layer - 1), _copy(self.state(layer))
        lost: dict[int, int] = {}
        for node in self.fs.journals[layer].touched:
            if mark[node] == Mark.REMOVED:
                inode = before.inode[node]
                state.kind[node], state.entry[node], state.inode[node] = before.kind[node], before.entry[node], inode
                if inode in lost_here:
                    lost_here.remove(inode)
                    lost[node] = self.stored[inode]
        return state, lost

    def _own(self, state: Columns) -> array[int]:
        """By node: bytes of the body there, each body at one of its names."""
        stored = self.stored
        own = array("Q", [stored[i] if k == FILE else 0 for k, i in zip(state.kind, state.inode, strict=True)])
        for node, number in self._at_hard_links(state):
            own[node] = number
        return own

    def _at_hard_links(self, state: Columns) -> Iterator[tuple[int, int]]:
        """Nodes of hard links, with the bytes that count there: only of bodies that stand nowhere before."""
        counted: set[int] = set()
        for entry in self._hard_links:
            node = self.fs.node_of[entry]
            if state.entry[node] == entry and state.kind[node] == FILE:
                inode = state.inode[node]
                elsewhere = inode in counted or self._is_home(state, inode)
                counted.add(inode)
                yield node, 0 if elsewhere else self.stored[inode]

    def _is_home(self, state: Columns, inode: int) -> bool:
        """Whether a body still stands at the path that it was stored at."""
        home = self.fs.node_of[inode]
        return home != NONE and state.kind[home] == FILE and state.entry[home] == inode


_ANY = bytes([0]) + bytes([1]) * 255


def _copy(state: Columns) -> Columns:
    return Columns(bytearray(state.kind), state.entry[:], state.inode[:])


def _hard_links(fs: FileSystem) -> Iterable[int]:
    """Entries that are hard links."""
    for first, table in zip(fs.first, fs.tables, strict=False):
        if table is not None:
            yield from (first + row for row in table.link if table.type[row] == typeflag.HARD_LINK)
