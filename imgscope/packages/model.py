"""A package as its manager describes it, and what a kind of packages has to offer to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

MOST_READ = 64 << 20
"""Bytes of one database; real ones have a few million."""
MOST_KEPT = 512 << 20
"""Bytes of all together, the versions in all layers included."""
MOST_PATHS = 64 << 20
"""Bytes of the paths of one package: a long directory could be named for each of a million files."""
MOST_TEXT = 256
"""Characters of a name or version; real ones have dozens."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package, and the paths that it owns, with NULs between; slashes around a path mean nothing."""

    name: str
    version: str
    namespace: str = ""
    """A Maven group, an npm scope, or what stands before the last part of a Go module; distributions have none here."""
    architecture: str = ""
    epoch: str = ""
    files: bytes = b""
    directories: bytes = b""
    """Directories that belong to it with all below, but for packages inside."""
    place: bytes = b""
    """Where it is installed, if there can be several places; the same name there is another version of it."""
    anchor: bytes = b""
    """The file that tells of it, if it is not in one database with all others: who owns that brought the package."""


class UnreadableError(ValueError):
    """A database, or one package's own, cannot be read: one line, why."""


class Ecosystem(Protocol):
    """One kind of packages. A file belongs to it by its place or its name alone; nothing is read to decide that."""

    type: str
    """The type of its package URLs."""
    of_distribution: bool
    """Whether the distribution's own packages are of this kind, with one database for all."""
    directories: tuple[bytes, ...]
    """Whatever stood in one of them is offered to :meth:`database`."""
    endings: tuple[bytes, ...]
    """So is what is so called."""
    programs: bool
    """So are large executable files."""

    def database(self, path: bytes) -> bytes | None:
        """The name of the database that a file is a part of: those of one name are read together; None for others."""

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """What is needed of a file's content, for :meth:`packages`. Raises UnreadableError."""

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The packages that a database knows, from what was kept of its files, by path. Raises UnreadableError."""


@dataclass(slots=True, repr=False)
class Contents:
    """What was kept of files' contents by entry, or why nothing was."""

    kept: dict[int, bytes] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    room: int = MOST_KEPT

    def take(self, entries: Iterable[int], ecosystem: Ecosystem, pieces: Iterable[bytes | memoryview]) -> None:
        """Keep what an ecosystem needs of a file, which several entries may have."""
        try:
            kept = ecosystem.keep(pieces)
            if kept is not None:
                self.room -= len(kept)
                if self.room < 0:
                    raise UnreadableError(f"the databases have more than {MOST_KEPT >> 20} MiB in all")
                self.kept.update(dict.fromkeys(entries, kept))
        except UnreadableError as error:
            self.faults.update(dict.fromkeys(entries, str(error)))


def whole(pieces: Iterable[bytes | memoryview], most: int = MOST_READ) -> bytes:
    """All of a content. Raises UnreadableError where it is larger than ``most``."""
    parts: list[bytes] = []
    left = most
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise UnreadableError(f"larger than {most >> 20} MiB")
        parts.append(bytes(piece))
    return b"".join(parts)


def joined(paths: Iterable[bytes]) -> bytes:
    """Paths with NULs between. Raises UnreadableError where they are more than a package has."""
    found: list[bytes] = []
    room = MOST_PATHS
    for path in paths:
        room -= len(path) + 1
        if room < 0:
            raise UnreadableError(f"paths of more than {MOST_PATHS >> 20} MiB for one package")
        found.append(path)
    return b"\0".join(found)


def text(raw: bytes) -> str:
    """A name or version as text, whatever it holds; cut where no real one would be so long."""
    return raw[: 4 * MOST_TEXT].decode(errors="replace").strip()[:MOST_TEXT]


def fields(paragraph: bytes) -> dict[bytes, bytes]:
    """``Name: value`` a line, by name in small letters; the first of a name counts, and lines that go on are left."""
    found: dict[bytes, bytes] = {}
    for line in paragraph.splitlines():
        name, colon, value = line.partition(b":")
        if colon and not line[:1].isspace():
            found.setdefault(name.strip().lower(), value.strip())
    return found
