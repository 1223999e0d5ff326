"""Change: one layer in the middle of being applied, and the few moves that change the filesystem.

Everything that happens goes through :meth:`Change.put`, :meth:`Change.remove` and :meth:`Change.empty`, which keep
count of links and remember what each path was before the layer. Which moves to make is the business of ``hiding`` and
``entries``; what follows from them, of ``settling``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from imgscope.filesystem.journal import Journal, take_down
from imgscope.filesystem.markers import classify
from imgscope.filesystem.model import Effect, FileSystem
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.rootfs import ABSENT, DIRECTORY, FILE, NONE, ROOT, SYMLINK, Place
from imgscope.tar import typeflag
from imgscope.tar.table import MemberTable

# How something went away; the cause follows from it only where nothing stands at its path afterwards.
WHITEOUT, OPAQUE, REPLACED = range(3)
HARD_LINK = typeflag.HARD_LINK


class Cuts:
    """Each time that a path let go of a file's inode, a column a field: a layer may let go of a million."""

    def __init__(self) -> None:
        self.inode = array("I")
        self.node = array("I")
        self.how = bytearray()

    def append(self, inode: int, node: int, how: int) -> None:
        """One more."""
        self.inode.append(inode)
        self.node.append(node)
        self.how.append(how)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.inode, self.node, self.how, strict=True)


class Change:
    """A layer, the filesystem it is applied to, and what has happened so far."""

    def __init__(self, state: FileSystem, table: MemberTable, layer: int) -> None:
        self.state = state
        self.fs = state.rootfs
        self.table = table
        self.layer = layer
        self.first = state.first[layer]
        self.effect = Effect()
        self.special = classify(table)
        self.cuts = Cuts()
        self.hidden: dict[int, tuple[int, int, int]] = {}
        """By node: the row that took it away before entries were written, and the inode and kind it had."""
        self._has_hard_links = HARD_LINK in table.type
        self.before: dict[int, int] = {}
        """By node that the layer touched: its number in the next two columns."""
        self.kind_before = bytearray()
        self.entry_before = array("I")
        self.nodes_before = len(self.fs)
        self.hidden_by_name = array("I")
        """The node that each whiteout names; NONE where its directory is not there."""
        self.emptied = array("I")
        """The directory of each opaque marker; likewise."""
        self.resolved: dict[int, Place] = {}
        """By number of a stored directory name: its place; emptied when a link or directory changes."""
        self.straight: dict[bytes, int] = {b"": ROOT}
        """Nodes of stored directory names that no link is on the way to; emptied likewise."""

    def is_own(self, node: int) -> bool:
        """Whether this layer wrote what stands at a node."""
        return self.first <= self.fs.entry[node] < NONE

    def put(self, node: int, row: int, kind: int, inode: int | None = None) -> None:
        """Let a row stand at a node in place of what was there. ``inode`` is another entry's for hard links."""
        entry = self.first + row
        before = self.fs.kind[node]
        self._remember(node)
        if kind == FILE:
            self.state.links[entry if inode is None else inode] += 1
        if before == FILE:
            self.cut(node, REPLACED)
        elif before == DIRECTORY and kind != DIRECTORY:
            self.empty(node, REPLACED, row)
        if before == SYMLINK or (before == DIRECTORY and kind != DIRECTORY):
            self.forget_places()
        self.state.node_of[entry] = node
        self.fs.put(node, kind, entry, entry if inode is None else inode)

    def imply(self, node: int) -> None:
        """A directory that only a path implies; what is no directory gives way (an error in most engines)."""
        before = self.fs.kind[node]
        self._remember(node)
        if before != ABSENT:
            self.effect.notice(Oddity.IMPLIED_DIRECTORY, self.fs.path(node))
        if before == FILE:
            self.cut(node, REPLACED)
        elif before == SYMLINK:
            self.forget_places()
        self.fs.put(node, DIRECTORY, NONE, NONE)

    def forget_places(self) -> None:
        """A link or a directory changed: paths through it lead elsewhere now."""
        self.resolved.clear()
        self.straight = {b"": ROOT}

    def empty(self, directory: int, how: int, row: int) -> None:
        """Take everything out of a directory; an opaque marker leaves what its own layer put there."""
        for child in self.fs.take_children(directory):
            if how == OPAQUE and self.is_own(child):
                self.fs.keep(child)
            else:
                self.remove(child, how, row)

    def remove(self, node: int, how: int, row: int) -> None:
        """Take away a path and all below it."""
        stack = [node]
        while stack:
            node = stack.pop()
            kind = self.fs.kind[node]
            self._remember(node)
            if kind == DIRECTORY:
                stack += self.fs.take_children(node)
            else:
                self.lose(node, row)
                if kind == FILE:
                    self.cut(node, how)
            self.fs.kind[node] = ABSENT

    def lose(self, node: int, row: int) -> None:
        """Note what stood at a node that is about to go, for hard links that come before ``row``."""
        if self._has_hard_links:
            self.hidden[node] = (row, self.fs.inode[node], self.fs.kind[node])

    def cut(self, node: int, how: int) -> None:
        """A path lets go of its file."""
        inode = self.fs.inode[node]
        self.state.links[inode] -= 1
        self.cuts.append(inode, node, how)

    def _remember(self, node: int) -> None:
        if node < self.nodes_before and node not in self.before:
            self.before[node] = len(self.entry_before)
            self.kind_before.append(self.fs.kind[node])
            self.entry_before.append(self.fs.entry[node])

    def journal(self) -> Journal:
        """What the layer leaves behind, path by path."""
        touched = list(self.before)
        if self.is_own(ROOT):
            touched.append(ROOT)  # its entry sets attributes only, and is no change to count
        journal = take_down(self.fs, self.nodes_before, touched)
        journal.whiteouts.extend(node for node in self.hidden_by_name if node != NONE)
        journal.opaque.extend(node for node in self.emptied if node != NONE)
        return journal

    def note_links(self, parts: list[bytes]) -> None:
        """Say so where the walk just made went through a link of a lower layer.

        Docker and Podman apply a layer to an empty directory of an overlay, where lower links do not show.
        """
        if any(not self.is_own(node) for node in self.fs.crossed):
            self.effect.notice(Oddity.THROUGH_SYMLINK, b"/".join(parts))
