"""What follows from a layer once it is applied: a cause for every body without a link, and numbers of paths."""

from __future__ import annotations

from itertools import chain

from imgscope.filesystem.change import REPLACED, WHITEOUT, Change
from imgscope.filesystem.model import Cause
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE
from imgscope.tar.block import REGULAR


def settle(change: Change) -> None:
    """Give each body that lost its last link the cause and the path of the cut that did it.

    Of several cuts in one layer, that of the path the body was stored at decides, else the first by name: engines
    write them in any order.
    """
    own_meta = {change.first + row for row in change.special.meta_rows}
    last: dict[int, tuple[int, int]] = {}
    for inode, node, how in change.cuts:
        # What belongs to the format is accounted for as such, whatever becomes of it.
        if change.state.links[inode] or inode in change.state.formats or inode in own_meta:
            continue
        if inode not in last or _goes_before(change, inode, node, last[inode][0]):
            last[inode] = (node, how)
    for inode, (node, how) in last.items():
        cause = Cause.SHADOWED if inode >= change.first else _cause(change, node, how)
        copy = change.fs.inode[node] if cause is Cause.OVERWRITTEN else NONE
        change.state.hidden.append(inode, cause, change.layer, copy)
    _settle_special(change)
    _count(change)


def _goes_before(change: Change, inode: int, node: int, other: int) -> bool:
    own = change.state.node_of[inode]
    return node == own or (other != own and change.fs.path(node) < change.fs.path(other))


def _cause(change: Change, node: int, how: int) -> Cause:
    """What stands at the path after this layer decides first; where nothing does, what took it away."""
    kind = change.fs.kind
    if kind[node]:
        return Cause.OVERWRITTEN if kind[node] == FILE else Cause.TYPE_CHANGED
    above = change.fs.parent[node]
    while not kind[above]:
        above = change.fs.parent[above]
    if kind[above] != DIRECTORY or how == REPLACED:
        return Cause.TYPE_CHANGED
    return Cause.DELETED if how == WHITEOUT else Cause.OPAQUE


def _settle_special(change: Change) -> None:
    """Rows that are no entries: bodies of markers are no content, AUFS's are format metadata unless linked."""
    special, effect, table = change.special, change.effect, change.table
    effect.whiteouts, effect.opaque_whiteouts = len(special.whiteouts), len(special.opaque)
    effect.not_content += sum(map(table.stored, chain(special.whiteouts, special.opaque)))
    for row in special.invalid:
        effect.notice(Oddity.INVALID_WHITEOUT, table.name(row))
        effect.not_content += table.stored(row)
    for row in special.meta_rows:
        regular = bytes((table.type[row],)) in REGULAR
        effect.files += regular
        if not regular:
            effect.not_content += table.stored(row)
        elif not change.state.links[change.first + row]:
            effect.format_metadata += table.stored(row)
    effect.format_metadata += sum(table.stored(row) for row in special.stargz)
    for row in special.overlay:
        effect.notice(Oddity.OVERLAY_MARKER, table.name(row))


def _count(change: Change) -> None:
    """Paths that the layer added, changed and took away; the root is none."""
    fs, effect = change.fs, change.effect
    effect.added = sum(1 for kind in fs.kind[change.nodes_before :] if kind)
    for node, before, entry in zip(change.before, change.kind_before, change.entry_before, strict=True):
        now = fs.kind[node]
        effect.added += bool(now and not before)
        effect.removed += bool(before and not now)
        if before and now:
            effect.modified += before != now or now != DIRECTORY or _differs(change, entry, fs.entry[node])


def _differs(change: Change, before: int, now: int) -> bool:
    """Whether a directory's attributes changed: engines repeat every directory above a change."""
    return change.state.attributes(before) != change.state.attributes(now)
