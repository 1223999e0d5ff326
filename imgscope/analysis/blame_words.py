"""What happened to a path, in words: the same wherever people are told."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.analysis.blame import Changed, Did
from imgscope.filesystem.model import Cause

HIDDEN = {
    Cause.OVERWRITTEN: "overwritten by layer {}",
    Cause.METADATA_ONLY: "copied as it is by layer {}",
    Cause.DELETED: "deleted by layer {}",
    Cause.OPAQUE: "its directory replaced by layer {}",
    Cause.TYPE_CHANGED: "another type in its way since layer {}",
    Cause.SHADOWED: "stored twice in layer {}",
}
"""Why a body is waste, by the layer that hid it."""
TYPES = {
    "file": "file",
    "dir": "directory",
    "symlink": "symlink",
    "hardlink": "hard link",
    "char": "character device",
    "block": "block device",
    "fifo": "FIFO",
    "other": "of unknown type",
}
"""By the names of the report's contract."""
_ATTRIBUTES = (Changed.MODE, Changed.OWNER, Changed.XATTRS, Changed.TIME)
_WORDS = {Did.LINKED: "hard link made", Did.REWRITTEN: "written again", Did.SHADOWED: "stored"}


def what(did: Did, changed: Sequence[Changed], type_: str) -> str:
    """What a layer did, in few words; ``type_`` is what stands there now. How a path was removed is told beside."""
    if did is Did.RETYPED:
        return f"became a {TYPES[type_]}"
    if did is Did.MODIFIED:
        if changed[0] in _ATTRIBUTES:
            return f"only {', '.join(changed)}"
        return ", ".join(one for one in changed if one is not Changed.TIME)  # which all else takes along
    return _WORDS.get(did, did.value)
