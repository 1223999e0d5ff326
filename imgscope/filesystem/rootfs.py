"""RootFs: the root filesystem as it stands while layers are applied, as columns over numbered paths.

A path gets its number (*node*) when it is first seen and keeps it for good, so that a file stands beside its other
versions and a parent always has a smaller number than its children. An *entry* is a member of some layer, numbered
through all layers; an *inode* is the entry that holds what a path shows: its own, or for a hard link the target's.

Once a directory was cleared, a list of what was put into it since stands beside the names that it ever held. A node
that goes away stays in the list until its directory is cleared again, and is dropped then: each is walked once per
time it was put in, so hiding costs no more than creating did, however many layers hide the same directory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

ROOT = 0
NONE = 0xFFFFFFFF
"""No node, or no entry (a directory that only paths imply)."""

ABSENT, DIRECTORY, FILE, SYMLINK, OTHER = range(5)
"""What stands at a path."""

MAX_HOPS = 255
MAX_STEPS = 4096
"""Parts that the links of one path may expand to in all."""


Place = tuple[int, dict[bytes, int], list[int] | None]
"""A directory's node, the nodes of its names, and what it lists if it was cleared."""


class RootFs:
    """Paths, and what stands at each. ``link_of(inode)`` gives the target of a symlink."""

    def __init__(self, link_of: Callable[[int], bytes]) -> None:
        self.parent = array("I", [ROOT])
        self.name: list[bytes] = [b""]
        self.kind = bytearray([DIRECTORY])
        self.entry = array("I", [NONE])
        """Entry that last wrote the path."""
        self.inode = array("I", [NONE])
        self._bodies = bytearray(1)
        self._more_bodies: dict[int, int] = {}
        """By path: what does not fit into a byte of how many bodies it had."""
        self.children: dict[int, dict[bytes, int]] = {ROOT: {}}
        self.listed: dict[int, list[int]] = {}
        """By directory that was cleared: its children since then; one that went away and came back is there twice."""
        self._link_of = link_of
        self.crossed: list[int] = []
        """Symlinks that the last walk went through."""
        self.loops: list[bytes] = []
        """Paths that lead through a loop of symlinks; the link itself is taken as what it is."""

    def __len__(self) -> int:
        return len(self.parent)

    def node(self, parent: int, name: bytes) -> int:
        """The node of a name in a directory, made where it is new; nothing stands there until it is written."""
        names = self.children.setdefault(parent, {})
        node = names.get(name)
        if node is None:
            node = names[name] = len(self.parent)
            self.parent.append(parent)
            self.name.append(name)
            self.kind.append(ABSENT)
            self.entry.append(NONE)
            self.inode.append(NONE)
            self._bodies.append(0)
        return node

    def place(self, node: int) -> Place:
        """A directory as something to put many new paths into."""
        return node, self.children.setdefault(node, {}), self.listed.get(node)

    def bodies(self, node: int) -> int:
        """How many bodies a path had in all layers."""
        return self._bodies[node] + self._more_bodies.get(node, 0)

    def add_body(self, node: int) -> None:
        """A path gets another body."""
        if self._bodies[node] < 0xFF:
            self._bodies[node] += 1
        else:
            self._more_bodies[node] = self._more_bodies.get(node, 0) + 1

    def fill(self, bodies: bytes | bytearray, entry: int) -> None:
        """Columns of new nodes whose ``parent``, ``name`` and ``kind`` are there: each is the next entry's.

        ``bodies``: whether it has one.
        """
        entries = range(entry, entry + len(bodies))
        self.entry.extend(entries)
        self.inode.extend(entries)
        self._bodies += bodies

    def put(self, node: int, kind: int, entry: int, inode: int) -> None:
        """Let something stand at a node."""
        if not self.kind[node]:
            self.keep(node)
        self.kind[node] = kind
        self.entry[node] = entry
        self.inode[node] = inode

    def child(self, parent: int, name: bytes) -> int | None:
        """The node of a name in a directory, if something stands there."""
        node = self.children.get(parent, {}).get(name)
        return node if node is not None and self.kind[node] else None

    def take_children(self, node: int) -> list[int]:
        """Empty a directory: the children that stood in it, which are no longer listed."""
        kind, listed = self.kind, self.listed.get(node)
        if listed is None:
            self.listed[node] = []
            return [child for child in self.children.get(node, {}).values() if kind[child]]
        found = [child for child in dict.fromkeys(listed) if kind[child]]
        listed.clear()
        return found

    def keep(self, node: int) -> None:
        """List a child again that was taken but shall stay."""
        listed = self.listed.get(self.parent[node])
        if listed is not None:
            listed.append(node)

    def find(self, parts: list[bytes], *, follow_last: bool = True) -> int | None:
        """The node at a path if something stands there, through symlinks in all parts (but maybe the last)."""
        return self._walk(parts, follow_last=follow_last, make=None)

    def directory(self, parts: list[bytes], make: Callable[[int], None]) -> int:
        """The directory at a path; ``make(node)`` is called for every part that is not (or not yet) one."""
        node = self._walk(parts, follow_last=True, make=make)
        assert node is not None
        return node

    def _walk(
        self, parts: list[bytes], *, follow_last: bool, make: Callable[[int], None] | None, hops_left: int = MAX_HOPS
    ) -> int | None:
        """Resolve as the kernel would inside a chroot, in one loop however deep links nest.

        A path with too many links is taken as it is written, links and all.
        """
        node = ROOT
        todo = parts[::-1]
        follow = hops_left > 0
        room = MAX_STEPS
        self.crossed.clear()
        while todo:
            part = todo.pop()
            if part == b"..":
                node = self.parent[node]
                continue
            child = self.node(node, part) if make else self.children.get(node, {}).get(part)
            if child is None:
                return None
            kind = self.kind[child]
            if follow and kind == SYMLINK and (todo or follow_last):
                target = self._link_of(self.inode[child])
                steps = [step for step in reversed(target.split(b"/")) if step and step != b"."]
                room -= len(steps)
                if not hops_left or room < 0:
                    self.loops.append(b"/".join(parts))
                    return self._walk(parts, follow_last=follow_last, make=make, hops_left=0)
                hops_left -= 1
                self.crossed.append(child)
                todo += steps
                if target.startswith(b"/"):
                    node = ROOT
            elif kind != DIRECTORY and (todo or make):
                if not make:
                    return None
                make(child)
                node = child
            elif kind == ABSENT:
                return None
            else:
                node = child
        return node

    def path(self, node: int) -> bytes:
        """The path of a node: no leading slash, the root empty."""
        parts: list[bytes] = []
        while node != ROOT:
            parts.append(self.name[node])
            node = self.parent[node]
        return b"/".join(reversed(parts))
