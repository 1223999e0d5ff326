"""The path that the user named: looked at before anything is written, and the directory it lies in opened.

What lies above the target is the user's own: it is made where it is missing, and links in it are followed. The target
itself is never followed if it is a link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from imgscope.errors import OccupiedError, SettingsError, reason

_SAFE = os.supports_dir_fd >= {os.open, os.mkdir, os.stat, os.link, os.rename, os.symlink, os.unlink}
_ANOTHER = "choose another name"


def check(target: str, *, directory: bool, overwrite: bool) -> None:
    """Raise SettingsError if something is at ``target`` that must not be written to, or nothing can be written.

    A directory may be there already if it is empty, or if overwriting is asked for. Anything else in its place stays,
    and so does a directory where a file shall be.
    """
    if not _SAFE:
        # Without directory descriptors a link can be planted between looking and writing.
        raise SettingsError(
            "this system has no safe way to write an image's files", hint="extract on Linux or macOS, or in WSL"
        )
    path = os.path.join(*_split(target))
    try:
        there = os.lstat(path)
        occupied = stat.S_ISDIR(there.st_mode) and (not directory or bool(os.listdir(path)))
    except (FileNotFoundError, NotADirectoryError):
        return  # the latter is for opening to tell: a parent is a file
    except OSError as error:
        raise SettingsError(f"cannot write {target}: {reason(error)}") from error
    _refuse(target, there.st_mode, occupied=occupied, directory=directory, overwrite=overwrite)


def _refuse(target: str, mode: int, *, occupied: bool, directory: bool, overwrite: bool) -> None:
    """Raise SettingsError for what is there, unless it may be written to."""
    if stat.S_ISDIR(mode) and not directory:
        raise SettingsError(f"{target} exists and is a directory", hint=_ANOTHER)
    if directory and stat.S_ISLNK(mode):
        raise SettingsError(f"{target} exists and is a symbolic link", hint="name what it leads to, or another path")
    if directory and not stat.S_ISDIR(mode):
        raise SettingsError(f"{target} exists and is not a directory", hint=_ANOTHER)
    if not overwrite and (occupied or not directory):
        what = "exists and is not empty" if directory else "exists"
        raise OccupiedError(f"{target} {what}", hint=f"{_ANOTHER}, or allow overwriting")


@contextmanager
def anchored(target: str) -> Iterator[tuple[int, bytes]]:
    """A descriptor of the directory that ``target`` lies in, made if need be, and its name there."""
    parent, name = _split(target)
    try:
        os.makedirs(parent or ".", exist_ok=True)
        anchor = os.open(parent or ".", os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise SettingsError(f"cannot write {target}: {reason(error)}") from error
    try:
        yield anchor, os.fsencode(name)
    finally:
        os.close(anchor)


def _split(target: str) -> tuple[str, str]:
    """Directory and name; ``.`` and ``..`` get the name that they stand for."""
    if not target or "\0" in target:
        raise SettingsError("the name of the file to write is empty or has a NUL in it", hint=_ANOTHER)
    parent, name = os.path.split(target.rstrip("/"))
    if name in ("", ".", ".."):
        parent, name = os.path.split(os.path.realpath(target))
    if not name:
        raise SettingsError(f"cannot write {target}: it is the root directory", hint=_ANOTHER)
    return parent, name
