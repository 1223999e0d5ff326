"""Files as an indented tree with sizes summed upward."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field

from imgscope.escaping import inert
from imgscope.report.printer import Printer
from imgscope.report.wire import FileInfo

_ROOT: FileInfo = {
    "path": "",
    "type": "dir",
    "mode": 0o755,
    "uid": 0,
    "gid": 0,
    "size": 0,
    "link": None,
    "mtime": 0,
    "layer": None,
}


@dataclass(slots=True)
class _Node:
    row: FileInfo
    size: int
    children: list[_Node] = field(default_factory=list)


def write_tree(printer: Printer, files: Iterable[tuple[FileInfo, object]]) -> None:
    """Directories with the size of all that is below them; several at the top stand below ``/``.

    ``files`` come with something that tells their inodes apart: a file with several names counts at the first.
    """
    unicode = printer.look.unicode
    # Pushed in reverse, so that they come off the stack in order.
    roots = _grown(files)
    if len(roots) > 1:
        roots = [_Node(_ROOT, sum(root.size for root in roots), roots)]
    stack = [(root, "", "") for root in reversed(roots)]
    while stack:
        node, lead, branch = stack.pop()
        printer.stream.write(f"{printer.size(node.size):>8}  {lead}{branch}{_name(node.row, whole=not branch)}\n")
        inner = lead + _continuation(branch, unicode)
        for number, child in enumerate(reversed(node.children)):
            stack.append((child, inner, _branch(last=number == 0, unicode=unicode)))


def _grown(files: Iterable[tuple[FileInfo, object]]) -> list[_Node]:
    """The trees that rows make; a row whose directory is not among them is a root."""
    rows = sorted(((_raw(row), row, inode) for row, inode in files), key=lambda item: item[0])
    nodes: dict[bytes, _Node] = {}
    roots: list[_Node] = []
    counted: set[object] = set()
    order: list[tuple[_Node, _Node | None]] = []
    for path, row, inode in rows:
        node = nodes[path] = _Node(row, 0 if inode in counted else row["size"])
        counted.add(inode)
        parent = nodes.get(path.rpartition(b"/")[0]) if b"/" in path else None
        (parent.children if parent else roots).append(node)
        order.append((node, parent))
    for node, parent in reversed(order):
        if parent:
            parent.size += node.size
    return roots


def _raw(row: FileInfo) -> bytes:
    """The path as it is: its text alone may be another path's escaped form."""
    return b64decode(row["path_b64"]) if "path_b64" in row else row["path"].encode()


def _name(row: FileInfo, *, whole: bool) -> str:
    path = inert(_raw(row) if whole else _raw(row).rpartition(b"/")[2])
    slash = "/" if row["type"] == "dir" else ""
    arrow = " -> " if row["type"] == "symlink" else " => "
    return f"{path}{slash}{arrow}{inert(row['link'])}" if row["link"] else f"{path}{slash}"


def _branch(*, last: bool, unicode: bool) -> str:
    if unicode:
        return "└── " if last else "├── "
    return "`-- " if last else "|-- "


def _continuation(branch: str, unicode: bool) -> str:
    if not branch:
        return ""  # a root stands at the margin
    return "    " if branch[0] in "└`" else ("│   " if unicode else "|   ")
