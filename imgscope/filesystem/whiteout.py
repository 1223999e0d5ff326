"""Marker names in a layer: ``.wh.NAME`` hides NAME below, ``.wh..wh..opq`` all that lower layers put beside it.

Other names that begin with ``.wh..wh.`` are AUFS bookkeeping and belong to the format, not to the filesystem.
"""

from __future__ import annotations

PREFIX = b".wh."
OPAQUE = b".wh..wh..opq"
META = b".wh..wh."

_INVALID = frozenset((b"", b".", b".."))


def whiteout_name(base: bytes) -> bytes:
    """The name that a sound whiteout hides."""
    return base[len(PREFIX) :].rstrip(b"/")


def hidden_name(base: bytes) -> bytes | None:
    """The name that a whiteout hides; None where it names nothing that can be hidden (``.wh.``, ``.wh..``).

    Engines differ wildly on those: some delete the directory they stand in, one even the root.
    """
    name = base[len(PREFIX) :]
    return None if name in _INVALID else name
