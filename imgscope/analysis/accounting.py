"""FileSystem → Analysis: every byte of every layer under exactly one heading."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.analysis.model import Analysis, LayerAccount, Totals, Waste
from imgscope.filesystem.markers import classify
from imgscope.filesystem.model import Cause, Effect, FileSystem
from imgscope.filesystem.paths import normal
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE
from imgscope.tar import typeflag
from imgscope.tar.table import MemberTable

_ROOTS = frozenset((b"", b".", b"..", b"/", b"./", b"../"))


def account(fs: FileSystem, stored_bytes: Sequence[int]) -> Analysis:
    """Add up. ``stored_bytes`` is the size of each layer's blob."""
    layers = tuple(
        LayerAccount() if table is None else _layer(table, effect)
        for table, effect in zip(fs.tables, fs.effects, strict=True)
    )
    waste = _waste(fs, layers, stored_bytes)
    for row in waste:
        layers[row.layer].hidden[row.cause] += row.bytes
        if row.cause is not Cause.SHADOWED:
            layers[row.hidden_by].causes_wasted_bytes += row.bytes
    return Analysis(_totals(fs, layers, waste), layers, waste)


def content_of(table: MemberTable) -> int:
    """Bytes of the files of a layer, whatever becomes of them: what a layer adds to an image's ``content_bytes``."""
    special = classify(table)
    no_files = {*special.whiteouts, *special.opaque, *special.invalid}
    odd = bytes(set(table.type) - typeflag.KNOWN)  # all others are files, or have no body
    if odd:
        no_files.update(row for row, type_ in enumerate(table.type) if type_ in odd)
    no_files.update(row for row, base in enumerate(table.base) if base in _ROOTS and not normal(table.name(row)))
    return sum(table.size) - _holes(table) - sum(map(table.stored, no_files))


def _holes(table: MemberTable) -> int:
    """What sizes of sparse files, which are logical, are larger than what is stored."""
    return sum(table.size[row] - sparse.stored for row, sparse in table.sparse.items())


def _layer(table: MemberTable, effect: Effect) -> LayerAccount:
    return LayerAccount(
        tar_bytes=table.tar_bytes,
        content_bytes=sum(table.size) - _holes(table) - effect.not_content,
        entries=len(table),
        files=effect.files,
        added=effect.added,
        modified=effect.modified,
        removed=effect.removed,
        whiteouts=effect.whiteouts,
        opaque_whiteouts=effect.opaque_whiteouts,
        format_metadata=effect.format_metadata,
    )


def _waste(fs: FileSystem, layers: Sequence[LayerAccount], stored_bytes: Sequence[int]) -> tuple[Waste, ...]:
    causes = tuple(Cause)
    directories: dict[int, bytes] = {}
    rows: list[Waste] = []
    hidden = fs.hidden
    for entry, cause, hidden_by in zip(hidden.entry, hidden.cause, hidden.layer, strict=True):
        layer, row = fs.locate(entry)
        table = fs.tables[layer]
        size = 0 if table is None else table.stored(row)
        if size:
            node = fs.node_of[entry]
            share = size * stored_bytes[layer] // layers[layer].tar_bytes
            versions = 1 if node == NONE else fs.rootfs.bodies(node)
            rows.append(
                Waste(_path(fs, entry, directories), size, share, causes[cause], layer, hidden_by, versions, entry)
            )
    rows.sort(key=lambda row: (-row.bytes, row.path, row.layer))
    return tuple(rows)


def _path(fs: FileSystem, entry: int, directories: dict[int, bytes]) -> bytes:
    """Where a body was stored; ``directories`` keeps the paths that its neighbours share."""
    node = fs.node_of[entry]
    if node == NONE:
        return fs.body_path(entry)
    parent, name = fs.rootfs.parent[node], fs.rootfs.name[node]
    above = directories.get(parent)
    if above is None:
        above = directories[parent] = fs.rootfs.path(parent)
    return above + b"/" + name if above else name


def _totals(fs: FileSystem, layers: Sequence[LayerAccount], waste: Sequence[Waste]) -> Totals:
    return Totals(
        entries=sum(layer.entries for layer in layers),
        files=fs.rootfs.kind.count(FILE),
        directories=fs.rootfs.kind.count(DIRECTORY) - 1,
        tar_bytes=sum(layer.tar_bytes for layer in layers),
        content_bytes=sum(layer.content_bytes for layer in layers),
        live_bytes=sum(layer.live for layer in layers),
        format_metadata_bytes=sum(layer.format_metadata for layer in layers),
        wasted_bytes=sum(layer.wasted_bytes for layer in layers),
        wasted_stored_bytes=sum(row.stored_bytes for row in waste),
    )
