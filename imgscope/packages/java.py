"""Java archives: pom.properties where Maven left it, else the manifest, else the file's name."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from imgscope.packages.model import MOST_TEXT, Package, UnreadableError, whole

_MOST = 256 << 20
_MOST_DIRECTORY = 8 << 20
"""Bytes of an archive's own directory; each hundred of them cost a thousand to read."""
_MOST_MEMBER = 64 << 10
_END = struct.Struct("<4s8xII")
_NAMED = re.compile(r"(.+?)-(\d[^/]*)\.[jwe]ar")
_POM = re.compile(r"META-INF/maven/([^/]+)/([^/]+)/pom\.properties")
_ENCRYPTED = 1
_DAMAGE = (BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, struct.error, RuntimeError)


class Java:
    """Reads what is in a jar beside classes; jars inside are a part of it."""

    type = "maven"
    of_distribution = False
    directories: tuple[bytes, ...] = ()
    endings: tuple[bytes, ...] = (b".jar", b".war", b".ear")
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """Each archive is its own."""
        return path

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """``group``, ``name`` and ``version``, a line each, of every pom.properties; or what the manifest says."""
        archive = whole(pieces, _MOST)
        _check_directory(archive)
        try:
            with ZipFile(BytesIO(archive)) as opened:
                return "\n".join("\t".join(row) for row in _told(opened)).encode(errors="replace")
        except _DAMAGE as error:
            raise UnreadableError(f"not a readable zip archive: {error}"[:MOST_TEXT]) from error

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The one archive: of several descriptions the one with the file's name, as shaded jars have many."""
        base = database.rpartition(b"/")[2].decode(errors="replace")
        match = _NAMED.fullmatch(base)
        name, version = match.groups() if match else (base.rpartition(".")[0], "")
        rows = [line.split("\t") for line in files[database].decode().splitlines()]
        told = next((row for row in rows if row[1] == name), rows[0] if len(rows) == 1 else ["", "", ""])
        yield Package(
            name=(told[1] or name)[:MOST_TEXT],
            namespace=told[0][:MOST_TEXT],
            version=(told[2] or version)[:MOST_TEXT],
            files=database,
            place=database,
            anchor=database,
        )


def _check_directory(archive: bytes) -> None:
    """Refuse an archive whose directory would take much memory; zipfile reads as much as its end claims."""
    end = archive.rfind(b"PK\x05\x06", max(0, len(archive) - (1 << 16) - 22))
    if end < 0 or len(archive) - end < 22:
        raise UnreadableError("not a zip archive")
    _, size, _ = _END.unpack_from(archive, end)
    if size > _MOST_DIRECTORY or archive[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise UnreadableError("a zip archive with more members than are read")


def _told(opened: ZipFile) -> Iterator[tuple[str, str, str]]:
    poms = [info for info in opened.infolist() if _POM.fullmatch(info.filename)]
    for info in poms[:100]:
        found = _values(opened, info.filename, "=")
        yield _row(found.get("groupid"), found.get("artifactid"), found.get("version"))
    if not poms and "META-INF/MANIFEST.MF" in opened.namelist():
        found = _values(opened, "META-INF/MANIFEST.MF", ":")
        version = (
            found.get("implementation-version") or found.get("bundle-version") or found.get("specification-version")
        )
        yield _row("", "", version)


def _row(*texts: str | None) -> tuple[str, str, str]:
    group, name, version = (re.sub(r"\s", " ", text or "")[:MOST_TEXT] for text in texts)
    return group, name, version


def _values(opened: ZipFile, name: str, sign: str) -> dict[str, str]:
    info = opened.getinfo(name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or info.flag_bits & _ENCRYPTED:
        return {}
    with opened.open(info) as member:
        lines = member.read(_MOST_MEMBER).decode(errors="replace").splitlines()
    parts = (line.partition(sign) for line in lines)
    return {name.strip().lower(): value.strip() for name, found, value in parts if found}
