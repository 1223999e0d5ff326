"""Where the bytes are: every body of an image at one path, live or wasted. What maps of an image are drawn from."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from imgscope.analysis.model import Analysis
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import FILE, NONE, ROOT


@dataclass(frozen=True, slots=True, repr=False)
class Weights:
    """Bytes at each node itself, not what is below it."""

    live: array[int]
    """By node: bytes of the body there. One with several names counts where it was stored, or else at the first."""
    wasted: array[int]
    """By node: bytes of all bodies that were there and travel for nothing."""
    causes: list[tuple[int, Cause, int]] = field(default_factory=list)
    """The same as rows, largest first: node, cause and bytes of one body."""


def weigh(fs: FileSystem, analysis: Analysis) -> Weights:
    """Put bytes to paths. Their sums are the totals of the analysis, but for what belongs to a layer's format."""
    wasted = array("Q", bytes(8 * len(fs.rootfs)))
    causes = []
    for row in analysis.waste:
        node = fs.node_of[row.entry]
        node = ROOT if node == NONE else node
        wasted[node] += row.bytes
        causes.append((node, row.cause, row.bytes))
    return Weights(_live(fs), wasted, causes)


def _live(fs: FileSystem) -> array[int]:
    rootfs, stored = fs.rootfs, stored_bytes(fs)
    live = array("Q", bytes(8 * len(rootfs)))
    counted: set[int] = set()
    links: list[int] = []
    for node, (kind, entry, inode) in enumerate(zip(rootfs.kind, rootfs.entry, rootfs.inode, strict=True)):
        if kind == FILE and entry == inode:
            live[node] = stored[inode]
        elif kind == FILE:
            links.append(node)
    for node in links:
        inode = rootfs.inode[node]
        if inode not in counted and not _stands_at_home(fs, inode):
            counted.add(inode)
            live[node] = stored[inode]
    return live


def _stands_at_home(fs: FileSystem, inode: int) -> bool:
    """Whether a body is still there under the path that it was stored at."""
    home = fs.node_of[inode]
    return home != NONE and fs.rootfs.kind[home] == FILE and fs.rootfs.entry[home] == inode


def stored_bytes(fs: FileSystem) -> array[int]:
    """By entry: bytes of its body in its layer."""
    stored = array("Q")
    for table in fs.tables:
        if table is not None:
            start = len(stored)
            stored.extend(table.size)
            for row, sparse in table.sparse.items():
                stored[start + row] = sparse.stored
    return stored
