"""Where bytes are, in few words: the directory that holds nearly all of them, and what is largest in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from heapq import heapify, heappop, heappush, nlargest

from imgscope.advice.model import Named
from imgscope.filesystem.rootfs import ROOT, RootFs

SHOWN = 3
_NEARLY_ALL = 9, 10
_CRUMB = 20
"""What has less than a twentieth of the largest is not worth a line."""


def largest(rootfs: RootFs, bodies: Collection[tuple[int, int]]) -> list[Named]:
    """At most three paths for bodies, each given by its node and bytes: files, or directories that hold many.

    Where three are but a small part of the whole, the directory that holds all comes first; crumbs are left out.
    """
    parent, own = rootfs.parent, defaultdict[int, int](int)
    for node, size in bodies:
        own[parent[node]] += size
    total, kids = _summed(rootfs, own)
    top = _deepest(total, kids, ROOT)
    files: defaultdict[int, int] = defaultdict(int)
    for node, size in bodies:
        if parent[node] == top:
            files[node] += size
    deepest = [_deepest(total, kids, node) for node in kids.get(top, ())]
    inside = {node: total[node] for node in deepest}
    found = [_named(rootfs, node, inside[node], is_file=False) for node in _most(inside)]
    found += [_named(rootfs, node, files[node], is_file=not rootfs.children.get(node)) for node in _most(files)]
    found.sort(key=lambda named: (-named.bytes, named.path))
    del found[SHOWN:]
    if top != ROOT and 2 * sum(named.bytes for named in found) < total[top]:
        found = [_named(rootfs, top, total[top], is_file=False), *found[: SHOWN - 1]]
    return [named for named in found if named.bytes * _CRUMB >= found[0].bytes]


def _most(sizes: dict[int, int]) -> list[int]:
    return nlargest(SHOWN, sizes, key=lambda node: (sizes[node], -node))


def _summed(rootfs: RootFs, own: dict[int, int]) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Bytes at and below each directory, and by directory those in it that hold some.

    A parent has a smaller number than its children.
    """
    total: defaultdict[int, int] = defaultdict(int, own)
    kids: defaultdict[int, list[int]] = defaultdict(list)
    todo = [-node for node in own]
    heapify(todo)
    while todo:
        node = -heappop(todo)
        if node == ROOT:
            break
        parent = rootfs.parent[node]
        if parent not in total:
            heappush(todo, -parent)
        total[parent] += total[node]
        kids[parent].append(node)
    return total, kids


def _deepest(total: dict[int, int], kids: dict[int, list[int]], node: int) -> int:
    """The deepest directory at or below one that holds nearly all of what that holds."""
    least = total[node] * _NEARLY_ALL[0]
    while kids.get(node):
        child = max(kids[node], key=total.__getitem__)
        if total[child] * _NEARLY_ALL[1] < least:
            break
        node = child
    return node


def _named(rootfs: RootFs, node: int, size: int, *, is_file: bool) -> Named:
    return Named(rootfs.path(node) + (b"" if is_file else b"/"), size)
