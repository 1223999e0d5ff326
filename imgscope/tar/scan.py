"""One pass over an archive's headers → MemberTable: the one hot loop of the project.

Strategy. Most members are plain: one sound block, no extended header before it, a type among file, directory, link.
For those, one struct unpacking, two adler32 calls (each half of a block adds up to less than adler's modulus, so its
low word *is* the byte sum, at a tenth of the cost of ``sum``), one comparison for all that stands behind the link (it
is mostly that of the member before), dictionaries for fields that repeat from member to member (permissions,
time, checksum), and appends to columns. Everything else goes to :mod:`imgscope.tar.slow`, and costs ten times as much.

What is accepted is what Go's ``archive/tar`` accepts. Damage raises ArchiveError with the offset of the header.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from zlib import adler32

from imgscope.errors import ArchiveError, ImgscopeError, LimitError
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.tar.block import (
    BLOCK,
    FIELDS,
    HALVES,
    STAR,
    USTAR,
    device,
    expected_sum,
    number,
    padded,
    permissions,
    signed_sum_matches,
    ustar_prefix,
)
from imgscope.tar.feed import Feed
from imgscope.tar.slow import MEMO, Names, Slow
from imgscope.tar.table import NO_PRINT, SHARED, MemberTable, Notice, split

_PLAIN = frozenset((b"0", b"5", b"2", b"1"))
_NOTHING = bytes(167)
_TOC = b"stargz.index.json\0"
_NO_NAMES: Names = {}
V = TypeVar("V")


def scan(feed: Feed, limits: Limits = DEFAULT_LIMITS, names: Names = _NO_NAMES) -> MemberTable:
    """Read all headers that ``feed`` brings; where bodies pass by, keep small ones of ``names``.

    Raises ArchiveError on damage (offset set, file and member not) and LimitError on too many members.
    """
    table, error = scan_sound_part(feed, limits, names)
    if error:
        raise error
    return table


def scan_sound_part(
    feed: Feed, limits: Limits = DEFAULT_LIMITS, names: Names = _NO_NAMES
) -> tuple[MemberTable, ImgscopeError | None]:
    """The members before the first damage, and the damage: half an archive may still hold whole images."""
    table = MemberTable()
    try:
        end = _walk(feed, table, limits, names)
    except ImgscopeError as error:
        return table, error
    if len(table) > limits.max_entries:
        return table, _too_many(limits.max_entries)
    table.end = end
    trailing = feed.finish(min(end, feed.length) + _toc_behind(feed, end))
    table.tar_bytes = feed.length
    if trailing:
        table.notices.append(
            Notice("trailing-bytes", f"{trailing} bytes after the end of the archive, which some tools read", end)
        )
    return table, None


def _walk(feed: Feed, table: MemberTable, limits: Limits, names: Names) -> int:  # noqa: C901 - a call costs half of what a member does
    """Fill the table; return the position behind the end-of-archive blocks."""
    slow = Slow(feed, table, names)
    unpack, halves = FIELDS.unpack_from, HALVES.unpack_from
    sums, times, directories = _Memo(expected_sum), _Memo(number), _Numbering(table.directories)
    allowed = _Memo(lambda field: slow.number_of(*permissions(field)))
    prefixes: _Memo[bytes | None] = _Memo(_plain_prefix)
    shared: dict[bytes, bytes] = {}
    last_directory, last_number, last_rest, kept = None, 0, b"", names.get(b"")
    bases, types, links = table.base, table.type, table.link
    passing, fingerprint = feed.passing, feed.fingerprint
    position = start = 0
    buffer = feed.at(0)
    filled = len(buffer)
    while True:
        index = position - start
        if index + BLOCK > filled:
            if len(bases) > limits.max_entries:
                raise _too_many(limits.max_entries)
            if len(shared) > SHARED:
                shared.clear()
            buffer, start = feed.around(position)
            index, filled = position - start, len(buffer)
            if index + BLOCK > filled:
                return slow.end_of_data(position, max(filled - index, 0))
        low, high = halves(buffer, index)
        total = (adler32(low, 0) & 0xFFFF) + (adler32(high, 0) & 0xFFFF)
        if not total:
            return slow.end_blocks(position)
        name, rights, size, mtime, checksum, kind, link, rest = unpack(buffer, index)
        try:
            if total != sums[checksum] and not signed_sum_matches(buffer[index : index + BLOCK]):
                raise ArchiveError("the checksum of a tar header is wrong")
            if rest != last_rest:
                last_rest, prefix = rest, prefixes[rest]
            if slow.pending or prefix is None or kind not in _PLAIN:
                member, position = slow.read(buffer, index, position)
                if member:
                    slow.append(member, directories)
                continue
            digits = size[:11]
            # Twelve digits, base-256, blanks and nonsense are for number() to judge.
            length = int(digits, 8) if digits.isdigit() and size[11] in b"\0 " else number(size)
            permission, time = allowed[rights], times[mtime]
            if length < 0 and kind == b"0":
                raise ArchiveError("negative size in a tar header")
        except ValueError as error:
            raise ArchiveError(f"bad number in a tar header: {size!r}", offset=position) from error
        except ImgscopeError as error:
            raise error.located(offset=position) from error.__cause__

        name = name.partition(b"\0")[0]
        if prefix:
            name = prefix + b"/" + name
        slash = name.rfind(b"/", 0, len(name) - 1)
        directory, base = (name[:slash], name[slash + 1 :]) if slash > 0 and name[0] != 0x2F else split(name)
        if directory != last_directory:
            last_directory, last_number, kept = directory, directories[directory], names.get(directory)
        position += BLOCK
        table.body.append(position)
        if passing:
            if kept and base in kept and kind == b"0" and length:
                slow.keep(len(bases), position, length)
            table.prints += fingerprint(position, length) if kind == b"0" and length else NO_PRINT
        if kind == b"0":
            position += length + 511 & -512
        else:
            if kind != b"5":
                links[len(bases)] = link.partition(b"\0")[0]
            length = 0
        table.directory.append(last_number)
        bases.append(shared.setdefault(base, base))
        types += kind
        table.permission.append(permission)
        table.size.append(length)
        table.mtime.append(time)


def _plain_prefix(rest: bytes) -> bytes | None:
    """The prefix of a name by what follows the link in a block; None where it takes ``slow`` to tell."""
    block = bytes(257) + rest
    try:
        device(block)
    except ArchiveError:
        return None
    if rest[88:] == _NOTHING:
        return b""
    return ustar_prefix(block) if rest[:8] == USTAR and rest[-4:] != STAR else None


class _Memo(dict[bytes, V]):
    """Values of fields that repeat from member to member, worked out once."""

    def __init__(self, parse: Callable[[bytes], V]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, field: bytes) -> V:
        if len(self) > MEMO:
            self.clear()
        value = self[field] = self._parse(field)
        return value


class _Numbering(dict[bytes, int]):
    """Distinct names, numbered in the order they are first asked for."""

    def __init__(self, names: list[bytes]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, name: bytes) -> int:
        number_ = self[name] = len(self._names)
        self._names.append(name)
        return number_


def _too_many(limit: int) -> LimitError:
    return LimitError(
        f"more than {limit} members in one archive",
        hint="raise the limit with --max-entries if this is expected",
    )


def _toc_behind(feed: Feed, end: int) -> int:
    """Length of an eStargz table of contents behind the end, where BuildKit puts it; 0 where none is there."""
    block = feed.at(end)[:BLOCK]
    if len(block) < BLOCK or not block.startswith(_TOC) or block[156:157] != b"0":
        return 0
    try:
        size = number(block[124:136])
        return BLOCK + padded(size) if size >= 0 and sum(block) == expected_sum(block[148:156]) else 0
    except ArchiveError:
        return 0
