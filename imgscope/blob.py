"""Stored bytes that can be read at any position: the seam between where bytes lie and who reads them."""

from __future__ import annotations

from typing import Protocol


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
