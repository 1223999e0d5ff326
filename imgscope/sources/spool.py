"""Bring what can only be read once, or is compressed as a whole, into a temporary file that can be read anywhere.

The file has no name by the time it is used, so nothing is left behind however the process ends.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator

from imgscope.compression import Codec, chunks
from imgscope.errors import SourceError
from imgscope.limits import Limits
from imgscope.progress import Progress
from imgscope.sources.files import FileBlob, OpenFile, reason

_PIECE = 1 << 20


def spool_descriptor(descriptor: int, name: str, progress: Progress) -> OpenFile:
    """A pipe or FIFO as a file. A descriptor that is a regular file already is used as it is."""
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return OpenFile(os.dup(descriptor), name)
    except OSError as error:
        raise SourceError(f"cannot be read: {reason(error)}") from error
    progress.begin(f"reading {name}", 0)
    return _keep(_pieces(descriptor, progress), name)


def inflate_file(
    file: OpenFile, codec: Codec, limits: Limits, progress: Progress, warn: Callable[[str], None]
) -> OpenFile:
    """The content of a file that is compressed as a whole. Closes ``file``; ``warn`` is told what stands behind it."""
    progress.begin(f"decompressing {file.path}", file.size)
    try:
        pieces = chunks(FileBlob(file, ""), codec, limits=limits, advance=progress.advance, warn=warn)
        return _keep(pieces, file.path)
    finally:
        file.close()


def _pieces(descriptor: int, progress: Progress) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor, _PIECE)
        except OSError as error:
            raise SourceError(f"cannot be read: {reason(error)}") from error
        if not piece:
            return
        progress.advance(len(piece))
        yield piece


def _keep(pieces: Iterable[bytes], name: str) -> OpenFile:
    """Write pieces to an unnamed temporary file."""
    try:
        with tempfile.TemporaryFile(prefix="imgscope-") as out:
            for piece in pieces:
                out.write(piece)
            out.flush()
            return OpenFile(os.dup(out.fileno()), name)
    except OSError as error:
        raise SourceError(
            f"cannot keep a temporary copy: {reason(error)}",
            file=name,
            hint="set TMPDIR to a directory with more room",
        ) from error
