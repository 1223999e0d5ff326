"""The first bytes of a body, read again from its layer: for the preview, and so that the next is there sooner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from imgscope.compression import Codec
from imgscope.errors import ImgscopeError
from imgscope.indexing.content import bodies
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.tar.table import SparseMap


def head(
    inspection: Inspection, entry: int, most: int, limits: Limits, advance: Callable[[int], None]
) -> tuple[bytes, int]:
    """At most ``most`` bytes of an entry's content, and how long all of it is.

    A compressed layer is decompressed up to there, from the nearest place that is known; ``advance`` is told of each
    piece and may raise to stop. Raises ImgscopeError where the layer cannot be read.
    """
    fs, opened = inspection.filesystem, inspection.opened
    layer, row = fs.locate(entry)
    table = fs.tables[layer]
    if table is None:
        raise ImgscopeError(f"layer {layer} could not be read")
    blob = opened.layer_blob(opened.image.layers[layer])
    sparse = table.sparse.get(row)
    data = bytearray()
    try:
        for _, pieces in bodies(blob, table, [row], limits, advance, access=inspection.access):
            for piece in pieces:
                data += piece
                if len(data) >= most:
                    break
            break
    except ImgscopeError as error:
        raise error.located(file=opened.origin.path) from error.__cause__
    size = fs.size(entry)
    return (_spread(bytes(data), sparse, min(most, size)) if sparse else bytes(data[:most])), size


def prepare(inspection: Inspection, entry: int, advance: Callable[[int], None]) -> None:
    """Find where the layer of an entry can be entered, if that entry was far from where it could.

    For layers that an entry was just read from. Nothing is raised for one that cannot be read any more, but what
    ``advance`` raises to stop.
    """
    fs, opened = inspection.filesystem, inspection.opened
    layer, row = fs.locate(entry)
    table = fs.tables[layer]
    if table is None or inspection.layers[layer].codec is Codec.NONE:
        return
    with suppress(ImgscopeError):
        blob = opened.layer_blob(opened.image.layers[layer])
        way = inspection.access.layer(blob, inspection.layers[layer].codec, table.tar_bytes)
        way.prepare(table.body[row], advance)


def _spread(stored: bytes, sparse: SparseMap, most: int) -> bytes:
    """The first ``most`` bytes of a sparse file, with its holes; it may end with one."""
    found = bytearray()
    at = 0
    for offset, length in sparse.segments:
        if offset >= most:
            break
        found += bytes(max(offset - len(found), 0))
        found += stored[at : at + length]
        at += length
    return bytes(found[:most].ljust(most, b"\0"))
