"""Two filesystems laid on one another: paths that only one has, and pairs that differ as far as headers tell.

What both have from the same layer is passed over without a look: entries of ``after`` get the numbers that they have in
``before``, and equal numbers are one thing.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from imgscope.difference.model import SAME, Aspect, View, Walked
from imgscope.filesystem.rootfs import ABSENT, DIRECTORY, FILE, NONE, OTHER, ROOT, SYMLINK
from imgscope.tar.table import MemberTable


def walk(before: View, after: View) -> Walked:
    """Lay ``after`` on ``before``."""
    found = Walked(before, after, partner=array("I", [NONE]) * len(before.fs.rootfs))
    number = _numbers(before, after)
    compare = _Pairs(found, number)
    if not _listed(before, after):
        compare.pair(ROOT, ROOT)
    todo = [(ROOT, ROOT)]
    while todo:
        todo += _directory(found, compare, *todo.pop())
    if not _listed(before, after):
        _links(found)
    return found


def _directory(found: Walked, compare: _Pairs, node: int, other: int) -> list[tuple[int, int]]:
    """Lay one directory on another; the directories in it that both have."""
    before, after = found.before, found.after
    kind, other_kind = before.standing.kind, after.standing.kind
    mine, theirs = before.fs.rootfs.children.get(node, {}), after.fs.rootfs.children.get(other, {})
    below = []
    for name, child in mine.items():
        if kind[child] == ABSENT:
            continue
        counterpart = theirs.get(name)
        if counterpart is None or other_kind[counterpart] == ABSENT:
            found.removed += _below(before, child)
            continue
        compare.pair(child, counterpart)
        if kind[child] == other_kind[counterpart] == DIRECTORY:
            below.append((child, counterpart))
        elif kind[child] == DIRECTORY:
            found.removed += _below(before, child)[1:]
        elif other_kind[counterpart] == DIRECTORY:
            found.added += _below(after, counterpart)[1:]
    for name, counterpart in theirs.items():
        own = mine.get(name)
        if other_kind[counterpart] != ABSENT and (own is None or kind[own] == ABSENT):
            found.added += _below(after, counterpart)
    return below


def _listed(before: View, after: View) -> bool:
    """Whether one is a listing, which has no root, no extended attributes, and hard links by one name only."""
    return before.opened is None or after.opened is None


def _below(view: View, top: int) -> list[int]:
    """A node and all that stands below it, every one before those below."""
    children, kind = view.fs.rootfs.children, view.standing.kind
    found = [top]
    for node in found:  # grows on the way
        if kind[node] == DIRECTORY:
            found += [child for child in children.get(node, {}).values() if kind[child] != ABSENT]
    return found


class _Pairs:
    """Compares what stands at the same path."""

    def __init__(self, found: Walked, number: Sequence[int] | None) -> None:
        self._found = found
        mine, theirs = found.before.standing, found.after.standing
        self._kind, self._other_kind = mine.kind, theirs.kind
        self._entry, self._inode = mine.entry, mine.inode
        self._other_entry, self._other_inode = theirs.entry, theirs.inode
        if number is not None:
            self._other_entry = array("I", [NONE if one == NONE else number[one] for one in theirs.entry])
            self._other_inode = array("I", [NONE if one == NONE else number[one] for one in theirs.inode])

    def pair(self, node: int, other: int) -> None:
        """Note in what two nodes differ, and whether their contents must be read to tell."""
        found = self._found
        found.partner[node] = other
        same_body = self._inode[node] == self._other_inode[other]
        if same_body and self._entry[node] == self._other_entry[other] and self._kind[node] == self._other_kind[other]:
            return
        aspects = header_aspects(found.before, node, found.after, other)
        if aspects:
            found.differing[node] = aspects
        files = self._kind[node] == self._other_kind[other] == FILE
        if files and not same_body and not aspects & Aspect.CONTENT and found.before.size(node):
            found.alike.append((node, other))


def header_aspects(before: View, node: int, after: View, other: int) -> Aspect:
    """In what two paths differ as far as their headers tell."""
    kind = before.standing.kind[node]
    if kind != after.standing.kind[other]:
        return Aspect.TYPE
    aspects = SAME
    if kind == FILE:
        if before.size(node) != after.size(other):
            aspects |= Aspect.CONTENT
    elif kind == SYMLINK:
        if before.target(node) != after.target(other):
            aspects |= Aspect.TARGET
    elif kind == OTHER:
        if before.type(node) != after.type(other):
            return Aspect.TYPE
        if before.device(node) != after.device(other):
            aspects |= Aspect.DEVICE
    mine, theirs = before.standing.entry[node], after.standing.entry[other]
    mode, uid, gid, mtime = before.fs.attributes(mine)
    other_mode, other_uid, other_gid, other_mtime = after.fs.attributes(theirs)
    # Nothing heeds the mode of a symlink, and builders write what they like.
    if (mode ^ other_mode) & 0o7777 and kind != SYMLINK:
        aspects |= Aspect.MODE
    if (uid, gid) != (other_uid, other_gid):
        aspects |= Aspect.OWNER
    if not _listed(before, after) and before.xattrs(node) != after.xattrs(other):
        aspects |= Aspect.XATTRS
    return aspects | Aspect.MTIME if mtime != other_mtime else aspects


def _links(found: Walked) -> None:
    """Note files that have other names among the paths that both sides have than they had."""
    mine, theirs = found.before.standing, found.after.standing
    shared, other_shared = _shared(found.before), _shared(found.after)
    if not shared and not other_shared:
        return
    pairs = [
        (node, mine.inode[node], theirs.inode[other])
        for node, other in enumerate(found.partner)
        if other != NONE and mine.kind[node] == theirs.kind[other] == FILE
    ]
    pairs = [pair for pair in pairs if pair[1] in shared or pair[2] in other_shared]
    group = Counter(inode for _, inode, _ in pairs)
    other_group = Counter(inode for _, _, inode in pairs)
    both = Counter((inode, other) for _, inode, other in pairs)
    for node, inode, other in pairs:
        if not group[inode] == other_group[other] == both[inode, other]:
            found.differing[node] = found.differing.get(node, SAME) | Aspect.LINKS


def _shared(view: View) -> set[int]:
    """Inodes of files that have more than one name."""
    standing = view.standing
    every = zip(standing.kind, standing.entry, standing.inode, strict=True)
    return {inode for kind, entry, inode in every if kind == FILE and entry != inode}


def _numbers(before: View, after: View) -> Sequence[int] | None:
    """By entry of ``after``: its number in ``before``, or one that nothing has there. None where all are the same."""
    if before.fs is after.fs:
        return None
    beyond = before.fs.first[-1]
    numbers = array("I", range(beyond, beyond + after.fs.first[-1]))
    for layer, other in _same_layers(before, after):
        start, end = before.fs.first[layer], before.fs.first[layer + 1]
        numbers[after.fs.first[other] : after.fs.first[other + 1]] = array("I", range(start, end))
    return numbers


def _same_layers(before: View, after: View) -> list[tuple[int, int]]:
    """Layers that hold the same bytes: as the documents of both say, and as their headers do not gainsay."""
    if before.opened is None or after.opened is None:
        return []
    known: dict[str, int] = {}
    for layer in before.opened.image.layers:
        for name in filter(None, (layer.diff_id, layer.digest)):
            known.setdefault(name, layer.index)
    found = []
    for layer in after.opened.image.layers:
        mine = next((known[name] for name in (layer.diff_id, layer.digest) if name in known), None)
        if mine is not None and _same_table(before.fs.tables[mine], after.fs.tables[layer.index]):
            found.append((mine, layer.index))
    return found


def _same_table(one: MemberTable | None, other: MemberTable | None) -> bool:
    """Whether two tables are of one archive; digests of bodies count where both have them."""
    if one is None or other is None:
        return False
    if one.prints and other.prints and one.prints != other.prints:
        return False
    return _columns(one) == _columns(other)


def _columns(table: MemberTable) -> tuple[object, ...]:
    permissions = table.permission, table.mode, table.uid, table.gid
    rare = table.link, table.device, table.sparse, table.xattrs
    names = table.directories, table.directory, table.base
    return (*names, table.type, *permissions, table.size, table.mtime, table.body, *rare)
