"""Trees of files in the export format of ncdu, version 1.2, which gdu and others read too: ``ncdu -f FILE``.

A file has its size (``asize``), and what its body takes in its layer, in whole tar blocks (``dsize``); a body with
several names is marked, so that it counts once. Names that are not UTF-8 are escaped as everywhere else: readers agree
on nothing else. What is written is never there as a whole.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from imgscope import __version__
from imgscope.analysis.model import Analysis
from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT
from imgscope.filesystem.words import type_of
from imgscope.inspection import Inspection
from imgscope.report.build import CAUSE_NAMES
from imgscope.tar import typeflag
from imgscope.tar.table import MemberTable
from imgscope.units import parse_time

_BLOCK = 512
_MOST = (1 << 63) - 1
_MOST_ID = (1 << 31) - 1
_LONGEST_NAME = 1000
_TYPES = {
    typeflag.SYMLINK: stat.S_IFLNK,
    typeflag.CHARACTER_DEVICE: stat.S_IFCHR,
    typeflag.BLOCK_DEVICE: stat.S_IFBLK,
    typeflag.DIRECTORY: stat.S_IFDIR,
    typeflag.FIFO: stat.S_IFIFO,
}
_IMPLIED = stat.S_IFDIR | 0o755


class Item(NamedTuple):
    """One file or directory. ``inode`` is told of where it has more than one of ``links``."""

    name: bytes
    mode: int
    """With the bits of its type."""
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    size: int = 0
    stored: int = 0
    inode: int = 0
    links: int = 1


Step = tuple[int, Item]
"""How deep an item stands below the root, and the item. A directory stands before what is in it."""


def made_at(inspection: Inspection) -> int:
    """When the image was made, in seconds: the same image gives the same document."""
    created = parse_time(inspection.opened.image.config.created)
    return max(int(created.timestamp()), 0) if created else 0


def write_ncdu(steps: Iterable[Step], root: bytes, taken: int, *, ascii_only: bool = False) -> Iterator[str]:
    """The document. ``root`` is the directory that all stands in, ``taken`` the time in seconds that is told of it."""
    about = {"progname": "imgscope", "progver": __version__, "timestamp": taken}
    top = {"name": _name(b"/" + root), "dev": 1, "mode": _IMPLIED}
    yield f"[1,2,{_json(about, ascii_only)},\n[{_json(top, ascii_only)}"
    open_ = 0
    for depth, item in steps:
        yield "]" * (open_ - depth)
        is_directory = stat.S_ISDIR(item.mode)
        open_ = depth + is_directory
        yield (",\n[" if is_directory else ",\n") + _json(_fields(item), ascii_only)
    yield "]" * (open_ + 2) + "\n"


def _fields(item: Item) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": _name(item.name)}
    if item.size:
        fields["asize"] = min(item.size, _MOST)
    if item.stored:
        fields["dsize"] = min(-(-item.stored // _BLOCK) * _BLOCK, _MOST)
    if item.links > 1:
        fields |= {"ino": item.inode + 1, "hlnkc": True, "nlink": item.links}
    if not stat.S_ISREG(item.mode) and not stat.S_ISDIR(item.mode):
        fields["notreg"] = True
    # One number that ncdu cannot hold, and it refuses the whole document: such a one is left out.
    for name, number, most in (("uid", item.uid, _MOST_ID), ("gid", item.gid, _MOST_ID), ("mtime", item.mtime, _MOST)):
        if 0 <= number <= most:
            fields[name] = number
    fields["mode"] = item.mode
    return fields


def _name(name: bytes) -> str:
    """What is shown of a name: ncdu knows no empty one, and refuses one that is very long."""
    text = printable(name) or "(empty)"
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _json(value: Any, ascii_only: bool) -> str:
    # ncdu reads characters of more than two bytes as they are, but not as the two escapes that JSON has for them.
    return to_json(value, ensure_ascii=ascii_only).decode().replace("\x7f", "\\u007f")


def final_steps(fs: FileSystem, below: int = ROOT) -> Iterator[Step]:
    """What stands in a directory of the final filesystem, or the one file that ``below`` is."""
    kind, children, name = fs.rootfs.kind, fs.rootfs.children, fs.rootfs.name.__getitem__
    if kind[below] != DIRECTORY:
        yield 0, _standing(fs, below)
        return

    def inside(node: int) -> list[int]:
        return sorted((child for child in children.get(node, {}).values() if kind[child]), key=name, reverse=True)

    todo = [(0, node) for node in inside(below)]
    while todo:
        depth, node = todo.pop()
        yield depth, _standing(fs, node)
        if kind[node] == DIRECTORY:
            todo += [(depth + 1, child) for child in inside(node)]


def _standing(fs: FileSystem, node: int) -> Item:
    entry, inode, kind = fs.rootfs.entry[node], fs.rootfs.inode[node], fs.rootfs.kind[node]
    mode, uid, gid, mtime = fs.attributes(entry)
    if kind != FILE:
        type_ = stat.S_IFDIR if kind == DIRECTORY or inode == NONE else _TYPES.get(type_of(fs, inode), stat.S_IFREG)
        return Item(fs.rootfs.name[node], mode & 0o7777 | type_, uid, gid, mtime)
    return Item(
        fs.rootfs.name[node],
        mode & 0o7777 | stat.S_IFREG,
        uid,
        gid,
        mtime,
        fs.size(inode),
        fs.stored(inode),
        inode,
        fs.links[inode],
    )


def layer_steps(table: MemberTable, below: bytes = b"") -> Iterator[Step]:
    """A layer's own entries, markers as the files that they are; each with the bytes that it carries itself."""
    found = []
    for row in range(len(table)):
        mode, uid, gid = table.permissions(row)
        type_ = _TYPES.get(table.type[row], stat.S_IFREG)
        size = (table.size[row], table.stored(row)) if stat.S_ISREG(type_) else (0, 0)
        item = Item(b"", mode & 0o7777 | type_, uid, gid, table.mtime[row], *size)
        found.append((tuple(components(table.name(row))[0]), item))
    return _nested(found, below)


def wasted_steps(fs: FileSystem, analysis: Analysis, layer: int | None = None, below: bytes = b"") -> Iterator[Step]:
    """Every body that travels for nothing (in one layer), its name followed by its layer and what became of it."""
    found = []
    for row in analysis.waste:
        if layer in (None, row.layer):
            mode, uid, gid, mtime = fs.attributes(row.entry)
            fate = f" (layer {row.layer}, {CAUSE_NAMES[row.cause]})".encode()
            *above, name = row.path.split(b"/")
            size = fs.size(row.entry), row.bytes
            item = Item(name + fate, mode & 0o7777 | stat.S_IFREG, uid, gid, mtime, *size)
            found.append(((*above, name), item))
    return _nested(found, below)


def _nested(found: list[tuple[tuple[bytes, ...], Item]], below: bytes) -> Iterator[Step]:
    """Items by their paths, below a directory, with the directories that only their paths imply.

    An item without a name gets the last part of its path; of a directory that is listed twice the last counts.
    """
    start = tuple(components(below)[0])
    # Behind each directory what is in it: files of the directory's own name stand before it.
    order = sorted(range(len(found)), key=lambda number: (found[number][0], stat.S_ISDIR(found[number][1].mode)))
    place: tuple[bytes, ...] = start
    for position, number in enumerate(order):
        path, item = found[number]
        if path[: len(start)] != start or (path == start and stat.S_ISDIR(item.mode)):
            continue
        if stat.S_ISDIR(item.mode) and _is_again(found, order, position):
            continue
        yield from _implied(place, path, len(start))
        base = path[-1] if path else b""
        yield max(len(path) - len(start) - 1, 0), item if item.name else item._replace(name=base)
        place = path if stat.S_ISDIR(item.mode) else path[:-1]


def _is_again(found: Sequence[tuple[tuple[bytes, ...], Item]], order: Sequence[int], position: int) -> bool:
    """Whether the same directory comes next."""
    path = found[order[position]][0]
    return position + 1 < len(order) and found[order[position + 1]][0] == path


def _implied(place: Sequence[bytes], path: Sequence[bytes], start: int) -> Iterator[Step]:
    """Directories above a path that are not above the place before it."""
    common = 0
    for one, other in zip(place, path[:-1], strict=False):
        if one != other:
            break
        common += 1
    for depth in range(max(common, start), len(path) - 1):
        yield depth - start, Item(path[depth], _IMPLIED)
