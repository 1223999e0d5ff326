"""MemberTable: an archive's members as columns, and Member, one row of it made on demand.

A row costs about 54 bytes (70 where its body passed by) and its base name; an object a row would cost several times
that, and an image has hundreds of thousands. Directory parts of names are kept once (``directories``), which is also
what makes applying a layer cheap: a directory is resolved once, not once for each file in it. Columns that few rows
need (links, devices, sparse maps, extended attributes) are dicts by row.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

PRINT = 16
"""Bytes of a digest."""
NO_PRINT = bytes(PRINT)
SHARED = 1 << 14
"""Base names of which one object is kept, however many rows have them: of 480,000 in an image, 68,000 differ."""


class SparseMap(NamedTuple):
    """Where the stored bytes of a sparse file belong: ``(offset, length)`` in the logical file, in order."""

    segments: tuple[tuple[int, int], ...]

    @property
    def stored(self) -> int:
        """Bytes stored: what is left of the file without its holes."""
        return sum(length for _, length in self.segments)


@dataclass(slots=True)
class Member:
    """One member of an archive, as its headers together describe it. Times are seconds, sizes bytes."""

    name: bytes
    type: bytes = b"0"
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size: int = 0
    """Logical size: what ``ls -l`` shows once it is unpacked."""
    mtime: int = 0
    link: bytes = b""
    body: int = 0
    """Position of the first stored byte of the body."""
    device: tuple[int, int] | None = None
    sparse: SparseMap | None = None
    xattrs: tuple[bytes, ...] = ()

    @property
    def stored(self) -> int:
        """Bytes of body in the archive."""
        return self.sparse.stored if self.sparse else self.size


@dataclass(slots=True)
class Notice:
    """Something worth a warning: a stable code, a sentence, and where in the archive."""

    code: str
    message: str
    offset: int


@dataclass(slots=True)
class MemberTable:
    """All members of one archive in archive order, a column a field. ``len()`` is the number of members."""

    directories: list[bytes] = field(default_factory=list)
    """Distinct directory parts of names as stored, without the last slash; b"" for names without one."""
    directory: array[int] = field(default_factory=lambda: array("I"))
    base: list[bytes] = field(default_factory=list)
    """Last part of the name, with the trailing slash that it may have."""
    type: bytearray = field(default_factory=bytearray)
    permission: array[int] = field(default_factory=lambda: array("I"))
    """Number of mode, owner and group in the next three columns; members share them by the thousand."""
    mode: array[int] = field(default_factory=lambda: array("I"))
    uid: array[int] = field(default_factory=lambda: array("q"))
    gid: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("Q"))
    mtime: array[int] = field(default_factory=lambda: array("q"))
    body: array[int] = field(default_factory=lambda: array("Q"))
    link: dict[int, bytes] = field(default_factory=dict)
    device: dict[int, tuple[int, int]] = field(default_factory=dict)
    sparse: dict[int, SparseMap] = field(default_factory=dict)
    xattrs: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    prints: bytearray = field(default_factory=bytearray)
    """Digests of stored bodies, 16 bytes a row, zeros where there is none; empty where bodies were leapt over."""
    kept: dict[int, bytes] = field(default_factory=dict)
    """Bodies of a few small files that were asked for by name, where bodies passed by."""
    tar_bytes: int = 0
    """Length of the whole stream, to the last byte."""
    end: int = 0
    """Position behind the end-of-archive blocks; what follows is no member."""
    notices: list[Notice] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.base)

    @property
    def steps(self) -> int:
        """Parts of all directory names together: at least as many as there are directories, named or implied."""
        return sum(directory.count(b"/") + 1 for directory in self.directories if directory)

    def name(self, row: int) -> bytes:
        """The name of a row as stored."""
        directory = self.directories[self.directory[row]]
        return directory + b"/" + self.base[row] if directory.strip(b"/") else directory + self.base[row]

    def stored(self, row: int) -> int:
        """Bytes of body that a row has in the archive."""
        sparse = self.sparse.get(row)
        return sparse.stored if sparse else self.size[row]

    def permissions(self, row: int) -> tuple[int, int, int]:
        """Mode, owner and group of a row."""
        number = self.permission[row]
        return self.mode[number], self.uid[number], self.gid[number]

    def fingerprint(self, row: int) -> bytes:
        """The xxh3_128 digest of a row's body as stored; empty where it was not taken."""
        return bytes(self.prints[PRINT * row : PRINT * (row + 1)])

    def member(self, row: int) -> Member:
        """One row as an object."""
        mode, uid, gid = self.permissions(row)
        return Member(
            name=self.name(row),
            type=bytes((self.type[row],)),
            mode=mode,
            uid=uid,
            gid=gid,
            size=self.size[row],
            mtime=self.mtime[row],
            link=self.link.get(row, b""),
            body=self.body[row],
            device=self.device.get(row),
            sparse=self.sparse.get(row),
            xattrs=self.xattrs.get(row, ()),
        )


def split(name: bytes) -> tuple[bytes, bytes]:
    """A stored name as directory part and base; a trailing slash stays with the base."""
    slash = name.rfind(b"/", 0, len(name) - 1)
    directory = name[: slash + 1]
    # The directory of b"/x" is b"/": a slash that nothing stands before is kept, to tell it from b"x".
    return directory[:-1] if directory.strip(b"/") else directory, name[slash + 1 :]
