"""Where a scan gets its bytes: a blob that can be read anywhere, or a stream that only goes forward.

Both hand out *windows*: bytes from a position on. A scan works inside one window as long as it can and asks for
the next when a header lies beyond it, so a body between two windows is never read from a blob, and never copied
from a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from xxhash import xxh3_128, xxh3_128_digest

from imgscope.blob import Blob
from imgscope.tar.block import BLOCK

_SMALLEST, _LARGEST = BLOCK, 64 << 10
_DRAIN = 1 << 20
_TELL = 256 << 10  # bytes worth telling an observer of: more often would cost as much as reading


def _ignore(_amount: int) -> None:
    """Nobody is told."""


class Feed(Protocol):
    """Bytes for a scan. Positions given to it never decrease by more than the window last returned."""

    length: int
    """Length of the whole; certain once :meth:`at` came back short or :meth:`finish` was called."""
    passing: bool
    """Whether bodies pass by whatever is asked for, so that :meth:`fingerprint` costs no reading."""

    def at(self, position: int, need: int = BLOCK) -> bytes:
        """A window from ``position``: ``need`` bytes or more, fewer only at the end."""

    def around(self, position: int) -> tuple[bytes, int]:
        """The same as it lies in memory, with the position that it begins at: at or before ``position``."""

    def fingerprint(self, position: int, size: int) -> bytes:
        """The xxh3_128 digest of a body that passes by; only where :attr:`passing`, and between two windows."""

    def finish(self, position: int) -> int:
        """Read on to the end; return how far after ``position`` the last byte that is not NUL lies (0: none)."""


class BlobFeed:
    """Leaps from header to header in a blob.

    The window grows while one read serves several headers (many small files) and shrinks while it serves one, so
    that neither a call per small file nor a page of body per large one is paid for.
    """

    passing = False

    def __init__(self, blob: Blob, advance: Callable[[int], None] = _ignore) -> None:
        self.length = blob.size
        self._read_at = blob.read_at
        self._advance = advance
        self._window = 8 * BLOCK
        self._told = self._to = 0

    def at(self, position: int, need: int = BLOCK) -> bytes:
        """A window from ``position``; its size follows what the last one was good for."""
        leap, size = position - self._to, self._window
        # A window that ended in the very block asked for now was read through; one left at a bound was a leap.
        if leap <= BLOCK and size < _LARGEST:
            self._window = size = 2 * size
        elif size > _SMALLEST and leap > size:
            self._window = size = size // 2
        if position - self._told >= _TELL:
            self._advance(position - self._told)
            self._told = position
        window = self._read_at(position, max(need, size))
        self._to = position + len(window)
        return window

    def around(self, position: int) -> tuple[bytes, int]:
        """A window that begins at ``position``."""
        return self.at(position), position

    def fingerprint(self, position: int, size: int) -> bytes:
        """Never asked for: bodies are leapt over."""
        raise NotImplementedError

    def finish(self, position: int) -> int:
        """Read what lies behind ``position`` (mostly zeros) in bounded pieces."""
        self._advance(self.length - self._told)
        self._told = self.length
        last = 0
        for offset in range(position, self.length, _DRAIN):
            used = len(self._read_at(offset, min(_DRAIN, self.length - offset)).rstrip(b"\0"))
            if used:
                last = offset - position + used
        return last


class StreamFeed:
    """Walks forward through decompressed chunks, dropping what lies between headers."""

    passing = True

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._start = 0
        self.length = 0

    def at(self, position: int, need: int = BLOCK) -> bytes:
        """A window from ``position``: the rest of the chunk it lies in, joined with the next where that is short."""
        while self._start + len(self._chunk) <= position:
            if not self._next():
                return b""
        window = self._chunk[position - self._start :]
        if len(window) >= need:
            return window
        parts, have = [window], len(window)
        while have < need and self._next():
            parts.append(self._chunk)
            have += len(self._chunk)
        self._chunk = b"".join(parts)
        self._start = position
        return self._chunk

    def around(self, position: int) -> tuple[bytes, int]:
        """The chunk that ``position`` lies in, uncopied, where a whole block of it is left."""
        while self._start + len(self._chunk) <= position and self._next():
            pass
        if position + BLOCK <= self._start + len(self._chunk):
            return self._chunk, self._start
        return self.at(position), position

    def fingerprint(self, position: int, size: int) -> bytes:
        """The xxh3_128 digest of what passes by; of less where the stream ends early."""
        start = position - self._start
        if start + size <= len(self._chunk):
            return xxh3_128_digest(memoryview(self._chunk)[start : start + size])
        digest, end = xxh3_128(), position + size
        while True:
            digest.update(memoryview(self._chunk)[max(position - self._start, 0) : end - self._start])
            if self._start + len(self._chunk) >= end or not self._next():
                return digest.digest()

    def finish(self, position: int) -> int:
        """Read the stream to its end."""
        last = 0
        while True:
            skipped = max(position - self._start, 0)
            used = len(self._chunk[skipped:].rstrip(b"\0"))
            if used:
                last = self._start + skipped + used - position
            if not self._next():
                return last

    def _next(self) -> bool:
        """Go to the next chunk; False at the end, which then is known."""
        chunk = next(self._chunks, b"")
        self.length += len(chunk)
        if not chunk:
            return False
        self._start += len(self._chunk)
        self._chunk = chunk
        return True
