"""FileSystem: what is there once all layers are applied, and what became of every body that is not."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from imgscope.filesystem.journal import Journal
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.paths import normal
from imgscope.filesystem.rootfs import NONE, RootFs
from imgscope.tar.table import Member, MemberTable

_IMPLIED = (0o755, 0, 0, 0)


class Cause(IntEnum):
    """Why a stored body is not in the final filesystem."""

    OVERWRITTEN = 0
    METADATA_ONLY = 1
    DELETED = 2
    OPAQUE = 3
    TYPE_CHANGED = 4
    SHADOWED = 5


@dataclass(slots=True)
class Hidden:
    """Bodies without a link, a column a field; each body once."""

    entry: array[int] = field(default_factory=lambda: array("I"))
    cause: bytearray = field(default_factory=bytearray)
    layer: array[int] = field(default_factory=lambda: array("I"))
    """The layer that hid it."""
    copy: array[int] = field(default_factory=lambda: array("I"))
    """Inode that replaced an overwritten one; else NONE."""

    def __len__(self) -> int:
        return len(self.entry)

    def append(self, entry: int, cause: Cause, layer: int, copy: int) -> None:
        """One more body that lost its last link."""
        self.entry.append(entry)
        self.cause.append(cause)
        self.layer.append(layer)
        self.copy.append(copy)


@dataclass(slots=True)
class Effect:
    """What one layer did, in numbers of paths, and what is worth a warning: code → (first path, how many)."""

    whiteouts: int = 0
    opaque_whiteouts: int = 0
    added: int = 0
    modified: int = 0
    removed: int = 0
    not_content: int = 0
    """Bytes of bodies that are no content: of markers, and of entries that are not regular files."""
    files: int = 0
    format_metadata: int = 0
    notices: dict[Oddity, tuple[bytes, int]] = field(default_factory=dict)

    def notice(self, code: Oddity, path: bytes) -> None:
        """Count an oddity; the first path stands for all, a hostile layer could have millions."""
        first, count = self.notices.get(code, (path, 0))
        self.notices[code] = (first, count + 1)


@dataclass(slots=True, repr=False)
class FileSystem:
    """The root filesystem after the last layer, with all that the layers did on the way."""

    tables: list[MemberTable | None]
    """By layer; None where a layer could not be read."""
    first: list[int]
    """Number of each layer's first entry, and behind the last the number of all entries."""
    rootfs: RootFs
    links: array[int] = field(default_factory=lambda: array("I"))
    """By entry: how many paths lead to its body."""
    node_of: array[int] = field(default_factory=lambda: array("I"))
    """By entry: the path it was written to; NONE for markers."""
    hidden: Hidden = field(default_factory=Hidden)
    formats: set[int] = field(default_factory=set)
    """Entries whose bodies belong to the layer's format (eStargz landmarks)."""
    effects: list[Effect] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)
    """By layer: what it left behind, for the filesystem as it stood in between."""

    def locate(self, entry: int) -> tuple[int, int]:
        """Layer and row of an entry."""
        layer = bisect_right(self.first, entry) - 1
        return layer, entry - self.first[layer]

    def member(self, entry: int) -> Member:
        """An entry as an object."""
        layer, row = self.locate(entry)
        return self._table(layer).member(row)

    def stored(self, entry: int) -> int:
        """Bytes of an entry's body in its layer."""
        layer, row = self.locate(entry)
        return self._table(layer).stored(row)

    def size(self, entry: int) -> int:
        """Logical size of an entry."""
        layer, row = self.locate(entry)
        return self._table(layer).size[row]

    def body_path(self, entry: int) -> bytes:
        """The path that an entry was stored at, links on the way resolved."""
        node = self.node_of[entry]
        if node != NONE:
            return self.rootfs.path(node)
        layer, row = self.locate(entry)
        return normal(self._table(layer).name(row))

    def attributes(self, entry: int) -> tuple[int, int, int, int]:
        """Mode, owner, group and time of an entry; those of an implied directory for NONE."""
        if entry == NONE:
            return _IMPLIED
        layer, row = self.locate(entry)
        table = self._table(layer)
        return *table.permissions(row), table.mtime[row]

    def xattrs(self, entry: int) -> tuple[bytes, ...]:
        """Names of the extended attributes of an entry, sorted; none for NONE."""
        if entry == NONE:
            return ()
        layer, row = self.locate(entry)
        return tuple(sorted(self._table(layer).xattrs.get(row, ())))

    def nodes(self) -> Iterator[int]:
        """Nodes of all paths that are there in the end, the root first."""
        return (node for node, kind in enumerate(self.rootfs.kind) if kind)

    def _table(self, layer: int) -> MemberTable:
        table = self.tables[layer]
        assert table is not None
        return table
