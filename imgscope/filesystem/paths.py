"""Names as stored → components of a path inside the root. Lexical only; links are the business of ``rootfs``."""

from __future__ import annotations


def steps(path: bytes) -> list[bytes]:
    """The names in a path that is to be walked; ``..`` stays, for where it leads depends on links before it."""
    return [part for part in path.split(b"/") if part and part != b"."]


def components(path: bytes) -> tuple[list[bytes], bool]:
    """The parts of a path without empty ones and ``.``; ``..`` takes the last away, never leaving the root.

    The flag says whether ``..`` was used: Docker and Podman refuse names that climb, containerd and umoci clamp.
    """
    if b".." not in path:
        return [part for part in path.split(b"/") if part and part != b"."], False
    parts: list[bytes] = []
    climbs = False
    for part in path.split(b"/"):
        if part == b"..":
            climbs = True
            if parts:
                parts.pop()
        elif part and part != b".":
            parts.append(part)
    return parts, climbs


def normal(path: bytes) -> bytes:
    """A stored name as reports write it: no leading ``./`` or ``/``, no trailing slash, the root empty."""
    return b"/".join(components(path)[0])
