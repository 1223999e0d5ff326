"""What is neither file nor directory, made under its name at once: pipes, devices, and the way links are made too."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imgscope.extract.draft import fresh_name
from imgscope.extract.dress import dress_link
from imgscope.extract.job import Job
from imgscope.extract.plan import SPECIAL
from imgscope.tar import typeflag

_TYPES = {
    typeflag.CHARACTER_DEVICE: stat.S_IFCHR,
    typeflag.BLOCK_DEVICE: stat.S_IFBLK,
    typeflag.FIFO: stat.S_IFIFO,
}
_ONLY_ROOT = "a device, which only root can make; left out"
_REFUSED = "nothing that this system can make there; left out"
_NOT_HERE = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL))


@contextmanager
def made_in_place(job: Job, node: int) -> Iterator[tuple[int, bytes]]:
    """A directory and the name to make something under; it may be another, which then takes the place of what is there.

    Raises OSError.
    """
    job.claim(node)
    directory, name = job.place.above(node), job.place.name(node)
    made = fresh_name() if job.replace else name
    yield directory, made
    if job.replace:
        try:
            os.rename(made, name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError:
            with suppress(OSError):
                os.unlink(made, dir_fd=directory)
            raise
    job.written(node)


def make_special(job: Job) -> None:
    """Devices and named pipes, where they are wanted and may be made. Raises OSError."""
    for node in job.plan.special:
        table, row = job.row(job.state.inode[node])
        kind = table.type[row]
        request = job.plan.request
        if not request.special or (kind != typeflag.FIFO and not request.owner):
            job.problem(node, f"{SPECIAL[kind]}; left out")
            continue
        if job.is_lost(node):
            continue
        job.go_to(node)
        try:
            number = os.makedev(*table.device.get(row, (0, 0)))
            _make(job, node, _TYPES[kind], number)
        except (OverflowError, ValueError):
            job.problem(node, _REFUSED)
        except OSError as error:
            if error.errno not in _NOT_HERE:
                job.refused(node, error)
            elif error.errno == errno.EPERM and kind != typeflag.FIFO:
                job.problem(node, _ONLY_ROOT)
            elif error.errno == errno.EINVAL and kind != typeflag.FIFO:  # of a number that no device has
                job.problem(node, _REFUSED)
            else:
                job.not_taken(node, _REFUSED)


def _make(job: Job, node: int, kind: int, number: int) -> None:
    inode = job.state.inode[node]
    attributes = job.attributes(inode)
    with made_in_place(job, node) as (directory, name):
        # There is no way to change the mode of a device later that could not be led to something else.
        mask = os.umask(0)
        try:
            os.mknod(name, kind | attributes.mode & 0o1777, number, dir_fd=directory)
        finally:
            os.umask(mask)
        job.tell(node, inode, dress_link(name, directory, attributes, owner=job.owner))
    job.special += 1
