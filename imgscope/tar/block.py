"""The 512-byte header block: where its fields lie, how its numbers are written, what its checksum is.

Follows Go's ``archive/tar``, which the container engines read with. Knows one block at a time; what pax and GNU
headers say about the *next* block is the business of ``extended``.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

from imgscope.errors import ArchiveError

BLOCK = 512

# name, permission, size, mtime, checksum, type, link, and what differs from format to format
FIELDS = Struct("100s 24s 12s 12s 8s c 100s 255s")
HALVES = Struct("256s 256s")

USTAR = b"ustar\x0000"
GNU = b"ustar  \x00"
STAR = b"tar\0"
"""Where the last four bytes of a ustar block are these, star wrote it."""

# Types whose size field does not mean data; Go ignores it for exactly these.
HEADER_ONLY = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))
REGULAR = frozenset((b"0", b"\0", b"7", b"S"))
EXTENDED = frozenset((b"x", b"g", b"L", b"K"))

_INT64 = 1 << 63


def padded(size: int) -> int:
    """``size`` rounded up to whole blocks."""
    return -(-size // BLOCK) * BLOCK


def text(field: bytes) -> bytes:
    """A text field: everything before the first NUL."""
    return field.partition(b"\0")[0]


@lru_cache(maxsize=1 << 12)  # fields repeat from header to header
def permissions(field: bytes) -> tuple[int, int, int]:
    """Mode, owner and group, which stand side by side in eight bytes each."""
    return number(field[:8]), number(field[8:16]), number(field[16:])


def number(field: bytes) -> int:
    """A numeric field, octal or base-256; empty is 0.

    Raises ArchiveError where Go's reader refuses it: other characters, or a value beyond 64 bits.
    """
    return _base256(field) if field[0] & 0x80 else octal(field)


def octal(field: bytes) -> int:
    """An octal field; :func:`number` but for base-256."""
    digits = text(field.strip(b" \0"))
    if not digits:
        return 0
    # int() alone would also take "0o7", "+7" and "1_0".
    if digits.isdigit():
        try:
            return int(digits, 8)
        except ValueError:
            pass
    raise ArchiveError(f"bad number in a tar header: {field!r}")


def _base256(field: bytes) -> int:
    """Two's complement in all bits but the first (GNU and star write sizes over 8 GiB so)."""
    bits = 8 * len(field) - 1
    value = int.from_bytes(field, "big") & ((1 << bits) - 1)
    if value >> (bits - 1):
        value -= 1 << bits
    if not -_INT64 <= value < _INT64:
        raise ArchiveError("a number in a tar header is beyond 64 bits")
    return value


def expected_sum(checksum: bytes) -> int:
    """What all bytes of a sound block add up to, given its checksum field (which counts as eight spaces)."""
    return octal(checksum) + sum(checksum) - 8 * 0x20


def signed_sum_matches(block: bytes) -> bool:
    """Whether the checksum holds when bytes are taken as signed: old Sun and some BSD tars added them so."""
    total = sum(byte - 256 if byte > 127 else byte for byte in block[:148] + b" " * 8 + block[156:])
    return total == octal(block[148:156])


def ustar_prefix(block: bytes) -> bytes:
    """The directory part that ustar keeps apart; star's is shorter, GNU has other fields there."""
    magic = block[257:265]
    if magic[:6] != b"ustar\0":
        return _go17_prefix(block) if magic == GNU else b""
    width = 131 if block[508:512] == STAR else 155
    return text(block[345 : 345 + width])


def device(block: bytes) -> tuple[int, int]:
    """A device's numbers, major and minor. Version 7 blocks have none: what lies there may be anything.

    Raises ArchiveError where Go's reader refuses them, which is whatever the type of the member.
    """
    if block[257:263] != b"ustar\0" and block[257:265] != GNU:
        return 0, 0
    return number(block[329:337]), number(block[337:345])


def check_times(block: bytes) -> None:
    """Raise ArchiveError for a time of last access or change that Go's reader refuses: it looks at star's only."""
    if block[257:263] == b"ustar\0" and block[508:512] == STAR:
        number(block[476:488])
        number(block[488:500])


def _go17_prefix(block: bytes) -> bytes:
    """A prefix in a GNU header: Go before 1.8 wrote such; recognised, as Go does, by times that are no numbers."""
    prefix = text(block[345:500])
    if not prefix or not prefix.isascii():
        return b""
    try:
        for time in (block[345:357], block[357:369]):
            if time[0]:
                number(time)
    except ArchiveError:
        return prefix
    return b""
