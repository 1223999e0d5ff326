"""Rows of two filesystems in one order, part by part, without making their paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from imgscope.difference.model import Kind, Paths, Row, View
from imgscope.filesystem.rootfs import ROOT


@dataclass(slots=True)
class _Names:
    """The names that lead to rows, of both filesystems as one tree; numbers of its nodes begin with the root's."""

    children: list[dict[bytes, int]] = field(default_factory=lambda: [{}])

    def number(self, view: View, known: dict[int, int], node: int) -> int:
        """The number of a path; ``known`` has those of the same filesystem so far, by node."""
        rootfs, missing = view.fs.rootfs, []
        while node not in known:
            missing.append(node)
            node = rootfs.parent[node]
        number = known[node]
        for node in reversed(missing):
            number = known[node] = self._child(number, rootfs.name[node])
        return number

    def _child(self, parent: int, name: bytes) -> int:
        names = self.children[parent]
        number = names.get(name)
        if number is None:
            number = names[name] = len(self.children)
            self.children.append({})
        return number

    def walk(self) -> Iterator[int]:
        """All numbers, a directory's before those in it, which are in order of their names."""
        todo = [ROOT]
        while todo:
            number = todo.pop()
            yield number
            names = self.children[number]
            todo += [names[name] for name in sorted(names, reverse=True)]


def ordered(paths: Paths) -> Paths:
    """The same with its rows in order."""
    names = _Names()
    known: tuple[dict[int, int], dict[int, int]] = ({ROOT: ROOT}, {ROOT: ROOT})
    found: dict[int, Row] = {}
    for row in paths.rows:
        view, node = paths.place(row)
        found[names.number(view, known[row.kind is Kind.REMOVED], node)] = row
    return replace(paths, rows=[found[number] for number in names.walk() if number in found])
