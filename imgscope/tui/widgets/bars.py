"""The lines around the panes: what image this is (top), which tab is shown, what keys do (bottom)."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from imgscope.cells import cells, shortened
from imgscope.tui.look import Cell
from imgscope.tui.widgets.painting import Painted

Offer = tuple[str, str, str]
"""An action's id, its key, and its label."""


class LineBar(Painted):
    """One line: cells from the left, cells from the right; the left ones give way."""

    ALLOW_SELECT = False

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._left: Sequence[Cell] = ()
        self._right: Sequence[Cell] = ()

    def show(self, left: Sequence[Cell], right: Sequence[Cell] = ()) -> None:
        """Another line."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line, and nothing below it."""
        width = self.size.width
        if y:
            return self.strip((), width)
        right = sum(cells(text) for text, _ in self._right)
        room = max(width - right - 1, 0)
        row: list[Cell] = []
        for text, role in self._left:
            cut = shortened(text, room, unicode=not self.app.has_class("-ascii"))
            row.append((cut, role))
            room -= cells(cut)
            if cut != text:
                break
        row.append((" " * (max(room, 0) + 1), "plain"))
        return self.strip([*row, *self._right], width)


class Keys(LineBar):
    """Things to press or click, as many as fit; a click does what the key does."""

    class Pressed(Message):
        """One was clicked."""

        def __init__(self, id_: str) -> None:
            super().__init__()
            self.id = id_

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._offers: Sequence[Offer] = ()
        self._spans: list[tuple[int, int, str]] = []
        self._chosen = ""

    def offer(self, offers: Sequence[Offer], chosen: str = "") -> None:
        """``(id, key, label)`` each; ``chosen`` is the id that stands out."""
        if (offers, chosen) != (self._offers, self._chosen):
            self._offers, self._chosen = offers, chosen
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """All that fit, remembering where they stand."""
        del y
        self._spans = []
        pinned = [offer for offer in self._offers if offer[0] in self._pinned]
        right = sum(cells(f"{key} {label}{self._between}") for _, key, label in pinned)
        row, at = self._laid_out([offer for offer in self._offers if offer not in pinned], 1, self.size.width - right)
        gap = max(self.size.width - right - at, 0)
        more, _ = self._laid_out(pinned, at + gap, self.size.width)
        return self.strip([(" ", "plain"), *row, (" " * gap, "plain"), *more], self.size.width)

    def _laid_out(self, offers: Sequence[Offer], at: int, end: int) -> tuple[list[Cell], int]:
        """As many as fit before ``end``, and where they end."""
        row: list[Cell] = []
        for id_, key, label in offers:
            width = cells(f"{key} {label}{self._between}")
            if at + width - cells(self._between) > end:
                break
            row += [
                (f"{key} ", "key"),
                (label, "chosen" if id_ == self._chosen else "label"),
                (self._between, "between"),
            ]
            self._spans.append((at, at + width - cells(self._between), id_))
            at += width
        return row, at

    _between = "  "
    _pinned: tuple[str, ...] = ()
    """Ids that stand on the right, whatever gives way."""

    def style_of(self, role: str, ground: str = "") -> Style:
        """Keys have roles of their own."""
        names = {"key": "strong", "label": "plain", "chosen": "cursor", "between": "dim"}
        return super().style_of(names.get(role, role), ground)

    def on_click(self, event: events.Click) -> None:
        """Find what was clicked."""
        for start, end, id_ in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(id_))


class Footer(Keys):
    """The keys of the pane; how to learn more and how to leave are always there."""

    _pinned = ("help", "palette", "quit")


class Tabs(Keys):
    """The tabs, divided by lines."""

    _ways: Sequence[Sequence[Offer]] = ()

    def on_resize(self) -> None:
        """There may be room for longer names, or no more."""
        if self._ways:
            self.offer_widest(self._ways, self._chosen)

    def offer_widest(self, ways: Sequence[Sequence[Offer]], chosen: str) -> None:
        """The first of some ways to name them that there is room for, the last two of them also without the lines."""
        self._ways = ways
        room = self.size.width - 1
        line = " | " if self.app.has_class("-ascii") else " │ "
        closer = [(way, between) for way in ways[-2:] for between in ("  ", " ")]
        for offers, between in (*((way, line) for way in ways[:-1]), *closer):
            self._between = between
            if sum(cells(f"{key} {label}{between}") for _, key, label in offers) - len(between) <= room:
                break
        self.offer(offers, chosen)
