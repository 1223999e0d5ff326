"""The long way round a header: members that need more than one plain block, and the ways an archive ends.

It works on a Member object and may take ten times as long as the loop in ``scan``, which comes here for what is rare.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from imgscope.errors import ArchiveError, LimitError
from imgscope.tar.block import (
    BLOCK,
    EXTENDED,
    FIELDS,
    HEADER_ONLY,
    REGULAR,
    check_times,
    device,
    number,
    padded,
    permissions,
    text,
    ustar_prefix,
)
from imgscope.tar.extended import Pending, amend, old_gnu_map, pax_records, sparse_of_records
from imgscope.tar.feed import Feed
from imgscope.tar.table import NO_PRINT, Member, MemberTable, Notice, split

_CUT_SHORT = "the file ends early: save or copy it again"
MAX_RECORD = 1 << 20
MAX_HEADERS_IN_A_ROW = 16
MAX_NAME = 64 << 10
MAX_COMPONENTS = 4096
MAX_SEGMENTS = 1 << 20
MAX_BODY, MAX_BODIES = 4 << 10, 64
"""Bytes of a body that is kept, and how many are: what asks for them wants a file or two."""
MAX_KEPT = 1 << 30
"""Bytes of what extended headers say: a compressed archive could hold names of a mebibyte by the million."""
Names = Mapping[bytes, Collection[bytes]]
"""By directory as stored: names of files whose bodies are kept."""
_KEY = 64  # bytes that an empty one costs
MEMO = 1 << 14
"""Entries before a dictionary of what repeats from member to member is emptied: bounds what odd archives can cost."""


class Slow:
    """Members that need more than one plain block, and the ways an archive ends."""

    def __init__(self, feed: Feed, table: MemberTable, names: Names) -> None:
        self.feed = feed
        self.names = names
        self.table = table
        self.pending: Pending | None = None
        self._permissions: dict[tuple[int, int, int], int] = {}
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

    def append(self, member: Member, directories: Mapping[bytes, int]) -> None:
        """Put a member into the columns; ``directories`` numbers their names."""
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
        table.permission.append(self.number_of(member.mode, member.uid, member.gid))
        table.size.append(member.size)
        table.mtime.append(member.mtime)
        table.body.append(member.body)
        if self.feed.passing:
            held = member.type in REGULAR and member.stored
            if held and base in self.names.get(directory, ()):
                self.keep(row, member.body, member.stored)
            table.prints += self.feed.fingerprint(member.body, member.stored) if held else NO_PRINT
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

    def keep(self, row: int, position: int, size: int) -> None:
        """Keep the body of a row before it has passed by, if it is small."""
        if size <= MAX_BODY and len(self.table.kept) < MAX_BODIES:
            self.table.kept[row] = self.feed.at(position, size)[:size]

    def number_of(self, mode: int, uid: int, gid: int) -> int:
        """The number of a permission in the table: as a rule of an equal one that was there before."""
        table, key = self.table, (mode & 0xFFFFFFFF, uid, gid)
        found = self._permissions.get(key)
        if found is None:
            if len(self._permissions) > MEMO:
                self._permissions.clear()
            found = self._permissions[key] = len(table.mode)
            for column, value in zip((table.mode, table.uid, table.gid), key, strict=True):
                column.append(value)
        return found

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
    name, rights, size, mtime, _, kind, link, _ = FIELDS.unpack(block)
    mode, uid, gid = permissions(rights)
    prefix = ustar_prefix(block)
    name = text(name)
    check_times(block)
    numbers = device(block)
    return Member(
        name=prefix + b"/" + name if prefix else name,
        type=kind,
        mode=mode,
        uid=uid,
        gid=gid,
        size=number(size),
        mtime=number(mtime),
        link=text(link),
        body=position + BLOCK,
        device=numbers if kind in (b"3", b"4") else None,
    )


def _check_size(member: Member) -> None:
    if member.size < 0 and member.type not in HEADER_ONLY:
        raise ArchiveError("negative size in a tar header")
