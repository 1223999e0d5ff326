"""Python distributions: ``NAME.dist-info`` with its RECORD, and the eggs that were before."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping

from imgscope.filesystem.paths import normal
from imgscope.packages.model import Package, UnreadableError, fields, joined, text, whole

_INFO = re.compile(rb"(?:.*/)?[^/]+\.(?:dist|egg)-info")
_NAMES = (b"METADATA", b"PKG-INFO", b"RECORD", b"installed-files.txt", b"top_level.txt")
_EGG = b".egg-info"
_MOST_MODULES = 1000


class Python:
    """Reads what pip, setuptools and their like write."""

    type = "pypi"
    of_distribution = False
    directories: tuple[bytes, ...] = ()
    endings: tuple[bytes, ...] = (*_NAMES, _EGG)
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """Each distribution has its own: a directory, or a file for the oldest."""
        directory, _, name = path.rpartition(b"/")
        if name in _NAMES and _INFO.fullmatch(directory):
            return directory
        return path if name.endswith(_EGG) else None

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """All of it."""
        return whole(pieces)

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The one distribution."""
        for path in (database + b"/METADATA", database + b"/PKG-INFO", database):
            if path in files:
                yield _package(database, path, files)
                return


def _package(database: bytes, path: bytes, files: Mapping[bytes, bytes]) -> Package:
    # Behind the first empty line stands a description.
    found = fields(re.split(rb"\r?\n\r?\n", files[path], maxsplit=1)[0])
    if not found.get(b"name"):
        raise UnreadableError("no name in it")
    place = database.rpartition(b"/")[0]
    record = files.get(database + b"/RECORD")
    installed = files.get(database + b"/installed-files.txt")
    if record is not None:
        owned, below = joined(_recorded(record, place)), b""
    elif installed is not None:
        owned, below = joined(normal(database + b"/" + line) for line in installed.splitlines()), b""
    else:
        owned, below = _by_modules(database, place, files.get(database + b"/top_level.txt", b""))
    return Package(
        name=text(found[b"name"]),
        version=text(found.get(b"version", b"")),
        files=owned,
        directories=below,
        place=place,
        anchor=path,
    )


def _recorded(record: bytes, place: bytes) -> Iterator[bytes]:
    """Paths of a RECORD, which are relative to the directory that distributions are in."""
    lines = record.decode("utf-8", "surrogateescape").splitlines()
    try:
        names = [row[0] for row in csv.reader(lines) if row]
    except csv.Error:
        names = [line.split(",")[0] for line in lines]
    for name in names:
        path = name.encode("utf-8", "surrogateescape")
        yield path if path.startswith(b"/") else normal(place + b"/" + path)


def _by_modules(database: bytes, place: bytes, top_level: bytes) -> tuple[bytes, bytes]:
    """Files and directories by the names of modules alone, where nothing lists the files."""
    names = [place + b"/" + name for line in top_level.splitlines()[:_MOST_MODULES] if (name := line.strip())]
    return joined([database, *(name + b".py" for name in names)]), joined([database, *names])
