"""Paths as databases write them → nodes. ``bin/ls`` may be listed where ``bin`` is a link to ``usr/bin``."""

from __future__ import annotations

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, ROOT, SYMLINK, RootFs

_LONGEST = 4096
"""Bytes of a path; the kernel takes no more."""
_MOST_KEPT = 1 << 16
_MOST_LINKS = 1 << 12
"""Links to directories that are followed; each may lead through many others."""
_NONE: dict[bytes, int] = {}
Directories = tuple[int, ...]
"""Nodes that a directory's path may mean: as it is written, and through links."""


class Places:
    """Finds nodes, also of paths that are gone. Links are those of the final filesystem."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs: RootFs = fs.rootfs
        self._directories: dict[bytes, Directories] = {}
        self._links: dict[int, int | None] = {}

    def nodes(self, path: bytes) -> list[int]:
        """Nodes that a path of a database may mean; none where no layer has it."""
        directory, _, name = path.strip(b"/").rpartition(b"/")
        found = self._directories.get(directory)
        if found is None:
            if len(self._directories) > _MOST_KEPT:
                self._directories.clear()
            found = self._directories[directory] = self._find(directory)
        children = self._fs.children
        return [node for above in found if (node := children.get(above, _NONE).get(name)) is not None]

    def _find(self, directory: bytes) -> Directories:
        parts = [part for part in directory.split(b"/") if part and part != b"."]
        if len(directory) > _LONGEST or b".." in parts:
            return ()
        found: list[int] = []
        for follow in (False, True):
            node = self._walk(parts, follow=follow)
            if node is not None and node not in found:
                found.append(node)
        return tuple(found)

    def _walk(self, parts: list[bytes], *, follow: bool) -> int | None:
        """Down the names that there ever were."""
        children, kind = self._fs.children, self._fs.kind
        node = ROOT
        for part in parts:
            found = children.get(node, _NONE).get(part)
            if found is not None and follow and kind[found] == SYMLINK:
                found = self._followed(found)
            if found is None:
                return None
            node = found
        return node

    def _followed(self, link: int) -> int | None:
        """The directory that a link leads to."""
        if link not in self._links:
            if len(self._links) >= _MOST_LINKS:
                return None
            found = self._fs.find(self._fs.path(link).split(b"/"))
            self._links[link] = found if found is not None and self._fs.kind[found] == DIRECTORY else None
        return self._links[link]
