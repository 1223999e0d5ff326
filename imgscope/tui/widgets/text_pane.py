"""TextPane: paragraphs of cells, wrapped to the width and scrolled: details, config, and what pops up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import chop_cells
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imgscope.cells import cells
from imgscope.tui.look import Cell
from imgscope.tui.widgets.painting import Painted

Line = Sequence[Cell]


class TextPane(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines; those too long go on below, indented as their text begins."""

    pane = "details"
    ALLOW_SELECT = False

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._wrapped: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines, from the first."""
        self._lines = lines
        self._wrap()
        self.scroll_to(y=0, animate=False, immediate=True)

    def on_resize(self) -> None:
        """Wrap anew."""
        self._wrap()

    def render_line(self, y: int) -> Strip:
        """A line of the window."""
        position = y + self.scroll_offset.y
        row = self._wrapped[position] if position < len(self._wrapped) else ()
        return self.strip(row, self.scrollable_content_region.width)

    def _wrap(self) -> None:
        # One cell is left for the scroll bar, which comes and goes with the number of lines.
        width = max(self.size.width - 1, 1)
        self._wrapped = [part for line in self._lines for part in wrapped(line, width)]
        self.virtual_size = Size(1, len(self._wrapped))
        self.refresh()

    def do_up(self) -> None:
        """One line up."""
        self.scroll_relative(y=-1, animate=False)

    def do_down(self) -> None:
        """One line down."""
        self.scroll_relative(y=1, animate=False)

    def do_page_up(self) -> None:
        """One page up."""
        self.scroll_relative(y=-self.size.height, animate=False)

    def do_page_down(self) -> None:
        """One page down."""
        self.scroll_relative(y=self.size.height, animate=False)

    def do_top(self) -> None:
        """To the first line."""
        self.scroll_to(y=0, animate=False)

    def do_bottom(self) -> None:
        """To the last line."""
        self.scroll_to(y=len(self._wrapped), animate=False)


def wrapped(line: Line, width: int) -> Iterable[Line]:
    """A line as lines of at most ``width`` cells; all but the first begin where the first one's last cell does."""
    if sum(cells(text) for text, _ in line) <= width:
        return [line]
    *lead, (text, role) = line
    indent = sum(cells(piece) for piece, _ in lead)
    if indent > width // 2:
        indent = min(2, width - 1)
        pieces = _words(text, width - indent)
        return [list(lead), *([(" " * indent, "plain"), (piece, role)] for piece in pieces)]
    pieces = _words(text, width - indent)
    return [[*lead, (pieces[0], role)], *([(" " * indent, "plain"), (piece, role)] for piece in pieces[1:])]


def _words(text: str, width: int) -> list[str]:
    """Broken at blanks where possible; a word longer than a line fills the one that it begins on."""
    found: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= width:
            line = longer
        elif cells(word) > width:
            *full, line = chop_cells(longer, max(width, 1))
            found += full
        else:
            found.append(line)
            line = word
    return [*found, line]
