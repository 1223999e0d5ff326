"""The contents of what was found, read from their layers: each body once, in the order that it is stored in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from imgscope.analysis.contents import Pieces
from imgscope.analysis.search import Hit
from imgscope.errors import ArchiveError
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE
from imgscope.image.opened import OpenImage
from imgscope.indexing.access import Access
from imgscope.indexing.content import bodies, by_blob
from imgscope.indexing.fingerprint import placed
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


def contents(
    opened: OpenImage,
    fs: FileSystem,
    hits: Iterable[Hit],
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    access: Access | None = None,
) -> Iterator[tuple[list[Hit], Pieces]]:
    """Files among hits with what they hold; hits that share a body come together. Use each up before the next.

    Layers of one blob are read once. Raises ImgscopeError where a layer is not what it was.
    """
    found: defaultdict[int, defaultdict[int, list[Hit]]] = defaultdict(lambda: defaultdict(list))
    for hit in hits:
        if hit.version.kind == FILE:
            layer, row = fs.locate(hit.version.inode)
            found[layer][row].append(hit)
    groups = list(by_blob(opened.image, found))
    progress.begin(
        "reading files", sum(fs.stored(fs.first[layers[0]] + row) for layers, rows in groups for row in rows)
    )
    for layers, rows in groups:
        table = fs.tables[layers[0]]
        assert table is not None
        blob = opened.layer_blob(opened.image.layers[layers[0]])
        for row, pieces in bodies(blob, table, rows, limits, progress.advance, access=access):
            same = [hit for layer in layers if row in found[layer] for hit in found[layer][row]]
            yield same, placed(_whole(pieces, table.stored(row), layers[0]), table.sparse.get(row))


def _whole(pieces: Iterable[bytes | memoryview], size: int, layer: int) -> Iterator[bytes | memoryview]:
    for piece in pieces:
        size -= len(piece)
        yield piece
    if size:
        raise ArchiveError(f"layer {layer} ends {size} bytes before a file does", hint="save the image again")
