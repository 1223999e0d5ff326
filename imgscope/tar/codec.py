"""MemberTable ↔ bytes: what the index cache keeps, and what one process hands another.

Columns are written as they lie in memory, in little-endian order; names all in a row. A checksum stands before it all,
and every count is held against the bytes that are left before anything is made of it: what is damaged, however, costs
no more than reading it and ends in ValueError.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from struct import Struct
from typing import TypeVar

from xxhash import xxh3_128, xxh3_128_digest

from imgscope.tar.table import PRINT, SHARED, MemberTable, Notice, SparseMap

_MAGIC = b"imgscope table 4"
"""Its number changes with the format, and with what a table means."""
_SUM = 16
_HEAD = Struct("<12Q")
"""Rows, directories, permissions, links, devices, sparse maps, rows with extended attributes, notices, kept bodies;
then bytes of prints, tar_bytes and end."""
_NAMES = Struct("<Q?")
"""Bytes of names, and whether they have NULs only between them."""
_COLUMNS = ("directory", "permission", "size", "mtime", "body")
_PERMISSIONS = ("mode", "uid", "gid")
_ODD = "surrogatepass"
_PIECE = 256 << 10
_SWAPPED = sys.byteorder == "big"
T = TypeVar("T")


def dump(table: MemberTable) -> bytes:
    """A table as bytes; rows in ``link`` and the other dicts in rising order, as a scan puts them there."""
    some = (table.link, table.device, table.sparse, table.xattrs, table.notices, table.kept)
    counts = [len(part) for part in (table.base, table.directories, table.mode, *some)]
    parts = [_HEAD.pack(*counts, len(table.prints), table.tar_bytes, table.end), *_parts(table)]
    digest = xxh3_128()
    for part in parts:
        digest.update(part)
    return b"".join((_MAGIC, digest.digest(), *parts))


def load(data: bytes) -> MemberTable:
    """The table that :func:`dump` made bytes of. Raises ValueError where they are damaged, or of another format."""
    payload = memoryview(data)[len(_MAGIC) + _SUM :]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : len(_MAGIC) + _SUM] != xxh3_128_digest(payload):
        raise ValueError("damaged, or of another format")
    reader = _Reader(payload)
    rows, directories, permissions, links, devices, maps, attributes, notices, kept, prints, *ends = reader.head()
    table = MemberTable(tar_bytes=ends[0], end=ends[1])
    table.directories = reader.names(directories)
    for name in _COLUMNS:
        setattr(table, name, reader.numbers(getattr(table, name).typecode, rows))
    for name in _PERMISSIONS:
        setattr(table, name, reader.numbers(getattr(table, name).typecode, permissions))
    if rows and (max(table.directory) >= directories or max(table.permission) >= permissions):
        raise ValueError("a directory or permission that is not there")
    if prints not in (0, PRINT * rows):
        raise ValueError("fingerprints of other rows")
    table.type, table.prints = bytearray(reader.take(rows)), bytearray(reader.take(prints))
    table.base = reader.names(rows)
    table.link = dict(zip(reader.rows(links, rows), reader.names(links), strict=True))
    table.device = dict(zip(reader.rows(devices, rows), reader.pairs("q", devices), strict=True))
    table.sparse = dict(zip(reader.rows(maps, rows), map(SparseMap, reader.groups_of_pairs(maps)), strict=True))
    table.xattrs = dict(zip(reader.rows(attributes, rows), reader.groups_of_names(attributes), strict=True))
    table.notices = list(map(Notice, reader.texts(notices), reader.texts(notices), reader.numbers("Q", notices)))
    table.kept = dict(zip(reader.rows(kept, rows), reader.names(kept), strict=True))
    reader.finish()
    return table


def _parts(table: MemberTable) -> Iterator[bytes | bytearray]:
    yield from _names(table.directories)
    for name in (*_COLUMNS, *_PERMISSIONS):
        yield _little(getattr(table, name))
    yield table.type
    yield table.prints
    yield from _names(table.base)
    yield _little(array("I", table.link))
    yield from _names(table.link.values())
    yield _little(array("I", table.device))
    yield _little(array("q", chain.from_iterable(table.device.values())))
    yield _little(array("I", table.sparse))
    maps = [sparse.segments for sparse in table.sparse.values()]
    yield _little(array("I", map(len, maps)))
    yield _little(array("Q", chain.from_iterable(chain.from_iterable(maps))))
    yield _little(array("I", table.xattrs))
    yield _little(array("I", map(len, table.xattrs.values())))
    yield from _names([*chain.from_iterable(table.xattrs.values())])
    yield from _names([notice.code.encode(errors=_ODD) for notice in table.notices])
    yield from _names([notice.message.encode(errors=_ODD) for notice in table.notices])
    yield _little(array("Q", (notice.offset for notice in table.notices)))
    yield _little(array("I", table.kept))
    yield from _names(table.kept.values())


def _names(names: Collection[bytes]) -> Iterator[bytes]:
    """Names with NULs between them, which is told from names in half the time; where one holds a NUL, lengths too."""
    text = b"\0".join(names)
    plain = text.count(b"\0") < max(len(names), 1)
    yield _NAMES.pack(len(text), plain)
    yield text
    if not plain:
        yield _little(array("I", map(len, names)))


def _little(column: array[int]) -> bytes:
    if _SWAPPED:
        column = column[:]
        column.byteswap()
    return column.tobytes()


class _Reader:
    """Takes a payload apart from its beginning to its end."""

    def __init__(self, payload: memoryview) -> None:
        self._left = payload

    def take(self, size: int) -> memoryview:
        """The next ``size`` bytes."""
        if size > len(self._left):
            raise ValueError("more is claimed than there is")
        part, self._left = self._left[:size], self._left[size:]
        return part

    def head(self) -> tuple[int, ...]:
        """The counts at the beginning."""
        return _HEAD.unpack(self.take(_HEAD.size))

    def numbers(self, kind: str, count: int) -> array[int]:
        """A column."""
        column = array(kind)
        column.frombytes(self.take(count * column.itemsize))
        if _SWAPPED:
            column.byteswap()
        return column

    def rows(self, count: int, within: int) -> array[int]:
        """Row numbers in rising order."""
        rows = self.numbers("I", count)
        if any(one >= other for one, other in pairwise(rows)) or (rows and rows[-1] >= within):
            raise ValueError("rows out of order, or that are not there")
        return rows

    def names(self, count: int) -> list[bytes]:
        """So many names."""
        size, plain = _NAMES.unpack(self.take(_NAMES.size))
        text = self.take(size)
        lengths = None if plain else self.numbers("I", count)
        if lengths is None:
            names = _parted(text) if count or text else []
        elif sum(lengths) + count == size + 1:
            starts = accumulate((length + 1 for length in lengths), initial=0)
            names = [bytes(text[start : end - 1]) for start, end in pairwise(starts)]
        else:
            names = []
        if len(names) != count:
            raise ValueError("other names than are claimed")
        return names

    def texts(self, count: int) -> list[str]:
        """Names that are text."""
        return [name.decode(errors=_ODD) for name in self.names(count)]

    def pairs(self, kind: str, count: int) -> list[tuple[int, int]]:
        """Numbers two by two."""
        flat = self.numbers(kind, 2 * count)
        return list(zip(flat[::2], flat[1::2], strict=True))

    def groups_of_pairs(self, count: int) -> Iterator[tuple[tuple[int, int], ...]]:
        """Pairs in ``count`` groups of stated lengths."""
        lengths = self.numbers("I", count)
        return _grouped(lengths, self.pairs("Q", sum(lengths)))

    def groups_of_names(self, count: int) -> Iterator[tuple[bytes, ...]]:
        """Names in ``count`` groups of stated lengths."""
        lengths = self.numbers("I", count)
        return _grouped(lengths, self.names(sum(lengths)))

    def finish(self) -> None:
        """Nothing may be left."""
        if self._left:
            raise ValueError("more is there than is claimed")


def _parted(text: memoryview) -> list[bytes]:
    """Names between NULs, a piece of the text at a time: of those that are alike only the first stays."""
    names: list[bytes] = []
    known: dict[bytes, bytes] = {}
    rest = b""
    for start in range(0, len(text), _PIECE):
        part = (rest + text[start : start + _PIECE]).split(b"\0")
        rest = part.pop()
        if len(known) > SHARED:
            known.clear()
        names += map(known.setdefault, part, part)
    names.append(rest)
    return names


def _grouped(lengths: Iterable[int], items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    for start, end in pairwise(accumulate(lengths, initial=0)):
        yield tuple(items[start:end])
