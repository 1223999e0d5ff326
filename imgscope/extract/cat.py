"""One file of an image, byte by byte: links followed inside the image, holes given as the zeros that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imgscope.errors import LimitError
from imgscope.escaping import printable
from imgscope.extract.draft import Segments
from imgscope.extract.plan import SPECIAL
from imgscope.extract.reading import Piece, content, filled, segments
from imgscope.filesystem.finding import NotThereError, View
from imgscope.filesystem.rootfs import DIRECTORY, FILE
from imgscope.filesystem.words import type_of
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.tar import typeflag


@dataclass(frozen=True, slots=True)
class Content:
    """A file's content: what is stored, and where it belongs; the rest of ``size`` bytes are zeros."""

    stored: Iterator[Piece]
    segments: Segments
    size: int
    most: int
    """Bytes that it may have where its holes are written out."""

    def bytes(self) -> Iterator[Piece]:
        """All of it. Raises LimitError for a file that is mostly claimed, and ImgscopeError where it is damaged."""
        stored = sum(length for _, length in self.segments)
        if self.size > max(self.most, stored):
            raise LimitError(
                f"the file has {self.size} bytes, of which {stored} are stored and the rest is a hole",
                hint="-o FILE writes it with its hole; --max-inflated raises the limit",
            )
        return filled(self.stored, self.segments, self.size)


def cat(inspection: Inspection, view: View, path: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Content:
    """The content of the file that a path leads to.

    Raises NotThereError, also where it leads to something that is no file.
    """
    fs = inspection.filesystem
    node, _ = view.find(path, follow=True)
    kind, inode = view.state.kind[node], view.state.inode[node]
    if kind == DIRECTORY:
        raise NotThereError(f"{printable(path)}: is a directory", hint="imgscope extract writes directories")
    if kind != FILE or type_of(fs, inode) not in typeflag.REGULAR:
        what = (
            "is a hard link to nothing" if kind == FILE else f"is {SPECIAL.get(type_of(fs, inode), 'of unknown type')}"
        )
        raise NotThereError(f"{printable(path)}: {what}")
    stored = content(inspection, inode, node, limits=limits)
    return Content(stored, segments(fs, inode), fs.size(inode), limits.max_inflated)
