"""The content of chosen members, read again from their layer: to compare, to show, to write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from xxhash import xxh3_128

from imgscope.blob import Blob
from imgscope.compression import Codec
from imgscope.errors import CompressionError
from imgscope.image.model import Image
from imgscope.image.opened import OpenImage
from imgscope.indexing import fingerprint
from imgscope.indexing.access import Access, LayerAccess
from imgscope.indexing.cache import Cache, Shelf
from imgscope.indexing.fingerprint import Prints
from imgscope.indexing.kept import CONTENTS, PRINTS, find_prints, keep_prints
from imgscope.indexing.reading import codec_of
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.tar.table import NO_PRINT, PRINT, MemberTable

_PIECE = 1 << 20
_GAP = 8 << 10  # bytes that cost about as much as another read


def fingerprints(
    opened: OpenImage,
    tables: list[MemberTable | None],
    wanted: Mapping[int, set[int]],
    *,
    sparse: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> Prints:
    """Fingerprints of the bodies of ``wanted`` rows, by layer index, and maybe of more.

    What was taken as a compressed layer passed is not read again. Uncompressed layers are read at those places only,
    and those that ``cache`` has are not read. ``sparse``: some are compared with a sparse file of another image.
    """
    progress.begin("comparing copies", 0)
    # A sparse file is compared by content, and so is everything that it may be compared with.
    any_sparse = sparse or any(
        (table := tables[layer]) and table.sparse.keys() & rows for layer, rows in wanted.items()
    )
    prints = Prints()
    for layers, rows in by_blob(opened.image, wanted):
        table = tables[layers[0]]
        assert table is not None
        column = table.prints
        if not column or any_sparse:
            blob = opened.layer_blob(opened.image.layers[layers[0]])
            column = _taken(blob, table, rows, limits, progress, cache, contents=any_sparse)
        prints.columns.update(dict.fromkeys(layers, column))
    return prints


def by_blob(image: Image, wanted: Mapping[int, Iterable[int]]) -> Iterator[tuple[list[int], set[int]]]:
    """Layers that are one blob, and the rows wanted of any of them: they have the same rows, which are read once.

    ``wanted`` are rows by layer.
    """
    alike: defaultdict[str | None, list[int]] = defaultdict(list)
    for layer in wanted:
        alike[image.layers[layer].blob].append(layer)
    for layers in alike.values():
        yield layers, set().union(*(wanted[layer] for layer in layers))


def _taken(
    blob: Blob,
    table: MemberTable,
    rows: set[int],
    limits: Limits,
    progress: Progress,
    cache: Cache | None,
    *,
    contents: bool,
) -> bytearray:
    """A column of fingerprints in which those of ``rows`` are there: kept by an earlier run, or taken now."""
    shelf, kind = Shelf(cache, blob), CONTENTS if contents else PRINTS
    column = find_prints(shelf, kind, len(table))
    missing = [row for row in rows if column[PRINT * row : PRINT * (row + 1)] == NO_PRINT]
    for row, pieces in bodies(blob, table, missing, limits, progress.advance):
        print_ = fingerprint.of_content(pieces, table.sparse.get(row)) if contents else fingerprint.of_bytes(pieces)
        column[PRINT * row : PRINT * (row + 1)] = print_
    keep_prints(shelf, kind, column, _cost(table, missing))
    return column


def _cost(table: MemberTable, rows: Iterable[int]) -> int:
    """Bytes read for the bodies of rows: a compressed layer is read from its beginning."""
    if table.prints:
        return max((table.body[row] + table.stored(row) for row in rows), default=0)
    return sum(map(table.stored, rows))


def bodies(
    blob: Blob,
    table: MemberTable,
    rows: Iterable[int],
    limits: Limits = DEFAULT_LIMITS,
    advance: Callable[[int], None] = lambda _: None,
    *,
    access: Access | None = None,
) -> Iterator[tuple[int, Iterator[bytes | memoryview]]]:
    """Each row with the stored bytes of its body in pieces, in archive order. Use each up before the next.

    A compressed layer is entered at the points that ``access`` knows. Raises CompressionError also where a body is not
    what it was when the layer was read.
    """
    ordered = sorted(rows, key=table.body.__getitem__)
    codec = codec_of(blob)
    if codec is Codec.NONE:
        yield from _in_place(blob, table, ordered, advance)
        return
    layer = (access or Access()).layer(blob, codec, table.tar_bytes)
    stream = _Forward(layer, limits, advance)
    try:
        for row in ordered:
            yield row, _unchanged(stream.take(table.body[row], table.stored(row)), table, row, layer)
    finally:
        layer.keep()


def _in_place(
    blob: Blob, table: MemberTable, ordered: list[int], advance: Callable[[int], None]
) -> Iterator[tuple[int, Iterator[bytes | memoryview]]]:
    """Bodies of an uncompressed layer: what stands close together is read at once."""
    for start, size, rows in _runs(table, ordered):
        if len(rows) == 1:
            yield rows[0], _slices(blob, start, size, advance)
            continue
        advance(size)
        run = memoryview(blob.read_at(start, size))
        for row in rows:
            within = table.body[row] - start
            yield row, iter((run[within : within + table.stored(row)],))


def _runs(table: MemberTable, ordered: Iterable[int]) -> Iterator[tuple[int, int, list[int]]]:
    """Rows whose bodies have little between them, with where the first begins and how far the last reaches."""
    start = end = 0
    rows: list[int] = []
    for row in ordered:
        body = table.body[row]
        after = body + table.stored(row)
        if rows and (body - end > _GAP or after - start > _PIECE):
            yield start, end - start, rows
            rows = []
        if not rows:
            start = body
        rows.append(row)
        end = after
    if rows:
        yield start, end - start, rows


def _slices(blob: Blob, start: int, size: int, advance: Callable[[int], None]) -> Iterator[bytes]:
    for offset in range(start, start + size, _PIECE):
        piece = blob.read_at(offset, min(_PIECE, start + size - offset))
        advance(len(piece))
        yield piece


def _unchanged(pieces: Iterator[memoryview], table: MemberTable, row: int, layer: LayerAccess) -> Iterator[memoryview]:
    """The same pieces; whoever takes all of them learns whether they are what passed when the layer was read."""
    expected = table.fingerprint(row)
    digest, left = xxh3_128(), table.stored(row)
    for piece in pieces:
        digest.update(piece)
        left -= len(piece)
        yield piece
    if not left and any(expected) and digest.digest() != expected:
        layer.forget()
        hint = "the image was written to since, or the cache is damaged; read the image again"
        raise CompressionError("the content is not what it was when the layer was read", member=layer.name, hint=hint)


class _Forward:
    """The content of a compressed layer, of which ranges are handed out in rising order."""

    def __init__(self, layer: LayerAccess, limits: Limits, advance: Callable[[int], None]) -> None:
        self._open = partial(layer.chunks, limits=limits, advance=advance)
        self._points = layer.points
        self._pieces: Iterator[bytes] | None = None
        self._piece = memoryview(b"")
        self._start = 0

    def take(self, start: int, size: int) -> Iterator[memoryview]:
        """The bytes from ``start`` to ``start + size``."""
        end = start + size
        while start < end:
            while self._start + len(self._piece) <= start:
                if not self._next(start):
                    return
            part = self._piece[start - self._start : end - self._start]
            start += len(part)
            yield part

    def _next(self, wanted: int) -> bool:
        """Go on towards a position: to the next piece, or to a point beyond it; False at the end."""
        self._start += len(self._piece)
        point = self._points.before(wanted)
        if self._pieces is None or point.content > self._start:
            self._pieces, self._start = self._open(point), point.content
        self._piece = memoryview(next(self._pieces, b""))
        return bool(self._piece)
