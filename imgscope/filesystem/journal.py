"""What a layer left behind: what stood, once it was applied, at every path that it touched.

Nodes are numbered in the order they are first seen, so what is new in a layer is one range, taken over as slices; the
rest is a list.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from imgscope.filesystem.rootfs import RootFs


@dataclass(slots=True, repr=False)
class Columns:
    """What stands at a number of paths: kind, entry and inode as in :class:`RootFs`."""

    kind: bytearray = field(default_factory=bytearray)
    entry: array[int] = field(default_factory=lambda: array("I"))
    inode: array[int] = field(default_factory=lambda: array("I"))


@dataclass(slots=True, repr=False)
class Journal:
    """What one layer left behind."""

    first: int = 0
    """The first node that the layer saw first; :attr:`new` are the columns from there on."""
    touched: array[int] = field(default_factory=lambda: array("I"))
    """Nodes from before that the layer changed or wrote again; ``changed`` are their columns."""
    changed: Columns = field(default_factory=Columns)
    whiteouts: array[int] = field(default_factory=lambda: array("I"))
    """Nodes that a whiteout names, whether anything stood there or not."""
    opaque: array[int] = field(default_factory=lambda: array("I"))
    """Directories that an opaque marker empties."""
    _fs: RootFs | None = None
    _new: Columns = field(default_factory=Columns)

    @property
    def new(self) -> Columns:
        """What stands at nodes that the layer saw first."""
        return self.close()

    def close(self) -> Columns:
        """Copy what another layer may change; put off until then, or until somebody asks, which is hardly ever."""
        fs, first = self._fs, self.first
        if fs is not None:
            # Two threads that ask at once make a copy each, of the same.
            self._new = Columns(fs.kind[first:], fs.entry[first:], fs.inode[first:])
            self._fs = None
        return self._new

    def nodes(self) -> Iterator[int]:
        """All nodes that the layer changed or wrote."""
        yield from self.touched
        yield from range(self.first, self.first + len(self.new.kind))


def take_down(fs: RootFs, nodes_before: int, touched: list[int]) -> Journal:
    """A journal of what stands now at ``touched`` nodes and at all that are new since there were ``nodes_before``."""
    return Journal(
        first=nodes_before,
        touched=array("I", touched),
        changed=Columns(
            bytearray(map(fs.kind.__getitem__, touched)),
            array("I", map(fs.entry.__getitem__, touched)),
            array("I", map(fs.inode.__getitem__, touched)),
        ),
        _fs=fs,
    )
