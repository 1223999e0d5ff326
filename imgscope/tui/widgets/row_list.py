"""RowList: any number of rows in a window, one of them selected. Only rows in view are ever made.

The base of every list in the interface: a subclass says how many rows there are and what a row's cells are.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imgscope.tui.look import Cell
from imgscope.tui.widgets.painting import Painted

_STRIPS_KEPT = 400


class RowList(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor. Keys are the business of the screen, which calls the ``do_`` methods."""

    pane = ""
    """Name in the table of actions."""
    empty = ""
    """What is shown where there are no rows."""
    ALLOW_SELECT = False

    class Highlighted(Message):
        """The cursor stands on another row, or on the same row of other rows."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList:
            """The list."""
            return self.rows

    class Chosen(Message):
        """A row was chosen with Enter or a double click."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    class HeaderClicked(Message):
        """A cell of the header was clicked."""

        def __init__(self, rows: RowList, x: int) -> None:
            super().__init__()
            self.rows = rows
            self.x = x

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.cursor = 0
        self._strips: dict[tuple[int, str, int], Strip] = {}

    # What a subclass says.

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row(self, position: int, width: int) -> Sequence[Cell]:
        """The cells of a row."""
        raise NotImplementedError

    def titles(self, width: int) -> Sequence[Cell] | None:
        """The cells of the header line; None for no header."""
        return None

    @property
    def said(self) -> str:
        """What stands where there are no rows."""
        return self.empty

    def activate(self, position: int) -> None:
        """A row was chosen."""
        self.post_message(self.Chosen(self))

    def pressed(self, position: int, x: int) -> None:
        """A row was clicked at a cell."""

    # What it does with it.

    @property
    def _above(self) -> int:
        """Lines above the first row."""
        return 0 if self.titles(80) is None else 1

    def changed(self, cursor: int | None = None) -> None:
        """Rows are other ones now; the cursor goes to a row, or stays where it is."""
        self._strips.clear()
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, self.count() - 1))
        self.virtual_size = Size(1, self.count() + self._above)
        self.reveal()
        self.refresh()
        self.post_message(self.Highlighted(self))

    def redraw(self) -> None:
        """The same rows, drawn anew."""
        self._strips.clear()
        self.refresh()

    def forget_styles(self) -> None:
        """Also the strips made with them."""
        self._strips.clear()
        super().forget_styles()

    def notify_style_update(self) -> None:
        """Focus changes the cursor's colour."""
        super().notify_style_update()
        self._strips.clear()

    def move_to(self, position: int) -> None:
        """Put the cursor on a row."""
        position = max(0, min(position, self.count() - 1))
        if position != self.cursor:
            old, self.cursor = self.cursor, position
            self._refresh_row(old)
            self._refresh_row(position)
            self.reveal()
            self.post_message(self.Highlighted(self))

    def render_line(self, y: int) -> Strip:
        """A line of the window."""
        width = self.scrollable_content_region.width
        if y < self._above:
            return self.strip(self.titles(width) or (), width)
        position = y + self.scroll_offset.y - self._above
        if position >= self.count():
            said = self.said if not self.count() and y == self._above else ""
            return self.strip([(said, "dim")], width)
        ground = "" if position != self.cursor else "cursor" if self.has_focus else "blurred"
        key = position, ground, width
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _STRIPS_KEPT:
                self._strips.clear()
            strip = self._strips[key] = self.strip(self.row(position, width), width, ground)
        return strip

    def _refresh_row(self, position: int) -> None:
        self.refresh(Region(0, position - self.scroll_offset.y + self._above, self.size.width, 1))

    def reveal(self) -> None:
        """Scroll as little as shows the cursor; by force, because where rows were few the scroll bar is yet to come."""
        page, top = self._page(), self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True, force=True)
        elif self.cursor >= top + page:
            self.scroll_to(y=self.cursor - page + 1, animate=False, immediate=True, force=True)

    def _page(self) -> int:
        return max(self.size.height - self._above, 1)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._strips.clear()
        self.reveal()

    def on_click(self, event: events.Click) -> None:
        """Select a row; a double click chooses it."""
        position = event.y + self.scroll_offset.y - self._above
        if event.y < self._above:
            self.post_message(self.HeaderClicked(self, event.x))
        elif position < self.count():
            self.move_to(position)
            if event.chain == 2:
                self.activate(position)
            else:
                self.pressed(position, event.x)

    def do_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor - 1)

    def do_down(self) -> None:
        """One row down."""
        self.move_to(self.cursor + 1)

    def do_page_up(self) -> None:
        """One page up."""
        self.move_to(self.cursor - self._page())

    def do_page_down(self) -> None:
        """One page down."""
        self.move_to(self.cursor + self._page())

    def do_top(self) -> None:
        """To the first row."""
        self.move_to(0)

    def do_bottom(self) -> None:
        """To the last row."""
        self.move_to(self.count() - 1)

    def do_choose(self) -> None:
        """Choose the selected row."""
        if self.count():
            self.activate(self.cursor)
