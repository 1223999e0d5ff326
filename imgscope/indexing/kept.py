"""What the cache keeps of a layer: its table, and fingerprints of bodies that did not pass by while it was read.

Only what is whole is kept. What a limit would have ended is not found, so that it is read again and ends as it must.
"""

from __future__ import annotations

from contextlib import suppress

from imgscope.compression import Codec
from imgscope.indexing.cache import Shelf
from imgscope.limits import Limits
from imgscope.tar.codec import dump, load
from imgscope.tar.table import PRINT, MemberTable

TABLE, PRINTS, CONTENTS = "table", "prints", "contents"
"""Kinds: members; digests of bodies as stored; digests of what files hold, however they are stored."""
_ROWS = 500
_COMPRESSED = 256 << 10
_BODIES = 1 << 20
"""Rows, compressed bytes and bytes of bodies that take some five times as long to read as a file takes to write."""


def find_table(shelf: Shelf, codec: Codec, limits: Limits) -> MemberTable | None:
    """The table of a layer, where an earlier run kept it and it is within the limits."""
    data = shelf.get(TABLE)
    try:
        table = load(data) if data else None
    except ValueError:
        return None
    if table is None or len(table) > limits.max_entries:
        return None
    return None if codec is not Codec.NONE and table.tar_bytes > limits.max_inflated else table


def keep_table(shelf: Shelf, codec: Codec, stored: int, table: MemberTable) -> None:
    """Keep a whole table of a layer of ``stored`` bytes, if that is worth a file."""
    if shelf and (len(table) >= _ROWS or (codec is not Codec.NONE and stored >= _COMPRESSED)):
        with suppress(MemoryError):  # what is read is there all the same
            shelf.put(TABLE, dump(table))


def find_prints(shelf: Shelf, kind: str, rows: int) -> bytearray:
    """Fingerprints that earlier runs took, 16 bytes a row, zeros where none was; ``kind`` says of what they are."""
    data = shelf.get(kind)
    return bytearray(data if data and len(data) == PRINT * rows else PRINT * rows)


def keep_prints(shelf: Shelf, kind: str, prints: bytearray, read: int) -> None:
    """Keep fingerprints, if the ``read`` bytes that it took to complete them are worth a file."""
    if shelf and read >= _BODIES:
        shelf.put(kind, bytes(prints))
