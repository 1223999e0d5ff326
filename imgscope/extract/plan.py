"""What a request selects, told apart by how it is written; found without recursion, however deep it lies."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from unicodedata import normalize

from imgscope.errors import SettingsError
from imgscope.extract.model import Problems, Request
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.filesystem.words import type_of
from imgscope.inspection import Inspection
from imgscope.tar import typeflag

SPECIAL = {typeflag.CHARACTER_DEVICE: "a device", typeflag.BLOCK_DEVICE: "a device", typeflag.FIFO: "a named pipe"}
_OUTSIDE = "a hard link to a file outside of what was written; it is a file of its own now"


@dataclass(slots=True)
class Plan:
    """Nodes to write."""

    fs: FileSystem
    request: Request
    problems: Problems
    directories: array[int] = field(default_factory=lambda: array("I"))
    """Each before what is in it."""
    files: array[int] = field(default_factory=lambda: array("I"))
    """By inode, and so by layer and in archive order; names of one file side by side."""
    symlinks: array[int] = field(default_factory=lambda: array("I"))
    special: array[int] = field(default_factory=lambda: array("I"))
    """Devices and named pipes."""

    def by_inode(self) -> Iterator[tuple[int, list[int]]]:
        """Each file's inode with all its names."""
        for inode, nodes in groupby(self.files, key=self.request.state.inode.__getitem__):
            yield inode, list(nodes)

    def stored(self) -> tuple[int, int]:
        """Number of files, and bytes to write for them."""
        sizes = [self.fs.stored(inode) for inode, _ in self.by_inode()]
        return len(sizes), sum(sizes)


def size_of(inspection: Inspection, request: Request) -> tuple[int, int]:
    """How many files a request would write, and how many bytes. Raises SettingsError where nothing stands there."""
    return select(inspection.filesystem, request).stored()


def select(fs: FileSystem, request: Request) -> Plan:
    """All that a request would write. Raises SettingsError where nothing stands at its node."""
    plan = Plan(fs, request, Problems(every=request.every))
    kind, children = request.state.kind, fs.rootfs.children
    if not kind[request.node]:
        raise SettingsError("there is nothing to write: the path is not in the image at that layer")
    above, stack = _ways(fs, request)
    for node in above:
        _take(plan, node)
    while stack:
        node = stack.pop()
        if node != request.node and not is_name(fs.rootfs.name[node]):
            plan.problems.add(fs.rootfs.path(node), "not a name that a file can have; left out")
            continue
        _take(plan, node)
        if kind[node] == DIRECTORY:
            stack += [child for child in children.get(node, {}).values() if kind[child]]
    for column in ("directories", "symlinks", "special"):
        setattr(plan, column, array("I", sorted(getattr(plan, column))))  # a parent has a smaller number
    plan.files = array("I", sorted(sorted(plan.files), key=request.state.inode.__getitem__))
    _note_outside(plan)
    return plan


def _ways(fs: FileSystem, request: Request) -> tuple[set[int], list[int]]:
    """Directories of which not all is wanted, and nodes of which all is."""
    if request.only is None:
        return set(), [request.node]
    wanted, above = set(request.only), set[int]()
    tops = []
    for node in wanted:
        way = _above(fs, node, request.node)
        if not wanted.intersection(way):
            above.update(way)
            tops.append(node)
    return above, tops


def _above(fs: FileSystem, node: int, top: int) -> list[int]:
    """The directories that a node stands in, up to ``top``."""
    way = []
    while node != top:
        node = fs.rootfs.parent[node]
        way.append(node)
    return way


def is_name(name: bytes) -> bool:
    """Whether it names something in a directory, and not another place."""
    return name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name


def _take(plan: Plan, node: int) -> None:
    kind, inode = plan.request.state.kind[node], plan.request.state.inode[node]
    if kind == DIRECTORY:
        plan.directories.append(node)
    elif kind == SYMLINK:
        plan.symlinks.append(node)
    elif kind == FILE and type_of(plan.fs, inode) in typeflag.REGULAR:
        plan.files.append(node)
    elif kind != FILE and type_of(plan.fs, inode) in SPECIAL:
        plan.special.append(node)
    else:
        what = "a hard link to nothing" if kind == FILE else "of unknown type"
        plan.problems.add(plan.fs.rootfs.path(node), f"{what}; left out")


def _note_outside(plan: Plan) -> None:
    """Say which files share their content with a path that is not among them."""
    fs, state = plan.fs, plan.request.state
    for inode, nodes in plan.by_inode():
        own = fs.node_of[inode]
        if own != NONE and own not in nodes and state.kind[own] == FILE and state.inode[own] == inode:
            plan.problems.add(fs.rootfs.path(nodes[0]), _OUTSIDE)


def twins(plan: Plan) -> set[int]:
    """Nodes whose names are one and the same to a file system that does not tell upper from lower case."""
    kind, found = plan.request.state.kind, set()
    for directory in plan.directories:
        first: dict[str, int] = {}
        for name, node in plan.fs.rootfs.children.get(directory, {}).items():
            if kind[node]:
                other = first.setdefault(_folded(name), node)
                if other != node:
                    found |= {other, node}
    return found


def _folded(name: bytes) -> str:
    return normalize("NFD", name.decode("utf-8", "surrogateescape")).casefold()
