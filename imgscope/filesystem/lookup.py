"""Paths as a person names them → nodes that any layer ever had something at, whether it is still there or not.

A path is looked for as it is written and, where a link is or ever was on the way, through that too: ``lib/x`` is
``usr/lib/x`` where ``lib`` leads there. Links are followed as in a chroot, and no more of them than there are hops.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, compress, islice

from imgscope.errors import SettingsError
from imgscope.filesystem.life import Lives, buried
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.paths import components, steps
from imgscope.filesystem.rootfs import DIRECTORY, FILE, MAX_HOPS, MAX_STEPS, OTHER, ROOT, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.tree import Column

_NEIGHBOURS = 5000
"""Names among which the nearest is looked for: comparing them takes long."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node that a path leads to, and the links on the way to it: their nodes, and where each leads."""

    node: int
    links: tuple[tuple[int, bytes], ...] = ()


def check_layer(fs: FileSystem, layer: int | None) -> None:
    """Raise SettingsError for a layer that a person names and that there is not."""
    count = len(fs.tables)
    if layer is not None and not 0 <= layer < count:
        has = f"the image has layers 0 to {count - 1}" if count else "the image has no layers"
        raise SettingsError(f"layer {layer}: {has}")


def places(fs: FileSystem, lives: Lives, path: bytes) -> list[Place]:
    """All that a path means: what is there as it is written first. Behind a slash a link in the end is followed too."""
    parts = tuple(reversed(steps(path)))
    kinds = (DIRECTORY, SYMLINK) if path.endswith(b"/") else (DIRECTORY, SYMLINK, FILE, OTHER)
    found: dict[int, Place] = {}
    todo: list[tuple[int, tuple[bytes, ...], tuple[tuple[int, bytes], ...]]] = [(ROOT, parts, ())]
    for _ in range(MAX_STEPS):
        if not todo:
            break
        node, rest, links = todo.pop()
        if not rest:
            if _was(lives, node, kinds) or node in lives.buried:
                found.setdefault(node, Place(node, links))
            continue
        if rest[-1] == b"..":
            if _was(lives, node, (DIRECTORY,)):
                todo.append((fs.rootfs.parent[node], rest[:-1], links))
            continue
        child = fs.rootfs.children.get(node, {}).get(rest[-1])
        if child is None:
            continue
        if (len(rest) > 1 or path.endswith(b"/")) and len(links) < MAX_HOPS:
            for target in _targets(fs, lives, child):
                start = ROOT if target.startswith(b"/") else node
                todo.append((start, rest[:-1] + tuple(reversed(steps(target))), (*links, (child, target))))
        todo.append((child, rest[:-1], links))
    return sorted(found.values(), key=lambda place: len(place.links))


def _was(lives: Lives, node: int, kinds: tuple[int, ...]) -> bool:
    """Whether something of these kinds ever stood at a node."""
    return node == ROOT or any(event.kind in kinds for event in lives.of(node))


def _targets(fs: FileSystem, lives: Lives, node: int) -> Iterable[bytes]:
    """Where a path leads, or ever led, as a symlink; the last first."""
    events = [event for event in lives.of(node) if event.kind == SYMLINK and event.mark is not Mark.REMOVED]
    return dict.fromkeys(fs.member(event.inode).link for event in events)


def ever(fs: FileSystem) -> bytearray:
    """By node: whether any layer had something there. The root is left out."""
    found = bytearray(len(fs.rootfs))
    something = bytes(min(kind, 1) for kind in range(256))
    for journal in fs.journals:
        found[journal.first : journal.first + len(journal.new.kind)] = journal.new.kind.translate(something)
    for journal in fs.journals:
        for node in compress(journal.touched, journal.changed.kind):
            found[node] = 1
    for node in buried(fs):
        found[node] = 1
    found[ROOT] = 0
    return found


def is_directory(fs: FileSystem, node: int) -> bool:
    """Whether a path is a directory or, where nothing is left of it, was one that held something."""
    return fs.rootfs.kind[node] == DIRECTORY or (not fs.rootfs.kind[node] and bool(fs.rootfs.children.get(node)))


def paths(fs: FileSystem, some: Column) -> Iterator[tuple[bytes, int]]:
    """Paths of nodes, in no order, with the nodes; a directory's path is put together once for all that is in it."""
    for directory, names in fs.rootfs.children.items():
        lead = fs.rootfs.path(directory) + b"/" if directory != ROOT else b""
        for name, node in names.items():
            if some[node]:
                yield lead + name, node


def fitting(fs: FileSystem, some: Column, fits: Callable[[bytes], object]) -> list[tuple[bytes, int]]:
    """Those of the paths that fit, sorted as bytes. A directory's path is tested with a slash behind it."""
    return sorted(
        (path, node) for path, node in paths(fs, some) if fits(path + b"/" if is_directory(fs, node) else path)
    )


def below(fs: FileSystem, some: Column, nodes: Iterable[int]) -> tuple[Sequence[int], Sequence[int]]:
    """By node: how many of some paths are below it, and how many paths still are. Empty if no node is a directory."""
    if not any(is_directory(fs, node) for node in nodes):
        return (), ()
    ever, there = array("I", bytes(4 * len(some))), array("I", bytes(4 * len(some)))
    parent, kind = fs.rootfs.parent, fs.rootfs.kind
    for node in range(len(some) - 1, ROOT, -1):  # a parent's number is smaller than its children's
        above = parent[node]
        ever[above] += ever[node] + some[node]
        there[above] += there[node] + (kind[node] > 0)
    return ever, there


def nearest(fs: FileSystem, some: Column, path: bytes) -> bytes | None:
    """What may be meant: the path without its links, that name elsewhere, or a like name where it parts from all."""
    parts = components(path)[0]
    if not parts:
        return None
    node = ROOT
    for part in parts[:-1]:
        child = fs.rootfs.children.get(node, {}).get(part)
        if child is None:
            break
        node, parts = child, parts[1:]
    names = fs.rootfs.children.get(node, {})
    just = names.get(parts[0], ROOT) if len(parts) == 1 else ROOT
    if some[just] and just != ROOT:
        return fs.rootfs.path(just)
    near = islice((name for name, child in names.items() if some[child]), _NEIGHBOURS)
    shown = {name.decode("utf-8", "surrogateescape"): names[name] for name in near}
    like = get_close_matches(parts[0].decode("utf-8", "surrogateescape"), shown, n=1, cutoff=0.75)
    elsewhere = (number for number, name in enumerate(fs.rootfs.name) if name == parts[-1] and some[number])
    found = next(chain(elsewhere, (shown[name] for name in like)), None)
    return None if found is None else fs.rootfs.path(found)
