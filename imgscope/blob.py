"""Stored bytes that can be read at any position: the seam between where bytes lie and who reads them."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable


class Blob(Protocol):
    """A run of stored bytes: a file, or one member of an archive. Safe to read from several threads."""

    @property
    def name(self) -> str:
        """What it is called inside the source, for messages."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only where the blob ends."""


class Extent(NamedTuple):
    """Where stored bytes lie: a part of a file as the file was at a moment. No document has a say in any of it.

    Two that are equal hold the same bytes; times are in nanoseconds.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int
    """When the inode last changed: any write sets it, and no program can set it back."""
    offset: int
    length: int


@runtime_checkable
class Placed(Protocol):
    """A blob that knows where it lies."""

    def extent(self) -> Extent | None:
        """Where it lies; None where nothing tells its file from others for long.

        Also None once the file may have been written to since it was opened: as long as it is not, all that was ever
        read of the file is of one content.
        """


@runtime_checkable
class Lendable(Blob, Protocol):
    """A blob that another process can read as well."""

    def lend(self) -> tuple[int, int]:
        """The descriptor of an open file, and where in it the blob begins."""
