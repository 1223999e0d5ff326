"""Job: one request being written, with what every step of it needs: where it is, what it may not touch, what it tells.

What keeps one name from being written (something in its way, a name that the file system refuses) is a problem of
that name; what would keep every other from it too (no space, no permission) ends the work.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

from imgscope.errors import SettingsError, reason
from imgscope.escaping import printable
from imgscope.extract.dress import BITS, Attributes, dress, give
from imgscope.extract.model import SHOWN, Outcome
from imgscope.extract.place import Place
from imgscope.extract.plan import Plan, twins
from imgscope.extract.xattrs import Xattrs
from imgscope.filesystem.rootfs import NONE
from imgscope.progress import Progress
from imgscope.tar.table import MemberTable

TAKEN = "the name is taken, maybe by one that differs in upper and lower case only; left out"
_DIRECTORY_THERE = "a directory is in the way; left out"
_XATTRS = "extended attributes are left out"
_NO_OWNERS = "owners are not set: only root can do that"
_THIS_ALONE = frozenset((errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EFBIG, errno.EMLINK))


class Job:
    """A plan, the place that it is written to, and how far it is."""

    def __init__(self, plan: Plan, place: Place, progress: Progress, xattrs: Xattrs) -> None:
        self.plan = plan
        self.fs = plan.fs
        self.state = plan.request.state
        self.top = plan.request.node
        self.replace = plan.request.overwrite
        self.place = place
        self.progress = progress
        self._xattrs = xattrs
        self.at = self.top
        """The node that is being written."""
        self.lost: set[int] = set()
        """Directories that are not there to be written to."""
        self.files = self.directories = self.links = self.special = self.bytes_written = self.untaken = 0
        self.owner = plan.request.owner and os.geteuid() == 0
        if plan.request.owner and not self.owner:
            self.problem(self.top, _NO_OWNERS)
        self._twins = twins(plan) if self.replace else set()
        self._own: set[tuple[int, int]] = set()
        """Device and number of what was written for twins: on disk they may be one name, and replace each other."""

    def outcome(self) -> Outcome:
        """What was written until now."""
        problems = self.plan.problems
        return Outcome(
            self.files,
            self.directories,
            self.links,
            self.bytes_written,
            problems.told(),
            problems.left(),
            self.special,
            self.untaken,
        )

    def go_to(self, node: int) -> None:
        """Begin with a node. Work that reads nothing can be stopped here, too."""
        self.at = node
        self.progress.advance(0)

    def failure(self, error: OSError) -> SettingsError:
        """The error that ends the work, for a person."""
        path = printable(f"{self.plan.request.target}{self.place.path(self.at)}")
        kept = f"; {self.files} files were written before it, and stay" if self.files else ""
        return SettingsError(f"cannot write {path}: {reason(error)}{kept}")

    def problem(self, node: int, why: str, shown: int = SHOWN) -> None:
        """Tell of something that is left out; at most ``shown`` of a kind path by path."""
        self.plan.problems.add(self.fs.rootfs.path(node), why, shown)

    def refused(self, node: int, error: OSError) -> None:
        """Tell of a name that cannot be written; raise the error again if it is not about this name alone."""
        if node == self.top:
            raise error
        if error.errno == errno.EEXIST:
            self.not_taken(node, TAKEN)
        elif error.errno == errno.EISDIR:
            self.not_taken(node, _DIRECTORY_THERE)
        elif error.errno in _THIS_ALONE:
            self.not_taken(node, f"the file system refuses it ({reason(error)}); left out")
        else:
            raise error

    def not_taken(self, node: int, why: str) -> None:
        """Tell of a name that is wanted and cannot be had where it is written to."""
        self.untaken += 1
        self.problem(node, why)

    def is_lost(self, node: int) -> bool:
        """Whether the directory that a node stands in is not there."""
        return bool(self.lost) and self.fs.rootfs.parent[node] in self.lost

    def is_own(self, node: int) -> bool:
        """Whether what stands at a node's name on disk was written a moment ago for its twin."""
        status = self.place.status(node) if node in self._twins else None
        return status is not None and (status.st_dev, status.st_ino) in self._own

    def claim(self, node: int) -> None:
        """Raise FileExistsError if a node's name is that of a twin that was written already."""
        if self.is_own(node):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def written(self, node: int) -> None:
        """Remember what was written if a twin could come to replace it."""
        status = self.place.status(node) if node in self._twins else None
        if status is not None:
            self._own.add((status.st_dev, status.st_ino))

    def row(self, entry: int) -> tuple[MemberTable, int]:
        """Table and row of an entry."""
        layer, row = self.fs.locate(entry)
        table = self.fs.tables[layer]
        assert table is not None
        return table, row

    def attributes(self, entry: int) -> Attributes:
        """What an entry's file looks like; a directory that only paths imply has no time."""
        mode, uid, gid, mtime = self.fs.attributes(entry)
        return Attributes(mode, uid, gid, None if entry == NONE else mtime)

    def dress(self, file: int, node: int) -> None:
        """Give an open file or directory its owner, mode and time."""
        inode = self.state.inode[node]
        failed = dress(file, self.attributes(inode), owner=self.owner)
        # They go with the owner: a capability lends the rights of root.
        xattrs = self._xattrs.of(inode) if self.owner else None
        self.tell(node, inode, failed, given=xattrs is not None and give(file, xattrs))

    def tell(self, node: int, inode: int, failed: Iterable[str], *, given: bool = False) -> None:
        """Tell what a file did not get of all that its entry says; ``given``: it has its extended attributes."""
        for why in failed:
            self.problem(node, why, shown=1 if why == BITS else SHOWN)
        if inode != NONE and not given:
            table, row = self.row(inode)
            if row in table.xattrs:
                self.problem(node, _XATTRS, shown=1)
