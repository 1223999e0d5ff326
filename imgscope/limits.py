"""Bounds on what an input may ask for, so that a hostile one ends in a clear error instead of a dead machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may cost; the command line has an option for each, named like the field."""

    max_inflated: int = 64 << 30
    """Bytes that one compressed stream may decompress to."""
    max_document: int = 8 << 20
    """Bytes of one manifest, index or config (containerd allows 20 MiB, containers/image 4 MiB)."""
    max_entries: int = 10_000_000
    """Members of one archive or layer."""


DEFAULT_LIMITS = Limits()
