"""Things that pop up: a list to choose from with a line to search it, and a text to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from imgscope.cells import cells, shortened
from imgscope.tui.look import Cell
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.text_pane import Line, TextPane

Entry = tuple[str, str, str]
"""Name, what it is, and a heading that it stands under (may be empty); all escaped."""


class EntryList(RowList):
    """Entries that match what was typed."""

    empty = "nothing matches"

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(id="entries")
        self._entries = entries
        self._name_width = min(max((cells(name) for name, *_ in entries), default=0), 40)
        self.shown = list(range(len(entries)))

    @property
    def selected(self) -> str:
        """What the entry that the cursor is on says, in full."""
        return self._entries[self.shown[self.cursor]][1] if self.shown else ""

    def narrow(self, text: str) -> None:
        """Only those that have every word."""
        words = text.lower().split()
        self.shown = [
            number
            for number, entry in enumerate(self._entries)
            if all(word in " ".join(entry).lower() for word in words)
        ]
        self.changed(0)

    def count(self) -> int:
        """Entries shown."""
        return len(self.shown)

    def row(self, position: int, width: int) -> list[Cell]:
        """Name and what it is; a heading where it is another one than before."""
        name, what, heading = self._entries[self.shown[position]]
        before = self._entries[self.shown[position - 1]][2] if position else ""
        first = heading if heading and heading != before else ""
        side = 14 if any(entry[2] for entry in self._entries) else 0
        pad = " " * (self._name_width - cells(name))
        room = max(width - self._name_width - side - 3, 1)
        return [
            (f"{first:<{side}}" if side else "", "header"),
            (f" {shortened(name, self._name_width)}{pad}  ", "strong"),
            (shortened(what, room), "plain"),
        ]


class Popup(ModalScreen[int | None]):
    """What closes with Escape and moves with the arrows, whatever has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "close"),
        Binding("up", "move('up')", show=False),
        Binding("down", "move('down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
    ]
    target: RowList | TextPane

    def action_move(self, way: str) -> None:
        """Move in the list or text."""
        getattr(self.target, f"do_{way}")()


class ListScreen(Popup):
    """Gives back the number of the entry that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
        Binding("enter", "choose", show=False),
        Binding("q", "dismiss", show=False),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], start: int = 0, *, search: bool = True) -> None:
        """``search`` is for lists too long to be seen at once."""
        super().__init__()
        self._search_line = search
        self._title = title
        self._start = start
        self.target: EntryList = EntryList(entries)

    def compose(self) -> ComposeResult:
        """A line to search with, and the list."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("Enter chooses, Esc closes")
            if self._search_line:
                yield Input(placeholder="type to search", id="search")
            yield self.target
            yield Static(id="whole")

    def on_mount(self) -> None:
        """Type to search at once."""
        (self.query_one(Input) if self._search_line else self.target).focus()
        self.target.changed(self._start)

    def action_choose(self) -> None:
        """What the cursor is on."""
        self._choose()

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        """A row may have no room for all of it."""
        self.query_one("#whole", Static).update(Content(self.target.selected))

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self.target.narrow(event.value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._choose()

    @on(RowList.Chosen)
    def _chosen(self) -> None:
        self._choose()

    def _choose(self) -> None:
        if self.target.shown:
            self.dismiss(self.target.shown[self.target.cursor])


class TextScreen(Popup):
    """A text to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q,i", "dismiss", "close"),
        Binding("k", "move('up')", show=False),
        Binding("j", "move('down')", show=False),
        Binding("u", "move('page_up')", show=False),
        Binding("d,space", "move('page_down')", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self.target: TextPane = TextPane()

    def compose(self) -> ComposeResult:
        """The text."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("Esc closes")
            yield self.target

    def on_mount(self) -> None:
        """Show it."""
        self.target.show(self._lines)
        self.target.focus()
