"""Who did what to a path: its events with what exactly changed, and what became of each body that it had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import pairwise

from imgscope.filesystem.life import Event, Fate, Fates, Lives, Reason
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import FILE, NONE, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.words import type_name
from imgscope.indexing.fingerprint import Prints


class Did(StrEnum):
    """What a layer did to a path."""

    ADDED = "added"
    LINKED = "linked"
    """It became another name of a file."""
    MODIFIED = "modified"
    REWRITTEN = "rewritten"
    """It was stored again with nothing changed."""
    RETYPED = "type_changed"
    REMOVED = "removed"
    SHADOWED = "shadowed"
    """It was stored, and stored again by the same layer."""


class Changed(StrEnum):
    """What of a path is not as it was."""

    CONTENT = "content"
    TARGET = "target"
    DEVICE = "device"
    MODE = "mode"
    OWNER = "owner"
    XATTRS = "xattrs"
    """By name: a value is not kept."""
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Happening:
    """What one layer did to a path, in full."""

    layer: int
    did: Did
    kind: int
    """What stands there afterwards; for a removal, what stood there before."""
    entry: int
    inode: int
    changed: tuple[Changed, ...] = ()
    """Of what was modified."""
    reason: Reason | None = None
    """Of a removal."""
    fate: Fate | None = None
    """What became of the body that it wrote; None where that is live, or there is none."""

    @property
    def has_body(self) -> bool:
        """Whether it brought a body of its own."""
        return self.kind == FILE and self.entry == self.inode and self.did is not Did.REMOVED


class Blame:
    """Tells of many paths. What must be read to tell copies from changes is asked for first, with :meth:`doubts`."""

    def __init__(self, fs: FileSystem, lives: Lives) -> None:
        self._fs = fs
        self._lives = lives
        self._fates = Fates(fs)
        self._prints = Prints()
        self._shadowed: defaultdict[int, list[int]] = defaultdict(list)
        for entry, cause in zip(fs.hidden.entry, fs.hidden.cause, strict=True):
            if cause == Cause.SHADOWED and fs.node_of[entry] != NONE:
                self._shadowed[fs.node_of[entry]].append(entry)

    def doubts(self, nodes: Iterable[int]) -> dict[int, set[int]]:
        """Rows, by layer, of bodies that nothing tells yet whether they are the same as those before them.

        Most pairs were compared when the image was read; not those where other names still lead to the body before.
        """
        changed, wanted = self._lives.changed(), defaultdict[int, set[int]](set)
        for node in nodes:
            events = self._lives.of(node) if node in changed else ()
            for before, after in pairwise(events):
                files = before.kind == after.kind == FILE and after.mark is Mark.MODIFIED
                if files and self._same(before.inode, after.inode) is None:
                    for layer, row in map(self._fs.locate, (before.inode, after.inode)):
                        wanted[layer].add(row)
        return dict(wanted)

    def learn(self, prints: Prints) -> None:
        """Fingerprints, by layer and row, of what was in doubt."""
        self._prints = prints

    def of(self, node: int) -> list[Happening]:
        """All that happened to a path, oldest first."""
        events = self._lives.of(node)
        told = (self._told(before, event) for before, event in zip((None, *events), events, strict=False))
        if node not in self._shadowed:
            return list(told)
        return list(merge(self._twice(node), told, key=lambda happening: happening.layer))

    def wasted(self, happening: Happening) -> int:
        """Bytes that travel for nothing since it happened."""
        return self._fs.stored(happening.entry) if happening.fate else 0

    def _twice(self, node: int) -> Iterator[Happening]:
        for entry in sorted(self._shadowed[node]):
            layer = self._fs.locate(entry)[0]
            yield Happening(layer, Did.SHADOWED, FILE, entry, entry, fate=self._fates.of(entry))

    def _told(self, before: Event | None, event: Event) -> Happening:
        did, changed = self._did(before, event)
        own = event.kind == FILE and event.entry == event.inode and event.mark is not Mark.REMOVED
        fate = self._fates.of(event.entry) if own else None
        return Happening(event.layer, did, event.kind, event.entry, event.inode, changed, event.reason, fate)

    def _did(self, before: Event | None, event: Event) -> tuple[Did, tuple[Changed, ...]]:
        if event.mark is Mark.REMOVED:
            return Did.REMOVED, ()
        linked = event.entry != event.inode
        if before is None or event.mark is Mark.ADDED:
            return (Did.LINKED if linked else Did.ADDED), ()
        if self._type(before) != self._type(event):
            return Did.RETYPED, ()
        changed = tuple(self._differences(before, event))
        if linked and before.inode != event.inode:
            return Did.LINKED, changed
        return (Did.MODIFIED if changed else Did.REWRITTEN), changed

    def _type(self, event: Event) -> str:
        return type_name(self._fs, event.kind, event.inode)

    def _differences(self, before: Event, after: Event) -> Iterator[Changed]:
        if after.kind == FILE and not self._same(before.inode, after.inode):
            yield Changed.CONTENT
        elif after.kind == SYMLINK and self._fs.member(before.inode).link != self._fs.member(after.inode).link:
            yield Changed.TARGET
        elif before.inode != NONE != after.inode and self._device(before.inode) != self._device(after.inode):
            yield Changed.DEVICE
        mode, *owner, time = self._fs.attributes(before.entry)
        mode_now, *owner_now, time_now = self._fs.attributes(after.entry)
        if mode != mode_now:
            yield Changed.MODE
        if owner != owner_now:
            yield Changed.OWNER
        if self._fs.xattrs(before.entry) != self._fs.xattrs(after.entry):
            yield Changed.XATTRS
        if time != time_now:
            yield Changed.TIME

    def _device(self, inode: int) -> object:
        layer, row = self._fs.locate(inode)
        table = self._fs.tables[layer]
        return None if table is None else table.device.get(row)

    def _same(self, before: int, after: int) -> bool | None:
        """Whether two bodies hold the same; None where that would have to be read."""
        if before == after:
            return True
        size = self._fs.size(before)
        if size != self._fs.size(after) or not size:
            return not size and not self._fs.size(after)
        fate = self._fates.of(before)
        if fate and self._fates.copy(before) == after:
            return fate.cause is Cause.METADATA_ONLY
        mine = self._prints.get(self._fs.locate(before))
        return None if mine is None else mine == self._prints.get(self._fs.locate(after))
