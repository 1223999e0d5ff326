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
from imgscope.indexing.content import bodies
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
    groups: defaultdict[str | None, defaultdict[int, list[Hit]]] = defaultdict(lambda: defaultdict(list))
    layers: dict[str | None, int] = {}
    total = 0
    for hit in hits:
        if hit.version.kind == FILE:
            layer, row = fs.locate(hit.version.inode)
            name = opened.image.layers[layer].blob
            total += 0 if row in groups[name] else fs.stored(hit.version.inode)
            groups[name][row].append(hit)
            layers.setdefault(name, layer)
    progress.begin("reading files", total)
    for name, rows in groups.items():
        table = fs.tables[layers[name]]
        assert table is not None
        blob = opened.layer_blob(opened.image.layers[layers[name]])
        for row, pieces in bodies(blob, table, rows, limits, progress.advance, access=access):
            yield rows[row], placed(_whole(pieces, table.stored(row), layers[name]), table.sparse.get(row))


def _whole(pieces: Iterable[bytes | memoryview], size: int, layer: int) -> Iterator[bytes | memoryview]:
    for piece in pieces:
        size -= len(piece)
        yield piece
    if size:
        raise ArchiveError(f"layer {layer} ends {size} bytes before a file does", hint="save the image again")
