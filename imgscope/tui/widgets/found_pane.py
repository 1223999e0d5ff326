"""FoundPane: where something was found in what files hold."""

from __future__ import annotations

from imgscope.tui.found_rows import FoundRows
from imgscope.tui.look import Cell
from imgscope.tui.widgets.listing_pane import ListingPane


class FoundPane(ListingPane[FoundRows]):
    """One row a match."""

    pane = "found"
    empty = "nothing was searched for"

    def __init__(self) -> None:
        super().__init__(id="found")

    def show(self, rows: FoundRows | None) -> None:
        """Another search, or more of the same."""
        other, self.list = rows is not self.list, rows
        self.empty = "nothing was searched for" if rows is None else rows.note or "nothing is found"
        self.changed(0 if other else None)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        return self.list.titles(width) if self.list is not None else [("", "header")]
