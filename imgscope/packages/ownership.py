"""Every body of every layer → the package that owns it, or none.

Layers are gone through from the lowest. Databases that a layer changed are read as they stand after it; then each body
that the layer stores belongs to whoever owns its path at that time. What was stored before any database knew of it
goes to the package that came to own it. So a version that was hidden, or the files of a package that was removed, are
bytes of that package, and wasted; and a body that a layer wrote where no package changed was rewritten.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from imgscope.filesystem.life import hard_links
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE, ROOT
from imgscope.packages.model import Contents, Ecosystem, Package, UnreadableError
from imgscope.packages.places import Places
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.packages.select import Selection
from imgscope.tar.block import REGULAR

_NOBODY = -1
LISTED = 100
"""Databases of a kind that could not be read and are listed."""
_MOST_PATHS, _LOOKUP = 512 << 20, 32
"""Bytes of the paths of all packages in all layers, and what each path is reckoned at beside."""
_MOST_WORK, _PACKAGE = 6 << 30, 4 << 10
"""Bytes of databases that are gone through, one as often as it changes, and what each package is reckoned at."""
Database = tuple[int, bytes]
"""Ecosystem, and the name that it has there."""
Key = tuple[int, bytes, str, str, str]
"""Ecosystem, place, namespace, name and architecture; of a second one of these its version is added to the name."""


@dataclass(slots=True)
class Owner:
    """A package through all layers, as it was last, and the bytes that it owns."""

    ecosystem: int
    """Number in the registry."""
    package: Package
    layer: int
    """The layer that brought this version."""
    removed: int | None = None
    """The layer after which no database knows it; its files may still be there."""
    earlier: list[tuple[str, int]] = field(default_factory=list)
    """Versions before, with the layers that brought them."""
    part_of: int | None = None
    """Number of the owner whose package brought it; what both own is counted there."""
    live: dict[int, int] = field(default_factory=dict)
    """Bytes of live bodies by layer."""
    wasted: dict[int, int] = field(default_factory=dict)
    rewritten: dict[int, int] = field(default_factory=dict)
    """Bytes that layers wrote at its paths without changing the package."""
    files: dict[int, int] = field(default_factory=dict)
    """Live bodies by layer."""
    nodes: array[int] = field(default_factory=lambda: array("I"))
    """Paths that are its own."""
    roots: list[int] = field(default_factory=list)
    """Directories that are, with all below."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A database that could not be read, the lowest layer in which it could not, and why."""

    ecosystem: int
    path: bytes
    layer: int
    why: str


@dataclass(slots=True)
class Unread:
    """Databases that could not be read. Only the first of each kind are listed: there may be millions."""

    faults: dict[tuple[int, bytes], Fault] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)
    """How many there were, by ecosystem; one in several layers counts as often."""

    def note(self, ecosystem: int, path: bytes, layer: int, why: str) -> None:
        """One more."""
        self.counts[ecosystem] += 1
        if self.counts[ecosystem] <= LISTED:
            self.faults.setdefault((ecosystem, path), Fault(ecosystem, path, layer, why))


@dataclass(slots=True, repr=False)
class Ownership:
    """Owners, and bodies without one. Live bytes of both together are the image's, and so are the wasted."""

    owners: list[Owner] = field(default_factory=list)
    unowned_live: array[int] = field(default_factory=lambda: array("I"))
    """Entries."""
    unowned_wasted: array[int] = field(default_factory=lambda: array("I"))
    unread: Unread = field(default_factory=Unread)
    databases: int = 0
    """Databases that had packages after some layer."""
    whole: bool = True
    """Whether all databases were looked at."""


def attribute(
    fs: FileSystem,
    selection: Selection,
    contents: Contents,
    ecosystems: Sequence[Ecosystem] = ECOSYSTEMS,
) -> Ownership:
    """Give each body its owner, by what the contents of selected files say."""
    sweep = _Sweep(fs, selection, contents, ecosystems)
    owner_of = array("i", [_NOBODY]) * fs.first[-1]
    for layer in range(len(fs.tables)):
        sweep.update(layer)
        sweep.assign(layer, owner_of)
    sweep.adopt(owner_of)
    _add_up(fs, sweep, owner_of)
    return sweep.found


class _Sweep:
    """The state of all databases as layer after layer is applied."""

    def __init__(
        self,
        fs: FileSystem,
        selection: Selection,
        contents: Contents,
        ecosystems: Sequence[Ecosystem],
    ) -> None:
        self.found = Ownership(whole=selection.whole)
        self._fs, self._selection, self._contents, self._ecosystems = fs, selection, contents, ecosystems
        self._places = Places(fs)
        self._databases: dict[Database, dict[int, int]] = {}
        self._known: dict[Database, dict[Key, Package]] = {}
        self._knowing: Counter[Key] = Counter()
        self._number: dict[Key, int] = {}
        self._files: dict[int, array[int]] = {}
        self._nobody = array("i", [_NOBODY]) * len(fs.rootfs)
        self._roots: list[dict[int, int]] = [{} for _ in ecosystems]
        self._below: list[dict[int, int]] = [{} for _ in ecosystems]
        self._changed: set[int] = set()
        self._room, self._work = _MOST_PATHS, _MOST_WORK

    def update(self, layer: int) -> None:
        """Take in the databases that a layer changed."""
        touched: dict[Database, None] = {}
        for node, entry in self._selection.changes[layer].items():
            file = self._selection.files[node]
            database = file.ecosystem, file.database
            touched[database] = None
            files = self._databases.setdefault(database, {})
            files.pop(node, None)
            if entry != NONE:
                files[node] = entry
        self._changed = set()
        before: dict[Key, Package] = {}
        after: dict[Key, Package] = {}
        for database in touched:
            known = self._read(database, layer)
            if known is not None:
                before |= self._known.get(database, {})
                after |= known
                self._know(database, known)
        for key, package in before.items():
            # Two versions side by side are one package here: it stays while either does.
            if after.get(key) != package and (key in after or not self._knowing[key]):
                self._release(self._number[key], layer if key not in after else None)
        for key, package in after.items():
            if before.get(key) != package:
                self._claim(key, package, layer)
        for number in self._changed:
            self._note_container(self.found.owners[number])

    def _know(self, database: Database, packages: dict[Key, Package]) -> None:
        """Note what a database has now."""
        self._knowing.subtract(self._known.get(database, {}).keys())
        self._knowing.update(packages.keys())
        if packages or database in self._known:
            self.found.databases += database not in self._known
            self._known[database] = packages

    def _read(self, key: Database, layer: int) -> dict[Key, Package] | None:
        """The packages of a database as it stands; None where it is to be taken as it stood before."""
        number, database = key
        files: dict[bytes, bytes] = {}
        for node, entry in self._databases[key].items():
            path = self._selection.files[node].path
            if entry in self._contents.faults:
                self.found.unread.note(number, path, layer, self._contents.faults[entry])
            elif entry in self._contents.kept:
                files[path] = self._contents.kept[entry]
        if self._work < 0:
            self.found.unread.note(number, database, layer, "it changes in more layers than it is read in")
            return None
        packages: dict[Key, Package] = {}
        try:
            for package in self._ecosystems[number].packages(database, files) if files else ():
                name = number, package.place, package.namespace, package.name, package.architecture
                if name in packages:
                    name = *name[:3], f"{package.name} {package.version}", package.architecture
                packages[name] = package
        except UnreadableError as error:
            self.found.unread.note(number, database, layer, str(error))
        self._work -= sum(map(len, files.values())) + _PACKAGE * len(packages)
        return packages

    def _claim(self, key: Key, package: Package, layer: int) -> None:
        """Let a package own its paths."""
        number = self._number.setdefault(key, len(self.found.owners))
        if number == len(self.found.owners):
            self.found.owners.append(Owner(key[0], package, layer))
        owner = self.found.owners[number]
        if owner.removed is not None or owner.package.version != package.version:
            owner.earlier.append((owner.package.version, owner.layer))
            owner.layer = layer
        owner.package, owner.removed = package, None
        self._room -= len(package.files) + len(package.directories) + _LOOKUP * package.files.count(b"\0")
        if self._room < 0:
            self.found.unread.note(owner.ecosystem, package.anchor, layer, "more paths than are looked for")
            return
        owned = self._files_of(owner.ecosystem)
        for path in _paths(package.files):
            for node in self._places.nodes(path):
                owned[node] = number
                owner.nodes.append(node)
        for path in _paths(package.directories):
            for node in self._places.nodes(path):
                self._roots[owner.ecosystem][node] = number
                owner.roots.append(node)
        if package.directories:
            self._below[owner.ecosystem].clear()
        self._changed.add(number)

    def _files_of(self, ecosystem: int) -> array[int]:
        """By node: who owns it as a file. Of an ecosystem without packages there is no such column."""
        if ecosystem not in self._files:
            columns = {**self._files, ecosystem: self._nobody[:]}
            self._files = {number: columns[number] for number in sorted(columns)}
        return self._files[ecosystem]

    def _release(self, number: int, removed: int | None) -> None:
        """Take its paths from a package."""
        owner = self.found.owners[number]
        owned, roots = self._files_of(owner.ecosystem), self._roots[owner.ecosystem]
        for node in owner.nodes:
            if owned[node] == number:
                owned[node] = _NOBODY
        for node in owner.roots:
            if roots.get(node) == number:
                del roots[node]
        if owner.roots:
            self._below[owner.ecosystem].clear()
        owner.nodes, owner.roots = array("I"), []
        owner.removed = removed

    def _note_container(self, owner: Owner) -> None:
        """Note which package the file belongs to that tells of another."""
        owner.part_of = None
        for node in self._places.nodes(owner.package.anchor) if owner.package.anchor else ():
            number = self.owner(node)
            if number != _NOBODY and self.found.owners[number].ecosystem < owner.ecosystem:
                owner.part_of = number

    def owner(self, node: int) -> int:
        """Who owns a path now: the first of the registry that does."""
        for ecosystem, files in self._files.items():
            if files[node] != _NOBODY:
                return files[node]
            if self._roots[ecosystem]:
                number = self._owner_above(ecosystem, node)
                if number != _NOBODY:
                    return number
        return _NOBODY

    def _owner_above(self, ecosystem: int, node: int) -> int:
        """Who owns the nearest directory above that anyone owns with all below."""
        roots, below, parent = self._roots[ecosystem], self._below[ecosystem], self._fs.rootfs.parent
        climbed: list[int] = []
        number = _NOBODY
        while node != ROOT:
            node = parent[node]
            known = below.get(node)
            if known is None:
                known = roots.get(node)
                climbed.append(node)
            if known is not None:
                number = known
                break
        below.update(dict.fromkeys(climbed, number))
        return number

    def assign(self, layer: int, owner_of: array[int]) -> None:
        """Give the bodies of a layer to who owns their paths now."""
        first = self._fs.first[layer]
        for row, size in _bodies(self._fs, layer):
            node = self._fs.node_of[first + row]
            number = _NOBODY if node == NONE else self.owner(node)
            if number != _NOBODY:
                owner_of[first + row] = number
                if number not in self._changed:
                    rewritten = self.found.owners[number].rewritten
                    rewritten[layer] = rewritten.get(layer, 0) + size

    def adopt(self, owner_of: array[int]) -> None:
        """Give bodies that nobody owned when they were stored to who came to own their path, or another link."""
        for layer in range(len(self._fs.tables)):
            first = self._fs.first[layer]
            for row, _ in _bodies(self._fs, layer):
                node = self._fs.node_of[first + row]
                if owner_of[first + row] == _NOBODY and node != NONE:
                    number = self.owner(node)
                    if number != _NOBODY and self.found.owners[number].layer > layer:
                        owner_of[first + row] = number
        for node, entry in hard_links(self._fs):
            if owner_of[entry] == _NOBODY:
                owner_of[entry] = self.owner(node)


def _paths(joined: bytes) -> Iterable[bytes]:
    return joined.split(b"\0") if joined else ()


def _bodies(fs: FileSystem, layer: int) -> Iterator[tuple[int, int]]:
    """Rows of a layer that have content, with its stored bytes."""
    table = fs.tables[layer]
    if table is not None:
        regular = bytes(bytes((kind,)) in REGULAR for kind in range(256))
        for row, (size, kind) in enumerate(zip(table.size, table.type, strict=True)):
            if size and regular[kind]:
                stored = table.stored(row) if row in table.sparse else size
                if stored:
                    yield row, stored


def _add_up(fs: FileSystem, sweep: _Sweep, owner_of: array[int]) -> None:
    """Bytes of each owner, and bodies without one; markers and what belongs to a layer's format are neither."""
    found = sweep.found
    hidden = bytearray(fs.first[-1])
    for entry in fs.hidden.entry:
        hidden[entry] = 1
    for layer in range(len(fs.tables)):
        first = fs.first[layer]
        for row, size in _bodies(fs, layer):
            entry = first + row
            number, wasted = owner_of[entry], hidden[entry]
            if entry in fs.formats or not (wasted or fs.links[entry]):
                continue
            if number == _NOBODY:
                (found.unowned_wasted if wasted else found.unowned_live).append(entry)
                continue
            owner = found.owners[number]
            by_layer = owner.wasted if wasted else owner.live
            by_layer[layer] = by_layer.get(layer, 0) + size
            if not wasted:
                owner.files[layer] = owner.files.get(layer, 0) + 1
