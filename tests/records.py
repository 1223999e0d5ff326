"""Recorded filesystems: what an engine unpacked, as fixtures/record.py wrote it down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import ROOT
from imgscope.report.files import final_inodes
from imgscope.report.wire import FileInfo

_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
_TYPES = {"file": "f", "hardlink": "f", "dir": "d", "symlink": "l", "char": "c", "block": "b", "fifo": "p"}


class Row(NamedTuple):
    """A path as it was unpacked; mtime None where only the unpacking decided it."""

    type: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int | None
    link: bytes


def _raw(field: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), field)


def recorded(path: Path) -> dict[bytes, Row]:
    """A record by path."""
    rows = {}
    for line in path.read_bytes().split(b"\n"):
        if line and not line.startswith(b"#"):
            name, type_, mode, uid, gid, size, mtime, link = line.split(b"\t")[:8]
            rows[_raw(name)] = Row(type_.decode(), int(mode, 8), int(uid), int(gid), int(size), int(mtime), _raw(link))
    return rows


def listed(fs: FileSystem) -> dict[bytes, Row]:
    """What imgscope lists, in the same terms. Directories without an entry have no time of their own."""
    paths = sorted(fs.rootfs.path(node) for node in fs.nodes() if node != ROOT)
    return dict(zip(paths, _rows(row for row, _ in final_inodes(fs)), strict=True))


def _rows(files: Iterable[FileInfo]) -> Iterable[Row]:
    for row in files:
        link = (row["link"] or "").encode() if row["type"] == "symlink" else b""
        if "link_b64" in row:
            from base64 import b64decode

            link = b64decode(row["link_b64"])
        mtime = None if row["layer"] is None else row["mtime"]
        yield Row(_TYPES[row["type"]], row["mode"], row["uid"], row["gid"], row["size"], mtime, link)


def differences(fs: FileSystem, record: Path) -> dict[bytes, tuple[Row | None, Row | None]]:
    """Paths that are not equal: what imgscope lists, and what was unpacked."""
    ours, truth = listed(fs), recorded(record)
    for path, row in ours.items():
        if row.mtime is None and path in truth:
            truth[path] = truth[path]._replace(mtime=None)
    return {
        path: (ours.get(path), truth.get(path))
        for path in ours.keys() | truth.keys()
        if ours.get(path) != truth.get(path)
    }
