"""Paths that a person names, found in the filesystem as it stood after some layer.

They mean the same wherever they are named: as in a shell inside of the image, with or without the first slash. Links on
the way are followed, ``..`` is the directory above what they lead to, and a slash in the end follows the last one. A
name may be given as it is stored or as imgscope prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy

from imgscope.errors import SettingsError
from imgscope.escaping import as_stored, printable
from imgscope.filesystem.journal import Columns
from imgscope.filesystem.lookup import check_layer, nearest, paths
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.paths import steps
from imgscope.filesystem.rootfs import DIRECTORY, ROOT, SYMLINK
from imgscope.filesystem.timeline import state_after
from imgscope.globs import bytes_matcher

_TOLD = 8
"""Layers that a hint names one by one."""


class NotThereError(SettingsError):
    """The image has no such path; the hint says which layers had it, or what may be meant."""


class View:
    """A filesystem after a layer (by default the last): what stands at every node, and paths to find."""

    def __init__(self, fs: FileSystem, layer: int | None = None) -> None:
        check_layer(fs, layer)
        self.fs = fs
        self.layer = layer
        last = fs.rootfs
        self.state = Columns(last.kind, last.entry, last.inode) if layer is None else state_after(fs, layer)
        self._rootfs = copy(last)
        self._rootfs.kind, self._rootfs.entry, self._rootfs.inode = self.state.kind, self.state.entry, self.state.inode

    def find(self, path: bytes, *, follow: bool) -> tuple[int, list[int]]:
        """The node at a path, and the symlinks on the way to it. ``follow``: also one that the path itself leads to.

        A name may be given as it is or as imgscope prints it. Raises NotThereError.
        """
        for name in meant(path):
            found, crossed, looping = self._walk(name, follow=follow)
            if looping:
                raise NotThereError(f"{printable(path)}: leads through a loop of symbolic links")
            if found is not None and path.endswith(b"/") and self.state.kind[found] != DIRECTORY:
                raise NotThereError(f"{printable(path)}: is not a directory")
            if found is not None:
                return found, crossed
        where = "in the image" if self.layer is None else f"there after layer {self.layer}"
        raise NotThereError(f"{printable(path)}: not {where}", hint=self.had(path) or self._nearest(path))

    def ever(self, path: bytes) -> int:
        """The same for what is gone, too: the node that a path led to in some layer. Raises NotThereError."""
        try:
            return self.find(path, follow=False)[0]
        except NotThereError:
            node = next((node for name in meant(path) if (node := self._ever(steps(name))) is not None), None)
            if node is None or self.state.kind[node]:
                raise
            return node

    def asked(self, path: bytes) -> Iterable[int]:
        """The node at a path with the links on the way to it or, where there is none, the nodes that fit it as a glob.

        Raises NotThereError, and SettingsError for what is no glob.
        """
        try:
            node, crossed = self.find(path, follow=False)
        except NotThereError:
            if is_glob(path) and not self.had(path) and (found := self._fitting(path)):
                return found
            raise
        return node, *crossed

    def _fitting(self, pattern: bytes) -> list[int]:
        """The nodes that fit a glob, without those below one that does. Raises SettingsError."""
        fits, kind, parent = glob(pattern), self.state.kind, self.fs.rootfs.parent
        standing = paths(self.fs, kind)
        found = {node for path, node in standing if fits(path + b"/" if kind[node] == DIRECTORY else path)}
        return [node for node in found if parent[node] not in found]

    def _walk(self, path: bytes, *, follow: bool) -> tuple[int | None, list[int], bool]:
        rootfs = self._rootfs
        rootfs.crossed, rootfs.loops = [], []
        found = rootfs.find(steps(path), follow_last=follow or path.endswith(b"/"))
        return found, rootfs.crossed, bool(rootfs.loops)

    def had(self, path: bytes) -> str | None:
        """Which layers have a path that is not there, in words; None for none."""
        for name in meant(path):
            node = self._ever(steps(name))
            layers = list(standing_after(self.fs, node)) if node is not None else []
            if layers:
                return _layers(layers)
        return None

    def _nearest(self, path: bytes) -> str | None:
        near = nearest(self.fs, self.state.kind, meant(path)[-1])
        return None if near is None else f"did you mean /{printable(near)}?"

    def _ever(self, names: list[bytes]) -> int | None:
        """The node of a path that some layer had, through the links that there are now."""
        node = ROOT
        for name in names:
            child = self._rootfs.children.get(node, {}).get(name)
            if name == b"..":
                child = self._rootfs.parent[node]
            if child is None:
                return None
            if self.state.kind[child] == SYMLINK:
                led = self._walk(self._rootfs.path(child), follow=True)[0]
                child = child if led is None else led
            node = child
        return node


def meant(path: bytes) -> tuple[bytes, ...]:
    """The names that someone may mean: as it is given, and as it is stored if it was printed so."""
    stored = as_stored(path.decode("utf-8", "surrogateescape"))
    return (path,) if stored == path else (path, stored)


def is_glob(path: bytes) -> bool:
    """Whether it can be meant as a glob."""
    return any(one in path for one in b"*?[")


def glob(pattern: bytes) -> Callable[[bytes], object]:
    """Whether a path fits a glob of .gitignore's; a directory's has a slash behind it. Raises SettingsError."""
    try:
        return bytes_matcher([pattern.decode("utf-8", "surrogateescape")])
    except ValueError as error:
        raise SettingsError(f"{printable(pattern)}: {error}") from error


def standing_after(fs: FileSystem, node: int) -> Iterator[int]:
    """The layers after which something stands at a node."""
    kind = 0
    for layer, journal in enumerate(fs.journals):
        if journal.first <= node < journal.first + len(journal.new.kind):
            kind = journal.new.kind[node - journal.first]
        elif node in journal.touched:
            kind = journal.changed.kind[journal.touched.index(node)]
        if kind:
            yield layer


def _layers(layers: list[int]) -> str:
    first, last = layers[0], layers[-1]
    if first == last:
        return f"layer {last} has it: --layer {last}"
    if last - first + 1 == len(layers) > 2:
        return f"layers {first} to {last} have it: --layer {last}"
    shown = ", ".join(map(str, layers[:_TOLD])) + (", …" if len(layers) > _TOLD else "")
    return f"layers {shown} have it: --layer {last}"
