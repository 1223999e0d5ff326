"""Extended attributes with their values, which only the headers in the layers have: read again where there are some."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from imgscope.errors import LimitError
from imgscope.extract.reading import DAMAGE
from imgscope.filesystem.rootfs import NONE
from imgscope.indexing.content import bodies
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.tar.block import BLOCK, EXTENDED, padded
from imgscope.tar.extended import XATTR, pax_records
from imgscope.tar.slow import MAX_RECORD, member_of
from imgscope.tar.table import MemberTable

MOST = 256 << 20
"""Bytes of values of one layer."""
_NONE: Mapping[bytes, bytes] = {}


class Xattrs:
    """Values of extended attributes by inode; a layer's are read when the first of them is asked for."""

    def __init__(self, inspection: Inspection, limits: Limits) -> None:
        self._inspection = inspection
        self._limits = limits
        self._layers: dict[int, dict[int, Mapping[bytes, bytes]]] = {}

    def of(self, inode: int) -> Mapping[bytes, bytes]:
        """Names and values. Raises ImgscopeError where the layer cannot be read again."""
        if inode == NONE:
            return _NONE
        layer, row = self._inspection.filesystem.locate(inode)
        table = self._inspection.filesystem.tables[layer]
        if table is None or row not in table.xattrs:
            return _NONE
        if layer not in self._layers:
            self._layers[layer] = self._read(layer, table)
        return self._layers[layer][row]

    def _read(self, layer: int, table: MemberTable) -> dict[int, Mapping[bytes, bytes]]:
        opened = self._inspection.opened
        described = opened.image.layers[layer]
        rows = sorted(table.xattrs)
        headers = _headers(table, rows)
        found: dict[int, Mapping[bytes, bytes]] = {}
        kept = 0
        try:
            blob = opened.layer_blob(described)
            for number, pieces in bodies(blob, headers, range(len(rows)), self._limits, access=self._inspection.access):
                values = found[rows[number]] = _values(b"".join(pieces))
                kept += sum(map(len, values.values()))
                if kept > MOST:
                    raise LimitError(f"layer {layer} has more than {MOST >> 20} MiB of extended attributes")
        except DAMAGE as error:
            raise error.located(file=opened.origin.path, member=described.blob) from error.__cause__
        return found


def _headers(table: MemberTable, rows: list[int]) -> MemberTable:
    """What stands before the bodies of rows, as if it were bodies itself."""
    starts = [padded(table.body[row - 1] + table.stored(row - 1)) if row else 0 for row in rows]
    sizes = [table.body[row] - start for row, start in zip(rows, starts, strict=True)]
    return MemberTable(
        base=[b""] * len(rows), size=array("Q", sizes), body=array("Q", starts), tar_bytes=table.tar_bytes
    )


def _values(headers: bytes) -> Mapping[bytes, bytes]:
    """The attributes in the last pax header of one member; its blocks are known to be sound.

    An empty value takes a record away, as engines read it.
    """
    records: dict[bytes, bytes] = {}
    position = 0
    while position + BLOCK <= len(headers):
        header = member_of(headers[position : position + BLOCK], position)
        if header.type not in EXTENDED or header.size > MAX_RECORD:
            break
        if header.type == b"g":
            records = {}  # as for the engines, it makes what stands before it void
        if header.type == b"x":
            records = pax_records(headers[header.body : header.body + header.size])
        position = header.body + padded(header.size)
    return {key[len(XATTR) :]: value for key, value in records.items() if value and key.startswith(XATTR)}
