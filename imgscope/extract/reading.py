"""What files hold: stored pieces that are known to be whole, and the zeros between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imgscope.errors import ArchiveError, CompressionError, LimitError, SourceError
from imgscope.escaping import printable
from imgscope.extract.draft import Segments
from imgscope.filesystem.model import FileSystem
from imgscope.indexing.content import bodies
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits

Piece = bytes | memoryview
DAMAGE = (ArchiveError, CompressionError, LimitError, SourceError)
_ZEROS = bytes(1 << 20)


def segments(fs: FileSystem, inode: int) -> Segments:
    """Where the stored bytes of a file belong in it."""
    layer, row = fs.locate(inode)
    table = fs.tables[layer]
    assert table is not None
    sparse = table.sparse.get(row)
    return sparse.segments if sparse else ((0, table.size[row]),)


def whole(fs: FileSystem, inode: int, node: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a body, all of it: where it is damaged the error names the layer and the path."""
    left = fs.stored(inode)
    try:
        for piece in pieces:
            left -= len(piece)
            yield piece
        if left:
            raise ArchiveError(f"the layer ends {left} bytes before the file does", hint="save the image again")
    except DAMAGE as error:
        where = f"layer {fs.locate(inode)[0]}, {printable(fs.rootfs.path(node))}"
        raise type(error)(
            f"{where}: {error.what}", file=error.file, member=error.member, offset=error.offset, hint=error.hint
        ) from error


def content(
    inspection: Inspection,
    inode: int,
    node: int,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Piece]:
    """What is stored of a file, read when it is asked for. Raises ImgscopeError with its layer and path."""
    fs, opened = inspection.filesystem, inspection.opened
    layer, row = fs.locate(inode)
    table, described = fs.tables[layer], opened.image.layers[layer]
    assert table is not None
    try:
        blob = opened.layer_blob(described)
        for _, pieces in bodies(blob, table, (row,), limits, access=inspection.access):
            yield from whole(fs, inode, node, pieces)
    except DAMAGE as error:
        raise error.located(file=opened.origin.path, member=described.blob) from error.__cause__


def filled(pieces: Iterable[Piece], where: Segments, size: int) -> Iterator[Piece]:
    """A file as its reader sees it: ``size`` bytes, stored pieces in their places, zeros in holes."""
    position = 0
    places = iter(where)
    left = 0
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            while not left:
                start, left = next(places)
                yield from zeros(start - position)
                position = start
            part, rest = rest[:left], rest[left:]
            position += len(part)
            left -= len(part)
            yield part
    yield from zeros(size - position)


def zeros(count: int) -> Iterator[bytes]:
    """So many zeros, in pieces."""
    for start in range(0, count, len(_ZEROS)):
        yield _ZEROS[: min(len(_ZEROS), count - start)]
