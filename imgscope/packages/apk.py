"""Alpine packages: ``lib/apk/db/installed``, lines of one letter and a value, a blank line between packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from imgscope.packages.model import Package, joined, text, whole

_PLACES = (b"lib/apk/db", b"usr/lib/apk/db")


class Apk:
    """Reads what apk writes."""

    type = "apk"
    of_distribution = True
    directories: tuple[bytes, ...] = _PLACES
    endings: tuple[bytes, ...] = ()
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """One for all packages."""
        return path if path.endswith(b"/installed") else None

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """All of it."""
        return whole(pieces)

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """Those it lists; ``F:`` is a directory, and the ``R:`` below it are files there."""
        for paragraph in files[database].split(b"\n\n"):
            package = _package(paragraph)
            if package.name:
                yield package


def _package(paragraph: bytes) -> Package:
    values: dict[bytes, bytes] = {}
    lines = [(line[:2], line[2:]) for line in paragraph.split(b"\n")]
    for letter, value in lines:
        values.setdefault(letter, value)
    return Package(
        name=text(values.get(b"P:", b"")),
        version=text(values.get(b"V:", b"")),
        architecture=text(values.get(b"A:", b"")),
        files=joined(_files(lines)),
    )


def _files(lines: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    directory = b""
    for letter, value in lines:
        if letter == b"F:":
            directory = value + b"/" if value else b""
        elif letter == b"R:":
            yield directory + value
