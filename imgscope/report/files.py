"""Paths as rows: the final filesystem, or one layer's own entries."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from imgscope.errors import ImgscopeError
from imgscope.escaping import printable
from imgscope.filesystem.finding import NotThereError, View, meant
from imgscope.filesystem.lookup import check_layer
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.paths import normal, steps
from imgscope.filesystem.rootfs import FILE, NONE, ROOT
from imgscope.filesystem.whiteout import META, OPAQUE, PREFIX, hidden_name
from imgscope.inspection import Inspection
from imgscope.report.build import text_and_raw
from imgscope.report.wire import FileInfo, FileType
from imgscope.tar import typeflag
from imgscope.tar.table import Member, MemberTable

_TYPES: dict[int, FileType] = {
    **dict.fromkeys(typeflag.REGULAR, "file"),
    typeflag.HARD_LINK: "hardlink",
    typeflag.SYMLINK: "symlink",
    typeflag.CHARACTER_DEVICE: "char",
    typeflag.BLOCK_DEVICE: "block",
    typeflag.DIRECTORY: "dir",
    typeflag.FIFO: "fifo",
}


def final_inodes(fs: FileSystem, below: int = ROOT) -> Iterator[tuple[FileInfo, object]]:
    """All paths of the final filesystem, or the node ``below`` and what is under it, sorted as bytes.

    Each comes with something that tells its inode from others.
    """
    top = fs.rootfs.path(below)
    paths = ((fs.rootfs.path(node), node) for node in fs.nodes() if node != ROOT)
    if below != ROOT:
        paths = (item for item in paths if item[0] == top or item[0].startswith(top + b"/"))
    for path, node in sorted(paths):
        inode = fs.rootfs.inode[node]
        yield _final(fs, path, node), node if inode == NONE else (inode,)


def _final(fs: FileSystem, path: bytes, node: int) -> FileInfo:
    entry = fs.rootfs.entry[node]
    if entry == NONE:
        return _row(path, "dir", 0o755, (0, 0), 0, b"", 0, None)
    member = fs.member(entry)
    kind = fs.rootfs.kind[node]
    type_ = _TYPES.get(ord(member.type), "other")
    size, link = member.size, member.link
    if type_ == "hardlink":
        inode = fs.member(fs.rootfs.inode[node])
        if kind == FILE:
            size, link = inode.size, normal(link)
        else:
            # A second name of a symlink or FIFO is shown as what it is: unpacked, nothing tells them apart.
            type_, size, link = _TYPES.get(ord(inode.type), "other"), 0, inode.link
    elif kind != FILE:
        size = 0
    layer = fs.locate(entry)[0]
    row = _row(path, type_, member.mode & 0o7777, (member.uid, member.gid), size, link, member.mtime, layer)
    return _with_device(row, member)


def layer_files(table: MemberTable, layer: int, below: bytes = b"") -> Iterator[FileInfo]:
    """A layer's own entries in archive order, markers included; names as stored but for slashes around them."""
    for row in range(len(table)):
        path = normal(table.name(row))
        if _is_within(path, below):
            yield _own(table.member(row), path, layer)


def _is_within(path: bytes, top: bytes) -> bool:
    return not top or path == top or path.startswith(top + b"/")


def _own(member: Member, path: bytes, layer: int) -> FileInfo:
    base = path.rpartition(b"/")[2]
    type_ = _TYPES.get(ord(member.type), "other")
    if base == OPAQUE:
        type_ = "opaque"
    elif base.startswith(PREFIX) and not base.startswith(META) and hidden_name(base):
        type_ = "whiteout"
    link = normal(member.link) if type_ == "hardlink" else member.link
    row = _row(path, type_, member.mode & 0o7777, (member.uid, member.gid), member.size, link, member.mtime, layer)
    return _with_device(row, member)


def _with_device(row: FileInfo, member: Member) -> FileInfo:
    if member.device and row["type"] in ("char", "block"):
        row["rdev"] = f"{member.device[0]}:{member.device[1]}"
    return row


def _row(
    path: bytes,
    type_: FileType,
    mode: int,
    owner: tuple[int, int],
    size: int,
    link: bytes,
    mtime: int,
    layer: int | None,
) -> FileInfo:
    name, raw_name = text_and_raw(path)
    target, raw_target = text_and_raw(link)
    row: FileInfo = {
        "path": name,
        "type": type_,
        "mode": mode,
        "uid": owner[0],
        "gid": owner[1],
        "size": size,
        "link": target or None,
        "mtime": mtime,
        "layer": layer,
    }
    if raw_name:
        row["path_b64"] = raw_name
    if raw_target:
        row["link_b64"] = raw_target
    return row


def table_of(inspection: Inspection, layer: int) -> MemberTable:
    """A layer's own entries. Raises SettingsError where there is no such layer, its own error where it is unread."""
    check_layer(inspection.filesystem, layer)
    table = inspection.filesystem.tables[layer]
    if table is None:
        raise inspection.layers[layer].error or ImgscopeError(f"layer {layer} could not be read")
    return table


def own_name(fs: FileSystem, layer: int, table: MemberTable, path: bytes) -> bytes:
    """What a layer's own entries call a path: as it is written or, if none is called so, where it led after that layer.

    Raises NotThereError.
    """
    for name in _names(fs, layer, path):
        if not name or any(_is_within(normal(table.name(row)), name) for row in range(len(table))):
            return name
    what = f"{printable(path)}: layer {layer} has no such entry"
    raise NotThereError(what, hint="imgscope blame tells which layers have")


def _names(fs: FileSystem, layer: int, path: bytes) -> Iterator[bytes]:
    for name in meant(path):
        if not name.endswith(b"/") and b".." not in steps(name):
            yield normal(name)
    with suppress(NotThereError):
        yield fs.rootfs.path(View(fs, layer).find(path, follow=False)[0])


@dataclass(frozen=True, slots=True)
class Listing:
    """A path, as it is stored, and all below it; each row comes with something that tells its inode from others."""

    top: bytes
    rows: Iterable[tuple[FileInfo, object]]

    def lowest(self, depth: int | None) -> int | None:
        """The level that is ``depth`` levels below the top; None for all there are."""
        return None if depth is None else level(self.top) + depth


def listed(inspection: Inspection, path: bytes, layer: int | None) -> Listing:
    """A path and all below it, in the final filesystem or among a layer's own entries.

    Raises NotThereError where there is no such path, SettingsError where there is no such layer, and what
    :func:`table_of` raises.
    """
    fs = inspection.filesystem
    if layer is None:
        node, _ = View(fs).find(path, follow=False)
        return Listing(fs.rootfs.path(node), final_inodes(fs, node))
    table = table_of(inspection, layer)
    top = own_name(fs, layer, table, path)
    return Listing(top, ((row, number) for number, row in enumerate(layer_files(table, layer, top))))


def raw_path(row: FileInfo) -> bytes:
    """The path as it is: its text alone may be another path's escaped form."""
    return b64decode(row["path_b64"]) if "path_b64" in row else row["path"].encode()


def level(path: bytes) -> int:
    """How far a path is below the root."""
    return path.count(b"/") + 1 if path else 0


def arranged(rows: Iterable[FileInfo], *, lowest: int | None, by_size: bool) -> Iterable[FileInfo]:
    """Rows down to the level ``lowest``; the largest first, or as they come."""
    kept = (row for row in rows if lowest is None or level(raw_path(row)) <= lowest)
    return sorted(kept, key=lambda row: -row["size"]) if by_size else kept
