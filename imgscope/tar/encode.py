"""Members → header blocks: the counterpart of ``block`` and ``extended``, for archives that we write.

A plain ustar block wherever that can say it, and a pax header before it where not: names that are long or not ASCII,
numbers that are large or negative, extended attributes, sparse files (format 1.0). Pax names are UTF-8; others go into
the block or, where they are long, a GNU header, which know no encoding. The same member is always the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

from imgscope.tar.block import BLOCK, FIELDS, HEADER_ONLY, USTAR, padded
from imgscope.tar.extended import XATTR
from imgscope.tar.table import Member

END = bytes(2 * BLOCK)
"""What an archive ends with."""
_NAME, _PREFIX = 100, 155
_DIRECTORY = b"5"
_PAX_NAME, _GNU_NAME = b"././@PaxHeader", b"././@LongLink"
_SPARSE_NAME = b"GNUSparseFile.0/"
_NOTHING: Mapping[bytes, bytes] = {}

Records = dict[bytes, bytes]


def header(member: Member, xattrs: Mapping[bytes, bytes] = _NOTHING) -> bytes:
    """All that stands before a member's stored bytes, the map of a sparse file included."""
    records: Records = {}
    longer = b""
    name, link, map_ = member.name, member.link, b""
    size = 0 if member.type in HEADER_ONLY else member.stored
    if member.type == _DIRECTORY and not name.endswith(b"/"):
        name += b"/"
    if member.sparse:
        map_ = sparse_map(member)
        size += len(map_)
        records |= {b"GNU.sparse.major": b"1", b"GNU.sparse.minor": b"0", b"GNU.sparse.name": name}
        records[b"GNU.sparse.realsize"] = b"%d" % member.size
        name = _SPARSE_NAME + _plain(name.rpartition(b"/")[2])[: _NAME - len(_SPARSE_NAME)]
    prefix, short = _fitted(name)
    if not short:
        short = _plain(name)
        longer += _long(name, b"path", b"L", records)
    if len(link) > _NAME or not (link.isascii() or not _is_utf8(link)):
        longer += _long(link, b"linkpath", b"K", records)
        link = _plain(link)
    numbers = (
        b"%07o\0" % (member.mode & 0o7777)
        + _number(b"uid", member.uid, 8, records)
        + _number(b"gid", member.gid, 8, records)
    )
    sizes = _number(b"size", size, 12, records), _number(b"mtime", member.mtime, 12, records)
    records |= {XATTR + key: xattrs[key] for key in sorted(xattrs)}
    rest = USTAR + bytes(64) + b"".join(map(_device, member.device or (0, 0))) + prefix
    if records:
        longer += _extended(b"x", _PAX_NAME, b"".join(_record(key, value) for key, value in records.items()))
    return longer + _block(short, numbers, *sizes, member.type, link, rest) + map_


def padding(size: int) -> bytes:
    """What fills a body of so many stored bytes up to a whole block."""
    return bytes(padded(size) - size)


def sparse_map(member: Member) -> bytes:
    """The map of a sparse file as it stands before its stored bytes: decimal lines, filled up to a whole block.

    As GNU tar writes it: a file that ends in a hole has an empty segment at its end.
    """
    assert member.sparse
    segments = list(member.sparse.segments)
    if not segments or sum(segments[-1]) < member.size:
        segments.append((member.size, 0))
    lines = b"%d\n" % len(segments) + b"".join(b"%d\n%d\n" % segment for segment in segments)
    return lines + padding(len(lines))


def _fitted(name: bytes) -> tuple[bytes, bytes]:
    """Prefix and name for a block; both empty where they have no room, or pax should say what the encoding is."""
    if name.isascii() or not _is_utf8(name):
        if len(name) <= _NAME:
            return b"", name
        # The prefix ends at a slash, which is not stored; the last character may be the slash of a directory.
        slash = name.rfind(b"/", 0, min(_PREFIX + 1, len(name) - 1))
        if slash > 0 and len(name) - slash - 1 <= _NAME:
            return name[:slash], name[slash + 1 :]
    return b"", b""


def _long(name: bytes, key: bytes, kind: bytes, records: Records) -> bytes:
    """A name that has no place in its block: as a record, or as the GNU header that is returned."""
    if _is_utf8(name):
        records[key] = name
        return b""
    return _extended(kind, _GNU_NAME, name + b"\0")


def _plain(name: bytes) -> bytes:
    """What a reader that knows no pax headers may take for the name."""
    return name[:_NAME].decode("ascii", "replace").replace("\ufffd", "_").encode()


def _number(key: bytes, value: int, width: int, records: Records) -> bytes:
    """An octal field, or a record and a field of zeros."""
    if not 0 <= value < 8 ** (width - 1):
        records[key], value = b"%d" % value, 0
    return b"%0*o\0" % (width - 1, value)


def _device(number: int) -> bytes:
    """A device's number; pax has no name for it that all readers know, so a large one is base-256, which they do."""
    if 0 <= number < 8**7:
        return b"%07o\0" % number
    return (number & ((1 << 63) - 1) | 1 << 63).to_bytes(8, "big")


def _extended(kind: bytes, name: bytes, payload: bytes) -> bytes:
    """A header that amends the next."""
    sizes = b"%011o\0" % len(payload), b"%011o\0" % 0
    block = _block(name, b"0000644\0" + b"0000000\0" * 2, *sizes, kind, b"", USTAR)
    return block + payload + padding(len(payload))


def _record(key: bytes, value: bytes) -> bytes:
    """``LENGTH KEY=VALUE`` and a newline; the length counts its own digits."""
    rest = len(key) + len(value) + 3
    length = rest + len(b"%d" % rest)
    length = rest + len(b"%d" % length)
    return b"%d %b=%b\n" % (length, key, value)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _block(name: bytes, numbers: bytes, size: bytes, mtime: bytes, type_: bytes, link: bytes, rest: bytes) -> bytes:
    """A block with its checksum, which counts itself as eight blanks."""
    blank = FIELDS.pack(name, numbers, size, mtime, b" " * 8, type_, link, rest)
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]
