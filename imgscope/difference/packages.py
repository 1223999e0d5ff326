"""Growth by package: which came, went or have another version, and the bytes that each has more or less.

A package is the same on both sides where its kind and its name are: in how many places it stands, and in which
versions, is told of it. Where a side has one of several architectures side by side, each of them is a package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from imgscope.filesystem.model import FileSystem
    from imgscope.packages.ownership import Fault, Owner, Ownership

K = TypeVar("K")
T = TypeVar("T")
Name = tuple[str, str, str]
"""Type, namespace and name."""


class Fate(StrEnum):
    """What became of a package."""

    ADDED = "added"
    REMOVED = "removed"
    UPDATED = "updated"
    """Another version, be it later or earlier."""
    KEPT = "kept"
    """The same versions, but other bytes, or in other places."""


class Weight(NamedTuple):
    """Bytes."""

    live: int = 0
    wasted: int = 0

    def since(self, before: Weight) -> Weight:
        """How much more it is than it was."""
        return Weight(self.live - before.live, self.wasted - before.wasted)


class Installed(NamedTuple):
    """A package in one place."""

    name: Name
    architecture: str
    version: str
    there: bool
    """Whether a database still knows it; its files may outlive that."""
    weight: Weight


class Unread(NamedTuple):
    """Databases of one type that could not be read, and of the first of them where it is and why."""

    type: str
    databases: int
    """How many at least: not all of hundreds are counted."""
    path: bytes
    layer: int
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Packages:
    """The packages of one side. Bytes of all and of no package are the side's, live and wasted."""

    installed: Sequence[Installed]
    unowned: Weight
    databases: int
    unread: Sequence[Unread] = ()
    complete: bool = True
    """Whether all packages are known; of a language one that cannot be read is told of, and no more."""

    @property
    def owned(self) -> Weight:
        """Bytes of all packages."""
        return _sum(one.weight for one in self.installed)


class State(NamedTuple):
    """What a side has of a package."""

    versions: tuple[str, ...]
    """Each once; none where no database knows the package any more."""
    places: int
    weight: Weight


@dataclass(frozen=True, slots=True)
class PackageDelta:
    """A package then and now; None where nothing is there, not even its bytes."""

    name: Name
    architecture: str | None
    """None where the name is enough to tell it apart."""
    before: State | None
    after: State | None

    @property
    def grown(self) -> Weight:
        """How many more bytes it has."""
        before, after = (one.weight if one else Weight() for one in (self.before, self.after))
        return after.since(before)

    @property
    def fate(self) -> Fate:
        """What became of it."""
        then, now = (one.versions if one else () for one in (self.before, self.after))
        if then == now:
            return Fate.KEPT
        return Fate.ADDED if not then else Fate.UPDATED if now else Fate.REMOVED


@dataclass(frozen=True, slots=True, repr=False)
class PackageGrowth:
    """All packages that differ, what grew most first, and the sides that they are of."""

    before: Packages
    after: Packages
    deltas: Sequence[PackageDelta]

    @property
    def complete(self) -> bool:
        """Whether all packages of both sides are known."""
        return self.before.complete and self.after.complete


def packages_of(fs: FileSystem, found: Ownership) -> Packages:
    """What a comparison needs of the packages that own the bytes of a filesystem."""
    from imgscope.packages.registry import ECOSYSTEMS

    faults_of = _grouped(found.unread.faults.values(), lambda fault: fault.ecosystem)
    return Packages(
        installed=[_installed(ECOSYSTEMS[owner.ecosystem].type, owner) for owner in found.owners],
        unowned=Weight(*(sum(map(fs.stored, entries)) for entries in (found.unowned_live, found.unowned_wasted))),
        databases=found.databases,
        unread=[_unread(ECOSYSTEMS[kind].type, faults) for kind, faults in sorted(faults_of.items())],
        complete=found.whole and not any(ECOSYSTEMS[kind].of_distribution for kind in faults_of),
    )


def package_growth(before: Packages, after: Packages) -> PackageGrowth:
    """Every package whose versions, places or bytes differ."""
    found = [delta for delta in _deltas(before, after) if delta.before != delta.after]
    found.sort(key=lambda delta: (-delta.grown.live, -delta.grown.wasted, delta.name, delta.architecture or ""))
    return PackageGrowth(before, after, found)


def _installed(type_: str, owner: Owner) -> Installed:
    package = owner.package
    return Installed(
        name=(type_, package.namespace, package.name),
        architecture=package.architecture,
        version=package.version,
        there=owner.removed is None,
        weight=Weight(sum(owner.live.values()), sum(owner.wasted.values())),
    )


def _unread(type_: str, faults: Sequence[Fault]) -> Unread:
    return Unread(type_, len(faults), faults[0].path, faults[0].layer, faults[0].why)


def _deltas(before: Packages, after: Packages) -> Iterator[PackageDelta]:
    mine, theirs = (_grouped(side.installed, lambda one: one.name) for side in (before, after))
    for name in {**mine, **theirs}:
        then, now = mine.get(name, []), theirs.get(name, [])
        if max(_architectures(then), _architectures(now)) < 2:
            yield PackageDelta(name, None, _state(then), _state(now))
            continue
        by_architecture = [_grouped(side, lambda one: one.architecture) for side in (then, now)]
        for architecture in {**by_architecture[0], **by_architecture[1]}:
            yield PackageDelta(name, architecture, *(_state(side.get(architecture, [])) for side in by_architecture))


def _grouped(some: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: defaultdict[K, list[T]] = defaultdict(list)
    for one in some:
        found[key(one)].append(one)
    return found


def _architectures(installed: Iterable[Installed]) -> int:
    """How many of them stand side by side."""
    return len({one.architecture for one in installed if one.there})


def _state(installed: Sequence[Installed]) -> State | None:
    there = [one.version for one in installed if one.there]
    weight = _sum(one.weight for one in installed)
    return State(tuple(sorted(set(there))), len(there), weight) if there or any(weight) else None


def _sum(weights: Iterable[Weight]) -> Weight:
    live = wasted = 0
    for weight in weights:
        live += weight.live
        wasted += weight.wasted
    return Weight(live, wasted)
