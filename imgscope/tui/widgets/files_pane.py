"""TreePane: the tree of paths."""

from __future__ import annotations

from imgscope.filesystem.model import FileSystem
from imgscope.settings import Column
from imgscope.tui.columns import FileRows, fitting, header, names_begin
from imgscope.tui.look import Cell, Look
from imgscope.tui.rows import TreeRows
from imgscope.tui.widgets.row_list import RowList


class TreePane(RowList):
    """Shows TreeRows; opens and closes directories. Which rows there are is the screen's business."""

    pane = "files"
    empty = "nothing here"

    def __init__(self, look: Look, id: str = "files") -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.look = look
        self.columns: tuple[Column, ...] = ()
        self.rows: TreeRows | None = None
        self._fs: FileSystem | None = None
        self._drawn: tuple[int, FileRows] | None = None

    def show_tree(self, fs: FileSystem, tree: TreeRows, node: int | None) -> None:
        """Other rows; the cursor goes to ``node`` or, where that is not visible, to what is closest above it."""
        self._fs, self.rows, self._drawn = fs, tree, None
        self.empty = type(self).empty
        self.changed(0 if node is None else tree.nearest(node))

    def clear(self, why: str) -> None:
        """No rows, and why."""
        self.rows, self._drawn, self.empty = None, None, why
        self.changed(0)

    def forget(self) -> None:
        """Let go of rows that are about to be others."""
        self.rows, self._drawn = None, None

    @property
    def node(self) -> int | None:
        """The node under the cursor."""
        return self.rows.rows[self.cursor] if self.rows and len(self.rows) else None

    def count(self) -> int:
        """Visible paths."""
        return len(self.rows) if self.rows else 0

    def titles(self, width: int) -> list[Cell]:
        """The header, with the order of the rows."""
        tree = self.rows
        order, reverse = (tree.order.value, tree.reverse) if tree else ("", False)
        return header(fitting(self.columns, width), order, reverse=reverse, look=self.look)

    def row(self, position: int, width: int) -> list[Cell]:
        """A path."""
        assert self.rows is not None
        tree = self.rows
        rows = self._rows(width)
        return rows.row(tree.rows[position], tree.depth(position), open_=tree.is_open(position), width=width)

    def _rows(self, width: int) -> FileRows:
        if self._drawn is None or self._drawn[0] != width:
            assert self._fs is not None
            assert self.rows is not None
            columns = tuple(fitting(self.columns, width))
            self._drawn = width, FileRows(self._fs, self.rows.lens, self.look, columns)
        return self._drawn[1]

    def set_columns(self, columns: tuple[Column, ...]) -> None:
        """Other columns."""
        self.columns, self._drawn = columns, None
        self.redraw()

    def pressed(self, position: int, x: int) -> None:
        """A click on the sign before a name opens or closes."""
        assert self.rows is not None
        start = names_begin(fitting(self.columns, self.size.width)) + 2 * self.rows.depth(position)
        if start <= x <= start + 1:
            self.do_fold()

    def activate(self, position: int) -> None:
        """A directory opens or closes; a file is for others to show."""
        if self.rows and self.rows.lens.has_children(self.rows.rows[position]):
            self.do_fold()
        else:
            super().activate(position)

    def do_fold(self) -> None:
        """Open what is closed, close what is open."""
        if self.rows and len(self.rows):
            (self.rows.collapse if self.rows.is_open(self.cursor) else self.rows.expand)(self.cursor)
            self.changed()

    def do_right(self) -> None:
        """Open, or go to the first child."""
        if self.rows and len(self.rows) and self.rows.lens.has_children(self.rows.rows[self.cursor]):
            if self.rows.is_open(self.cursor):
                self.do_down()
            else:
                self.do_fold()

    def do_left(self) -> None:
        """Close, or go to the directory above."""
        if self.rows and len(self.rows):
            if self.rows.is_open(self.cursor):
                self.do_fold()
            elif (parent := self.rows.parent(self.cursor)) is not None:
                self.move_to(parent)

    def do_expand_all(self) -> None:
        """Open everything."""
        self._all(open_=True)

    def do_collapse_all(self) -> None:
        """Close everything."""
        self._all(open_=False)

    def _all(self, *, open_: bool) -> None:
        if self.rows:
            node = self.node
            (self.rows.expand_all if open_ else self.rows.collapse_all)()
            self.changed(0 if node is None else self.rows.nearest(node))
