"""TreeRows: the rows of a tree in which some directories are open and others closed.

A row is a node's number; what is open is a byte per node, so it outlives a change of layer, order or filter. Order
within a directory is made when the directory is first shown: sorting costs what is looked at, not what there is.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator

from imgscope.filesystem.rootfs import ROOT
from imgscope.settings import Sort
from imgscope.tui.lens import Lens


class TreeRows:
    """Rows that are visible in a lens.

    ``opened`` says what is open in all lenses of a tree. Rows follow a copy of it, which only they change, so that
    what is opened elsewhere meanwhile does not make them disagree with themselves; they tell ``opened`` of theirs.
    """

    def __init__(
        self,
        lens: Lens,
        opened: bytearray,
        order: Sort = Sort.SIZE,
        *,
        reverse: bool = False,
        mtime: Callable[[int], int] = lambda _: 0,
    ) -> None:
        self.lens = lens
        self.opened = bytearray(opened)
        self._everywhere = opened
        self.order = order
        self.reverse = reverse
        self._mtime = mtime
        self._sorted: dict[int, array[int]] = {}
        self.rows = self._below(ROOT)

    def __len__(self) -> int:
        return len(self.rows)

    def children(self, node: int) -> array[int]:
        """What is shown in a directory, in order."""
        found = self._sorted.get(node)
        if found is None:
            found = self._sorted[node] = self._in_order(node)
        return found

    def depth(self, position: int) -> int:
        """How far a row is indented; rows at the top are 0."""
        return self.lens.tree.depth(self.rows[position]) - 1

    def is_open(self, position: int) -> bool:
        """Whether a row shows its children."""
        node = self.rows[position]
        return bool(self.opened[node]) and self.lens.has_children(node)

    def expand(self, position: int) -> None:
        """Show what is in a directory, with what was open below it."""
        node = self.rows[position]
        if not self.opened[node] and self.lens.has_children(node):
            self._set(node, 1)
            self.rows[position + 1 : position + 1] = self._below(node)

    def collapse(self, position: int) -> None:
        """Hide what is in a directory; what is open below it stays so."""
        node = self.rows[position]
        if self.is_open(position):
            count = len(self._below(node))
            self._set(node, 0)
            del self.rows[position + 1 : position + 1 + count]

    def expand_all(self, below: int = ROOT) -> None:
        """Open every directory that is shown."""
        self._set_all(below, 1)

    def collapse_all(self, below: int = ROOT) -> None:
        """Close every directory."""
        self._set_all(below, 0)

    def parent(self, position: int) -> int | None:
        """The row of the directory that a row is in; None at the top."""
        parent = self.lens.tree.rootfs.parent[self.rows[position]]
        return None if parent == ROOT else self.position(parent)

    def position(self, node: int) -> int | None:
        """The row of a node, if it is visible."""
        try:
            return self.rows.index(node)
        except ValueError:
            return None

    def nearest(self, node: int) -> int:
        """The row of a node, or of the closest directory above it that is visible; else the first."""
        parent = self.lens.tree.rootfs.parent
        while node != ROOT:
            if self.lens.shown[node] and (position := self.position(node)) is not None:
                return position
            node = parent[node]
        return 0

    def reveal(self, node: int) -> int | None:
        """Open the directories above a node; its row, or None where the lens does not show it."""
        if not self.lens.shown[node]:
            return None
        parent = self.lens.tree.rootfs.parent
        above: list[int] = []
        while (node_above := parent[above[-1] if above else node]) != ROOT:
            above.append(node_above)
        for directory in reversed(above):
            position = self.position(directory)
            if position is None:
                return None
            self.expand(position)
        return self.position(node)

    def _set(self, node: int, value: int) -> None:
        self.opened[node] = self._everywhere[node] = value

    def _set_all(self, below: int, value: int) -> None:
        shown = self.lens.shown
        directories: Iterable[int] = self.lens.tree.directories
        if below != ROOT:
            inside = self.lens.tree.with_descendants(self.lens.tree.column([below]))
            directories = [node for node in directories if inside[node]]
        for node in directories:
            if shown[node]:
                self._set(node, value)
        self.rows = self._below(ROOT)

    def _below(self, top: int) -> array[int]:
        """Rows below a node, from first to last: whole runs of what is closed, and open directories between them."""
        found = array("I")
        stack = [self._runs(top)]
        while stack:
            run = next(stack[-1], None)
            if run is None:
                stack.pop()
                continue
            found.extend(run)
            if self.opened[run[-1]] and run[-1] in self.lens.tree.children:
                stack.append(self._runs(run[-1]))
        return found

    def _runs(self, node: int) -> Iterator[array[int]]:
        """The children of a directory in pieces, each but the last ending with an open one."""
        children = self.children(node)
        if not children:
            return
        opened = bytes(map(self.opened.__getitem__, children))
        start = 0
        while (end := opened.find(1, start) + 1) > 0:
            yield children[start:end]
            start = end
        if start < len(children):
            yield children[start:]

    def _in_order(self, node: int) -> array[int]:
        found = self.lens.children(node)  # by name: sorts are stable, so what is equal in size stays in that order
        if self.order is not Sort.NAME:
            found.sort(key=self._key(), reverse=not self.reverse)
        elif self.reverse:
            found.reverse()
        return array("I", found)

    def _key(self) -> Callable[[int], int]:
        if self.order is Sort.SIZE:
            return self.lens.weight.__getitem__
        return self.lens.items.__getitem__ if self.order is Sort.COUNT else self._mtime
