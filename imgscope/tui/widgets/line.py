"""The line of the filter bar: an input that gives the bar what leaves it."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input

from imgscope.tui.widgets.filter_bar import FilterBar


class Line(Input):
    """Escape takes back what was typed; Enter and Down keep it."""

    def __init__(self) -> None:
        super().__init__(id="line", select_on_focus=False)

    def key_escape(self, event: Key) -> None:
        """Leave, and take it back: that is the one step back that the key is for."""
        event.stop()
        self.post_message(FilterBar.Left(keep=False))

    def key_down(self, event: Key) -> None:
        """Leave for the rows, and for the one that the cursor is on."""
        event.stop()
        self.post_message(FilterBar.Left(keep=True))
