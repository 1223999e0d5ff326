"""ListingPane: a list that a filter narrows; the base of advice, differences and what was found."""

from __future__ import annotations

from typing import Generic, TypeVar

from imgscope.tui.listing import Left, Listing
from imgscope.tui.look import Cell
from imgscope.tui.widgets.row_list import RowList

Rows = TypeVar("Rows", bound=Listing)


class ListingPane(RowList, Generic[Rows]):
    """Shows one listing, or says why there is none."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.list: Rows | None = None

    def narrow(self, left: Left) -> None:
        """Leave what a filter lets through; the cursor stays on its row where that is left."""
        rows = self.list
        if rows is not None and (left.filter or rows.filter):
            before = rows.number(self.cursor) if len(rows) else None
            rows.narrow(left)
            self.changed((rows.position(before) if before is not None else None) or 0)

    @property
    def said(self) -> str:
        """What stands where there are no rows."""
        return "nothing matches the filter" if self.list is not None and self.list.filter else self.empty

    def count(self) -> int:
        """Rows that are left."""
        return len(self.list) if self.list is not None else 0

    def row(self, position: int, width: int) -> list[Cell]:
        """One of them."""
        assert self.list is not None
        return self.list.row(position, width)
