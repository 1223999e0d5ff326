"""Apply changesets bottom to top → FileSystem. Linear in entries, whatever the markers are."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from imgscope.filesystem.changeset import apply
from imgscope.filesystem.model import Effect, FileSystem
from imgscope.filesystem.rootfs import NONE, RootFs
from imgscope.filesystem.timeline import Journal
from imgscope.tar.table import MemberTable


def squash(tables: Sequence[MemberTable | None]) -> FileSystem:
    """The filesystem that layers make, lowest first. A layer that is None changes nothing."""
    first = [0, *accumulate(0 if table is None else len(table) for table in tables)]
    entries = first[-1]

    # It knows the tables and not the filesystem: one that refers to itself would outlive its use.
    def link_of(inode: int) -> bytes:
        layer = bisect_right(first, inode) - 1
        table = tables[layer]
        return b"" if table is None else table.link.get(inode - first[layer], b"")

    state = FileSystem(
        tables=list(tables),
        first=first,
        rootfs=RootFs(link_of),
        links=array("I", bytes(4 * entries)),
        node_of=array("I", [NONE]) * entries,
    )
    for layer, table in enumerate(tables):
        if table is None:
            state.effects.append(Effect())
            state.journals.append(Journal(first=len(state.rootfs)))
        else:
            apply(state, table, layer)
    return state
