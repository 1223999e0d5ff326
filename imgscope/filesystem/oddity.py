"""What is odd in a layer and no error: engines differ on it, or refuse it, or nobody would expect it."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Oddity(StrEnum):
    """A stable code, which reports show, and a sentence about the path that it is told of."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Self:
        """A member is its code."""
        oddity = str.__new__(cls, code)
        oddity._value_ = code
        oddity.sentence = sentence
        return oddity

    INVALID_WHITEOUT = (
        "invalid-whiteout",
        "a whiteout that names nothing is ignored; some engines would delete its directory",
    )
    CLIMBING_NAME = "climbing-name", "a name with '..' is kept inside the root; Docker and Podman refuse it"
    IMPLIED_DIRECTORY = (
        "implied-directory",
        "gives way to a directory that has no entry of its own; most engines refuse that",
    )
    ROOT_ENTRY = "root-entry", "an entry for the root that is no directory is ignored"
    DUPLICATE_ENTRY = "duplicate-entry", "stored more than once in the layer; the last counts"
    BROKEN_HARD_LINK = "broken-hard-link", "a hard link to nothing; engines refuse the layer"
    ORDER_DEPENDENT = (
        "order-dependent",
        "a marker stands behind what the same layer put there: Docker, containerd and Podman delete it",
    )
    THROUGH_SYMLINK = (
        "through-symlink",
        "reached through a link of a lower layer; on overlayfs a directory would take the link's place",
    )
    OVERLAY_MARKER = (
        "overlay-marker",
        "a marker of overlayfs, which container engines do not heed; it is shown as what it is",
    )
    UNKNOWN_TYPE = "unknown-type", "an entry of unknown type, which Docker and containerd refuse"
    SYMLINK_LOOP = "symlink-loop", "leads through a loop of symlinks"
