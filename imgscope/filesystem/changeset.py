"""One layer applied to the root filesystem, as the specification has it (and umoci does).

    lower layers      this layer             then
    etc/a             etc/.wh.a              etc/a is hidden (a whiteout)
    var/b             var/.wh..wh..opq       var/b is hidden (an opaque marker)
    var/b             var/b                  …but a new var/b stands there: overwritten
    lib → usr/lib     lib/x                  usr/lib/x is written, through the link
    opt/              opt (a file)           all below opt is hidden: its type changed

Whatever the order of the entries, markers hide lower layers only, and so act first (``hiding``); then the entries are
written in archive order (``entries``); then every body that lost its last link is given a cause (``settling``).
"""

from __future__ import annotations

from imgscope.filesystem import entries
from imgscope.filesystem.change import Change
from imgscope.filesystem.hiding import hide, name_markers
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.order import note_order
from imgscope.filesystem.settling import settle
from imgscope.tar.table import MemberTable


def apply(state: FileSystem, table: MemberTable, layer: int) -> None:
    """Apply one layer; add what it did, in numbers and path by path."""
    change = Change(state, table, layer)
    state.formats.update(change.first + row for row in change.special.stargz)
    lower = entries.lower_targets(change)
    if change.special.markers:
        hide(change)
    entries.write(change, lower)
    name_markers(change)
    settle(change)
    note_order(change)
    for path in change.fs.loops:
        change.effect.notice(Oddity.SYMLINK_LOOP, path)
    change.fs.loops.clear()
    state.effects.append(change.effect)
    state.journals.append(change.journal())
