"""Recognise how bytes are compressed, and bring them back as a bounded stream of chunks.

Content decides, never a name or a media type. gzip comes from isal (about 2.5 times zlib's speed), zstd from the
standard library or its backport. All of them stop at the end of one member or frame, say nothing about truncation
and would gladly inflate a few kilobytes to terabytes; the loop here goes on to the next member, demands the end it
was promised, and counts. It can begin in the middle, where it is told how (:class:`Start`).
"""

from __future__ import annotations

import bz2
import lzma
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache, partial
from typing import NamedTuple, Protocol

from imgscope.blob import Blob
from imgscope.errors import CompressionError, ImgscopeError, LimitError
from imgscope.limits import DEFAULT_LIMITS, Limits

_PIECE = 64 << 10
_CHUNK = 256 << 10  # a quarter faster than 1 MiB: larger ones are new pages each time, and leave the cache
_XZ_MEMORY = 256 << 20
_TRAILER = 8
"""Bytes of a gzip member behind its last block: a checksum and a length."""
_EVEN_BLOCK, _ODD_BLOCK = 0b10, 0x46AFF90000000000081C004
_ONE_FIELD = (b"", b"\0", b"\4", b"\x08", b"\x10")
"""Flags of a gzip header with at most one field (extra, name, comment) behind its first ten bytes."""


class Codec(StrEnum):
    """How bytes are stored; the values are those of reports."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    XZ = "xz"
    BZIP2 = "bzip2"


class Start(NamedTuple):
    """A place where decompression can begin: at ``stored`` bytes into the blob, ``content`` bytes into the content.

    Where ``window`` is None a member or frame begins there; else it is the inside of a gzip member, between two blocks
    of deflate: ``window`` are the last bytes of content before it, at most 32 KiB of them, and the last ``bits`` bits
    of the byte before still belong to what follows.
    """

    stored: int = 0
    content: int = 0
    bits: int = 0
    window: bytes | None = None


BEGINNING = Start()


class _Decompressor(Protocol):
    """What bz2, lzma, zstd and isal have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


# Magic numbers that mean "compressed, but not by anything read here".
_UNSUPPORTED = (
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP", "lzip"),
    (b"\x1f\x9d", "compress (.Z)"),
    (b"\x5d\x00\x00", "lzma"),
)


def recognise(head: bytes) -> Codec:
    """The codec of data that begins with ``head`` (eight bytes are enough)."""
    if head[:3] == b"\x1f\x8b\x08":
        return Codec.GZIP
    # A zstd:chunked layer may begin with a skippable frame (184D2A50 to 5F).
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):
        return Codec.ZSTD
    if head[:6] == b"\xfd7zXZ\x00":
        return Codec.XZ
    if head[:3] == b"BZh" and head[4:8] in (b"", b"1AY&", b"\x17rE8"):
        return Codec.BZIP2
    return Codec.NONE


def unsupported(head: bytes) -> str | None:
    """The name of a codec that is recognised but not read."""
    return next((name for magic, name in _UNSUPPORTED if head.startswith(magic)), None)


def _gzip() -> _Decompressor:
    return _gzip_backend()()


@cache
def _gzip_backend() -> Callable[[], _Decompressor]:
    """isal, or zlib on a platform without a wheel of it. Asked once: a failed import costs more than a small member."""
    try:
        from isal import igzip_lib
    except ImportError:
        return _ZlibMember
    return partial(igzip_lib.IgzipDecompressor, flag=igzip_lib.DECOMP_GZIP)


def _zstd() -> _Decompressor:
    # Asked by version, not by try: a failed import costs 25 small frames, and some layers have a frame for each file.
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdDecompressor
    else:
        from backports.zstd import ZstdDecompressor
    decompressor: _Decompressor = ZstdDecompressor()
    return decompressor


class _ZlibMember:
    """zlib's gzip reader behind the interface of the others."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(wbits=31)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._inner.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._rest + data, max_length)
        self._rest = self._inner.unconsumed_tail
        return out


class _InsideMember:
    """The rest of a gzip member from one of its blocks on. Of its trailer no more is asked than that it is there."""

    def __init__(self, window: bytes, first: bytes) -> None:
        """``first``: what is to be read before all else, the bits that do not fill a byte."""
        try:
            from isal import isal_zlib as backend
        except ImportError:
            import zlib as backend  # type: ignore[no-redef]

        self._inner = backend.decompressobj(-15, zdict=window) if window else backend.decompressobj(-15)
        self._rest = first

    @property
    def eof(self) -> bool:
        return self._inner.eof and len(self._rest) >= _TRAILER

    @property
    def unused_data(self) -> bytes:
        return self._rest[_TRAILER:]

    @property
    def needs_input(self) -> bool:
        return not self.eof and (self._inner.eof or not self._rest)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._rest += data
        if self._inner.eof:
            return b""
        out: bytes = self._inner.decompress(self._rest, max_length)
        self._rest = self._inner.unused_data or self._inner.unconsumed_tail  # behind its last block, or before
        return out


def _led_in(byte: int, bits: int) -> bytes:
    """Whole bytes that end with the last ``bits`` bits of a byte: blocks without content stand before those.

    Decompressors of deflate begin at whole bytes only. An empty block of fixed codes has ten bits; as all its
    multiples are even, an odd number of bits takes one that tells its own codes, and has 91.
    """
    value, length = (_ODD_BLOCK, 91) if bits % 2 else (0, 0)
    while (length + bits) % 8:
        value, length = value | _EVEN_BLOCK << length, length + 10
    return (value | byte >> 8 - bits << length).to_bytes((length + bits) // 8, "little")


_OPENERS: dict[Codec, Callable[[], _Decompressor]] = {
    Codec.GZIP: _gzip,
    Codec.ZSTD: _zstd,
    Codec.XZ: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    Codec.BZIP2: bz2.BZ2Decompressor,
}


def chunks(
    blob: Blob,
    codec: Codec,
    *,
    limits: Limits = DEFAULT_LIMITS,
    advance: Callable[[int], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
    start: Start = BEGINNING,
    mark: Callable[[Start], None] | None = None,
) -> Iterator[bytes]:
    """The decompressed content of ``blob`` from ``start`` on, in pieces of at most 256 KiB, none of them empty.

    ``advance`` is told how many stored bytes were taken in; ``warn`` what stands behind the compressed data; ``mark``
    where each further member or frame begins. Raises CompressionError (damage, truncation; the offset is of the stored
    bytes) and LimitError.
    """
    total = start.content
    for piece in _stored(blob, advance) if codec is Codec.NONE else _inflate(blob, codec, start, advance, warn, mark):
        total += len(piece)
        if total > limits.max_inflated:
            raise LimitError(
                f"decompresses to more than {limits.max_inflated} bytes",
                member=blob.name,
                hint="raise the limit with --max-inflated if the image really is that large",
            )
        yield piece


def _stored(blob: Blob, advance: Callable[[int], None]) -> Iterator[bytes]:
    for offset in range(0, blob.size, _CHUNK):
        piece = blob.read_at(offset, _CHUNK)
        advance(len(piece))
        yield piece


def _inflate(
    blob: Blob,
    codec: Codec,
    start: Start,
    advance: Callable[[int], None],
    warn: Callable[[str], None],
    mark: Callable[[Start], None] | None,
) -> Iterator[bytes]:
    position, content = start.stored, start.content
    data = b""
    decompressor = _entered(blob, codec, start)
    while True:
        if decompressor.eof:
            data = decompressor.unused_data
            more = blob.read_at(position, max(0, 8 - len(data)))
            position += len(more)
            advance(len(more))
            data += more
            if recognise(data) is not codec:
                behind = _behind_the_end(blob, position, data)
                # Frames to be skipped stand before lz4 just as before zstd: with nothing in them, it is not ours.
                if behind and not content:
                    raise CompressionError(f"no {codec} data before other bytes", member=blob.name, offset=position)
                if behind:
                    warn(f"{behind} bytes behind the end of the compressed data")
                return
            decompressor = _opened(codec, data)
            if mark:
                mark(Start(position - len(data), content))
        elif decompressor.needs_input:
            data = blob.read_at(position, _PIECE)
            if not data:
                raise CompressionError(
                    f"the {codec} data is cut short",
                    member=blob.name,
                    offset=position,
                    hint="save the image again",
                )
            position += len(data)
            advance(len(data))
        else:
            data = b""
        try:
            out = decompressor.decompress(data, _CHUNK)
        except MemoryError:
            raise
        except Exception as error:
            raise _trouble(codec, str(error)).located(member=blob.name, offset=position) from error
        if out:
            content += len(out)
            yield out


def _entered(blob: Blob, codec: Codec, start: Start) -> _Decompressor:
    """What decompresses from ``start`` on."""
    if start.window is None:
        return _opened(codec, blob.read_at(start.stored, 4))
    before = blob.read_at(start.stored - 1, 1) if start.bits else b""
    return _InsideMember(start.window, _led_in(before[0], start.bits) if before else b"")


def _opened(codec: Codec, head: bytes) -> _Decompressor:
    """What decompresses the member or frame that begins with ``head``."""
    # Where a header of several fields lies in two pieces, isal forgets the rest of them; and it passes over flags that
    # nobody has defined, which zlib refuses.
    if codec is Codec.GZIP and head[3:4] not in _ONE_FIELD:
        return _ZlibMember()
    return _OPENERS[codec]()


def _trouble(codec: Codec, message: str) -> ImgscopeError:
    """What a codec says went wrong: damage, or a writer that asks every reader for more memory than is given."""
    if codec is Codec.ZSTD and "too much memory" in message:
        hint = "raising this limit is not supported; compress the image with a smaller window (zstd --long=27)"
        return LimitError("the zstd data needs a window of more than 128 MiB", hint=hint)
    if codec is Codec.XZ and "Memory usage limit" in message:
        hint = "raising this limit is not supported; compress the image with a smaller dictionary (xz -9 or less)"
        return LimitError("the xz data needs more than 256 MiB of memory", hint=hint)
    return CompressionError(f"damaged {codec} data ({message})", hint="save the image again")


def _behind_the_end(blob: Blob, position: int, data: bytes) -> int:
    """How many bytes stand behind the last member; none where they are zeros, which are common padding."""
    total = len(data) + blob.size - position
    while data and not data.strip(b"\0"):
        data = blob.read_at(position, _PIECE)
        position += len(data)
    return total if data else 0
