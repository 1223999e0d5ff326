"""Headers that no sound writer makes: patched blocks, and sparse files in all four formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imgscope.errors import ImgscopeError
from imgscope.tar.feed import BlobFeed, StreamFeed
from imgscope.tar.scan import scan_sound_part
from imgscope.tar.table import Member, MemberTable
from tests.build import BLOCK, BytesBlob, header, pad, pax_record, with_checksum

END = bytes(2 * BLOCK)
GNU = b"ustar  \0"
V7 = bytes(8)

Records = list[tuple[str, str | bytes]]
Segments = list[tuple[int, int]]


def patched(block: bytes, *changes: tuple[int, bytes]) -> bytes:
    """The block with bytes put at offsets, its checksum right again."""
    out = bytearray(block)
    for offset, data in changes:
        out[offset : offset + len(data)] = data
    return with_checksum(bytes(out))


def pax(records: Iterable[tuple[str, str] | tuple[str, str | bytes]] | bytes, kind: bytes = b"x") -> bytes:
    """A pax header of records, or of a payload as it is."""
    payload = records if isinstance(records, bytes) else b"".join(pax_record(key, value) for key, value in records)
    return header(b"PaxHeaders", kind, len(payload)) + pad(payload)


def long(kind: bytes, text: bytes) -> bytes:
    """A GNU long name (``L``) or long link (``K``)."""
    return header(b"././@LongLink", kind, len(text) + 1) + pad(text + b"\0")


def old_gnu_sparse(name: bytes, segments: Segments, size: int, stored: int) -> bytes:
    """A sparse file of type ``S``: header, and blocks of more segments behind it."""
    pairs = [b"%011o\0%011o\0" % segment for segment in segments]
    here, rest = pairs[:4], pairs[4:]
    out = patched(
        header(name, b"S", stored, magic=GNU),
        (386, b"".join(here)),
        (482, bytes((bool(rest),))),
        (483, b"%011o\0" % size),
    )
    while rest:
        now, rest = rest[:21], rest[21:]
        out += b"".join(now).ljust(504, b"\0") + bytes((bool(rest),)) + bytes(7)
    return out + pad(bytes(stored))


def sparse_00(name: bytes, segments: Segments, size: int, stored: int) -> bytes:
    """A sparse file in pax format 0.0: a record for each number."""
    records: Records = [("GNU.sparse.size", str(size)), ("GNU.sparse.numblocks", str(len(segments)))]
    for offset, length in segments:
        records += [("GNU.sparse.offset", str(offset)), ("GNU.sparse.numbytes", str(length))]
    return pax(records) + header(name, b"0", stored) + pad(bytes(stored))


def sparse_01(name: bytes, segments: Segments, size: int, stored: int) -> bytes:
    """A sparse file in pax format 0.1: one record with all numbers, and the name apart."""
    records: Records = [
        ("GNU.sparse.size", str(size)),
        ("GNU.sparse.numblocks", str(len(segments))),
        ("GNU.sparse.name", name),
        ("GNU.sparse.map", ",".join(f"{offset},{length}" for offset, length in segments)),
    ]
    return pax(records) + header(b"GNUSparseFile.0/file", b"0", stored) + pad(bytes(stored))


def sparse_10(name: bytes, segments: Segments, size: int, stored: int) -> bytes:
    """A sparse file in pax format 1.0: the map stands before the data."""
    numbers = [len(segments), *(number for segment in segments for number in segment)]
    return sparse_10_of(name, pad(b"".join(b"%d\n" % number for number in numbers)), size, stored)


def sparse_10_of(name: bytes, body: bytes, size: int, stored: int = 0) -> bytes:
    """The same with whatever stands where the map should."""
    records: Records = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", name),
        ("GNU.sparse.realsize", str(size)),
    ]
    return pax(records) + header(b"GNUSparseFile.0/file", b"0", len(body) + stored) + pad(body + bytes(stored))


SPARSE_FORMATS = {"old GNU": old_gnu_sparse, "pax 0.0": sparse_00, "pax 0.1": sparse_01, "pax 1.0": sparse_10}


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """The data in chunks of a size."""
    return (data[start : start + size] for start in range(0, len(data), size))


Outcome = tuple[MemberTable, ImgscopeError | None]


def from_blob(data: bytes) -> Outcome:
    """The sound part of an archive in memory, and what ended it."""
    return scan_sound_part(BlobFeed(BytesBlob(data)))


def from_stream(data: bytes, size: int) -> Outcome:
    """The same from a stream of chunks."""
    return scan_sound_part(StreamFeed(pieces(data, size)))


def members(table: MemberTable) -> list[Member]:
    """All rows as objects."""
    return [table.member(row) for row in range(len(table))]
