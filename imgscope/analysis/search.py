"""What find looks for: tests of names, paths and attributes, read from what a person wrote, and one pass over all."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from imgscope.analysis.versions import Version, Versions, all_versions
from imgscope.filesystem.lookup import ever, is_directory, paths
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE
from imgscope.filesystem.tree import Column
from imgscope.filesystem.words import type_name
from imgscope.units import parse_size, parse_time

NameTest = Callable[[bytes], object]
"""Of a name, or of a path: whether it fits."""
Test = Callable[[FileSystem, Version], bool]
TYPES = {
    "f": "file",
    "d": "dir",
    "l": "symlink",
    "h": "hardlink",
    "p": "fifo",
    "c": "char",
    "b": "block",
    "s": "socket",
}
"""Letters, as find has them, and words; no tar holds a socket."""
WORDS = {"directory": "dir", "link": "symlink"}
_MODE = re.compile(r"([-/]?)([0-7]{1,4})\Z")


class State(StrEnum):
    """Which versions of a path count."""

    ANY = "any"
    LIVE = "live"
    HIDDEN = "hidden"
    DELETED = "deleted"
    """Hidden, and nothing stands at the path any more."""
    OLDER = "older"
    """Hidden, and another version stands at the path."""


@dataclass(frozen=True, slots=True)
class Search:
    """All that must hold. ``names`` are alternatives; ``path`` is given directories with a slash, ``whole`` without."""

    names: tuple[NameTest, ...] = ()
    path: NameTest | None = None
    whole: NameTest | None = None
    tests: tuple[Test, ...] = ()
    state: State = State.ANY


@dataclass(frozen=True, slots=True)
class Hit:
    """A version of a path that was looked for."""

    path: bytes
    version: Version


def search(fs: FileSystem, versions: Versions, wanted: Search) -> list[Hit]:
    """Everything that fits, by path as bytes and then from the oldest version on."""
    of = _told(fs, versions, wanted.state)
    found: list[Hit] = []
    for path, node in paths(fs, _named(fs, wanted.names)):
        if wanted.path and not wanted.path(path + b"/" if is_directory(fs, node) else path):
            continue
        if wanted.whole and not wanted.whole(path):
            continue
        found += [Hit(path, one) for one in of(node) if all(test(fs, one) for test in wanted.tests)]
    return sorted(found, key=lambda hit: hit.path)


def _told(fs: FileSystem, versions: Versions, state: State) -> Callable[[int], Iterable[Version]]:
    """By node: the versions that count."""
    stands = fs.rootfs.kind
    told: dict[State, Callable[[int], Iterable[Version]]] = {
        State.ANY: lambda node: all_versions(versions, node),
        State.LIVE: versions.live,
        State.HIDDEN: versions.hidden,
        State.DELETED: lambda node: () if stands[node] else versions.hidden(node),
        State.OLDER: lambda node: versions.hidden(node) if stands[node] else (),
    }
    return told[state]


def _named(fs: FileSystem, names: tuple[NameTest, ...]) -> Column:
    """By node: whether any layer had something there, of a name that fits."""
    there = ever(fs)
    if not names:
        return there
    return bytearray(
        some and any(fits(name) for fits in names) for some, name in zip(there, fs.rootfs.name, strict=True)
    )


def size_of(fs: FileSystem, version: Version) -> int:
    """Logical bytes of a file, under whichever name; 0 of all else."""
    return fs.size(version.inode) if version.kind == FILE else 0


def sized(text: str) -> Test:
    """``+10MB`` is more than that, ``-4k`` less, ``512`` just so; only files have a size. Raises ValueError."""
    sign, number = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    limit = parse_size(number)
    least, most = {"+": (limit + 1, 1 << 64), "-": (0, limit - 1)}.get(sign, (limit, limit))
    return lambda fs, version: version.kind == FILE and least <= fs.size(version.inode) <= most


def typed(names: Iterable[str]) -> Test:
    """One of some types, by letter or word; a hard link is a file too. Raises ValueError."""
    wanted = {TYPES.get(name) or WORDS.get(name, name) for name in names}
    if unknown := wanted - {*TYPES.values(), "other"}:
        raise ValueError(f"{unknown.pop()!r} is none of {', '.join(f'{key} ({word})' for key, word in TYPES.items())}")

    def test(fs: FileSystem, version: Version) -> bool:
        if version.kind == FILE and version.entry != version.inode and "hardlink" in wanted:
            return True
        return type_name(fs, version.kind, version.inode) in wanted

    return test


def moded(text: str) -> Test:
    """As find's ``-perm``: ``0644`` just so, ``-4000`` all of these bits, ``/6000`` any of them. Raises ValueError."""
    match = _MODE.match(text)
    if not match:
        raise ValueError(f"not a mode: {text!r} (examples: 0644, -4000, /6000)")
    sign, bits = match[1], int(match[2], 8)
    if sign == "-":
        return lambda fs, version: _mode(fs, version) & bits == bits
    if sign == "/":
        return lambda fs, version: _mode(fs, version) & bits != 0 or not bits
    return lambda fs, version: _mode(fs, version) == bits


def suid(fs: FileSystem, version: Version) -> bool:
    """Whether it is a file that runs as its owner or group.

    Engines give a file the mode that a hard link to it states, if that differs: one that says so is enough.
    """
    modes = (fs.attributes(entry)[0] for entry in {version.inode, version.entry})
    return version.kind == FILE and any(mode & (stat.S_ISUID | stat.S_ISGID) for mode in modes)


def world_writable(fs: FileSystem, version: Version) -> bool:
    """Whether it is a file, or a directory without the sticky bit, that everyone may write to."""
    mode = _mode(fs, version)
    sticky = version.kind == DIRECTORY and mode & stat.S_ISVTX
    return version.kind in (FILE, DIRECTORY) and mode & stat.S_IWOTH != 0 and not sticky


def owned(user: int | None, group: int | None) -> Test:
    """By numbers; None is anyone."""

    def test(fs: FileSystem, version: Version) -> bool:
        _, uid, gid, _ = fs.attributes(version.inode)
        return user in (None, uid) and group in (None, gid)

    return test


def changed(text: str, *, after: bool) -> Test:
    """Last changed after a day or time, or before it. Raises ValueError."""
    time = parse_time(text)
    if time is None:
        raise ValueError(f"not a time: {text!r} (examples: 2026-10-02, 2026-10-02T14:11:05Z)")
    limit = time.timestamp()

    def test(fs: FileSystem, version: Version) -> bool:
        if version.entry == NONE:
            return False
        mtime = fs.attributes(version.inode)[3]
        return mtime > limit if after else mtime < limit

    return test


def _mode(fs: FileSystem, version: Version) -> int:
    return fs.attributes(version.inode)[0] & 0o7777
