"""The dialog that writes a file or directory to disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from imgscope.errors import ImgscopeError, OccupiedError, StoppedError
from imgscope.escaping import printable
from imgscope.tui.doors import Doors, Extraction
from imgscope.tui.reading import Reading
from imgscope.units import counted


class ExtractScreen(ModalScreen[list[str] | None]):
    """Asks where to; gives back a sentence on what was written. What exists is replaced only after a second Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "leave", "close")]

    def __init__(self, doors: Doors, wanted: Extraction, title: str, size: Callable[[int], str]) -> None:
        super().__init__()
        self._doors = doors
        self._wanted = wanted
        self._title = title
        self._size_text = size
        self._reading: Reading | None = None
        self._warned_of = ""

    def compose(self) -> ComposeResult:
        """What it is, a line for the target, and what is said to it."""
        with Vertical() as box:
            box.border_title = Content(f"Extract {self._title}")
            box.border_subtitle = Content("Enter writes, Esc closes")
            yield Static(id="what", classes="said")
            yield Input(self._wanted.target, id="target")
            yield Static(id="said", classes="said")

    def on_mount(self) -> None:
        """Say how much it is, once that is counted."""
        self._counted("counting")
        self.query_one(Input).focus()
        self.run_worker(self._count, thread=True, exit_on_error=False)

    def _count(self) -> None:
        """In a thread: a directory may have a million files."""
        try:
            files, number = self._doors.measure(self._wanted)
        except ImgscopeError as error:
            self.app.call_from_thread(self._say, str(error))
            return
        many = f"{counted(files, 'file', 'files')}, {self._size_text(number)}"
        self.app.call_from_thread(self._counted, many)

    def _counted(self, many: str) -> None:
        self.query_one("#what", Static).update(Content(f"{many}, to this path (what is there stays, unless you say):"))

    def action_leave(self) -> None:
        """Stop writing, or close."""
        if self._reading:
            self._reading.stop()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def _changed(self) -> None:
        self._warned_of = ""
        self._say("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._reading or not event.value.strip():
            return
        wanted = replace(self._wanted, target=event.value, overwrite=self._warned_of == event.value)
        self._reading = Reading()
        self._say("writing …  (Esc stops)")
        self.run_worker(partial(self._write, wanted, self._reading), thread=True, exit_on_error=False)

    def _write(self, wanted: Extraction, reading: Reading) -> None:
        """In a thread."""
        try:
            text, problems = self._doors.extract(wanted, reading)
        except StoppedError:
            self.app.call_from_thread(self._failed, "stopped; what was finished stays", "")
        except OccupiedError as error:
            self.app.call_from_thread(self._failed, str(error), wanted.target)
        except ImgscopeError as error:
            self.app.call_from_thread(self._failed, str(error), "")
        except Exception as error:  # noqa: BLE001 - whatever it is, the dialog must be left with Escape
            self.app.call_from_thread(self._failed, f"cannot be written: {error}", "")
        else:
            self.app.call_from_thread(self.dismiss, [text, *problems])

    def _failed(self, text: str, exists: str) -> None:
        self._reading = None
        self._warned_of = exists
        self._say(f"{text}. Enter once more writes over it." if exists else text)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(Content(printable(text)))
