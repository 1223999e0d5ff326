"""What an analysis yields. All sizes are bytes; layers are numbered from 0, the lowest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from imgscope.filesystem.model import Cause


class Waste(NamedTuple):
    """A body that travels for nothing."""

    path: bytes
    bytes: int
    stored_bytes: int
    """Its share of the layer as stored: exact for plain layers, by the layer's ratio for compressed ones."""
    cause: Cause
    layer: int
    hidden_by: int
    versions: int
    """Bodies that the path had in all layers."""
    entry: int
    """The member that it is the body of."""


@dataclass(slots=True)
class LayerAccount:
    """Where the bytes of one layer went.

    ``hidden`` by cause, ``live``, ``format_metadata`` and ``tar_overhead`` add up to ``tar_bytes``.
    """

    tar_bytes: int = 0
    content_bytes: int = 0
    entries: int = 0
    files: int = 0
    added: int = 0
    modified: int = 0
    removed: int = 0
    whiteouts: int = 0
    opaque_whiteouts: int = 0
    format_metadata: int = 0
    hidden: dict[Cause, int] = field(default_factory=lambda: dict.fromkeys(Cause, 0))
    causes_wasted_bytes: int = 0
    """Bytes of lower layers that this layer turned into waste."""

    @property
    def wasted_bytes(self) -> int:
        """Bytes stored in this layer that are waste."""
        return sum(self.hidden.values())

    @property
    def live(self) -> int:
        """Bytes of bodies that final paths reach."""
        return self.content_bytes - self.format_metadata - self.wasted_bytes

    @property
    def tar_overhead(self) -> int:
        """Headers, records, padding, end blocks, what follows them, and bodies that are no content."""
        return self.tar_bytes - self.content_bytes


@dataclass(frozen=True, slots=True)
class Totals:
    """The same for the image."""

    entries: int
    files: int
    """Paths in the final filesystem that are files (hard links included)."""
    directories: int
    tar_bytes: int
    content_bytes: int
    live_bytes: int
    format_metadata_bytes: int
    wasted_bytes: int
    wasted_stored_bytes: int

    @property
    def efficiency(self) -> float:
        """1 - wasted / content; 1.0 where there is no content."""
        return 1.0 - self.wasted_bytes / self.content_bytes if self.content_bytes else 1.0


@dataclass(frozen=True, slots=True)
class Analysis:
    """All numbers of an image."""

    totals: Totals
    layers: tuple[LayerAccount, ...]
    waste: tuple[Waste, ...]
    """Largest first, then by path."""
