"""Directories over columns: sums upward and marks downward, a directory at a time.

A parent's number is smaller than its children's, so walking the directories from the largest number down meets every
child before its parent. Within a directory built-in functions do the work, and where only a few nodes count, it is
walked up from them instead: at a million paths that is what keeps a key press from being felt.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import mul

from imgscope.filesystem.rootfs import ROOT, RootFs

Column = bytes | bytearray
"""By node: 0 or 1."""


def nodes_of(some: Column) -> Sequence[int]:
    """The nodes of a column, in order. Few of them are found without looking at each of the others."""
    if some.count(1) * 4 > len(some):
        return list(compress(range(len(some)), some))
    found: list[int] = []
    node = some.find(1)
    while node >= 0:
        found.append(node)
        node = some.find(1, node + 1)
    return found


class Tree:
    """The shape of all paths that any layer ever had; which of them are shown is for others to say."""

    def __init__(self, rootfs: RootFs) -> None:
        self.rootfs = rootfs
        self.children = rootfs.children
        self.directories = sorted((node for node, names in self.children.items() if names), reverse=True)
        """Nodes with children, every one before its parent."""
        self._depth = {ROOT: 0}
        for node in reversed(self.directories):
            if node != ROOT:
                self._depth[node] = self._depth[rootfs.parent[node]] + 1
        self._deepest = max(self._depth.values())
        self._by_name: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self.rootfs)

    def depth(self, node: int) -> int:
        """How many directories stand above a node; the root is 0."""
        return 0 if node == ROOT else self._depth[self.rootfs.parent[node]] + 1

    def sums(self, own: Sequence[int]) -> array[int]:
        """By node: its own number and those of everything below it."""
        total = list(own)
        at = total.__getitem__
        for node in self.directories:
            total[node] += sum(map(at, self.children[node].values()))
        return array("Q", total)

    def sums_of(self, some: Column, own: Sequence[int]) -> array[int]:
        """The same where only some nodes count; few of them are cheap."""
        nodes = nodes_of(some)
        if len(nodes) * self._deepest > 2 * len(self):
            return self.sums(list(map(mul, own, some)))
        total = array("Q", bytes(8 * len(self)))
        parent = self.rootfs.parent
        below: dict[int, int] = {}
        for node in nodes:
            number = total[node] = own[node]
            above = parent[node]
            below[above] = below.get(above, 0) + (number if node != ROOT else 0)
        for node, number in below.items():
            while node != ROOT:
                total[node] += number
                node = parent[node]
            total[ROOT] += number
        return total

    def by_name(self, node: int) -> array[int]:
        """The children of a node in order of their names; kept once it was asked for."""
        found = self._by_name.get(node)
        if found is None:
            name = self.rootfs.name.__getitem__
            found = self._by_name[node] = array("I", sorted(self.children.get(node, {}).values(), key=name))
        return found

    def column(self, nodes: Iterable[int]) -> bytearray:
        """By node: whether it is one of ``nodes``."""
        found = bytearray(len(self))
        for node in nodes:
            found[node] = 1
        return found

    def with_ancestors(self, some: Column) -> bytearray:
        """By node: whether it is one of some, or above one."""
        found = bytearray(some)
        climbed = bytearray(len(self))
        parent = self.rootfs.parent
        for node in set(map(parent.__getitem__, nodes_of(some))):
            while not climbed[node]:
                climbed[node] = found[node] = 1
                node = parent[node]  # the root is its own parent
        return found

    def with_descendants(self, some: Column) -> bytearray:
        """By node: whether it is one of some, or below one."""
        found = bytearray(some)
        for node in reversed(self.directories):
            if found[node]:
                for child in self.children[node].values():
                    found[child] = 1
        return found
