"""Digests for comparing contents inside one analysis; never shown, never trusted as proof of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xxhash import xxh3_128

from imgscope.tar.table import NO_PRINT, PRINT, SparseMap

_BLOCK = 4096

Bytes = bytes | memoryview


class Prints:
    """Fingerprints of bodies, a column of 16 bytes a row for each layer; zeros where none was taken."""

    def __init__(self) -> None:
        self.columns: dict[int, bytes | bytearray] = {}

    def get(self, place: tuple[int, int]) -> bytes | None:
        """The fingerprint of the body at a layer and row; None where none was taken."""
        layer, row = place
        print_ = self.columns.get(layer, b"")[PRINT * row : PRINT * (row + 1)]
        return bytes(print_) if print_ and print_ != NO_PRINT else None


def of_bytes(pieces: Iterable[Bytes]) -> bytes:
    """The digest of a body as it is stored."""
    digest = xxh3_128()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def of_content(pieces: Iterable[Bytes], sparse: SparseMap | None) -> bytes:
    """The digest of what a file holds, however it is stored: its blocks that are not all zero, each with its number.

    A sparse file and a plain copy of it store different bytes; holes are passed over, not read as zeros, because
    a few bytes can claim petabytes of them.
    """
    digest = xxh3_128()
    block, number = bytearray(_BLOCK), -1
    for offset, piece in placed(pieces, sparse):
        start = 0
        while start < len(piece):
            at, within = divmod(offset + start, _BLOCK)
            if at != number:
                _take(digest, block, number)
                block, number = bytearray(_BLOCK), at
            part = piece[start : start + _BLOCK - within]
            block[within : within + len(part)] = part
            start += len(part)
    _take(digest, block, number)
    return digest.digest()


def _take(digest: xxh3_128, block: bytearray, number: int) -> None:
    if any(block):
        digest.update(number.to_bytes(8, "big"))
        digest.update(bytes(block))


def placed(pieces: Iterable[Bytes], sparse: SparseMap | None) -> Iterator[tuple[int, Bytes]]:
    """Stored pieces with the offset in the logical file that each belongs to."""
    if sparse is None:
        offset = 0
        for piece in pieces:
            yield offset, piece
            offset += len(piece)
        return
    segments = iter(sparse.segments)
    offset = left = 0
    for piece in pieces:
        while piece:
            while not left:
                offset, left = next(segments)
            part, piece = piece[:left], piece[left:]
            yield offset, part
            offset += len(part)
            left -= len(part)
