"""The line of the filter bar: an input that gives the bar what leaves it."""

from __future__ import annotations

from textual.widgets import Input

from imgscope.tui.widgets.filter_bar import FilterBar


class Line(Input):
    """Escape takes back what was typed; Enter and Down keep it."""

    def __init__(self) -> None:
        super().__init__(id="line", select_on_focus=False)

    def key_escape(self) -> None:
        """Leave, and take it back."""
        self.post_message(FilterBar.Left(keep=False))

    def key_down(self) -> None:
        """Leave for the rows."""
        self.post_message(FilterBar.Left(keep=True))
