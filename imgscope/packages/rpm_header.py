"""One package as RPM keeps it: a header of numbered tags, each with a type and a place in the data behind them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from imgscope.packages.model import Package, UnreadableError, joined, text

_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH = 1000, 1001, 1002, 1003, 1022
_DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _OLD_NAMES = 1116, 1117, 1118, 1027
_INT32, _STRING, _STRINGS, _I18N = 4, 6, 8, 9
_ENTRY = struct.Struct(">IIII")
_HEAD = struct.Struct(">II")
_MOST_TAGS = 1 << 16
_MOST_FILES = 1 << 20


def package(header: bytes) -> Package:
    """The package that a header describes. Raises UnreadableError."""
    tags = _tags(header)
    name = _first(tags.get(_NAME))
    if not name:
        raise UnreadableError("a header without a name")
    release = _first(tags.get(_RELEASE))
    epoch = tags.get(_EPOCH, ())
    return Package(
        name=text(name),
        version="-".join(text(part) for part in (_first(tags.get(_VERSION)), release) if part),
        epoch=str(epoch[0]) if epoch and isinstance(epoch[0], int) and epoch[0] else "",
        architecture=text(_first(tags.get(_ARCH))),
        files=joined(_files(tags)),
    )


def _tags(header: bytes) -> dict[int, Sequence[bytes | int]]:
    """The values of the tags that are of use."""
    if len(header) < _HEAD.size:
        raise UnreadableError("a header cut short")
    count, size = _HEAD.unpack_from(header)
    start = _HEAD.size + count * _ENTRY.size
    if count > _MOST_TAGS or start + size > len(header):
        raise UnreadableError("a header that claims more than is there")
    wanted = {_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _OLD_NAMES}
    found: dict[int, Sequence[bytes | int]] = {}
    for number in range(count):
        tag, kind, offset, values = _ENTRY.unpack_from(header, _HEAD.size + number * _ENTRY.size)
        if tag in wanted and tag not in found and values <= _MOST_FILES:
            found[tag] = _values(header[start + offset : start + size], kind, values)
    return found


def _values(data: bytes, kind: int, count: int) -> Sequence[bytes | int]:
    if kind == _INT32:
        count = min(count, len(data) // 4)
        return struct.unpack_from(f">{count}I", data)
    if kind in (_STRING, _STRINGS, _I18N):
        return data.split(b"\0", count)[:count]
    return ()


def _first(values: Sequence[bytes | int] | None) -> bytes:
    return values[0] if values and isinstance(values[0], bytes) else b""


def _files(tags: dict[int, Sequence[bytes | int]]) -> Iterator[bytes]:
    """Paths: whole ones as RPM kept them long ago, or base names with numbers of their directories."""
    for name in tags.get(_OLD_NAMES, ()):
        if isinstance(name, bytes):
            yield name
    directories = [name for name in tags.get(_DIR_NAMES, ()) if isinstance(name, bytes)]
    for base, index in zip(tags.get(_BASE_NAMES, ()), tags.get(_DIR_INDEXES, ()), strict=False):
        if isinstance(base, bytes) and isinstance(index, int) and index < len(directories):
            yield directories[index] + base
