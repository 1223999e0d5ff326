"""Programs made by Go: each says which module it was built from, and which Go built it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from imgscope.packages.model import MOST_TEXT, Package

_MAGIC = b"\xff Go buildinf:"
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_HEAD = 32
"""Bytes of the header, the magic with them; since Go 1.18 the texts stand behind it, each after its length."""
_INLINE = 2
_SENTINEL = 16
"""Bytes before and behind the description of modules."""
_MOST_INFO = 1 << 20
_FIRST = 64 << 10
"""Bytes from the beginning in which the linker's note with Go's name stands."""


class Go:
    """Reads what Go's linker writes; before Go 1.18 it did so in another way, which is not read."""

    type = "golang"
    of_distribution = False
    directories: tuple[bytes, ...] = ()
    endings: tuple[bytes, ...] = ()
    programs = True

    def database(self, path: bytes) -> bytes | None:
        """Each program is its own."""
        return path

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """The build information, wherever it stands; None where there is none. No more than it and a piece are held."""
        kept = b""
        before = 0
        for piece in pieces:
            kept += piece
            if not before and not (kept.startswith(_PROGRAMS) and _may_be_go(kept)):
                return None
            before += len(piece)
            start = kept.find(_MAGIC)
            while start >= 0 and (before + start - len(kept)) % 16:
                start = kept.find(_MAGIC, start + 1)
            if start < 0:
                kept = kept[-len(_MAGIC) :]
            elif len(kept) - start >= _HEAD + _MOST_INFO:
                return _told(kept[start:])
            else:
                kept = kept[start:]
        return _told(kept) if kept.startswith(_MAGIC) else None

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The main module."""
        lines = files[database].decode(errors="replace").splitlines()
        rows = [line[:4096].split("\t") for line in lines]
        module = next((row for row in rows if row[0] == "mod" and len(row) > 2), None)
        path = next((row for row in rows if row[0] == "path" and len(row) > 1), None)
        if module or path:
            name, version = (module[1], module[2]) if module else (path[1] if path else "", "")
            namespace, _, last = name[:MOST_TEXT].rpartition("/")
            yield Package(
                name=last,
                namespace=namespace,
                version=re.sub(r"\A\(devel\)\Z", "", version)[:MOST_TEXT],
                files=database,
                place=database,
                anchor=database,
            )


def _may_be_go(head: bytes) -> bool:
    """Whether the note with Go's name can be seen; only ELF has one, and its linker puts it first."""
    return head[:4] != _PROGRAMS[0] or b"Go\0\0" in head[:_FIRST]


def _told(info: bytes) -> bytes | None:
    """The description of modules, lines of words with tabs between; None where it stands elsewhere."""
    if len(info) < _HEAD or not info[len(_MAGIC) + 1] & _INLINE:
        return None
    _, after = _counted(info, _HEAD)
    modules, _ = _counted(info, after)
    return modules[_SENTINEL:-_SENTINEL]


def _counted(info: bytes, at: int) -> tuple[bytes, int]:
    """A text after its length, which is seven bits a byte, the lowest first; and where the next begins."""
    length = shift = 0
    for index in range(at, min(at + 5, len(info))):
        length |= (info[index] & 0x7F) << shift
        shift += 7
        if info[index] < 0x80:
            return info[index + 1 : index + 1 + length], index + 1 + length
    return b"", len(info)
