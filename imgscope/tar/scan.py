"""One pass over an archive's headers → MemberTable: the one hot loop of the project.

Strategy. Most members are plain: one sound block, no extended header before it, a type among file, directory, link.
For those, one struct unpacking, two adler32 calls (each half of a block adds up to less than adler's modulus, so its
low word *is* the byte sum, at a tenth of the cost of ``sum``), one comparison for all that stands behind the link (it
is mostly that of the member before), dictionaries for fields that repeat from member to member (mode, owner, time,
checksum), and appends to columns. Everything else goes to :class:`_Slow`, which works on
a Member object and may take ten times as long.

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
    EXTENDED,
    FIELDS,
    HALVES,
    HEADER_ONLY,
    STAR,
    USTAR,
    check_times,
    device,
    expected_sum,
    number,
    padded,
    signed_sum_matches,
    text,
    ustar_prefix,
)
from imgscope.tar.extended import Pending, amend, old_gnu_map, pax_records, sparse_of_records
from imgscope.tar.feed import Feed
from imgscope.tar.table import Member, MemberTable, Notice, split

_CUT_SHORT = "the file ends early: save or copy it again"
MAX_RECORD = 1 << 20
MAX_HEADERS_IN_A_ROW = 16
MAX_NAME = 64 << 10
MAX_COMPONENTS = 4096
MAX_SEGMENTS = 1 << 20
MAX_KEPT = 1 << 30
"""Bytes of what extended headers say: a compressed archive could hold names of a mebibyte by the million."""
_KEY = 64  # bytes that an empty one costs
_MEMO = 1 << 14  # entries before a dictionary of repeated fields is emptied: bounds what odd archives can cost

_PLAIN = frozenset((b"0", b"5", b"2", b"1"))
_NOTHING = bytes(167)
_TOC = b"stargz.index.json\0"
V = TypeVar("V")


def scan(feed: Feed, limits: Limits = DEFAULT_LIMITS) -> MemberTable:
    """Read all headers that ``feed`` brings.

    Raises ArchiveError on damage (offset set, file and member not) and LimitError on too many members.
    """
    table, error = scan_sound_part(feed, limits)
    if error:
        raise error
    return table


def scan_sound_part(feed: Feed, limits: Limits = DEFAULT_LIMITS) -> tuple[MemberTable, ImgscopeError | None]:
    """The members before the first damage, and the damage: half an archive may still hold whole images."""
    table = MemberTable()
    try:
        end = _walk(feed, table, limits)
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


def _walk(feed: Feed, table: MemberTable, limits: Limits) -> int:  # noqa: C901 - a call costs half of what a member does
    """Fill the table; return the position behind the end-of-archive blocks."""
    slow = _Slow(feed, table)
    unpack, halves = FIELDS.unpack_from, HALVES.unpack_from
    sums, numbers, directories = _Memo(expected_sum), _Memo(number), _Numbering(table.directories)
    prefixes: _Memo[bytes | None] = _Memo(_plain_prefix)
    last_directory, last_number, last_rest = None, 0, b""
    bases, types, links = table.base, table.type, table.link
    position = start = 0
    buffer = feed.at(0)
    filled = len(buffer)
    while True:
        index = position - start
        if index + BLOCK > filled:
            if len(bases) > limits.max_entries:
                raise _too_many(limits.max_entries)
            buffer = feed.at(position)
            start, index, filled = position, 0, len(buffer)
            if filled < BLOCK:
                return slow.end_of_data(position, filled)
        low, high = halves(buffer, index)
        total = (adler32(low, 0) & 0xFFFF) + (adler32(high, 0) & 0xFFFF)
        if not total:
            return slow.end_blocks(position)
        name, mode, uid, gid, size, mtime, checksum, kind, link, rest = unpack(buffer, index)
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
            mode_value, uid_value, gid_value, time_value = numbers[mode], numbers[uid], numbers[gid], numbers[mtime]
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
            last_directory, last_number = directory, directories[directory]
        position += BLOCK
        table.body.append(position)
        if kind == b"0":
            position += length + 511 & -512
        else:
            if kind != b"5":
                links[len(bases)] = link.partition(b"\0")[0]
            length = 0
        table.directory.append(last_number)
        bases.append(base)
        types += kind
        table.mode.append(mode_value & 0xFFFFFFFF)
        table.uid.append(uid_value)
        table.gid.append(gid_value)
        table.size.append(length)
        table.mtime.append(time_value)


def _plain_prefix(rest: bytes) -> bytes | None:
    """The prefix of a name by what follows the link in a block; None where it takes :class:`_Slow` to tell."""
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
        if len(self) > _MEMO:
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


class _Slow:
    """Members that need more than one plain block, and the ways an archive ends."""

    def __init__(self, feed: Feed, table: MemberTable) -> None:
        self.feed = feed
        self.table = table
        self.pending: Pending | None = None
        self.segments = 0
        self.kept = 0

    def read(self, buffer: bytes, index: int, position: int) -> tuple[Member | None, int]:
        """The member whose header is at ``buffer[index:]``, or None for an extended header; and what is next."""
        block = buffer[index : index + BLOCK]
        member = member_of(block, position)
        _check_size(member)
        if member.type in EXTENDED:
            return None, self._extended(member.type, member.size, buffer, index, position)
        pending, self.pending = self.pending, None
        if pending:
            amend(member, pending)
            if pending.repeated or (pending.long_name and b"path" in pending.records):
                self._notice(
                    "conflicting-headers",
                    "a name or header is given twice; the last, or GNU's, wins",
                    position,
                )
        if member.type == b"\0":
            member.type = b"5" if member.name.endswith(b"/") else b"0"
        _check_size(member)
        if member.type in HEADER_ONLY:
            member.size = 0
        physical = member.size
        records = pending.records if pending else {}
        if member.type == b"S":
            old_gnu_map(self.feed, block, member)
        elif any(key.startswith(b"GNU.sparse.") for key in records):
            after = member.body + padded(physical)
            sparse_of_records(member, records, self.feed)
            if member.sparse and member.type in HEADER_ONLY:
                raise ArchiveError("a sparse map on something that is not a file")
            return member, after
        return member, member.body + padded(physical)

    def _extended(self, kind: bytes, size: int, buffer: bytes, index: int, position: int) -> int:
        """Take in an extended header; return the position behind its payload."""
        if size > MAX_RECORD:
            raise LimitError(f"an extended tar header claims {size} bytes, more than 1 MiB")
        body = position + BLOCK
        payload = buffer[index + BLOCK : index + BLOCK + size]
        if len(payload) < size:
            payload = self.feed.at(body, size)[:size]
        if len(payload) < size:
            raise ArchiveError(f"cut short: an extended header claims {size} bytes, {len(payload)} are left")
        if kind == b"g":
            # Engines ignore sound global headers; Go returns them as an entry, which forgets what was pending.
            pax_records(payload)
            self.pending = None
            self._notice("global-header", "a global pax header, which container engines ignore", position)
        else:
            self.pending = self.pending or Pending()
            self.pending.take(kind, payload)
            self.pending.headers += 1
            if self.pending.headers > MAX_HEADERS_IN_A_ROW:
                raise LimitError(f"more than {MAX_HEADERS_IN_A_ROW} extended headers for one member")
        return body + padded(size)

    def append(self, member: Member, directories: _Numbering) -> None:
        """Put a member into the columns."""
        for name in (member.name, member.link):
            if len(name) > MAX_NAME or name.count(b"/") > MAX_COMPONENTS:
                raise LimitError(
                    f"a name of {len(name)} bytes; at most 64 KiB and {MAX_COMPONENTS} parts are read",
                    offset=member.body,
                )
        table = self.table
        row, known = len(table), len(table.directories)
        directory, base = split(member.name)
        table.directory.append(directories[directory])
        table.base.append(base)
        table.type += member.type
        table.mode.append(member.mode & 0xFFFFFFFF)
        table.uid.append(member.uid)
        table.gid.append(member.gid)
        table.size.append(member.size)
        table.mtime.append(member.mtime)
        table.body.append(member.body)
        if member.link:
            table.link[row] = member.link
        if member.device:
            table.device[row] = member.device
        if member.sparse:
            self.segments += len(member.sparse.segments)
            if self.segments > MAX_SEGMENTS:
                raise LimitError(f"sparse files of more than {MAX_SEGMENTS} segments in all", offset=member.body)
            table.sparse[row] = member.sparse
        if member.xattrs:
            table.xattrs[row] = member.xattrs
        self.kept += len(base) + len(member.link) + sum(len(key) + _KEY for key in member.xattrs)
        if len(table.directories) > known:
            self.kept += len(directory)
        if self.kept > MAX_KEPT:
            raise LimitError(
                f"names and extended attributes of more than {MAX_KEPT >> 20} MiB in all", offset=member.body
            )

    def end_blocks(self, position: int) -> int:
        """A zero block: the end if another follows, or nothing at all. Go refuses a lone one, so do engines."""
        self._nothing_pending(position)
        self._body_is_whole(position)
        following = self.feed.at(position + BLOCK)[:BLOCK]
        if following.strip(b"\0"):
            raise ArchiveError("a lone zero block in the middle of the archive", offset=position)
        if 0 < len(following) < BLOCK:
            self._notice("no-end-blocks", "the archive's end-of-archive blocks are cut short", position)
        return position + BLOCK + len(following)

    def end_of_data(self, position: int, left: int) -> int:
        """The data ends where a header should begin: fine at a block's edge, though engines write end blocks."""
        self._body_is_whole(position)
        if left:
            raise ArchiveError(
                f"cut short: {left} bytes where a tar header of 512 should be", offset=position, hint=_CUT_SHORT
            )
        self._nothing_pending(position)
        if position and self.table.base:
            self._notice("no-end-blocks", "the archive has no end-of-archive blocks", min(position, self.feed.length))
        return min(position, self.feed.length)

    def _body_is_whole(self, position: int) -> None:
        """The last member's body must lie inside the data; only its padding may be missing."""
        if position <= self.feed.length or not self.table.base:
            return
        row = len(self.table) - 1
        end = self.table.body[row] + self.table.stored(row)
        if end > self.feed.length:
            name = self.table.name(row).decode(errors="backslashreplace")
            raise ArchiveError(
                f"cut short: the data of {name} should reach to byte {end}, there are {self.feed.length}",
                offset=self.table.body[row],
                hint=_CUT_SHORT,
            )

    def _nothing_pending(self, position: int) -> None:
        if self.pending:
            raise ArchiveError("cut short: an extended header, and no member after it", offset=position)

    def _notice(self, code: str, message: str, offset: int) -> None:
        # One of a kind is enough to say so; a hostile archive could hold millions.
        if all(notice.code != code for notice in self.table.notices):
            self.table.notices.append(Notice(code, message, offset))


def member_of(block: bytes, position: int) -> Member:
    """The member that one block at ``position`` describes by itself."""
    name, mode, uid, gid, size, mtime, _, kind, link, _ = FIELDS.unpack(block)
    prefix = ustar_prefix(block)
    name = text(name)
    check_times(block)
    numbers = device(block)
    return Member(
        name=prefix + b"/" + name if prefix else name,
        type=kind,
        mode=number(mode),
        uid=number(uid),
        gid=number(gid),
        size=number(size),
        mtime=number(mtime),
        link=text(link),
        body=position + BLOCK,
        device=numbers if kind in (b"3", b"4") else None,
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


def _check_size(member: Member) -> None:
    if member.size < 0 and member.type not in HEADER_ONLY:
        raise ArchiveError("negative size in a tar header")
