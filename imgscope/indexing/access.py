"""Where decompression of a layer can begin, so that its last file opens without all that stands before it.

Members of gzip and frames of zstd, xz and bzip2 begin at places that whoever decompresses them comes by. The inside of
a gzip member can be entered between two blocks of it, by who has the 32 KiB before; finding such places takes a pass
of its own, by ``indexed_gzip``, which is only ever given what has been read whole and sound before. The inside of a
zstd frame and of an xz block cannot be entered: what lies in a long one is decompressed from its beginning.

Points are kept in memory and in the cache. They say where to begin, not what is read: it is decompressed within the
same limits, and a whole body is compared with its fingerprint.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, RawIOBase
from itertools import pairwise
from threading import Lock
from typing import Any

from imgscope.blob import Blob
from imgscope.compression import BEGINNING, Codec, Start, chunks
from imgscope.indexing.cache import Cache, Shelf
from imgscope.limits import DEFAULT_LIMITS, Limits

KIND = "points"
FAR = 64 << 20
"""Bytes of content that take long enough to be decompressed that a nearer point is worth a pass."""
_NEAR = 4 << 20
"""Bytes of content between points; as many are sooner decompressed than leapt over."""
_SPACING, _MOST_WINDOWS = 32 << 20, 128
"""Bytes of content between points with windows; more in a layer that would have more windows."""
_MOST_MEMBERS = 200_000
"""Members of gzip up to which they are given to indexed_gzip, which keeps something of each."""
_WINDOW = 32 << 10
_MAGIC = b"points 1"
_ROW = struct.Struct("<QQBi")
_INDEX_HEAD, _INDEX_ROW = struct.Struct("<7xQQIII"), struct.Struct("<QQBB")


class Points:
    """Places of one compressed blob where decompression can begin, in rising order. Safe to use from several threads.

    The beginning is always one of them.
    """

    def __init__(self, starts: Iterable[Start] = ()) -> None:
        """``starts`` in rising order."""
        self._starts = [BEGINNING, *starts]
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._starts)

    def before(self, content: int) -> Start:
        """The last place from which ``content`` bytes into the content can be reached."""
        return self._starts[self._index(content) - 1]

    def add(self, start: Start) -> None:
        """One more, unless there is one shortly before it."""
        with self._lock:
            index = self._index(start.content)
            if start.content - self._starts[index - 1].content >= _NEAR:
                self._starts.insert(index, start)

    def _index(self, content: int) -> int:
        return bisect_right(self._starts, content, key=lambda start: start.content)

    def to_bytes(self) -> bytes:
        """All of them, to be kept."""
        starts = self._starts[1:]
        rows = (_ROW.pack(s.stored, s.content, s.bits, -1 if s.window is None else len(s.window)) for s in starts)
        return b"".join((_MAGIC, len(starts).to_bytes(4, "little"), *rows, *(s.window or b"" for s in starts)))

    @classmethod
    def from_bytes(cls, data: bytes, stored: int, content: int) -> Points | None:
        """What :meth:`to_bytes` made of a blob of so many bytes; None where it cannot be that."""
        count = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 4], "little")
        at = len(_MAGIC) + 4
        windows = at + count * _ROW.size
        if data[: len(_MAGIC)] != _MAGIC or len(data) < windows:
            return None
        starts = []
        for begin, reached, bits, length in _ROW.iter_unpack(data[at:windows]):
            window = None if length < 0 else data[windows : windows + length]
            windows += max(length, 0)
            starts.append(Start(begin, reached, bits, window))
        if windows != len(data) or not _plausible(starts, stored, content):
            return None
        return cls(starts)


def _plausible(starts: list[Start], stored: int, content: int) -> bool:
    """Whether places rise, lie inside, and are of a kind that there is."""
    return all(
        before.stored < start.stored < stored
        and before.content < start.content < content
        and start.bits <= (7 if start.window is not None else 0)
        and len(start.window or b"") <= _WINDOW
        for before, start in pairwise([BEGINNING, *starts])
    )


class Access:
    """The points of all layers of an image, kept for as long as this is, and longer where there is a cache."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache
        self._layers: dict[str, LayerAccess] = {}
        self._lock = Lock()

    def layer(self, blob: Blob, codec: Codec, content: int) -> LayerAccess:
        """The way into a layer whose tar has ``content`` bytes, all of which were read before."""
        with self._lock:
            if blob.name not in self._layers:
                self._layers[blob.name] = LayerAccess(blob, codec, content, self._cache)
            return self._layers[blob.name]


class LayerAccess:
    """The way into one compressed layer. Safe to use from several threads."""

    def __init__(self, blob: Blob, codec: Codec, content: int, cache: Cache | None = None) -> None:
        self._blob = blob
        self._codec = codec
        self._content = content
        self._shelf = Shelf(cache, blob)
        self._finder: _Finder | None = None
        self._finding = Lock()
        self.points = self._kept() or Points()
        self._count = len(self.points)

    @property
    def name(self) -> str:
        """What the blob is called inside the source."""
        return self._blob.name

    def chunks(
        self, start: Start, *, limits: Limits = DEFAULT_LIMITS, advance: Callable[[int], None] = lambda _: None
    ) -> Iterator[bytes]:
        """The content from a point on; points that are come by are added."""
        blob, mark = self._blob, self.points.add
        return chunks(blob, self._codec, limits=limits, advance=advance, start=start, mark=mark)

    def prepare(self, content: int, advance: Callable[[int], None] = lambda _: None) -> None:
        """Find points in all of the layer, if a place is far from those that are known: the next look will be quick.

        It takes two or three times as long as to decompress the layer. What was found before ``advance`` raises is
        kept, and gone on from the next time.
        """
        with self._finding:
            if self._codec is not Codec.GZIP or not self._is_far(content):
                return
            self._finder = self._finder or _Finder(self._blob, self._content)
            try:
                self._finder.find(self.points.add, advance)
            finally:
                self.keep()

    def _is_far(self, content: int) -> bool:
        return content - self.points.before(content).content > max(FAR, _spacing(self._content))

    def keep(self) -> None:
        """Put what is known now into the cache, if it is more than it was."""
        if len(self.points) > self._count:
            self._count = len(self.points)
            self._shelf.put(KIND, self.points.to_bytes())

    def forget(self) -> None:
        """Points that were not right, or are not any more: the next look begins anew."""
        self.points, self._finder, self._count = Points(), None, 1
        self._shelf.put(KIND, self.points.to_bytes())

    def _kept(self) -> Points | None:
        data = self._shelf.get(KIND)
        return Points.from_bytes(data, self._blob.size, self._content) if data else None


def _spacing(content: int) -> int:
    return max(_SPACING, content // _MOST_WINDOWS)


class _Finder:
    """Finds points inside the members of a gzip blob. One that was stopped goes on from there."""

    def __init__(self, blob: Blob, content: int) -> None:
        self._content = content
        self._file = _File(blob)
        self._index: Any = None
        self._over = False

    def find(self, add: Callable[[Start], None], advance: Callable[[int], None]) -> None:
        """Give all points to ``add``, or those that were found before ``advance`` raised. Raises what that does."""
        self._file.advance = advance
        if self._index is None and not self._over:
            self._begin()
        if self._over:
            return
        try:
            self._index.seek(self._content)
        except (OSError, ValueError, EOFError):
            self._over = True  # whatever it is, whoever reads the layer will tell of it in our words
        finally:
            for start in self._found():
                add(start)

    def _begin(self) -> None:
        try:
            from indexed_gzip import IndexedGzipFile  # type: ignore[import-untyped]
        except ImportError:  # no wheel for this platform
            self._over = True
            return
        spacing = _spacing(self._content)
        self._index = IndexedGzipFile(fileobj=self._file, spacing=spacing, readbuf_size=1 << 16, buffer_size=1 << 16)

    def _found(self) -> list[Start]:
        index = BytesIO()
        self._index.export_index(fileobj=index)
        return [start for start in _starts(index.getvalue()) if 0 < start.content < self._content]


def _starts(index: bytes) -> Iterator[Start]:
    """The points of an index as indexed_gzip writes it.

    A head, then the places, then the windows. Those without a window are where the blocks of a member begin.
    """
    window_size, count = _INDEX_HEAD.unpack_from(index)[3:]
    at, windows = _INDEX_HEAD.size, _INDEX_HEAD.size + count * _INDEX_ROW.size
    for stored, content, bits, has_window in _INDEX_ROW.iter_unpack(index[at:windows]):
        window = index[windows : windows + window_size] if has_window else b""
        windows += len(window)
        yield Start(stored, content, bits, window)


class _File(RawIOBase):
    """A blob as a file, which is told how far it is read."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._position = 0
        self._members = 0
        self._furthest = 0
        self.advance: Callable[[int], None] = lambda _: None

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        self._position = (0, self._position, self._blob.size)[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises OSError where there are more members than are kept in memory."""
        data = self._blob.read_at(self._position, size)
        self.advance(len(data))
        if self._position >= self._furthest:  # what is read again was counted
            self._members += data.count(b"\x1f\x8b\x08")
        self._position += len(data)
        self._furthest = max(self._furthest, self._position)
        if self._members > _MOST_MEMBERS:
            raise OSError("too many members")
        return data
