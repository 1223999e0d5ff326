"""Apply changesets bottom to top → FileSystem. Linear in entries, whatever the markers are."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from imgscope.filesystem.changeset import apply
from imgscope.filesystem.journal import Journal
from imgscope.filesystem.model import Effect, FileSystem
from imgscope.filesystem.rootfs import NONE, RootFs
from imgscope.tar.table import MemberTable


def squash(tables: Iterable[MemberTable | None]) -> FileSystem:
    """The filesystem that layers make, lowest first. A layer that is None changes nothing.

    Each layer is applied before the next is asked for: they may still be under way.
    """
    stack: list[MemberTable | None] = []
    first = [0]

    # It knows the tables and not the filesystem: one that refers to itself would outlive its use.
    def link_of(inode: int) -> bytes:
        layer = bisect_right(first, inode) - 1
        table = stack[layer]
        return b"" if table is None else table.link.get(inode - first[layer], b"")

    state = FileSystem(tables=stack, first=first, rootfs=RootFs(link_of))
    for layer, table in enumerate(tables):
        if state.journals:
            state.journals[-1].close()
        stack.append(table)
        first.append(first[-1] + (0 if table is None else len(table)))
        if table is None:
            state.effects.append(Effect())
            state.journals.append(Journal(first=len(state.rootfs)))
        else:
            _make_room(state, len(table))
            apply(state, table, layer)
    return state


def _make_room(state: FileSystem, entries: int) -> None:
    state.links.frombytes(bytes(4 * entries))
    state.node_of.extend(array("I", [NONE]) * entries)
