"""One layer applied to the root filesystem, as the specification has it (and umoci does).

In four steps, whatever the order of the entries: directories and links that markers reach through; whiteouts, then
opaque markers, on what lower layers left; the entries, in archive order; then every body that lost its last link is
given a cause. Entries of the layer itself are never hidden by its markers.
"""

from __future__ import annotations

from imgscope.filesystem.markers import Marker, classify
from imgscope.filesystem.model import Cause, Effect, FileSystem
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import ABSENT, DIRECTORY, FILE, NONE, OTHER, ROOT, SYMLINK
from imgscope.tar.table import MemberTable

# How something went away; the cause follows from it only where nothing stands at its path afterwards.
_WHITEOUT, _OPAQUE, _REPLACED = range(3)

_KINDS = {ord("5"): DIRECTORY, ord("2"): SYMLINK, ord("0"): FILE, ord("7"): FILE, ord("S"): FILE, 0: FILE}
_DIRECTORY, _HARD_LINK, _SYMLINK, _PLAIN = ord("5"), ord("1"), ord("2"), ord("0")
_SLASH = ord("/")


class Changeset:
    """One layer being applied."""

    def __init__(self, state: FileSystem, table: MemberTable, layer: int) -> None:
        self.fs = state.rootfs
        self.table = table
        self.layer = layer
        self.first = state.first[layer]
        self.state = state
        self.links = state.links
        self.node_of = state.node_of
        self.effect = Effect()
        self.special = classify(table)
        self._cuts: list[tuple[int, int, int]] = []
        self._has_links = _HARD_LINK in table.type
        self._lost: dict[int, tuple[int, int, int]] = {}
        self._nodes_before = len(self.fs)
        self._before: dict[int, tuple[int, int]] = {}
        self._resolved: dict[int, tuple[int, dict[bytes, int]]] = {}

    def apply(self) -> Effect:
        """Do all four steps."""
        self._note_special()
        if self.special.markers:
            self._reach()
            self._hide()
        self._write_all()
        self._settle()
        self._count_changes()
        return self.effect

    def _note_special(self) -> None:
        """Count what is no entry; bodies of markers are no content."""
        special, effect = self.special, self.effect
        for marker in special.markers:
            effect.whiteouts += marker.name is not None
            effect.opaque_whiteouts += marker.name is None
            effect.not_content += self.stored(marker.row)
        for row in special.invalid:
            effect.notice("invalid-whiteout", self.table.name(row))
            effect.not_content += self.stored(row)
        for row in special.stargz:
            self.state.formats.add(self.first + row)
            effect.format_metadata += self.stored(row)

    # Steps 1 and 2: markers.

    def _reach(self) -> None:
        """Directories and links of this layer that stand on the way to a marker take their place first.

        Docker's overlay diff writes ``a/`` and ``a/.wh..wh..opq`` where a symlink became a directory; through the
        old link the marker would hide the files of its target.
        """
        ways, skip = self.special.ways(), self.special.skip
        rows = [
            (row, parts)
            for row, kind in enumerate(self.table.type)
            if kind in (_DIRECTORY, _SYMLINK) and row not in skip
            for parts in (components(self.table.name(row))[0],)
            if b"/".join(parts) in ways
        ]
        for row, parts in sorted(rows, key=lambda item: len(item[1])):
            parent = self.fs.find(parts[:-1])
            if parent is None or self.fs.kind[parent] != DIRECTORY:
                continue
            node = self.fs.children.get(parent, {}).get(parts[-1])
            if self.table.type[row] == _DIRECTORY:
                if node is not None and self.fs.kind[node] not in (ABSENT, DIRECTORY):
                    self._write(node, row, DIRECTORY)
            elif node is None or self.fs.kind[node] != DIRECTORY:
                self._write(self.fs.node(parent, parts[-1]), row, SYMLINK)

    def _hide(self) -> None:
        """Whiteouts first: where both hide something, the whiteout is the reason."""
        for marker in self.special.markers:
            if marker.name is not None:
                directory = self._marked(marker)
                node = None if directory is None else self.fs.children.get(directory, {}).get(marker.name)
                if node is not None and self.fs.kind[node] and not self._is_own(node):
                    self._remove(node, _WHITEOUT, marker.row)
        for marker in self.special.markers:
            if marker.name is None:
                directory = self._marked(marker)
                if directory is not None and self.fs.kind[directory] == DIRECTORY:
                    self._empty(directory, _OPAQUE, marker.row)

    def _marked(self, marker: Marker) -> int | None:
        """The directory that a marker stands in, if it is there."""
        node = self.fs.find(marker.directory)
        if node is not None:
            self._note_link(marker.directory, node)
        return node

    def _is_own(self, node: int) -> bool:
        return self.first <= self.fs.entry[node] < NONE

    def _empty(self, directory: int, how: int, row: int) -> None:
        """Hide what lower layers left in a directory."""
        for child in self.fs.take_children(directory):
            if how == _OPAQUE and self._is_own(child):
                self.fs.keep(child)
            else:
                self._remove(child, how, row)

    def _remove(self, node: int, how: int, row: int) -> None:
        """Take away a path and all below it."""
        fs = self.fs
        stack = [node]
        while stack:
            node = stack.pop()
            kind = fs.kind[node]
            self._remember(node)
            if kind == DIRECTORY:
                stack += fs.take_children(node)
            else:
                if self._has_links:
                    self._lost[node] = (row, fs.inode[node], kind)
                if kind == FILE:
                    self._cut(node, how)
            fs.kind[node] = ABSENT

    def _cut(self, node: int, how: int) -> None:
        """A path lets go of its inode."""
        inode = self.fs.inode[node]
        self.links[inode] -= 1
        self._cuts.append((inode, node, how))

    def _remember(self, node: int) -> None:
        if node < self._nodes_before and node not in self._before:
            self._before[node] = (self.fs.kind[node], self.fs.entry[node])

    # Step 3: entries.

    def _write_all(self) -> None:
        """All entries in archive order; new files, nearly all there are, in the shortest way."""
        fs, first, links, node_of = self.fs, self.first, self.links, self.node_of
        resolved, skip, directories, bases = self._resolved, self.special.skip, self.table.directory, self.table.base
        add, bodies = fs.add, fs.bodies
        files = 0
        for row, kind in enumerate(self.table.type):
            if skip and row in skip:
                continue
            if kind == _PLAIN:
                number = directories[row]
                parent, names = resolved.get(number) or self._resolve(number)
                base = bases[row]
                if base not in names and base not in _ODD and base[-1] != _SLASH:
                    entry = first + row
                    node = add(parent, names, base, FILE, entry, entry)
                    links[entry] = 1
                    node_of[entry] = node
                    bodies[node] = 1
                    files += 1
                    continue
            self._write_row(row, kind)
        self.effect.files += files

    def _resolve(self, number: int) -> tuple[int, dict[bytes, int]]:
        """The node of a directory as stored, and its children's names; kept until some directory or link changes."""
        parts, climbs = components(self.table.directories[number])
        if climbs:
            self.effect.notice("climbing-name", self.table.directories[number])
        node = self.fs.directory(parts, self._imply)
        self._note_link(parts, node)
        found = self._resolved[number] = (node, self.fs.children.setdefault(node, {}))
        return found

    def _note_link(self, parts: list[bytes], node: int) -> None:
        """Applied to an overlay, a layer cannot see the links of lower ones: Docker and Podman differ there."""
        path = b"/".join(parts)
        if self.fs.path(node) != path:
            self.effect.notice("through-symlink", path)

    def _imply(self, node: int) -> None:
        """A directory that only a path implies; what is no directory gives way (an error in most engines)."""
        self._remember(node)
        if self.fs.kind[node] != ABSENT:
            self.effect.notice("implied-directory", self.fs.path(node))
        if self.fs.kind[node] == FILE:
            self._cut(node, _REPLACED)
        elif self.fs.kind[node] == SYMLINK:
            self._resolved.clear()  # paths through it lead elsewhere now
        self.fs.put(node, DIRECTORY, NONE, NONE)

    def _write_row(self, row: int, type_: int) -> None:
        """Any entry, in the long way."""
        base = self.table.base[row].rstrip(b"/")
        if base in _ODD:
            parts, climbs = components(self.table.name(row))
            if climbs:
                self.effect.notice("climbing-name", self.table.name(row))
            if not parts:
                self._write_root(row, type_)
                return
            parent, base = self.fs.directory(parts[:-1], self._imply), parts[-1]
        else:
            number = self.table.directory[row]
            parent = (self._resolved.get(number) or self._resolve(number))[0]
        node = self.fs.node(parent, base)
        if self._is_own(node) and self.fs.kind[node] != DIRECTORY and self.fs.entry[node] != self.first + row:
            self.effect.notice("duplicate-entry", self.table.name(row))
        if type_ == _HARD_LINK:
            self._link(node, row)
        else:
            self._write(node, row, _KINDS.get(type_, OTHER))

    def _write_root(self, row: int, type_: int) -> None:
        """An entry for the root sets its attributes; it cannot become anything else."""
        if type_ == _DIRECTORY:
            self._remember(ROOT)
            self.fs.entry[ROOT] = self.fs.inode[ROOT] = self.first + row
            self.node_of[self.first + row] = ROOT
        else:
            self.effect.notice("root-entry", self.table.name(row) or b"(empty)")
            self.effect.not_content += self.stored(row)

    def _write(self, node: int, row: int, kind: int, inode: int | None = None) -> None:
        """Let a row stand at a node, in place of what was there."""
        fs, entry = self.fs, self.first + row
        before = fs.kind[node]
        self._remember(node)
        if kind == FILE and inode is None:
            self.links[entry] = 1
            fs.bodies[node] += 1
            self.effect.files += 1
        elif inode is None:
            self.effect.not_content += self.stored(row) if kind == OTHER else 0
        elif kind == FILE:
            self.links[inode] += 1
        if before == FILE:
            self._cut(node, _REPLACED)
        elif before == DIRECTORY and kind != DIRECTORY:
            self._empty(node, _REPLACED, row)
        if before == SYMLINK or (before == DIRECTORY and kind != DIRECTORY):
            self._resolved.clear()  # paths through it lead elsewhere now
        self.node_of[entry] = node
        fs.put(node, kind, entry, entry if inode is None else inode)

    def _link(self, node: int, row: int) -> None:
        """A hard link: to an entry before it in this layer, or to what lower layers left."""
        target = self._target(row)
        if target is None:
            self.effect.notice("broken-hard-link", self.table.name(row))
            self._write(node, row, FILE, self.first + row)
        else:
            inode, kind = target
            self._write(node, row, kind, inode)

    def _target(self, row: int) -> tuple[int, int] | None:
        """Inode and kind of what a hard link refers to; None where it leads nowhere, or to a directory."""
        parts = components(self.table.link.get(row, b""))[0]
        node = self.fs.find(parts, follow_last=False)
        if node is not None:
            kind = self.fs.kind[node]
            return None if kind == DIRECTORY else (self.fs.inode[node], kind)
        meta = self.special.meta.get(b"/".join(parts))
        if meta is not None:
            return self.first + meta, FILE
        # What a marker hides is still there for links that come before the marker.
        node = ROOT
        for part in parts:
            node = self.fs.children.get(node, {}).get(part, NONE)
        marker, inode, kind = self._lost.get(node, (-1, NONE, ABSENT))
        return (inode, kind) if marker > row else None

    # Step 4: what became of everything that was cut.

    def _settle(self) -> None:
        """Give each body that lost its last link the cause and the path of the cut that did it.

        Of several cuts in one layer, that of the path the body was stored at decides, else the first by name:
        engines write them in any order.
        """
        last: dict[int, tuple[int, int]] = {}
        for inode, node, how in self._cuts:
            if self.links[inode] or inode in self.state.formats:
                continue
            if inode not in last or self._goes_before(inode, node, last[inode][0]):
                last[inode] = (node, how)
        for inode, (node, how) in last.items():
            cause = Cause.SHADOWED if inode >= self.first else self._cause(node, how)
            copy = self.fs.inode[node] if cause is Cause.OVERWRITTEN else NONE
            self.state.hidden.append(inode, cause, self.layer, copy)
        for row in self.special.meta.values():
            regular = self.table.type[row] in _KINDS and _KINDS[self.table.type[row]] == FILE
            self.effect.files += regular
            if not regular:
                self.effect.not_content += self.stored(row)
            elif not self.links[self.first + row]:
                self.effect.format_metadata += self.stored(row)

    def _goes_before(self, inode: int, node: int, other: int) -> bool:
        own = self.node_of[inode]
        return node == own or (other != own and self.fs.path(node) < self.fs.path(other))

    def _cause(self, node: int, how: int) -> Cause:
        """What stands at the path after this layer decides first; where nothing does, what took it away."""
        kind = self.fs.kind
        if kind[node]:
            return Cause.OVERWRITTEN if kind[node] == FILE else Cause.TYPE_CHANGED
        above = self.fs.parent[node]
        while not kind[above]:
            above = self.fs.parent[above]
        if kind[above] != DIRECTORY or how == _REPLACED:
            return Cause.TYPE_CHANGED
        return Cause.DELETED if how == _WHITEOUT else Cause.OPAQUE

    def _count_changes(self) -> None:
        fs, effect = self.fs, self.effect
        effect.added = sum(1 for kind in fs.kind[self._nodes_before :] if kind)
        for node, (before, entry) in self._before.items():
            now = fs.kind[node]
            effect.added += bool(now and not before)
            effect.removed += bool(before and not now)
            if before and now:
                effect.modified += before != now or now != DIRECTORY or self._differs(entry, fs.entry[node])

    def _differs(self, before: int, now: int) -> bool:
        """Whether a directory's attributes changed: engines repeat every directory above a change."""
        return self.state.attributes(before) != self.state.attributes(now)

    def stored(self, row: int) -> int:
        """Bytes of a row's body."""
        return self.table.stored(row)


_ODD = frozenset((b"", b".", b".."))
