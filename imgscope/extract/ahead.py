"""Bodies in whatever order they are asked for, though a compressed layer is read once, from its beginning to its end.

What a layer has before the body that is wanted is kept in a temporary file until it is asked for. Engines write layers
in the order of paths, so that is mostly nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from imgscope.blob import Blob
from imgscope.compression import Codec
from imgscope.errors import SettingsError, reason
from imgscope.extract.reading import DAMAGE, Piece, whole
from imgscope.indexing.content import bodies
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.tar.table import MemberTable

OPEN = 32
"""Compressed layers that are read side by side; each decoder takes memory."""
_PIECE = 1 << 20
Bodies = Iterator[tuple[int, Iterator[Piece]]]


class Ahead:
    """The bodies of files, each asked for once. Close it."""

    def __init__(
        self, inspection: Inspection, inodes: Iterable[int], limits: Limits, advance: Callable[[int], None]
    ) -> None:
        self._inspection = inspection
        self._limits = limits
        self._advance = advance
        self._passing: dict[int, _Passing] = {}
        self._blobs: dict[int, tuple[Blob, MemberTable]] = {}
        self._rows: dict[int, list[int]] = {}
        for inode in inodes:
            layer, row = inspection.filesystem.locate(inode)
            if inspection.layers[layer].codec is not Codec.NONE:
                self._rows.setdefault(layer, []).append(row)

    def body(self, inode: int, node: int) -> Iterator[Piece]:
        """The stored bytes of a file at a node. Raises ImgscopeError with its layer and path where they are damaged."""
        fs, opened = self._inspection.filesystem, self._inspection.opened
        layer, row = fs.locate(inode)
        try:
            if layer in self._rows:
                yield from whole(fs, inode, node, self._layer(layer).take(row))
                return
            yield from whole(fs, inode, node, self._in_place(layer, row))
        except DAMAGE as error:
            raise error.located(file=opened.origin.path, member=opened.image.layers[layer].blob) from error.__cause__

    def close(self) -> None:
        """Let go of what is kept."""
        for passing in self._passing.values():
            passing.close()

    def _in_place(self, layer: int, row: int) -> Iterator[bytes]:
        """A body of an uncompressed layer."""
        blob, table = self._blob(layer)
        start, size = table.body[row], table.stored(row)
        for offset in range(0, size, _PIECE):
            piece = blob.read_at(start + offset, min(_PIECE, size - offset))
            self._advance(len(piece))
            yield piece

    def _blob(self, layer: int) -> tuple[Blob, MemberTable]:
        """A layer's bytes and members."""
        if layer not in self._blobs:
            table, opened = self._inspection.filesystem.tables[layer], self._inspection.opened
            assert table is not None
            self._blobs[layer] = opened.layer_blob(opened.image.layers[layer]), table
        return self._blobs[layer]

    def _layer(self, layer: int) -> _Passing:
        if layer not in self._passing:
            under_way = [one for one in self._passing.values() if not one.passed]
            if len(under_way) >= OPEN:
                under_way[0].keep_rest()
            rows, access = self._rows[layer], self._inspection.access
            passing = bodies(*self._blob(layer), rows, self._limits, self._advance, access=access)
            self._passing[layer] = _Passing(passing)
        return self._passing[layer]


class _Passing:
    """A layer on its way: bodies that come before the one that is wanted are kept."""

    def __init__(self, bodies_: Bodies) -> None:
        self.passed = False
        self._bodies = bodies_
        self._kept: dict[int, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None

    def take(self, row: int) -> Iterator[Piece]:
        """The body of a row, whether it has passed or is to come."""
        if row in self._kept:
            yield from self._again(*self._kept.pop(row))
            return
        for other, pieces in self._bodies:
            if other == row:
                yield from pieces
                return
            self._keep(other, pieces)
        self.passed = True

    def keep_rest(self) -> None:
        """Keep all that is still to come, and with that be done with the layer itself."""
        for row, pieces in self._bodies:
            self._keep(row, pieces)
        self.passed = True

    def close(self) -> None:
        """Let go of what is kept."""
        if self._file:
            self._file.close()

    def _keep(self, row: int, pieces: Iterable[Piece]) -> None:
        try:
            self._file = self._file or tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
            start = self._file.seek(0, 2)
            for piece in pieces:
                self._file.write(piece)
            self._kept[row] = start, self._file.tell() - start
        except OSError as error:
            message = f"cannot keep what is read in {tempfile.gettempdir()}: {reason(error)}"
            raise SettingsError(message, hint="set TMPDIR to a directory with more space") from error

    def _again(self, start: int, size: int) -> Iterator[bytes]:
        assert self._file
        for offset in range(start, start + size, _PIECE):
            self._file.seek(offset)
            yield self._file.read(min(_PIECE, start + size - offset))
