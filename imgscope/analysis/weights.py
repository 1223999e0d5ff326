"""Where the bytes are: every body of an image at one path, live or wasted. What maps of an image are drawn from."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from imgscope.analysis.growth import bodies
from imgscope.analysis.model import Analysis
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import NONE, ROOT


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
    return Weights(bodies(fs, fs.rootfs), wasted, causes)
