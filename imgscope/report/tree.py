"""Files as an indented tree with sizes summed upward."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from imgscope.escaping import inert
from imgscope.report.files import level, raw_path
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


def write_tree(
    printer: Printer, files: Iterable[tuple[FileInfo, object]], *, lowest: int | None = None, by_size: bool = False
) -> None:
    """Directories with the size of all that is below them; several at the top stand below ``/``.

    ``files`` come with something that tells their inodes apart: a file with several names counts at the first. What is
    below the level ``lowest`` counts and is not shown. ``by_size``: the largest of a directory first.
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
        for number, child in enumerate(reversed(_shown(node.children, lowest, by_size=by_size))):
            stack.append((child, inner, _branch(last=number == 0, unicode=unicode)))


def _shown(nodes: list[_Node], lowest: int | None, *, by_size: bool) -> list[_Node]:
    """What is drawn of a directory's children, in order."""
    kept = [node for node in nodes if lowest is None or level(raw_path(node.row)) <= lowest]
    return sorted(kept, key=lambda node: -node.size) if by_size else kept


def _grown(files: Iterable[tuple[FileInfo, object]]) -> list[_Node]:
    """The trees that rows make; a row whose directory is not among them is a root."""
    rows = sorted(((raw_path(row), row, inode) for row, inode in files), key=lambda item: item[0])
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


def _name(row: FileInfo, *, whole: bool) -> str:
    path = inert(raw_path(row) if whole else raw_path(row).rpartition(b"/")[2])
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
