"""What was learnt of stored bytes, kept on disk between runs: a directory of files that may go at any time.

A name is made of where the bytes lie (the file, its version, the part of it), never of a digest that a document tells,
so that no image can speak for another. What is kept is an optimisation: whatever is wrong with the directory or with a
file in it is a miss, and nothing is raised for it. Files appear whole or not at all, several processes may use them at
once, and what was not used for longest goes first once there is too much.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import NewType

from xxhash import xxh3_128_digest

from imgscope import __version__
from imgscope.blob import Blob, Placed
from imgscope.errors import SettingsError, reason
from imgscope.units import parse_size

DIRECTORY, SIZE = "IMGSCOPE_CACHE_DIR", "IMGSCOPE_CACHE_SIZE"
"""Variables that say where the cache is, and how many bytes it may take; no bytes, no cache."""
MOST = 1_000_000_000

Key = NewType("Key", str)

_MAGIC = b"imgscope cache 1"
_SUM = 16
_BLOCK = 4096
"""Bytes that the smallest file takes on disk."""
_LITTLE = 64 << 10
"""Bytes of a blob that are read sooner than it is found out where the cache is."""
_LEVEL = 1
"""Of zstd: a table shrinks to a ninth, at 500 MB a second."""
_ENTRY = re.compile(r"[0-9a-f]{40}\.[a-z]+\Z")
_NEW = ".new-"
_ABANDONED = 3600
"""Seconds after which nobody is still writing a file."""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Shelf:
    """The place of one blob in a cache: what is put there was read of the bytes that it has while it stands."""

    def __init__(self, cache: Cache | None, blob: Blob) -> None:
        """Set it up before the first byte is read. Without a cache, and for little, nothing is found or kept."""
        self._cache = cache
        self._blob = blob
        self._key = key_of(blob) if cache and blob.size >= _LITTLE else None

    def __bool__(self) -> bool:
        """Whether anything may be found or kept."""
        return self._key is not None

    def get(self, kind: str) -> bytes | None:
        """What was put there, now or by an earlier run."""
        return self._cache.get(self._key, kind) if self._cache and self._key else None

    def put(self, kind: str, data: bytes) -> None:
        """Keep data, unless the file was written to since this was set up."""
        if self._cache and self._key and key_of(self._blob) == self._key:
            self._cache.put(self._key, kind, data)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a cache: what it takes on disk in bytes, and when it was last used, in nanoseconds."""

    path: str
    size: int
    used: int


def key_of(blob: Blob) -> Key | None:
    """What bytes are kept by; None where nothing may be kept of them."""
    extent = blob.extent() if isinstance(blob, Placed) else None
    return extent and Key(hashlib.sha256(repr((__version__, *extent)).encode()).hexdigest()[:40])


def user_cache() -> Cache:
    """The user's cache, where the environment or the system's custom puts it.

    Nothing is made or looked at before it is used. Raises SettingsError where a variable says no size.
    """
    most = os.environ.get(SIZE)
    try:
        size = parse_size(most) if most else MOST
    except ValueError as error:
        raise SettingsError(f"{SIZE}: {error}", hint=f"{SIZE}=500MB, or 0 for no cache") from error
    return Cache(os.environ.get(DIRECTORY) or None, size)


class Cache:
    """A directory of files by key and kind. Safe to use from several threads and processes."""

    def __init__(self, directory: str | None = None, most: int = MOST) -> None:
        """``directory``: None for the user's own, sought when it is needed; ``most``: bytes that it may take."""
        self.most = most
        self.problem: str | None = None
        """What is wrong with the directory, once something was: nothing more is kept."""
        self._directory = directory and os.path.abspath(directory)

    @property
    def directory(self) -> str:
        """Where it is; it need not be there."""
        if self._directory is None:
            from platformdirs import user_cache_dir  # slow to import, and small images need none of this

            self._directory = user_cache_dir("imgscope", appauthor=False)
        return self._directory

    def is_ours(self, *, make: bool = False) -> bool:
        """Whether the directory, which is made where that is asked for, may be used: nobody else may write to it."""
        try:
            if make and os.path.isabs(self.directory):
                os.makedirs(self.directory, mode=0o700, exist_ok=True)
            fault = _fault(self.directory)
        except FileNotFoundError:
            return False
        except OSError as error:
            fault = f"cannot be used: {reason(error)}"
        self.problem = self.problem or fault
        return fault is None

    def get(self, key: Key, kind: str) -> bytes | None:
        """What was put there, which is now the last used; None where that is gone or damaged."""
        data = self._read(self._path(key, kind)) if self.is_ours() else None
        if data is None or data[: len(_MAGIC)] != _MAGIC:
            return None
        packed = memoryview(data)[len(_MAGIC) + _SUM :]
        if data[len(_MAGIC) : len(_MAGIC) + _SUM] != xxh3_128_digest(packed):
            return None
        return _unpacked(packed)

    def put(self, key: Key, kind: str, data: bytes) -> None:
        """Keep data under a key and a kind, a word of small letters that says what the data are."""
        if self.problem or not self.is_ours(make=True):
            return
        packed = _packed(data)
        if len(packed) > self.most // 4:
            return
        try:
            self._write(self._path(key, kind), b"".join((_MAGIC, xxh3_128_digest(packed), packed)))
        except FileNotFoundError:  # someone clears it meanwhile
            return
        except OSError as error:
            self.problem = f"cannot be written to: {reason(error)}"
        # Looking at all files each time would cost more than most of them save: the more is written, the likelier.
        if random.random() * self.most < 16 * max(len(packed), _BLOCK):
            self.shrink()

    def entries(self) -> Iterator[Entry]:
        """All that is kept; nothing where the directory is not there, or not ours."""
        for name, status in self._files():
            if _ENTRY.match(name):
                yield Entry(os.path.join(self.directory, name), max(status.st_size, _BLOCK), status.st_mtime_ns)

    def shrink(self) -> None:
        """Remove what was not used for longest, until a sixteenth is free; and what nobody finished writing."""
        self._remove_unfinished(time.time_ns() - _ABANDONED * 1_000_000_000)
        entries = sorted(self.entries(), key=lambda entry: entry.used)
        total = sum(entry.size for entry in entries)
        if total <= self.most:
            return
        for entry in entries:
            if total <= self.most - self.most // 16:
                return
            with suppress(OSError):
                os.unlink(entry.path)
            total -= entry.size

    def clear(self) -> tuple[int, int]:
        """Remove all that is kept, and nothing else; how many files that were, and their bytes. Raises OSError."""
        self._remove_unfinished(time.time_ns())
        count = size = 0
        for entry in list(self.entries()):
            with suppress(FileNotFoundError):
                os.unlink(entry.path)
                count, size = count + 1, size + entry.size
        return count, size

    def _path(self, key: Key, kind: str) -> str:
        return os.path.join(self.directory, f"{key}.{kind}")

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        """The regular files of the directory."""
        with suppress(OSError):
            if _fault(self.directory):
                return
            with os.scandir(self.directory) as found:
                for each in found:
                    with suppress(OSError):
                        if each.is_file(follow_symlinks=False):
                            yield each.name, each.stat(follow_symlinks=False)

    def _remove_unfinished(self, before: int) -> None:
        for name, status in list(self._files()):
            if name.startswith(_NEW) and status.st_mtime_ns < before:
                with suppress(OSError):
                    os.unlink(os.path.join(self.directory, name))

    def _read(self, path: str) -> bytes | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | _NO_LINK)
        except OSError:
            return None
        try:
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return None
                data = file.read()
        except OSError:
            return None
        with suppress(OSError):  # what cannot be told to be of use is merely the first to go
            os.utime(path)
        return data

    def _write(self, path: str, data: bytes) -> None:
        """Write a file that appears whole, over whatever was there."""
        descriptor, new = tempfile.mkstemp(prefix=_NEW, dir=self.directory)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            os.replace(new, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(new)
            raise


def _fault(directory: str) -> str | None:
    """Why a directory may not be used. Raises OSError where that cannot be told, or it is not there."""
    link, status = os.lstat(directory), os.stat(directory)
    if not os.path.isabs(directory):
        return "has no absolute path"  # without a home directory it would be wherever imgscope was started
    if not stat.S_ISDIR(status.st_mode):
        return "is no directory"
    if hasattr(os, "geteuid") and {link.st_uid, status.st_uid} != {os.geteuid()}:
        return "belongs to somebody else"
    if os.name != "nt" and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "can be written to by others"
    return None


def _packed(data: bytes) -> bytes:
    packed: bytes = _zstd().compress(data, _LEVEL)
    return packed


def _unpacked(data: memoryview) -> bytes | None:
    zstd = _zstd()
    try:
        unpacked: bytes = zstd.decompress(data)
    except zstd.ZstdError:
        return None
    return unpacked


def _zstd() -> ModuleType:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
