"""FilterBar: one line to type into, with what comes of it: how many paths match, and how many bytes they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from imgscope.tui.widgets.bars import LineBar

if TYPE_CHECKING:
    from textual.widgets import Input

    from imgscope.tui.widgets.line import Line


class FilterBar(Horizontal):
    """Asks for a filter, or for something to jump to."""

    class Asked(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Done; ``keep`` what was typed or take it back."""

        def __init__(self, *, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    def __init__(self) -> None:
        super().__init__()
        self._line: Line | None = None

    def compose(self) -> ComposeResult:
        """The question and the answer; the line between them is made once the first picture is painted."""
        yield LineBar(id="question")
        yield LineBar(id="answer")

    def prepare(self) -> Line:
        """Have the line ready: importing and mounting it is what the first picture does not wait for."""
        if self._line is None:
            from imgscope.tui.widgets.line import Line

            self._line = Line()
            self.mount(self._line, after="#question")
        return self._line

    def ask(self, question: str, text: str, hint: str) -> None:
        """Open with a question and what was typed before."""
        bar = self.query_one("#question", LineBar)
        bar.show([(f" {question}", "strong")])
        bar.styles.width = len(question) + 2
        line = self.prepare()
        line.placeholder = hint
        with self.prevent(type(line).Changed):
            line.value = text
        line.cursor_position = len(text)
        self.add_class("-open")
        # At once, and not when there is time: what is typed in the same moment is meant for the line.
        self.screen.set_focus(line, scroll_visible=False)

    def answer(self, text: str) -> None:
        """Say what came of it."""
        bar = self.query_one("#answer", LineBar)
        content = Content(text)  # counts its cells
        bar.show([(text, "dim")])
        bar.styles.width = content.cell_length + 3 if text else 0

    def close(self) -> None:
        """Away with it."""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Something was typed."""
        event.stop()
        self.post_message(self.Asked(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps it."""
        event.stop()
        self.post_message(self.Left(keep=True))

    def on_click(self, event: events.Click) -> None:
        """A click anywhere types on."""
        event.stop()
        self.prepare().focus()
