"""Which files of an image are alike, and what it would save to have each once."""

from __future__ import annotations

from imgscope.analysis.duplicates import Duplicate, candidates, duplicates
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import fingerprints
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


def find_duplicates(
    inspection: Inspection,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> list[Duplicate]:
    """Live files with the same content, what a link would save most first. Reads the content of all of equal size.

    Raises ImgscopeError where a layer cannot be read again.
    """
    wanted = candidates(inspection.filesystem)
    tables = [layer.table for layer in inspection.layers]
    if not wanted:
        return []
    prints = fingerprints(inspection.opened, tables, wanted, limits=limits, progress=progress, cache=cache)
    return duplicates(inspection.filesystem, prints.get)
