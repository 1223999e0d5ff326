"""LayersPane: every build step in order, those without a layer dimmed; and how far each layer is read."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.cells import shortened
from imgscope.escaping import printable
from imgscope.image.history import NO_HISTORY, Step
from imgscope.image.model import Image
from imgscope.inspection import Inspection
from imgscope.tui.look import Cell, Look
from imgscope.tui.reading import Reading
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.wording import said

_LEAD = 24
"""Cells of the numbers."""
_BAR = 10
_BAR_NEEDS = 58


@dataclass(frozen=True, slots=True)
class Place:
    """A row: a step, a layer, or both."""

    step: Step | None
    layer: int | None


def places(image: Image) -> list[Place]:
    """Steps in order; layers that no step made come last."""
    found = [Place(step, step.layer) for step in image.history.steps]
    made = {place.layer for place in found}
    return found + [Place(None, layer.index) for layer in image.layers if layer.index not in made]


class LayersPane(RowList):
    """The list on the left. The selected layer stays marked while the cursor is on a step without one."""

    pane = "layers"
    empty = "opening"

    def __init__(self, look: Look) -> None:
        super().__init__(id="layers")
        self.look = look
        self.selected = -1
        self._image: Image | None = None
        self._places: list[Place] = []
        self._inspection: Inspection | None = None
        self._reading: Reading | None = None

    def show(self, image: Image, reading: Reading | None, inspection: Inspection | None) -> None:
        """Other documents, or the same with more known of them."""
        same = self._image is image
        self._image, self._reading, self._inspection = image, reading, inspection
        self._places = places(image)
        self.empty = "no layers"
        self.changed(self.cursor if same else self.count() - 1)

    @property
    def place(self) -> Place | None:
        """What the cursor is on."""
        return self._places[self.cursor] if self._places else None

    def select(self, layer: int, *, in_view: bool = True) -> None:
        """Mark a layer, and put the cursor on it; ``in_view`` False leaves the first rows to be seen."""
        self.selected = layer
        for position, place in enumerate(self._places):
            if place.layer == layer:
                self.move_to(position)
        if not in_view:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.redraw()

    def count(self) -> int:
        """Steps and layers."""
        return len(self._places)

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        share = f"{'Share':<{_BAR}}  " if width >= _BAR_NEEDS else ""
        return [(f"   {'#':>3} {'Size':>7} {'Wasted':>7}  {share}Instruction", "header")]

    def row(self, position: int, width: int) -> list[Cell]:
        """A step with the numbers of its layer."""
        place = self._places[position]
        told = said(place.step) if place.step else NO_HISTORY
        if place.layer is None:
            room = width - _LEAD - (_BAR + 2 if width >= _BAR_NEEDS else 0)
            blanks = " " * (width - room)
            return [(blanks, "dim"), (shortened(told, room, unicode=not self.look.ascii), "dim")]
        mark = self.look.cursor if place.layer == self.selected else " "
        row: list[Cell] = [(f"{mark} {place.layer:>4} ", "strong" if place.layer == self.selected else "plain")]
        row += self._numbers(place.layer, width)
        problem = self._problem(place.layer)
        room = width - sum(len(text) for text, _ in row)
        text, role = (f"! {printable(problem)}", "error") if problem else (told, "instruction")
        return [*row, (shortened(text, room, unicode=not self.look.ascii), role)]

    def _problem(self, layer: int) -> str | None:
        """Why a layer could not be read, in few words."""
        if self._inspection:
            error = self._inspection.layers[layer].error
        else:
            index = self._reading.indexes[layer] if self._reading and self._reading.indexes else None
            error = index.error if index else None
        return error.what if error else None

    def _numbers(self, layer: int, width: int) -> list[Cell]:
        """Size, waste and share of a layer that is read; how far one is that is not."""
        assert self._image is not None
        if self._inspection is None:
            return self._progress(layer, width)
        account = self._inspection.analysis.layers[layer]
        if self._inspection.layers[layer].error:
            row: list[Cell] = [(f"{'?':>7} {'?':>7}  ", "dim")]
        else:
            wasted = self.look.size(account.wasted_bytes) if account.wasted_bytes else self.look.none
            row = [
                (f"{self.look.size(account.content_bytes):>7} ", "size"),
                (f"{wasted:>7}  ", "wasted" if account.wasted_bytes else "dim"),
            ]
        if width >= _BAR_NEEDS:
            whole = self._inspection.analysis.totals.content_bytes
            live = account.content_bytes - account.wasted_bytes
            row += _shares(self.look, live, account.wasted_bytes, whole)
        return row

    def _progress(self, layer: int, width: int) -> list[Cell]:
        """Ten cells of progress, and the stored size, which the documents tell."""
        assert self._image is not None
        whole = self._image.layers[layer].stored_bytes
        reading = self._reading
        index = reading.indexes[layer] if reading and reading.indexes else None
        done = reading.layer_bytes[layer] if reading and reading.layer_bytes else 0
        pad = " " * (_BAR + 2) if width >= _BAR_NEEDS else ""
        if index is not None:
            return [(f"{self.look.size(whole):>7} {'read' if index.error is None else '':>7}  {pad}", "size")]
        bar = self.look.progress(done, whole, 7) if done else " " * 7
        return [(f"{self.look.size(whole):>7} ", "dim"), (f"{bar}  {pad}", "bar")]


def _shares(look: Look, live: int, wasted: int, whole: int) -> list[Cell]:
    """A bar of a layer's share of the image, its waste behind what is live."""
    both = look.bar(live + wasted, whole, _BAR)
    cut = min(len(look.bar(live, whole, _BAR).rstrip()), len(both.rstrip())) if live else 0
    return [(both[:cut], "bar"), (both[cut:] + "  ", "bar-wasted")]
