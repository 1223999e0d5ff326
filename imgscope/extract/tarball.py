"""What a request selects, as a tar: the filesystem as one archive, with nothing of how layers made it.

Paths are in order, a directory before all that is in it, so that the same filesystem is the same bytes however many
layers made it. The first name of a file has its body, the others are hard links to it, also where the layers had the
body at a name that is gone or not selected. Directories that only paths implied are there; markers are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from imgscope.errors import LimitError
from imgscope.escaping import printable
from imgscope.extract.ahead import Ahead
from imgscope.extract.content import bytes_to_read
from imgscope.extract.model import Outcome, Request
from imgscope.extract.plan import Plan, select
from imgscope.extract.reading import filled, segments
from imgscope.extract.xattrs import Xattrs
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.filesystem.whiteout import PREFIX
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.tar import typeflag
from imgscope.tar.encode import END, header, padding, sparse_map
from imgscope.tar.extended import MAX_MAP
from imgscope.tar.table import Member

_MARKER = "its name is that of a whiteout, which an engine would obey; left out"
_NOWHERE = "a symbolic link to nothing; left out"
_NO_OWNER = "its owner is no number that a system knows; root is written"
_MOST = 0xFFFFFFFE
_RECORD = 10240


def write_tarball(
    inspection: Inspection,
    request: Request,
    stream: IO[bytes],
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = SILENT,
) -> Outcome:
    """Write what a request selects to a stream, front to back.

    Raises SettingsError where nothing is selected; another ImgscopeError where the image is damaged, which leaves a
    tar without its end; OSError of the stream; and what ``progress.advance`` raises.
    """
    plan = select(inspection.filesystem, request)
    progress.begin("writing a tar", bytes_to_read(inspection, plan))
    with_body = [inode for inode, _ in plan.by_inode() if plan.fs.stored(inode)]
    ahead = Ahead(inspection, with_body, limits, progress.advance)
    try:
        tarball = _Tarball(inspection, plan, stream, ahead, limits)
        for node, path in in_order(plan):
            progress.advance(0)
            tarball.add(node, path)
        return tarball.end()
    finally:
        ahead.close()


def in_order(plan: Plan) -> Iterator[tuple[int, bytes]]:
    """The nodes of a plan with their paths below its top: names sorted as bytes, directory by directory."""
    rootfs, top = plan.fs.rootfs, plan.request.node
    wanted = bytearray(len(rootfs))
    for column in (plan.directories, plan.files, plan.symlinks, plan.special):
        for node in column:
            wanted[node] = 1
    stack = [(top, b"")]
    while stack:
        node, path = stack.pop()
        yield node, path
        lead = path + b"/" if path else b""
        names = rootfs.children.get(node, {})
        stack += [(names[name], lead + name) for name in sorted(names, reverse=True) if wanted[names[name]]]


class _Tarball:
    """A tar that is being written."""

    def __init__(self, inspection: Inspection, plan: Plan, stream: IO[bytes], ahead: Ahead, limits: Limits) -> None:
        self._fs = plan.fs
        self._plan = plan
        self._state = plan.request.state
        self._stream = stream
        self._ahead = ahead
        self._most = limits.max_inflated
        self._xattrs = Xattrs(inspection, limits)
        self._first: dict[int, bytes] = {}
        """Where a file of several names has its body."""
        self._several = {inode for inode, nodes in plan.by_inode() if len(nodes) > 1}
        self._at = 0
        self._files = self._directories = self._links = self._special = self._bytes = 0

    def add(self, node: int, path: bytes) -> None:
        """One more path. Raises ImgscopeError and OSError."""
        kind = self._state.kind[node]
        if node != self._plan.request.node and self._fs.rootfs.name[node].startswith(PREFIX):
            self._marker(node, kind)
        elif kind == DIRECTORY:
            self._add_directory(node, path)
        elif kind == FILE:
            self._add_file(node, path)
        else:
            self._add_other(node, path)

    def end(self) -> Outcome:
        """Write the end blocks, up to a whole record as tar does; and what was written.

        Of nothing at all the root is written, be it only implied: nobody could tell the tar from zeros.
        """
        if not self._at:
            self._write(header(self._member(NONE, b".", typeflag.DIRECTORY)))
            self._directories += 1
        self._write(END)
        self._write(bytes(-self._at % _RECORD))
        told, left = self._plan.problems.told(), self._plan.problems.left()
        return Outcome(self._files, self._directories, self._links, self._bytes, told, left, self._special)

    def _marker(self, node: int, kind: int) -> None:
        """A directory that is called so is made by the paths in it, which are no whiteouts; nothing else can be."""
        inside = self._fs.rootfs.children.get(node, {}).values()
        if kind != DIRECTORY or not any(self._state.kind[child] for child in inside):
            self._plan.problems.add(self._fs.rootfs.path(node), _MARKER)

    def _add_directory(self, node: int, path: bytes) -> None:
        inode = self._state.inode[node]
        if path or inode != NONE:
            member = self._member(inode, path or b".", typeflag.DIRECTORY)
            self._write(header(member, self._xattrs.of(inode)))
            self._directories += 1

    def _add_other(self, node: int, path: bytes) -> None:
        inode = self._state.inode[node]
        member = self._member(inode, path)
        if self._state.kind[node] == SYMLINK and not member.link:
            self._plan.problems.add(self._fs.rootfs.path(node), _NOWHERE)
            return
        self._write(header(member, self._xattrs.of(inode)))
        if self._state.kind[node] == SYMLINK:
            self._links += 1
        else:
            self._special += 1

    def _add_file(self, node: int, path: bytes) -> None:
        inode = self._state.inode[node]
        first = self._first.get(inode)
        if first is not None:
            link = self._member(inode, path, typeflag.HARD_LINK)
            link.link, link.sparse = first, None
            self._write(header(link))
            self._links += 1
            return
        if inode in self._several:
            self._first[inode] = path
        self._add_body(node, path)
        self._files += 1

    def _add_body(self, node: int, path: bytes) -> None:
        inode = self._state.inode[node]
        member = self._member(inode, path, typeflag.FILE)
        stored = self._ahead.body(inode, node) if member.stored else iter(())
        if member.sparse and len(sparse_map(member)) > MAX_MAP:
            member.sparse = None  # no reader takes such a map; the holes are written out
            if member.size > self._most:
                where = printable(path)
                raise LimitError(
                    f"{where}: {member.size} bytes in too many parts for a tar", hint="extract to a directory"
                )
            stored = filled(stored, segments(self._fs, inode), member.size)
        self._write(header(member, self._xattrs.of(inode)))
        for piece in stored:
            self._write(piece)
        self._write(padding(member.stored))
        self._bytes += member.stored

    def _member(self, inode: int, path: bytes, type_: int | None = None) -> Member:
        """An inode under a name, of the type that it is written as; what is implied is as directories mostly are."""
        member = Member(path, mode=0) if inode == NONE else self._fs.member(inode)
        member.name, member.type = path, member.type if type_ is None else bytes((type_,))
        member.mode, member.uid, member.gid, member.mtime = self._fs.attributes(inode)
        if not 0 <= min(member.uid, member.gid) <= max(member.uid, member.gid) <= _MOST:
            member.uid = member.gid = 0
            self._plan.problems.add(path, _NO_OWNER)
        if type_ in (typeflag.FILE, typeflag.DIRECTORY):
            member.link = b""
        return member

    def _write(self, data: bytes | memoryview) -> None:
        if data:
            self._stream.write(data)
            self._at += len(data)
