"""FoundPane: where something was found in what files hold."""

from __future__ import annotations

from imgscope.tui.found_rows import FoundRows
from imgscope.tui.look import Cell
from imgscope.tui.widgets.row_list import RowList


class FoundPane(RowList):
    """One row a match."""

    pane = "found"
    empty = "nothing was searched for"

    def __init__(self) -> None:
        super().__init__(id="found")
        self.list: FoundRows | None = None

    def show(self, rows: FoundRows | None) -> None:
        """Another search, or more of the same."""
        other, self.list = rows is not self.list, rows
        self.empty = "nothing was searched for" if rows is None else rows.note or "nothing is found"
        self.changed(0 if other else None)

    def count(self) -> int:
        """Matches."""
        return len(self.list) if self.list is not None else 0

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        return self.list.titles(width) if self.list is not None else [("", "header")]

    def row(self, position: int, width: int) -> list[Cell]:
        """A match."""
        assert self.list is not None
        return self.list.row(position, width)
