"""What a layer's markers hide, before any of its entries is written.

Markers speak of lower layers only, in whatever order they stand. So all of them are resolved first, on what the lower
layers left; then whiteouts act, and then opaque markers: where both hide something, the whiteout is the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from imgscope.filesystem.change import OPAQUE, WHITEOUT, Change
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import ABSENT, DIRECTORY, NONE, SYMLINK
from imgscope.filesystem.whiteout import whiteout_name

_DIRECTORY, _SYMLINK = ord("5"), ord("2")


def hide(change: Change) -> None:
    """Apply the markers."""
    _make_way(change)
    fs, table, special = change.fs, change.table, change.special
    directories = _directories(change, change.note_links)
    for row in special.whiteouts:
        directory = directories.get(table.directory[row])
        node = None if directory is None else fs.child(directory, whiteout_name(table.base[row]))
        if node is not None and not change.is_own(node):
            change.remove(node, WHITEOUT, row)
    for row in special.opaque:
        directory = directories.get(table.directory[row])
        if directory is not None and fs.kind[directory] == DIRECTORY:
            change.empty(directory, OPAQUE, row)


def name_markers(change: Change) -> None:
    """Give each marker the node that it speaks of; a whiteout of nothing gets one too, so that it can be shown.

    Done once the layer's entries are written: a marker may stand in a directory that only this layer has.
    """
    table, special = change.table, change.special
    directories = _directories(change)
    for row in special.whiteouts:
        directory = directories.get(table.directory[row])
        name = whiteout_name(table.base[row])
        change.hidden_by_name.append(NONE if directory is None else change.fs.node(directory, name))
    change.emptied.extend(directories.get(table.directory[row], NONE) for row in special.opaque)


def _directories(change: Change, met: Callable[[list[bytes]], None] = lambda _: None) -> dict[int, int]:
    """Nodes of the directories that markers stand in, by their numbers in the layer; ``met`` is told of each."""
    found = {}
    for place, parts in change.special.places.items():
        node = change.fs.find(parts)
        if node is not None and change.fs.kind[node] == DIRECTORY:
            found[place] = node
            met(parts)
    return found


def _make_way(change: Change) -> None:
    """Directories and links of this layer that stand on the way to a marker take their place first.

    Docker's overlay diff writes ``a/`` and ``a/.wh..wh..opq`` where a symlink became a directory; through the old
    link the marker would hide the files of its target.
    """
    fs, table, skip, ways = change.fs, change.table, change.special.skip, change.special.ways()
    rows = [
        (row, parts)
        for row, kind in enumerate(table.type)
        if kind in (_DIRECTORY, _SYMLINK) and not (skip and skip[row])
        for parts in (components(table.name(row))[0],)
        if parts and parts in ways
    ]
    for row, parts in sorted(rows, key=lambda item: len(item[1])):
        parent = fs.find(parts[:-1])
        if parent is None or fs.kind[parent] != DIRECTORY:
            continue
        node = fs.child(parent, parts[-1])
        if table.type[row] == _DIRECTORY:
            if node is not None and fs.kind[node] != DIRECTORY:
                change.lose(node, row)
                change.put(node, row, DIRECTORY)
        elif node is None or fs.kind[node] not in (ABSENT, DIRECTORY):
            if node is not None:
                change.lose(node, row)
            change.put(fs.node(parent, parts[-1]), row, SYMLINK)
