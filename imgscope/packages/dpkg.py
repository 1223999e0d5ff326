"""Debian packages: ``var/lib/dpkg/status`` with ``info/*.list``, and the ``status.d`` of distroless images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from imgscope.packages.model import Package, fields, text, whole

_DPKG = b"var/lib/dpkg/"
_STATUS, _INFO, _DISTROLESS = _DPKG + b"status", _DPKG + b"info/", _DPKG + b"status.d/"
_LIST, _SUMS = b".list", b".md5sums"
_GONE = (b"not-installed", b"config-files")


class Dpkg:
    """Reads what dpkg writes."""

    type = "deb"
    of_distribution = True
    directories: tuple[bytes, ...] = (_DPKG[:-1], _INFO[:-1], _DISTROLESS[:-1])
    endings: tuple[bytes, ...] = ()
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """One for all packages."""
        listed = path.startswith(_INFO) and path.endswith(_LIST)
        return _DPKG if listed or path == _STATUS or path.startswith(_DISTROLESS) else None

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """All of it."""
        return whole(pieces)

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The installed ones; of one that is removed but for its settings nothing is told."""
        for paragraph in files.get(_STATUS, b"").split(b"\n\n"):
            found = fields(paragraph)
            name, architecture = found.get(b"package", b""), found.get(b"architecture", b"")
            if name and not found.get(b"status", b"installed").endswith(_GONE):
                listing = files.get(_INFO + name + _LIST) or files.get(_INFO + name + b":" + architecture + _LIST)
                yield _package(found, (listing or b"").replace(b"\n", b"\0"))
        for path, content in files.items():
            if path.startswith(_DISTROLESS) and not path.endswith(_SUMS):
                found = fields(content)
                if found.get(b"package"):
                    sums = files.get(path + _SUMS, b"").splitlines()
                    yield _package(found, b"\0".join(line[34:] for line in sums))


def _package(found: Mapping[bytes, bytes], files: bytes) -> Package:
    return Package(
        name=text(found[b"package"]),
        version=text(found.get(b"version", b"")),
        architecture=text(found.get(b"architecture", b"")),
        files=files,
    )
