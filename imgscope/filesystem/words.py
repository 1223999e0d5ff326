"""What stands at a path, in a word: for people and for machines, wherever it is told."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, SYMLINK

WHY = {
    Cause.OVERWRITTEN: "a later layer wrote another version",
    Cause.METADATA_ONLY: "a later layer copied it to change only mode, owner or time",
    Cause.DELETED: "a later layer deleted it",
    Cause.OPAQUE: "a later layer replaced its directory",
    Cause.TYPE_CHANGED: "a later layer put something of another type in its way",
    Cause.SHADOWED: "stored twice in one layer",
}
"""Why a body is waste."""
_LETTERS = {b"3": "c", b"4": "b", b"6": "p"}
_KINDS = {b"3": "character device", b"4": "block device", b"6": "FIFO"}
_TYPES = {b"3": "char", b"4": "block", b"6": "fifo"}


def mode_text(fs: FileSystem, kind: int, inode: int, mode: int) -> str:
    """``drwxr-xr-x``."""
    letter = {DIRECTORY: "d", FILE: "-", SYMLINK: "l"}.get(kind) or _LETTERS.get(fs.member(inode).type, "?")
    return letter + stat.filemode(mode & 0o7777)[1:]


def kind_text(fs: FileSystem, kind: int, inode: int) -> str:
    """What stands at a path, for people."""
    words = {DIRECTORY: "directory", FILE: "file", SYMLINK: "symlink"}
    return words.get(kind) or _KINDS.get(fs.member(inode).type, "of unknown type")


def type_name(fs: FileSystem, kind: int, inode: int) -> str:
    """The same as a name of the report's contract; a hard link is what it links to."""
    names = {DIRECTORY: "dir", FILE: "file", SYMLINK: "symlink"}
    return names.get(kind) or _TYPES.get(fs.member(inode).type, "other")


def time_text(mtime: int) -> str:
    """Seconds as ``2026-10-02 14:11``; what no calendar has, as a number."""
    try:
        return datetime.fromtimestamp(mtime, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return f"@{mtime}"
