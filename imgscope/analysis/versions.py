"""Versions of paths: what stands at a path in the end, and all that stood there before and still travels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from imgscope.filesystem.life import Event, Fate, Fates, Lives, Reason
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.words import type_name

_CAUSES = {
    Reason.WHITEOUT: Cause.DELETED,
    Reason.DIRECTORY: Cause.DELETED,
    Reason.OPAQUE: Cause.OPAQUE,
    Reason.TYPE: Cause.TYPE_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Version:
    """What one layer put at a path."""

    node: int
    kind: int
    entry: int
    inode: int
    layer: int | None
    """None for a directory that only paths imply."""
    hidden: Fate | None = None
    """What hid it, and why; None where it stands."""

    @property
    def has_body(self) -> bool:
        """Whether the bytes are its own, and not those of a file that it is another name of."""
        return self.kind == FILE and self.entry == self.inode


class Versions:
    """Tells the versions of any number of paths."""

    def __init__(self, fs: FileSystem, lives: Lives) -> None:
        self._fs, self._lives = fs, lives
        self._fates = Fates(fs)
        self._shadowed: defaultdict[int, list[int]] = defaultdict(list)
        for entry, cause in zip(fs.hidden.entry, fs.hidden.cause, strict=True):
            if cause == Cause.SHADOWED and fs.node_of[entry] != NONE:
                self._shadowed[fs.node_of[entry]].append(entry)
        self._several = lives.changed() | self._shadowed.keys()

    def live(self, node: int) -> Iterator[Version]:
        """What stands at a path in the end, if anything."""
        rootfs = self._fs.rootfs
        if rootfs.kind[node]:
            entry = rootfs.entry[node]
            yield Version(node, rootfs.kind[node], entry, rootfs.inode[node], self._layer(entry))

    def hidden(self, node: int) -> Iterator[Version]:
        """What stood at a path before, oldest first. A directory is the same while it stands, whatever its mode."""
        if node not in self._several:
            return
        for entry in self._shadowed.get(node, ()):
            yield Version(node, FILE, entry, entry, self._layer(entry), self._fates.of(entry))
        for event, after in pairwise(self._lives.of(node)):
            stays = event.kind == DIRECTORY == after.kind and after.mark is Mark.MODIFIED
            if event.mark is not Mark.REMOVED and not stays:
                layer = self._layer(event.entry)
                yield Version(node, event.kind, event.entry, event.inode, layer, self._fate(event, after))

    def wasted(self, version: Version) -> int:
        """Bytes of a version that travel for nothing: none where another name still leads to them."""
        return self._fs.stored(version.entry) if version.has_body and self._fates.of(version.entry) else 0

    def _layer(self, entry: int) -> int | None:
        return None if entry == NONE else self._fs.locate(entry)[0]

    def _fate(self, event: Event, after: Event) -> Fate:
        """What its body tells or, where it has none or that lives on, what came next at the path."""
        own = self._fates.of(event.entry) if event.kind == FILE and event.entry == event.inode else None
        if own:
            return own
        if after.reason:
            return Fate(_CAUSES[after.reason], after.layer)
        types = [type_name(self._fs, one.kind, one.inode) for one in (event, after)]
        return Fate(Cause.OVERWRITTEN if types[0] == types[1] else Cause.TYPE_CHANGED, after.layer)


def all_versions(versions: Versions, node: int) -> Iterator[Version]:
    """What stood at a path, oldest first, and what stands there."""
    return chain(versions.hidden(node), versions.live(node))
