"""Where rules' places are in an image: one walk over its directories, and one look at each distinct name of a file."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import compress
from typing import NamedTuple

from imgscope.advice.model import Place
from imgscope.filesystem.rootfs import ROOT, RootFs

_DEEPEST = 64
"""Directories that ``**`` in the middle of a place reaches over: deeper than any package lies."""
_ANY = "**"


class Spot(NamedTuple):
    """A directory or file that fits a place, and is in no other."""

    place: int
    """Number of the place."""
    node: int


class _Way(NamedTuple):
    """One way in which a path with some last part fits."""

    place: int
    above: tuple[str, ...]
    """Parts that stand above it, the nearest first."""


@dataclass(slots=True)
class _Ways:
    """All places: directories and files by their last part, files by what stands behind the last dot."""

    directories: dict[bytes, list[_Way]] = field(default_factory=dict)
    files: dict[bytes, list[_Way]] = field(default_factory=dict)
    ends: dict[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class Spots:
    """What was found. ``of`` has by node the number of its spot, 0 for none: of directories all that is below it too.

    A file's own number counts before that of its directory.
    """

    of: array[int]
    spots: list[Spot] = field(default_factory=lambda: [Spot(-1, ROOT)])
    directories: list[int] = field(default_factory=list)
    """All directories in spots."""
    files: list[int] = field(default_factory=list)
    """All files that are spots themselves."""

    def add(self, place: int, node: int) -> None:
        """One more."""
        self.of[node] = len(self.spots)
        self.spots.append(Spot(place, node))


def find_spots(rootfs: RootFs, places: Sequence[Place], notable: Iterable[int]) -> Spots:
    """All spots; of a place within a place only the outer one. ``notable``: nodes with a name of :func:`file_names`."""
    spots, ways = Spots(array("I", bytes(4 * len(rootfs)))), _compiled(places)
    _walk(rootfs, ways, spots)
    for node in notable:
        name = rootfs.name[node]
        if not spots.of[rootfs.parent[node]] and node not in rootfs.children:
            place = _first(rootfs, node, ways.files.get(name, ()))
            place = ways.ends.get(name[name.rfind(b".") :]) if place is None else place
            if place is not None:
                spots.add(place, node)
                spots.files.append(node)
    return spots


def file_names(places: Iterable[Place]) -> tuple[AbstractSet[bytes], tuple[bytes, ...]]:
    """Names that files at places have, and what else those end with."""
    ways = _compiled(places)
    return ways.files.keys(), tuple(ways.ends)


def _compiled(places: Iterable[Place]) -> _Ways:
    ways = _Ways()
    for number, place in enumerate(places):
        for path in place.paths:
            *above, name = path.removesuffix("/").split("/")
            kind = ways.directories if path.endswith("/") else ways.files
            if name.startswith("*."):
                ways.ends.setdefault(name[1:].encode(), number)
            else:
                kind.setdefault(name.encode(), []).append(_Way(number, tuple(reversed(above))))
    return ways


def _walk(rootfs: RootFs, ways: _Ways, spots: Spots) -> None:
    """Directories, every one after its parent: those in a spot have its number."""
    of, parent, name, wanted = spots.of, rootfs.parent, rootfs.name, ways.directories
    for node in rootfs.children:
        above = of[parent[node]]
        if above:
            of[node] = above
            spots.directories.append(node)
        elif name[node] in wanted:
            place = _first(rootfs, node, wanted[name[node]])
            if place is not None:
                spots.add(place, node)
                spots.directories.append(node)


def _first(rootfs: RootFs, node: int, ways: Iterable[_Way]) -> int | None:
    """The place of the first way in which a path fits."""
    return next((way.place for way in ways if _fits(rootfs, rootfs.parent[node], way.above)), None)


def _fits(rootfs: RootFs, node: int, above: Sequence[str]) -> bool:
    """Whether the directory ``node`` is what a place has above its last part."""
    for at, part in enumerate(above):
        if part == _ANY:
            rest = above[at + 1 :]
            return not rest or _reaches(rootfs, node, rest)
        if node == ROOT or not fnmatchcase(rootfs.name[node].decode("latin-1"), part):
            return False
        node = rootfs.parent[node]
    return node == ROOT


def _reaches(rootfs: RootFs, node: int, above: Sequence[str]) -> bool:
    """The same with any number of directories between."""
    for _ in range(_DEEPEST):
        if _fits(rootfs, node, above):
            return True
        if node == ROOT:
            return False
        node = rootfs.parent[node]
    return False


def nodes_named(rootfs: RootFs, names: Iterable[bytes]) -> list[int]:
    """Nodes that have one of some names, in order."""
    wanted = frozenset(names)
    return list(compress(range(len(rootfs)), map(wanted.__contains__, rootfs.name))) if wanted else []
