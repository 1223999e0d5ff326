"""What stands at a path, in a word: for people and for machines, wherever it is told."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, SYMLINK
from imgscope.tar import typeflag

WHY = {
    Cause.OVERWRITTEN: "a later layer wrote another version",
    Cause.METADATA_ONLY: "a later layer copied it to change only mode, owner or time",
    Cause.DELETED: "a later layer deleted it",
    Cause.OPAQUE: "a later layer replaced its directory",
    Cause.TYPE_CHANGED: "a later layer put something of another type in its way",
    Cause.SHADOWED: "stored twice in one layer",
}
"""Why a body is waste."""
_LETTERS = {typeflag.CHARACTER_DEVICE: "c", typeflag.BLOCK_DEVICE: "b", typeflag.FIFO: "p"}
_KINDS = {
    typeflag.CHARACTER_DEVICE: "character device",
    typeflag.BLOCK_DEVICE: "block device",
    typeflag.FIFO: "FIFO",
}
_TYPES = {typeflag.CHARACTER_DEVICE: "char", typeflag.BLOCK_DEVICE: "block", typeflag.FIFO: "fifo"}


def type_of(fs: FileSystem, entry: int) -> int:
    """The type flag of an entry's header."""
    layer, row = fs.locate(entry)
    table = fs.tables[layer]
    assert table is not None
    return table.type[row]


def mode_text(fs: FileSystem, kind: int, inode: int, mode: int) -> str:
    """``drwxr-xr-x``."""
    letter = {DIRECTORY: "d", FILE: "-", SYMLINK: "l"}.get(kind) or _LETTERS.get(type_of(fs, inode), "?")
    return letter + stat.filemode(mode & 0o7777)[1:]


def kind_text(fs: FileSystem, kind: int, inode: int) -> str:
    """What stands at a path, for people."""
    words = {DIRECTORY: "directory", FILE: "file", SYMLINK: "symlink"}
    return words.get(kind) or _KINDS.get(type_of(fs, inode), "of unknown type")


def type_name(fs: FileSystem, kind: int, inode: int) -> str:
    """The same as a name of the report's contract; a hard link is what it links to."""
    names = {DIRECTORY: "dir", FILE: "file", SYMLINK: "symlink"}
    return names.get(kind) or _TYPES.get(type_of(fs, inode), "other")


def time_text(mtime: int, *, seconds: bool = False) -> str:
    """Seconds as ``2026-10-02 14:11``, or with ``seconds`` to the second; what no calendar has, as a number."""
    try:
        return datetime.fromtimestamp(mtime, UTC).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return f"@{mtime}"
