"""A filesystem as a short text, to be compared with an expected one."""

from __future__ import annotations

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, NONE, ROOT, SYMLINK
from imgscope.filesystem.squash import squash
from tests.build import E, layer
from tests.conftest import table_of


def contents(layers: list[bytes], fs: FileSystem) -> dict[str, str]:
    """Path → what stands there: ``/`` for a directory, ``->target``, or the content that a file shows."""
    shown = {}
    for node in fs.nodes():
        if node == ROOT:
            continue
        path = fs.rootfs.path(node).decode("utf-8", "surrogateescape")
        inode = fs.rootfs.inode[node]
        kind = fs.rootfs.kind[node]
        if kind == DIRECTORY:
            shown[path] = "/"
        elif inode != NONE and kind == SYMLINK:
            shown[path] = "->" + fs.member(inode).link.decode()
        else:
            number, _ = fs.locate(inode)
            member = fs.member(inode)
            shown[path] = layers[number][member.body : member.body + member.stored].decode("latin-1")
    return shown


def apply(*layers: list[E]) -> tuple[dict[str, str], FileSystem]:
    """Write, scan and squash layers; return what stands in the end, and the filesystem."""
    written = [layer(*entries) for entries in layers]
    fs = squash([table_of(data) for data in written])
    return contents(written, fs), fs


def change(before: dict[str, str], after: dict[str, str]) -> str:
    """The difference as ``+path=new -path``; a changed path shows as both."""

    def one(path: str, what: str) -> str:
        return f"{path}/" if what == "/" else f"{path}{what}" if what.startswith("->") else f"{path}={what}"

    gone = [f"-{one(path, what)}" for path, what in before.items() if after.get(path) != what]
    come = [f"+{one(path, what)}" for path, what in after.items() if before.get(path) != what]
    return " ".join(sorted(come) + sorted(gone))
