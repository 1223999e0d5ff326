"""Files of an image, written with their content: each layer is read once, in archive order."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from itertools import groupby

from imgscope.compression import Codec
from imgscope.extract.draft import Draft, fill, stored_pieces
from imgscope.extract.job import Job
from imgscope.extract.plan import Plan
from imgscope.extract.reading import DAMAGE, Piece, segments, whole
from imgscope.indexing.content import bodies
from imgscope.inspection import Inspection
from imgscope.limits import Limits

_NO_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV))


def bytes_to_read(inspection: Inspection, plan: Plan) -> int:
    """Bytes of the image that writing a plan reads: what is wanted of plain layers, at most all of compressed ones."""
    wanted: dict[int, int] = {}
    for inode, _ in plan.by_inode():
        layer = plan.fs.locate(inode)[0]
        wanted[layer] = wanted.get(layer, 0) + plan.fs.stored(inode)
    stored = inspection.opened.image.layers
    return sum(
        size if inspection.layers[layer].codec is Codec.NONE else stored[layer].stored_bytes
        for layer, size in wanted.items()
    )


def write_files(job: Job, inspection: Inspection, limits: Limits) -> None:
    """All files of a job's plan. Raises OSError, and what reading the image raises."""
    for layer, group in groupby(job.plan.by_inode(), key=lambda one: job.fs.locate(one[0])[0]):
        first = job.fs.first[layer]
        names = {inode - first: kept for inode, nodes in group if (kept := [n for n in nodes if not job.is_lost(n)])}
        if names:
            _write_layer(job, inspection, layer, names, limits)


def _write_layer(job: Job, inspection: Inspection, layer: int, names: dict[int, list[int]], limits: Limits) -> None:
    """The files of one layer; ``names`` are the nodes of each row."""
    opened, table = inspection.opened, job.fs.tables[layer]
    assert table is not None
    described = opened.image.layers[layer]
    try:
        blob = opened.layer_blob(described)
        for row, pieces in bodies(blob, table, names, limits, job.progress.advance, access=inspection.access):
            _write_file(job, job.fs.first[layer] + row, names[row], pieces)
    except DAMAGE as error:
        raise error.located(file=opened.origin.path, member=described.blob) from error.__cause__


def _write_file(job: Job, inode: int, nodes: list[int], pieces: Iterable[Piece]) -> None:
    """One file under all its names."""
    given = 0
    job.go_to(nodes[0])
    try:
        with Draft(job.place.above(nodes[0])) as draft:
            _fill(job, draft, inode, whole(job.fs, inode, job.at, pieces))
            job.dress(draft.file, nodes[0])
            for node in nodes:
                job.go_to(node)
                given += _give_name(job, draft, node, own=node == nodes[0])
    except OSError as error:
        job.refused(job.at, error)
    if given:
        job.files += 1
        job.links += given - 1
        job.bytes_written += job.fs.stored(inode)


def _fill(job: Job, draft: Draft, inode: int, pieces: Iterable[Piece]) -> None:
    fill(draft.file, pieces, segments(job.fs, inode), job.fs.size(inode))


def _give_name(job: Job, draft: Draft, node: int, *, own: bool) -> bool:
    """Give a file one of its names; False where that is not possible. ``own``: the draft lies in its directory."""
    try:
        job.claim(node)
        _link(job, draft, node, own=own)
    except OSError as error:
        job.refused(node, error)
        return False
    job.written(node)
    return True


def _link(job: Job, draft: Draft, node: int, *, own: bool) -> None:
    """Give a file a name by a link; where there are none, the draft itself gets its name, and others get copies."""
    try:
        draft.link(job.place.above(node), job.place.name(node), replace=job.replace)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if own:
            draft.move(job.place.name(node), replace=job.replace)
        else:
            _copy(job, draft, node)


def _copy(job: Job, draft: Draft, node: int) -> None:
    """A file of its own for one more name."""
    inode = job.state.inode[node]
    with Draft(job.place.above(node)) as copy:
        _fill(job, copy, inode, stored_pieces(draft.file, segments(job.fs, inode)))
        job.dress(copy.file, node)
        copy.move(job.place.name(node), replace=job.replace)
