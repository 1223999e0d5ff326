"""What a comparison works with and yields: two views of filesystems, and rows of what differs."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Literal, NamedTuple

from imgscope.analysis.growth import Standing
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.image.opened import OpenImage

TypeName = Literal["file", "dir", "symlink", "char", "block", "fifo", "other"]

_TYPES: dict[int, TypeName] = {ord("3"): "char", ord("4"): "block", ord("6"): "fifo"}


class Aspect(IntFlag):
    """In what a path differs."""

    TYPE = 1
    CONTENT = 2
    TARGET = 4
    """Of a symlink."""
    DEVICE = 8
    MODE = 16
    OWNER = 32
    XATTRS = 64
    """Names of extended attributes; their values are not kept."""
    LINKS = 128
    """Which other paths are the same file."""
    MTIME = 256


SAME = Aspect(0)
OF_CONTENT = Aspect.TYPE | Aspect.CONTENT | Aspect.TARGET | Aspect.DEVICE
OF_METADATA = Aspect.MODE | Aspect.OWNER | Aspect.XATTRS | Aspect.LINKS | Aspect.MTIME


class Kind(IntEnum):
    """What became of a path."""

    ADDED = 0
    REMOVED = 1
    CHANGED = 2
    RENAMED = 3


class Row(NamedTuple):
    """One difference. Nodes are NONE where the path is not there."""

    kind: Kind
    aspects: Aspect
    before: int
    after: int
    below: int = 0
    """Of a renamed directory: paths below it that went along."""


class State(NamedTuple):
    """What stands at a path."""

    type: TypeName
    mode: int
    uid: int
    gid: int
    size: int
    """Of a file, else 0."""
    mtime: int
    target: bytes
    """Of a symlink."""
    device: tuple[int, int] | None
    xattrs: tuple[bytes, ...]
    layer: int | None
    """The layer that wrote it last."""


@dataclass(slots=True, repr=False)
class View:
    """A filesystem at some moment, and the image that contents can be read from (None: they cannot)."""

    fs: FileSystem
    standing: Standing
    opened: OpenImage | None = None

    def path(self, node: int) -> bytes:
        """The path of a node."""
        return self.fs.rootfs.path(node)

    def type(self, node: int) -> TypeName:
        """What stands at a node."""
        kind = self.standing.kind[node]
        if kind == FILE:
            return "file"
        if kind == DIRECTORY:
            return "dir"
        if kind == SYMLINK:
            return "symlink"
        layer, row = self.fs.locate(self.standing.inode[node])
        table = self.fs.tables[layer]
        return _TYPES.get(table.type[row], "other") if table else "other"

    def size(self, node: int) -> int:
        """Logical size of a file; 0 of anything else."""
        return self.fs.size(self.standing.inode[node]) if self.standing.kind[node] == FILE else 0

    def target(self, node: int) -> bytes:
        """What a symlink leads to."""
        layer, row = self.fs.locate(self.standing.inode[node])
        table = self.fs.tables[layer]
        return table.link.get(row, b"") if table else b""

    def device(self, node: int) -> tuple[int, int] | None:
        """Numbers of a device."""
        layer, row = self.fs.locate(self.standing.inode[node])
        table = self.fs.tables[layer]
        return table.device.get(row) if table else None

    def xattrs(self, node: int) -> tuple[bytes, ...]:
        """Names of extended attributes, sorted."""
        return self.fs.xattrs(self.standing.entry[node])

    def state(self, node: int) -> State:
        """All of it."""
        kind, entry = self.standing.kind[node], self.standing.entry[node]
        mode, uid, gid, mtime = self.fs.attributes(entry)
        type_ = self.type(node)
        return State(
            type_,
            mode & 0o7777,
            uid,
            gid,
            self.size(node),
            mtime,
            self.target(node) if kind == SYMLINK else b"",
            self.device(node) if type_ in ("char", "block") else None,
            self.xattrs(node),
            None if entry == NONE else self.fs.locate(entry)[0],
        )


@dataclass(slots=True, repr=False)
class Paths:
    """How two filesystems differ, path by path."""

    before: View
    after: View
    rows: list[Row]
    """In order of their paths, part by part: what is in a directory follows it. A path is made where it is shown, for
    links can make a hostile one long for millions of files."""
    mtime_only: int = 0
    """Paths that differ in nothing but their time, and are not in ``rows``."""
    unknown: int = 0
    """Files of equal size whose contents could not be compared: a listing has none."""

    def place(self, row: Row) -> tuple[View, int]:
        """Where a row is now; of what was removed, where it was."""
        return (self.before, row.before) if row.kind is Kind.REMOVED else (self.after, row.after)

    def path(self, row: Row) -> bytes:
        """The path of that."""
        view, node = self.place(row)
        return view.path(node)


Prints = Mapping[int, bytes]
"""Fingerprints by inode."""


@dataclass(slots=True, repr=False)
class Walked:
    """Two filesystems laid on one another, path by path."""

    before: View
    after: View
    removed: list[int] = field(default_factory=list)
    """Nodes of ``before``, every one before those below it."""
    added: list[int] = field(default_factory=list)
    """Nodes of ``after``."""
    differing: dict[int, Aspect] = field(default_factory=dict)
    """By node of ``before``, where something is known to differ."""
    alike: list[tuple[int, int]] = field(default_factory=list)
    """Files of equal size, whose contents have to be compared."""
    partner: array[int] = field(default_factory=lambda: array("I"))
    """By node of ``before``: the node of ``after`` at the same path; NONE where there is none."""
