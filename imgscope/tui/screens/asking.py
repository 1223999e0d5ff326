"""The dialog that asks which image to compare with, and compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from imgscope.errors import ImgscopeError
from imgscope.escaping import printable
from imgscope.inspection import Inspection
from imgscope.progress import Cancelled
from imgscope.tui.doors import Choice, Compared, Doors
from imgscope.tui.reading import Whole, answering
from imgscope.tui.screens.lists import EntryList
from imgscope.tui.widgets.row_list import RowList

_TICK = 0.2
_SIDES = "That one is the old side, the image you look at the new one."


class CompareScreen(ModalScreen[Compared | None]):
    """Asks for the path of an image, or for another one of the file; gives back how they differ."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "close"),
        Binding("up", "move('up')", show=False),
        Binding("down", "move('down')", show=False),
    ]

    def __init__(
        self, doors: Doors, now: Inspection, others: Sequence[Choice], path: str, size: Callable[[int], str]
    ) -> None:
        """``others`` are images of the same file; ``path`` is what was asked for the last time."""
        super().__init__()
        self._doors, self._now, self._others, self._path, self._size_text = doors, now, others, path, size
        self._reading: Whole | None = None
        self.target = EntryList([(printable(one.title), printable(one.detail), "") for one in others])

    def compose(self) -> ComposeResult:
        """A line for the path, the other images of the file, and what is said to it."""
        with Vertical() as box:
            box.border_title = Content("What has changed since another image")
            box.border_subtitle = Content("Enter compares, Esc closes")
            yield Input(self._path, placeholder="path of the old image", id="target")
            if self._others:
                yield Static(Content("or, with nothing above, one of the same file:"), classes="said")
                yield self.target
            yield Static(Content(_SIDES), id="said", classes="said")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()
        if self._others:
            self.target.changed(0)
        self.set_interval(_TICK, self._tick)

    def _tick(self) -> None:
        if self._reading:
            self._say(f"{self._reading.said(self._size_text)}  (Esc stops)")

    def action_move(self, way: str) -> None:
        """Move in the list."""
        if self._others:
            getattr(self.target, f"do_{way}")()

    def action_leave(self) -> None:
        """Stop comparing, or close."""
        if self._reading:
            self._reading.stop()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    @on(RowList.Chosen)
    def _submitted(self) -> None:
        path = self.query_one(Input).value
        other = path if path.strip() else self._others[self.target.cursor] if self._others else None
        if self._reading is None and other is not None:
            self._reading = Whole()
            self._tick()
            self.run_worker(partial(self._compare, other, self._reading), thread=True, exit_on_error=False)

    def _compare(self, other: str | Choice, reading: Whole) -> None:
        """In a thread."""
        try:
            with answering():
                compared = self._doors.compare(self._now, other, reading)
        except Cancelled:
            self.app.call_from_thread(self._failed, "stopped")
        except ImgscopeError as error:
            self.app.call_from_thread(self._failed, f"{error}. {error.hint or ''}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the dialog must be left with Escape
            self.app.call_from_thread(self._failed, f"cannot be compared: {error}")
        else:
            self.app.call_from_thread(self.dismiss, compared)

    def _failed(self, text: str) -> None:
        self._reading = None
        self._say(text)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(Content(printable(text)))

    @property
    def path(self) -> str:
        """What was typed."""
        return self.query_one(Input).value
