"""HistoryPane: the build, step by step, with what each one carries and spoils."""

from __future__ import annotations

from imgscope.cells import shortened
from imgscope.image.history import NO_HISTORY
from imgscope.image.model import Image
from imgscope.inspection import Inspection
from imgscope.tui.look import Cell, Look
from imgscope.tui.widgets.layers_pane import Place, places
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.wording import said
from imgscope.units import age


class HistoryPane(RowList):
    """One row a step, oldest first."""

    pane = "history"
    empty = "the image has no history"

    def __init__(self, look: Look) -> None:
        super().__init__(id="history")
        self.look = look
        self._places: list[Place] = []
        self._inspection: Inspection | None = None

    def show(self, image: Image, inspection: Inspection | None) -> None:
        """Other steps, or more known of them."""
        self._places, self._inspection = places(image), inspection
        self.changed()

    @property
    def place(self) -> Place | None:
        """What the cursor is on."""
        return self._places[self.cursor] if self._places else None

    def count(self) -> int:
        """Steps and layers."""
        return len(self._places)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        made = f"{'Created':<16} " if width >= 80 else ""
        return [(f"  {'#':>3} {made}{'Size':>7} {'Wasted':>7} {'Caused':>7}  Instruction", "header")]

    def row(self, position: int, width: int) -> list[Cell]:
        """A step."""
        place = self._places[position]
        empty = place.layer is None
        told = said(place.step) if place.step else NO_HISTORY
        created = age(place.step.entry.created) if place.step else ""
        row: list[Cell] = [(f"  {'' if place.layer is None else place.layer:>3} ", "strong")]
        if width >= 80:
            row.append((f"{created[:16]:<16} ", "dim"))
        row += self._numbers(place.layer)
        room = width - sum(len(text) for text, _ in row)
        text = shortened(told, max(room, 1), unicode=not self.look.ascii)
        return [*row, (text, "dim" if empty else "instruction")]

    def _numbers(self, layer: int | None) -> list[Cell]:
        if layer is None or self._inspection is None:
            return [(" " * 25, "dim")]
        account = self._inspection.analysis.layers[layer]
        return [
            (f"{self.look.size(account.content_bytes):>7} ", "size"),
            (f"{self._or_none(account.wasted_bytes):>7} ", "wasted" if account.wasted_bytes else "dim"),
            (f"{self._or_none(account.causes_wasted_bytes):>7}  ", "wasted" if account.causes_wasted_bytes else "dim"),
        ]

    def _or_none(self, number: int) -> str:
        return self.look.size(number) if number else self.look.none
