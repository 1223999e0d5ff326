"""What amends the next header: pax records, GNU long names, and the four ways to write a sparse map.

Which value wins, and what is refused, is as in Go's ``archive/tar``: the container engines read with it, so
anything else would show another image than the one that runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from imgscope.errors import ArchiveError
from imgscope.tar.block import BLOCK, GNU, number, text
from imgscope.tar.feed import Feed
from imgscope.tar.table import Member, SparseMap

MAX_MAP = 1 << 20
_INT64 = 1 << 63
XATTR = b"SCHILY.xattr."
_NO_NUL_IN_VALUE = frozenset((b"path", b"linkpath", b"uname", b"gname"))


@dataclass(slots=True)
class Pending:
    """Extended headers read so far that await the member they describe."""

    records: dict[bytes, bytes] = field(default_factory=dict)
    long_name: bytes = b""
    long_link: bytes = b""
    headers: int = 0
    repeated: bool = False
    """Whether a second header of one kind replaced the first, or pax and GNU both name the member."""

    def take(self, kind: bytes, payload: bytes) -> None:
        """Keep what an ``x``, ``L`` or ``K`` header says; the last of its kind wins."""
        if kind == b"x":
            self.repeated |= bool(self.records)
            self.records = pax_records(payload)
        elif kind == b"L":
            self.repeated |= bool(self.long_name)
            self.long_name = text(payload)
        else:
            self.repeated |= bool(self.long_link)
            self.long_link = text(payload)


def pax_records(payload: bytes) -> dict[bytes, bytes]:
    r"""``LENGTH KEY=VALUE\n`` records; repeated sparse 0.0 pairs are joined into one ``GNU.sparse.map``."""
    records: dict[bytes, bytes] = {}
    pairs: list[bytes] = []
    position = 0
    while position < len(payload):
        key, value, position = _record(payload, position)
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            expected = b"GNU.sparse.numbytes" if len(pairs) % 2 else b"GNU.sparse.offset"
            if key != expected or b"," in value:
                raise ArchiveError("pax records of a sparse file are out of order")
            pairs.append(value)
        else:
            records[key] = value
    if pairs:
        records[b"GNU.sparse.map"] = b",".join(pairs)
    return records


def _record(payload: bytes, start: int) -> tuple[bytes, bytes, int]:
    """One record from ``start``: key, value and where the next begins."""
    space = payload.find(b" ", start)
    if space < 0:
        raise ArchiveError("a pax record without a length")
    end = start + _decimal(payload[start:space])
    body = payload[space + 1 : end]
    key, equals, value = body[:-1].partition(b"=")
    if not space < end <= len(payload) or body[-1:] != b"\n" or not equals:
        raise ArchiveError("malformed pax record")
    if not key or b"\0" in (value if key in _NO_NUL_IN_VALUE else key):
        raise ArchiveError("pax record with an empty key or a NUL in a name")
    return key, value, end


def amend(member: Member, pending: Pending) -> None:
    """Let pending headers overrule the fields of the block. An empty value means: as in the block."""
    for key, value in pending.records.items():
        if not value:
            continue
        if key == b"path":
            member.name = value
        elif key == b"linkpath":
            member.link = value
        elif key == b"size":
            member.size = _decimal(value)
        elif key == b"uid":
            member.uid = _decimal(value)
        elif key == b"gid":
            member.gid = _decimal(value)
        elif key == b"mtime":
            member.mtime = seconds(value)
        elif key in (b"atime", b"ctime"):
            seconds(value)
    member.xattrs = tuple(key[len(XATTR) :] for key in pending.records if key.startswith(XATTR))
    member.name = pending.long_name or member.name
    member.link = pending.long_link or member.link


def _decimal(value: bytes) -> int:
    """A decimal number of at most 64 bits."""
    digits = value[1:] if value[:1] in (b"-", b"+") else value
    significant = digits.lstrip(b"0")
    if not digits.isdigit() or len(significant) > 19:
        raise ArchiveError(f"bad number in a pax record: {value[:40]!r}")
    result = int(significant or b"0") * (-1 if value[:1] == b"-" else 1)
    if not -_INT64 <= result < _INT64:
        raise ArchiveError("a number in a pax record is beyond 64 bits")
    return result


def seconds(value: bytes) -> int:
    """A pax time, ``-?digits[.digits]`` of which nanoseconds count, rounded down to whole seconds."""
    whole, dot, fraction = value.partition(b".")
    if dot and fraction and not fraction.isdigit():
        raise ArchiveError(f"bad time in a pax record: {value[:40]!r}")
    result = _decimal(whole)
    return max(result - 1, -_INT64) if whole.startswith(b"-") and fraction[:9].strip(b"0") else result


def sparse_of_records(member: Member, records: dict[bytes, bytes], feed: Feed) -> None:
    """Recognise pax sparse formats 0.0, 0.1 and 1.0 and put name, size, map and body right."""
    version = (records.get(b"GNU.sparse.major", b""), records.get(b"GNU.sparse.minor", b""))
    has_map = bool(records.get(b"GNU.sparse.map"))
    if version not in ((b"0", b"0"), (b"0", b"1"), (b"1", b"0")) and (any(version) or not has_map):
        return
    physical = member.size
    member.name = records.get(b"GNU.sparse.name") or member.name
    size = records.get(b"GNU.sparse.size") or records.get(b"GNU.sparse.realsize")
    if size:
        member.size = _decimal(size)
    if version == (b"1", b"0"):
        numbers, used = _map_in_body(feed, member.body)
        member.body += used
        physical -= used
    else:
        numbers = _map_in_records(records)
    member.sparse = checked_map(numbers, member.size, physical)


def _map_in_records(records: dict[bytes, bytes]) -> list[int]:
    """Format 0.1, ``offset,length,offset,length…``; 0.0 was joined to the same."""
    count = _decimal(records.get(b"GNU.sparse.numblocks", b""))
    parts = records.get(b"GNU.sparse.map", b"").split(b",")
    if parts == [b""]:
        parts = []
    if count < 0 or len(parts) != 2 * count:
        raise ArchiveError("the map of a sparse file does not have the stated number of parts")
    return [_decimal(part) for part in parts]


def _map_in_body(feed: Feed, position: int) -> tuple[list[int], int]:
    """Format 1.0: decimal lines at the start of the body, padded to a block; returns them and the bytes used."""
    found = bytearray()
    newlines, wanted = 0, 1
    for block in _blocks(feed, position):
        found += block
        newlines += block.count(b"\n")
        if wanted == 1 and newlines:
            wanted += 2 * _decimal(bytes(found[: found.index(b"\n")]))
        if newlines >= wanted:
            break
    if wanted < 1:
        raise ArchiveError("the map of a sparse file has a negative number of parts")
    return [_decimal(line) for line in bytes(found).split(b"\n")[1:wanted]], len(found)


def old_gnu_map(feed: Feed, block: bytes, member: Member) -> None:
    """Old GNU format (type ``S``): four pairs in the header, twenty-one in each block that follows it."""
    if block[257:265] != GNU:
        raise ArchiveError("a sparse file of GNU's type S without GNU's magic")
    numbers = _pairs(block[386:482])
    if block[482]:
        for extension in _blocks(feed, member.body, MAX_MAP - BLOCK):  # less the header: Go counts it
            member.body += BLOCK
            numbers += _pairs(extension[:504])
            if not extension[504]:
                break
    physical, member.size = member.size, number(block[483:495])
    member.sparse = checked_map(numbers, member.size, physical)


def _blocks(feed: Feed, position: int, left: int = MAX_MAP) -> Iterator[bytes]:
    """The blocks from ``position`` on that a map may lie in; whoever has seen its end asks for no more."""
    while left:
        window = feed.at(position)[:left]
        whole = len(window) // BLOCK * BLOCK
        if not whole:
            raise ArchiveError("the map of a sparse file is cut short")
        for start in range(0, whole, BLOCK):
            yield window[start : start + BLOCK]
        position += whole
        left -= whole
    raise ArchiveError("the map of a sparse file is longer than 1 MiB")


def _pairs(area: bytes) -> list[int]:
    """Offsets and lengths of twelve characters each, up to the first empty one."""
    numbers: list[int] = []
    for start in range(0, len(area), 24):
        if not area[start]:
            break
        numbers += (number(area[start : start + 12]), number(area[start + 12 : start + 24]))
    return numbers


def checked_map(numbers: list[int], size: int, physical: int) -> SparseMap:
    """The map, once it is in order, inside the file, and adds up to the bytes that are stored."""
    if size < 0:
        raise ArchiveError("negative size of a sparse file")
    segments: list[tuple[int, int]] = []
    position = stored = 0
    for offset, length in zip(numbers[::2], numbers[1::2], strict=True):
        if offset < position or length < 0 or offset + length > size:
            raise ArchiveError("the map of a sparse file is out of order or reaches beyond its end")
        position = offset + length
        stored += length
        if length:  # an empty one only marks the end of the file
            segments.append((offset, length))
    if stored != physical:
        raise ArchiveError(f"the map of a sparse file tells of {stored} stored bytes, its header of {physical}")
    return SparseMap(tuple(segments))
