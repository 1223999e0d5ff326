"""AdvicePane: what the image could do without, by what it is about, and what saves most first."""

from __future__ import annotations

from imgscope.tui.advice_rows import AdviceRows
from imgscope.tui.look import Cell
from imgscope.tui.widgets.listing_pane import ListingPane


class AdvicePane(ListingPane[AdviceRows]):
    """One row a finding, under headings."""

    pane = "advice"

    def __init__(self) -> None:
        super().__init__(id="advice")

    def show(self, rows: AdviceRows) -> None:
        """What was found."""
        if rows is not self.list:
            self.list, self.empty = rows, "nothing to advise"
            self.changed(0)

    def wait(self, text: str) -> None:
        """Nothing is known yet."""
        self.list, self.empty = None, text
        self.changed(0)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        return self.list.titles(width) if self.list is not None else [("", "header")]
