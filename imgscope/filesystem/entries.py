"""A layer's entries, written in archive order: files, directories, links, and names that need a second look."""

from __future__ import annotations

from imgscope.filesystem.change import Change
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import DIRECTORY, FILE, OTHER, ROOT, SYMLINK

_KINDS = {ord("5"): DIRECTORY, ord("2"): SYMLINK, ord("0"): FILE, ord("7"): FILE, ord("S"): FILE}
_HARD_LINK, _PLAIN, _SLASH = ord("1"), ord("0"), ord("/")
_KNOWN = frozenset(b"01234567S")
_ODD = frozenset((b"", b".", b".."))


def lower_targets(change: Change) -> dict[int, int]:
    """By row of a hard link: the node that it refers to in the lower layers; needed where markers may hide it."""
    found: dict[int, int] = {}
    if change.special.markers and _HARD_LINK in change.table.type:
        for row, link in change.table.link.items():
            if change.table.type[row] == _HARD_LINK:
                node = change.fs.find(components(link)[0], follow_last=False)
                if node is not None:
                    found[row] = node
    return found


def write(change: Change, lower: dict[int, int]) -> None:
    """All entries; new files, nearly all there are, in the shortest way. ``lower`` is from :func:`lower_targets`."""
    state, fs, first = change.state, change.fs, change.first
    links, node_of, add, bodies = state.links, state.node_of, fs.add, fs.bodies
    skip, resolved = change.special.skip, change.resolved
    directories, bases = change.table.directory, change.table.base
    files = 0
    for row, kind in enumerate(change.table.type):
        if skip and row in skip:
            continue
        if kind == _PLAIN:
            number = directories[row]
            parent, names = resolved.get(number) or _resolve(change, number)
            base = bases[row]
            if base not in names and base not in _ODD and base[-1] != _SLASH:
                entry = first + row
                node = add(parent, names, base, FILE, entry, entry)
                links[entry] = 1
                node_of[entry] = node
                bodies[node] = 1
                files += 1
                continue
        _write_row(change, row, kind, lower)
    change.effect.files += files


def _resolve(change: Change, number: int) -> tuple[int, dict[bytes, int]]:
    """The node of a directory as stored, and its children's names; made where it is not there."""
    name = change.table.directories[number]
    parts = _parts(change, name)
    node = change.fs.directory(parts, change.imply)
    change.note_links(parts)
    found = change.resolved[number] = (node, change.fs.children.setdefault(node, {}))
    return found


def _parts(change: Change, name: bytes) -> list[bytes]:
    parts, climbs = components(name)
    if climbs:
        change.effect.notice("climbing-name", name)
    return parts


def _write_row(change: Change, row: int, type_: int, lower: dict[int, int]) -> None:
    """Any entry, in the long way."""
    base = change.table.base[row].rstrip(b"/")
    if base in _ODD:
        parts = _parts(change, change.table.name(row))
        if not parts:
            _write_root(change, row, type_)
            return
        parent, base = change.fs.directory(parts[:-1], change.imply), parts[-1]
    else:
        number = change.table.directory[row]
        parent = (change.resolved.get(number) or _resolve(change, number))[0]
    node = change.fs.node(parent, base)
    if change.is_own(node) and change.fs.kind[node] != DIRECTORY and change.fs.entry[node] != change.first + row:
        change.effect.notice("duplicate-entry", change.table.name(row))
    if type_ == _HARD_LINK:
        _link(change, node, row, lower.get(row))
    else:
        _put(change, node, row, type_)


def _put(change: Change, node: int, row: int, type_: int) -> None:
    """Anything but a hard link, with its body if it has one."""
    kind = _KINDS.get(type_, OTHER)
    if kind == FILE:
        change.fs.bodies[node] += 1
        change.effect.files += 1
    elif kind == OTHER:
        change.effect.not_content += change.table.stored(row)
        if type_ not in _KNOWN:
            change.effect.notice("unknown-type", change.table.name(row))
    change.put(node, row, kind)


def _write_root(change: Change, row: int, type_: int) -> None:
    """An entry for the root sets its attributes; it cannot become anything else."""
    if _KINDS.get(type_) == DIRECTORY:
        change.fs.entry[ROOT] = change.fs.inode[ROOT] = change.first + row
        change.state.node_of[change.first + row] = ROOT
    else:
        change.effect.notice("root-entry", change.table.name(row) or b"(empty)")
        change.effect.not_content += change.table.stored(row)


def _link(change: Change, node: int, row: int, lower: int | None) -> None:
    """A hard link: to an entry before it in this layer, or to what lower layers left."""
    target = _target(change, row, lower)
    if target is None:
        change.effect.notice("broken-hard-link", change.table.name(row))
        target = change.first + row, FILE
    inode, kind = target
    change.put(node, row, kind, inode)


def _target(change: Change, row: int, lower: int | None) -> tuple[int, int] | None:
    """Inode and kind of what a hard link refers to; None where it leads nowhere, or to a directory."""
    parts = components(change.table.link.get(row, b""))[0]
    node = change.fs.find(parts, follow_last=False)
    before_it = node is not None and change.first <= change.fs.entry[node] < change.first + row
    # What was hidden before entries are written is still there for links that come before the marker.
    if not before_it and lower is not None and lower in change.hidden:
        marker, inode, kind = change.hidden[lower]
        if marker > row:
            return inode, kind
    if node is not None:
        kind = change.fs.kind[node]
        return None if kind == DIRECTORY else (change.fs.inode[node], kind)
    meta = change.special.meta.get(b"/".join(parts))
    return None if meta is None else (change.first + meta, FILE)
