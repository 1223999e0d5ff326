"""Cells → strips: text with roles becomes styled segments of an exact width. What is painted is escaped before.

Colours of roles come from the theme, once for all widgets: as component classes of each widget they would be looked up
in the style sheet hundreds of times before the first picture.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from imgscope.tui.look import Cell
from imgscope.tui.themes import role_styles


class Painted(Widget):
    """A widget that draws cells."""

    def on_mount(self) -> None:
        """Draw anew when the theme changes."""
        self._styles: dict[tuple[str, str], Style] = {}
        self.app.theme_changed_signal.subscribe(self, lambda _: self.forget_styles())

    def forget_styles(self) -> None:
        """The next line drawn looks its styles up again."""
        self._styles = {}
        self.refresh()

    def style_of(self, role: str, ground: str = "") -> Style:
        """The style of a role, on the ground of the cursor where that is given."""
        found = self._styles.get((role, ground))
        if found is None:
            roles = role_styles(self.app)
            found = self.rich_style + roles[role] + (roles[ground] if ground else Style.null())
            self._styles[role, ground] = found
        return found

    def strip(self, row: Iterable[Cell], width: int, ground: str = "") -> Strip:
        """A row of cells in exactly ``width`` cells."""
        segments = [Segment(text, self.style_of(role, ground)) for text, role in row if text]
        return Strip(segments).adjust_cell_length(width, self.style_of("plain", ground))

    def notify_style_update(self) -> None:
        """The ground under the text may be another one."""
        super().notify_style_update()
        self._styles = {}
