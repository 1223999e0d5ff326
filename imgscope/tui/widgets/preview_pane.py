"""Shows a page of a file's content: the summary stays on top, the lines scroll both ways below it.

The pane asks nothing and binds no keys; who owns it gives it pages and scrolls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imgscope.cells import shortened
from imgscope.escaping import printable
from imgscope.tui.content import HEX_WIDTH, Line, Page, Span
from imgscope.units import count

_EMPTY = Page("note", "", ())


class PreviewPane(ScrollView, can_focus=True, inherit_bindings=False):
    """A page in a window: ``show`` it, ``wait`` for it, ``find`` in it.

    Scroll with the ``scroll_*`` methods of the base class and ``animate=False``.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "preview-pane--title",
        "preview-pane--summary",
        "preview-pane--line-number",
        "preview-pane--more",
        "preview-pane--found",
        "preview-pane--comment",
        "preview-pane--keyword",
        "preview-pane--string",
        "preview-pane--number",
        "preview-pane--name",
        "preview-pane--label",
        "preview-pane--offset",
        "preview-pane--column",
    }
    DEFAULT_CSS = """
    PreviewPane {
        color: $foreground;
        scrollbar-size: 1 1;
        & > .preview-pane--title { text-style: bold; }
        & > .preview-pane--summary { color: $text-muted; }
        & > .preview-pane--line-number { color: $text-muted; }
        & > .preview-pane--more { color: $text-warning; text-style: italic; }
        & > .preview-pane--found { text-style: bold reverse; }
        & > .preview-pane--comment { color: $text-muted; text-style: italic; }
        & > .preview-pane--keyword { color: $text-primary; text-style: bold; }
        & > .preview-pane--string { color: $text-success; }
        & > .preview-pane--number { color: $text-warning; }
        & > .preview-pane--name { color: $text-accent; }
        & > .preview-pane--label { text-style: bold; }
        & > .preview-pane--offset { color: $text-muted; }
        & > .preview-pane--column { color: $text-accent; }
    }
    """
    ALLOW_SELECT = False

    def __init__(self, *, line_numbers: bool = True, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._title = ""
        self._page = _EMPTY
        self._line_numbers = line_numbers
        self._found: tuple[int, int, int] | None = None
        """Row, start and end of what was found last."""
        self._pattern = ""

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._page

    @property
    def line_numbers(self) -> bool:
        """Whether lines of text are numbered."""
        return self._line_numbers

    @line_numbers.setter
    def line_numbers(self, wanted: bool) -> None:
        self._line_numbers = wanted
        self._measure()

    @property
    def found(self) -> tuple[int, int, int] | None:
        """Row, start and end of what :meth:`find` marked; rows count from zero."""
        return self._found

    def show(self, title: str, page: Page) -> None:
        """Show a page from its beginning; ``title`` is escaped here."""
        self._title, self._page, self._found = printable(title), page, None
        self._measure()
        self.scroll_to(0, 0, animate=False, force=True)

    def wait(self, title: str, text: str) -> None:
        """Show that a page is on its way; ``text`` says how far it is, and is escaped here."""
        self.show(title, Page("note", "", (Line(printable(text)),)))

    def find(self, pattern: str, forward: bool = True) -> bool:
        """Go to the next place of ``pattern``, from the last one or from what is in sight; on at the other end.

        Upper and lower case are the same unless ``pattern`` has upper case. False, and nothing marked, where it is
        nowhere.
        """
        expression = re.compile(re.escape(pattern), 0 if pattern != pattern.lower() else re.IGNORECASE)
        last = self._found if pattern == self._pattern else None
        self._pattern = pattern
        self._found = self._search(expression, last, forward) if pattern else None
        if self._found:
            self._reveal(*self._found)
        self.refresh()
        return self._found is not None

    def reveal(self, line: int | None, offset: int, text: str) -> None:
        """Go to a place in the file: its line, from 1, or in a dump its byte; ``text`` is what stands there."""
        page = self._page
        if page.kind in ("hex", "elf"):
            first = len(page.lines) - -(-page.shown // HEX_WIDTH)
            self.scroll_to(0, first + offset // HEX_WIDTH, animate=False, force=True, immediate=True)
            return
        if page.kind == "text" and line is not None:
            self.scroll_to(0, line - 1, animate=False, force=True, immediate=True)
        self.find(text)

    def render_line(self, y: int) -> Strip:
        """The line of the window at ``y``."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._header(width)
        row = self.scroll_offset.y + y - 1
        lines = self._page.lines
        if row < len(lines):
            return self._line(row, lines[row], width)
        text = self._more() if row == len(lines) else ""
        strip = Strip([Segment(text, self._style("more"))]) if text else Strip.blank(width, self.rich_style)
        return strip.adjust_cell_length(width, self.rich_style)

    def _measure(self) -> None:
        widest = max((len(text) if text.isascii() else cell_len(text) for text, _ in self._page.lines), default=0)
        # The header stands on the first line for good: it counts as a line that is scrolled past.
        rows = 1 + len(self._page.lines) + bool(self._more())
        self.virtual_size = Size(max(self._margin + widest, len(self._more())), rows)
        self.refresh()

    @property
    def _margin(self) -> int:
        """Cells of the line numbers."""
        if not self._line_numbers or self._page.kind != "text":
            return 0
        return len(str(len(self._page.lines))) + 2

    def _more(self) -> str:
        page = self._page
        return f"… shown {count(page.shown)} of {count(page.size)} bytes" if page.truncated else ""

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"preview-pane--{name}", default=self.rich_style)

    def _header(self, width: int) -> Strip:
        summary = shortened(self._page.summary, max(width // 2, width - len(self._title) - 2))
        title = shortened(self._title, max(width - cell_len(summary) - 2, 0), keep_end=True)
        segments = [Segment(title, self._style("title")), Segment("  "), Segment(summary, self._style("summary"))]
        return Strip(segments).apply_style(self.rich_style).adjust_cell_length(width, self.rich_style)

    def _line(self, row: int, line: Line, width: int) -> Strip:
        margin, left = self._margin, self.scroll_offset.x
        text = Strip(list(self._segments(line, row))).crop(left, left + width - margin)
        number = Segment(f"{row + 1:>{margin - 2}}  " if margin else "", self._style("line-number"))
        return Strip([number, *text]).adjust_cell_length(width, self.rich_style)

    def _segments(self, line: Line, row: int) -> Iterator[Segment]:
        """The line in pieces of one style each."""
        end = 0
        for name, start, stop in [*self._marked(line.spans, row), ("", len(line.text), len(line.text))]:
            if start > end:
                yield Segment(line.text[end:start], self.rich_style)
            if stop > max(start, end):
                yield Segment(line.text[max(start, end) : stop], self._style(name))
            end = max(end, stop)

    def _marked(self, spans: tuple[Span, ...], row: int) -> list[Span]:
        """The spans of a row, with the one that was found cut out of them."""
        if not self._found or self._found[0] != row:
            return list(spans)
        _, start, stop = self._found
        before = [(name, a, min(b, start)) for name, a, b in spans if a < start]
        after = [(name, max(a, stop), b) for name, a, b in spans if b > stop]
        return [*before, ("found", start, stop), *after]

    def _search(
        self, expression: re.Pattern[str], last: tuple[int, int, int] | None, forward: bool
    ) -> tuple[int, int, int] | None:
        lines = self._page.lines
        seen = min(self.scroll_offset.y, max(len(lines) - 1, 0))
        row, column = (last[0], last[1]) if last else (seen, -1 if forward else 0)
        rows = range(len(lines))
        # The row itself comes first with what is beyond the column, and last with the rest of it.
        order = (rows[row:], rows[: row + 1]) if forward else (rows[: row + 1][::-1], rows[row:][::-1])
        for index, at in enumerate(chain(*order)):
            spans = [match.span() for match in expression.finditer(lines[at].text)]
            if index == 0:
                spans = [span for span in spans if (span[0] > column if forward else span[0] < column)]
            if spans:
                return (at, *spans[0 if forward else -1])
        return None

    def _reveal(self, row: int, start: int, end: int) -> None:
        """Scroll as little as brings a place into sight."""
        height = self.scrollable_content_region.height - 1
        width = self.scrollable_content_region.width - self._margin
        text, left, top = self._page.lines[row].text, self.scroll_offset.x, self.scroll_offset.y
        first, last = cell_len(text[:start]), cell_len(text[:end])
        if not left <= first <= last <= left + width:
            left = max(0, min(first, last - width)) if last > width else 0
        if not top <= row < top + height:
            top = row - height // 2
        self.scroll_to(left, max(top, 0), animate=False, force=True)
