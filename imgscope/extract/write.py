"""extract: what a request selects, written to disk.

Nothing is ever written through a link: directories are reached by descriptors, symlinks of the image are made when all
files are there. A directory is its writer's alone until the end, when it gets its mode and time; one that was there
before keeps its own. Files get their names when they are whole. If the work ends early (an error, or someone's wish),
what has its name stays, and directories that were made keep the narrow mode.
"""

from __future__ import annotations

import errno
import os
import stat

from imgscope.extract.content import bytes_to_read, write_files
from imgscope.extract.dress import dress_link
from imgscope.extract.job import TAKEN, Job
from imgscope.extract.model import Outcome, Request
from imgscope.extract.place import Place
from imgscope.extract.plan import select
from imgscope.extract.special import made_in_place, make_special
from imgscope.extract.target import anchored, check
from imgscope.extract.xattrs import Xattrs
from imgscope.filesystem.rootfs import DIRECTORY
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress

_IN_THE_WAY = "something that is no directory is in the way; left out with all below it"
_NOWHERE = "a symbolic link to nothing; left out"
_NO_SYMLINKS = "the file system has no symbolic links; left out"
_UNKNOWN_THERE = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS))


def extract(
    inspection: Inspection, request: Request, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT
) -> Outcome:
    """Write what a request selects.

    Raises SettingsError where the target must not be written to (before anything is), or cannot be; another
    ImgscopeError where the image is damaged; and what ``progress.advance`` raises.
    """
    plan = select(inspection.filesystem, request)
    is_directory = request.state.kind[request.node] == DIRECTORY
    check(request.target, directory=is_directory, overwrite=request.overwrite)
    progress.begin("writing files", bytes_to_read(inspection, plan))
    with anchored(request.target) as (anchor, name):
        place = Place(anchor, name, request.node, inspection.filesystem.rootfs)
        job = Job(plan, place, progress, Xattrs(inspection, limits))
        try:
            made = _make_directories(job)
            write_files(job, inspection, limits)
            _make_symlinks(job)
            make_special(job)
            _finish(job, made)
        except OSError as error:
            raise job.failure(error) from error
        finally:
            place.close()
    return job.outcome()


def _make_directories(job: Job) -> list[int]:
    """All directories, those above first; return the ones that were not there."""
    made = []
    for node in job.plan.directories:
        job.go_to(node)
        try:
            if job.is_lost(node):
                job.lost.add(node)
                continue
            job.place.make(node)
        except FileExistsError as error:
            if not _merges(job, node, error):
                job.lost.add(node)
        except OSError as error:
            job.refused(node, error)
            job.lost.add(node)
        else:
            made.append(node)
            job.written(node)
    job.directories = len(made)
    return made


def _merges(job: Job, node: int, error: FileExistsError) -> bool:
    """Whether a directory may be merged into what is there by its name."""
    status = job.place.status(node)
    is_directory = status is not None and stat.S_ISDIR(status.st_mode)
    if node == job.top:
        if not is_directory:
            raise error
        return True
    if is_directory and job.replace and not job.is_own(node):
        return True
    job.not_taken(node, TAKEN if is_directory or not job.replace else _IN_THE_WAY)
    return False


def _finish(job: Job, made: list[int]) -> None:
    """What directories look like, those within others first: after that they may be closed to their writer."""
    for node in reversed(made):
        job.go_to(node)
        job.dress(job.place.directory(node), node)


def _make_symlinks(job: Job) -> None:
    """Symlinks as they are, wherever they lead."""
    for node in job.plan.symlinks:
        if job.is_lost(node):
            continue
        job.go_to(node)
        table, row = job.row(job.state.inode[node])
        text = table.link.get(row, b"")
        if not text or b"\0" in text:
            job.problem(node, _NOWHERE)
            continue
        try:
            _make_symlink(job, node, text)
        except OSError as error:
            if error.errno in _UNKNOWN_THERE and node != job.top:
                job.not_taken(node, _NO_SYMLINKS)
            else:
                job.refused(node, error)


def _make_symlink(job: Job, node: int, text: bytes) -> None:
    """One symlink."""
    with made_in_place(job, node) as (directory, name):
        os.symlink(text, name, dir_fd=directory)
        inode = job.state.inode[node]
        job.tell(node, inode, dress_link(name, directory, job.attributes(inode), owner=job.owner))
    job.links += 1
