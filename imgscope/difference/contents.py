"""Which contents have to be read to tell two filesystems apart: files of equal size, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from imgscope.difference.model import View, Walked
from imgscope.filesystem.rootfs import FILE
from imgscope.indexing.cache import Cache
from imgscope.indexing.content import fingerprints
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress


def read(
    walked: Walked,
    *,
    renames: bool,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
    cache: Cache | None = None,
) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Fingerprints of both sides, by inode: of files at the same path; with ``renames`` of what may have moved too.

    Raises ImgscopeError where a layer cannot be read again.
    """
    before, after = walked.before, walked.after
    if before.opened is None or after.opened is None:
        return {}, {}
    wanted = {before.standing.inode[node] for node, _ in walked.alike}
    others = {after.standing.inode[other] for _, other in walked.alike}
    if renames:
        moved, arrived = _by_size(before, walked.removed), _by_size(after, walked.added)
        for size in moved.keys() & arrived.keys():
            wanted |= moved[size]
            others |= arrived[size]
    sparse = _sparse_sizes(before, wanted) | _sparse_sizes(after, others)
    if before.fs is after.fs:
        both = _prints(before, wanted | others, sparse, limits, progress, cache)
        return both, both
    return (
        _prints(before, wanted, sparse, limits, progress, cache),
        _prints(after, others, sparse, limits, progress, cache),
    )


def _by_size(view: View, nodes: Iterable[int]) -> dict[int, set[int]]:
    """Inodes of files that have content."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for node in nodes:
        if view.standing.kind[node] == FILE and (size := view.size(node)):
            found[size].add(view.standing.inode[node])
    return found


def _sparse_sizes(view: View, inodes: Iterable[int]) -> set[int]:
    """Sizes of those that are sparse: what has the same size is compared by what it holds, not by what is stored."""
    if not any(table and table.sparse for table in view.fs.tables):
        return set()
    found = set()
    for inode in inodes:
        layer, row = view.fs.locate(inode)
        table = view.fs.tables[layer]
        if table and row in table.sparse:
            found.add(table.size[row])
    return found


def _prints(
    view: View, inodes: Iterable[int], sparse: set[int], limits: Limits, progress: Progress, cache: Cache | None
) -> dict[int, bytes]:
    assert view.opened is not None
    found: dict[int, bytes] = {}
    by_kind: dict[bool, defaultdict[int, set[int]]] = {False: defaultdict(set), True: defaultdict(set)}
    for inode in inodes:
        layer, row = view.fs.locate(inode)
        by_kind[view.fs.size(inode) in sparse][layer].add(row)
    for kind, wanted in by_kind.items():
        if wanted:
            prints = fingerprints(
                view.opened, view.fs.tables, wanted, sparse=kind, limits=limits, progress=progress, cache=cache
            )
            places = ((layer, row) for layer, rows in wanted.items() for row in rows)
            found.update(
                (view.fs.first[place[0]] + place[1], print_) for place in places if (print_ := prints.get(place))
            )
    return found
