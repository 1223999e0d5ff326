"""Preview with the actions of the table: the pane itself knows no keys."""

from __future__ import annotations

from imgscope.tui.widgets.preview_pane import PreviewPane


class Preview(PreviewPane):
    """The content of a file."""

    pane = "preview"

    def do_up(self) -> None:
        """One line up."""
        self.scroll_relative(y=-1, animate=False)

    def do_down(self) -> None:
        """One line down."""
        self.scroll_relative(y=1, animate=False)

    def do_left(self) -> None:
        """To the left."""
        self.scroll_relative(x=-8, animate=False)

    def do_right(self) -> None:
        """To the right."""
        self.scroll_relative(x=8, animate=False)

    def do_page_up(self) -> None:
        """One page up."""
        self.scroll_relative(y=1 - self.size.height, animate=False)

    def do_page_down(self) -> None:
        """One page down."""
        self.scroll_relative(y=self.size.height - 1, animate=False)

    def do_top(self) -> None:
        """To the first line."""
        self.scroll_home(animate=False)

    def do_bottom(self) -> None:
        """To the last line."""
        self.scroll_end(animate=False)
