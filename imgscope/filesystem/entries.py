"""A layer's entries, written in archive order: files, directories, links, and names that need a second look."""

from __future__ import annotations

from array import array

from imgscope.filesystem.change import HARD_LINK, Change
from imgscope.filesystem.oddity import Oddity
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import DIRECTORY, FILE, OTHER, ROOT, SYMLINK, Place

_KINDS = {ord("5"): DIRECTORY, ord("2"): SYMLINK, ord("0"): FILE, ord("7"): FILE, ord("S"): FILE}
_DIRECTORY, _SLASH = ord("5"), ord("/")
_SIMPLE = frozenset(b"025")
_KIND = bytes(_KINDS.get(type_, OTHER) for type_ in range(256))
_ONE_BODY = bytes(type_ == ord("0") for type_ in range(256))
_KNOWN = frozenset(b"01234567S")
_ODD = frozenset((b"", b".", b".."))


def lower_targets(change: Change) -> dict[int, int]:
    """By row of a hard link: the node that it refers to in the lower layers; needed where markers may hide it."""
    found: dict[int, int] = {}
    if change.special.markers and HARD_LINK in change.table.type:
        for row, link in change.table.link.items():
            if change.table.type[row] == HARD_LINK:
                node = change.fs.find(components(link)[0], follow_last=False)
                if node is not None:
                    found[row] = node
    return found


def write(change: Change, lower: dict[int, int]) -> None:
    """All entries, in order; ``lower`` is from :func:`lower_targets`. New paths, nearly all there are, go in batches.

    Of a new path only its name, parent and kind are noted one by one; the other columns of a batch are filled at once,
    before anything looks at them.
    """
    fs, skip, resolved = change.fs, change.special.skip, change.resolved
    directories, bases = change.table.directory, change.table.base
    add_parent, add_name, add_kind, node, batch = fs.parent.append, fs.name.append, fs.kind.append, len(fs), 0
    for row, kind in enumerate(change.table.type):
        if kind in _SIMPLE and not (skip and skip[row]):
            number = directories[row]
            if number not in resolved and not _resolve_below_known(change, number):
                _fill(change, batch, row)
                _resolve(change, number)
                node, batch = len(fs), row
            parent, names, listed = resolved[number]
            base = bases[row] if kind != _DIRECTORY else bases[row].removesuffix(b"/")
            if base not in names and base not in _ODD and base[-1] != _SLASH:
                names[base] = node
                if listed is not None:
                    listed.append(node)
                add_parent(parent)
                add_name(base)
                add_kind(_KIND[kind])
                node += 1
                continue
        _fill(change, batch, row)
        if not (skip and skip[row]):
            _write_row(change, row, kind, lower)
        node, batch = len(fs), row + 1
    _fill(change, batch, len(change.table))


def _fill(change: Change, start: int, end: int) -> None:
    """The columns of new paths, which rows from ``start`` to ``end`` wrote."""
    if start == end:
        return
    state, fs, types, entry = change.state, change.fs, change.table.type[start:end], change.first + start
    entries, node = slice(entry, change.first + end), len(fs.entry)
    files = types.translate(_ONE_BODY)
    links = array("I")
    links.extend(files)
    fs.fill(files, entry)
    state.links[entries] = links
    state.node_of[entries] = array("I", range(node, len(fs.entry)))
    change.effect.files += files.count(1)


def _resolve(change: Change, number: int) -> Place:
    """The place of a directory as stored; made where it is not there."""
    name = change.table.directories[number]
    parts = _parts(change, name)
    node = change.fs.directory(parts, change.imply)
    change.note_links(parts)
    if not change.fs.crossed:
        change.straight[name] = node
    found = change.resolved[number] = change.fs.place(node)
    return found


def _resolve_below_known(change: Change, number: int) -> bool:
    """Whether the place could be noted without a walk from the root: it is there, and what is above it is known."""
    name = change.table.directories[number]
    above, _, base = name.rpartition(b"/")
    parent = change.straight.get(above)
    node = None if parent is None or base in _ODD else change.fs.child(parent, base)
    if node is None or change.fs.kind[node] != DIRECTORY:
        return False
    change.straight[name] = node
    change.resolved[number] = change.fs.place(node)
    return True


def _parts(change: Change, name: bytes) -> list[bytes]:
    parts, climbs = components(name)
    if climbs:
        change.effect.notice(Oddity.CLIMBING_NAME, name)
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
        change.effect.notice(Oddity.DUPLICATE_ENTRY, change.table.name(row))
    if type_ == HARD_LINK:
        _link(change, node, row, lower.get(row))
    else:
        _put(change, node, row, type_)


def _put(change: Change, node: int, row: int, type_: int) -> None:
    """Anything but a hard link, with its body if it has one."""
    kind = _KINDS.get(type_, OTHER)
    if kind == FILE:
        change.fs.add_body(node)
        change.effect.files += 1
    elif kind == OTHER:
        change.effect.not_content += change.table.stored(row)
        if type_ not in _KNOWN:
            change.effect.notice(Oddity.UNKNOWN_TYPE, change.table.name(row))
    change.put(node, row, kind)


def _write_root(change: Change, row: int, type_: int) -> None:
    """An entry for the root sets its attributes; it cannot become anything else."""
    if _KINDS.get(type_) == DIRECTORY:
        change.fs.entry[ROOT] = change.fs.inode[ROOT] = change.first + row
        change.state.node_of[change.first + row] = ROOT
    else:
        change.effect.notice(Oddity.ROOT_ENTRY, change.table.name(row) or b"(empty)")
        change.effect.not_content += change.table.stored(row)


def _link(change: Change, node: int, row: int, lower: int | None) -> None:
    """A hard link: to an entry before it in this layer, or to what lower layers left."""
    target = _target(change, row, lower)
    if target is None:
        change.effect.notice(Oddity.BROKEN_HARD_LINK, change.table.name(row))
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
