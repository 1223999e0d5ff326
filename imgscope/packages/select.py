"""Which files of an image are databases of packages, and which version of each stood after which layer."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE, NONE, ROOT
from imgscope.packages.model import Ecosystem
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.tar.table import MemberTable

_PROGRAM = 256 << 10
"""Bytes from which an executable file may be a program with its libraries in it: a smallest one has a million."""
_MOST_PATHS = 256 << 20
"""Bytes of the paths of all databases."""
_EXECUTABLE = 0o111


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """A path that has a database, or a part of one."""

    ecosystem: int
    """Number in the registry."""
    database: bytes
    path: bytes


@dataclass(slots=True, repr=False)
class Selection:
    """Database files by node, and what stood there."""

    whole: bool = True
    """Whether they are all: a hostile image may have millions."""
    files: dict[int, DatabaseFile] = field(default_factory=dict)
    changes: list[dict[int, int]] = field(default_factory=list)
    """By layer: the nodes of files that it wrote or took away, with the entry of the content; NONE for gone."""

    def entries(self) -> dict[int, int]:
        """Entries whose content is needed, with the ecosystem that says what of it."""
        found: dict[int, int] = {}
        for changed in self.changes:
            for node, entry in changed.items():
                if entry != NONE:
                    found.setdefault(entry, self.files[node].ecosystem)
        return found


def select(fs: FileSystem, ecosystems: tuple[Ecosystem, ...] = ECOSYSTEMS) -> Selection:
    """All databases that any layer had. Nothing is read: places, names, sizes and permissions decide."""
    selection = Selection()
    endings = tuple(ending for ecosystem in ecosystems for ending in ecosystem.endings)
    named = [node for node, name in enumerate(fs.rootfs.name) if name.endswith(endings)]
    above: dict[int, bytes] = {}
    room = _MOST_PATHS
    for number, ecosystem in enumerate(ecosystems):
        for node in _candidates(fs, ecosystem, named):
            path = _path(fs, node, above)
            database = None if node in selection.files else ecosystem.database(path)
            room -= len(path)
            selection.whole = room >= 0
            if database is not None and selection.whole:
                selection.files[node] = DatabaseFile(number, database, path)
    selection.changes = list(_changes(fs, selection.files))
    return selection


def _path(fs: FileSystem, node: int, above: dict[int, bytes]) -> bytes:
    """The path of a node; ``above`` has the directories of its neighbours."""
    parent = fs.rootfs.parent[node]
    if parent not in above:
        above[parent] = fs.rootfs.path(parent) + b"/" if parent != ROOT else b""
    return above[parent] + fs.rootfs.name[node]


def _candidates(fs: FileSystem, ecosystem: Ecosystem, named: list[int]) -> Iterator[int]:
    """Nodes to ask an ecosystem about; ``named`` have an ending that any of them has."""
    for directory in ecosystem.directories:
        node: int | None = ROOT
        for name in directory.split(b"/"):
            node = None if node is None else fs.rootfs.children.get(node, {}).get(name)
        if node is not None:
            yield from fs.rootfs.children.get(node, {}).values()
    if ecosystem.endings:
        yield from (node for node in named if fs.rootfs.name[node].endswith(ecosystem.endings))
    if ecosystem.programs:
        yield from sorted(_programs(fs))


def _programs(fs: FileSystem) -> set[int]:
    """Nodes that some layer wrote a large executable file to."""
    return {
        node
        for first, table in zip(fs.first, fs.tables, strict=False)
        if table is not None
        for row in _large_executables(table)
        if (node := fs.node_of[first + row]) != NONE
    }


def _large_executables(table: MemberTable) -> Iterator[int]:
    runs = [bool(mode & _EXECUTABLE) for mode in table.mode]
    permission = table.permission
    return (row for row, size in enumerate(table.size) if size >= _PROGRAM and runs[permission[row]])


def _changes(fs: FileSystem, files: dict[int, DatabaseFile]) -> Iterator[dict[int, int]]:
    """By layer: what stands at the files that it touched, once it is applied."""
    nodes = array("I", sorted(files))
    for journal in fs.journals:
        found: dict[int, int] = {}
        for row, node in enumerate(journal.touched):
            if node in files:
                found[node] = _content(journal.changed.kind[row], journal.changed.inode[row])
        start = bisect_left(nodes, journal.first)
        for node in nodes[start : bisect_left(nodes, journal.first + len(journal.new.kind))]:
            row = node - journal.first
            found[node] = _content(journal.new.kind[row], journal.new.inode[row])
        yield found


def _content(kind: int, inode: int) -> int:
    return inode if kind == FILE else NONE


def by_layer(fs: FileSystem, entries: dict[int, int]) -> dict[int, dict[int, int]]:
    """Rows of entries by layer, with what was given of each."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for entry, value in entries.items():
        layer, row = fs.locate(entry)
        found[layer][row] = value
    return found
