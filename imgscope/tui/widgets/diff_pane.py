"""DiffPane: how the image differs from another one."""

from __future__ import annotations

from imgscope.tui.diff_rows import DiffRows
from imgscope.tui.widgets.listing_pane import ListingPane


class DiffPane(ListingPane[DiffRows]):
    """One row a total, a setting or a path."""

    pane = "diff"
    empty = "nothing is compared"

    def __init__(self) -> None:
        super().__init__(id="diff")

    def show(self, rows: DiffRows | None) -> None:
        """Another comparison, or none."""
        if rows is not self.list:
            self.list = rows
            self.empty = rows.verdict if rows is not None else "nothing is compared"
            self.changed(0)
