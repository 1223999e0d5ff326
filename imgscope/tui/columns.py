"""A path as the cells of a row: sign, mode, owner, time, items, size, share, and the name under its directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgscope.cells import cells, shortened
from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, ROOT, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.words import mode_text, time_text
from imgscope.settings import Column
from imgscope.tui.lens import Lens, Mode
from imgscope.tui.look import MARKS, OPAQUE, Cell, Look

WIDTHS = {Column.MODE: 10, Column.OWNER: 11, Column.MTIME: 16, Column.COUNT: 9, Column.SIZE: 10, Column.SHARE: 10}
_TITLES = {
    Column.MODE: "Mode",
    Column.OWNER: "Owner",
    Column.MTIME: "Changed (UTC)",
    Column.COUNT: "Items",
    Column.SIZE: "Size",
    Column.SHARE: "Share",
}
_RIGHT = {Column.COUNT, Column.SIZE}
_GIVES_WAY = (Column.MTIME, Column.OWNER, Column.MODE, Column.COUNT, Column.SHARE)
"""What is left out first where the pane is narrow."""
_NAME_NEEDS = 24
_NAME_KEEPS = 12
"""Cells of a name that what stands behind it may not take."""
_STEP = 2


def fitting(chosen: Sequence[Column], width: int) -> list[Column]:
    """The chosen columns that leave room for names, in the order they stand."""
    found = [column for column in WIDTHS if column in chosen]
    for column in _GIVES_WAY:
        if 2 + sum(WIDTHS[each] + 1 for each in found) + _NAME_NEEDS > width and column in found:
            found.remove(column)
    return found


def place_of(columns: Sequence[Column], x: int) -> Column | None:
    """The column under a cell of the header; None for the sign; names are Column-less and also None."""
    at = 2
    for column in columns:
        if at <= x < at + WIDTHS[column]:
            return column
        at += WIDTHS[column] + 1
    return None


def names_begin(columns: Sequence[Column]) -> int:
    """The first cell of names."""
    return 2 + sum(WIDTHS[column] + 1 for column in columns)


def header(columns: Sequence[Column], sorted_by: str, *, reverse: bool, look: Look) -> list[Cell]:
    """The line of titles, with an arrow at what rows are sorted by."""
    arrows = ("v", "^") if look.ascii else ("↓", "↑")
    row: list[Cell] = [("  ", "header")]
    for column in columns:
        mark = arrows[reverse] if column.value == sorted_by else ""
        text = (_TITLES[column] + mark)[: WIDTHS[column]]
        row.append(((text.rjust if column in _RIGHT else text.ljust)(WIDTHS[column]) + " ", "header"))
    row.append(("Name" + (arrows[not reverse] if sorted_by == "name" else ""), "header"))
    return row


@dataclass(frozen=True, slots=True)
class FileRows:
    """Draws rows of one lens."""

    fs: FileSystem
    lens: Lens
    look: Look
    columns: tuple[Column, ...]

    def row(self, node: int, depth: int, *, open_: bool, width: int) -> list[Cell]:
        """The cells of a node's row in ``width`` cells."""
        sign, role = self.sign(node)
        row: list[Cell] = [(f"{sign} ", role)]
        row += [(self._column(column, node) + " ", self._role(column, role)) for column in self.columns]
        return [*row, *self._name(node, depth, role, open_=open_, width=width - sum(cells(text) for text, _ in row))]

    def sign(self, node: int) -> tuple[str, str]:
        """What the layer did to a node: a sign and a role."""
        mark = self.lens.mark[node]
        if mark == Mark.SAME and node in self.lens.whiteouts and not self.lens.state.kind[node]:
            return "-", "dim"
        if node in self.lens.opaque and mark != Mark.REMOVED:
            return OPAQUE
        return MARKS[Mark(mark)]

    def size(self, node: int) -> str:
        """Bytes below a node; what was removed with a minus."""
        if self.lens.mark[node] == Mark.REMOVED:
            gone = self.lens.gone[node]
            return f"-{self.look.size(gone)}" if gone else self.look.size(0)
        number = self.lens.bytes[node]
        if not number and self.lens.lost and (gone := self.lens.gone[node]):
            return f"-{self.look.size(gone)}"  # all that is left of a directory is what it lost
        return self.look.size(number)

    def _role(self, column: Column, role: str) -> str:
        if column is Column.SHARE:
            return "bar-wasted" if self.lens.mode is Mode.WASTED else "bar-removed" if role == "removed" else "bar"
        if column is Column.SIZE:
            return role if role == "removed" else "size"
        return "dim"

    def _column(self, column: Column, node: int) -> str:
        width = WIDTHS[column]
        if column is Column.SIZE:
            return self.size(node).rjust(width)
        if column is Column.SHARE:
            return self.look.bar(self.lens.weight[node], self.lens.weight[ROOT], width)
        if column is Column.COUNT:
            below = self.lens.below(node)
            return (f"{below:,}" if self.lens.is_directory(node) else "").rjust(width)
        if not self.lens.state.kind[node]:
            return " " * width
        mode, uid, gid, mtime = self.fs.attributes(self.lens.state.entry[node])
        if column is Column.MODE:
            return mode_text(self.fs, self.lens.state.kind[node], self.lens.state.inode[node], mode)
        if column is Column.OWNER:
            return self._cut(f"{uid}:{gid}", width).ljust(width)
        return self._cut(time_text(mtime) if self.lens.state.entry[node] != NONE else "", width).ljust(width)

    def _cut(self, text: str, width: int) -> str:
        return shortened(text, width, unicode=not self.look.ascii)

    def _name(self, node: int, depth: int, role: str, *, open_: bool, width: int) -> list[Cell]:
        lead = self._cut(self._lead(node, depth, width, open_=open_), width)
        name = printable(self.lens.tree.rootfs.name[node]) + ("/" if self._ends_in_slash(node) else "")
        notes = self._notes(node)
        room = max(width - cells(lead), 0)
        name = self._cut(name, max(room - sum(cells(text) for text, _ in notes), min(_NAME_KEEPS, room)))
        row = [(lead, "fold"), (name, self._name_role(node, role))]
        for text, note_role in notes:
            room -= cells(row[-1][0])
            row.append((self._cut(text, room), note_role))
        return row

    def _name_role(self, node: int, role: str) -> str:
        """The role of a name, after that of its sign."""
        directory = self.lens.is_directory(node)
        if self.lens.mode is Mode.WASTED and not directory:
            return "wasted"
        if role == "plain":
            return "directory" if directory else "plain"
        return "gone" if role == "removed" else role

    def _ends_in_slash(self, node: int) -> bool:
        """What takes a directory's place is none, though what was in that is shown below it."""
        kind = self.lens.state.kind[node]
        return kind == DIRECTORY or (not kind and self.lens.has_children(node))

    def _lead(self, node: int, depth: int, width: int, *, open_: bool) -> str:
        """Indentation and fold. It takes no more than a half; what is deeper says how deep it is."""
        fold = self.look.fold(open_=open_) + " " if self.lens.has_children(node) else "  "
        most = max(width // 2 // _STEP, 1)
        return (" " * (_STEP * depth) if depth <= most else f"{depth}".ljust(_STEP * most)) + fold

    def _notes(self, node: int) -> list[Cell]:
        """What stands behind the name: a link's target, what a marker did."""
        kind, inode = self.lens.state.kind[node], self.lens.state.inode[node]
        notes: list[Cell] = []
        if kind == SYMLINK:
            notes.append((f" {self.look.to} {self._cut(printable(self.fs.member(inode).link), 40)}", "link"))
        elif kind == FILE and self.lens.state.entry[node] != inode:
            notes.append((f" {self.look.same_as} {self._cut('/' + printable(self.fs.body_path(inode)), 40)}", "link"))
        if node in self.lens.opaque:
            notes.append(("  opaque", "opaque"))
        if node in self.lens.whiteouts:
            if self.lens.mark[node] == Mark.REMOVED:
                notes.append(("  whiteout", "removed"))
            elif not kind:
                notes.append(("  whiteout of nothing", "dim"))
        return notes
