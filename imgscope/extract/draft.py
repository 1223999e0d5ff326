"""Draft: a file that is being written under a name of its own, so that no half-written one has its real name."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from secrets import token_hex
from types import TracebackType
from typing import Self

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE = 1 << 20
Segments = tuple[tuple[int, int], ...]
"""Offset and length of what is stored, in order; the rest are holes."""


def fresh_name() -> bytes:
    """A name that nothing else has."""
    return b".imgscope-" + token_hex(8).encode()


class Draft:
    """A new file in an open directory. Leaving the ``with`` takes its own name away; names it was given stay."""

    def __init__(self, directory: int) -> None:
        self._moved = False
        self._name = fresh_name()
        self._directory = os.dup(directory)
        try:
            self.file = os.open(self._name, _NEW, 0o600, dir_fd=self._directory)
        except BaseException:
            # Whoever interrupts may do so when it is there and this does not know it yet.
            with suppress(OSError):
                os.unlink(self._name, dir_fd=self._directory)
            os.close(self._directory)
            raise

    def link(self, directory: int, name: bytes, *, replace: bool) -> None:
        """Give it a name, or one more, in an open directory; what is there is replaced at once, or in the way.

        Raises OSError: FileExistsError, IsADirectoryError, and whatever says that links are not possible there.
        """
        if self._moved:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        made = fresh_name() if replace else name
        os.link(self._name, made, src_dir_fd=self._directory, dst_dir_fd=directory, follow_symlinks=False)
        if replace:
            try:
                os.rename(made, name, src_dir_fd=directory, dst_dir_fd=directory)
            finally:  # it is still there where both were the same file already
                with suppress(FileNotFoundError):
                    os.unlink(made, dir_fd=directory)

    def move(self, name: bytes, *, replace: bool) -> None:
        """Give it a name in its own directory where links are not possible. Raises OSError."""
        if not replace and _exists(name, self._directory):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        os.rename(self._name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        self._moved = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            os.close(self.file)
        finally:
            if not self._moved:
                with suppress(FileNotFoundError):
                    os.unlink(self._name, dir_fd=self._directory)
            os.close(self._directory)


def _exists(name: bytes, directory: int) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def fill(file: int, pieces: Iterable[bytes | memoryview], segments: Segments, size: int) -> None:
    """Write stored pieces where they belong in an empty file of ``size`` bytes; what is between stays a hole."""
    places = iter(segments)
    position = left = 0
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            while not left:
                offset, left = next(places)
                if offset != position:
                    position = os.lseek(file, offset, os.SEEK_SET)
            written = os.write(file, rest[:left])
            rest = rest[written:]
            left -= written
            position += written
    if position != size:
        os.ftruncate(file, size)
    os.close(os.dup(file))  # on a network's file system this is when a lack of space is told


def stored_pieces(file: int, segments: Segments) -> Iterator[bytes]:
    """What :func:`fill` wrote, read again."""
    for start, length in segments:
        for offset in range(start, start + length, _PIECE):
            yield os.pread(file, min(_PIECE, start + length - offset), offset)
