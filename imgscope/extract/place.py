"""Place: directories below one that is held open, reached name by name and never through a link.

Every step goes from a descriptor to the next, so whatever a path leads to by the time it is used, and whoever plants
a link in it, nothing outside is reached. Only the directories used last are held open: an image may have any number of
them, and thousands one in another.
"""

from __future__ import annotations

import os

from imgscope.filesystem.rootfs import NONE, RootFs

HELD = 64
"""Directories that are held open at a time."""
_ANCHOR = NONE
_OPEN = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Place:
    """Where nodes of an image are written: ``top`` as ``name`` in the open directory ``anchor``, the rest below it."""

    def __init__(self, anchor: int, name: bytes, top: int, rootfs: RootFs) -> None:
        self._anchor = anchor
        self._name = name
        self._top = top
        self._rootfs = rootfs
        self._held: dict[int, int] = {}
        """Descriptors by node, those used last at the end."""

    def name(self, node: int) -> bytes:
        """What a node is called in the directory that it stands in."""
        return self._name if node == self._top else self._rootfs.name[node]

    def above(self, node: int) -> int:
        """A descriptor of the directory that a node stands in, good until the next is asked for. Raises OSError."""
        return self.directory(self._above(node))

    def directory(self, node: int) -> int:
        """A descriptor of a directory, good until the next is asked for. Raises OSError."""
        missing = []
        while node != _ANCHOR and node not in self._held:
            missing.append(node)
            node = self._above(node)
        descriptor = self._anchor if node == _ANCHOR else self._hold(node, self._held.pop(node))
        for node in reversed(missing):
            descriptor = self._hold(node, os.open(self.name(node), _OPEN, dir_fd=descriptor))
        return descriptor

    def make(self, node: int) -> None:
        """Make a directory that only its owner can use, for as long as it is written to. Raises OSError."""
        os.mkdir(self.name(node), 0o700, dir_fd=self.above(node))

    def status(self, node: int) -> os.stat_result | None:
        """What is there on disk by that name, itself if it is a link; None for nothing."""
        try:
            return os.stat(self.name(node), dir_fd=self.above(node), follow_symlinks=False)
        except FileNotFoundError:
            return None

    def path(self, node: int) -> str:
        """The path of a node below its top, with a leading slash; empty for the top itself."""
        parts: list[bytes] = []
        while node != self._top:
            parts.append(self._rootfs.name[node])
            node = self._rootfs.parent[node]
        return "".join(f"/{os.fsdecode(part)}" for part in reversed(parts))

    def close(self) -> None:
        """Let go of all that is held open."""
        while self._held:
            os.close(self._held.popitem()[1])

    def _above(self, node: int) -> int:
        return _ANCHOR if node == self._top else self._rootfs.parent[node]

    def _hold(self, node: int, descriptor: int) -> int:
        self._held[node] = descriptor
        if len(self._held) > HELD:
            os.close(self._held.pop(next(iter(self._held))))
        return descriptor
