"""Owners, modes and times of what was written; what cannot be set is told, and stops nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

OWNER = "its owner could not be set"
MODE = "its mode could not be set"
TIME = "its time could not be set"
BITS = "set-user-ID and set-group-ID bits are left out"

_SECOND = 10**9
_NOBODY = 0xFFFFFFFF  # means "leave it" to the system


class Attributes(NamedTuple):
    """As an entry has them; any number may stand there. Without a time, that of writing stays."""

    mode: int
    uid: int
    gid: int
    mtime: int | None


def dress(file: int, attributes: Attributes, *, owner: bool) -> list[str]:
    """Set what an open file or directory looks like; return what could not be.

    Without its owner a file gets no set-user-ID bit: it would lend the rights of whoever extracts it.
    """
    failed = []
    mode = attributes.mode & 0o7777
    owned = owner and _owned(attributes, lambda uid, gid: os.fchown(file, uid, gid))
    if owner and not owned:
        failed.append(OWNER)
    if mode & 0o6000 and not owned:
        failed.append(BITS)
        mode &= 0o1777
    if not _done(lambda: os.fchmod(file, mode)):  # after the owner: giving a file away clears bits of it
        failed.append(MODE)
    if not _timed(attributes, lambda times: os.utime(file, ns=times)):
        failed.append(TIME)
    return failed


def dress_link(name: bytes, directory: int, attributes: Attributes, *, owner: bool) -> list[str]:
    """Set owner and time of a symlink itself; return what could not be."""
    failed = []

    def give(uid: int, gid: int) -> None:
        os.chown(name, uid, gid, dir_fd=directory, follow_symlinks=False)

    def date(times: tuple[int, int]) -> None:
        os.utime(name, ns=times, dir_fd=directory, follow_symlinks=False)

    if owner and not _owned(attributes, give):
        failed.append(OWNER)
    if not _timed(attributes, date):
        failed.append(TIME)
    return failed


def give(file: int, xattrs: Mapping[bytes, bytes]) -> bool:
    """Set extended attributes; False where not all of them could be."""
    if not hasattr(os, "setxattr"):
        return not xattrs
    done = [
        _done(partial(os.setxattr, file, name, value)) for name, value in xattrs.items()
    ]  # not only up to a failure
    return all(done)


def _owned(attributes: Attributes, give: Callable[[int, int], None]) -> bool:
    uid, gid = attributes.uid, attributes.gid
    return 0 <= uid < _NOBODY and 0 <= gid < _NOBODY and _done(lambda: give(uid, gid))


def _timed(attributes: Attributes, date: Callable[[tuple[int, int]], None]) -> bool:
    if attributes.mtime is None:
        return True
    time = attributes.mtime * _SECOND
    return _done(lambda: date((time, time)))


def _done(action: Callable[[], None]) -> bool:
    try:
        action()
    except (OSError, OverflowError, ValueError):
        return False
    return True
