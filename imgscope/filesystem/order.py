"""Where engines that apply entries in archive order would show another filesystem.

The specification says that markers hide lower layers only. Docker, containerd and containers/storage work through
a layer entry by entry, so a whiteout deletes what the same layer put there before it, and an opaque marker deletes
directories whose own entry has not come yet. Nobody writes such layers on purpose; where one is found, say so.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from imgscope.filesystem.change import Change
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.rootfs import NONE, ROOT

_NEVER = 1 << 62


def note_order(change: Change) -> None:
    """Add a notice for each marker of a layer whose outcome depends on the engine."""
    special, kind = change.special, change.fs.kind
    whiteouts = zip(special.whiteouts, change.hidden_by_name, strict=True)
    opaque = zip(special.opaque, change.emptied, strict=True)
    standing = [(row, node, False) for row, node in whiteouts if node != NONE and kind[node]]
    standing += [(row, node, True) for row, node in opaque if node != NONE and kind[node]]
    if not standing:
        return
    own, earliest = _rows_by_node(change)
    late = _late_directories(change, own, earliest)
    for marker, node, empties in standing:
        written = late if empties else earliest
        if written.get(node, _NEVER) < marker:
            change.effect.notice(Oddity.ORDER_DEPENDENT, change.fs.path(node))


def _rows_by_node(change: Change) -> tuple[dict[int, int], dict[int, int]]:
    """First row that wrote each node, and first row that wrote it or anything below."""
    own: dict[int, int] = {}
    for row in range(len(change.table) - 1, -1, -1):
        node = change.state.node_of[change.first + row]
        if node != NONE:
            own[node] = row
    earliest = dict(own)
    # A parent's number is smaller than its children's: from the largest down, every row reaches the root.
    pending = [-node for node in own]
    heapify(pending)
    while pending:
        node = -heappop(pending)
        parent = change.fs.parent[node]
        if parent not in earliest:
            heappush(pending, -parent)
        earliest[parent] = min(earliest[node], earliest.get(parent, _NEVER))
    return own, earliest


def _late_directories(change: Change, own: dict[int, int], earliest: dict[int, int]) -> dict[int, int]:
    """By directory: the first row that wrote below a child of it whose own entry comes later, or never."""
    late: dict[int, int] = {}
    for node, row in earliest.items():
        if node == ROOT or own.get(node, _NEVER) <= row:
            continue
        above = node
        while above != ROOT and late.get(change.fs.parent[above], _NEVER) > row:
            above = change.fs.parent[above]
            late[above] = row
    return late
