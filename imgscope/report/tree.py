"""Files as an indented tree with sizes summed upward."""

from __future__ import annotations

from collections.abc import Iterable

from imgscope.escaping import printable
from imgscope.report.printer import Printer
from imgscope.report.wire import FileInfo


def write_tree(printer: Printer, files: Iterable[FileInfo]) -> None:
    """Directories with the size of all that is below them; a hard link adds nothing (its file counts once)."""
    rows = list(files)
    names = {row["path"] for row in rows}
    sizes = dict.fromkeys(names, 0)
    children: dict[str, list[FileInfo]] = {}
    for row in reversed(rows):
        own = 0 if row["type"] == "hardlink" else row["size"]
        sizes[row["path"]] += own
        parent = row["path"].rpartition("/")[0]
        if parent in sizes and parent != row["path"]:
            sizes[parent] += sizes[row["path"]]
        children.setdefault(parent if parent in names else "\0", []).append(row)
    stack = [(row, "", "") for row in children.get("\0", [])]
    while stack:
        row, lead, branch = stack.pop()
        link = f" -> {row['link']}" if row["type"] == "symlink" else f" => {row['link']}" if row["link"] else ""
        slash = "/" if row["type"] == "dir" else ""
        name = row["path"].rpartition("/")[2] if branch else row["path"]
        printer.stream.write(f"{printer.size(sizes[row['path']]):>8}  {lead}{branch}{printable(name + slash + link)}\n")
        below = children.get(row["path"], [])
        inner = lead + _continuation(branch, printer.look.unicode)
        for number, child in enumerate(below):
            stack.append((child, inner, _branch(last=number == 0, unicode=printer.look.unicode)))


def _branch(*, last: bool, unicode: bool) -> str:
    if unicode:
        return "└── " if last else "├── "
    return "`-- " if last else "|-- "


def _continuation(branch: str, unicode: bool) -> str:
    if not branch:
        return ""
    return "    " if branch[0] in "└`" else ("│   " if unicode else "|   ")
