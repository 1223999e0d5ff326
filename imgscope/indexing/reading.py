"""The headers of one layer's blob → MemberTable: what a layer costs to read is spent here, in whichever process."""

from __future__ import annotations

from collections.abc import Callable

from imgscope.blob import Blob
from imgscope.compression import Codec, chunks, recognise, unsupported
from imgscope.errors import ArchiveError, CompressionError
from imgscope.limits import Limits
from imgscope.tar.feed import BlobFeed, StreamFeed
from imgscope.tar.scan import scan
from imgscope.tar.table import MemberTable, Notice

_RELEASES = (b"os-release", b"alpine-release", b"redhat-release", b"debian_version")
_KEPT = {root + directory: _RELEASES for root in (b"", b"./", b"/") for directory in (b"etc", b"usr/lib")}
"""Files that tell the distribution: a compressed layer would have to be read again up to them."""


def codec_of(blob: Blob) -> Codec:
    """How a layer is compressed, by its first bytes; media types and file names lie too often."""
    head = blob.read_at(0, 512)
    # A tar may begin with any member name, so a magic counts only where no header stands.
    if head[257:262] == b"ustar":
        return Codec.NONE
    other = unsupported(head)
    if other:
        raise CompressionError(f"compressed with {other}, which is not supported")
    return recognise(head)


def read_table(blob: Blob, codec: Codec, limits: Limits, advance: Callable[[int], None]) -> MemberTable:
    """All members of a layer: from header to header, or all of it decompressed. ``advance`` is told of stored bytes.

    Raises ImgscopeError, with the offset where one is known, of the stored bytes or of the content.
    """
    behind: list[Notice] = []

    def warn(message: str) -> None:
        behind.append(Notice("trailing-compressed-bytes", message, 0))

    if codec is Codec.NONE:
        feed: BlobFeed | StreamFeed = BlobFeed(blob, advance)
    else:
        feed = StreamFeed(chunks(blob, codec, limits=limits, advance=advance, warn=warn))
    try:
        table = scan(feed, limits, _KEPT)
    except ArchiveError as error:
        if error.offset == 0:
            hint = "the blob is of another kind, or damaged"
            raise ArchiveError(f"not a tar archive: {error.what}", hint=hint, offset=0) from error
        raise
    table.notices[:0] = behind
    return table
