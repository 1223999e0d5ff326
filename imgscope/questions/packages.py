"""Which packages an image has, and the bytes that each owns."""

from __future__ import annotations

from collections.abc import Mapping

from imgscope.indexing.content import bodies, by_blob
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.packages.model import Contents
from imgscope.packages.ownership import Ownership, attribute
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.packages.select import by_layer, select
from imgscope.progress import SILENT, Progress


def find_packages(inspection: Inspection, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT) -> Ownership:
    """Packages with the bytes that they own in each layer. Reads their databases, in all layers that wrote one.

    Raises ImgscopeError where a layer cannot be read again.
    """
    selection = select(inspection.filesystem)
    contents = Contents()
    progress.begin("reading package databases", 0)
    wanted = by_layer(inspection.filesystem, selection.entries())
    for layers, rows in by_blob(inspection.opened.image, wanted):
        _read(inspection, layers, rows, wanted, contents, limits, progress)
    return attribute(inspection.filesystem, selection, contents)


def _read(
    inspection: Inspection,
    layers: list[int],
    rows: set[int],
    wanted: Mapping[int, Mapping[int, int]],
    contents: Contents,
    limits: Limits,
    progress: Progress,
) -> None:
    """Take in the databases in some rows of layers that are one blob; ``wanted``: their ecosystem, by layer and row."""
    fs = inspection.filesystem
    blob, table = inspection.opened.layer_blob(inspection.opened.image.layers[layers[0]]), fs.tables[layers[0]]
    kinds = {row: ecosystem for layer in layers for row, ecosystem in wanted[layer].items()}
    assert table is not None
    for row, pieces in bodies(blob, table, rows, limits, progress.advance, access=inspection.access):
        entries = [fs.first[layer] + row for layer in layers if row in wanted[layer]]
        if row in table.sparse:
            contents.faults.update(dict.fromkeys(entries, "stored as a sparse file"))
        else:
            contents.take(entries, ECOSYSTEMS[kinds[row]], pieces)
