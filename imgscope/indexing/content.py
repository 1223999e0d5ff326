"""The content of chosen members, read again from their layer: how copies are told from changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from imgscope.blob import Blob
from imgscope.compression import Codec, chunks
from imgscope.image.opened import OpenImage
from imgscope.indexing import fingerprint
from imgscope.indexing.layers import codec_of
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.tar.table import MemberTable

_PIECE = 1 << 20


def fingerprints(
    opened: OpenImage,
    tables: list[MemberTable | None],
    wanted: Mapping[int, set[int]],
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
) -> dict[tuple[int, int], bytes]:
    """Fingerprints of the bodies of ``wanted`` rows, by layer index; keys of the result are (layer, row).

    What was taken as a compressed layer passed is not read again. Uncompressed layers are read at those places only.
    """
    progress.begin("comparing copies", 0)
    # A sparse file is compared by content, and so is everything that it may be compared with.
    any_sparse = any((table := tables[layer]) and table.sparse.keys() & rows for layer, rows in wanted.items())
    prints: dict[tuple[int, int], bytes] = {}
    by_blob: dict[str | None, list[int]] = {}
    for layer in wanted:
        by_blob.setdefault(opened.image.layers[layer].blob, []).append(layer)
    for layers in by_blob.values():  # layers of one blob have the same rows, read once
        table = tables[layers[0]]
        if table is None:
            continue
        rows = set().union(*(wanted[layer] for layer in layers))
        if table.prints and not any_sparse:
            prints.update(((layer, row), table.fingerprint(row)) for layer in layers for row in rows)
            continue
        blob = opened.layer_blob(opened.image.layers[layers[0]])
        for row, pieces in bodies(blob, table, rows, limits, progress.advance):
            sparse = table.sparse.get(row)
            print_ = fingerprint.of_content(pieces, sparse) if any_sparse else fingerprint.of_bytes(pieces)
            prints.update(((layer, row), print_) for layer in layers)
    return prints


def bodies(
    blob: Blob,
    table: MemberTable,
    rows: Iterable[int],
    limits: Limits = DEFAULT_LIMITS,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[int, Iterator[bytes | memoryview]]]:
    """Each row with the stored bytes of its body in pieces, in archive order. Use each up before the next."""
    ordered = sorted(rows, key=table.body.__getitem__)
    codec = codec_of(blob)
    if codec is Codec.NONE:
        for row in ordered:
            yield row, _slices(blob, table.body[row], table.stored(row), advance)
    else:
        stream = _Forward(chunks(blob, codec, limits=limits, advance=advance))
        for row in ordered:
            yield row, stream.take(table.body[row], table.stored(row))


def _slices(blob: Blob, start: int, size: int, advance: Callable[[int], None]) -> Iterator[bytes]:
    for offset in range(start, start + size, _PIECE):
        piece = blob.read_at(offset, min(_PIECE, start + size - offset))
        advance(len(piece))
        yield piece


class _Forward:
    """A stream that hands out ranges in rising order."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")
        self._start = 0

    def take(self, start: int, size: int) -> Iterator[memoryview]:
        """The bytes from ``start`` to ``start + size``."""
        end = start + size
        while start < end:
            while self._start + len(self._piece) <= start:
                self._start += len(self._piece)
                self._piece = memoryview(next(self._pieces, b""))
                if not self._piece:
                    return
            part = self._piece[start - self._start : end - self._start]
            start += len(part)
            yield part
