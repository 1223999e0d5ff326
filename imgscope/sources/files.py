"""A regular file that several threads read at any position."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from typing import NamedTuple

from imgscope import errors
from imgscope.blob import Extent
from imgscope.errors import SourceError

_PREAD = hasattr(os, "pread")
_SETTLED = 2_000_000_000
"""Nanoseconds after which another write gives a file another time: FAT counts in steps of two seconds."""


class OpenFile:
    """A file on disk, opened once. Not a name: it may be unlinked and is still readable."""

    def __init__(self, descriptor: int, path: str) -> None:
        """Take over an open descriptor, which is closed if it cannot be used. Raises SourceError."""
        self.path = path
        self.descriptor = descriptor
        self._lock = threading.Lock()
        try:
            status = os.fstat(descriptor)
        except OSError as error:
            self.close()
            raise SourceError(reason(error), file=path) from error
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise SourceError("not a regular file", file=path)
        self.size = status.st_size
        self.stamp = stamp(status)
        version = _version(status)
        settled = version is not None and time.time_ns() - max(version.modified, version.changed) >= _SETTLED
        self._version = version if settled else None

    @classmethod
    def open(cls, path: str) -> OpenFile:
        """Open a regular file. Raises SourceError with the system's reason; never waits for a FIFO."""
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            descriptor = os.open(path, flags)
        except OSError as error:
            raise SourceError(reason(error), file=path) from error
        return cls(descriptor, path)

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only at the end."""
        try:
            data = os.pread(self.descriptor, size, offset) if _PREAD else self._read(offset, size)
            if len(data) < size:
                data = self._rest(data, offset, size)
        except OSError as error:
            what = reason(error) if self.descriptor >= 0 else "closed before it was read"
            raise SourceError(what, file=self.path, offset=offset) from error
        return data

    def _rest(self, data: bytes, offset: int, size: int) -> bytes:
        """What was read, and what is missing of it: the system may give less than it is asked for."""
        size = min(size, self.size - offset)
        parts = [data]
        while data and (missing := size - sum(map(len, parts))) > 0:
            data = self._read(offset + size - missing, missing)
            parts.append(data)
        if sum(map(len, parts)) < size:
            raise SourceError("the file became shorter while it was read", file=self.path, offset=offset)
        return b"".join(parts)

    def _read(self, offset: int, size: int) -> bytes:
        if _PREAD:
            return os.pread(self.descriptor, size, offset)
        with self._lock:  # Windows has no pread
            os.lseek(self.descriptor, offset, os.SEEK_SET)
            return os.read(self.descriptor, size)

    def changed(self) -> bool:
        """Whether it was written to since it was opened: what was read before and after may not belong together."""
        try:
            return stamp(os.fstat(self.descriptor)) != self.stamp
        except OSError:
            return True

    def extent(self, offset: int, length: int) -> Extent | None:
        """A part of it; None for a temporary copy, and once more than one content may have been read."""
        try:
            version = _version(os.fstat(self.descriptor))
        except OSError:
            return None
        return Extent(*version, offset, length) if version and version == self._version else None

    def close(self) -> None:
        """Close it; closing twice is fine."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class FileBlob:
    """A part of an open file: all of it, or one member of an archive."""

    def __init__(self, file: OpenFile, name: str, offset: int = 0, size: int | None = None) -> None:
        self.name = name
        self.size = file.size - offset if size is None else size
        self._file = file
        self._offset = offset

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only at the end."""
        size = min(size, self.size - offset)
        return self._file.read_at(self._offset + offset, size) if size > 0 else b""

    def extent(self) -> Extent | None:
        """Where it lies."""
        return self._file.extent(self._offset, self.size)

    def lend(self) -> tuple[int, int]:
        """What another process reads it from."""
        return self._file.descriptor, self._offset


class _Version(NamedTuple):
    device: int
    inode: int
    size: int
    modified: int
    changed: int


def _version(status: os.stat_result) -> _Version | None:
    """What tells a file, and itself before and after a write, from all others; None where nothing does for long."""
    # What Windows gives for the time of the last change is that of the creation.
    if os.name == "nt" or not status.st_nlink or not status.st_ino:
        return None
    return _Version(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def stamp(status: os.stat_result) -> tuple[int, int]:
    """What differs once a file was written to: its size, and when that was, in nanoseconds."""
    return status.st_size, status.st_mtime_ns


def reason(error: OSError) -> str:
    """The system's words, but for the error that everyone meets."""
    return "no such file" if error.errno == errno.ENOENT else errors.reason(error)
