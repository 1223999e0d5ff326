"""Type flags: the byte of a header that says what a member is, as a number, as a table's column of types has it."""

from __future__ import annotations

FILE, HARD_LINK, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO, CONTIGUOUS = b"01234567"
SPARSE = ord("S")

DEVICES = frozenset((CHARACTER_DEVICE, BLOCK_DEVICE))
REGULAR = frozenset((0, FILE, CONTIGUOUS, SPARSE))
"""Files, however they are stored; long ago they had no flag."""
KNOWN = frozenset(b"01234567S")
"""All that engines know."""
