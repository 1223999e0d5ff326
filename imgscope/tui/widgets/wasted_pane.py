"""WastedPane: what travels for nothing, by cause, by directory, or largest first."""

from __future__ import annotations

from imgscope.analysis.model import Waste
from imgscope.tui.look import Cell, Look
from imgscope.tui.waste_rows import WasteRows
from imgscope.tui.widgets.files_pane import TreePane


class WastedPane(TreePane):
    """A list of bodies, or the tree of the directories that they are in."""

    pane = "wasted"
    empty = "nothing is wasted here"

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="wasted")
        self.list: WasteRows | None = None
        """Rows of the list; None while the tree is shown."""

    def show_list(self, rows: WasteRows, row: int | None) -> None:
        """Other rows; the cursor goes to ``row`` where that is visible."""
        self.list = rows
        self.empty = type(self).empty
        position = rows.position(row) if row is not None else None
        self.changed(position or 0)

    @property
    def waste(self) -> Waste | None:
        """What the cursor is on; None for a directory or a heading."""
        return self.list.at(self.cursor) if self.list and len(self.list) else None

    def count(self) -> int:
        """Visible rows."""
        return super().count() if self.list is None else len(self.list)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        return super().titles(width) if self.list is None else self.list.titles(width)

    def row(self, position: int, width: int) -> list[Cell]:
        """A body, a heading or a path."""
        return super().row(position, width) if self.list is None else self.list.row(position, width)

    def pressed(self, position: int, x: int) -> None:
        """A click on a sign opens or closes."""
        if self.list is None:
            super().pressed(position, x)
        elif x < 2:
            self.do_fold()

    def activate(self, position: int) -> None:
        """A heading opens or closes; a body is for others to show."""
        if self.list is None:
            super().activate(position)
        elif self.list.cause_at(position) is not None:
            self.do_fold()
        else:
            self.post_message(self.Chosen(self))

    def do_fold(self) -> None:
        """Open what is closed, close what is open."""
        if self.list is None:
            super().do_fold()
        elif self.count():
            self._open(not self.list.is_open(self.cursor))

    def do_right(self) -> None:
        """Open."""
        if self.list is None:
            super().do_right()
        elif self.count() and self.list.cause_at(self.cursor) is not None:
            self._open(True)

    def do_left(self) -> None:
        """Close, or go to the heading."""
        if self.list is None:
            super().do_left()
        elif self.count():
            if self.list.is_open(self.cursor):
                self._open(False)
            else:
                self.move_to(self.list.heading(self.cursor))

    def _open(self, open_: bool) -> None:
        assert self.list is not None
        self.list.set_open(self.cursor, open_=open_)
        self.changed()

    def _all(self, *, open_: bool) -> None:
        if self.list is None:
            super()._all(open_=open_)
        else:
            self.list.set_all(open_=open_)
            self.changed(0)
