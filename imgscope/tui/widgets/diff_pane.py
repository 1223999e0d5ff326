"""DiffPane: how the image differs from another one."""

from __future__ import annotations

from imgscope.tui.diff_rows import DiffRows
from imgscope.tui.look import Cell
from imgscope.tui.widgets.row_list import RowList


class DiffPane(RowList):
    """One row a total, a setting or a path."""

    pane = "diff"
    empty = "nothing is compared"

    def __init__(self) -> None:
        super().__init__(id="diff")
        self.list: DiffRows | None = None

    def show(self, rows: DiffRows | None) -> None:
        """Another comparison, or none."""
        if rows is not self.list:
            self.list = rows
            self.empty = rows.verdict if rows else "nothing is compared"
            self.changed(0)

    def count(self) -> int:
        """Rows."""
        return len(self.list) if self.list else 0

    def row(self, position: int, width: int) -> list[Cell]:
        """A difference."""
        assert self.list is not None
        return self.list.row(position, width)
