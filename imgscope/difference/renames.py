"""Paths that only moved: gone in one filesystem, new in the other, with the same content.

A directory moved as a whole where all below it did, name by name: what only one side has is numbered from the leaves
up, equal numbers being equal contents, so that a directory is compared with all others at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from imgscope.difference.model import Prints, View
from imgscope.filesystem.rootfs import DIRECTORY, FILE, SYMLINK

_UNMATCHED = 0
"""Number of what is equal to nothing else."""


@dataclass(slots=True)
class _Side:
    """What only one side has."""

    view: View
    nodes: list[int]
    number: dict[int, int] = field(default_factory=dict)
    """By node: its content's."""
    weight: dict[int, int] = field(default_factory=dict)
    """By node: how many nodes it is, with those below."""
    solid: set[int] = field(default_factory=set)
    """Files with content, and directories that have one below: nothing else can be known again."""
    taken: set[int] = field(default_factory=set)

    def below(self, node: int) -> Iterator[int]:
        """A node and those below it that only this side has."""
        rootfs, todo = self.view.fs.rootfs, [node]
        while todo:
            node = todo.pop()
            yield node
            todo += [child for child in rootfs.children.get(node, {}).values() if child in self.number]


def matches(
    before: View, removed: list[int], prints: Prints, after: View, added: list[int], other_prints: Prints
) -> list[tuple[int, int]]:
    """Nodes of both sides that are one thing moved, directories without those below them; the largest first."""
    numbers: dict[Hashable, int] = {}
    mine, theirs = _Side(before, removed), _Side(after, added)
    for side, digests in ((mine, prints), (theirs, other_prints)):
        _number(side, digests, numbers)
    groups: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, side in enumerate((mine, theirs)):
        for node in side.nodes:
            if node in side.solid and side.number[node] != _UNMATCHED:
                groups[side.number[node]][place].append(node)
    both = [group for group in groups.values() if all(group)]
    # What is part of a larger thing that moved goes with it.
    both.sort(key=lambda group: -mine.weight[group[0][0]])
    found: list[tuple[int, int]] = []
    for group in both:
        for node, other in _paired(mine, group[0], theirs, group[1]):
            found.append((node, other))
            mine.taken.update(mine.below(node))
            theirs.taken.update(theirs.below(other))
    return found


def _number(side: _Side, prints: Prints, numbers: dict[Hashable, int]) -> None:
    """Number everything from the leaves up; a directory comes behind all that is below it."""
    parent, name = side.view.fs.rootfs.parent, side.view.fs.rootfs.name
    kind = side.view.standing.kind
    parts: defaultdict[int, list[tuple[bytes, int]]] = defaultdict(list)
    for node in reversed(side.nodes):
        if kind[node] == DIRECTORY:
            number = _directory(sorted(parts.pop(node, [])), numbers)
        else:
            number = _leaf(side.view, node, prints, numbers)
        if side.view.size(node):
            side.solid.add(node)
        if node in side.solid:
            side.solid.add(parent[node])
        above = parent[node]
        side.number[node] = number
        side.weight[node] = side.weight.get(node, 0) + 1
        side.weight[above] = side.weight.get(above, 0) + side.weight[node]
        parts[above].append((name[node], number))


def _directory(below: list[tuple[bytes, int]], numbers: dict[Hashable, int]) -> int:
    if any(number == _UNMATCHED for _, number in below):
        return _UNMATCHED
    return numbers.setdefault(("dir", tuple(below)), len(numbers) + 1)


def _leaf(view: View, node: int, prints: Prints, numbers: dict[Hashable, int]) -> int:
    kind = view.standing.kind[node]
    key: Hashable
    if kind == FILE:
        size = view.size(node)
        print_ = prints.get(view.standing.inode[node])
        if size and print_ is None:
            return _UNMATCHED
        key = ("file", size, print_ if size else None)
    elif kind == SYMLINK:
        key = ("symlink", view.target(node))
    else:
        key = (view.type(node), view.device(node))
    return numbers.setdefault(key, len(numbers) + 1)


def _paired(mine: _Side, nodes: list[int], theirs: _Side, others: list[int]) -> Iterable[tuple[int, int]]:
    """Equal things of both sides, one with one: those that kept their name first, then in order of names."""
    free = sorted((node for node in nodes if node not in mine.taken), key=mine.view.fs.rootfs.name.__getitem__)
    left = sorted((node for node in others if node not in theirs.taken), key=theirs.view.fs.rootfs.name.__getitem__)
    named: defaultdict[bytes, list[int]] = defaultdict(list)
    for other in reversed(left):
        named[theirs.view.fs.rootfs.name[other]].append(other)
    found: dict[int, int] = {}
    for node in free:
        same_name = named.get(mine.view.fs.rootfs.name[node])
        if same_name:
            found[node] = same_name.pop()
    used = set(found.values())
    rest = (other for other in left if other not in used)
    for node in free:
        if node not in found and (arrived := next(rest, None)) is not None:
            found[node] = arrived
    return found.items()
