"""What the page's scripts draw from: the tree of bytes with small things folded, and wasted paths, as columns.

Both are bounded whatever the image holds: the tree in nodes, wasted paths in rows and in characters.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import accumulate
from typing import Any

from imgscope.analysis.weights import Weights
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import DIRECTORY, ROOT
from imgscope.filesystem.tree import Tree
from imgscope.report.build import CAUSE_NAMES
from imgscope.report.wire import WasteInfo

MOST_NODES = 20_000
SMALLEST = 20_000
"""What is less than this part of all bytes, and of all waste, is folded with its like into one node of a directory."""
MOST_WASTE = 20_000
MOST_TEXT = 2_000_000
"""Characters of wasted paths."""
LONGEST_NAME, LONGEST_PATH = 200, 4096
CAUSES = tuple(CAUSE_NAMES[cause] for cause in Cause)


@dataclass(slots=True)
class Folded:
    """A tree of few nodes, numbered so that parents come first; 0 is the root. Bytes are at a node itself."""

    name: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    directory: list[int] = field(default_factory=list)
    """Nodes that are directories."""
    more: dict[int, int] = field(default_factory=dict)
    """Nodes that stand for several of a directory's, and for how many."""
    live: list[int] = field(default_factory=list)
    wasted: dict[tuple[int, int], int] = field(default_factory=dict)
    """By node and number of the cause."""

    def add(self, name: str, parent: int) -> int:
        """One more node."""
        self.name.append(name)
        self.parent.append(parent)
        self.live.append(0)
        return len(self.name) - 1

    def columns(self) -> dict[str, Any]:
        """As JSON: sparse columns are pairs, or triples of node, cause and bytes."""
        return {
            "name": self.name,
            "parent": self.parent,
            "directory": self.directory,
            "more": list(self.more.items()),
            "live": self.live,
            "wasted": [(node, cause, size) for (node, cause), size in self.wasted.items()],
        }


def fold(tree: Tree, weights: Weights, most: int = MOST_NODES) -> Folded:
    """The tree with what is small folded, the heaviest directories opened first; no bytes are lost."""
    draft = _Draft(tree, weights, most)
    draft.open_all()
    return draft.filled()


class _Draft:
    """Chooses the nodes to keep; all others are counted at the nearest one that stands for them."""

    def __init__(self, tree: Tree, weights: Weights, most: int) -> None:
        self._tree, self._weights, self._most = tree, weights, most
        self._live, self._wasted = tree.sums(weights.live), tree.sums(weights.wasted)
        self._all = self._live[ROOT] + self._wasted[ROOT]
        self._all_wasted = self._wasted[ROOT]
        self.folded = Folded()
        self._number: dict[int, int] = {ROOT: self.folded.add("", 0)}
        """By kept node: its number."""
        self._more: dict[int, int] = {}
        """By opened node: the number of what stands for its small children; its own where there is none."""

    def open_all(self) -> None:
        """Open directories, those with the largest share first, until none is left or nodes run out."""
        todo = [(0, ROOT)]
        while todo and len(self.folded.name) + 2 <= self._most:
            _, node = heappop(todo)
            for child in self._open(node):
                if self._tree.children.get(child):
                    heappush(todo, (-self._share(child), child))

    def _share(self, node: int) -> int:
        """Its part of all bytes or of all waste, whichever is larger, in some unit."""
        return max(self._weight(node) * max(self._all_wasted, 1), self._wasted[node] * self._all)

    def _weight(self, node: int) -> int:
        return self._live[node] + self._wasted[node]

    def _counts(self, node: int) -> bool:
        return self._weight(node) * SMALLEST >= self._all or self._wasted[node] * SMALLEST >= max(self._all_wasted, 1)

    def _open(self, node: int) -> list[int]:
        """Keep the large children of a directory, and one node for all others that have bytes."""
        found = [child for child in self._tree.children[node].values() if self._weight(child)]
        large = [child for child in found if self._counts(child)]
        if len(found) - len(large) == 1:
            large = list(found)
        large.sort(key=lambda child: (-self._weight(child), self._tree.rootfs.name[child]))
        del large[self._most - len(self.folded.name) - 1 :]
        number, more = self._number[node], len(found) - len(large)
        for child in large:
            self._number[child] = self.folded.add(label(self._tree.rootfs.name[child]), number)
        self._more[node] = self.folded.add("", number) if more else number
        if more:
            self.folded.more[self._more[node]] = more
        return large

    def filled(self) -> Folded:
        """The kept nodes with all bytes."""
        folded, at = self.folded, self._representatives()
        for node, size in enumerate(self._weights.live):
            if size:
                folded.live[at[node]] += size
        for node, cause, size in self._weights.causes:
            key = at[node], int(cause)
            folded.wasted[key] = folded.wasted.get(key, 0) + size
        folded.directory = sorted(
            number
            for node, number in self._number.items()
            if self._tree.children.get(node) or self._tree.rootfs.kind[node] == DIRECTORY
        )
        return folded

    def _representatives(self) -> array[int]:
        """By node: the number of what it is counted at. A parent comes before its children."""
        at = array("I", bytes(4 * len(self._tree)))
        number, more, parent = self._number, self._more, self._tree.rootfs.parent
        for node in range(1, len(at)):
            above = parent[node]
            own = number.get(node)
            at[node] = own if own is not None else more.get(above, at[above])
        return at


def label(name: bytes | str) -> str:
    """A name that is safe to show, and not longer than anyone reads."""
    text = printable(name)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _end(path: str) -> str:
    return path if len(path) <= LONGEST_PATH else "…" + path[1 - LONGEST_PATH :]


def waste_columns(rows: Sequence[WasteInfo], most: int = MOST_WASTE, text: int = MOST_TEXT) -> dict[str, Any]:
    """The first rows as columns, directories once; ``total`` is how many there are in all."""
    shown = rows[:most]
    paths = [_end(printable(row["path"])) for row in shown]
    lengths = accumulate(map(len, paths))
    fitting = next((number for number, length in enumerate(lengths) if length > text), len(paths))
    shown, paths = shown[:fitting], paths[:fitting]
    directories: dict[str, int] = {}
    parts = [(path.rfind("/") + 1, path) for path in paths]
    return {
        "total": len(rows),
        "directory": [directories.setdefault(path[:cut], len(directories)) for cut, path in parts],
        "directories": list(directories),
        "name": [path[cut:] for cut, path in parts],
        "bytes": [row["bytes"] for row in shown],
        "stored": [row["stored_bytes"] for row in shown],
        "cause": [CAUSES.index(row["cause"]) for row in shown],
        "layer": [row["layer"] for row in shown],
        "hidden_by": [row["hidden_by"] for row in shown],
        "versions": [row["versions"] for row in shown],
    }
